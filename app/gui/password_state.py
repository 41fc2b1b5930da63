"""What the password window shows, and what follows from that."""

from __future__ import annotations

from enum import Enum, auto


class State(Enum):
    """What the window shows."""

    WAITING = auto()
    TYPING = auto()
    LOCKED = auto()
    SIGNING = auto()
    UNKNOWN = auto()
    CHANGED = auto()
    BUSY = auto()

    @property
    def waits(self) -> bool:
        """Whether it is a card, or another program's end, that the window waits for."""
        return self in (State.WAITING, State.BUSY)

    @property
    def follows(self) -> bool:
        """Whether what it shows must follow the card that comes or goes."""
        return self.waits or self is State.TYPING

    @property
    def another(self) -> bool:
        """Whether it says that another card lies there."""
        return self is State.CHANGED
