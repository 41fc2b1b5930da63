"""The pages of the password window that have no field: waiting, locked, at work, outcome unknown, another card, card
in use."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.gui.banner import Banner
from app.gui.buttons import Button
from app.gui.card_line import sentence
from app.gui.card_watch import CardState
from app.gui.frames import Card, Divider
from app.gui.labels import Label, Paragraph
from app.gui.marks import Picture, Spinner
from app.gui.password_parts import Roll, StepList
from app.gui.password_purpose import Purpose
from app.wording import procedures
from app.wording.language import text as _


def button(text: str, kind: str = "default", icon: str = "") -> Button:
    """A button of this window: 44 px high, and never pressed by a Return that was meant for the field."""
    made = Button(text, kind, icon)
    made.setAutoDefault(False)
    made.setMinimumHeight(44)
    return made


class _Way(QWidget):
    """One way out of a lock."""

    def __init__(self, icon: str, title: str, text: str) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(Picture(icon, "accent_ink", 22), 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(0)
        column.addWidget(Label(title, "strong"))
        column.addWidget(Paragraph(text))
        row.addLayout(column, 1)


class Message(QWidget):
    """A page without a field: icon and title at the left, or centred below a large picture; buttons in the foot.

    Signals: `left` by the button that leaves; `recheck`: the tries are to be read; `guidance`: the ways out of a lock
    are wanted; `doctor`: the reader doctor is. `first`: what gets the keyboard.
    """

    left = Signal()
    recheck = Signal()
    guidance = Signal()
    doctor = Signal()

    def __init__(self, icon: str, tone: str, title: str, middle: QWidget | None = None) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(14)
        self.roll = Roll()
        self.roll.column.setSpacing(14)
        column.addWidget(self.roll)
        self._centred = middle is not None
        self._words = QVBoxLayout()
        self._words.setSpacing(2)
        self._heading = heading = Paragraph(title, "h2", "text")
        self._words.addWidget(heading)
        self.setAccessibleName(title)
        if middle is not None:
            self.roll.column.addWidget(middle, 0, Qt.AlignmentFlag.AlignHCenter)
            heading.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            self.roll.column.addLayout(self._words)
        else:
            row = QHBoxLayout()
            row.setSpacing(14)
            row.addWidget(Picture(icon, tone, 30), 0, Qt.AlignmentFlag.AlignTop)
            row.addLayout(self._words, 1)
            self.roll.column.addLayout(row)
        self.body = QVBoxLayout()
        self.body.setSpacing(14)
        self.roll.column.addLayout(self.body)
        self._foot = QHBoxLayout()
        self._foot.setSpacing(10)
        column.addLayout(self._foot)
        self.leave = button(_("Cancel"))
        self.leave.clicked.connect(self.left)
        self.first = self.leave

    def say(self, text: str) -> Paragraph:
        """A sentence below the title."""
        paragraph = Paragraph(text)
        if self._centred:
            paragraph.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._words.addWidget(paragraph)
        return paragraph

    def end(self, *buttons: Button, beside: QWidget | None = None) -> None:
        """The foot: something at the left, buttons at the right."""
        if beside is not None:
            self._foot.addWidget(beside)
        self._foot.addStretch(1)
        for each in buttons:
            self._foot.addWidget(each)


class WaitingPage(Message):
    """1: put the card on the reader; or what else is lacking: no-reader, no-service. `removed`: it had been there."""

    def __init__(self, purpose: Purpose, lack: str, *, removed: bool) -> None:
        self._picture = Picture("nfc", "accent_ink", 44)
        super().__init__("", "", "", middle=self._picture)
        self._purpose = purpose
        self._sentence = self.say("")
        if removed:
            gone = {"no-reader": _("The reader was disconnected"), "no-service": _("The smart-card service stopped")}
            text = _("The password had not been sent, so no try was used. What you typed is forgotten.")
            self.body.addWidget(Banner("warn", gone.get(lack, _("The card was removed")), text))
        self._tip = Banner("info", _("If it is not found, lift it and put it back."), "")
        self.body.addWidget(self._tip)
        self._removed = removed
        self.show_lack(lack)
        check = button(_("Reader check"), "ghost", "search")
        check.clicked.connect(self.doctor)
        self.end(self.leave, beside=check)

    def show_lack(self, lack: str) -> None:
        """What is lacking now."""
        titles = {"no-reader": _("Connect the card reader"), "no-service": _("The smart-card service has stopped")}
        icons = {"no-reader": "unplug", "no-service": "triangle-alert"}
        title = titles.get(lack, _("Put the card on the reader"))
        self._picture.show_icon(icons.get(lack, "nfc"), "warn_bar" if lack in icons else "accent_ink")
        self._heading.setText(title)
        self.setAccessibleName(title)
        self._sentence.setText(sentence(CardState(lack)) if lack in titles else self._purpose.waiting)
        self._tip.setVisible(lack not in titles and not self._removed)


class LockedPage(Message):
    """6: no more tries; the ways out, or in practice that nothing has happened.

    `both`: the PIN that the way by phone needs is locked, too.
    """

    def __init__(self, purpose: Purpose, *, demo: bool, both: bool = False) -> None:
        title = _("The demo card's password is locked") if demo else _("The password is locked")
        super().__init__("lock", "warn_bar" if demo else "bad", title)
        if demo:
            self.say(_("Start the practice again, and it is as before. Your own card is not affected."))
        else:
            self.say(purpose.locked)
            self.say(
                _("The four-digit PIN for logging in is locked, too. Your municipal office resets both.")
                if both
                else _("Natsuin cannot unlock it. Reset it in one of these ways.")
            )
            self.body.addWidget(self._ways(both))
        self.leave.setText(_("Close"))
        self.leave.setAutoDefault(True)  # nothing can be typed any more: Return closes
        guide = button(_("Open the procedure guide"))
        guide.clicked.connect(self.guidance)
        self.end(self.leave, *(() if demo else (guide,)))

    def _ways(self, both: bool) -> QWidget:
        office = procedures.office_road()
        by_phone = _(
            "Book in the phone app, then reset at a store's machine within 24 hours. "
            "You need the four-digit PIN for logging in."
        )
        ways = Card(box=True)
        ways.body.setSpacing(10)
        ways.body.addWidget(_Way("building", _("Municipal office"), office))
        if both:
            return ways
        ways.body.addWidget(Divider())
        ways.body.addWidget(_Way("store", _("Phone app and convenience store"), by_phone))
        return ways


class WorkPage(Message):
    """7: the password is on its way."""

    def __init__(self, purpose: Purpose) -> None:
        super().__init__("", "", purpose.working, middle=Spinner(44))
        self.say(purpose.patience)
        self.steps = StepList(purpose.step_words()) if purpose.steps else None
        if self.steps is not None:
            row = QHBoxLayout()
            row.addStretch(1)
            row.addWidget(self.steps)
            row.addStretch(1)
            self.body.addLayout(row)
        self.leave.setEnabled(False)
        self.end(self.leave, beside=Label(_("It cannot be stopped until it is done"), "caption", "text2"))


class UnknownPage(Message):
    """8: contact was lost while the password was on its way."""

    def __init__(self, purpose: Purpose) -> None:
        super().__init__("unplug", "warn_bar", _("We could not learn the result"))
        self.say(_("Contact with the card was lost just after the password was sent. Whether it was right is unknown."))
        text = _("Put the card back, then only the number of tries left is read. That costs no try.")
        self.body.addWidget(Banner("warn", purpose.unknown, text))
        self.first = button(_("Check the tries left"), "primary", "refresh")
        self.first.clicked.connect(self.recheck)
        self.end(self.leave, self.first)


class ChangedPage(Message):
    """E10: another card lies there than the one whose tries were shown; going on with it is for a deliberate press."""

    def __init__(self) -> None:
        super().__init__("id-card", "warn_bar", _("This is a different card"))
        self.say(
            _(
                "It is not the card whose tries were shown. No password was sent to this card, and it lost no try. "
                "What you typed is forgotten."
            )
        )
        text = _(
            "Put the first card back, or leave this one. Then press the button: the tries of the card that lies there "
            "are read, and you enter its password."
        )
        self.body.addWidget(Banner("warn", _("Choose the card to go on with"), text))
        go_on = button(_("Go on with the card on the reader"), "default", "refresh")
        go_on.clicked.connect(self.recheck)
        self.end(self.leave, go_on)


class BusyPage(Message):
    """9: another program holds the card; counts the seconds while it waits."""

    def __init__(self) -> None:
        super().__init__("circle-minus", "warn_bar", _("Another program is using the card"))
        self.say(_("Close e-Tax, the JPKI client, Mynaportal or the like. We go on by ourselves when it is free."))
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(Spinner(20))
        self._label = Label("", "caption", "text2")
        row.addWidget(self._label, 1)
        self.body.addLayout(row)
        self._waited = 0
        self._seconds = QTimer(self, interval=1000)
        self._seconds.timeout.connect(self._count)
        self._seconds.start()
        self._say_waited()
        self.end(self.leave)

    def _count(self) -> None:
        self._waited += 1
        self._say_waited()

    def _say_waited(self) -> None:
        self._label.setText(_("Waiting for it ({n} s)", n=self._waited))
