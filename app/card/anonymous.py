"""What strangers' strings may hold of a person or of one single thing, taken out before it is shown or copied.

Some drivers put the reader's serial number into its name; a computer, its user and the folder of that user are often
called after a person.
"""

from __future__ import annotations

import contextlib
import getpass
import os
import platform
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

LEFT_OUT: Final = "…"
LONGEST: Final = 120
_KNOWN: Final = frozenset({"usb", "pcsc", "card", "reader", "smart", "root", "user", "sony", "localhost", "demo"})
"""Names of users and computers that say nothing of anybody, but stand in names of readers."""
# in brackets of six characters or more with a digit among them; anywhere a hexadecimal number of seven characters or
# more, and a word of seven or more with five digits among them (models have four)
_IN_BRACKETS: Final = re.compile(r"\((?=[^()]*\d)[0-9A-Za-z._:-]{6,}\)")
_BARE: Final = re.compile(
    r"(?<![0-9A-Za-z])(?:(?=[0-9A-Fa-f]*\d[0-9A-Fa-f]*\d)[0-9A-Fa-f]{7,}|(?=(?:[A-Za-z]*\d){5})[0-9A-Za-z]{7,})"
    r"(?![0-9A-Za-z])"
)


def anonymous(text: str, private: Iterable[str] | None = None) -> str:
    """`text` without serial numbers and without the names of this computer, its user and the user's folder."""
    plain = _BARE.sub(LEFT_OUT, _IN_BRACKETS.sub(f"({LEFT_OUT})", text[:LONGEST]))
    for name in sorted(own_names() if private is None else private, key=len, reverse=True):
        plain = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", LEFT_OUT, plain, flags=re.IGNORECASE)
    return plain


def own_names() -> frozenset[str]:
    """The names of the user, of the computer, and of the user's folder."""
    names = {os.environ.get(name, "") for name in ("USER", "USERNAME", "LOGNAME", "HOSTNAME", "COMPUTERNAME")}
    with contextlib.suppress(OSError, KeyError, ImportError):
        names.add(getpass.getuser())
    with contextlib.suppress(RuntimeError):
        names |= {str(Path.home()), Path.home().name}
    names |= {platform.node(), platform.node().partition(".")[0]}
    return frozenset(name for name in names if len(name) > 1 and name.lower() not in _KNOWN)


def masked_atr(atr: bytes, known: bool) -> str:
    """An answer to reset in hexadecimal, without what may be of one card only: `··` for every such byte.

    Contactless ones are made by the reader (PC/SC part 3, 3.1.3.2.3): of a card of Type B four bytes of application
    data come first, where some readers put the card's random identifier. Of contact ones the historical bytes are
    left out, unless all cards of a kind have them (`known`).
    """
    if known:
        return atr.hex().upper()
    shown = [f"{byte:02X}" for byte in atr]
    first, count = _historical(atr)
    hidden = range(first, min(first + 4, len(atr))) if contactless(atr) else range(first, min(first + count, len(atr)))
    last = len(atr) - 1  # the check byte: with it, one hidden byte could be reckoned
    return "".join("··" if index in hidden or (index == last and hidden) else byte for index, byte in enumerate(shown))


def contactless(atr: bytes) -> bool:
    """Whether a reader made this ATR for a card without contacts (PC/SC part 3): 3B 8n 80 01 …"""
    return len(atr) >= 4 and atr[0] == 0x3B and atr[1] & 0xF0 == 0x80 and atr[2] == 0x80 and atr[3] == 0x01


def _historical(atr: bytes) -> tuple[int, int]:
    """Where the historical bytes begin, and how many there are (ISO 7816-3 8.2)."""
    if len(atr) < 2:
        return len(atr), 0
    index, indicator, count = 2, atr[1] >> 4, atr[1] & 0x0F
    while indicator:
        index += (indicator & 1) + (indicator >> 1 & 1) + (indicator >> 2 & 1)
        if not indicator & 8:
            break
        indicator = atr[index] >> 4 if index < len(atr) else 0
        index += 1
    return index, count
