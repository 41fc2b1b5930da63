"""Whatever is said to the demo card, and whatever a card says to the driver."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.card import survey
from app.card.apdu import ApduError, Buffer, ContactLost
from app.card.demo import JPKI, DemoCard, Knobs, kind
from app.card.demo_certificate import DemoIdentity
from app.card.holder import CardHolder
from app.card.jpki import JpkiSession
from app.card.slots import SlotState
from app.errors.base import UserError
from app.errors.card import (
    CardBusy,
    CardChanged,
    CardFault,
    CardNotSupported,
    CardRemoved,
    CardRemovedWhileSigning,
    CardServiceUnavailable,
    CertificateUnusable,
    NoCard,
    NoSignatureCertificate,
    NotMyNumberCard,
    OutcomeUnknown,
    PasswordIncorrect,
    PasswordLocked,
    PhoneNotSupported,
    ReaderNotFound,
)
from app.secret import Secret

PASSWORD = "PROPERTY2026"
READER = "Reader"
DIGEST = hashlib.sha256(b"message").digest()
IDENTITY = DemoIdentity()
calm = settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.too_slow])


@pytest.fixture(autouse=True, scope="module")
def hasty_survey() -> Iterator[None]:
    """A card that does not answer is not waited for: this one never goes."""
    usual, survey.NOTICED = survey.NOTICED, 0.0  # type: ignore[misc]
    yield
    survey.NOTICED = usual  # type: ignore[misc]


# --- random commands to the card ------------------------------------------------------------------------------


def apdu(cla: int, ins: int, p1: int, p2: int, data: bytes, le: int | None) -> bytes:
    body = bytes([len(data)]) + data if data else b""
    return bytes([cla, ins, p1, p2]) + body + (b"" if le is None else bytes([le]))


FILES = (0x0001, 0x0002, 0x0006, 0x0008, 0x000A, 0x0017, 0x0018, 0x001A, 0x001B)
SELECTS = st.sampled_from([f.to_bytes(2, "big") for f in FILES]).map(lambda fid: apdu(0, 0xA4, 2, 0x0C, fid, None))
APPLICATIONS = st.sampled_from([JPKI, JPKI, JPKI, bytes.fromhex("A0000001510000"), b"none"]).map(
    lambda aid: apdu(0, 0xA4, 4, 0x0C, aid, None)
)
REFERENCES = st.sampled_from([0x80, 0x80, 0x9B, 0x98, 0x9A, 0x97])
PASSWORDS = st.sampled_from([PASSWORD.encode(), b"1234", b"WRONG999", PASSWORD.encode()[:-1], b"A"]) | st.binary(
    min_size=1, max_size=20
)
VERIFIES = st.builds(lambda p2, text: apdu(0, 0x20, 0, p2, text, None), REFERENCES, PASSWORDS)
QUERIES = REFERENCES.map(lambda p2: bytes([0, 0x20, 0, p2]))
READS = st.builds(
    lambda p1, p2, le: bytes([0, 0xB0, p1, p2, le]),
    st.sampled_from([0, 0, 1, 4, 0x81, 0x8A]),
    st.sampled_from([0, 0, 4, 16]),
    st.integers(0, 255),
)
SIGNS = st.builds(
    lambda p1, p2, data, le: apdu(0x80, 0x2A, p1, p2, data, le),
    st.integers(0, 6),
    REFERENCES,
    st.just(DIGEST) | st.binary(max_size=255),
    st.sampled_from([0, None, 16]),
)
FOLLOW_UPS = st.integers(0, 255).map(lambda le: bytes([0, 0xC0, 0, 0, le]))
LOOSE = st.builds(
    apdu,
    st.sampled_from([0, 0, 0x80, 0x08, 1, 0x90]),
    st.sampled_from([0x20, 0xA4, 0xB0, 0x2A, 0xC0, 0x24, 0xCA]) | st.integers(0, 255),
    st.integers(0, 255),
    st.integers(0, 255),
    st.binary(max_size=40),
    st.none() | st.integers(0, 255),
)
COMMANDS = APPLICATIONS | SELECTS | VERIFIES | QUERIES | READS | SIGNS | FOLLOW_UPS | LOOSE | st.binary(max_size=300)


def motif(fid: int, commands: st.SearchStrategy[bytes]) -> st.SearchStrategy[list[bytes | str]]:
    """A file is selected as a program would do it, and something is done with it."""
    opening = apdu(0, 0xA4, 4, 0x0C, JPKI, None), apdu(0, 0xA4, 2, 0x0C, fid.to_bytes(2, "big"), None)
    return st.lists(commands, min_size=1, max_size=3).map(lambda some: [*opening, *some])


UNLOCK = motif(0x001B, st.just(apdu(0, 0x20, 0, 0x80, PASSWORD.encode(), None)))
MOTIFS = (
    UNLOCK
    | motif(0x001B, VERIFIES | QUERIES)
    | motif(0x0018, VERIFIES | QUERIES)
    | motif(0x0001, READS)
    | motif(0x001A, SIGNS)
)
EVENTS = st.sampled_from(["reset", "power_off", "put_back"])
FAULTS = st.just(Knobs()) | st.builds(
    Knobs,
    chunking=st.sampled_from(["", "", "61", "6C"]),
    tells_tries=st.booleans(),
    sign_tries=st.integers(0, 5),
    locked_status=st.sampled_from([0x6983, 0x6984]),
    first_command_fails=st.booleans(),
    end_of_file=st.sampled_from([0x9000, 0x6282]),
    pulled_at=st.integers(0, 30),
    reset_by_other_at=st.integers(0, 30),
    stays_away=st.booleans(),
    pulled_after=st.sampled_from(["", "VERIFY", "SIGN"]),
)


class Witness:
    """Passes commands on to a card and holds it to its rules."""

    def __init__(self, card: DemoCard) -> None:
        self.card = card
        self.unlocked = False  # whether the right password came since the power came
        self.secrets = IDENTITY.sign.certificate

    def say(self, command: bytes) -> None:
        before = self.card.tries
        try:
            answer = self.card.transmit(command)
        except ContactLost:
            answer = None
        self._counters(command, before, answer)
        if not self.card.present or (answer is None and not self.card.knobs.reset_by_other_at):
            self.unlocked = False  # it has left the field
        if answer is not None:
            assert 2 <= len(answer) <= 258
            self._secrets(command, answer)

    def happen(self, event: str) -> None:
        before = self.card.tries
        getattr(self.card, event)()
        assert self.card.tries == before
        if event == "power_off":
            self.unlocked = False

    def _counters(self, command: bytes, before: tuple[int, int], answer: bytes | None) -> None:
        after = self.card.tries
        if after != before:
            assert kind(command) == "VERIFY"
            assert len(command) > 5, "an empty one costs nothing"
            for now, then, limit in zip(after, before, (5, 3), strict=True):
                assert now in (then, then - 1) or (now == limit and then > 0)
            assert sum(now != then for now, then in zip(after, before, strict=True)) == 1
        if kind(command) == "VERIFY" and command[5:] == PASSWORD.encode() and answer == b"\x90\x00":
            self.unlocked = True

    def _secrets(self, command: bytes, answer: bytes) -> None:
        if self.unlocked:
            return
        data = answer[:-2]
        if len(data) >= 8 and set(data) != {0xFF}:
            assert data not in self.secrets
        if kind(command) == "SIGN":
            assert not data, "nobody has shown a password"


@calm
@given(FAULTS, st.lists(MOTIFS | MOTIFS | COMMANDS.map(lambda one: [one]) | EVENTS.map(lambda one: [one]), max_size=15))
def test_any_commands(knobs: Knobs, motifs: list[list[bytes | str]]) -> None:
    witness = Witness(DemoCard(knobs, IDENTITY, PASSWORD))
    for command in chain.from_iterable(motifs):
        if isinstance(command, str):
            witness.happen(command)
        else:
            witness.say(command)


def test_the_witness_is_awake() -> None:
    """With a card that breaks each rule the test above would fail."""
    card = DemoCard(None, IDENTITY, PASSWORD)
    unlock = [apdu(0, 0xA4, 4, 0x0C, JPKI, None), bytes.fromhex("0020009B0C") + PASSWORD.encode()]
    for command in unlock:
        card.transmit(command)
    with pytest.raises(AssertionError):  # a certificate that nobody has opened, as far as the witness knows
        Witness(card).say(bytes.fromhex("00B0810000"))
    with pytest.raises(AssertionError):
        Witness(card).say(apdu(0x80, 0x2A, 0x02, 0x9A, DIGEST, 0))
    witness = Witness(card)
    with pytest.raises(AssertionError):  # a counter that moves by itself
        witness._counters(bytes.fromhex("00A40000"), (card.tries[0] + 1, 3), b"\x90\x00")


# --- random answers to the driver -----------------------------------------------------------------------------

WORDS = st.sampled_from(
    [0x9000, 0x9000, 0x6100, 0x6110, 0x6282, 0x6300, 0x63C0, 0x63C1, 0x63C5, 0x6700, 0x6881, 0x6982, 0x6983, 0x6984,
     0x6985, 0x6986, 0x6A82, 0x6A86, 0x6B00, 0x6C00, 0x6C04, 0x6D00, 0x6E00, 0x6F00]
) | st.integers(0, 0xFFFF)  # fmt: skip
SHAPES = st.sampled_from(
    [b"", b"JPKIAPICCTOKEN2".ljust(32), b"JPKIAPICCTOKEN", b"JPKIAPIOSTOKEN", b"\x8f\x8f\x00", b"\x00\x8f\x00",
     b"\x30\x82\x00\x10", b"\x30\x82\x7f\xfb", b"\x30\x82\x01\x00", bytes(256), b"\xff" * 16]
)  # fmt: skip
SAID = st.builds(lambda data, sw: data + sw.to_bytes(2, "big"), SHAPES | st.binary(max_size=256), WORDS)
LOST, LOST_SERVICE = "lost", "service lost"
ANSWERS = SAID | SAID | st.binary(max_size=300) | st.sampled_from([LOST, LOST_SERVICE])


class Capricious:
    """A card that answers as it should, but for the commands whose number is in the script; `forever` from one on."""

    def __init__(self, script: dict[int, bytes | str], forever: tuple[int, bytes] | None = None) -> None:
        self.card = DemoCard(None, IDENTITY, PASSWORD)
        self.script = script
        self.forever = forever
        self.counts: Counter[str] = Counter()
        self.number = 0

    def transmit(self, command: Buffer) -> bytes:
        self.number += 1
        self.counts[kind(command)] += 1
        answer = self.script.get(self.number)
        if answer is None and self.forever and self.number >= self.forever[0]:
            answer = self.forever[1]
        if answer is None:
            return self.card.transmit(command)
        if isinstance(answer, str):
            raise ContactLost(service=answer == LOST_SERVICE)
        return answer

    def power_off(self) -> None:
        self.card.power_off()


class OneReader:
    """Always with that card in it, unless `refusal` says what is in the way."""

    def __init__(self, card: Capricious, refusal: UserError | None = None) -> None:
        self.card, self.refusal = card, refusal

    def states(self) -> dict[str, SlotState]:
        return {READER: SlotState(True, 1, False)}

    def connect(self, reader: str) -> Capricious:
        if self.refusal:
            refusal, self.refusal = self.refusal, None
            raise refusal
        return self.card


SCRIPTS = (
    st.dictionaries(st.integers(1, 60), ANSWERS, max_size=8)
    | st.dictionaries(st.integers(20, 45), SAID, min_size=1, max_size=2)  # once the password is on its way
    | st.lists(ANSWERS, max_size=30).map(lambda answers: dict(enumerate(answers, 1)))
)
REFUSALS = st.none() | st.sampled_from([NoCard(), CardBusy(), NotMyNumberCard(), CardServiceUnavailable()])
AT_THE_CARD = (CardRemoved, CardServiceUnavailable, CardFault, CardChanged, NotMyNumberCard, PhoneNotSupported)
LOOKING = (*AT_THE_CARD, CardNotSupported, NoSignatureCertificate, NoCard, CardBusy, ReaderNotFound)
UNLOCKING = (
    *LOOKING, PasswordIncorrect, PasswordLocked, OutcomeUnknown, CardRemovedWhileSigning, CertificateUnusable,
)  # fmt: skip
SIGNING = (CardRemovedWhileSigning, CardFault, CardChanged, CertificateUnusable, NoSignatureCertificate)


def password() -> Secret:
    return Secret.taking(bytearray(PASSWORD.encode()))


def attempt(work: Callable[[], Any], *allowed: type[Exception]) -> bool:
    """Whether it went well; nothing but these may come out."""
    try:
        work()
    except allowed:
        return False
    return True


@calm
@given(SCRIPTS, REFUSALS)
def test_any_answers_to_the_keeper_of_the_card(script: dict[int, bytes | str], refusal: UserError | None) -> None:
    card = Capricious(script)
    holder = CardHolder(OneReader(card, refusal))
    attempt(lambda: holder.attempts(READER), *LOOKING)
    secret = password()
    if attempt(lambda: holder.unlock(READER, secret), *UNLOCKING):
        attempt(lambda: holder.sign(DIGEST), *SIGNING)
    assert len(secret) == 0, "wiped, whatever happened"
    assert card.counts["VERIFY"] <= 1
    assert card.counts["SIGN"] <= 2, "6Cxx asks for the command again with the right length"
    holder.release()
    assert card.number < 500


@calm
@given(st.integers(1, 40), SAID)
def test_a_card_that_says_one_thing_for_ever(begin: int, answer: bytes) -> None:
    card = Capricious({}, (begin, answer))
    holder = CardHolder(OneReader(card))
    attempt(lambda: holder.attempts(READER), *LOOKING)
    if attempt(lambda: holder.unlock(READER, password()), *UNLOCKING):
        attempt(lambda: holder.sign(DIGEST), *SIGNING)
    assert card.counts["VERIFY"] <= 1
    assert card.number < 5000


@calm
@given(SCRIPTS)
def test_any_answers_to_a_session(script: dict[int, bytes | str]) -> None:
    card = Capricious(script)
    session = JpkiSession(card)
    attempt(session.kind, ContactLost)
    attempt(session.require_my_number_card, NotMyNumberCard, PhoneNotSupported, CardNotSupported, ContactLost)
    for work in (session.availability, session.sign_tries, session.auth_tries, session.fingerprint):
        attempt(work, ApduError, ContactLost)
    attempt(session.require_sign_certificate, NoSignatureCertificate, ApduError, ContactLost)
    attempt(session.auth_certificate, ApduError, CertificateUnusable, ContactLost)
    attempt(
        lambda: session.verify(password()),
        PasswordIncorrect,
        PasswordLocked,
        OutcomeUnknown,
        CardFault,
        ApduError,
        ContactLost,
    )
    opened = (NoSignatureCertificate, CardFault, CardRemovedWhileSigning, CertificateUnusable, ContactLost)
    attempt(session.certificate, *opened)
    attempt(session.issuers, ContactLost)
    attempt(lambda: session.sign(DIGEST), *opened)
    attempt(session.leave)
    assert card.counts["VERIFY"] <= 1


@calm
@given(SCRIPTS)
def test_any_answers_to_a_look_at_the_readers(script: dict[int, bytes | str]) -> None:
    card = Capricious(script)
    found: list[Any] = []
    attempt(lambda: found.extend(CardHolder(OneReader(card)).readers(thorough=True)), CardServiceUnavailable)
    assert card.counts["VERIFY"] == 0
    for status in found:
        assert status.card in ("my-number", "phone", "juki", "other", "none")
