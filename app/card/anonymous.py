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
LOOKED_AT: Final = 10 * LONGEST
"""Characters of a name that are looked at: cut first, half a serial number would no longer look like one."""
OTHER_PROGRAM: Final = "another program"
_KNOWN: Final = frozenset({"usb", "pcsc", "card", "reader", "smart", "root", "user", "sony", "localhost", "demo"})
"""Names of users and computers that say nothing of anybody, but stand in names of readers."""
# in brackets of six characters or more with a digit among them; anywhere a hexadecimal number of seven characters or
# more, and a word of seven or more with five digits among them (models have four)
_IN_BRACKETS: Final = re.compile(r"\((?=[^()]*\d)[0-9A-Za-z._:-]{6,}\)")
_BARE: Final = re.compile(
    r"(?<![0-9A-Za-z])(?:(?=[0-9A-Fa-f]*\d[0-9A-Fa-f]*\d)[0-9A-Fa-f]{7,}|(?=(?:[A-Za-z]*\d){5})[0-9A-Za-z]{7,})"
    r"(?![0-9A-Za-z])"
)
_WORD: Final = re.compile(r"RC-S\d{3}/\w{1,2}|[^\W_]+(?:[-._:][^\W_]+)*")
_NUMBERS: Final = re.compile(r"(?: [0-9A-F]{2}){1,2}$| \d$")
_REPEATED: Final = re.compile(rf"{LEFT_OUT}(?:[\s,;/_-]*{LEFT_OUT})+")
_MODEL: Final = re.compile(
    r"RC-S\d{3}(?:/\w{1,2})?|ACR\d{2,4}[A-Z]{0,3}(?:-[A-Z]\d)?|(?:SCR|SCL|CIR|SDI|SPR|CLOUD)\d{3,4}[A-Z]{0,2}"
    r"|AU\d{4}[A-Z]?|M-\d{3}[A-Z]{0,2}|USB-(?:NFC|SC|IC)\w?|GemPC(?:Twin|Key|Card|\d{3})|(?:CT|IDBridge|CardMan|MR|TWN|CX)\d{1,4}"
    r"|ACR39-NTTCom|v?\d\.\d{1,2}|v\d|\d[A-Z]|JPKIAP[A-Z]{3,8}TOKEN\d?",
    re.IGNORECASE,
)
_MAKERS: Final = """
    sony acs advanced systems system ltd inc corp corporation co gmbh ag technologies technology electronics group
    identiv identive scm microsystems gemalto gemplus thales safenet aladdin hid global omnikey cherry broadcom
    alcor micro generic io i-o iodata data hitachi maxell ntt com communications circle ab feitian yubico yubikey
    athena panasonic toshiba nec fujitsu lenovo dell hp realtek o2micro o2 microsoft vmware reiner sct nxp elatec
    duali ricoh mitsubishi canon sharp epson dynabook vaio
"""
_KINDS_AND_PARTS: Final = """
    felica pasori port utrust pc pcsc pc-sc sc usb nfc rfid ccid picc icc sam emv cl ct ic id fido otp piv openpgp
    smart card cards smartcard smartcards reader readers writer reader-writer dual slot terminal token etoken
    keyboard key twin contact contacted contactless interface device composite module integrated internal built-in
    virtual pcd demo practice usim uicc windows hello for business remote redirected type series edition pro plus
    mini nano
"""
_NUMBERED_MODELS: Final = """
    2700 2700r 2900 2910 3310 3311 3500 3700 4700 4701 4711 5021 5022 5023 5121 5122 5127 5321 5325 5326 5421 5422
    5427 3021 3111 3121 6121 6321 1021 1022 5880 5882 58200 58100 2000 1000 300 310 320 330 370 380
"""
_DEVICE_WORDS: Final = frozenset((_MAKERS + _KINDS_AND_PARTS + _NUMBERED_MODELS).split())
_CARD_PROGRAMS: Final = """
    natsuin firefox firefox-bin firefox-esr chrome google-chrome chromium chromium-browse msedge brave thunderbird
    opensc-notify opensc-tool opensc-explorer pkcs11-tool pkcs15-tool eidenv pcsc_scan pcscd gpg gpg2 gpg-agent
    scdaemon gpg-card p11-kit p11-kit-server p11-kit-remote java javaw e-tax etax jpki jpkiclient ykman
    gnome-keyring-d evolution soffice.bin
"""
_PROGRAMS: Final = frozenset(_CARD_PROGRAMS.split())


def anonymous(text: str, private: Iterable[str] | None = None) -> str:
    """`text` without serial numbers and without the names of this computer, its user and the user's folder."""
    plain = _BARE.sub(LEFT_OUT, _IN_BRACKETS.sub(f"({LEFT_OUT})", text[:LOOKED_AT]))
    for name in sorted(own_names() if private is None else private, key=len, reverse=True):
        plain = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", LEFT_OUT, plain, flags=re.IGNORECASE)
    return plain[:LONGEST]


def device_name(text: str, private: Iterable[str] | None = None) -> str:
    """The name of a reader or of a USB device with its makers, models and common words, and no other word.

    Whatever is not known to belong to a kind of device may be of this one: a serial number in a form nobody foresaw,
    or the name that somebody gave it. PC/SC's own numbers at the end stay.
    """
    body, numbers = anonymous(text, private), ""
    if found := _NUMBERS.search(body):
        body, numbers = body[: found.start()], found[0]
    kept = _WORD.sub(lambda word: word[0] if _of_a_kind(word[0]) else LEFT_OUT, body)
    return _REPEATED.sub(LEFT_OUT, kept) + numbers


def program_name(name: str) -> str:
    """A program by its name if it is one that is known to use cards, else `OTHER_PROGRAM`."""
    return name if name.lower() in _PROGRAMS else OTHER_PROGRAM


def _of_a_kind(word: str) -> bool:
    return len(word) == 1 or word.lower() in _DEVICE_WORDS or _MODEL.fullmatch(word) is not None


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
