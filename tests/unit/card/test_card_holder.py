"""What the keeper does with a card, step by step, without its process."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest

from app.card.apdu import Buffer, ContactLost
from app.card.demo import READER, SIGN_PASSWORD, DemoCard, DemoSlots, Knobs, kind
from app.card.demo_certificate import DemoIdentity
from app.card.holder import CardHolder
from app.card.slots import SlotState
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


@pytest.mark.parametrize(
    ("now", "changed"),
    [
        ({"Reader": SlotState(True, 1, False)}, False),
        ({"Reader": SlotState(True, 1, True)}, False),
        ({"Reader": SlotState(False, 2, False)}, True),
        ({"Reader": SlotState(True, 3, False)}, True),
        ({}, True),
        ({**HERE, "Another": SlotState(False, 0, False)}, True),
    ],
)
def test_changes(now: dict[str, SlotState], changed: bool) -> None:
    slots = Strange(HERE, ContactLost())
    holder = CardHolder(slots)
    assert holder.changed()
    holder.readers()
    slots.now = now
    assert holder.changed() is changed


def test_a_busy_card_that_becomes_free_is_a_change() -> None:
    slots = Strange({"Reader": SlotState(True, 1, True)}, CardBusy())
    holder = CardHolder(slots)
    holder.readers()
    assert not holder.changed()
    slots.now = HERE
    assert holder.changed()
