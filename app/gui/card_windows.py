"""The windows about the card: at most one of each, opened from everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

from app.gui.background import Lanes
from app.gui.card_watch import CardWatch

if TYPE_CHECKING:
    from app.gui.card_window import CardWindow
    from app.gui.doctor_window import DoctorWindow


class CardWindows(QObject):
    """The card window and the reader doctor of one main window."""

    def __init__(self, lanes: Lanes, watch: CardWatch, window: QWidget) -> None:
        super().__init__(window)
        self._lanes, self._watch, self._parent = lanes, watch, window
        self.card: CardWindow | None = None
        self.doctor: DoctorWindow | None = None

    def open_card(self) -> None:
        """Shows the card window, in front if it is there already."""
        from app.gui.card_window import SIZE, CardWindow

        if not _is_open(self.card):
            self.card = CardWindow(self._lanes, self._watch, self._parent)
            self.card.doctor_requested.connect(self.open_doctor)
            self.card.destroyed.connect(self._card_closed)
            room = self._parent.screen().availableSize()
            self.card.resize(min(SIZE[0], room.width()), min(SIZE[1], room.height() - 40))
        assert self.card is not None
        _bring_forward(self.card)

    def open_guidance(self) -> None:
        """Shows the ways out of a lock."""
        self.open_card()
        assert self.card is not None
        self.card.explain("locked")

    def open_doctor(self) -> None:
        """Shows the reader doctor, in front if it is there already."""
        from app.gui.doctor_window import DoctorWindow

        if not self.doctor_is_open:
            # a password window that waits for its card lets nothing but its own children be used
            parent = QApplication.activeModalWidget() or self._parent
            self.doctor = DoctorWindow(self._lanes, self._watch, parent)
            self.doctor.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)  # the next one speaks the language of then
        assert self.doctor is not None
        _bring_forward(self.doctor)

    @property
    def doctor_is_open(self) -> bool:
        """Whether the reader doctor is to be seen."""
        return _is_open(self.doctor)

    def translate(self) -> None:
        """The language has changed: the card window speaks it at once, the doctor when it is opened again."""
        if self.card is not None and _is_open(self.card):
            self.card.translate()
        if self.doctor is not None and self.doctor_is_open:
            self.doctor.close()

    def stop(self) -> bool:
        """Ends the question for a password, if there is one; False while the password is on its way."""
        if self.card is None or not isValid(self.card):
            return True
        if self.card.controller.busy:
            self.card.controller.stop()
        return not self.card.controller.busy

    def _card_closed(self) -> None:
        if self.card is not None and not isValid(self.card):  # another one may be open by now
            self.card = None

    def close(self) -> None:
        """Closes both."""
        for window in (self.card, self.doctor):
            if window is not None and _is_open(window):
                window.close()


def _is_open(window: QWidget | None) -> bool:
    """Whether it is there for the person: a closed one may still wait for its end."""
    return window is not None and isValid(window) and window.isVisible()


def _bring_forward(window: QWidget) -> None:
    window.show()
    window.raise_()
    window.activateWindow()
