"""What the password window says when the 署名用 certificate is to be read: what it holds, and that nothing is kept."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.gui.labels import ElidedLabel, Label, Paragraph
from app.gui.marks import Picture
from app.gui.password_parts import Disclosure, SubjectBox, disclosed
from app.gui.password_purpose import Purpose, reading
from app.wording.language import text as _
from app.wording.plain import shown


@dataclass(frozen=True, slots=True)
class ReadingContext:
    """A card's certificate that is to be read, in the reader of that name."""

    reader: str
    demo: bool

    def purpose(self) -> Purpose:
        """The words of the pages."""
        return reading()

    def box(self) -> SubjectBox:
        """What is read."""
        return ReadingBox(self.reader, demo=self.demo)

    def disclosure(self) -> QWidget:
        """What will stand on the screen."""
        note = _(
            "Only shown on this screen: it is neither saved nor sent, and goes when you close the window. See that "
            "nobody looks on who should not. Your My Number is not included."
        )
        return Disclosure(_("What will be shown on this screen"), note)

    def compact(self) -> QWidget:
        """The same in two lines, for low screens."""
        box = SubjectBox()
        box.body.setSpacing(0)
        box.body.setContentsMargins(14, 8, 14, 8)
        head = QHBoxLayout()
        head.addWidget(Label(_("Read the signature certificate"), "strong"), 1)
        head.addWidget(Label(_("Nothing is signed"), "caption", "text2"))
        box.body.addLayout(head)
        line = _("Shown on this screen: {list}", list=_(", ").join(disclosed()))
        box.body.addWidget(ElidedLabel(line, "caption", "text2"))
        return box


class ReadingBox(SubjectBox):
    """That the certificate is read and nothing signed."""

    def __init__(self, reader: str, *, demo: bool) -> None:
        super().__init__()
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(Picture("id-card", "text2", 24), 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(0)
        column.addWidget(Label(_("Read the signature certificate"), "h3"))
        place = _("Demo card") if demo else _("The card on: {reader}", reader=shown(reader, 60))
        column.addWidget(ElidedLabel(place, "caption", "text2"))
        column.addWidget(Paragraph(_("Nothing is signed. The card is given back as soon as it has been read.")))
        row.addLayout(column, 1)
        self.body.addLayout(row)
