"""The way of one signature in the window: rehearse, ask for the password, sign, tell how it ended."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from app.errors.base import Cancelled, UserError
from app.errors.card import CardBusy, CardRemoved, NoCard, NoReader, OutcomeUnknown, PasswordIncorrect, PasswordLocked
from app.gui.background import Lanes
from app.gui.card_watch import CardWatch
from app.gui.delivery import submit
from app.secret import Secret
from app.signing.request import SigningRequest

if TYPE_CHECKING:
    from app.card.keeper import CardKey, Keeper
    from app.document.child import DocumentChild
    from app.gui.password_window import PasswordWindow
    from app.signing.sign import SigningResult, Step

RETRY_MS = 700
"""Where no event tells when the card can be read: another program's transaction, a contact that was lost in between."""


class SigningController(QObject):
    """One signature at a time. Ends with `signed`, `failed` or `stopped` (nothing happened)."""

    signed = Signal(object)
    failed = Signal(object)
    stopped = Signal()

    def __init__(self, lanes: Lanes, watch: CardWatch, window: QWidget) -> None:
        super().__init__(window)
        self._lanes, self._watch, self._parent = lanes, watch, window
        self._request: SigningRequest | None = None
        self._child: DocumentChild | None = None
        self._key: CardKey | None = None
        self.password_window: PasswordWindow | None = None
        self._retry = QTimer(self, singleShot=True, interval=RETRY_MS)
        self._retry.timeout.connect(self._read_tries)
        self._reading = self._again = False
        watch.stirred.connect(self._stirred)

    @property
    def busy(self) -> bool:
        """Whether a signature is under way."""
        return self._request is not None

    def begin(self, request: SigningRequest, child: DocumentChild) -> None:
        """Rehearses: everything that can fail without the card fails here."""
        self._request, self._child = request, child
        submit(self._lanes.document, _rehearse, request, child, succeeded=self._rehearsed, failed=self._end_failed)

    # --- the card is asked how many tries are left --------------------------------------------------------

    def _rehearsed(self, _nothing: object) -> None:
        from app.gui.password_window import PasswordContext, PasswordWindow

        request = self._request
        assert request is not None
        self._watch.pause()
        page = request.placement.page if request.placement else None
        if request.field is not None:
            page = next((field.page for field in request.document.fields if field.name == request.field), None)
        context = PasswordContext(
            file_name=request.snapshot.source.name,
            pages=len(request.document.pages),
            size_bytes=request.snapshot.size,
            signature_page=page,
            target_name=request.target.name,
            sha256=request.snapshot.sha256,
            demo=request.demo,
        )
        window = PasswordWindow(self._parent, context)
        window.submitted.connect(self._submitted)
        window.cancelled.connect(self._cancelled)
        window.recheck_requested.connect(self._read_tries)
        self.password_window = window
        self._read_tries()

    def _read_tries(self) -> None:
        keeper = self._watch.keeper
        if self.password_window is None:
            return
        if keeper is None:
            self._retry.start()
            return
        self._retry.stop()
        self._reading, self._again = True, False
        submit(self._lanes.card, _tries, keeper, succeeded=self._tries_read, failed=self._tries_not_read)

    def _stirred(self) -> None:
        """Something came or went at the readers; matters while the window waits for a card."""
        window = self.password_window
        if self._reading:
            self._again = True
        elif window is not None and window.state.waits:
            self._read_tries()

    def _tries_read(self, answer: tuple[CardKey, int | None]) -> None:
        self._reading = False
        self._key, tries = answer
        window = self.password_window
        if window is None:
            self._lanes.card.start(self._key.release)
        elif tries == 0:
            window.show_locked()
            window.open()
        else:
            window.show_typing(tries)
            window.open()

    def _tries_not_read(self, error: Exception) -> None:
        self._reading = False
        window = self.password_window
        if window is None:
            return
        if isinstance(error, NoCard | NoReader | CardRemoved):
            if window.isVisible():
                window.show_removed_before()
            else:
                window.show_waiting()
        elif isinstance(error, CardBusy):
            window.show_busy()
        elif isinstance(error, PasswordLocked):
            window.show_locked()
            window.open()
            return
        else:
            self._end_failed(error)
            return
        window.open()
        if self._again:
            self._read_tries()
        elif not (isinstance(error, NoCard | NoReader) and self._watch.hears):
            self._retry.start()

    # --- the password -------------------------------------------------------------------------------------

    def _submitted(self, secret: Secret) -> None:
        assert self._request is not None
        assert self._child is not None
        assert self._key is not None
        submit(
            self._lanes.card,
            _sign,
            self._request,
            self._child,
            self._key,
            secret,
            succeeded=self._signed,
            failed=self._not_signed,
            progressed=self._step_done,
        )

    def _step_done(self, step: Step) -> None:
        if self.password_window is not None:
            self.password_window.step_done(step)

    def _signed(self, result: SigningResult) -> None:
        self._leave()
        self.signed.emit(result)

    def _not_signed(self, error: Exception) -> None:
        window = self.password_window
        if window is None:
            self._end_failed(error)
        elif isinstance(error, PasswordIncorrect):
            if error.attempts_remaining == 0:
                window.show_locked()
            else:
                window.show_wrong(error.attempts_remaining)
        elif isinstance(error, PasswordLocked):
            window.show_locked()
        elif isinstance(error, OutcomeUnknown):
            window.show_unknown()
        elif isinstance(error, CardRemoved):
            window.show_removed_before()
            self._retry.start()
        else:
            self._end_failed(error)

    # --- ends ---------------------------------------------------------------------------------------------

    def _cancelled(self) -> None:
        self._leave()
        self.stopped.emit()

    def _end_failed(self, error: Exception) -> None:
        self._leave()
        if isinstance(error, Cancelled):
            self.stopped.emit()
        elif isinstance(error, UserError):
            self.failed.emit(error)

    def _leave(self) -> None:
        self._retry.stop()
        if self._key is not None:
            self._lanes.card.start(self._key.release)
        if self.password_window is not None:
            window, self.password_window = self.password_window, None
            window.finish()
            window.deleteLater()
        self._key = self._request = self._child = None
        self._watch.resume()


def _rehearse(request: SigningRequest, child: DocumentChild) -> None:
    from app.signing.sign import rehearse

    rehearse(request, child)


def _tries(keeper: Keeper) -> tuple[CardKey, int | None]:
    key = keeper.key(keeper.choose(None))
    return key, key.attempts_remaining()


def _sign(
    request: SigningRequest, child: DocumentChild, key: CardKey, secret: Secret
) -> Generator[Step, None, SigningResult]:
    from app.signing.sign import steps

    return (yield from steps(request, child, key, secret))
