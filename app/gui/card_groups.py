"""The three groups of the card window: readers and cards, the certificates, the tries left."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, SignalInstance

from app.card.status import ReaderStatus
from app.gui import card_line
from app.gui.buttons import Button
from app.gui.card_rows import Group, Row
from app.gui.card_watch import CardState
from app.gui.labels import Label, Paragraph
from app.gui.life_view import LifeView
from app.gui.marks import Pill, Spinner, TriesBars
from app.gui.person_rows import person_rows
from app.pki.validity import Life, life
from app.wording import readers as words
from app.wording import validity
from app.wording.language import text as _
from app.wording.outcomes import Answer

if TYPE_CHECKING:
    from app.gui.certificate_reading import ReadCertificate

_ICONS = {"ok": "circle-check", "warn": "triangle-alert", "bad": "circle-x", "neutral": "circle-minus"}


class ReaderGroup(Group):
    """Every reader and what lies on it. `chosen`: the reader whose card shall be shown."""

    diagnose = Signal()
    again = Signal()
    chosen = Signal(str)

    def __init__(self, readers: Sequence[ReaderStatus], state: CardState, current: str, *, demo: bool) -> None:
        super().__init__(_("Reader and card"))
        self._demo = demo
        several = sum(reader.card == "my-number" for reader in readers) > 1
        for number, reader in enumerate(readers):
            self._add_reader(reader, first=number == 0)
            self._add_card(reader, current if several else "")
        if not readers:
            self._add_trouble(state)

    def _add_reader(self, reader: ReaderStatus, *, first: bool) -> None:
        row = Row(_ICONS["ok"], "ok", _("Reader"))
        row.say(words.reader_name(reader, demo=self._demo))
        if first:
            row.put(self._action(_("Check the reader…"), "stethoscope", self.diagnose))
        self.add(row)

    def _add_card(self, reader: ReaderStatus, current: str) -> None:
        said = words.lying(reader)
        row = Row(_ICONS[said.tone], _ink(said.tone), _("Card"))
        busy = reader.problem == "card-busy"
        follows = _("What stands here changes when the card is free.") if busy else ""
        detail = _("{first} {second}", first=said.detail, second=follows) if busy else said.detail
        row.say(words.card_name(reader, demo=self._demo), detail)
        if busy:
            row.put(self._action(_("Look again"), "refresh", self.again))
        elif current and reader.card == "my-number":
            shown_now = reader.name == current
            choice = KeyedButton(_("Show this card"), "default", reader.name, self.chosen)
            row.put(Pill(_("Shown below"), "info") if shown_now else choice)
        self.add(row)

    def _add_trouble(self, state: CardState) -> None:
        """No reader is known: they are being read, there is none, or the service does not answer."""
        if state.state == "reading":
            row = Row("circle-dashed", "text2", _("Reader"))
            row.say(_("Looking…"))
            row.put(Spinner(20))
        else:
            row = Row("unplug" if state.state == "no-reader" else "triangle-alert", "warn", _("Reader"))
            row.say(card_line.pill_words(state)[0], card_line.sentence(state), role="strong")
            row.put(self._action(_("Check the reader…"), "stethoscope", self.diagnose))
        self.add(row)

    def _action(self, text: str, icon: str, told: SignalInstance) -> Button:
        made = Button(text, "default", icon)
        made.setAutoDefault(False)
        made.clicked.connect(told)
        return made


class CertificateGroup(Group):
    """The 署名用 certificate. `explain`: the key of an explanation is wanted."""

    read_requested = Signal()
    forget_requested = Signal()
    explain = Signal(str)

    def __init__(self, reader: ReaderStatus, now: datetime, read: ReadCertificate | None) -> None:
        super().__init__(_("Signature certificate (署名用電子証明書)"))
        self.first: Button | None = None  # what is most likely wanted here
        if read is None:
            self._add_presence(reader)
            self._add_estimate(reader, words.life_of(reader, now))
            self._add_reading(reader)
        else:
            self._add_read(read, now)

    def _add_presence(self, reader: ReaderStatus) -> None:
        said = words.certificate(reader.sign_certificate)
        row = _answer_row(said, _("The certificate is"))
        if reader.sign_certificate is False:
            row.put(KeyedButton(_("Why?"), "link", "absent", self.explain))
        self.add(row)

    def _add_estimate(self, reader: ReaderStatus, seen: Life | None) -> None:
        if reader.sign_certificate is False:
            return
        row = Row("calendar", "text2", _("Valid until (estimate)"))
        if seen is None:
            row.say(_("Not known without the password"))
        else:
            row.body.addWidget(LifeView(seen, early=validity.ends_early(seen), note=validity.estimate()))
        self.add(row)

    def _add_reading(self, reader: ReaderStatus) -> None:
        if reader.sign_certificate is False:
            return
        row = Row("user", "text2", _("Name, exact date"))
        if reader.sign_tries_left == 0:
            row.say(_("The password is locked, so it cannot be read."))
            row.put(KeyedButton(_("What to do"), "link", "locked", self.explain))
        else:
            row.say(_("Can be read with the password"))
            self.first = Button(_("Read…"))
            self.first.setAutoDefault(False)
            self.first.setAccessibleName(_("Read the signature certificate"))
            self.first.clicked.connect(self.read_requested)
            row.put(self.first)
        self.add(row)

    def _add_read(self, read: ReadCertificate, now: datetime) -> None:
        rows = person_rows(read.holder)
        self.first = Button(_("Hide"))
        self.first.setAutoDefault(False)
        self.first.setAccessibleName(_("Hide what was read"))
        self.first.clicked.connect(self.forget_requested)
        rows[0].put(self.first)
        for row in rows:
            self.add(row)
        row = Row("clock", "text2", _("Valid until"))
        exact = life(read.begins.isoformat(), read.ends.isoformat(), now)
        if exact is None:
            row.say(_("Not known"))
        else:
            row.body.addWidget(LifeView(exact, early=validity.ends_early(exact)))
        self.add(row)
        row = Row("info", "text2", "")
        kept = _("It is kept nowhere: it goes when you hide it, close this window or take the card away.")
        row.say(kept, role="caption")
        self.add(row)


class OtherCertificateGroup(Group):
    """The 利用者証明用 certificate, which says when both are likely to end."""

    def __init__(self, reader: ReaderStatus, now: datetime) -> None:
        super().__init__(_("The other certificate (利用者証明用電子証明書)"))
        row = _answer_row(words.certificate(reader.auth_certificate), _("The certificate is"))
        row.body.addWidget(Paragraph(_("It is for logging in. Natsuin does not sign with it.")))
        self.add(row)
        seen = words.life_of(reader, now)
        if seen is not None:
            row = Row("calendar", "text2", _("Valid until"))
            row.body.addWidget(LifeView(seen))
            self.add(row)


class TriesGroup(Group):
    """How often each password may still be tried, and what it is for. `renew`: a new demo card is wanted."""

    explain = Signal(str)
    renew = Signal()

    def __init__(self, reader: ReaderStatus, *, demo: bool) -> None:
        super().__init__(_("Tries left of the passwords"))
        self._demo = demo
        self._add(
            _("Signature password"),
            _("6–16 capitals and digits. Natsuin asks for this one."),
            reader.sign_tries_left,
            words.SIGN_TRIES,
        )
        self._add(
            _("Login PIN"),
            _("4 digits, for logging in and the like. It is not used here."),
            reader.auth_tries_left,
            words.AUTH_TRIES,
        )

    def _add(self, title: str, purpose: str, left: int | None, total: int) -> None:
        row = Row("lock" if left == 0 else "key", "bad" if left == 0 else "text2", "")
        row.body.setSpacing(0)
        row.say(title, purpose, role="strong")
        said = words.tries(left, total)
        if left == 0:
            ways = self._renewing() if self._demo else KeyedButton(_("What to do"), "link", "locked", self.explain)
            row.body.addWidget(ways, 0, Qt.AlignmentFlag.AlignLeft)
            row.put(Pill(said, "bad", "lock"))
        else:
            if left is not None:
                bars = TriesBars(total)
                bars.show_left(left)
                row.put(bars)
            tone = "text2" if left is None else "bad" if left <= 2 else "text"
            row.put(Label(said, "strong", tone))
        row.setAccessibleName(_("{topic}: {text}", topic=title, text=said))
        self.add(row)

    def _renewing(self) -> Button:
        made = Button(_("Start the practice again"), "link")
        made.setAutoDefault(False)
        made.clicked.connect(self.renew)
        return made


def _answer_row(said: Answer, label: str) -> Row:
    row = Row("circle-question" if said.tone == "neutral" else _ICONS[said.tone], _ink(said.tone), label)
    row.say(said.title)
    return row


class KeyedButton(Button):
    """A button that tells which of several it is: the reader to show, the explanation to open."""

    pressed_for = Signal(str)

    def __init__(self, text: str, kind: str, key: str, told: SignalInstance) -> None:
        super().__init__(text, kind)
        self._key = key
        self.setAutoDefault(False)
        self.clicked.connect(self._tell)
        self.pressed_for.connect(told)

    def _tell(self) -> None:
        self.pressed_for.emit(self._key)


def _ink(tone: str) -> str:
    return "text2" if tone == "neutral" else tone
