"""The first thing a person sees: where to put the PDF, and whether the card can be used."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.gui import theme
from app.gui.banner import Banner
from app.gui.buttons import Button
from app.gui.card_line import CardCard
from app.gui.card_watch import CardState
from app.gui.choices import Segmented, Tile
from app.gui.icons import mark
from app.gui.labels import Label
from app.gui.marks import Picture
from app.wording import language
from app.wording.language import text as _

NARROW = 960
COLUMN = 324


class Mark(QWidget):
    """The program's mark."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.setFixedSize(size, size)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.drawPixmap(0, 0, mark(self.width(), self.devicePixelRatioF()))
        painter.end()


class DropZone(QWidget):
    """Where a PDF is dropped or chosen. `show_drag` takes: "", one, refused."""

    def __init__(self) -> None:
        super().__init__()
        self._drag = ""
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 32, 24, 32)
        column.setSpacing(8)
        column.addStretch(1)
        self._picture = Picture("file-down", "accent_ink", 44)
        column.addWidget(self._picture, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(8)
        self._title = Label("", "title")
        self._title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addWidget(self._title)
        self._hint = Label("", "caption", "text2")
        self._hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addWidget(self._hint)
        column.addSpacing(12)
        self.choose = Button(_("Choose a PDF…"), "big", "folder-open")
        self.choose.setMinimumWidth(220)
        column.addWidget(self.choose, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)
        self.setMinimumHeight(260)
        self.show_drag("")

    def show_drag(self, kind: str) -> None:
        """What would happen if the person let go now."""
        self._drag = kind
        words = {
            "": _("Drop the PDF to sign here"),
            "one": _("Let go here"),
            "refused": _("This is not a PDF"),
        }
        self._title.setText(words[kind])
        tone = {"": "text", "one": "accent_ink", "refused": "bad"}[kind]
        self._title.set_tone(tone)
        self._picture.show_icon("file-down", "bad" if kind == "refused" else "accent_ink")
        self._hint.setText(_("Nothing is sent anywhere: the PDF stays on this computer"))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge, ground, style = {
            "": (QPen(tokens.color("line2"), 1.5), "panel", Qt.PenStyle.CustomDashLine),
            "one": (QPen(tokens.color("accent_ink"), 2), "accent_soft", Qt.PenStyle.SolidLine),
            "refused": (QPen(tokens.color("bad"), 2), "bad_soft", Qt.PenStyle.SolidLine),
        }[self._drag]
        edge.setStyle(style)
        if style == Qt.PenStyle.CustomDashLine:
            edge.setDashPattern([5, 4])
        painter.setPen(edge)
        painter.setBrush(tokens.color(ground))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 14, 14)
        painter.end()


class StartPage(QScrollArea):
    """Drop zone, card, and the two other ways in."""

    choose_requested = Signal()
    check_requested = Signal()
    practice_requested = Signal()
    language_chosen = Signal(str)
    renew_requested = Signal()
    card_requested = Signal()
    doctor_requested = Signal()

    def __init__(self, *, demo: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._demo = demo
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        page = QWidget()
        page.setProperty("ground", "win")
        self._column = QVBoxLayout(page)
        self._column.setContentsMargins(28, 18, 28, 28)
        self._column.setSpacing(16)
        self._column.addLayout(self._head())
        self.banner: Banner | None = None
        self._body = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._body.setSpacing(24)
        self.drop_zone = DropZone()
        self.drop_zone.choose.clicked.connect(self.choose_requested)
        self._body.addWidget(self.drop_zone, 1)
        self._side = QWidget()
        side = QVBoxLayout(self._side)
        side.setContentsMargins(0, 0, 0, 0)
        side.setSpacing(12)
        self.card = CardCard()
        self.card.renew.connect(self.renew_requested)
        self.card.details.connect(self.card_requested)
        self.card.diagnose.connect(self.doctor_requested)
        side.addWidget(self.card)
        self.check = Tile("shield-check", _("Check a signature"), _("Who signed, and whether it was changed since"))
        self.check.clicked.connect(self.check_requested)
        side.addWidget(self.check)
        title, caption = _("Practise"), _("Try it with a demo card. Your own card is not used")
        if demo:
            title, caption = _("Open the sample contract"), _("A PDF made for practising")
        self.practice = Tile("graduation-cap", title, caption)
        self.practice.clicked.connect(self.practice_requested)
        side.addWidget(self.practice)
        side.addStretch(1)
        self._side.setFixedWidth(COLUMN)
        self._body.addWidget(self._side)
        self._column.addLayout(self._body, 1)
        self.setWidget(page)

    def _head(self) -> QHBoxLayout:
        head = QHBoxLayout()
        head.setSpacing(14)
        head.addWidget(Mark(36))
        names = QVBoxLayout()
        names.setSpacing(0)
        names.addWidget(Label("Natsuin", "h2"))
        names.addWidget(Label(_("Sign PDFs with your My Number Card"), "caption", "text2"))
        head.addLayout(names)
        head.addStretch(1)
        self.languages = Segmented([("ja", "日本語"), ("en", "English")], language.current())
        self.languages.chosen.connect(self.language_chosen)
        self.languages.setAccessibleName(_("Language"))
        head.addWidget(self.languages)
        return head

    def show_card(self, state: CardState) -> None:
        """Shows the card's state."""
        self.card.show_state(state, demo=self._demo)

    def show_problem(self, title: str, text: str) -> None:
        """A message above the drop zone, until the next file is opened."""
        self.clear_problem()
        self.banner = Banner("bad", title, text)
        self._column.insertWidget(1, self.banner)

    def clear_problem(self) -> None:
        """Takes the message away."""
        if self.banner is not None:
            self.banner.hide()
            self.banner.deleteLater()
            self.banner = None

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.width() < NARROW
        wanted = QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight
        if self._body.direction() != wanted:
            self._body.setDirection(wanted)
            if narrow:
                self._side.setMinimumWidth(0)
                self._side.setMaximumWidth(16777215)
            else:
                self._side.setFixedWidth(COLUMN)
