"""Strings written by strangers (names, titles, field and file names), shown harmlessly everywhere."""

from __future__ import annotations

import unicodedata

LIMIT = 300


def shown(text: str, limit: int = LIMIT) -> str:
    """`text` on one line with control, bidirectional and invisible format characters made visible as ⟨U+202E⟩.

    Longer texts than `limit` characters are cut in the middle with an ellipsis.
    """
    out = []
    for character in text[: limit * 2]:
        category = unicodedata.category(character)  # variation selectors of names are Mn: kept
        if character in "\t\n\r\u2028\u2029":
            out.append(" ")
        elif category in ("Cc", "Cf", "Cs", "Co"):
            out.append(f"⟨U+{ord(character):04X}⟩")
        else:
            out.append(character)
    plain = "".join(out)
    if len(plain) > limit:
        half = (limit - 1) // 2
        plain = f"{plain[:half]}…{plain[-half:]}"
    return plain
