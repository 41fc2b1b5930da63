"""What the keeper needs of readers, whether they are the computer's or the emulated one. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from app.card.apdu import Transport


@dataclass(frozen=True, slots=True)
class SlotState:
    """A reader at one moment; `event` differs after a card came or went, `in_use` is about any program."""

    present: bool
    event: int
    in_use: bool


class Slots(Protocol):
    """Readers by name, and exclusive connections to the cards in them."""

    def greet(self) -> int:
        """The service's result code (winscard.h) to the question which readers it has; 0 also when it has none."""

    def states(self) -> dict[str, SlotState]:
        """Every reader, without a word to any card. Raises CardServiceUnavailable."""

    def connect(self, reader: str) -> Transport:
        """Powers the card and keeps everybody else away.

        Raises ReaderNotFound, NoCard, CardBusy, NotMyNumberCard (a mute card), CardServiceUnavailable, CardFault.
        """
