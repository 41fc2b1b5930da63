"""What may stand in a password field: the rule of the card's password, and that a key file's has none."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from app.card.password import LONGEST, admit
from app.pki import keyfile

_INVISIBLE = ("Cc", "Cs", "Zl", "Zp")  # control characters, halves of characters, ends of lines


@dataclass(frozen=True, slots=True)
class Rule:
    """`longest`: bytes of UTF-8. `taken`: the bytes that stand for a character; none: it is not allowed.

    `trimmed`: what of a pasted text counts. `raises`: small letters and capitals are the same.
    """

    longest: int
    taken: Callable[[str], bytes]
    trimmed: Callable[[str], str]
    raises: bool


def _of_card(character: str) -> bytes:
    byte = admit(character)
    return b"" if byte is None else bytes((byte,))


def _of_file(character: str) -> bytes:
    return b"" if unicodedata.category(character) in _INVISIBLE else character.encode("utf-8")


def _without_line_end(text: str) -> str:
    return text.rstrip("\r\n")


CARD_RULE = Rule(LONGEST, _of_card, str.strip, raises=True)
FILE_RULE = Rule(keyfile.LONGEST, _of_file, _without_line_end, raises=False)
