"""The card window: readers, what lies on them, what is known of the card, and what to do about it. Always live."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtWidgets import QAbstractButton, QDialog, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.card.status import ReaderStatus
from app.errors.base import UserError
from app.gui.background import Lanes
from app.gui.banner import Banner
from app.gui.buttons import Button
from app.gui.card_groups import CertificateGroup, OtherCertificateGroup, ReaderGroup, TriesGroup
from app.gui.card_rows import Group
from app.gui.card_watch import CardWatch
from app.gui.explanations import Explanation
from app.gui.frames import Divider
from app.gui.labels import Paragraph
from app.gui.reading_controller import ReadingController
from app.wording import procedures
from app.wording.errors import words
from app.wording.language import text as _

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from app.gui.certificate_reading import ReadCertificate

Place = tuple[type[QWidget], str, int]
SIZE = (760, 730)
MINIMUM = (560, 320)
NARROW = 740  # below it, values stand under their labels


def now() -> datetime:
    """The moment at which validity is looked at."""
    return datetime.now(UTC)


class CardWindow(QDialog):
    """Shows what the watch knows and follows it until it is closed. `doctor_requested`: the reader is to be checked.

    What was read of the 署名用 certificate is forgotten when a card or a reader comes or goes, and with the window.
    """

    doctor_requested = Signal()

    def __init__(self, lanes: Lanes, watch: CardWatch, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setProperty("ground", "win")
        self.setMinimumSize(*MINIMUM)
        self._watch = watch
        self._chosen = ""
        self._shown: tuple[object, ...] = ()
        self._read: ReadCertificate | None = None
        self._read_of: ReaderStatus | None = None
        self._error: UserError | None = None
        self._wanted: Explanation | None = None
        self._given: QWidget | None = None  # where the keyboard was put, as long as the person leaves it there
        self.certificate: CertificateGroup | None = None
        self.controller = ReadingController(lanes, watch, self)
        self.controller.was_read.connect(self._was_read)
        self.controller.failed.connect(self._not_read)
        self.controller.guidance_requested.connect(self._guide)
        self.controller.doctor_requested.connect(self.doctor_requested)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._content: QWidget | None = None
        self.translate()
        watch.looked.connect(self._looked)
        watch.stirred.connect(self._stirred)
        watch.owned.connect(self._follow)
        watch.look_closely(True)

    # --- building ---------------------------------------------------------------------------------------

    def translate(self) -> None:
        """Builds everything, in the language in use."""
        if self._content is not None:
            self._given = self.focusWidget()  # it ends with all the others
            self._column.removeWidget(self._content)
            self._content.hide()
            self._content.deleteLater()
        self.setWindowTitle(_("Card — {program}", program="Natsuin"))
        self._content = content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._scrolling(), 1)
        column.addWidget(Divider())
        column.addLayout(self._foot())
        self._column.addWidget(content)
        self._shown = ()
        self._follow()

    def _scrolling(self) -> QScrollArea:
        self.area = area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        page = QWidget()
        page.setProperty("ground", "win")
        column = QVBoxLayout(page)
        column.setContentsMargins(28, 16, 28, 24)
        column.setSpacing(16)
        self._live = QVBoxLayout()
        self._live.setSpacing(16)
        column.addLayout(self._live)
        below = Group(_("What to know"))
        self.explanations: dict[str, Explanation] = {}
        for section in procedures.sections():
            made = Explanation(section)
            made.opened.connect(self._bring_into_view)
            below.add(made)
            self.explanations[section.key] = made
        column.addWidget(below)
        column.addStretch(1)
        area.setWidget(page)
        return area

    def _foot(self) -> QHBoxLayout:
        foot = QHBoxLayout()
        foot.setContentsMargins(28, 12, 28, 12)
        foot.setSpacing(10)
        self.time = Paragraph("")
        foot.addWidget(self.time, 1, Qt.AlignmentFlag.AlignVCenter)
        self.again = Button(_("Look again"), "default", "refresh")
        self.again.setAutoDefault(False)
        self.again.clicked.connect(self._look_again)
        foot.addWidget(self.again)
        self.close_button = Button(_("Close"))
        self.close_button.setAutoDefault(False)
        self.close_button.clicked.connect(self.close)
        foot.addWidget(self.close_button)
        return foot

    # --- following the card -----------------------------------------------------------------------------

    def _looked(self) -> None:
        current = self._current()
        if self._read is not None:
            same = self._read_of is not None and _same_card(self._read_of, current)
            self._read, self._read_of = (self._read, current) if same else (None, None)
        self._follow()

    def _stirred(self) -> None:
        if self._read_of is not None and self.controller.busy:
            self._read_of = ReaderStatus(self._read_of.name, "my-number")  # the card may be another by now
        else:
            self._forget()

    def _follow(self) -> None:
        self._say_time()
        current = self._current()
        free = self._watch.free_for(self.controller)
        seen = (self._watch.readers, self._watch.state, current, self._read, self._error, now().date(), free)
        if seen != self._shown:
            self._shown = seen
            self._fill(current)

    def _current(self) -> ReaderStatus | None:
        """The My Number card to show: the chosen one, else the first that was read."""
        cards = [reader for reader in self._watch.readers if reader.card == "my-number" and not reader.problem]
        chosen = [reader for reader in cards if reader.name == self._chosen]
        return next(iter(chosen or cards), None)

    def _fill(self, current: ReaderStatus | None) -> None:
        before = self.focusWidget()
        controls = self._controls()
        place = controls[before] if before in controls and before is not self._given else None
        lost = before is None or before is self._given or place is not None
        for part in self._parts():
            self._live.removeWidget(part)
            part.hide()
            part.deleteLater()
        self.certificate = None
        if self._watch.demo:
            title = _("Practice: a demo card. What you sign here is not a real signature")
            self._live.addWidget(Banner("warn", title))
        if self._error is not None:
            said = words(self._error)
            self._live.addWidget(Banner("bad", said.title, " ".join(filter(None, (said.happened, said.todo)))))
        self._live.addWidget(self._reader_group(current))
        if current is not None:
            self._add_card(current)
        self._arrange()
        self._order()
        if lost:
            self._give_focus(place)

    def _controls(self) -> dict[QWidget, Place]:
        """Whatever can be pressed in the groups, from the top, and what tells it from the others."""
        found: dict[QWidget, Place] = {}
        for part in self._parts():
            for each in part.findChildren(QAbstractButton):
                place = (type(part), each.text(), 0)
                while place in found.values():
                    place = (*place[:2], place[2] + 1)
                found[each] = place
        return found

    def _order(self) -> None:
        """The keyboard goes from the top to the bottom, whatever was made first."""
        heads = [explanation.head for explanation in self.explanations.values()]
        order: list[QWidget] = [*self._controls(), *heads, self.again, self.close_button]
        for each, following in pairwise(order):
            QWidget.setTabOrder(each, following)

    def _give_focus(self, place: Place | None) -> None:
        """Puts the keyboard back where it was, else on what is most likely wanted."""
        controls = self._controls()
        for each, its_place in controls.items():
            if its_place == place:
                each.setFocus(Qt.FocusReason.TabFocusReason)
                return
        first = None if self.certificate is None else self.certificate.first
        self._given = first or next(iter(controls), self.again)
        self._given.setFocus()

    def _reader_group(self, current: ReaderStatus | None) -> ReaderGroup:
        made = ReaderGroup(
            self._watch.readers, self._watch.state, current.name if current else "", demo=self._watch.demo
        )
        made.diagnose.connect(self.doctor_requested)
        made.again.connect(self._look_again)
        made.chosen.connect(self._choose)
        return made

    def _add_card(self, reader: ReaderStatus) -> None:
        self.certificate = CertificateGroup(reader, now(), self._read)
        self.certificate.read_requested.connect(self._read_certificate)
        self.certificate.forget_requested.connect(self._forget)
        self.certificate.explain.connect(self.explain)
        if self._read is None and self.certificate.first is not None and not self._watch.free_for(self.controller):
            self.certificate.first.hold(_("A signature has been begun. End that first"))
        self._live.addWidget(self.certificate)
        tries = TriesGroup(reader, demo=self._watch.demo)
        tries.renew.connect(self._renew)
        tries.explain.connect(self.explain)
        self._live.addWidget(tries)
        self._live.addWidget(OtherCertificateGroup(reader, now()))

    def _parts(self) -> list[QWidget]:
        items = (self._live.itemAt(index) for index in range(self._live.count()))
        return [widget for widget in (item.widget() for item in items if item is not None) if widget is not None]

    def _say_time(self) -> None:
        at = self._watch.looked_at
        free = _("Looking costs no try")
        said = _("Looked at {time}", time=at.astimezone().strftime("%H:%M:%S")) if at else _("Looking…")
        self.time.setText(_(" · ").join((said, free)))

    def _look_again(self) -> None:
        self.time.setText(_("Looking…"))
        self._watch.refresh()

    def _renew(self) -> None:
        self._watch.start(demo=True)

    def _choose(self, name: str) -> None:
        self._chosen = name
        self._forget()

    # --- the certificate --------------------------------------------------------------------------------

    def _read_certificate(self) -> None:
        current = self._current()
        if current is not None:
            self._error, self._read_of = None, current
            self.controller.begin(current.name, demo=self._watch.demo)

    def _was_read(self, certificate: ReadCertificate) -> None:
        self._read = certificate
        self._follow()

    def _not_read(self, error: UserError) -> None:
        self._error = error
        self._follow()

    def _forget(self) -> None:
        self._read = self._read_of = self._error = None
        self._follow()

    # --- explanations -----------------------------------------------------------------------------------

    def explain(self, key: str) -> None:
        """Opens the explanation of that key, and brings it into view."""
        self.explanations[key].unfold()

    def _guide(self) -> None:
        self.explain("locked")

    def _bring_into_view(self, explanation: Explanation) -> None:
        self._wanted = explanation
        QTimer.singleShot(0, self._scroll)  # once it has its new height

    def _scroll(self) -> None:
        page, explanation = self.area.widget(), self._wanted
        if page is None or explanation is None:
            return
        top = explanation.mapTo(page, QPoint(0, 0)).y()
        bar = self.area.verticalScrollBar()
        if top + explanation.height() > bar.value() + self.area.viewport().height() or top < bar.value():
            bar.setValue(top - 12)

    # --- events -----------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        for part in self._parts():
            for row in part.rows if isinstance(part, Group) else ():
                row.set_narrow(self.width() < NARROW)

    def done(self, result: int) -> None:
        """However it is closed: what was read goes, and the watch need not look so closely. It stays while a password
        is on its way."""
        if self.controller.submitted:
            return
        self._watch.looked.disconnect(self._looked)
        self._watch.stirred.disconnect(self._stirred)
        self._watch.owned.disconnect(self._follow)
        if self.controller.busy:
            self.controller.stop()
        self._watch.look_closely(False)
        self._read = self._read_of = self._error = self.certificate = None
        self._shown = ()
        for part in self._parts():
            self._live.removeWidget(part)
            part.deleteLater()
        super().done(result)


def _same_card(read: ReaderStatus, seen: ReaderStatus | None) -> bool:
    """Whether the card may be the one that was read: the other certificate's validity tells most cards apart."""
    if seen is None or read.name != seen.name:
        return False
    before, after = ((each.auth_not_before, each.auth_not_after) for each in (read, seen))
    return None in before or None in after or before == after
