"""What the keeper does with a card, step by step, without its process."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest
from cryptography import x509

from app.card.apdu import Buffer, ContactLost
from app.card.demo import READER, SIGN_PASSWORD, DemoCard, DemoSlots, Knobs, kind
from app.card.demo_certificate import DemoIdentity
from app.card.holder import CardHolder
from app.card.slots import SlotState
from app.card.status import ReaderStatus
from app.errors.base import UserError
from app.errors.card import (
    CardBusy,
    CardChanged,
    CardFault,
    CardRemoved,
    CardRemovedWhileSigning,
    CardServiceUnavailable,
    NoCard,
    NotMyNumberCard,
    OutcomeUnknown,
    PasswordIncorrect,
    ReaderNotFound,
)
from app.secret import Secret

Make = Callable[[Knobs], DemoCard]
DIGEST = hashlib.sha256(b"message").digest()
ISD = bytes.fromhex("00A4040C07A0000001510000")


class Recorded(DemoCard):
    """A demo card that remembers the names of the commands and whether it was left before the power went."""

    def __init__(self, knobs: Knobs, identity: DemoIdentity) -> None:
        self.said: list[str] = []
        super().__init__(knobs, identity)

    def transmit(self, command: Buffer) -> bytes:
        self.said.append("LEAVE" if bytes(command) == ISD else kind(command))
        return super().transmit(command)

    def power_off(self) -> None:
        self.said.append("OFF")
        super().power_off()


def password(text: str = SIGN_PASSWORD) -> Secret:
    return Secret.taking(bytearray(text.encode()))


def sign_once(holder: CardHolder) -> None:
    holder.unlock(READER, password())
    assert len(holder.sign(DIGEST)) == 256
    holder.release()


def test_the_order_of_one_signature(identity: DemoIdentity) -> None:
    card = Recorded(Knobs(), identity)
    sign_once(CardHolder(DemoSlots(card)))
    said = card.said
    assert (said.count("VERIFY"), said.count("SIGN")) == (1, 1)
    assert said.index("QUERY") < said.index("VERIFY") < said.index("SIGN")
    assert said[-2:] == ["LEAVE", "OFF"]


@pytest.mark.parametrize("step", range(1, 28))
def test_pulled_at_any_step(identity: DemoIdentity, step: int) -> None:
    card = Recorded(Knobs(pulled_at=step), identity)
    holder = CardHolder(DemoSlots(card))
    with pytest.raises((CardRemoved, OutcomeUnknown, CardRemovedWhileSigning)) as caught:
        sign_once(holder)
    assert card.said[-1] == "OFF"
    assert card.said.count("VERIFY") == (caught.type is not CardRemoved)
    assert card.said.count("SIGN") <= 1
    sign_once(holder)


def test_the_secret_is_wiped_whatever_happens(make_card: Make) -> None:
    for knobs in (Knobs(), Knobs(sign_tries=0), Knobs(pulled_before="VERIFY"), Knobs(present=False)):
        holder, secret = CardHolder(DemoSlots(make_card(knobs))), password()
        try:
            holder.unlock(READER, secret)
        except UserError:
            pass
        finally:
            holder.release()
        assert len(secret) == 0


def test_the_end_of_the_process_gives_the_card_back(identity: DemoIdentity) -> None:
    card = Recorded(Knobs(), identity)
    holder = CardHolder(DemoSlots(card))
    holder.unlock(READER, password())
    with pytest.raises(SystemExit), holder:
        raise SystemExit
    assert card.said[-2:] == ["LEAVE", "OFF"]


def test_a_wrong_password_keeps_the_card_and_an_error_does_not(identity: DemoIdentity) -> None:
    card = Recorded(Knobs(), identity)
    holder = CardHolder(DemoSlots(card))
    with pytest.raises(PasswordIncorrect):
        holder.unlock(READER, password("WRONG1"))
    assert "OFF" not in card.said
    for _ in range(3):
        with pytest.raises(PasswordIncorrect):
            holder.unlock(READER, password("WRONG1"))
    with pytest.raises(UserError):
        holder.unlock(READER, password("WRONG1"))
    assert card.said[-2:] == ["LEAVE", "OFF"]


class Swapping(DemoSlots):
    """Hands out a connection that silently becomes another card's."""

    def __init__(self, first: DemoCard, second: DemoCard) -> None:
        super().__init__(first)
        self.first, self.second = first, second
        self.now = first

    def connect(self, reader: str) -> Swapping:  # type: ignore[override]
        return self

    def transmit(self, command: Buffer) -> bytes:
        return self.now.transmit(command)

    def power_off(self) -> None:
        self.now.power_off()


def test_a_swapped_card_gets_no_password(make_card: Make) -> None:
    other = Recorded(Knobs(), DemoIdentity())
    slots = Swapping(make_card(Knobs()), other)
    holder = CardHolder(slots)
    assert holder.attempts(READER) == 5
    slots.now = other
    with pytest.raises(CardChanged):
        holder.unlock(READER, password())
    assert "VERIFY" not in other.said


class Strange:
    """Readers that answer what the test wants."""

    def __init__(self, states: dict[str, SlotState], error: Exception | None = None) -> None:
        self.now = states
        self.error = error

    def states(self) -> dict[str, SlotState]:
        return self.now

    def connect(self, reader: str) -> Strange:
        if isinstance(self.error, UserError):
            raise self.error
        return self

    def transmit(self, command: Buffer) -> bytes:
        raise self.error or ContactLost()

    def power_off(self) -> None:
        self.error = None


@pytest.mark.parametrize(("token", "phone"), [("JPKIAPGPSETOKEN", "android"), ("JPKIAPIOSTOKEN", "iphone")])
def test_a_phone_is_known_for_what_it_is(make_card: Make, token: str, phone: str) -> None:
    (status,) = CardHolder(DemoSlots(make_card(Knobs(token=token)))).readers(thorough=True)
    assert status == ReaderStatus(READER, "phone", phone=phone)


def test_the_validity_of_the_other_certificate_is_read_when_asked_for(identity: DemoIdentity, make_card: Make) -> None:
    holder = CardHolder(DemoSlots(make_card(Knobs())))
    (usual,) = holder.readers()
    assert (usual.auth_not_before, usual.auth_not_after) == (None, None)
    certificate = x509.load_der_x509_certificate(identity.auth.certificate)
    expected = (
        f"{certificate.not_valid_before_utc:%Y-%m-%dT%H:%M:%SZ}",
        f"{certificate.not_valid_after_utc:%Y-%m-%dT%H:%M:%SZ}",
    )
    for _ in range(2):  # on a connection of its own, and on the one that holds the card
        (thorough,) = holder.readers(thorough=True)
        assert (thorough.auth_not_before, thorough.auth_not_after) == expected
        holder.attempts(READER)


@pytest.mark.parametrize("answer", ["6982", "6A82", "9000", "30820003020101009000", "3082FFFF9000"])
def test_a_validity_that_cannot_be_read_is_not_said(make_card: Make, answer: str) -> None:
    card = make_card(Knobs())
    card.transmit = Instead(card.transmit, bytes.fromhex(answer), file="000A")  # type: ignore[method-assign]
    (status,) = CardHolder(DemoSlots(card)).readers(thorough=True)
    assert (status.card, status.sign_tries_left) == ("my-number", 5)
    assert (status.auth_not_before, status.auth_not_after) == (None, None)


class Instead:
    """Answers every READ BINARY of one file itself."""

    def __init__(self, card: Callable[[Buffer], bytes], answer: bytes, file: str) -> None:
        self.card, self.answer, self.file = card, answer, bytes.fromhex(file)
        self.current = b""

    def __call__(self, command: Buffer) -> bytes:
        if bytes(command[:4]) == bytes.fromhex("00A4020C"):
            self.current = bytes(command[5:])
        return self.answer if kind(command) == "READ" and self.current == self.file else self.card(command)


HERE = {"Reader": SlotState(True, 1, False)}


@pytest.mark.parametrize(
    ("error", "card", "problem"),
    [
        (NoCard(), "none", None),
        (ReaderNotFound(), "none", None),
        (NotMyNumberCard(), "other", None),
        (CardBusy(), "other", "card-busy"),
        (CardFault(status="80100016", step="connect"), "other", "card-fault"),
        (ContactLost(), "other", None),
    ],
)
def test_status_of_strange_cards(error: Exception, card: str, problem: str | None) -> None:
    (status,) = CardHolder(Strange(HERE, error)).readers()
    assert (status.card, status.problem) == (card, problem)


def test_the_end_of_the_service_is_no_status() -> None:
    with pytest.raises(CardServiceUnavailable):
        CardHolder(Strange(HERE, CardServiceUnavailable())).readers()


@pytest.mark.parametrize(
    ("error", "expected"), [(ContactLost(), CardRemoved), (ContactLost(service=True), CardServiceUnavailable)]
)
def test_what_a_lost_contact_means(error: Exception, expected: type[UserError]) -> None:
    with pytest.raises(expected):
        CardHolder(Strange(HERE, error)).attempts("Reader")
