"""The demo card against what is known of real cards: every clause of the reference's checklist is a row.

The reference is the collected knowledge on the JPKI application (JICSAP 1.1, JIS X 6306, public implementations, test
cards swept by others): its checklist (1.9), and the tables of files (1.1), commands (1.2), signing modes (1.3), status
words (1.4) and of how long a password lasts (1.6) to which that refers.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from cryptography import x509

from app.card.apdu import ContactLost
from app.card.demo import AUTH_PASSWORD, SIGN_PASSWORD, DemoCard, Knobs
from app.card.demo_certificate import DemoIdentity

Row = tuple[str, Knobs, str]

DIGEST_INFO = "3031300d060960864801650304020105000420" + hashlib.sha256(b"message").digest().hex()
WORDS = {
    "AP": "00A4040C0AD392F000260100000001",
    "ISD": "00A4040C07A0000001510000",
    "FACE": "00A4040C0AD3921000310001010402",
    "JUKI": "00A4040C0AD3921000310001010100",
    "ENTRY": "00A4040C0AD3921000310001010408",
    "NOAP": "00A4040C05A000000099",
    "QUERY": "00200080",
    "VERIFY": f"0020008008{SIGN_PASSWORD.encode().hex()}",
    "WRONG": f"0020008006{b'WRONG1'.hex()}",
    "AUTH": f"0020008004{AUTH_PASSWORD.encode().hex()}",
    "READ": "00B0000000",
    "SIGN": f"802A008033{DIGEST_INFO}00",
}
"""`EF 001B` selects a file; anything else is a command in hexadecimal; RESET and OFF happen to the card."""

PLAIN = Knobs()
UNLOCKED = "AP; EF 001B; VERIFY"

# text of the clause · what the card is · commands, each with what must be answered where it is not 9000 alone
ROWS: list[Row] = [
    # --- state
    ("1.9 current DF: nothing before the first SELECT", PLAIN, "EF 001B = 6A82; AP; EF 001B"),
    ("1.9 current DF: another application's files are not ours", PLAIN, "AP; ISD; EF 001B = 6A82"),
    ("1.9 current DF: a warm reset ends the selection", PLAIN, "AP; RESET; EF 001B = 6A82"),
    ("1.9 current EF: SELECT of the application ends it", PLAIN, "AP; EF 0006; READ = .*9000; AP; READ = 6986"),
    ("1.9 current EF: a file that is not found leaves it", PLAIN, "AP; EF 0008; EF 0099 = 6A82; READ = 8F8F009000"),
    ("1.9 verified 001B: opens 0001", PLAIN, f"{UNLOCKED}; EF 0001; READ = 3082.*9000"),
    ("1.9 verified 001B: opens 001A", PLAIN, f"{UNLOCKED}; EF 001A; SIGN = .{{512}}9000"),
    ("1.9 verified 0018: opens 0017, not 001A", PLAIN,
     "AP; EF 0018; AUTH; EF 0017; SIGN = .{512}9000; EF 001A; SIGN = 6982"),
    ("1.9 verified 001B: opens 001A, not 0017", PLAIN, f"{UNLOCKED}; EF 0017; SIGN = 6982"),
    ("1.9 verified: cleared on SELECT of another DF", PLAIN, f"{UNLOCKED}; ISD; AP; EF 001A; SIGN = 6982"),
    ("1.9 verified: cleared on SELECT of another DF, whichever", PLAIN,
     f"{UNLOCKED}; FACE; AP; EF 001A; SIGN = 6982"),
    ("1.9 verified: cleared on SELECT of another DF after a warm reset", PLAIN,
     f"{UNLOCKED}; RESET; FACE; AP; EF 001A; SIGN = 6982"),
    ("1.9 verified: cleared on unpower", PLAIN, f"{UNLOCKED}; OFF; AP; EF 001A; SIGN = 6982"),
    ("1.9 verified: kept on re-SELECT", PLAIN, f"{UNLOCKED}; AP; EF 001A; SIGN = .{{512}}9000"),
    ("1.9 verified: kept on warm reset", PLAIN, f"{UNLOCKED}; RESET; AP; EF 001A; SIGN = .{{512}}9000"),
    ("1.6 verified: kept by SELECT EF", PLAIN, f"{UNLOCKED}; EF 0002; EF 0018; EF 001A; SIGN = .{{512}}9000"),
    ("1.6 verified: kept where the other DF is not there", PLAIN, f"{UNLOCKED}; NOAP = 6A82; EF 001A; SIGN = .*9000"),
    ("1.6 verified: one VERIFY covers many signatures", PLAIN, f"{UNLOCKED}; EF 001A; SIGN = .*9000; SIGN = .*9000"),
    ("1.6 verified: ended by a wrong password", PLAIN, f"{UNLOCKED}; WRONG = 63C4; EF 001A; SIGN = 6982"),
    ("1.6 SELECT MF: 6A86 after power-up", PLAIN, "00A40000 = 6A86"),
    ("1.6 SELECT MF: 9000 without effect inside an application", PLAIN, "AP; 00A40000; EF 001B"),
    ("1.6 SELECT 3F00: 6A82", PLAIN, "AP; 00A4000C023F00 = 6A82"),
    # --- counters
    ("1.9 counters 5/3", PLAIN, "AP; EF 001B; QUERY = 63C5; EF 0018; QUERY = 63C3"),
    ("1.9 63Cx→63C0 then 6984", PLAIN,
     "AP; EF 001B; WRONG = 63C4; WRONG = 63C3; WRONG = 63C2; WRONG = 63C1; WRONG = 63C0; WRONG = 6984; "
     "VERIFY = 6984"),
    ("1.9 63Cx→63C0 then 6984 (option: 6983)", Knobs(sign_tries=1, locked_status=0x6983),
     "AP; EF 001B; WRONG = 63C0; WRONG = 6983; VERIFY = 6983"),
    ("1.9 63Cx→63C0 of the other password", PLAIN,
     "AP; EF 0018; WRONG = 63C2; WRONG = 63C1; WRONG = 63C0; WRONG = 6984; EF 001B; QUERY = 63C5"),
    ("1.4 63C0 to the query when locked, and after power-up", Knobs(sign_tries=0),
     "AP; EF 001B; QUERY = 63C0; OFF; AP; EF 001B; QUERY = 63C0"),
    ("1.9 success restores the counter", PLAIN, "AP; EF 001B; WRONG = 63C4; WRONG = 63C3; VERIFY; QUERY = 63C5"),
    ("1.9 empty VERIFY never decrements", PLAIN,
     "AP; EF 001B; QUERY = 63C5; QUERY = 63C5; QUERY = 63C5; QUERY = 63C5"),
    ("1.6 empty VERIFY answers 63Cx though verified", PLAIN, f"{UNLOCKED}; QUERY = 63C5"),
    ("1.4 empty VERIFY may answer 9000, which means nothing", Knobs(tells_tries=False),
     "AP; EF 001B; QUERY; EF 001A; SIGN = 6982"),
    ("1.2 VERIFY with an empty body is no query", PLAIN, "AP; EF 001B; 0020008000 = 6700; QUERY = 63C5"),
    # --- status words
    ("1.9 6A82 unknown AID", PLAIN, "NOAP = 6A82"),
    ("1.9 6A82 unknown EF", PLAIN, "AP; EF 0099 = 6A82"),
    ("1.9 6A82: a card without the application", Knobs(application=False), "AP = 6A82; ISD"),
    ("1.9 6986 VERIFY with no EF", PLAIN, "AP; VERIFY = 6986; QUERY = 6986"),
    ("1.9 6986 READ with no EF", PLAIN, "AP; READ = 6986"),
    ("1.9 6986 SIGN (P2=80) with no EF", PLAIN, "AP; SIGN = 6986"),
    ("1.9 6986 before any application", PLAIN, "READ = 6986; QUERY = 6986; SIGN = 6986"),
    ("1.9 6982 read 0001 unverified", PLAIN, "AP; EF 0001; READ = 6982"),
    ("1.9 6982 sign unverified", PLAIN, "AP; EF 001A; SIGN = 6982"),
    ("1.4 6981 READ on a key or a password", PLAIN, "AP; EF 001A; READ = 6981; EF 001B; READ = 6981"),
    ("1.4 6981 VERIFY on a key or a certificate", PLAIN, "AP; EF 001A; VERIFY = 6981; EF 0002; VERIFY = 6981"),
    ("1.4 6981 SIGN with a password or a certificate", PLAIN, f"{UNLOCKED}; SIGN = 6981; EF 0002; SIGN = 6981"),
    ("1.9 6700 wrong Lc or Le", PLAIN,
     f"{UNLOCKED}; VERIFY 00 = 6700; 00A4020C0500 = 6700; EF 0006; 00B00000 = 6700; EF 001A; 802A008000 = 6700; "
     f"00A4 = 6700"),
    ("1.9 6700 sign without Le", PLAIN, f"{UNLOCKED}; EF 001A; 802A008033{DIGEST_INFO} = 6700"),
    ("1.9 6985 input of a size that the mode does not take", PLAIN,
     f"{UNLOCKED}; EF 001A; 802A0080F6{'00' * 246}00 = 6985; 802A02801F{'00' * 31}00 = 6985; "
     f"802A048021{'00' * 33}00 = 6985; 00C0000010 = 6985"),
    ("1.9 6A86 P1 beyond 05", PLAIN,
     f"{UNLOCKED}; EF 001A; 802A068033{DIGEST_INFO}00 = 6A86; 802AFF8033{DIGEST_INFO}00 = 6A86"),
    ("1.4 6A86 P1-P2 of SELECT, READ and VERIFY", PLAIN,
     "AP; 00A4080C02001B = 6A86; 00A404040AD392F000260100000001 = 6A86; 00B0C60020 = 6A86; EF 001B; "
     "002001800141 = 6A86; 002000000141 = 6A86"),
    ("1.4 6A80 half a file identifier", PLAIN, "AP; 00A4020C0100 = 6A80"),
    ("1.4 6A88 referenced data not found", PLAIN, f"AP; 0020009D = 6A88; 802A009D33{DIGEST_INFO}00 = 6A88"),
    ("1.4 6D00 INS", PLAIN, "00CB3FFF035C017E00 = 6D00; AP; 00CA9F7F00 = 6D00; ISD; READ = 6D00"),
    ("1.4 6E00 CLA", PLAIN, "90A4040C0AD392F000260100000001 = 6E00; AP; 80B0000000 = 6E00"),
    ("1.4 6881 logical channel ≠0 refused", PLAIN,
     "01A4040C0AD392F000260100000001 = 6881; AP; 0320008008" + "41" * 8 + " = 6881"),
    ("1.6 secure messaging: CLA 08 → 69FC", PLAIN, "AP; EF 001B; 0820008008" + "41" * 8 + " = 69FC; QUERY = 63C5"),
    ("1.2 extended APDUs are refused", PLAIN, "AP; EF 001B; 00200080000008" + "41" * 8 + " = 6700; QUERY = 63C5"),
    ("1.2 a padded or a small password is a wrong one", PLAIN,
     f"AP; EF 001B; 0020008010{SIGN_PASSWORD.encode().ljust(16, bytes(1)).hex()} = 63C4; "
     f"0020008008{SIGN_PASSWORD.lower().encode().hex()} = 63C3"),
    # --- reading
    ("1.9 Le=00→≤256", PLAIN, "AP; EF 0002; READ = .{512}9000; 00B0000004 = 3082.{4}9000"),
    ("1.2 fewer bytes at the end of the file", PLAIN, "AP; EF 0008; READ = 8F8F009000; 00B0000204 = 009000"),
    ("1.9 6B00 past the end", PLAIN, "AP; EF 0008; 00B0000300 = 6B00; 00B07FFF00 = 6B00"),
    ("1.4 6282 at the end of the file (variant)", Knobs(end_of_file=0x6282),
     "AP; EF 0008; 00B0000003 = 8F8F009000; READ = 8F8F006282"),
    ("1.9 filler FF after the DER", PLAIN,
     "AP; EF 0002; FILLER; EF 000A; FILLER; EF 000B; FILLER; EF 001B; VERIFY; EF 0001; FILLER"),
    ("1.9 P2 80|sfi: VERIFY and the query", PLAIN,
     f"AP; 0020009B = 63C5; 0020009B08{SIGN_PASSWORD.encode().hex()}; QUERY = 63C5"),
    ("1.9 P2 80|sfi: SIGN", PLAIN, f"{UNLOCKED}; 802A009A33{DIGEST_INFO}00 = .{{512}}9000; SIGN = .*9000"),
    ("1.2 P1 80|sfi: READ", PLAIN,
     "AP; 00B0880000 = 8F8F009000; 00B0000100 = 8F009000; 00B0880200 = 009000; 00B09E0000 = 6A82"),
    ("1.2 SELECT with P2=00 and Le answers the FCI", PLAIN,
     "00A404000AD392F00026010000000100 = 6F.*D392F000260100000001.*9000"),
    ("1.2 SELECT with P2=0C answers nothing", PLAIN, "00A4040C0AD392F00026010000000100 = 9000"),
    # --- signing modes
    *(
        (f"1.9 P1 {mode:02X}, {size} bytes", PLAIN,
         f"{UNLOCKED}; EF 001A; 802A{mode:02X}80{size:02X}{'5A' * size}00 = .{{512}}9000")
        for mode, size in ((0, 51), (0, 1), (0, 245), (1, 255), (2, 32), (3, 1), (3, 255), (4, 32), (5, 255))
    ),
    # --- files
    ("1.1 other applications: 券面入力補助, 券面確認, 住基, card manager", PLAIN, "ENTRY; FACE; JUKI; ISD"),
    ("1.1 0006: 160 bytes, the name padded with spaces to 32", PLAIN,
     f"AP; EF 0006; READ = {b'JPKIAPICCTOKEN2'.ljust(32).hex()}.{{256}}9000"),
    ("1.1 0008: 8F 8F 00 with both certificates", PLAIN, "AP; EF 0008; READ = 8F8F009000"),
    ("1.1 000A is free on a plastic card", PLAIN, "AP; EF 000A; READ = 3082.*9000"),
    # --- knobs
    ("1.9 knob: card removed at step N", Knobs(pulled_at=3, stays_away=True),
     "AP; EF 001B; QUERY = LOST; QUERY = LOST"),
    ("1.9 knob: card removed at step N, put back", Knobs(pulled_at=3),
     "AP; EF 001B; QUERY = LOST; AP; EF 001B; QUERY = 63C5"),
    ("1.9 knob: card removed: the password is forgotten", Knobs(pulled_at=4),
     f"{UNLOCKED}; AP = LOST; AP; EF 001A; SIGN = 6982"),
    ("1.9 knob: reset by another app, dead until reconnected", Knobs(reset_by_other_at=3),
     "AP; EF 001B; QUERY = LOST; AP = LOST; OFF; AP; EF 001B; QUERY = 63C5"),
    ("1.9 knob: 6F00 to the first command", Knobs(first_command_fails=True), "AP = 6F00; AP; OFF; AP = 6F00; AP"),
    ("1.9 knob: 61xx chunking", Knobs(chunking="61"),
     "AP; EF 0002; READ = .{128}61C0; 00C00000C0 = .{384}9000; 00C0000010 = 6985; READ = .{128}61C0; "
     "00C0000040 = .{128}6180"),
    ("1.9 knob: 61xx chunking of the signature", Knobs(chunking="61"),
     f"{UNLOCKED}; EF 001A; SIGN = .{{128}}61C0; 00C00000C0 = .{{384}}9000"),
    ("1.9 knob: 6Cxx", Knobs(chunking="6C"), "AP; EF 0008; READ = 6C03; 00B0000003 = 8F8F009000"),
    ("1.9 knob: no sign certificate (0008=00 8F 00 and 0001 missing)", Knobs(sign_certificate=False),
     "AP; EF 0008; READ = 008F009000; EF 0001 = 6A82"),
    ("1.9 knob: expired certificate", Knobs(expired=True), f"{UNLOCKED}; EF 0001; EXPIRED"),
    ("1.9 knob: locked", Knobs(sign_tries=0), "AP; EF 001B; QUERY = 63C0; VERIFY = 6984"),
    ("1.9 knob: locked, the other password", Knobs(auth_tries=0), "AP; EF 0018; QUERY = 63C0; AUTH = 6984"),
    ("1.9 knob: phone token", Knobs(token="JPKIAPGPSETOKEN"),
     f"AP; EF 0006; READ = {b'JPKIAPGPSETOKEN'.ljust(32).hex()}.*9000; EF 000A; READ = 6982; EF 0018; AUTH; "
     f"EF 000A; READ = 3082.*9000"),
    ("1.9 knob: phone token of the other kind", Knobs(token="JPKIAPIOSTOKEN"),
     f"AP; EF 0006; READ = {b'JPKIAPIOSTOKEN'.ljust(32).hex()}.*9000"),
    ("1.9 knob: old juki token", Knobs(token="JPKIAPICCTOKEN"),
     f"AP; EF 0006; READ = {b'JPKIAPICCTOKEN'.ljust(32).hex()}.*9000"),
    ("1.9 knob: lost response to VERIFY, which has cost its try", Knobs(pulled_after="VERIFY"),
     "AP; EF 001B; WRONG = LOST; AP; EF 001B; QUERY = 63C4"),
    ("1.9 knob: VERIFY that never arrived costs nothing", Knobs(pulled_before="VERIFY"),
     "AP; EF 001B; WRONG = LOST; AP; EF 001B; QUERY = 63C5"),
    ("1.9 knob: slow sign", Knobs(delay=0.05), f"{UNLOCKED}; EF 001A; SLOW"),
    ("1.9 knob: slow VERIFY", Knobs(verify_delay=0.05), "AP; EF 001B; SLOW VERIFY"),
]  # fmt: skip


@pytest.mark.parametrize(("knobs", "script"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_the_demo_card_conforms(identity: DemoIdentity, knobs: Knobs, script: str) -> None:
    card = DemoCard(knobs, None if knobs.expired else identity)
    for line in script.split("; "):
        command, _, wanted = line.partition(" = ")
        if command in EVENTS:
            EVENTS[command](card)
        else:
            answer = _answer(card, command)
            assert re.fullmatch(wanted.upper() or "9000", answer), f"{line}: {answer}"


def _answer(card: DemoCard, command: str) -> str:
    if command.startswith("EF "):
        command = f"00A4020C02{command[3:]}"
    for word, meaning in WORDS.items():
        command = re.sub(rf"\b{word}\b", meaning, command)
    try:
        return card.transmit(bytes.fromhex(command)).hex().upper()
    except ContactLost:
        return "LOST"


def _content(card: DemoCard) -> bytes:
    """The whole of the current file."""
    content = b""
    while (answer := card.transmit(bytes.fromhex(f"00B0{len(content):04X}00")))[-2:] == b"\x90\x00":
        content += answer[:-2]
    assert answer == b"\x6b\x00"
    return content


def _filler(card: DemoCard) -> None:
    content = _content(card)
    total = 4 + int.from_bytes(content[2:4], "big")
    x509.load_der_x509_certificate(content[:total])
    assert set(content[total:]) == {0xFF}


def _expired(card: DemoCard) -> None:
    content = _content(card)
    certificate = x509.load_der_x509_certificate(content[: 4 + int.from_bytes(content[2:4], "big")])
    assert certificate.not_valid_after_utc < datetime.now(UTC)


def _slow(command: str) -> Callable[[DemoCard], None]:
    def run(card: DemoCard) -> None:
        begun = time.monotonic()
        assert _answer(card, command).endswith("9000")
        assert time.monotonic() - begun >= 0.05

    return run


EVENTS: dict[str, Callable[[DemoCard], object]] = {
    "RESET": DemoCard.reset,
    "OFF": DemoCard.power_off,
    "FILLER": _filler,
    "EXPIRED": _expired,
    "SLOW": _slow("SIGN"),
    "SLOW VERIFY": _slow("VERIFY"),
}
