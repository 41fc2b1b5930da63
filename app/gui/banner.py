"""A message that stays."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.gui import theme
from app.gui.buttons import Button
from app.gui.labels import Paragraph
from app.gui.marks import Picture

BANNER_ICONS = {"info": "info", "ok": "circle-check", "warn": "triangle-alert", "bad": "circle-x", "neutral": "info"}


class Banner(QFrame):
    """A message that stays: icon, bold title in the ink of its kind, text, buttons. Kinds: info, ok, warn, bad."""

    def __init__(self, kind: str = "info", title: str = "", text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 12, 14, 12)
        row.setSpacing(10)
        self._picture = Picture(BANNER_ICONS[kind], "text", 20)
        row.addWidget(self._picture, 0, Qt.AlignmentFlag.AlignTop)
        self._column = QVBoxLayout()
        self._column.setSpacing(2)
        row.addLayout(self._column, 1)
        self._title = Paragraph(role="h3")
        self._text = Paragraph(tone="text")
        self._column.addWidget(self._title)
        self._column.addWidget(self._text)
        self._buttons = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._buttons.setContentsMargins(0, 8, 0, 0)
        self._buttons.setSpacing(8)
        self._buttons.addStretch(1)
        self._kind = kind
        self.show_message(kind, title, text)

    def show_message(self, kind: str, title: str, text: str = "") -> None:
        """Says something else, and announces it to a screen reader when the banner is already in view."""
        self._kind = kind
        ink = {"info": "accent_ink", "neutral": "text2"}.get(kind, kind)
        self._picture.show_icon(BANNER_ICONS[kind], ink)
        self._title.setText(title)
        self._title.set_tone(ink)
        self._text.setText(text)
        self._text.setVisible(bool(text))
        self.setAccessibleName(f"{title} {text}".strip())
        self.update()
        if self.isVisible():
            self._announce()

    def add_button(self, text: str, slot: Callable[[], object], kind: str = "default") -> Button:
        """A button below the text; `slot` is a bound method."""
        made = Button(text, kind)
        made.clicked.connect(slot)
        if self._buttons.count() == 1:
            self._column.addLayout(self._buttons)
        self._buttons.insertWidget(self._buttons.count() - 1, made)
        return made

    def title(self) -> str:
        """The bold line."""
        return self._title.text()

    def showEvent(self, event: object) -> None:
        self._announce()

    def _announce(self) -> None:
        from PySide6.QtGui import QAccessible, QAccessibleEvent

        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    def paintEvent(self, event: QPaintEvent) -> None:
        _ink, soft, line = theme.current().kind(self._kind)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(line, 1))
        painter.setBrush(soft)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 10, 10)
        painter.end()


class BannerPlace(QVBoxLayout):
    """Where banners stand above the pages; it takes no room while there are none."""

    def __init__(self) -> None:
        super().__init__()
        self.setSpacing(8)
        self._banners: list[Banner] = []
        self.clear()

    def show_banner(self, kind: str, title: str, text: str) -> Banner:
        """One more banner."""
        made = Banner(kind, title, text)
        self._banners.append(made)
        self.setContentsMargins(12, 12, 12, 0)
        self.addWidget(made)
        return made

    def clear(self) -> None:
        """Takes all of them away."""
        self.setContentsMargins(12, 0, 12, 0)
        for banner in self._banners:
            banner.hide()
            banner.deleteLater()
        self._banners = []
