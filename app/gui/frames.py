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


def keep_on_screen(window: QWidget) -> None:
    """Moves a window so that all of it is seen, as far as the screen has room."""
    room, frame = window.screen().availableGeometry(), window.frameGeometry()
    x = max(room.left(), min(frame.left(), room.right() + 1 - frame.width()))
    y = max(room.top(), min(frame.top(), room.bottom() + 1 - frame.height()))
    if (x, y) != (frame.left(), frame.top()):
        window.move(x, y)
