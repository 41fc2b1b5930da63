"""The rules of the 署名用 password: 6 to 16 capitals and digits, sent as plain ASCII. Pure."""

from __future__ import annotations

from app.card.apdu import Buffer
from app.errors.card import OtherPasswordTyped, PasswordMalformed
from app.secret import Secret

SHORTEST, LONGEST = 6, 16
OTHER_PASSWORD_LENGTH = 4
_DIGITS = range(0x30, 0x3A)
_CAPITALS = range(0x41, 0x5B)
_SMALL = range(0x61, 0x7B)
_FULL_WIDTH = range(0xFF01, 0xFF5F)  # ！ to ～: ASCII moved by 0xFEE0
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"  # some shells of Windows put it before what they pipe


def admit(character: str) -> int | None:
    """The byte that stands for a typed character: full width becomes half, small becomes capital; None: not allowed."""
    return _admit(ord(character)) if len(character) == 1 else None


def _admit(code: int) -> int | None:
    if code in _FULL_WIDTH:
        code -= 0xFEE0
    if code in _SMALL:
        code -= 0x20
    return code if code in _DIGITS or code in _CAPITALS else None


def check(secret: Secret) -> None:
    """Raises OtherPasswordTyped or PasswordMalformed(detail: character, too-short, too-long) before a card is asked."""
    with secret.view() as view:
        if len(view) == OTHER_PASSWORD_LENGTH and all(byte in _DIGITS for byte in view):
            raise OtherPasswordTyped
        if not all(byte in _DIGITS or byte in _CAPITALS for byte in view):
            raise PasswordMalformed(detail="character")
        if len(view) < SHORTEST:
            raise PasswordMalformed(detail="too-short")
        if len(view) > LONGEST:
            raise PasswordMalformed(detail="too-long")


def advice(secret: Secret) -> str | None:
    """letters-only or digits-only: allowed, but municipal offices ask for both kinds; else None."""
    with secret.view() as view:
        digits = sum(byte in _DIGITS for byte in view)
        if not len(view) or 0 < digits < len(view):
            return None
        return "digits-only" if digits else "letters-only"


def from_bytes(source: bytearray) -> Secret:
    """A password as it came from a pipe or a terminal (UTF-8): one line end is taken off, then as `admit`.

    `source` is wiped in any case. Raises PasswordMalformed(detail=character).
    """
    secret = Secret(max(len(source), 1))
    try:
        with memoryview(source) as view:
            _fill(secret, view)
    except BaseException:
        secret.wipe()
        raise
    finally:
        source[:] = bytes(len(source))
    return secret


def _fill(secret: Secret, source: memoryview) -> None:
    # never decoded as a whole: a str cannot be wiped
    position = 3 if bytes(source[:3]) == _BYTE_ORDER_MARK else 0
    end = len(source)
    if end > position and source[end - 1] == 0x0A:
        end -= 1
    if end > position and source[end - 1] == 0x0D:
        end -= 1
    while position < end:
        size = 3 if source[position] == 0xEF else 1  # all of the full-width forms are EF xx xx
        byte = _admit(_code(source[position : min(position + size, end)]))
        if byte is None:
            raise PasswordMalformed(detail="character")
        secret.append(byte)
        position += size


def _code(sequence: Buffer) -> int:
    if len(sequence) == 1:
        return sequence[0]
    if len(sequence) != 3 or sequence[1] & 0xC0 != 0x80 or sequence[2] & 0xC0 != 0x80:
        return -1
    return (sequence[0] & 0x0F) << 12 | (sequence[1] & 0x3F) << 6 | (sequence[2] & 0x3F)
