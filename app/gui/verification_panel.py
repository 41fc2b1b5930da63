"""The panel that answers for every signature of a file, newest first."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.errors.base import UserError
from app.gui import theme
from app.gui.answer_rows import AnswerRows
from app.gui.banner import Banner
from app.gui.buttons import Button
from app.gui.frames import Card, Divider
from app.gui.labels import Label, Paragraph
from app.gui.marks import Picture, Spinner
from app.verification.report import SignatureReport, VerificationReport
from app.wording.errors import words
from app.wording.language import text as _
from app.wording.outcomes import Answers, answers, details, headline, signer, when

SHIELDS = {"ok": "shield-check", "neutral": "shield-question", "warn": "shield-alert", "bad": "shield-x"}


class VerificationPanel(QWidget):
    """Shows a report, the work on it, or why there is none.

    `closed`: the panel is no longer wanted (and the work neither); `sign_requested`: from the state without signatures.
    """

    closed = Signal()
    sign_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("ground", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        head = QHBoxLayout()
        head.setContentsMargins(20, 8, 10, 8)
        head.addWidget(Label(_("Check the signatures"), "h2"), 1)
        self.close_button = Button("", "ghost", "x")
        self.close_button.setAccessibleName(_("Close"))
        self.close_button.setToolTip(_("Close"))
        self.close_button.clicked.connect(self.closed)
        head.addWidget(self.close_button)
        column.addLayout(head)
        column.addWidget(Divider())
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        column.addWidget(self._scroll, 1)
        self._body = QWidget()
        self.banner: Banner | None = None
        self.cards: list[SignatureCard] = []
        self.show_working()

    def show_working(self) -> None:
        """The file is being looked at."""
        column = self._fresh()
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(Spinner(22))
        row.addWidget(Label(_("Checking the signatures…"), "body", "text2"), 1)
        column.addLayout(row)
        self._show(column)

    def show_error(self, error: Exception) -> None:
        """It could not be looked at; a check that was cancelled says nothing."""
        if not isinstance(error, UserError):
            return
        said = words(error)
        column = self._fresh()
        self.banner = Banner("bad", said.title, "\n".join(part for part in (said.happened, said.todo) if part))
        column.addWidget(self.banner)
        self._show(column)

    def show_report(self, report: VerificationReport) -> None:
        """The headline, then a card for each signature; the newest is open."""
        column = self._fresh()
        head = headline(report)
        self.banner = Banner(head.tone, head.title, head.detail)
        column.addWidget(self.banner)
        if not report.signatures:
            self.sign_button = Button(_("Sign"), "default", "pen-line")
            self.sign_button.clicked.connect(self.sign_requested)
            column.addWidget(self.sign_button, 0, Qt.AlignmentFlag.AlignLeft)
        newest = len(report.signatures)
        for number, signature in reversed(list(enumerate(report.signatures, 1))):
            card = SignatureCard(signature, number, opened=number == newest)
            card.toggle.setVisible(newest > 1)
            self.cards.append(card)
            column.addWidget(card)
        self._show(column)

    def _fresh(self) -> QVBoxLayout:
        self.banner, self.cards = None, []
        self._body = QWidget()
        self._body.setProperty("ground", "panel")
        column = QVBoxLayout(self._body)
        column.setContentsMargins(20, 18, 20, 18)
        column.setSpacing(14)
        return column

    def _show(self, column: QVBoxLayout) -> None:
        column.addStretch(1)
        self._scroll.setWidget(self._body)


class SignatureCard(QWidget):
    """One signature: head with the proven name, three answers, technical details behind a button."""

    def __init__(self, signature: SignatureReport, number: int, *, opened: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._signature = signature
        self._tone = tone(signature, answers(signature))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._head = self._build_head(number)
        column.addWidget(self._head)
        self._body = QVBoxLayout()
        self._body.setContentsMargins(16, 14, 16, 14)
        self._body.setSpacing(12)
        column.addLayout(self._body)
        given = answers(signature)
        self._long, self._short = AnswerRows(given), AnswerRows(given, compact=True)
        self._body.addWidget(self._long)
        self._body.addWidget(self._short)
        self.details_button = Button(_("Detailed result"), "link", "chevron-right")
        self.details_button.setCheckable(True)
        self.details_button.toggled.connect(self._show_details)
        self._body.addWidget(self.details_button, 0, Qt.AlignmentFlag.AlignLeft)
        self._details = _details_box(signature)
        self._body.addWidget(self._details)
        self._open(opened)
        self.setAccessibleName(_("Signature {n}", n=number))

    def _build_head(self, number: int) -> QWidget:
        head = QWidget()
        row = QHBoxLayout(head)
        row.setContentsMargins(16, 10, 10, 10)
        row.setSpacing(12)
        ink = {"neutral": "text2"}.get(self._tone, self._tone)
        row.addWidget(Picture(SHIELDS[self._tone], ink, 26))
        title = QHBoxLayout()
        title.setSpacing(8)
        title.addWidget(Paragraph(signer(self._signature), "strong", "text"), 1)
        title.addWidget(Label(_("Signature {n}", n=number), "caption", "text2"), 0, Qt.AlignmentFlag.AlignTop)
        said = QVBoxLayout()
        said.setSpacing(0)
        said.addLayout(title)
        said.addWidget(Paragraph(when(self._signature), "caption", "text2"))
        row.addLayout(said, 1)
        self.toggle = Button("", "ghost", "chevron-down")
        self.toggle.setAccessibleName(_("All answers of signature {n}", n=number))
        self.toggle.clicked.connect(self._turn)
        row.addWidget(self.toggle)
        return head

    def _turn(self) -> None:
        self._open(not self.opened)

    def _open(self, opened: bool) -> None:
        self.opened = opened
        self.toggle.set_icon("chevron-up" if opened else "chevron-down")
        self._long.setVisible(opened)
        self._short.setVisible(not opened)
        self.details_button.setVisible(opened)
        self._details.setVisible(opened and self.details_button.isChecked())

    def _show_details(self, opened: bool) -> None:
        self.details_button.set_icon("chevron-down" if opened else "chevron-right")
        self._details.setVisible(opened)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme.current()
        _ink, soft, line = tokens.kind(self._tone)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        outline = QPainterPath()
        outline.addRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 10, 10)
        painter.fillPath(outline, tokens.color("panel"))
        painter.save()
        painter.setClipPath(outline)
        painter.fillRect(self._head.geometry(), soft)
        painter.fillRect(QRectF(0, self._head.geometry().bottom(), self.width(), 1), line)
        painter.restore()
        painter.setPen(QPen(line, 1))
        painter.drawPath(outline)
        painter.end()


def tone(signature: SignatureReport, given: Answers) -> str:
    """The colour of a signature's head: green only for a good one, amber only where an answer warns."""
    if signature.verdict in ("good", "bad"):
        return {"good": "ok", "bad": "bad"}[signature.verdict]
    return "warn" if "warn" in (given.changed.tone, given.who.tone) else "neutral"


def _details_box(signature: SignatureReport) -> Card:
    box = Card(box=True)
    grid = QGridLayout()
    grid.setHorizontalSpacing(12)
    grid.setVerticalSpacing(4)
    grid.setColumnStretch(1, 1)
    for row, (label, value) in enumerate(details(signature)):
        grid.addWidget(Label(label, "caption", "text2"), row, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(Paragraph(value, "caption", "text"), row, 1)
    box.body.addLayout(grid)
    return box
