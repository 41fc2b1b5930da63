"""What is chosen from: large tiles, and short choices side by side."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QRadioButton, QSizePolicy, QVBoxLayout, QWidget

from app.gui import theme
from app.gui.buttons import KeyboardFocus
from app.gui.labels import Label, Paragraph
from app.gui.marks import Picture


class Tile(KeyboardFocus, QPushButton):
    """A large button with a picture, a title, a caption and an arrow."""

    def __init__(self, icon_name: str, title: str, caption: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "tile")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(title)
        self.setAccessibleDescription(caption)
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(16, 14, 14, 14)
        row.setSpacing(12)
        row.addWidget(Picture(icon_name, "accent_ink", 22), 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(Label(title, "h3"))
        words.addWidget(Paragraph(caption))
        row.addLayout(words, 1)
        row.addWidget(Picture("chevron-right", "text2", 18))
        for child in self.findChildren(QWidget):
            child.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._row.totalHeightForWidth(width)

    def sizeHint(self) -> QSize:
        return QSize(280, self._row.totalHeightForWidth(max(self.width(), 240)))

    minimumSizeHint = sizeHint


class Segmented(QWidget):
    """Two to six short choices side by side; the arrow keys move between them."""

    chosen = Signal(str)

    def __init__(self, choices: Sequence[tuple[str, str]], current: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        self._group = QButtonGroup(self)
        self._values: list[str] = []
        for number, (value, text) in enumerate(choices):
            button = Chip(text)
            button.setChecked(value == current)
            self._group.addButton(button, number)
            self._values.append(value)
            row.addWidget(button)
        self._group.idClicked.connect(self._clicked)

    def _clicked(self, number: int) -> None:
        self.chosen.emit(self._values[number])


class Chip(KeyboardFocus, QRadioButton):
    """One choice of a segmented control; a radio button, so that arrow keys and screen readers know it."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.setProperty("kind", "chip")
        self.setFont(theme.font("caption"))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFixedHeight(32)
        self.setFixedWidth(QFontMetrics(theme.font("caption-strong")).horizontalAdvance(text) + 24)

    def hitButton(self, position: QPoint) -> bool:
        return self.rect().contains(position)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        room = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        if self.isChecked() or self.underMouse():
            painter.setPen(tokens.color("line") if self.isChecked() else Qt.PenStyle.NoPen)
            painter.setBrush(tokens.color("panel" if self.isChecked() and not tokens.dark else "hover"))
            painter.drawRoundedRect(room, 8, 8)
        painter.setPen(tokens.color("accent_ink" if self.isChecked() else "text2"))
        painter.setFont(theme.font("caption-strong" if self.isChecked() else "caption"))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())
        painter.end()
