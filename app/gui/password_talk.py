"""The talk about a password: tries first, one password for one press, a state of the window for each outcome."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from app.errors.base import Cancelled, UserError
from app.errors.card import (
    CardBusy,
    CardChanged,
    CardNotSupported,
    CardRemoved,
    CardServiceUnavailable,
    NoCard,
    NoReader,
    NoSignatureCertificate,
    NotMyNumberCard,
    OutcomeUnknown,
    PasswordIncorrect,
    PasswordLocked,
    PhoneNotSupported,
    ReaderNotFound,
    TriesChanged,
)
from app.errors.key import KeyFilePasswordIncorrect
from app.gui.background import Lane, Lanes
from app.gui.card_watch import CardWatch
from app.gui.delivery import submit
from app.secret import Secret
from app.wording.errors import words

if TYPE_CHECKING:
    from app.card.keeper import Keeper
    from app.gui.password_parts import Context
    from app.gui.password_window import PasswordWindow
    from app.signing.key import LockedKey

_LACKING = (NoCard, NoReader, ReaderNotFound, CardRemoved, CardServiceUnavailable)
_OTHER_KIND = (NotMyNumberCard, PhoneNotSupported, CardNotSupported, NoSignatureCertificate)

RETRY_MS = 700
"""Where no event tells when the card can be read: another program's transaction, a contact that was lost in between."""


class Reading:
    """One reading of the tries. The key it found is told to nobody but who still waits for this very reading."""

    def __init__(
        self, tries: Callable[[Keeper | None, str], tuple[LockedKey, int | None]], keeper: Keeper | None, reader: str
    ) -> None:
        self._tries, self._keeper, self._reader = tries, keeper, reader
        self.key: LockedKey | None = None
        self.left: int | None = None
        self.error: Exception | None = None

    def run(self) -> Reading:
        """Reads; in the key's lane."""
        try:
            self.key, self.left = self._tries(self._keeper, self._reader)
        except (UserError, Cancelled) as error:
            self.error = error
        return self

    def drop(self) -> None:
        """Gives back what it found; in the key's lane, after it."""
        if self.key is not None:
            self.key.release()


class PasswordTalk(QObject):
    """One talk at a time; who inherits says which key, and what is done with the password. A card is taken from the
    watch when a talk begins and given back when it ends, so that no two talks are about one card.

    Ends with the inheritor's own signal, `failed` (a UserError) or `stopped` (nothing happened).
    `guidance_requested`: the password is locked and the person wants to know the ways out. `doctor_requested`: no card
    is found, and the person wants to know why.
    """

    failed = Signal(object)
    stopped = Signal()
    guidance_requested = Signal()
    doctor_requested = Signal()

    def __init__(self, lanes: Lanes, watch: CardWatch, window: QWidget) -> None:
        super().__init__(window)
        self.lanes, self._watch, self._parent = lanes, watch, window
        self._key: LockedKey | None = None
        self._card = ""  # the one whose tries were shown
        self._accepted = False  # the password was right, what goes wrong from then on is another matter
        self.password_window: PasswordWindow | None = None
        self._retry = QTimer(self, singleShot=True, interval=RETRY_MS)
        self._retry.timeout.connect(self._read_tries)
        self._reading: Reading | None = None
        self._again = False
        self.submitted = False
        """Whether the password is on its way: only its outcome ends that."""
        watch.stirred.connect(self._stirred)

    @property
    def busy(self) -> bool:
        """Whether a talk is under way."""
        return self.password_window is not None

    @property
    def by_card(self) -> bool:
        """Whether the key is a card's."""
        return True

    @property
    def lane(self) -> Lane:
        """Where the key works: what is no card does not wait for what a card is asked."""
        return self.lanes.card if self.by_card else self.lanes.document

    def find(self, keeper: Keeper | None) -> LockedKey:
        """The key that is meant; called in its lane, with a keeper if it is a card's. Raises UserErrors."""
        raise NotImplementedError

    def use(self, key: LockedKey, secret: Secret) -> None:
        """Begins the work with the password; ends in `finish` or `refused`."""
        raise NotImplementedError

    def ask(self, context: Context) -> None:
        """Reads how many tries are left, then asks for the password."""
        from app.gui.password_window import PasswordWindow

        window = PasswordWindow(self._parent, context)
        window.submitted.connect(self._submitted)
        window.cancelled.connect(self.stop)
        window.recheck_requested.connect(self._recheck)
        window.guidance_requested.connect(self._guide)
        window.doctor_requested.connect(self.doctor_requested)
        self.password_window = window
        self._read_tries()

    # --- the key is asked how many tries are left ---------------------------------------------------------

    def _read_tries(self) -> None:
        window = self.password_window
        if window is None or self.submitted:
            return
        if self._reading is not None:
            self._again = True
            return
        if self.by_card and self._watch.keeper is None:
            self._retry.start()
            return
        self._retry.stop()
        self._reading, self._again = Reading(self._tries, self._watch.keeper, self._reader_of_typing()), False
        window.hold(True)
        submit(self.lane, self._reading.run, succeeded=self._read, failed=self._broke_down)

    def _tries(self, keeper: Keeper | None, reader: str) -> tuple[LockedKey, int | None]:
        """`reader`: where the card lies that is to be looked at again, "" when one is to be found."""
        # a key of its own each time: the one that a password may be on its way to stays bound to its card
        key = keeper.key(reader) if keeper is not None and reader else self.find(keeper)
        return key, key.attempts_remaining()

    def _reader_of_typing(self) -> str:
        """The reader of the card whose tries are on the screen, "" while there are none."""
        from app.card.keeper import CardKey

        window, key = self.password_window, self._key
        typing = window is not None and window.state.follows and not window.state.waits
        return key.reader if typing and isinstance(key, CardKey) else ""

    def _recheck(self) -> None:
        """The person wants the tries to be read: after another card was shown, that one's. Twice is once."""
        if self._reading is not None:
            return
        if self.password_window is not None and self.password_window.state.another:
            self._card = ""
        self._read_tries()

    def _stirred(self) -> None:
        """Something came or went at the readers: tries on the screen must not be those of a card that has gone."""
        window = self.password_window
        if window is not None and self.by_card and (self._reading is not None or window.state.follows):
            self._read_tries()

    def _read(self, reading: Reading) -> None:
        window = self.password_window
        if reading is not self._reading or window is None:  # it is not wanted any more
            return
        self._reading = None
        window.hold(False)
        if reading.error is not None:
            self._not_read(window, reading.error)
        else:
            assert reading.key is not None
            self._tries_read(window, reading.key, reading.left)

    def _tries_read(self, window: PasswordWindow, key: LockedKey, tries: int | None) -> None:
        from app.card.keeper import CardKey

        self._key = key
        if isinstance(key, CardKey):
            if self._card not in ("", key.card):
                self._give_back()
                window.show_changed()
                return
            self._card = key.card
            window.other_locked = self._is_other_locked(key.reader)
            window.show_reader(key.reader)
        window.update_tries(tries)
        window.open()
        if self._again and window.state.follows:
            self._read_tries()

    def _is_other_locked(self, reader: str) -> bool:
        return any(status.name == reader and status.auth_tries_left == 0 for status in self._watch.readers)

    def _not_read(self, window: PasswordWindow, error: Exception) -> None:
        if isinstance(error, PasswordLocked):
            window.show_locked()
        elif isinstance(error, CardChanged) or (self._card and isinstance(error, _OTHER_KIND)):
            window.show_changed()
        elif isinstance(error, CardBusy):
            window.show_busy()
        elif not isinstance(error, _LACKING):
            self._end(error)
            return
        elif window.isVisible():
            window.show_removed_before(_lack(error))
        else:
            window.show_waiting(_lack(error))
        window.open()
        if not window.state.waits:
            return
        if self._again:
            self._read_tries()
        elif not (isinstance(error, NoCard | NoReader) and self._watch.hears):
            self._retry.start()

    # --- the password -------------------------------------------------------------------------------------

    def _broke_down(self, error: Exception) -> None:
        """What never ends in an error of its own did; while a password is on its way, only its outcome counts."""
        if self.busy and not self.submitted:
            self._end(error)

    def _submitted(self, secret: Secret) -> None:
        assert self._key is not None
        assert self._reading is None
        self._retry.stop()
        self.submitted, self._accepted = True, False
        self.use(self._key, secret)

    def refused(self, error: Exception) -> None:
        """How the work ended without what was wanted."""
        self.submitted = False
        window = self.password_window
        if window is None:
            self._end(error)
        elif isinstance(error, PasswordIncorrect):
            window.show_wrong(error.attempts_remaining)
        elif isinstance(error, KeyFilePasswordIncorrect):
            window.show_wrong(None)
        elif isinstance(error, TriesChanged):
            said = words(error)
            window.show_fewer(error.attempts_remaining, said.title, said.happened)
        elif isinstance(error, PasswordLocked):
            window.show_locked()
        elif isinstance(error, CardChanged):
            window.show_changed()
        elif isinstance(error, OutcomeUnknown):
            window.show_unknown()
        elif isinstance(error, _LACKING) and not self._accepted:  # what is lost on the way is an unknown outcome
            window.show_removed_before(_lack(error))
            self._retry.start()
        elif isinstance(error, CardBusy) and not self._accepted:
            window.show_busy()
            self._retry.start()
        else:
            self._end(error)

    # --- ends ---------------------------------------------------------------------------------------------

    def stop(self) -> None:
        """Ends it, and nothing is sent any more; not while the password is on its way, which nothing can stop."""
        if not self.submitted:
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
        self.submitted = False
        if self._reading is not None:
            self.lane.start(self._reading.drop)
            self._reading = None
        self._give_back()
        self._card = ""
        if self.password_window is not None:
            window, self.password_window = self.password_window, None
            window.finish()
            window.deleteLater()
        self._watch.give_back(self)

    def _give_back(self) -> None:
        if self._key is not None:
            self.lane.start(self._key.release)
            self._key = None


def _lack(error: Exception) -> str:
    """What the window waits for, as a state of the card line."""
    if isinstance(error, NoReader | ReaderNotFound):
        return "no-reader"
    return "no-service" if isinstance(error, CardServiceUnavailable) else "no-card"
