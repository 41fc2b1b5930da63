"""Another card on the reader than the one whose tries were shown: it never gets the password, and is told apart."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable

import pytest

from app.card.apdu import Buffer
from app.card.demo import READER, SIGN_PASSWORD, DemoCard, DemoSlots, Knobs, kind
from app.card.demo_certificate import DemoIdentity
from app.card.holder import CardHolder
from app.card.slots import SlotState
from app.errors.base import UserError
from app.errors.card import (
    CardChanged,
    CardFault,
    CardRemovedWhileSigning,
    NoSignatureCertificate,
    NotMyNumberCard,
    PasswordIncorrect,
    TriesChanged,
)
from app.secret import Secret

DIGEST = hashlib.sha256(b"message").digest()
CLOSED = b"\x69\x82"


@pytest.fixture(scope="module")
def stranger() -> DemoIdentity:
    """Another person's keys."""
    return DemoIdentity()


class Counting(DemoCard):
    """`closed`: its 利用者証明用 certificate cannot be read."""

    def __init__(self, identity: DemoIdentity, knobs: Knobs | None = None, *, closed: bool = False) -> None:
        super().__init__(knobs, identity)
        self.counts: Counter[str] = Counter()
        self.closed = closed

    def transmit(self, command: Buffer) -> bytes:
        self.counts[kind(command)] += 1
        if self.closed and kind(command) == "READ" and self._current == 0x000A:
            return CLOSED
        return super().transmit(command)


class Table(DemoSlots):
    """One reader on which a hand changes cards; a connection silently becomes the other card's."""

    def __init__(self, card: DemoCard) -> None:
        super().__init__(card)
        self.card = card
        self.events = 1

    def lay(self, card: DemoCard) -> None:
        self.card.power_off()
        self.card = card
        self.events += 1

    def states(self) -> dict[str, SlotState]:
        return {READER: SlotState(True, self.events, in_use=False)}

    def connect(self, reader: str) -> Table:  # type: ignore[override]
        return self

    def transmit(self, command: Buffer) -> bytes:
        return self.card.transmit(command)

    def power_off(self) -> None:
        self.card.power_off()


def password(text: str = SIGN_PASSWORD) -> Secret:
    return Secret.taking(bytearray(text.encode()))


@pytest.mark.parametrize("held", [True, False], ids=["still held", "let go"])
@pytest.mark.parametrize("closed", [False, True], ids=["certificate", "fall-back"])
def test_another_card_gets_no_password(
    identity: DemoIdentity, stranger: DemoIdentity, held: bool, closed: bool
) -> None:
    other = Counting(stranger, closed=closed)
    table = Table(Counting(identity, closed=closed))
    holder = CardHolder(table)
    assert holder.attempts(READER) == 5
    shown = holder.card
    if not held:
        holder.release()
    table.lay(other)
    with pytest.raises(CardChanged):
        holder.unlock(READER, password(), shown)
    assert other.counts["VERIFY"] == 0
    assert holder.card == "", "it is given back"


@pytest.mark.parametrize("closed", [False, True], ids=["certificate", "fall-back"])
def test_the_same_card_after_a_lost_contact(identity: DemoIdentity, closed: bool) -> None:
    table = Table(Counting(identity, closed=closed))
    holder = CardHolder(table)
    holder.attempts(READER)
    shown = holder.card
    holder.release()
    holder.unlock(READER, password(), shown)
    assert len(holder.sign(DIGEST)) == 256


def test_the_same_card_that_was_lifted_and_put_back(identity: DemoIdentity) -> None:
    card = Counting(identity)
    table = Table(card)
    holder = CardHolder(table)
    holder.attempts(READER)
    shown = holder.card
    table.lay(card)
    holder.unlock(READER, password(), shown)
    assert len(holder.sign(DIGEST)) == 256


def test_a_card_of_another_kind_is_called_by_its_name(identity: DemoIdentity) -> None:
    table = Table(Counting(identity))
    holder = CardHolder(table)
    holder.attempts(READER)
    table.lay(Counting(identity, Knobs(application=False)))
    with pytest.raises(NotMyNumberCard):
        holder.unlock(READER, password(), holder.card)


def test_with_another_card_one_can_go_on_deliberately(identity: DemoIdentity, stranger: DemoIdentity) -> None:
    """Its own tries are shown first."""
    table = Table(Counting(identity))
    holder = CardHolder(table)
    assert holder.attempts(READER) == 5
    first = holder.card
    table.lay(Counting(stranger, Knobs(sign_tries=3)))
    assert holder.attempts(READER) == 3
    assert holder.card not in ("", first)
    assert holder.unlock(READER, password(), holder.card)[0] == stranger.sign.certificate


@pytest.mark.parametrize("selected", [False, True], ids=["fresh", "application selected"])
def test_swapped_between_the_password_and_the_signature(
    identity: DemoIdentity, stranger: DemoIdentity, selected: bool
) -> None:
    other = Counting(stranger)
    table = Table(Counting(identity))
    holder = CardHolder(table)
    holder.unlock(READER, password())
    table.lay(other)
    if selected:
        other.transmit(bytes.fromhex("00A4040C0AD392F000260100000001"))
    with pytest.raises(CardChanged):
        holder.sign(DIGEST)
    assert other.counts["VERIFY"] == 0
    assert not holder.unlocked


@pytest.mark.parametrize("selected", [False, True], ids=["fresh", "application selected"])
def test_the_same_card_that_lost_its_power_in_between(identity: DemoIdentity, selected: bool) -> None:
    card = Counting(identity)
    holder = CardHolder(Table(card))
    holder.unlock(READER, password())
    card.power_off()
    if selected:
        card.transmit(bytes.fromhex("00A4040C0AD392F000260100000001"))
    with pytest.raises(CardRemovedWhileSigning):
        holder.sign(DIGEST)


@pytest.mark.parametrize(
    ("other", "error"), [(True, CardChanged), (False, CardRemovedWhileSigning)], ids=["another card", "the same"]
)
def test_swapped_before_the_certificate_is_read(
    identity: DemoIdentity, stranger: DemoIdentity, other: bool, error: type[UserError]
) -> None:
    card = Counting(identity)
    table = Table(card)
    real: Callable[[Buffer], bytes] = card.transmit

    def transmit(command: Buffer) -> bytes:
        answer = real(command)
        if kind(command) == "VERIFY":
            table.lay(Counting(stranger) if other else card)
        return answer

    card.transmit = transmit  # type: ignore[method-assign]
    with pytest.raises(error):
        CardHolder(table).unlock(READER, password())


@pytest.mark.parametrize(("answer", "error"), [(b"\x6f\x00", CardFault), (b"\x69\x85", CardFault)])
def test_a_fault_of_the_right_card_stays_one(identity: DemoIdentity, answer: bytes, error: type[UserError]) -> None:
    card = Counting(identity)
    real: Callable[[Buffer], bytes] = card.transmit
    card.transmit = lambda command: answer if kind(command) == "SIGN" else real(command)  # type: ignore[method-assign]
    holder = CardHolder(Table(card))
    holder.unlock(READER, password())
    with pytest.raises(error) as caught:
        holder.sign(DIGEST)
    assert caught.value.facts["step"] == "COMPUTE DIGITAL SIGNATURE"


def test_a_certificate_that_is_not_there_after_all_is_no_other_card(identity: DemoIdentity) -> None:
    card = Counting(identity, Knobs(sign_certificate=False))
    real: Callable[[Buffer], bytes] = card.transmit

    def transmit(command: Buffer) -> bytes:
        answer = real(command)
        return b"\x8f\x8f\x00\x90\x00" if answer == b"\x00\x8f\x00\x90\x00" else answer

    card.transmit = transmit  # type: ignore[method-assign]
    with pytest.raises(NoSignatureCertificate):
        CardHolder(Table(card)).unlock(READER, password())


@pytest.mark.parametrize("step", range(1, 11))
def test_swapped_at_any_command_up_to_the_password(identity: DemoIdentity, stranger: DemoIdentity, step: int) -> None:
    """The tenth selects the password, the eleventh presents it: the other card then says that nothing is selected."""
    other = Counting(stranger)
    table = Table(Counting(identity))
    holder = CardHolder(table)
    holder.attempts(READER)
    shown, sent = holder.card, 0

    def transmit(command: Buffer) -> bytes:
        nonlocal sent
        sent += 1
        if sent == step + 1:
            table.lay(other)
        return table.card.transmit(command)

    table.transmit = transmit  # type: ignore[method-assign]
    with pytest.raises(CardChanged):
        holder.unlock(READER, password(), shown)
    assert other.tries == (5, 3)
    assert other.counts["VERIFY"] == (step == 10)


@pytest.mark.parametrize(
    ("shown", "now", "sent"),
    [(5, 5, True), (5, 4, False), (5, 1, False), (2, 5, True), (5, None, False), (None, 3, False), (None, None, True)],
)
@pytest.mark.parametrize("held", [True, False], ids=["still held", "let go"])
def test_fewer_tries_than_were_shown_keep_the_password_here(
    identity: DemoIdentity, shown: int | None, now: int | None, sent: bool, held: bool
) -> None:
    card = Counting(identity, Knobs(tells_tries=now is not None, sign_tries=now or 5))
    holder = CardHolder(Table(card))
    assert holder.attempts(READER) == now
    told = holder.card
    if not held:
        holder.release()
    before = card.tries
    if sent:
        with pytest.raises(PasswordIncorrect):
            holder.unlock(READER, password("WRONG1"), told, shown)
        assert card.tries[0] == before[0] - 1
        return
    with pytest.raises(TriesChanged) as caught:
        holder.unlock(READER, password("WRONG1"), told, shown)
    assert caught.value.attempts_remaining == now
    assert card.tries == before
    assert holder.card == told, "it is still held: the person may look and type again at once"
    holder.unlock(READER, password(), told, now)
    assert holder.unlocked
