"""What signs, above the sign button: the card and its state, or a key file; and the way from one to the other."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from app.gui.buttons import Button
from app.gui.card_line import CardLine
from app.gui.frames import Card
from app.gui.labels import ElidedLabel, Label
from app.gui.marks import Picture
from app.wording.language import text as _
from app.wording.plain import shown


class SignerLine(QWidget):
    """`card_chosen`, `file_requested`: the person wants to sign with the card, or with a key file to be chosen."""

    card_chosen = Signal()
    file_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        self._head = QWidget()
        head = QHBoxLayout(self._head)
        head.setContentsMargins(0, 0, 0, 0)
        head.addWidget(Label(_("Sign with"), "caption", "text2"), 1)
        self.change = Button(_("Change…"), "link")
        self.change.setAccessibleName(_("Change what signs: card or key file"))
        self.change.clicked.connect(self._offer)
        head.addWidget(self.change)
        column.addWidget(self._head)
        self.card_line = CardLine()
        self.file_box = KeyFileBox()
        self.file_box.hide()
        column.addWidget(self.card_line)
        column.addWidget(self.file_box)

    def show_signer(self, file: Path | None, *, demo: bool) -> None:
        """The key file, or None for the card; in practice there is no choice."""
        self._head.setVisible(not demo)
        self.card_line.setVisible(file is None)
        self.file_box.setVisible(file is not None)
        self.file_box.show_file(file)

    def _offer(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        either = QActionGroup(menu)
        for words, slot, chosen in (
            (_("My Number Card"), self.card_chosen, self.card_line.isVisible()),
            (_("Key file (.p12, .pfx)…"), self.file_requested, self.file_box.isVisible()),
        ):
            action = menu.addAction(words)
            action.setCheckable(True)
            action.setChecked(chosen)
            action.setActionGroup(either)
            action.triggered.connect(slot)
        size = menu.sizeHint()
        menu.popup(self.change.mapToGlobal(QPoint(self.change.width() - size.width(), -size.height())))


class KeyFileBox(Card):
    """A key file in one box, as the card stands in one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, box=True)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(Picture("key", "ok", 22))
        names = QVBoxLayout()
        names.setSpacing(0)
        names.addWidget(Label(_("Key file"), "h3"))
        self._below = ElidedLabel("", "caption", "text2")
        names.addWidget(self._below)
        row.addLayout(names, 1)
        self.body.addLayout(row)

    def show_file(self, file: Path | None) -> None:
        """Names the file."""
        name = shown(file.name) if file is not None else ""
        self._below.setText(name)
        self.setAccessibleName(_("Key file {name}", name=name))
