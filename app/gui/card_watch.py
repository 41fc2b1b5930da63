"""What the card on the reader is good for, kept up to date: the controller behind every card line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from app.errors.base import Cancelled, UserError
from app.gui.background import Lanes
from app.gui.delivery import submit

if TYPE_CHECKING:
    from app.card.keeper import Keeper
    from app.card.status import ReaderStatus

POLL_MS = 500
RETRY_MS = 2000


@dataclass(frozen=True, slots=True)
class CardState:
    """`state`: reading, ready, no-card, no-reader, no-service, locked, no-certificate, busy, other-card,
    unsupported. `tries` is None unless just read from the card."""

    state: str
    reader: str = ""
    tries: int | None = None
    certificate: bool | None = None

    @property
    def ready(self) -> bool:
        """Whether the password may be asked for."""
        return self.state == "ready"


READING = CardState("reading")


def state_of(readers: Sequence[ReaderStatus]) -> CardState:
    """The state of the reader that matters most: one with a My Number card, else one with a problem, else any."""
    if not readers:
        return CardState("no-reader")
    order = {"my-number": 0, "phone": 1, "juki": 2, "other": 3, "none": 4}
    best = min(readers, key=lambda reader: (reader.problem is not None and reader.card == "none", order[reader.card]))
    if best.problem == "card-service-unavailable":
        return CardState("no-service")
    if best.problem == "card-busy":
        return CardState("busy", best.name)
    if best.card == "none":
        return CardState("no-card", best.name)
    if best.card in ("phone", "juki") or best.problem == "card-not-supported":
        return CardState("unsupported", best.name)
    if best.card == "other":
        return CardState("other-card", best.name)
    facts = (best.name, best.sign_tries_left, best.sign_certificate)
    if best.sign_certificate is False:
        return CardState("no-certificate", *facts)
    if best.sign_tries_left == 0:
        return CardState("locked", *facts)
    return CardState("ready", *facts)


class CardWatch(QObject):
    """Asks the keeper twice a second whether anything changed (no card traffic), and reads the card when it did.

    `changed`: there is another state. `looked`: the readers were read again, or could not be. `moved`: a card or a
    reader came or went; what was known of the card before is of another contact.
    """

    changed = Signal(CardState)
    looked = Signal()
    moved = Signal()

    def __init__(self, lanes: Lanes, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.state = READING
        self.demo = False
        self.keeper: Keeper | None = None
        self.readers: tuple[ReaderStatus, ...] = ()
        self.looked_at: datetime | None = None
        self._lanes = lanes
        self._busy = self._again = self._paused = self._thorough = False
        self._timer = QTimer(self, interval=POLL_MS)
        self._timer.timeout.connect(self._poll)

    def start(self, *, demo: bool) -> None:
        """Begins with a new keeper; one for the other mode ends first."""
        self.demo = demo
        self.moved.emit()
        self._show((), READING)
        old, self.keeper = self.keeper, None
        self._busy = True
        submit(self._lanes.card, _new_keeper, old, demo, succeeded=self._begun, failed=self._failed)

    @property
    def paused(self) -> bool:
        """Whether the card is at work for somebody."""
        return self._paused

    def look_closely(self, thorough: bool) -> None:
        """From now on reads the other certificate's validity too, which takes a while; or no longer."""
        self._thorough = thorough
        if thorough:
            self.refresh()

    def pause(self) -> None:
        """No polling while the card is at work."""
        self._paused = True

    def resume(self) -> None:
        """Polling again, and one look at once."""
        self._paused = False
        self.refresh()

    def refresh(self) -> None:
        """Reads all readers again, or once more when they are just being read."""
        self._again = self._busy
        if self.keeper is not None and not self._busy:
            self._busy = True
            submit(self._lanes.card, _read, self.keeper, self._thorough, succeeded=self._read_done, failed=self._failed)

    def close(self) -> None:
        """Ends the keeper: it leaves the card locked."""
        self._timer.stop()
        if self.keeper is not None:
            self._lanes.card.start(_close_keeper, self.keeper)
            self.keeper = None

    def _begun(self, keeper: Keeper) -> None:
        self.keeper = keeper
        self._busy = False
        self._timer.start(POLL_MS)
        self.refresh()

    def _poll(self) -> None:
        if self.keeper is None:
            self.start(demo=self.demo)
        elif not self._busy and not self._paused:
            self._busy = True
            submit(self._lanes.card, _look, self.keeper, self._thorough, succeeded=self._look_done, failed=self._failed)

    def _look_done(self, readers: tuple[ReaderStatus, ...] | None) -> None:
        if readers is not None:
            self.moved.emit()
            self._show(readers, state_of(readers))
        self._rest()

    def _read_done(self, readers: tuple[ReaderStatus, ...]) -> None:
        self._show(readers, state_of(readers))
        self._rest()

    def _rest(self) -> None:
        self._busy = False
        self._timer.setInterval(POLL_MS)
        if self._again:
            self.refresh()

    def _failed(self, error: Exception) -> None:
        self._busy = False
        self._timer.start(RETRY_MS)
        if isinstance(error, Cancelled):
            return
        codes = {"no-reader": "no-reader", "no-card": "no-card", "card-busy": "busy"}
        code = error.code if isinstance(error, UserError) else ""
        if code == "internal-error":
            self.keeper = None  # a keeper that died is replaced at the next turn
        self.moved.emit()
        self._show((), CardState(codes.get(code, "no-service")))

    def _show(self, readers: tuple[ReaderStatus, ...], state: CardState) -> None:
        before, self.state = self.state, state
        self.readers = readers
        self.looked_at = None if state == READING else datetime.now(UTC)
        if state != before:
            self.changed.emit(state)
        self.looked.emit()


def _new_keeper(old: Keeper | None, demo: bool) -> Keeper:
    from app.card.keeper import Keeper

    if old is not None:
        old.close()
    return Keeper(demo=demo)


def _look(keeper: Keeper, thorough: bool) -> tuple[ReaderStatus, ...] | None:
    return keeper.readers(thorough=thorough) if keeper.changed() else None


def _read(keeper: Keeper, thorough: bool) -> tuple[ReaderStatus, ...]:
    return keeper.readers(thorough=thorough)


def _close_keeper(keeper: Keeper) -> None:
    keeper.close()
