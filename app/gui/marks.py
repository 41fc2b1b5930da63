"""Small pictures that show a state: icons, bars, pills, numbers of steps, work under way."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.gui import theme
from app.gui.icons import pixmap


class Picture(QWidget):
    """An icon as a decoration: it has no name for a screen reader."""

    def __init__(self, name: str, tone: str = "text2", size: int = 20, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name, self._tone, self._size = name, tone, size
        self.setFixedSize(size, size)

    def show_icon(self, name: str, tone: str) -> None:
        """Shows another icon or colour."""
        self._name, self._tone = name, tone
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        drawn = pixmap(self._name, theme.current().color(self._tone), self._size, self.devicePixelRatioF())
        painter.drawPixmap(0, 0, drawn)
        painter.end()


class TriesBars(QWidget):
    """How often the password may still be tried: bars, so that nobody reads them as password dots."""

    def __init__(self, total: int = 5, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._total, self._left = total, 0
        self._neutral = False
        self.setFixedSize(total * 14 - 4, 8)

    def show_left(self, left: int, *, neutral: bool = False) -> None:
        """Shows `left` filled bars; `neutral` draws them grey while there are plenty, as all of them are."""
        self._left, self._neutral = left, neutral
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme.current()
        full = "bad" if self._left <= 2 else "text2" if self._neutral or self._left == self._total else "ok"
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        for index in range(self._total):
            bar = QRectF(index * 14, 0.5, 10, 7)
            if index < self._left:
                painter.setBrush(tokens.color(full))
                painter.drawRoundedRect(bar, 3, 3)
            else:
                painter.setBrush(tokens.color("disabled"))
                painter.drawRoundedRect(bar, 3, 3)
        painter.end()


class Pill(QWidget):
    """A state in one or two words; never clickable."""

    def __init__(
        self, text: str = "", kind: str = "neutral", icon_name: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._icon = icon_name
        self._kind = kind
        self._text = text
        self.setFixedHeight(24)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(text)

    def show_state(self, text: str, kind: str, icon_name: str = "") -> None:
        """Shows another state."""
        self._text, self._kind, self._icon = text, kind, icon_name
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def text(self) -> str:
        """The words shown."""
        return self._text

    def sizeHint(self) -> QSize:
        width = QFontMetrics(theme.font("caption")).horizontalAdvance(self._text)
        return QSize(width + 22 + (18 if self._icon else 0), 24)

    def paintEvent(self, event: QPaintEvent) -> None:
        ink, soft, _line = theme.current().kind(self._kind)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(soft)
        painter.drawRoundedRect(QRectF(self.rect()), 12, 12)
        left = 11
        if self._icon:
            painter.drawPixmap(9, 5, pixmap(self._icon, ink, 14, self.devicePixelRatioF()))
            left = 28
        painter.setPen(ink)
        painter.setFont(theme.font("caption"))
        painter.drawText(QRect(left, 0, self.width() - left, 24), Qt.AlignmentFlag.AlignVCenter, self._text)
        painter.end()


class StepNumber(QWidget):
    """A step's circle: to do (outline), now (filled), done (a check)."""

    def __init__(self, number: int, state: str = "todo", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._number, self._state = number, state
        self.setFixedSize(26, 26)

    def show_state(self, state: str) -> None:
        """Shows one of: todo, now, done."""
        if state != self._state:
            self._state = state
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        circle = QRectF(1, 1, 24, 24)
        if self._state == "done":
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(tokens.color("ok_soft"))
            painter.drawEllipse(circle)
            painter.drawPixmap(5, 5, pixmap("check", tokens.color("ok"), 16, self.devicePixelRatioF()))
        else:
            now = self._state == "now"
            painter.setPen(QPen(tokens.color("accent" if now else "line2"), 1.5))
            painter.setBrush(tokens.color("accent") if now else Qt.BrushStyle.NoBrush)
            painter.drawEllipse(circle)
            painter.setPen(tokens.color("on_accent" if now else "text2"))
            painter.setFont(theme.font("strong"))
            painter.drawText(circle, Qt.AlignmentFlag.AlignCenter, str(self._number))
        painter.end()


class Spinner(QWidget):
    """Work of unknown length: one turn a second."""

    def __init__(self, size: int = 20, parent: QWidget | None = None, tone: str = "accent_ink") -> None:
        super().__init__(parent)
        self.setFixedSize(size, size)
        self._tone, self._angle = tone, 0
        self._timer = QTimer(self, interval=40)
        self._timer.timeout.connect(self._turn)

    def _turn(self) -> None:
        self._angle = (self._angle + 15) % 360
        self.update()

    def showEvent(self, event: object) -> None:
        self._timer.start()

    def hideEvent(self, event: object) -> None:
        self._timer.stop()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        room = QRectF(self.rect()).adjusted(2, 2, -2, -2)
        tokens = theme.current()
        painter.setPen(QPen(tokens.color("line"), 2.5))
        painter.drawEllipse(room)
        painter.setPen(QPen(tokens.color(self._tone), 2.5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawArc(room, -self._angle * 16, 100 * 16)
        painter.end()
