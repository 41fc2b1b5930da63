"""A key file (PKCS#12, RFC 7292) as the second kind of key: 商業登記, 司法書士 and 行政書士 certificates come so.

The file is foreign data and what it holds is a secret, so it is read, opened and used in a process of its own
(`keyfile_child`), which sees nothing else and ends with the work: the private key never enters this process. A key
file counts no tries; that each password is still presented once, and only when a person asked for it, is the seam's
rule for every key.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from app.channel import Answer, Buffer
from app.errors.document import DocumentProcessDied, DocumentTooLarge, DocumentTooSlow
from app.errors.key import KeyFilePasswordIncorrect, KeyFilePasswordMalformed, KeyFileUnreadable, KeyFileUnusable
from app.isolation import MIB, Child, ChildFailure, Limits
from app.secret import Secret

LIMITS = Limits(seconds=20, memory=512 * MIB)
"""For one call: a million rounds of PBKDF2 take half a second, and nobody's key file has more."""
LONGEST = 255
"""Bytes of a password in UTF-8: one line of a terminal."""
ENDINGS = (".p12", ".pfx")
ERRORS = (KeyFilePasswordIncorrect, KeyFileUnreadable, KeyFileUnusable)
"""What is believed when the child says it."""

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"  # some shells of Windows put it before what they pipe


class KeyFile:
    """The one key in a PKCS#12 file (a `LockedKey`). Nothing is held between two calls."""

    def __init__(self, path: Path, limits: Limits = LIMITS) -> None:
        self.path = path
        self._limits = limits

    def attempts_remaining(self) -> None:
        """There is no limit. Raises KeyFileUnreadable, and KeyFileUnusable for what shows without the password."""
        with self._child() as child:
            _call(child, "look", path=self._name)

    @contextmanager
    def unlock(self, secret: Secret) -> Iterator[_UnlockedKey]:
        """Opens the file with the password, in a process that ends, and the key with it, when the context does.

        Raises what `attempts_remaining` does, KeyFilePasswordIncorrect, KeyFileUnusable.
        """
        with self._child() as child:
            with secret.view() as view:
                answer = _call(child, "open", view, path=self._name)
            yield _UnlockedKey(child, bytes(answer.blobs[0]), tuple(map(bytes, answer.blobs[1:])))

    def release(self) -> None:
        """Nothing is held."""

    @property
    def _name(self) -> str:
        return str(self.path.absolute())

    def _child(self) -> Child:
        return Child("app.pki.keyfile_child:serve", self._limits, errors=ERRORS)


class _UnlockedKey:
    """A `SigningKey` whose private key is in the child."""

    kind = "file"

    def __init__(self, child: Child, certificate: bytes, chain: tuple[bytes, ...]) -> None:
        self._child = child
        self.certificate = certificate
        self.chain = chain

    @property
    def pid(self) -> int:
        """The process that holds the private key."""
        return self._child.pid

    @property
    def mechanism(self) -> str:
        from app.pki.certificate import mechanism_of

        return mechanism_of(self.certificate)

    def sign(self, digest: bytes) -> bytes:
        """One signature, made in the child."""
        return bytes(_call(self._child, "sign", digest).blobs[0])


def from_bytes(source: bytearray) -> Secret:
    """A password as it came from a pipe or a terminal: one line end is taken off, any other character belongs to it.

    `source` is wiped in any case. Raises KeyFilePasswordMalformed(detail: too-long, encoding, zero-byte).
    """
    try:
        with memoryview(source) as view:
            start = len(_BYTE_ORDER_MARK) if view[:3] == _BYTE_ORDER_MARK else 0
            end = len(view)
            for line_end in (0x0A, 0x0D):
                if end > start and view[end - 1] == line_end:
                    end -= 1
            if end - start > LONGEST:
                raise KeyFilePasswordMalformed(detail="too-long")
            if not _is_utf8(view[start:end]):
                raise KeyFilePasswordMalformed(detail="encoding")
            if any(byte == 0 for byte in view[start:end]):
                raise KeyFilePasswordMalformed(detail="zero-byte")
            secret = Secret(max(end - start, 1))
            for byte in view[start:end]:
                secret.append(byte)
            return secret
    finally:
        source[:] = bytes(len(source))


def _is_utf8(view: memoryview) -> bool:
    """Character by character: the whole never becomes a string, which could not be wiped."""
    position = 0
    while position < len(view):
        first = view[position]
        size = 1 if first < 0x80 else 2 if first < 0xE0 else 3 if first < 0xF0 else 4
        try:
            str(view[position : position + size], "utf-8")
        except UnicodeDecodeError:
            return False
        position += size
    return True


def _call(child: Child, method: str, *blobs: Buffer, **arguments: Any) -> Answer:
    try:
        return child.call(method, blobs=blobs, **arguments)
    except (DocumentTooSlow, DocumentTooLarge):
        raise KeyFileUnusable(detail="too-slow") from None
    except (DocumentProcessDied, ChildFailure):
        raise KeyFileUnusable(detail="damaged") from None
