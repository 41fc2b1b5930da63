"""The dialogue with the card: what every answer means, and how often the password is sent."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from app.card.apdu import ApduError, Buffer, ContactLost
from app.card.demo import SIGN_PASSWORD, DemoCard, Knobs, kind
from app.card.demo_certificate import DemoIdentity
from app.card.jpki import JpkiSession
from app.errors.base import UserError
from app.errors.card import (
    CardFault,
    CardNotSupported,
    CardRemovedWhileSigning,
    CertificateUnusable,
    NoSignatureCertificate,
    NotMyNumberCard,
    OtherPasswordTyped,
    OutcomeUnknown,
    PasswordIncorrect,
    PasswordLocked,
    PasswordMalformed,
    PhoneNotSupported,
)
from app.secret import Secret

Make = Callable[[Knobs], DemoCard]
DIGEST = hashlib.sha256(b"message").digest()


class Watched:
    """A transport that counts commands and can put its own answer in place of the card's."""

    def __init__(self, card: DemoCard, **instead: str) -> None:
        self.card = card
        self.instead = {name: bytes.fromhex(answer) for name, answer in instead.items()}
        self.counts: Counter[str] = Counter()
        self.verify: Any = None

    def transmit(self, command: Buffer) -> bytes:
        name = kind(command)
        self.counts[name] += 1
        if name == "VERIFY":
            self.verify = command
        if name in self.instead:
            return self.instead[name]
        return self.card.transmit(command)

    def power_off(self) -> None:
        self.card.power_off()


def password(text: str = SIGN_PASSWORD) -> Secret:
    return Secret.taking(bytearray(text.encode()))


def opened(card: DemoCard, **instead: str) -> tuple[JpkiSession, Watched]:
    watched = Watched(card, **instead)
    session = JpkiSession(watched)
    session.kind()
    return session, watched


# --- who it is ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("knobs", "expected"),
    [
        (Knobs(), "my-number"),
        (Knobs(first_command_fails=True), "my-number"),
        (Knobs(chunking="61"), "my-number"),
        (Knobs(chunking="6C"), "my-number"),
        (Knobs(token="JPKIAPICCTOKEN"), "juki"),
        (Knobs(token="JPKIAPGPSETOKEN"), "phone"),
        (Knobs(token="JPKIAPIOSTOKEN"), "phone"),
        (Knobs(token="JPKIAPICCTOKEN3"), "new"),
        (Knobs(application=False), "other"),
    ],
)
def test_kinds(make_card: Make, knobs: Knobs, expected: str) -> None:
    assert JpkiSession(make_card(knobs)).kind() == expected


@pytest.mark.parametrize(
    ("knobs", "error"),
    [
        (Knobs(token="JPKIAPICCTOKEN"), CardNotSupported),
        (Knobs(token="JPKIAPICCTOKEN3"), CardNotSupported),
        (Knobs(token="JPKIAPIOSTOKEN"), PhoneNotSupported),
        (Knobs(application=False), NotMyNumberCard),
    ],
)
def test_refused_kinds(make_card: Make, knobs: Knobs, error: type[UserError]) -> None:
    with pytest.raises(error):
        JpkiSession(make_card(knobs)).require_my_number_card()


def test_what_needs_no_password(card: DemoCard, identity: DemoIdentity) -> None:
    session, watched = opened(card)
    session.require_sign_certificate()
    assert session.availability() == (True, True)
    assert (session.sign_tries(), session.auth_tries()) == (5, 3)
    assert identity.auth.certificate.startswith(session.fingerprint())
    assert session.issuers() == (identity.authority,)
    assert watched.counts["VERIFY"] == 0


def test_no_signature_certificate_is_known_before_the_password(make_card: Make) -> None:
    session, _ = opened(make_card(Knobs(sign_certificate=False)))
    with pytest.raises(NoSignatureCertificate):
        session.require_sign_certificate()


def test_tries_that_are_not_told_are_not_invented(make_card: Make) -> None:
    session, _ = opened(make_card(Knobs(tells_tries=False)))
    assert session.sign_tries() is None


@pytest.mark.parametrize(("answer", "tries"), [("63C0", 0), ("6983", 0), ("6984", 0), ("6300", None), ("6D00", None)])
def test_tries_of_other_cards(card: DemoCard, answer: str, tries: int | None) -> None:
    session, _ = opened(card, QUERY=answer)
    assert session.sign_tries() == tries


# --- the password ---------------------------------------------------------------------------------------------


def test_the_right_password(card: DemoCard) -> None:
    session, watched = opened(card)
    session.verify(password())
    assert watched.counts["VERIFY"] == 1
    assert isinstance(watched.verify, bytearray)
    assert not any(watched.verify), "the command that held the password is wiped"


@pytest.mark.parametrize(
    ("answer", "error", "facts"),
    [
        ("63C4", PasswordIncorrect, {"attempts_remaining": 4}),
        ("63C1", PasswordIncorrect, {"attempts_remaining": 1}),
        ("6300", PasswordIncorrect, {"attempts_remaining": None}),
        ("63C0", PasswordLocked, {}),
        ("6983", PasswordLocked, {}),
        ("6984", PasswordLocked, {}),
        ("6102", CardFault, {"status": "6102", "step": "VERIFY"}),
        ("6C08", CardFault, {"status": "6C08", "step": "VERIFY"}),
        ("6700", CardFault, {"status": "6700", "step": "VERIFY"}),
        ("6F00", CardFault, {"status": "6F00", "step": "VERIFY"}),
        ("", OutcomeUnknown, {}),
    ],
)
def test_every_answer_to_the_password_is_final(
    card: DemoCard, answer: str, error: type[UserError], facts: dict[str, object]
) -> None:
    session, watched = opened(card, VERIFY=answer)
    with pytest.raises(error) as caught:
        session.verify(password())
    assert type(caught.value) is error
    assert caught.value.facts == facts
    assert watched.counts["VERIFY"] == 1, "never sent twice"
    assert watched.counts["OTHER"] == 0, "and nothing fetched"
    assert not any(watched.verify)


def test_five_wrong_passwords(card: DemoCard) -> None:
    session, watched = opened(card)
    left = []
    for _ in range(4):
        with pytest.raises(PasswordIncorrect) as caught:
            session.verify(password("WRONG1"))
        left.append(caught.value.attempts_remaining)
    assert left == [4, 3, 2, 1]
    for _ in range(2):
        with pytest.raises(PasswordLocked):
            session.verify(password("WRONG1"))
    assert session.sign_tries() == 0
    assert watched.counts["VERIFY"] == 6


@pytest.mark.parametrize("fault", [Knobs(pulled_before="VERIFY"), Knobs(pulled_after="VERIFY")])
def test_a_password_that_got_no_answer(make_card: Make, fault: Knobs) -> None:
    session, watched = opened(make_card(fault))
    with pytest.raises(OutcomeUnknown):
        session.verify(password())
    assert watched.counts["VERIFY"] == 1


@pytest.mark.parametrize(
    ("text", "error"), [("1234", OtherPasswordTyped), ("ABC", PasswordMalformed), ("A" * 17, PasswordMalformed)]
)
def test_what_cannot_be_right_is_not_sent(card: DemoCard, text: str, error: type[UserError]) -> None:
    session, watched = opened(card)
    with pytest.raises(error):
        session.verify(password(text))
    assert watched.counts["VERIFY"] == 0


def test_contact_lost_before_the_password_is_no_unknown_outcome(make_card: Make) -> None:
    card = make_card(Knobs(pulled_at=4))
    session, watched = opened(card)
    with pytest.raises(ContactLost):
        session.verify(password())
    assert watched.counts["VERIFY"] == 0


# --- certificate and signature ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "knobs",
    [Knobs(), Knobs(chunking="61"), Knobs(chunking="6C"), Knobs(end_of_file=0x6282)],
    ids=["plain", "61xx", "6Cxx", "6282"],
)
def test_one_way_through(make_card: Make, identity: DemoIdentity, knobs: Knobs) -> None:
    session, watched = opened(make_card(knobs))
    session.verify(password())
    assert session.certificate() == identity.sign.certificate, "without filler"
    assert session.issuers() == (identity.authority,)
    signature = session.sign(DIGEST)
    identity.sign.key.public_key().verify(signature, b"message", padding.PKCS1v15(), hashes.SHA256())
    assert (watched.counts["VERIFY"], watched.counts["SIGN"]) == (1, 1)


@pytest.mark.parametrize("name", ["sha256", "sha384", "sha512"])
def test_digests(card: DemoCard, identity: DemoIdentity, name: str) -> None:
    session, _ = opened(card)
    session.verify(password())
    algorithm = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}[name]
    signature = session.sign(hashlib.new(name, b"message").digest())
    identity.sign.key.public_key().verify(signature, b"message", padding.PKCS1v15(), algorithm)


def test_the_certificate_is_closed_without_the_password(card: DemoCard) -> None:
    session, _ = opened(card)
    with pytest.raises(CardRemovedWhileSigning):
        session.certificate()


def test_a_certificate_that_is_not_there_after_all(make_card: Make) -> None:
    session, _ = opened(make_card(Knobs(sign_certificate=False)))
    session.verify(password())
    with pytest.raises(NoSignatureCertificate):
        session.certificate()


@pytest.mark.parametrize("answer", ["9000", "00009000", "30827FFC9000", "FFFFFFFF9000"])
def test_a_file_that_holds_no_certificate(card: DemoCard, answer: str) -> None:
    session, _ = opened(card, READ=answer)
    with pytest.raises(CertificateUnusable):
        session.certificate()
    assert session.issuers() == ()


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ("6982", CardRemovedWhileSigning),
        ("6985", CardFault),
        ("6F00", CardFault),
        ("AABB9000", CardFault),
        ("6D00", CardFault),
    ],
)
def test_answers_to_the_signature_command(card: DemoCard, answer: str, error: type[UserError]) -> None:
    session, watched = opened(card, SIGN=answer)
    session.verify(password())
    with pytest.raises(error) as caught:
        session.sign(DIGEST)
    assert type(caught.value) is error
    assert watched.counts["SIGN"] == 1


def test_leaving_locks_the_card(card: DemoCard) -> None:
    session, _ = opened(card)
    session.verify(password())
    session.leave()
    session.kind()
    with pytest.raises(CardRemovedWhileSigning):
        session.sign(DIGEST)


def test_leaving_a_card_that_is_gone(make_card: Make) -> None:
    session, watched = opened(make_card(Knobs(pulled_before="QUERY", stays_away=True)))
    with pytest.raises(ContactLost):
        session.sign_tries()
    session.leave()
    assert watched.counts["SELECT"] > 0


@pytest.mark.parametrize("name", ["SELECT", "READ", "QUERY", "VERIFY", "SIGN"])
@pytest.mark.parametrize("answer", ["", "00", "9000", "6100", "6C00", "63C0", "6A82", "6F00", "FF" * 256 + "9000"])
def test_nothing_but_known_errors_comes_out(card: DemoCard, name: str, answer: str) -> None:
    watched = Watched(card, **{name: answer})
    session = JpkiSession(watched)
    steps: list[Callable[[], object]] = [
        session.kind,
        session.availability,
        session.sign_tries,
        session.fingerprint,
        lambda: session.verify(password()),
        session.certificate,
        session.issuers,
        lambda: session.sign(DIGEST),
        session.leave,
    ]
    for step in steps:
        try:
            step()
        except (UserError, ApduError, ContactLost):
            continue
    assert watched.counts["VERIFY"] <= 1
