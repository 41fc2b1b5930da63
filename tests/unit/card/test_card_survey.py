"""The look at all readers: one that hangs does not hide the others, nor does it gather threads."""

from __future__ import annotations

import threading

import pytest

from app.card import survey as room
from app.card.demo import DemoCard, Knobs
from app.card.demo_certificate import DemoIdentity
from app.card.holder import CardHolder
from app.card.slots import SlotState
from app.errors.card import CardServiceUnavailable


class Desk:
    """Readers with a card each; one of them hangs until it is freed."""

    def __init__(self, identity: DemoIdentity, *names: str, hanging: str = "") -> None:
        self.cards = {name: DemoCard(None, identity) for name in names}
        self.hanging = hanging
        self.free = threading.Event()
        self.connected: list[str] = []

    def states(self) -> dict[str, SlotState]:
        return {name: SlotState(True, 1, False) for name in self.cards}

    def connect(self, reader: str) -> DemoCard:
        self.connected.append(reader)
        if reader == self.hanging:
            self.free.wait(30)
        return self.cards[reader]


def test_a_reader_that_hangs_hides_no_other(identity: DemoIdentity, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "LONGEST", 0.5)
    desk = Desk(identity, "Left", "Middle", "Right", hanging="Middle")
    holder = CardHolder(desk)
    for _ in range(3):
        left, middle, right = holder.readers()
        assert (left.card, left.sign_tries_left, right.card) == ("my-number", 5, "my-number")
        assert (middle.name, middle.card, middle.problem) == ("Middle", "other", "reader-not-answering")
    assert desk.connected.count("Middle") == 1
    desk.free.set()
    monkeypatch.setattr(room, "LONGEST", 10.0)
    assert [status.card for status in holder.readers()] == ["my-number"] * 3


def test_all_readers_are_looked_at_side_by_side(identity: DemoIdentity) -> None:
    """Each waits for the other two: one after the other, nobody would come through."""
    desk = Desk(identity, "Left", "Middle", "Right")
    together = threading.Barrier(3, timeout=10)
    connect = desk.connect
    desk.connect = lambda reader: (together.wait(), connect(reader))[1]  # type: ignore[method-assign]
    assert [status.name for status in CardHolder(desk).readers()] == ["Left", "Middle", "Right"]


def test_the_end_of_the_service_during_a_look_is_no_status(identity: DemoIdentity) -> None:
    desk = Desk(identity, "Left", "Right")

    def connect(reader: str) -> DemoCard:
        raise CardServiceUnavailable

    desk.connect = connect  # type: ignore[method-assign]
    with pytest.raises(CardServiceUnavailable):
        CardHolder(desk).readers()


@pytest.mark.parametrize("later", [SlotState(False, 2, False), SlotState(True, 3, False), None])
def test_a_card_that_is_pulled_before_it_says_who_it_is_is_no_other_card(
    identity: DemoIdentity, later: SlotState | None
) -> None:
    """The service still says that it is there, for as long as it takes to look again."""
    desk = Desk(identity, "Reader")
    desk.cards["Reader"] = DemoCard(Knobs(pulled_at=1, stays_away=True), identity)
    here = SlotState(True, 1, False)
    said = iter([here, here, here])
    desk.states = lambda: {  # type: ignore[method-assign]
        name: state for name, state in {"Reader": next(said, later)}.items() if state is not None
    }
    (status,) = CardHolder(desk).readers()
    assert (status.card, status.problem) == ("none", "card-removed")
