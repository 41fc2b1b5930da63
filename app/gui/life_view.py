"""The validity of a certificate: its last day, pills, the bar of its life, and what to do."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.gui import theme
from app.gui.labels import Label, Paragraph
from app.gui.marks import Pill
from app.pki.validity import Life, Stage
from app.wording import validity

_TRACK, _MARK, _HEIGHT = 8, 3, 14  # px


class LifeBar(QWidget):
    """From the issue to the end: grey, the period of renewal amber (red once it is over), a mark for today."""

    def __init__(self, life: Life, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._life = life
        self.setFixedHeight(_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        words = (validity.issued(life), validity.renewal_period(life), validity.left_words(life))
        self.setAccessibleName("、".join(words))

    def sizeHint(self) -> QSize:
        return QSize(240, _HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens, life = theme.current(), self._life
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        track = QRectF(0, (_HEIGHT - _TRACK) / 2, self.width(), _TRACK)
        shape = QPainterPath()
        shape.addRoundedRect(track, _TRACK / 2, _TRACK / 2)
        painter.fillPath(shape, tokens.color("disabled"))
        painter.setClipPath(shape)
        opens = round(life.renewable_share * track.width())
        ended = life.stage is Stage.ENDED
        painter.fillRect(track.adjusted(opens, 0, 0, 0), tokens.color("bad" if ended else "warn_bar"))
        painter.setClipping(False)
        today = min(life.share(life.now) * track.width(), track.width() - _MARK)
        painter.fillRect(QRectF(round(today) - 1, 0, _MARK + 2, _HEIGHT), tokens.color("panel"))
        painter.fillRect(QRectF(round(today), 0, _MARK, _HEIGHT), tokens.color("text"))
        painter.end()


class LifeView(QWidget):
    """All of it in one column; `early` ends it before its date, `note` says more about the date."""

    def __init__(self, life: Life, *, early: str = "", note: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(Label(validity.last_day(life), "h2"))
        self.pills = [Pill(*words) for words in validity.pills(life)]
        for pill in self.pills:
            head.addWidget(pill)
        head.addStretch(1)
        column.addLayout(head)
        column.addSpacing(2)
        column.addWidget(LifeBar(life))
        self._issued = Label(validity.issued(life), "caption", "text2")
        self._period = Label(validity.renewal_period(life), "caption", "text2")
        self._below = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._below.setSpacing(0)
        self._below.addWidget(self._issued)
        self._below.addStretch(1)
        self._below.addWidget(self._period)
        column.addLayout(self._below)
        column.addSpacing(2)
        for line in filter(None, (validity.advice(life), early, note)):
            column.addWidget(Paragraph(line))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The two lines below the bar stand side by side where there is room for both."""
        super().resizeEvent(event)
        fits = self._issued.sizeHint().width() + self._period.sizeHint().width() + 16 <= self.width()
        self._below.setDirection(QBoxLayout.Direction.LeftToRight if fits else QBoxLayout.Direction.TopToBottom)

    def minimumSizeHint(self) -> QSize:
        return QSize(self._period.sizeHint().width(), super().minimumSizeHint().height())
