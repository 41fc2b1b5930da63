"""The talk with a card about its 署名用 password: tries first, one password for one press, a state for each outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from app.errors.base import Cancelled, UserError
from app.errors.card import (
    CardBusy,
    CardChanged,
    CardRemoved,
    NoCard,
    NoReader,
    OutcomeUnknown,
    PasswordIncorrect,
    PasswordLocked,
)
from app.gui.background import Lanes
from app.gui.card_watch import CardWatch
from app.gui.delivery import submit
from app.secret import Secret

if TYPE_CHECKING:
    from app.card.keeper import CardKey, Keeper
    from app.gui.password_parts import Context
    from app.gui.password_window import PasswordWindow

RETRY_MS = 700


class PasswordTalk(QObject):
    """One talk at a time; who inherits says which card, and what is done with the password.

    Ends with the inheritor's own signal, `failed` (a UserError) or `stopped` (nothing happened).
    `guidance_requested`: the password is locked and the person wants to know the ways out.
    """

    failed = Signal(object)
    stopped = Signal()
    guidance_requested = Signal()

    def __init__(self, lanes: Lanes, watch: CardWatch, window: QWidget) -> None:
        super().__init__(window)
        self.lanes, self._watch, self._parent = lanes, watch, window
        self._key: CardKey | None = None
        self.password_window: PasswordWindow | None = None
        self._retry = QTimer(self, singleShot=True, interval=RETRY_MS)
        self._retry.timeout.connect(self._read_tries)

    @property
    def busy(self) -> bool:
        """Whether a talk is under way."""
        return self.password_window is not None

    def find(self, keeper: Keeper) -> CardKey:
        """The key of the card that is meant; called in the card's lane. Raises UserErrors of reader and card."""
        raise NotImplementedError

    def use(self, key: CardKey, secret: Secret) -> None:
        """Begins the work with the password; ends in `finish` or `refused`."""
        raise NotImplementedError

    def ask(self, context: Context) -> None:
        """Reads how many tries are left, then asks for the password."""
        from app.gui.password_window import PasswordWindow

        self._watch.pause()
        window = PasswordWindow(self._parent, context)
        window.submitted.connect(self._submitted)
        window.cancelled.connect(self.stop)
        window.recheck_requested.connect(self._read_tries)
        window.guidance_requested.connect(self._guide)
        self.password_window = window
        self._read_tries()

    # --- the card is asked how many tries are left --------------------------------------------------------

    def _read_tries(self) -> None:
        if self.password_window is None:
            return
        if self._watch.keeper is None:
            self._retry.start()
            return
        submit(
            self.lanes.card, self._tries, self._watch.keeper, succeeded=self._tries_read, failed=self._tries_not_read
        )

    def _tries(self, keeper: Keeper) -> tuple[CardKey, int | None]:
        key = self.find(keeper)
        return key, key.attempts_remaining()

    def _tries_read(self, answer: tuple[CardKey, int | None]) -> None:
        self._key, tries = answer
        if self.password_window is None:  # the person has gone
            self._give_back()
        else:
            self.password_window.show_typing(tries)
            self.password_window.open()

    def _tries_not_read(self, error: Exception) -> None:
        window = self.password_window
        if window is None:
            return
        if isinstance(error, PasswordLocked):
            window.show_locked()
            window.open()
            return
        if isinstance(error, CardChanged):
            window.show_changed()
            window.open()
            return
        if isinstance(error, CardBusy):
            window.show_busy()
        elif not isinstance(error, NoCard | NoReader | CardRemoved):
            self._end(error)
            return
        elif window.isVisible():
            window.show_removed_before()
        window.open()
        self._retry.start()

    # --- the password -------------------------------------------------------------------------------------

    def _submitted(self, secret: Secret) -> None:
        assert self._key is not None
        self.use(self._key, secret)

    def refused(self, error: Exception) -> None:
        """How the work ended without what was wanted."""
        window = self.password_window
        if window is None:
            self._end(error)
        elif isinstance(error, PasswordIncorrect):
            window.show_wrong(error.attempts_remaining)
        elif isinstance(error, PasswordLocked):
            window.show_locked()
        elif isinstance(error, CardChanged):
            window.show_changed()
        elif isinstance(error, OutcomeUnknown):
            window.show_unknown()
        elif isinstance(error, CardRemoved):
            window.show_removed_before()
            self._retry.start()
        else:
            self._end(error)

    # --- ends ---------------------------------------------------------------------------------------------

    def stop(self) -> None:
        """Ends it; nothing is sent any more."""
        self.finish()
        self.stopped.emit()

    def _guide(self) -> None:
        self.stop()
        self.guidance_requested.emit()

    def _end(self, error: Exception) -> None:
        self.finish()
        if isinstance(error, Cancelled):
            self.stopped.emit()
        elif isinstance(error, UserError):
            self.failed.emit(error)

    def finish(self) -> None:
        """Closes the window, gives the card back and lets it be watched again."""
        self._retry.stop()
        self._give_back()
        if self.password_window is not None:
            window, self.password_window = self.password_window, None
            window.finish()
            window.deleteLater()
            self._watch.resume()

    def _give_back(self) -> None:
        if self._key is not None:
            self.lanes.card.start(self._key.release)
            self._key = None
