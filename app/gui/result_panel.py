"""The panel after a signing: where the file is, and what its check found."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from app.gui.answer_rows import AnswerRows
from app.gui.buttons import Button
from app.gui.frames import Card, Divider
from app.gui.labels import ElidedLabel, Label, Paragraph
from app.gui.marks import Picture
from app.signing.sign import SigningResult
from app.wording.amounts import file_size
from app.wording.language import text as _
from app.wording.outcomes import answers
from app.wording.plain import shown


class ResultPanel(QWidget):
    """Shows one result. `folder_requested`: show the file in its folder; `another_requested`: sign another PDF.

    `show_path()` is for when no program shows the folder.
    """

    folder_requested = Signal()
    another_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("ground", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        column.addWidget(self._scroll, 1)
        column.addWidget(Divider())
        foot = QVBoxLayout()
        foot.setContentsMargins(20, 14, 20, 20)
        foot.setSpacing(10)
        self.folder_button = Button(_("Show in folder"), "big", "folder-open")
        self.folder_button.clicked.connect(self.folder_requested)
        self.another_button = Button(_("Sign another PDF"), "default", "file-plus")
        self.another_button.clicked.connect(self.another_requested)
        self.primary = self.folder_button
        foot.addWidget(self.folder_button)
        foot.addWidget(self.another_button)
        column.addLayout(foot)

    def show_result(self, result: SigningResult) -> None:
        """Shows the outcome of one signing."""
        body = QWidget()
        body.setProperty("ground", "panel")
        column = QVBoxLayout(body)
        column.setContentsMargins(20, 20, 20, 20)
        column.setSpacing(16)
        column.addLayout(_head(result.demo))
        self.file_box = FileBox(result.target)
        column.addWidget(self.file_box)
        column.addWidget(Divider())
        ours = next(signature for signature in result.report.signatures if signature.field == result.field)
        column.addWidget(AnswerRows(answers(ours, own=True)))
        column.addWidget(Divider())
        note = QHBoxLayout()
        note.setSpacing(12)
        note.addWidget(Picture("info", "text2", 22), 0, Qt.AlignmentFlag.AlignTop)
        note.addWidget(Paragraph(_("A printout carries no electronic signature: hand over the file itself.")), 1)
        column.addLayout(note)
        column.addStretch(1)
        self._scroll.setWidget(body)
        self.folder_button.setFocus()

    def show_path(self) -> None:
        """Shows the whole path, selected: no program here shows a folder."""
        self.file_box.show_path()
        self._scroll.ensureWidgetVisible(self.file_box)


def _head(demo: bool) -> QHBoxLayout:
    title = _("Signed for practice") if demo else _("Signed")
    text = (
        _("Made with the demo card: it proves nothing. The new file was read back and checked.")
        if demo
        else _("The new file was read back and checked.")
    )
    row = QHBoxLayout()
    row.setSpacing(12)
    row.addWidget(Picture("circle-check", "accent_ink" if demo else "ok", 32), 0, Qt.AlignmentFlag.AlignTop)
    words = QVBoxLayout()
    words.setSpacing(2)
    words.addWidget(Label(title, "title"))
    words.addWidget(Paragraph(text))
    row.addLayout(words, 1)
    return row


class FileBox(Card):
    """The new file and its folder; the whole path goes to the clipboard, and on demand into a line of its own."""

    def __init__(self, target: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent, box=True)
        self._path = str(target.absolute())
        self.body.setSpacing(0)
        self.body.addWidget(ElidedLabel(shown(target.name), "strong"))
        size = file_size(target.stat().st_size) if target.exists() else ""
        facts = _(" · ").join(part for part in (_folder(target.parent), size) if part)
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(ElidedLabel(facts, "caption", "text2"), 1)
        self.copy_button = Button("", "ghost", "copy")
        self.copy_button.setToolTip(_("Copy the whole path"))
        self.copy_button.setAccessibleName(_("Copy the whole path"))
        self.copy_button.clicked.connect(self._copy)
        row.addWidget(self.copy_button)
        self.body.addLayout(row)
        self._note = Paragraph(_("No program here could show the folder. The file is here:"), "caption", "text")
        self.path_line = QLineEdit(shown(self._path))
        self.path_line.setReadOnly(True)
        self.path_line.setAccessibleName(_("Whole path of the signed file"))
        for part in (self._note, self.path_line):
            part.setVisible(False)
            self.body.addWidget(part)

    def show_path(self) -> None:
        """The whole path, selected."""
        self._note.setVisible(True)
        self.path_line.setVisible(True)
        self.path_line.selectAll()
        self.path_line.setFocus()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._path)


def _folder(folder: Path) -> str:
    """The folder as steps, from the home folder on where it lies there."""
    home = Path.home()
    steps = folder.relative_to(home).parts if folder.is_relative_to(home) else folder.parts
    return shown(" › ".join(step.strip("/\\") or step for step in steps)) if steps else _("Home folder")
