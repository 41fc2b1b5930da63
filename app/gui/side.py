"""The panel beside the pages: signing, checking or the result, one at a time."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QStackedWidget, QWidget

from app.gui.first_view import SIDE, side_width

CHECKING_SIDE = 420
ROOMY = 1200


class Side(QStackedWidget):
    """Keeps the panel that is shown `lasting`; any other is gone when the next one comes."""

    def __init__(self) -> None:
        super().__init__()
        self._lasting: QWidget | None = None
        self._checking: QWidget | None = None
        self.setFixedWidth(SIDE)
        self.setProperty("ground", "panel")

    def show_panel(self, panel: QWidget, *, lasting: bool = False, checking: bool = False) -> None:
        """Shows a panel; `checking` gives it more room in wide windows."""
        old = self.currentWidget()
        if lasting:
            self._lasting = panel
        self._checking = panel if checking else None
        self.addWidget(panel)
        self.setCurrentWidget(panel)
        if old is not None and old is not panel and old is not self._lasting:
            self.removeWidget(old)
            old.deleteLater()

    def main_button(self) -> QWidget:
        """What the keyboard goes to first: the panel's main button, else whatever takes the focus."""
        panel = self.currentWidget() or self
        primary = getattr(panel, "primary", None)
        if isinstance(primary, QWidget):
            return primary
        parts = panel.findChildren(QWidget)
        return next((part for part in parts if part.focusPolicy() & Qt.FocusPolicy.TabFocus and part.isVisible()), self)

    def fit(self, window: int) -> None:
        """Takes the width that is due in a window of this width; px."""
        self.setFixedWidth(CHECKING_SIDE if self._checking is not None and window >= ROOMY else side_width(window))
