"""Groups of rows, as the card window has them: picture, label, value, and what can be done at the right."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.gui.frames import Card, Divider
from app.gui.labels import Label, Paragraph
from app.gui.marks import Picture

LABEL_WIDTH = 178
"""px of the labels' column, where there is room for one."""


class Row(QWidget):
    """One line of a group. In narrow windows the value stands below its label."""

    def __init__(self, icon: str, tone: str, label: str) -> None:
        super().__init__()
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(18, 12, 18, 12)
        self._row.setSpacing(12)
        self.picture = Picture(icon, tone, 20)
        self._row.addWidget(self.picture, 0, Qt.AlignmentFlag.AlignVCenter)
        self._words = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._words.setSpacing(12)
        self._label = Paragraph(label, "caption", "text2")
        self._label.setVisible(bool(label))
        self._words.addWidget(self._label, 0, Qt.AlignmentFlag.AlignVCenter)
        self.body = QVBoxLayout()
        self.body.setSpacing(4)
        middle = QVBoxLayout()
        middle.addStretch(1)
        middle.addLayout(self.body)
        middle.addStretch(1)
        self._words.addLayout(middle, 1)
        self._row.addLayout(self._words, 1)
        self.side = QHBoxLayout()
        self.side.setSpacing(14)
        self._row.addLayout(self.side)
        self.setAccessibleName(label)
        self.set_narrow(False)

    def set_narrow(self, narrow: bool) -> None:
        """Puts the value below the label, or beside it."""
        direction = QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight
        self._words.setDirection(direction)
        self._words.setSpacing(2 if narrow else 12)
        self._label.setMinimumWidth(0 if narrow else LABEL_WIDTH)
        self._label.setMaximumWidth(16777215 if narrow else LABEL_WIDTH)

    def say(self, title: str, detail: str = "", *, role: str = "body") -> None:
        """The value: a line, and a smaller paragraph below it."""
        self.body.addWidget(Paragraph(title, role, "text"))
        if detail:
            self.body.addWidget(Paragraph(detail))

    def put(self, widget: QWidget) -> None:
        """Something at the right."""
        self.side.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)


class Group(QWidget):
    """A titled card of rows with lines between them."""

    def __init__(self, title: str) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(Label(title, "h2"))
        self._card = Card()
        self._card.body.setContentsMargins(0, 0, 0, 0)
        self._card.body.setSpacing(0)
        column.addWidget(self._card)
        self.setAccessibleName(title)

    @property
    def rows(self) -> list[Row]:
        """The rows, from the top."""
        return self.findChildren(Row)

    def add(self, row: QWidget) -> None:
        """One more row, or something as wide as one."""
        if self._card.body.count():
            self._card.body.addWidget(Divider())
        self._card.body.addWidget(row)
