"""The rows of the reader doctor: a check with its state, and below the one that failed what to do about it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.card.doctor import NOT_LOOKED_AT, Check
from app.card.host import Host
from app.gui.buttons import Button
from app.gui.frames import Card
from app.gui.labels import Label, Paragraph
from app.gui.marks import Picture, Spinner, StepNumber
from app.wording.doctor import LISTED, OFFICIAL_LIST, Said, pending, said, state_name
from app.wording.doctor_cures import Step
from app.wording.language import text as _

LOOKING = "looking"
PLACED = ("no-card", "card-mute", "card-lost")
"""Codes with which a picture of the card on the reader helps."""
_ICONS = {"ok": ("circle-check", "ok"), "failed": ("circle-x", "bad"), NOT_LOOKED_AT: ("circle", "line2")}
_ICON = 24
_DRAWING = 112


class CheckRow(QWidget):
    """One check. `again`: the person wants all of them made again; `grown`: a widget in it should be seen now."""

    again = Signal()
    grown = Signal(QWidget)

    def __init__(self, check: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.check = check
        self.state = NOT_LOOKED_AT
        self.instructions: Instructions | None = None
        self._shown: tuple[Check, Host] | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(20, 11, 20, 11)
        row.setSpacing(14)
        mark = QWidget()
        mark.setFixedSize(_ICON, _ICON)
        self._picture = Picture("circle", "line2", _ICON, mark)
        self._spinner = Spinner(_ICON, mark)
        row.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        self._column = QVBoxLayout()
        self._column.setSpacing(2)
        self._title = Paragraph("", "body", "text2")
        self._sentence = Paragraph("", "caption", "text2")
        self._column.addWidget(self._title)
        self._column.addWidget(self._sentence)
        row.addLayout(self._column, 1)
        self.show_pending()

    def show_pending(self) -> None:
        """It has not been made."""
        self._shown = None
        self._drop_instructions()
        self._say(Said(pending(self.check), "", ()), NOT_LOOKED_AT)

    def show_looking(self) -> None:
        """It is being made; what it gave the last time stays until there is something new."""
        self.state = LOOKING
        self._picture.hide()
        self._spinner.show()
        self.setAccessibleName(f"{self._title.text()}, {_('Looking…')}")
        if self.instructions is not None:
            self.instructions.show_looking(True)

    def show_check(self, check: Check, host: Host) -> None:
        """It has been made, or left out."""
        unchanged = self._shown == (check, host)
        self._shown = (check, host)
        words = said(check, host)
        if not unchanged:
            self._drop_instructions()
        self._say(words, check.state)
        if check.state == "failed" and self.instructions is None:
            self.instructions = Instructions(check.code, words.cure)
            self.instructions.again.clicked.connect(self.again)
            self.instructions.grown.connect(self.grown)
            self._column.addSpacing(8)
            self._column.addWidget(self.instructions)
            self.instructions.show()  # now, not at the layout's leisure: it is to have the keyboard
            self.grown.emit(self.instructions)
        elif self.instructions is not None:
            self.instructions.show_looking(False)

    def _say(self, words: Said, state: str) -> None:
        self.state = state
        self._spinner.hide()
        self._picture.show_icon(*_ICONS[state])
        self._picture.show()
        self._title.role = "h3" if state == "failed" else "body"
        self._title.set_tone("text2" if state == NOT_LOOKED_AT else "text")
        self._title.setText(words.title)
        self._sentence.setText(words.sentence)
        self._sentence.setVisible(bool(words.sentence))
        self.setAccessibleName(f"{words.title}, {state_name(state)}")
        self.setAccessibleDescription(words.sentence)

    def _drop_instructions(self) -> None:
        if self.instructions is not None:
            self.instructions.hide()
            self.instructions.deleteLater()
            self.instructions = None
            while self._column.count() > 2:
                self._column.takeAt(2)


class Instructions(Card):
    """Numbered steps, the button to make the checks again, and what helps with this code: a picture, a list.

    `grown`: a widget in it should be seen now.
    """

    grown = Signal(QWidget)

    def __init__(self, code: str, steps: tuple[Step, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent, box=True)
        self.body.setContentsMargins(16, 12, 16, 12)
        self.body.setSpacing(8)
        for number, step in enumerate(steps, 1):
            self.body.addWidget(StepRow(number, step))
        self._drawings: QWidget | None = None
        self.address: AddressBox | None = None
        self.again = Button(_("Check again"), "primary", "refresh")
        self.again.setMinimumHeight(44)
        buttons = _Wrapping()
        buttons.add(self.again)
        if code in PLACED:
            self.placing = Button(_("See how to place it"), "default", "image")
            self.placing.setMinimumHeight(44)
            self.placing.setCheckable(True)
            self.placing.clicked.connect(self._toggle_drawings)
            buttons.add(self.placing)
        if code in LISTED:
            self.listed = Button(_("Official list of readers…"), "default", "external-link")
            self.listed.setMinimumHeight(44)
            self.listed.clicked.connect(self._show_address)
            buttons.add(self.listed)
        self.body.addSpacing(2)
        self.body.addWidget(buttons)

    def show_looking(self, looking: bool) -> None:
        """Whether the checks are being made."""
        self.again.setText(_("Looking…") if looking else _("Check again"))
        self.again.hold(_("The checks are being made.") if looking else "")

    def _toggle_drawings(self) -> None:
        if self._drawings is None:
            self._drawings = _drawings()
            self.body.addWidget(self._drawings)
        self._drawings.setVisible(self.placing.isChecked())
        if self.placing.isChecked():
            self.grown.emit(self._drawings)

    def _show_address(self) -> None:
        if self.address is None:
            self.address = AddressBox(OFFICIAL_LIST)
            self.body.addWidget(self.address)
            self.address.show()
            self.address.open_button.setFocus(Qt.FocusReason.TabFocusReason)
        self.grown.emit(self.address)


class StepRow(QWidget):
    """One numbered step, with its command to copy if it has one."""

    def __init__(self, number: int, step: Step, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        row.addWidget(StepNumber(number), 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setContentsMargins(0, 2, 0, 2)
        column.setSpacing(4)
        column.addWidget(Paragraph(step.text, "body", "text"))
        self.setAccessibleName(f"{number}. {step.text} {step.command}".strip())
        self._command = step.command
        if step.command:
            line = QHBoxLayout()
            line.setSpacing(8)
            command = Label(step.command, "fixed", "text")
            command.setWordWrap(True)
            command.setTextInteractionFlags(
                Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
            )
            line.addWidget(command, 1)
            copy = Button("", "ghost", "copy")
            copy.setAccessibleName(_("Copy the command"))
            copy.setToolTip(_("Copy the command"))
            copy.clicked.connect(self._copy)
            line.addWidget(copy, 0, Qt.AlignmentFlag.AlignTop)
            column.addLayout(line)
        row.addLayout(column, 1)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._command)


class AddressBox(QWidget):
    """Names a page before it is opened: nothing goes out of the computer until the person presses."""

    def __init__(self, address: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._address = address
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 6, 0, 0)
        column.setSpacing(6)
        self.words = Paragraph(_("This page of the JPKI portal will be opened in your browser:"), "caption", "text2")
        column.addWidget(self.words)
        shown = Label(address, "fixed", "text")
        shown.setWordWrap(True)
        shown.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column.addWidget(shown)
        self.open_button = Button(_("Open the page"), "default", "external-link")
        self.open_button.setMinimumHeight(44)
        self.open_button.clicked.connect(self._open)
        column.addWidget(self.open_button, 0, Qt.AlignmentFlag.AlignLeft)

    def _open(self) -> None:
        if not QDesktopServices.openUrl(QUrl(self._address)):
            self.words.setText(_("No browser could be opened. Type the address into one yourself:"))


class _Wrapping(QWidget):
    """Buttons side by side, or below each other where they do not fit."""

    def __init__(self) -> None:
        super().__init__()
        self._made: list[Button] = []
        self._buttons = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._buttons.setContentsMargins(0, 0, 0, 0)
        self._buttons.setSpacing(8)
        self._buttons.addStretch(1)
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setSizePolicy(policy)

    def add(self, button: Button) -> None:
        """One more at the right."""
        self._buttons.insertWidget(self._buttons.count() - 1, button)
        self._made.append(button)

    def resizeEvent(self, event: object) -> None:
        needed = sum(button.sizeHint().width() + 8 for button in self._made) - 8
        fits = needed <= self.width()
        direction = QBoxLayout.Direction.LeftToRight if fits else QBoxLayout.Direction.TopToBottom
        if direction != self._buttons.direction():
            self._buttons.setDirection(direction)
            self.updateGeometry()

    def sizeHint(self) -> QSize:
        return self._buttons.sizeHint()


def _drawings() -> QWidget:
    """A card lying on a reader, and one in a slot."""
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 10, 0, 4)
    row.setSpacing(24)
    for name, words in (
        ("card-flat", _("Flat reader: in the middle")),
        ("card-slot", _("Reader with a slot: chip up, all the way in")),
    ):
        column = QVBoxLayout()
        column.setSpacing(6)
        column.addWidget(Picture(name, "text", _DRAWING), 0, Qt.AlignmentFlag.AlignHCenter)
        caption = Paragraph(words, "caption", "text2")
        caption.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(caption)
        column.addStretch(1)
        row.addLayout(column, 1)
    return holder
