"""The parts of the password window: what it is for, who will see what, how often one may try, what is being done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from app.gui import theme
from app.gui.buttons import Button
from app.gui.frames import Card
from app.gui.icons import pixmap
from app.gui.labels import Label, Paragraph
from app.gui.marks import Picture, Pill, TriesBars
from app.gui.password_purpose import Purpose, StepWords
from app.gui.password_question import TRIES, Question
from app.signing.sign import Step
from app.wording.language import text as _

_TWO_LINES = 40
_ADVICE_INDENT = 26


class Context(Protocol):
    """What the password is asked for, and the parts of the window that say so."""

    @property
    def demo(self) -> bool: ...

    def purpose(self) -> Purpose: ...

    def box(self) -> SubjectBox: ...

    def disclosure(self) -> QWidget: ...

    def compact(self) -> QWidget: ...


class Roll(QScrollArea):
    """The part of the window that is as high as its content, or `limit` px on a low screen: it scrolls then.

    `column` takes the content.
    """

    def __init__(self) -> None:
        super().__init__()
        self.keep_to(None)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        content = QWidget()
        content.setProperty("ground", "panel")
        self.column = QVBoxLayout(content)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.setWidget(content)

    def keep_to(self, limit: int | None) -> None:
        """At most so many px; None: all that is needed."""
        self.limit = limit
        # a bar makes the content narrower, and so higher: it would keep itself needed
        policy = Qt.ScrollBarPolicy.ScrollBarAlwaysOff if limit is None else Qt.ScrollBarPolicy.ScrollBarAlwaysOn
        self.setVerticalScrollBarPolicy(policy)

    def needed(self, width: int) -> int:
        """px that the whole content takes."""
        if self.column.hasHeightForWidth():
            return self.column.totalHeightForWidth(width)
        return self.column.totalSizeHint().height()  # nothing in it wraps

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        needed = self.needed(width)
        return needed if self.limit is None else min(needed, self.limit)

    def minimumSizeHint(self) -> QSize:
        return QSize(40, 0)


class SubjectBox(Card):
    """What the password is for. Signals: `resized`: it takes another room now; `copied`: something was copied."""

    resized = Signal()
    copied = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, box=True)

    @property
    def unfolded(self) -> bool:
        """Whether details are open that want to stay in sight."""
        return False

    def fold(self) -> None:
        """Closes the details."""

    def show_reader(self, name: str) -> None:
        """Which reader the card lies on, where that is said."""


def disclosed() -> tuple[str, ...]:
    """What the 署名用 certificate holds of its owner."""
    return (_("Name"), _("Address"), _("Date of birth"), _("Sex"))


class Disclosure(QWidget):
    """What the certificate tells of its owner, and to whom."""

    def __init__(
        self, title: str, note: str, facts: Sequence[str] | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(Picture("user", "text2", 18))
        head.addWidget(Label(title, "h3"), 1)
        column.addLayout(head)
        pills = QHBoxLayout()
        pills.setSpacing(6)
        for word in disclosed() if facts is None else facts:
            pills.addWidget(Pill(word))
        pills.addStretch(1)
        column.addLayout(pills)
        column.addWidget(Paragraph(note))


class TriesLine(QWidget):
    """The field's label, and how many tries are left: only when just read from the card, or that there is no limit."""

    recheck = Signal()

    def __init__(self, question: Question, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._question = question
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self._name = Label(question.label(), "strong")
        row.addWidget(self._name)
        row.addStretch(1)
        self._bars = TriesBars(TRIES)
        row.addWidget(self._bars)
        self._left = Label("", "strong")
        row.addWidget(self._left)
        self.again = Button(_("Check"), "link")
        self.again.setAutoDefault(False)
        self.again.clicked.connect(self.recheck)
        row.addWidget(self.again)

    def show_name(self, practice: str = "") -> None:
        """What is to be entered, or in `practice` what to enter there."""
        self._name.setText(practice or self._question.label())

    def show_tries(self, tries: int | None) -> None:
        """Shows the number read from the card; None: unknown, with a link that reads it again."""
        if not self._question.counted:
            self._show_no_limit()
            return
        self._bars.setVisible(tries is not None)
        self.again.setVisible(tries is None)
        if tries is None:
            self._left.setText(_("Tries left: not known"))
            self._left.set_tone("text2")
            self.setAccessibleName(_("Signature password, tries left not known"))
        else:
            self._bars.show_left(tries, neutral=True)
            self._left.setText(_("{n} left", n=tries))
            self._left.set_tone("bad" if tries <= 2 else "text")
            self.setAccessibleName(_("Signature password, {n} of {total} tries left", n=tries, total=TRIES))

    def _show_no_limit(self) -> None:
        self._bars.hide()
        self.again.hide()
        self._left.setFont(theme.font("caption"))
        self._left.setText(_("This key file has no limit of tries"))
        self._left.set_tone("text2")
        self.setAccessibleName(f"{self._question.label()}, {self._left.text()}")


class AdviceLine(QWidget):
    """The line below the field: the rule, or in amber what to mend. It keeps room for two lines, so nothing jumps."""

    resized = Signal()

    def __init__(self, rule: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rule = rule
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self._picture = Picture("triangle-alert", "warn", 18)
        row.addWidget(self._picture, 0, Qt.AlignmentFlag.AlignTop)
        self._text = Paragraph()
        row.addWidget(self._text, 1, Qt.AlignmentFlag.AlignTop)
        self.setFixedHeight(_TWO_LINES)
        self.show_rule()

    def show_rule(self) -> None:
        """The rule of the password."""
        self._say(self._rule, "text2")

    def show_advice(self, advice: str) -> None:
        """Something to mend, in amber."""
        self._say(advice, "warn")

    def text(self) -> str:
        """What it says now."""
        return self._text.text()

    def _say(self, words: str, tone: str) -> None:
        self._picture.setVisible(tone == "warn")
        self._text.setText(words)
        self._text.set_tone(tone)
        self.setAccessibleName(words)
        self._take_room()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._take_room()

    def _take_room(self) -> None:
        needed = max(_TWO_LINES, self._text.heightForWidth(self.width() - _ADVICE_INDENT))
        if needed != self.minimumHeight():
            self.setFixedHeight(needed)
            self.resized.emit()


class Tick(QCheckBox):
    """A check box whose whole row can be hit, drawn in the tokens' colours."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setFont(theme.font("body"))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFixedHeight(44)

    def hitButton(self, position: QPoint) -> bool:
        return self.rect().contains(position)

    def sizeHint(self) -> QSize:
        return QSize(QFontMetrics(self.font()).horizontalAdvance(self.text()) + 34, 44)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(4.5, 12.5, 19, 19)
        if self.hasFocus():
            painter.setPen(QPen(tokens.color("accent_ink"), 2))
            painter.drawRoundedRect(box.adjusted(-3, -3, 3, 3), 7, 7)
        painter.setPen(QPen(tokens.color("accent" if self.isChecked() else "line2"), 1))
        painter.setBrush(tokens.color("accent" if self.isChecked() else "panel"))
        painter.drawRoundedRect(box, 4, 4)
        if self.isChecked():
            painter.drawPixmap(6, 14, pixmap("check", tokens.color("on_accent"), 16, self.devicePixelRatioF()))
        painter.setPen(tokens.color("text"))
        painter.setFont(self.font())
        painter.drawText(self.rect().adjusted(34, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, self.text())
        painter.end()


class StepList(QWidget):
    """The four steps of a signature: done, now, to come."""

    def __init__(self, words: Mapping[Step, StepWords], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        self._words = words
        self._rows: list[tuple[Picture, Label]] = []
        for _step in Step:
            row = QHBoxLayout()
            row.setSpacing(10)
            picture, label = Picture("circle", "text3", 18), Label("")
            row.addWidget(picture)
            row.addWidget(label, 1)
            column.addLayout(row)
            self._rows.append((picture, label))
        self.show_done(0)

    def show_done(self, done: int) -> None:
        """The first `done` steps are done, the next one is under way."""
        for index, (words, (picture, label)) in enumerate(zip(self._words.values(), self._rows, strict=True)):
            state = 2 if index < done else 1 if index == done else 0
            picture.show_icon(*(("circle", "text3"), ("circle-dashed", "accent_ink"), ("circle-check", "ok"))[state])
            label.setText(words[state])
            label.set_tone("text3" if state == 0 else "text")
            label.setFont(theme.font("strong" if state == 1 else "body"))
