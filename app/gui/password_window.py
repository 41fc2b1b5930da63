"""The password window: one question, with all that is signed and disclosed in sight, and a state for every outcome.

It asks and reports, it never calls the card: a controller listens to its signals and calls its `show_` methods.
"""

from __future__ import annotations

from enum import Enum, auto

from PySide6.QtCore import QElapsedTimer, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QShowEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLayout, QVBoxLayout, QWidget

from app.gui.banner import Banner
from app.gui.frames import Divider, keep_on_screen
from app.gui.labels import Label
from app.gui.password_field import PasswordField
from app.gui.password_pages import (
    BusyPage,
    ChangedPage,
    LockedPage,
    Message,
    UnknownPage,
    WaitingPage,
    WorkPage,
    button,
)
from app.gui.password_parts import AdviceLine, Context, Roll, SubjectBox, Tick, TriesLine
from app.gui.password_question import not_pasted, nothing_to_paste, to_mend
from app.signing.sign import Step
from app.wording.language import text as _

WIDTH = 540
PAUSE_MS = 600  # after this long, four digits are taken for the other password
_TITLE_BAR = 40
_SIDE = 28
_LOWEST_ROLL = 48  # what scrolls is never lower
_DEMO_PASSWORD = "DEMO1234"  # noqa: S105 (public by design)


class State(Enum):
    """What the window shows."""

    WAITING = auto()
    TYPING = auto()
    LOCKED = auto()
    SIGNING = auto()
    UNKNOWN = auto()
    CHANGED = auto()
    BUSY = auto()

    @property
    def waits(self) -> bool:
        """Whether it is a card, or another program's end, that the window waits for."""
        return self in (State.WAITING, State.BUSY)

    @property
    def follows(self) -> bool:
        """Whether what it shows must follow the card that comes or goes."""
        return self.waits or self is State.TYPING

    @property
    def another(self) -> bool:
        """Whether it says that another card lies there."""
        return self is State.CHANGED


class PasswordWindow(QDialog):
    """Asks for the 署名用 password, or a key file's. `open()` it; it blocks its parent only.

    `submitted` carries the Secret, which the receiver must wipe; the window shows the signing state from then on.
    `cancelled`: closed by the person, nothing was sent. `recheck_requested`: read the number of tries left.
    `guidance_requested`: the password is locked, and the person wants to know more of the ways out.
    `doctor_requested`: no card is found, and the person wants to know why.
    """

    submitted = Signal(object)
    cancelled = Signal()
    recheck_requested = Signal()
    guidance_requested = Signal()
    doctor_requested = Signal()

    def __init__(self, parent: QWidget | None, context: Context) -> None:
        super().__init__(parent)
        self._context = context
        self._purpose = context.purpose()
        self._question = self._purpose.question
        self.state = State.WAITING
        self.tries: int | None = None
        self._reading = False
        self._shown = QElapsedTimer()
        self._shown.start()
        self.other_locked = False
        """Whether the 利用者証明用 PIN of the card is known to be locked."""
        self.setWindowTitle(_("{what} — Natsuin", what=self._question.label()))
        self.setProperty("ground", "panel")
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(_SIDE, 24, _SIDE, 24)
        self._column.setSpacing(0)
        self._form = self._build_form()
        self._column.addWidget(self._form)
        self._page: QWidget = self._form
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self._look_for_other_password)
        self.show_waiting()

    # --- states

    def show_waiting(self, lack: str = "no-card") -> None:
        """1: no card yet, or as `lack` says no-reader or no-service."""
        self._wait_for(lack, removed=False)

    def show_removed_before(self, lack: str = "no-card") -> None:
        """The card went away before anything was sent, or the reader or the service did, as `lack` says."""
        self._wait_for(lack, removed=True)

    def _wait_for(self, lack: str, *, removed: bool) -> None:
        if isinstance(self._page, WaitingPage):
            self._page.show_lack(lack)
            self._fit()
        else:
            self._show_message(WaitingPage(self._purpose, lack, removed=removed), State.WAITING)

    def show_typing(self, tries: int | None) -> None:
        """Ready for the password; `tries` as just read from the card, None: unknown, 0: locked."""
        self._ask(tries, wrong=False)

    def update_tries(self, tries: int | None) -> None:
        """The same where nobody may type yet; who is typing is disturbed by news only."""
        if self.state is not State.TYPING or tries != self.tries:
            self.show_typing(tries)

    def show_wrong(self, tries: int | None) -> None:
        """4: the card refused the password and has `tries` left."""
        self.field.clear()
        self._ask(tries, wrong=True)

    def show_locked(self) -> None:
        """6: no more tries; the two ways out, or that only the practice has ended."""
        page = LockedPage(self._purpose, demo=self._context.demo, both=self.other_locked)
        self._show_message(page, State.LOCKED)

    def show_signing(self) -> None:
        """7: the password is on its way; nothing can be stopped from here on."""
        self._show_message(WorkPage(self._purpose), State.SIGNING)

    def step_done(self, step: Step) -> None:
        """One more of the four steps is done."""
        if isinstance(self._page, WorkPage) and self._page.steps is not None:
            self._page.steps.show_done(list(Step).index(step) + 1)

    def show_unknown(self) -> None:
        """8: contact was lost while the password was on its way."""
        self._show_message(UnknownPage(self._purpose), State.UNKNOWN)

    def show_changed(self) -> None:
        """E10: another card lies there; nothing was sent, and what was typed is gone."""
        self._show_message(ChangedPage(), State.CHANGED)

    def show_reader(self, name: str) -> None:
        """Which reader the card lies on."""
        for box in (self.file_box, self._compact_box):
            if isinstance(box, SubjectBox):
                box.show_reader(name)

    def hold(self, reading: bool) -> None:
        """Whether the tries are being read: nothing is sent meanwhile, and they are not read twice."""
        self._reading = reading
        reason = _("The tries left are being read") if reading else ""
        self.tries_line.again.hold(reason)
        if isinstance(self._page, Message) and self._page.first is not self._page.leave:
            self._page.first.hold(reason)
        self._hold_button()

    def show_busy(self) -> None:
        """9: another program holds the card; the window counts and waits."""
        if self.state is not State.BUSY:
            self._show_message(BusyPage(), State.BUSY)

    def finish(self) -> None:
        """Closes the window when the work is done or has failed elsewhere; no signal."""
        self._leave()
        self.accept()

    # --- what the person does

    def submit(self) -> None:
        """Sends the password, or says what is missing; the person must press the button itself on the last try."""
        if self.state is not State.TYPING:
            return
        refusal = self._question.refusal(self.field.secret, self.field.count())
        if self.field.spoilt:
            refusal = self._complaint
        if refusal:
            self.advice_line.show_advice(refusal)
            return
        if self._reason_to_wait():
            return
        secret = self.field.take()
        self.show_signing()
        self.submitted.emit(secret)

    def reject(self) -> None:
        if self.state is State.SIGNING:
            return
        self._leave()
        super().reject()
        self.cancelled.emit()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self.state is State.SIGNING:
            event.ignore()
            return
        super().closeEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._shown.start()
        self._fit()
        if self.state is State.TYPING:
            self.field.setFocus()

    def _entered(self) -> None:
        if self.field.spoilt or self._question.too_short(self.field.count()):
            self.submit()  # which says so
        elif not self._typed_here and self._shown.elapsed() < PAUSE_MS:
            return  # that Return was meant for what was there before
        elif not self.field.count():  # no password at all: never by Return alone
            self.sign_button.setFocus(Qt.FocusReason.TabFocusReason)
        elif self.tries == 1:
            (self.sign_button if self.tick.isChecked() else self.tick).setFocus(Qt.FocusReason.TabFocusReason)
        else:
            self.submit()

    def _typed(self) -> None:
        self._pause.start()
        self._typed_here = bool(self.field.count())
        remark = self._complaint if self.field.spoilt else self._remark()
        self.advice_line.show_advice(remark) if remark else self.advice_line.show_rule()
        self._hold_button()

    def _remark(self) -> str:
        remark = self._question.remark(self.field.secret, self.field.count())
        if not remark and self._caps_lock:
            return _("Caps Lock is on. Capitals and small letters differ here.")
        return remark

    def _refused(self, character: str, pasted: bool) -> None:
        self._complain(self._question.not_allowed(character), pasted)

    def _overflowed(self, pasted: bool) -> None:
        self._complain(self._question.overflow(), pasted)

    def _nothing_to_paste(self) -> None:
        self._complain(nothing_to_paste(), True)

    def _complain(self, fault: str, pasted: bool) -> None:
        """Stands until the field is mended."""
        self._complaint = not_pasted(fault, old=bool(self.field.count())) if pasted else to_mend(fault)
        self.advice_line.show_advice(self._complaint)
        self._hold_button()

    def _caps_lock_seen(self, on: bool) -> None:
        self._caps_lock = on

    def _look_for_other_password(self) -> None:
        words = self._question.other_password(self.field.secret)
        if words and not self.field.spoilt:
            self.advice_line.show_advice(words)

    def _reason_to_wait(self) -> str:
        if self._reading:
            return _("The tries left are being read")
        if self.field.spoilt:
            return self._complaint
        too_short = self._question.too_short(self.field.count())
        if too_short:
            return too_short
        if self.tries == 1 and not self.tick.isChecked():
            return _("Tick the box above first")
        return ""

    def _hold_button(self) -> None:
        self.sign_button.hold(self._reason_to_wait())

    def _details_turned(self) -> None:
        self._fit()
        self._back_to_field()

    def _back_to_field(self) -> None:
        if self.state is State.TYPING:
            self.field.setFocus()

    def _leave(self) -> None:
        self.field.clear()
        self._pause.stop()

    # --- building

    def _build_form(self) -> QWidget:
        form = QWidget()
        self._form_column = column = QVBoxLayout(form)
        column.setContentsMargins(0, 0, 0, 0)
        self._roll = Roll()
        column.addWidget(self._roll)
        self._title = Label(self._question.title(), "title")
        self.file_box = self._context.box()
        self.file_box.resized.connect(self._details_turned)
        self.file_box.copied.connect(self._back_to_field)
        self._disclosure = self._context.disclosure()
        self._divider = Divider()
        self._compact_box = self._context.compact()
        self.banner = Banner("bad")
        title = _("The demo password: {password}", password=_DEMO_PASSWORD)
        self.demo_banner = Banner("info", title, self._purpose.practice)
        self.tries_line = TriesLine(self._question)
        self.tries_line.recheck.connect(self.recheck_requested)
        self.field = PasswordField(rule=self._question.rule)
        self._caps_lock = self._typed_here = False
        self._complaint = ""
        self.field.caps_lock.connect(self._caps_lock_seen)
        self.field.changed.connect(self._typed)
        self.field.refused.connect(self._refused)
        self.field.overflowed.connect(self._overflowed)
        self.field.nothing_to_paste.connect(self._nothing_to_paste)
        self.field.entered.connect(self._entered)
        self.advice_line = AdviceLine(self._question.rule_words())
        self.advice_line.resized.connect(self._fit)
        self.tick = Tick(_("I understand that a mistake locks it"))
        self.tick.toggled.connect(self._hold_button)
        self.cancel_button = button(_("Cancel"))
        self.cancel_button.clicked.connect(self.reject)
        self.sign_button = button(self._purpose.action, "primary", self._purpose.icon)
        self.sign_button.clicked.connect(self.submit)
        foot = QHBoxLayout()
        foot.setSpacing(10)
        foot.addStretch(1)
        foot.addWidget(self.cancel_button)
        foot.addWidget(self.sign_button)
        question = QVBoxLayout()
        question.setSpacing(6)
        for widget in (self.tries_line, self.field, self.advice_line, self.tick):
            question.addWidget(widget)
        question.addSpacing(6)
        question.addLayout(foot)
        for part in (self._title, self.file_box, self._disclosure, self._divider, self._compact_box, self.demo_banner):
            self._roll.column.addWidget(part)
        column.addWidget(self.banner)
        column.addLayout(question)
        for first, second in (
            (self.field, self.field.eye),
            (self.field.eye, self.tick),
            (self.tick, self.cancel_button),
            (self.cancel_button, self.sign_button),
        ):
            QWidget.setTabOrder(first, second)
        return form

    def _ask(self, tries: int | None, *, wrong: bool) -> None:
        if tries == 0:
            self.show_locked()
            return
        self.tries = tries
        self.tries_line.show_tries(tries)
        kind, title, text = self._question.warning(tries, wrong=wrong)
        if title:
            self.banner.show_message(kind, title, text)
        self.banner.setVisible(bool(title))
        self.field.show_wrong(bool(title))
        self.tick.setVisible(tries == 1)
        self.tick.setChecked(False)
        self.cancel_button.setText(_("Not now") if tries == 1 else _("Cancel"))
        self._shown.start()
        self._typed_here = False
        self._show_page(self._form, State.TYPING)
        self._hold_button()
        self.field.setFocus()

    def _show_message(self, page: Message, state: State) -> None:
        page.left.connect(self.reject)
        page.recheck.connect(self.recheck_requested)
        page.guidance.connect(self.guidance_requested)
        page.doctor.connect(self.doctor_requested)
        self.field.clear()
        self._show_page(page, state)
        page.first.setFocus()

    def _show_page(self, page: QWidget, state: State) -> None:
        self.state = state
        old, self._page = self._page, page
        if old is not page:
            old.hide()
            if old is not self._form:
                self._column.removeWidget(old)
                old.deleteLater()
            if page is not self._form:
                self._column.addWidget(page)
            page.show()
        self._fit()

    def _fit(self) -> None:
        """Takes the height that is needed, in the roomiest form that the screen has room for."""
        room = self.screen().availableGeometry().height() - _TITLE_BAR
        roll = self._page.roll if isinstance(self._page, Message) else self._roll
        roll.keep_to(None)
        self._arrange(compact=False)
        if self._page is self._form and self._needed() > room:
            self._arrange(compact=True)
            if self.file_box.unfolded and self._needed() > room:
                self.file_box.fold()  # comes back here
                return
            if self._needed() > room:
                self._arrange(compact=True, terse=True)
        over = self._needed() - room
        if over > 0:
            roll.keep_to(max(roll.needed(WIDTH - 2 * _SIDE) - over, _LOWEST_ROLL))
        for _again in range(3):  # until every paragraph has its true width, those that scroll as well
            self.setFixedSize(WIDTH, self._needed())
        if self.isVisible():
            keep_on_screen(self)

    def _needed(self) -> int:
        for part in (*self._page.findChildren(QWidget), self._page):
            part.updateGeometry()  # Qt would tell the outer layouts only later
        for inner in (*self._page.findChildren(QLayout), self._column):
            inner.invalidate()
        self._column.activate()
        return self._column.totalHeightForWidth(WIDTH)

    def _arrange(self, *, compact: bool, terse: bool = False) -> None:
        """`compact`: for low screens; an open fingerprint stays in sight. `terse`: practice takes no more room."""
        practice = _("Practice. The demo password: {password}", password=_DEMO_PASSWORD)
        self.tries_line.show_name(practice if terse and self._context.demo else "")
        self.demo_banner.setVisible(self._context.demo and not terse)
        for widget in (self._title, self._disclosure, self._divider):
            widget.setVisible(not compact)
        self.file_box.setVisible(not compact or self.file_box.unfolded)
        self._compact_box.setVisible(compact)
        for column in (self._form_column, self._roll.column):
            column.setSpacing(8 if compact else 16)
        margin = 16 if compact else 24
        self._column.setContentsMargins(_SIDE, margin, _SIDE, margin)
