"""Explanations that stay folded until somebody wants them."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from app.gui.buttons import KeyboardFocus
from app.gui.frames import Card
from app.gui.labels import Label, Paragraph
from app.gui.marks import Picture
from app.wording.language import text as _
from app.wording.procedures import Section

_HEIGHT = 48


class FoldHead(KeyboardFocus, QPushButton):
    """The line that opens and closes an explanation."""

    def __init__(self, icon: str, title: str) -> None:
        super().__init__()
        self.setProperty("kind", "fold")
        self.setCheckable(True)
        self.setAutoDefault(False)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(title)
        row = QHBoxLayout(self)
        row.setContentsMargins(18, 0, 16, 0)
        row.setSpacing(12)
        row.addWidget(Picture(icon, "accent_ink", 20))
        row.addWidget(Label(title, "body"), 1)
        self._arrow = Picture("chevron-down", "text2", 18)
        row.addWidget(self._arrow)
        for child in self.findChildren(QWidget):
            child.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setMinimumHeight(_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.toggled.connect(self._turned)
        self._turned(False)

    def sizeHint(self) -> QSize:
        return QSize(280, _HEIGHT)

    def _turned(self, opened: bool) -> None:
        self._arrow.show_icon("chevron-up" if opened else "chevron-down", "text2")
        self.setAccessibleDescription(_("Opened") if opened else _("Closed"))


class Explanation(QWidget):
    """One section. `opened`: it was unfolded and wants to be seen."""

    opened = Signal(object)

    def __init__(self, section: Section) -> None:
        super().__init__()
        self.key = section.key
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.head = FoldHead(section.icon, section.title)
        self.head.toggled.connect(self._turned)
        column.addWidget(self.head)
        self.text = Card(box=True)
        self.text.body.setContentsMargins(50, 12, 18, 14)
        for number, point in enumerate(section.points):
            if point.title:
                if number:
                    self.text.body.addSpacing(6)
                self.text.body.addWidget(Paragraph(point.title, "strong", "text"))
            if point.text:
                self.text.body.addWidget(Paragraph(point.text, "caption", "text"))
        self.text.setVisible(False)
        column.addWidget(self.text)

    def unfold(self) -> None:
        """Opens it, if it is not open, and gives it the keyboard."""
        self.head.setFocus(Qt.FocusReason.OtherFocusReason)
        if self.head.isChecked():
            self.opened.emit(self)
        self.head.setChecked(True)

    def _turned(self, opened: bool) -> None:
        self.text.setVisible(opened)
        if opened:
            self.opened.emit(self)
