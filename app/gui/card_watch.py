"""What the card on the reader is good for, kept up to date: the controller behind every card line."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from app.card.monitor import Monitor
from app.errors.base import Cancelled
from app.errors.card import CardBusy, ReaderNotAnswering
from app.gui.background import Lanes
from app.gui.delivery import submit

if TYPE_CHECKING:
    from app.card.keeper import Keeper
    from app.card.slots import SlotState
    from app.card.status import ReaderStatus

RETRY_MS = 2000
"""Where no event comes: a keeper that died, a card that another program keeps in a transaction."""


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
    if best.problem in (CardBusy.code, ReaderNotAnswering.code):
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
    """Hears of every change at the readers, and reads the card then. In practice nothing comes or goes: it is read
    when the watch begins and when it goes on."""

    changed = Signal(CardState)
    looked = Signal()
    """The readers were read again, or could not be."""
    stirred = Signal()
    """A reader or a card came or went, or the service did: told while paused, too."""
    owned = Signal()
    """Somebody took the card for work, or gave it back."""
    _heard = Signal(object)

    def __init__(self, lanes: Lanes, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.state = READING
        self.demo = False
        self.keeper: Keeper | None = None
        self.readers: tuple[ReaderStatus, ...] = ()
        self.looked_at: datetime | None = None
        self._lanes = lanes
        self._monitor: Monitor | None = None
        self._readers: Mapping[str, SlotState] | None = None
        self._told = self._busy = self._again = self._thorough = False
        self._owner: object | None = None
        self._retry = QTimer(self, singleShot=True, interval=RETRY_MS)
        self._retry.timeout.connect(self._try_again)
        self._heard.connect(self._hear)

    @property
    def hears(self) -> bool:
        """Whether `stirred` will tell of the next card; in practice it never does."""
        return self._monitor is not None

    def start(self, *, demo: bool) -> None:
        """Begins with a new keeper; one for the other mode ends first."""
        self.demo = demo
        self._show((), READING)
        old, self.keeper = self.keeper, None
        self._busy = True
        submit(self._lanes.card, _new_keeper, old, demo, succeeded=self._begun, failed=self._not_begun)
        if demo:
            self._end_monitor()
        elif self._monitor is None:
            self._told = False
            self._monitor = Monitor(self._tell)
            self._monitor.start()

    @property
    def paused(self) -> bool:
        """Whether the card is at work for somebody."""
        return self._owner is not None

    def look_closely(self, thorough: bool) -> None:
        """From now on reads the other certificate's validity too, which takes a while; or no longer."""
        self._thorough = thorough
        if thorough:
            self.refresh()

    def free_for(self, who: object) -> bool:
        """Whether the card is at work for nobody else."""
        return self._owner is None or self._owner is who

    def take(self, owner: object) -> bool:
        """No reading while the card is at work for `owner`; False, and nothing is taken, when it is for another."""
        if not self.free_for(owner):
            return False
        self._owner = owner
        self.owned.emit()
        return True

    def give_back(self, owner: object) -> None:
        """Reading again, and one look at once; does nothing when another has the card, or nobody."""
        if self._owner is owner:
            self._owner = None
            self.refresh()
            self.owned.emit()

    def renew(self) -> None:
        """Begins the practice with a new card; not under the hands of somebody who is at work with the old one."""
        if not self.paused:
            self.start(demo=True)

    def refresh(self) -> None:
        """Reads all readers again; while that is under way, once more after it."""
        if self.keeper is None:
            return
        self._again = self._busy
        if not self._busy:
            self._busy = True
            self._retry.stop()
            if self._monitor is not None:
                self._monitor.heed(())
            submit(self._lanes.card, _read, self.keeper, self._thorough, succeeded=self._read_done, failed=self._failed)

    def close(self) -> None:
        """Ends the keeper: it leaves the card locked."""
        self._retry.stop()
        self._end_monitor()
        if self.keeper is not None:
            self._lanes.card.start(_close_keeper, self.keeper)
            self.keeper = None

    def _tell(self, readers: Mapping[str, SlotState] | None) -> None:
        """Called in the monitor's thread."""
        with contextlib.suppress(RuntimeError):  # the window is gone
            self._heard.emit((readers,))

    def _hear(self, told: tuple[Mapping[str, SlotState] | None]) -> None:
        if self._monitor is None:  # practice has begun meanwhile
            return
        self._told, (self._readers,) = True, told
        self.stirred.emit()
        if not self.paused:
            self.refresh()

    def _begun(self, keeper: Keeper) -> None:
        self.keeper = keeper
        self._busy = False
        if self._monitor is not None and not self._told:
            self._retry.start()  # what the monitor tells first comes before, unless the service hangs
        elif not self.paused:
            self.refresh()

    def _not_begun(self, _error: Exception) -> None:
        self._busy = False
        self._retry.start()

    def _try_again(self) -> None:
        if self.keeper is None:
            self.start(demo=self.demo)
        elif not self.paused:
            self.refresh()

    def _read_done(self, readers: tuple[ReaderStatus, ...]) -> None:
        if not self._ended():
            return
        state = state_of(readers)
        busy = [reader.name for reader in readers if reader.problem == CardBusy.code]
        if self._monitor is not None:
            self._monitor.heed(busy)
        if state.state == "busy":
            self._retry.start()
        self._show(readers, state)

    def _failed(self, error: Exception) -> None:
        if not self._ended():
            return
        if self._monitor is None or self._readers is not None:  # the keeper died: the service is there
            self._retry.start()
        if not isinstance(error, Cancelled):
            self._show((), CardState("no-service"))

    def _ended(self) -> bool:
        """Whether what was read is wanted; it is not when another keeper is on its way, or something came meanwhile."""
        if self.keeper is None:
            return False
        self._busy = False
        if self._again and not self.paused:
            self.refresh()
            return False
        return True

    def _end_monitor(self) -> None:
        monitor, self._monitor = self._monitor, None
        self._readers = None
        if monitor is not None:
            self._lanes.card.start(monitor.close)

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


def _read(keeper: Keeper, thorough: bool) -> tuple[ReaderStatus, ...]:
    return keeper.readers(thorough=thorough)


def _close_keeper(keeper: Keeper) -> None:
    keeper.close()
