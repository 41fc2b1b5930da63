"""The card's state in words and bars: as a card on the start page, as one line above the sign button."""

from __future__ import annotations

import sys

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.gui.buttons import Button
from app.gui.card_watch import CardState
from app.gui.frames import Card
from app.gui.labels import ElidedLabel, Label, Paragraph
from app.gui.marks import Picture, Pill, TriesBars
from app.wording.language import text as _
from app.wording.plain import shown

_GAP = 12  # px
TRIES = 5  # of the 署名用 password, when none was used


def pill_words(state: CardState) -> tuple[str, str, str]:
    """Words, kind and icon of the pill."""
    words = {
        "reading": (_("Looking…"), "neutral", ""),
        "ready": (_("Ready"), "ok", "check"),
        "no-card": (_("Put the card on"), "neutral", "nfc"),
        "no-reader": (_("No reader"), "warn", "unplug"),
        "no-service": (_("Service stopped"), "warn", "triangle-alert"),
        "locked": (_("Locked"), "bad", "lock"),
        "no-certificate": (_("No signature certificate"), "warn", "triangle-alert"),
        "busy": (_("In use by another program"), "warn", "clock"),
        "other-card": (_("Not a My Number Card"), "warn", "triangle-alert"),
        "unsupported": (_("Not supported"), "warn", "triangle-alert"),
    }
    return words[state.state]


def sentence(state: CardState, *, demo: bool = False) -> str:
    """What to do, in one sentence; empty where there is nothing to do."""
    if demo and state.state == "locked":
        return _("This is the demo card, not yours. “Start the practice again” makes it as new.")
    words = {
        "no-card": _("Put your My Number Card on the reader."),
        "no-reader": _("Connect a card reader. Reconnect its USB plug if it is there already."),
        "no-service": _("The computer's smart-card service does not answer. Reconnect the reader."),
        "locked": _("The signature password is locked. Your municipal office can reset it."),
        "no-certificate": _("This card holds no certificate for signing. Ask your municipal office."),
        "busy": _("Another program is using the card. Close it, and what stands here changes by itself."),
        "other-card": _("Leave only the My Number Card on the reader."),
        "unsupported": _("Use the plastic My Number Card itself."),
    }
    if state.state == "no-service" and sys.platform.startswith("linux"):
        return _("The computer's smart-card service does not answer. The check of the reader says what to do.")
    return words.get(state.state, "")


def tries_words(tries: int | None) -> str:
    """The tries left, or that they are not known."""
    return _("{n} left", n=tries) if tries is not None else _("Tries left not known")


def spoken_tries(tries: int | None) -> str:
    """The same for a screen reader."""
    if tries is None:
        return _("Signature password, tries left not known")
    return _("Signature password, {n} of {total} tries left", n=tries, total=TRIES)


class CardCard(Card):
    """The card on the start page: reader, tries left, certificate. `renew`: a new demo card is wanted.

    `details`, `diagnose`: the card window or the reader doctor is wanted.
    """

    renew = Signal()
    details = Signal()
    diagnose = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        head = QHBoxLayout()
        head.setSpacing(10)
        self._picture = Picture("id-card", "text2", 22)
        head.addWidget(self._picture)
        head.addWidget(Label(_("Card"), "h3"))
        head.addStretch(1)
        self.pill = Pill()
        head.addWidget(self.pill)
        self.body.addLayout(head)
        self.body.addSpacing(6)
        self._reader, self._reader_value = self._row(_("Reader"))
        self._tries, self._tries_value = self._row(_("Signature password"))
        self._bars = TriesBars(TRIES)
        self._tries.insertWidget(2, self._bars)
        self._certificate, self._certificate_value = self._row(_("Signature certificate"))
        self._sentence = Paragraph("", "caption", "text2")
        self.body.addWidget(self._sentence)
        self._renew = _renew_button()
        self._renew.clicked.connect(self.renew)
        self.body.addWidget(self._renew, 0, Qt.AlignmentFlag.AlignLeft)
        self.body.addSpacing(2)
        links = QHBoxLayout()
        links.setSpacing(16)
        self.details_link = Button(_("About the card"), "link")
        self.details_link.clicked.connect(self.details)
        links.addWidget(self.details_link)
        self.diagnose_link = Button(_("Check the reader"), "link")
        self.diagnose_link.clicked.connect(self.diagnose)
        links.addWidget(self.diagnose_link)
        links.addStretch(1)
        self.body.addLayout(links)
        self.show_state(CardState("reading"), demo=False)

    def _row(self, title: str) -> tuple[QHBoxLayout, ElidedLabel]:
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(Label(title, "caption", "text2"))
        row.addStretch(1)
        value = ElidedLabel("", "body")
        value.setAlignment(Qt.AlignmentFlag.AlignRight)
        row.addWidget(value)
        self.body.addWidget(holder)
        return row, value

    def show_state(self, state: CardState, *, demo: bool) -> None:
        """Shows a state of the card."""
        self.pill.show_state(*pill_words(state))
        self._picture.show_icon("id-card", "ok" if state.ready else "text2")
        self._reader_value.setText(_("Demo card") if demo and state.reader else shown(state.reader, 60))
        _visible(self._reader, bool(state.reader))
        _visible(self._tries, state.tries is not None)
        if state.tries is not None:
            self._bars.show_left(state.tries)
            self._tries_value.setText(tries_words(state.tries))
            self._bars.setAccessibleName(spoken_tries(state.tries))
        _visible(self._certificate, state.certificate is not None)
        self._certificate_value.setText(_("Present") if state.certificate else _("None"))
        said = sentence(state, demo=demo)
        self._sentence.setText(said)
        self._sentence.setVisible(bool(said))
        self._renew.setVisible(demo and state.state == "locked")
        self.diagnose_link.setVisible(state.state in ("no-reader", "no-service"))
        self.updateGeometry()


def _renew_button() -> Button:
    return Button(_("Start the practice again"), "link")


def _visible(row: QHBoxLayout, visible: bool) -> None:
    holder = row.parentWidget()
    if holder is not None:
        holder.setVisible(visible)


class CardLine(Card):
    """The card in one box above the sign button. `renew`: a new demo card is wanted; `details`: the card window."""

    renew = Signal()
    details = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, box=True)
        row = QHBoxLayout()
        row.setSpacing(_GAP)
        self._picture = Picture("id-card", "text2", 22)
        row.addWidget(self._picture)
        names = QVBoxLayout()
        names.setSpacing(0)
        self._title = ElidedLabel(_("My Number Card"), "h3")
        self._below = ElidedLabel("", "caption", "text2")
        names.addWidget(self._title)
        names.addWidget(self._below)
        self._bars = TriesBars(TRIES)
        self._tries = ElidedLabel("", "caption", "text2")
        self._counts = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._counts.addWidget(self._bars, 0, Qt.AlignmentFlag.AlignRight)
        self._counts.addWidget(self._tries, 0, Qt.AlignmentFlag.AlignRight)
        self._words = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._words.addLayout(names, 1)
        self._words.addLayout(self._counts)
        row.addLayout(self._words, 1)
        self.body.addLayout(row)
        self._renew = _renew_button()
        self._renew.clicked.connect(self.renew)
        self.body.addWidget(self._renew, 0, Qt.AlignmentFlag.AlignLeft)
        self.details_link = Button(_("About the card"), "link")
        self.details_link.clicked.connect(self.details)
        self.body.addWidget(self.details_link, 0, Qt.AlignmentFlag.AlignLeft)
        self.show_state(CardState("reading"), demo=False)

    def show_state(self, state: CardState, *, demo: bool) -> None:
        """Shows a state of the card."""
        self._title.setText(_("Demo card") if demo else _("My Number Card"))
        kind = {"ready": "ok", "locked": "bad", "reading": "text2", "no-card": "text2"}.get(state.state, "warn")
        self._picture.show_icon("nfc" if state.state == "no-card" else "id-card", kind)
        if demo and state.ready:
            below = _("Password: DEMO1234")
        elif state.ready:
            below = shown(state.reader, 60)
        else:
            below = pill_words(state)[0]
        self._below.setText(below)
        self._renew.setVisible(demo and state.state == "locked")
        self.details_link.setVisible(state.state not in ("ready", "reading", "no-card"))
        self._below.set_tone("bad" if state.state == "locked" else "text2")
        known = state.tries is not None and state.certificate is not False
        self._bars.setVisible(known)
        self._tries.setVisible(known)
        if known and state.tries is not None:
            self._bars.show_left(state.tries)
            self._tries.setText(tries_words(state.tries) if demo else _("Password: {n} left", n=state.tries))
        self._arrange()
        self.setAccessibleName(f"{self._title.text()}, {below}")
        self.setAccessibleDescription(spoken_tries(state.tries) if known else sentence(state, demo=demo))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        """The tries stand at the right of the name, or below it where that would shorten the name."""
        edges = self.body.contentsMargins()
        room = self.width() - edges.left() - edges.right() - self._picture.width() - 3 * _GAP
        wide = self._title.sizeHint().width() + self._tries.sizeHint().width() <= room
        across, down = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        side = Qt.AlignmentFlag.AlignRight if wide else Qt.AlignmentFlag.AlignLeft
        self._words.setDirection(across if wide else down)
        self._words.setSpacing(_GAP if wide else 4)
        self._counts.setDirection(down if wide else across)
        self._counts.setSpacing(4 if wide else 8)
        self._counts.setAlignment(self._bars, side | Qt.AlignmentFlag.AlignVCenter)
        self._counts.setAlignment(self._tries, side | Qt.AlignmentFlag.AlignVCenter)
        self._counts.setStretch(1, 0 if wide else 1)
