"""What the password window says when a PDF is to be signed: which file, what for, with what, and who will see what."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.gui.buttons import Button
from app.gui.labels import ElidedLabel, Label
from app.gui.marks import Picture
from app.gui.password_parts import Disclosure, SubjectBox, disclosed
from app.gui.password_purpose import Purpose, signing, signing_with_file
from app.wording.amounts import file_size, page_count
from app.wording.language import text as _
from app.wording.plain import shown

_NAME_ROOM, _SHORT_NAME = 32, 24  # characters of a reader or a key file


@dataclass(frozen=True, slots=True)
class PasswordContext:
    """What the window says about the signature to come; `signature_page` counts from 1, None: invisible.

    `profile`: the published name of the kind of signature. `key_file`: the name of the file that signs, "" for a card;
    `reader`: the card's.
    """

    file_name: str
    pages: int
    size_bytes: int
    signature_page: int | None
    target_name: str
    sha256: str
    demo: bool
    profile: str = "pades-b-b"
    reader: str = ""
    key_file: str = ""

    def purpose(self) -> Purpose:
        """The words of the pages."""
        return signing_with_file() if self.key_file else signing()

    def box(self) -> SubjectBox:
        """What is signed."""
        return FileBox(self)

    def disclosure(self) -> QWidget:
        """Who will see what."""
        title = _("What anyone who receives this PDF can see")
        if self.key_file:
            note = _(
                "It is part of the certificate in the key file and cannot be hidden. Whose certificate it is can "
                "be told only when the password has opened the file."
            )
            return Disclosure(title, note, disclosed_by_file())
        note = _("It is part of the certificate on your card and cannot be hidden. Your My Number is not included.")
        return Disclosure(title, note)

    def compact(self) -> QWidget:
        """The same in three lines, for low screens."""
        return CompactBox(self)

    def signer(self, reader: str, room: int = _NAME_ROOM) -> str:
        """What signs: the key file, the practice, or the card in this reader; its name in `room` characters."""
        if self.demo:
            return _("practice (demo card)")
        name, place = (_("key file"), self.key_file) if self.key_file else (_("My Number Card"), reader)
        return _("{what} ({name})", what=name, name=shown(place, room)) if place else name


def destination(profile: str) -> str:
    """For whom a signature of this profile is."""
    return {"pades-b-b": _("general contract")}.get(profile, profile)


def form(profile: str) -> str:
    """The same with the name of the format."""
    formats = {"pades-b-b": "PAdES B-B"}
    what = destination(profile)
    return _("{what} ({name})", what=what, name=formats[profile]) if profile in formats else what


def disclosed_by_file() -> tuple[str, ...]:
    """What the certificates of offices and companies hold, some of these each."""
    return (_("Name"), _("Company, office"), _("Position"), _("Registration number"))


class FileBox(SubjectBox):
    """The file, where the signature goes, the name of the output, what for and with what; its fingerprint on demand.

    `resized` when the fingerprint was shown or hidden; `copied` when it is in the clipboard.
    """

    def __init__(self, context: PasswordContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(Picture("file-text", "text2", 24), 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(0)
        column.addWidget(ElidedLabel(shown(context.file_name), "h3"))
        place = (
            _("the signature goes on page {page}", page=context.signature_page)
            if context.signature_page
            else _("invisible signature")
        )
        facts = _(" · ").join((page_count(context.pages), file_size(context.size_bytes), place))
        column.addWidget(Label(facts, "caption", "text2"))
        target = ElidedLabel(_("Saved as: {name}", name=shown(context.target_name)), "caption", "text2")
        column.addWidget(target)
        line = QHBoxLayout()
        line.setSpacing(12)
        line.addWidget(ElidedLabel(_("For: {what}", what=form(context.profile)), "caption", "text2"), 1)
        self.more = Button(_("Details"), "link", "chevron-right")
        self.more.setAutoDefault(False)
        self.more.setCheckable(True)
        self.more.toggled.connect(self._show_fingerprint)
        line.addWidget(self.more)
        column.addLayout(line)
        self._signer = ElidedLabel("", "caption", "text2")
        column.addWidget(self._signer)
        column.addWidget(self._fingerprint())
        row.addLayout(column, 1)
        self.body.addLayout(row)
        self.show_reader(context.reader)

    def show_reader(self, name: str) -> None:
        self._signer.setText(_("Signs with: {what}", what=self._context.signer(name)))

    @property
    def unfolded(self) -> bool:
        return self.more.isChecked()

    def fold(self) -> None:
        self.more.setChecked(False)

    def _fingerprint(self) -> QWidget:
        self._details = QWidget()
        row = QHBoxLayout(self._details)
        row.setContentsMargins(0, 4, 0, 0)
        column = QVBoxLayout()
        column.setSpacing(0)
        column.addWidget(Label(_("Fingerprint of the original file (SHA-256)"), "caption", "text2"))
        sha256 = self._context.sha256
        groups = [sha256[start : start + 8] for start in range(0, len(sha256), 8)]
        for half in (groups[:4], groups[4:]):
            column.addWidget(Label(" ".join(half), "fixed"))
        row.addLayout(column, 1)
        self.copy = Button("", "ghost", "copy")
        self.copy.setAutoDefault(False)
        self.copy.setToolTip(_("Copy the fingerprint"))
        self.copy.setAccessibleName(_("Copy the fingerprint"))
        self.copy.clicked.connect(self._copy)
        row.addWidget(self.copy, 0, Qt.AlignmentFlag.AlignBottom)
        self._details.setVisible(False)
        return self._details

    def _show_fingerprint(self, open_: bool) -> None:
        self.more.set_icon("chevron-down" if open_ else "chevron-right")
        self._details.setVisible(open_)
        self.resized.emit()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._context.sha256)
        self.copied.emit()


class CompactBox(SubjectBox):
    """File, what for and with what, and disclosure in three lines, for low screens."""

    def __init__(self, context: PasswordContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self.body.setSpacing(0)
        self.body.setContentsMargins(14, 8, 14, 8)
        name = QHBoxLayout()
        name.setSpacing(8)
        name.addWidget(ElidedLabel(shown(context.file_name), "strong"), 1)
        where = _("page {page}", page=context.signature_page) if context.signature_page else _("invisible signature")
        name.addWidget(Label(where, "caption", "text2"))
        self.body.addLayout(name)
        self._what = ElidedLabel("", "caption", "text2")
        self.body.addWidget(self._what)
        listed = disclosed_by_file() if context.key_file else disclosed()
        line = _("Recipients can see: {list}", list=_(", ").join(listed))
        self.body.addWidget(ElidedLabel(line, "caption", "text2"))
        self.show_reader(context.reader)

    def show_reader(self, name: str) -> None:
        self._what.setText(_(" · ").join((destination(self._context.profile), self._context.signer(name, _SHORT_NAME))))
