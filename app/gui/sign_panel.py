"""The panel beside the pages: where the signature stands, why, under which name it is saved, and the one button."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from app.document.facts import SignatureField
from app.gui.banner import Banner
from app.gui.buttons import Button, KeyboardFocus
from app.gui.card_watch import CardState
from app.gui.field_item import Box
from app.gui.frames import Divider
from app.gui.labels import ElidedLabel, Label, Paragraph
from app.gui.marks import Picture, StepNumber
from app.gui.placing_view import BOX, NO_PLACE
from app.gui.signer_line import SignerLine
from app.wording.language import text as _
from app.wording.plain import shown

NAME_ROOM = 16  # characters of a field's name on its button


class StepHead(KeyboardFocus, QPushButton):
    """A step's number, title and summary; pressing it opens and closes the step."""

    def __init__(self, number: int | None, title: str) -> None:
        super().__init__()
        self.setProperty("kind", "plain")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._number_value, self._title_value = number, title
        self._height = 34
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 4, 0, 4)
        row.setSpacing(12)
        self._number = StepNumber(number or 0)
        if number is not None:
            row.addWidget(self._number, 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(0)
        heading = Label(title, "h3" if number is not None else "body")
        heading.setMinimumHeight(26)
        words.addWidget(heading)
        self._summary = ElidedLabel("", "caption", "text2")
        words.addWidget(self._summary)
        row.addLayout(words, 1)
        self._arrow = Picture("chevron-down", "text2", 18)
        arrow = QVBoxLayout()
        arrow.addSpacing(4)
        arrow.addWidget(self._arrow)
        arrow.addStretch(1)
        row.addLayout(arrow)
        for child in self.findChildren(QWidget):
            child.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.show_state("todo", "", open_=False, closable=True)

    def show_state(self, state: str, summary: str, *, open_: bool, closable: bool) -> None:
        """`state`: todo, now, done."""
        self._number.show_state(state)
        self._summary.setText(summary)
        self._summary.setVisible(bool(summary))
        self._arrow.setVisible(closable)
        self._arrow.show_icon("chevron-up" if open_ else "chevron-down", "text2")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if closable else Qt.FocusPolicy.NoFocus)
        self._height = 54 if summary else 34
        self.updateGeometry()
        where = {"now": _("now"), "done": _("done")}.get(state, "")
        step = _("Step {n}", n=self._number_value) if self._number_value else ""
        self.setAccessibleName(_(" · ").join(part for part in (step, self._title_value, where, summary) if part))

    def sizeHint(self) -> QSize:
        return QSize(200, self._height)

    minimumSizeHint = sizeHint

    def show_open(self, open_: bool) -> None:
        """Only the arrow."""
        self._arrow.show_icon("chevron-up" if open_ else "chevron-down", "text2")


class PlaceFields(QWidget):
    """Page and millimetres as numbers: the whole of placing for the keyboard and for screen readers."""

    edited = Signal(int, float, float, float, float)

    def __init__(self) -> None:
        super().__init__()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        self.page = QSpinBox()
        self.left, self.top, self.wide, self.high = (QDoubleSpinBox() for _index in range(4))
        places = (
            (self.page, _("Page"), 0, 0),
            (self.left, _("From the left"), 1, 0),
            (self.top, _("From the top"), 1, 1),
            (self.wide, _("Width"), 2, 0),
            (self.high, _("Height"), 2, 1),
        )
        for spin, title, row, column in places:
            label = Label(title, "caption", "text2")
            label.setBuddy(spin)
            cell = QVBoxLayout()
            cell.setSpacing(2)
            cell.addWidget(label)
            cell.addWidget(spin)
            grid.addLayout(cell, row, column)
            spin.setAccessibleName(title)
            spin.setMinimumWidth(90)
            spin.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            spin.setKeyboardTracking(False)
            spin.lineEdit().setTextMargins(8, 0, 8, 0)
            if isinstance(spin, QDoubleSpinBox):
                spin.setDecimals(1)
                spin.setSuffix(" mm")
                spin.setMaximum(10000)
            spin.valueChanged.connect(self._edited)
        self.page.setMinimum(1)

    def show_box(self, page: int, pages: int, box: Box) -> None:
        """Shows a box without telling it back."""
        values = ((self.left, box.x), (self.top, box.y), (self.wide, box.w), (self.high, box.h))
        blockers = [QSignalBlocker(spin) for spin in (self.page, *(spin for spin, _value in values))]
        self.page.setMaximum(pages)
        self.page.setValue(page)
        for spin, value in values:
            spin.setValue(value)
        for blocker in blockers:
            blocker.unblock()

    def _edited(self) -> None:
        self.edited.emit(self.page.value(), self.left.value(), self.top.value(), self.wide.value(), self.high.value())


class SignPanel(QWidget):
    """What the person decides before the password."""

    place_requested = Signal()
    field_requested = Signal(object)
    invisible_requested = Signal()
    replace_requested = Signal()
    box_edited = Signal(int, float, float, float, float)
    target_requested = Signal()
    sign_requested = Signal()
    texts_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("ground", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._open = {1: True, 2: False}
        self._where = NO_PLACE
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        content = QWidget()
        content.setProperty("ground", "panel")
        self._steps = QVBoxLayout(content)
        self._steps.setContentsMargins(20, 16, 20, 16)
        self._steps.setSpacing(10)
        self.banner: Banner | None = None
        self._deciding = QWidget()
        self._decisions = QVBoxLayout(self._deciding)
        self._decisions.setContentsMargins(0, 0, 0, 0)
        self._decisions.setSpacing(10)
        self._add_place_step()
        self._decisions.addWidget(Divider())
        self._add_text_step()
        self._decisions.addWidget(Divider())
        self._decisions.addLayout(self._kind_line())
        self._steps.addWidget(self._deciding)
        self._steps.addStretch(1)
        scroll.setWidget(content)
        column.addWidget(scroll, 1)
        column.addWidget(Divider())
        column.addLayout(self._foot())
        self.show_place(NO_PLACE, "", new_box=True)

    # --- parts ------------------------------------------------------------------------------------------

    def _add_place_step(self) -> None:
        self.place_head = StepHead(1, _("Choose the place"))
        self.place_head.clicked.connect(self._toggle_place)
        self._decisions.addWidget(self.place_head)
        self._choosing = QWidget()
        choosing = QVBoxLayout(self._choosing)
        choosing.setContentsMargins(38, 0, 0, 4)
        choosing.setSpacing(10)
        self._draw_hint = Paragraph(_("Draw a box on the page where the signature should stand."))
        choosing.addWidget(self._draw_hint)
        self.bottom_right = Button(_("Place at the bottom right"))
        self.bottom_right.clicked.connect(self.place_requested)
        self.bottom_right.setToolTip("N")
        choosing.addWidget(self.bottom_right)
        self._fields_column = QVBoxLayout()
        self._fields_column.setSpacing(8)
        choosing.addLayout(self._fields_column)
        self.invisible = Button(_("Make the signature invisible"), "link")
        self.invisible.clicked.connect(self.invisible_requested)
        choosing.addWidget(self.invisible, 0, Qt.AlignmentFlag.AlignLeft)
        self._decisions.addWidget(self._choosing)
        self._chosen = QWidget()
        chosen = QVBoxLayout(self._chosen)
        chosen.setContentsMargins(38, 0, 0, 4)
        chosen.setSpacing(8)
        self.place_fields = PlaceFields()
        self.place_fields.edited.connect(self.box_edited)
        chosen.addWidget(self.place_fields)
        self.again = Button(_("Choose another place"), "link")
        self.again.clicked.connect(self.replace_requested)
        chosen.addWidget(self.again, 0, Qt.AlignmentFlag.AlignLeft)
        self._decisions.addWidget(self._chosen)

    def _add_text_step(self) -> None:
        self.text_head = StepHead(None, _("Reason and place (optional)"))
        self.text_head.clicked.connect(self._toggle_texts)
        self._decisions.addWidget(self.text_head)
        self._texts = QWidget()
        column = QVBoxLayout(self._texts)
        column.setContentsMargins(0, 0, 0, 4)
        column.setSpacing(4)
        self.reason, self.location = QLineEdit(), QLineEdit()
        for line, title in ((self.reason, _("Reason")), (self.location, _("Place"))):
            label = Label(title, "caption", "text2")
            label.setBuddy(line)
            line.setAccessibleName(title)
            line.setMaxLength(60)
            line.editingFinished.connect(self.texts_changed)
            column.addWidget(label)
            column.addWidget(line)
        self._texts.setVisible(False)
        self._decisions.addWidget(self._texts)

    def _kind_line(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(Picture("info", "text3", 18), 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(Paragraph(_("A signature for contracts and other private documents (PAdES B-B)")), 1)
        return row

    def _foot(self) -> QVBoxLayout:
        foot = QVBoxLayout()
        foot.setContentsMargins(20, 12, 20, 16)
        foot.setSpacing(10)
        self._saving = QWidget()
        line = QHBoxLayout(self._saving)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        line.addWidget(Label(_("Save as"), "caption", "text2"))
        self._target = ElidedLabel("", "caption")
        line.addWidget(self._target, 1)
        self.change_target = Button(_("Change…"), "link")
        self.change_target.setAccessibleName(_("Change where the signed PDF is saved"))
        self.change_target.clicked.connect(self.target_requested)
        line.addWidget(self.change_target)
        foot.addWidget(self._saving)
        self.signer_line = SignerLine()
        self.card_line = self.signer_line.card_line
        foot.addWidget(self.signer_line)
        self.primary = Button(_("Choose the place first"), "big")
        self.primary.clicked.connect(self.sign_requested)
        foot.addWidget(self.primary)
        return foot

    # --- what is shown ----------------------------------------------------------------------------------

    def show_fields(self, fields: tuple[SignatureField, ...]) -> None:
        """A button for each empty signature field of the document."""
        while self._fields_column.count():
            item = self._fields_column.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.deleteLater()
        pages = [field.page for field in fields]
        for field in fields[:3]:
            made = FieldButton(field, alone=pages.count(field.page) == 1)
            made.chosen.connect(self.field_requested)
            self._fields_column.addWidget(made)

    def show_place(self, where: str, summary: str, *, new_box: bool) -> None:
        """Where the signature goes: no-place, box, field, invisible."""
        came = where != NO_PLACE and self._where == NO_PLACE
        self._where = where
        if came or where == NO_PLACE:
            self._open[1] = where in (NO_PLACE, BOX)
        placed = where != NO_PLACE
        self.place_head.show_state("done" if placed else "now", summary, open_=self._open[1], closable=placed)
        self._choosing.setVisible(not placed)
        self._chosen.setVisible(placed and self._open[1])
        self.place_fields.setVisible(where == BOX)
        self.bottom_right.setVisible(new_box)
        self.invisible.setVisible(new_box)
        self._draw_hint.setVisible(new_box)

    def show_closed(self, closed: bool) -> None:
        """Nothing to decide where nothing can be signed."""
        self._deciding.setVisible(not closed)
        self._saving.setVisible(not closed)

    def show_texts(self, summary: str) -> None:
        """The optional step, with what was entered."""
        self.text_head.show_state("todo", "" if self._open[2] else summary, open_=self._open[2], closable=True)
        self._texts.setVisible(self._open[2])

    def show_target(self, target: Path | None) -> None:
        """The name the signed file will have."""
        self._target.setText(shown(target.name) if target else "")
        self.change_target.setEnabled(target is not None)

    def show_card(self, state: CardState, *, demo: bool) -> None:
        """The card's state above the button."""
        self.card_line.show_state(state, demo=demo)

    def show_primary(self, text: str, reason: str) -> None:
        """The big button; a reason keeps it from acting."""
        self.primary.setText(text)
        self.primary.set_icon("" if reason else "pen-line")
        self.primary.hold(reason)

    def show_banner(self, kind: str, title: str, text: str) -> None:
        """A message above the steps."""
        if self.banner is None:
            self.banner = Banner(kind, title, text)
            self._steps.insertWidget(0, self.banner)
        else:
            self.banner.show_message(kind, title, text)

    def clear_banner(self) -> None:
        """No message."""
        if self.banner is not None:
            self.banner.hide()
            self.banner.deleteLater()
            self.banner = None

    def _toggle_place(self) -> None:
        if self._where != NO_PLACE:
            self._open[1] = not self._open[1]
            self._chosen.setVisible(self._open[1])
            self.place_head.show_open(self._open[1])

    def _toggle_texts(self) -> None:
        self._open[2] = not self._open[2]
        self.texts_changed.emit()
        if self._open[2]:
            self.reason.setFocus()


class FieldButton(Button):
    """Places the signature into one empty field of the document; named where it is not `alone` on its page."""

    chosen = Signal(object)

    def __init__(self, field: SignatureField, *, alone: bool) -> None:
        words = _("Place in the signature field (page {page})", page=field.page)
        if not alone:
            name = shown(field.name, NAME_ROOM)
            words = _("Place in the field “{name}” (page {page})", name=name, page=field.page)
        super().__init__(words.replace("&", "&&"))
        self.setAccessibleDescription(shown(field.name))
        self._field = field
        self.clicked.connect(self._tell)

    def _tell(self) -> None:
        self.chosen.emit(self._field)
