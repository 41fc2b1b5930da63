"""Groups and lines."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget


class Card(QFrame):
    """A framed group on the window's ground; `box=True` is the sunken information box without a frame."""

    def __init__(self, parent: QWidget | None = None, *, box: bool = False) -> None:
        super().__init__(parent)
        self.setProperty("kind", "box" if box else "card")
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(*((14, 12, 14, 12) if box else (18, 16, 18, 16)))
        self.body.setSpacing(4)


class Divider(QFrame):
    """A line of one pixel."""

    def __init__(self, parent: QWidget | None = None, *, vertical: bool = False) -> None:
        super().__init__(parent)
        self.setProperty("kind", "divider")
        if vertical:
            self.setFixedWidth(1)
        else:
            self.setFixedHeight(1)
