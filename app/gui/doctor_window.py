"""The reader doctor as a window: makes the checks, makes them again when a card or a reader comes, never waits."""

from __future__ import annotations

from collections.abc import Generator

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QGuiApplication,
    QHideEvent,
    QKeyEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget
from shiboken6 import isValid

from app.card.doctor import CHECKS, Check, Diagnosis, steps
from app.card.host import Host
from app.card.keeper import Keeper
from app.gui.background import Job, Lanes
from app.gui.banner import Banner
from app.gui.buttons import Button
from app.gui.card_watch import CardWatch
from app.gui.delivery import submit
from app.gui.doctor_rows import CheckRow
from app.gui.frames import Card, Divider
from app.gui.labels import Label, Paragraph
from app.gui.marks import Picture
from app.wording.doctor import headline, report
from app.wording.language import text as _

SIZE = (680, 640)
MINIMUM = (560, 360)
MARGIN = 28
SOON_MS = 300


class DoctorWindow(QWidget):
    """Looks at the computer's readers and the card in them, beside whatever else the program is doing.

    `watch` tells when a card or a reader comes; in practice, where it watches the demo card, the window watches and
    asks the real readers by itself and says so.
    """

    def __init__(self, lanes: Lanes, watch: CardWatch, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.diagnosis: Diagnosis | None = None
        self._lanes = lanes
        self._practice = watch.demo
        self._watch = CardWatch(lanes, self) if watch.demo else watch
        self._soon = QTimer(self, singleShot=True, interval=SOON_MS)
        self._soon.timeout.connect(self.check_again)
        self._watch.stirred.connect(self._look_soon)
        self._watch.changed.connect(self._look_soon)
        self._job: Job | None = None
        self._own: Keeper | None = None
        self._to_be_seen: QWidget | None = None
        self._given: Button | None = None
        self.setWindowTitle(_("Reader check — Natsuin"))
        self.setProperty("ground", "win")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumSize(*MINIMUM)
        self.rows = [CheckRow(check) for check in CHECKS]
        self._build()
        room = self.screen().availableSize()
        self.resize(min(SIZE[0], room.width()), min(SIZE[1], room.height()))

    # --- the look ---------------------------------------------------------------------------------------

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, MARGIN - 4, 0, 16)
        column.setSpacing(0)
        column.addLayout(self._head())
        column.addSpacing(16)
        if self._practice:
            banner = Banner("info", _("Practice goes on; here the real readers and the real card are looked at"))
            held = QHBoxLayout()
            held.setContentsMargins(MARGIN, 0, MARGIN, 14)
            held.addWidget(banner)
            column.addLayout(held)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(self._list())
        self._scroll.verticalScrollBar().rangeChanged.connect(self._see)
        column.addWidget(self._scroll, 1)
        column.addSpacing(12)
        column.addLayout(self._foot())

    def _head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(MARGIN, 0, MARGIN, 0)
        row.setSpacing(14)
        row.addWidget(Picture("stethoscope", "accent_ink", 30), 0, Qt.AlignmentFlag.AlignVCenter)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(Label(_("Reader check"), "title"))
        self.headline = Paragraph("", "caption", "text2")
        words.addWidget(self.headline)
        row.addLayout(words, 1)
        return row

    def _list(self) -> QWidget:
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(MARGIN, 0, MARGIN, 0)
        card = Card()
        card.body.setContentsMargins(1, 1, 1, 1)
        card.body.setSpacing(0)
        for row in self.rows:
            if row is not self.rows[0]:
                card.body.addWidget(Divider())
            card.body.addWidget(row)
            row.again.connect(self.check_again)
            row.grown.connect(self._grown)
        column.addWidget(card)
        column.addStretch(1)
        return holder

    def _foot(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(MARGIN - 10, 0, MARGIN, 0)
        row.setSpacing(12)
        self.copy_button = Button(_("Copy the result"), "ghost", "copy")
        self.copy_button.setMinimumHeight(44)
        self.copy_button.clicked.connect(self._copy)
        self.copy_button.hold(_("There is no result yet."))
        row.addWidget(self.copy_button)
        self._note = Paragraph(_("It holds no name, no address and no certificate"), "caption", "text2")
        row.addWidget(self._note, 1, Qt.AlignmentFlag.AlignVCenter)
        self.close_button = Button(_("Close"), "default")
        self.close_button.setMinimumHeight(44)
        self.close_button.clicked.connect(self.close)
        row.addWidget(self.close_button)
        return row

    # --- the checks -------------------------------------------------------------------------------------

    @property
    def looking(self) -> bool:
        """Whether the checks are being made."""
        return self._job is not None

    def check_again(self) -> None:
        """Makes all checks anew; what they gave the last time stays in view until there is something new."""
        if self.looking:
            self._soon.start()  # something came meanwhile, or somebody pressed
            return
        self._soon.stop()
        keeper = self._watch.keeper
        if keeper is None:
            keeper = self._own = Keeper()
        failed = next((row for row in self.rows if row.state == "failed"), self.rows[0])
        failed.show_looking()
        self._say(_("Checking in order from the top…"))
        self._job = submit(
            self._lanes.card,
            _work,
            keeper,
            self._own,
            succeeded=self._done,
            failed=self._failed,
            progressed=self._progressed,
        )

    def _progressed(self, step: tuple[Check, Host]) -> None:
        if not self.looking:
            return
        check, host = step
        index = CHECKS.index(check.check)
        self.rows[index].show_check(check, host)
        if check.state == "ok" and index + 1 < len(self.rows):
            self.rows[index + 1].show_looking()

    def _done(self, diagnosis: Diagnosis) -> None:
        if not self.looking:
            return
        self.diagnosis = diagnosis
        self._end(diagnosis.checks, diagnosis.host)
        self._say(headline(diagnosis))
        self.copy_button.hold("")
        if diagnosis.failed is not None and diagnosis.failed.code == "card-busy":
            self._watch.refresh()  # who has not seen it busy does not hear when it becomes free

    def _failed(self, _error: Exception) -> None:
        if not self.looking:
            return
        self._end((Check("service", "failed", "program-fault", {}),), Host("other"))
        self._say(_("The checks could not be made."))

    def _end(self, checks: tuple[Check, ...], host: Host) -> None:
        self._job = self._own = None
        untouched = self.focusWidget() in (None, self._given)
        for row in self.rows:
            made = next((check for check in checks if check.check == row.check), None)
            if made is None:
                row.show_pending()
            else:
                row.show_check(made, host)
        if untouched:
            self._give_focus()

    def _look_soon(self) -> None:
        """A card or a reader came or went: what comes at once with it is waited for."""
        if self.isVisible():
            self._soon.start()

    def _stop(self) -> None:
        """Leaves the checks where they are; whatever they still give is not shown."""
        self._soon.stop()
        job, self._job = self._job, None
        own, self._own = self._own, None
        if job is not None:
            job.cancel()
        if own is not None:
            own.kill()

    # --- small things -----------------------------------------------------------------------------------

    def _say(self, sentence: str) -> None:
        """The sentence below the title, told to a screen reader too."""
        self.headline.setText(sentence)
        self.headline.setAccessibleName(sentence)
        if self.isVisible():
            QAccessible.updateAccessibility(QAccessibleEvent(self.headline, QAccessible.Event.Alert))

    def _copy(self) -> None:
        if self.diagnosis is not None:
            QGuiApplication.clipboard().setText(report(self.diagnosis))
            self._note.setText(_("Copied. It holds no name, no address and no certificate"))

    def _give_focus(self) -> None:
        """The keyboard stands on what to do next, as long as the person has not taken it elsewhere."""
        again = next((row.instructions.again for row in self.rows if row.instructions is not None), None)
        self._given = again or self.close_button
        self._given.setFocus()

    def _grown(self, widget: QWidget) -> None:
        """Something new should be seen: now, and once the list has made room for it."""
        self._to_be_seen = widget
        self._see()

    def _see(self) -> None:
        widget = self._to_be_seen
        if widget is not None and isValid(widget) and widget.isVisible():
            self._scroll.ensureWidgetVisible(widget, 0, 20)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close()
            return
        super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if event.spontaneous():
            return
        self._give_focus()
        if self._practice:
            self._watch.start(demo=False)
        self.check_again()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if event.spontaneous():
            return
        self._stop()
        if self._practice:
            self._watch.close()


def _work(keeper: Keeper, own: Keeper | None) -> Generator[tuple[Check, Host], None, Diagnosis]:
    """The checks, in the lane; a keeper of the window's own ends with them."""
    try:
        return (yield from steps(keeper))
    finally:
        if own is not None:
            own.close()
