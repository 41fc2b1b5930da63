"""The parts that all windows are made of. Every text is drawn as plain text: Qt would read foreign names as HTML."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFontMetrics,
    QGuiApplication,
    QIcon,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import (
    QBoxLayout,
    QButtonGroup,
    QFocusFrame,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QRadioButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app.gui import theme
from app.gui.icons import icon, pixmap

ICON_GAP = 4
BANNER_ICONS = {"info": "info", "ok": "circle-check", "warn": "triangle-alert", "bad": "circle-x", "neutral": "info"}


def repolish(widget: QWidget) -> None:
    """Lets the style sheet look again at the dynamic properties of a widget."""
    if not widget.testAttribute(Qt.WidgetAttribute.WA_WState_Polished):
        return  # not shown yet: it will be looked at then
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    widget.update()


class Label(QLabel):
    """One line (or fixed lines) of plain text in a role of the type scale and a colour token."""

    def __init__(self, text: str = "", role: str = "body", tone: str = "text", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.role, self.tone = role, tone
        self.setFont(theme.font(role))
        self.setProperty("tone", tone)
        self.setMinimumHeight(theme.line_height(role))
        self.setText(text)

    def set_tone(self, tone: str) -> None:
        """Changes the colour token."""
        if tone != self.tone:
            self.tone = tone
            self.setProperty("tone", tone)
            repolish(self)


class Paragraph(Label):
    """Wrapping plain text with a line height of 150 %."""

    def __init__(self, text: str = "", role: str = "caption", tone: str = "text2", parent: QWidget | None = None):
        super().__init__(text, role, tone, parent)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAlignment(Qt.AlignmentFlag.AlignLeft)

    def _layout(self, width: int) -> tuple[QTextLayout, int]:
        pitch = round(theme.ROLES[self.role][0] * 1.5)
        layout = QTextLayout(self.text().replace("\n", "\u2028"), theme.font(self.role))
        option = QTextOption(self.alignment())
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        layout.setTextOption(option)
        layout.beginLayout()
        top = 0
        while (line := layout.createLine()).isValid():
            line.setLineWidth(max(width, 1))
            line.setPosition(QPointF(0, top + (pitch - line.height()) / 2))
            top += pitch
        layout.endLayout()
        return layout, top

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._layout(width)[1]

    def setText(self, text: str) -> None:
        super().setText(text)
        self._take_room()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._take_room()

    def _take_room(self) -> None:
        # layouts ask for a height at a width, scroll areas only for the smallest height: tell both
        if self.testAttribute(Qt.WidgetAttribute.WA_Resized) or self.isVisible():
            self.setMinimumHeight(self.heightForWidth(self.width()))

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(theme.font(self.role))
        natural = max((metrics.horizontalAdvance(line) for line in self.text().split("\n")), default=0) + 2
        width = self.width() if self.testAttribute(Qt.WidgetAttribute.WA_WState_Created) else min(natural, 280)
        return QSize(min(natural, 280), self.heightForWidth(max(width, 80)))

    def minimumSizeHint(self) -> QSize:
        return QSize(40, theme.line_height(self.role))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(theme.current().color(self.tone))
        self._layout(self.width())[0].draw(painter, QPointF(0, 0))
        painter.end()


class ElidedLabel(Label):
    """One line that is shortened in the middle when it does not fit; the whole text is the tool tip then."""

    def __init__(self, text: str = "", role: str = "body", tone: str = "text", parent: QWidget | None = None) -> None:
        super().__init__(text, role, tone, parent)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def minimumSizeHint(self) -> QSize:
        return QSize(60, theme.line_height(self.role))

    def sizeHint(self) -> QSize:
        width = QFontMetrics(self.font()).horizontalAdvance(self.text())
        return QSize(width + 2, theme.line_height(self.role))

    def paintEvent(self, event: QPaintEvent) -> None:
        shown = QFontMetrics(self.font()).elidedText(self.text(), Qt.TextElideMode.ElideMiddle, self.width())
        tip = self.text() if shown != self.text() else ""
        if tip != self.toolTip():
            self.setToolTip(plain_tip(tip))
        painter = QPainter(self)
        painter.setFont(self.font())
        painter.setPen(theme.current().color(self.tone))
        painter.drawText(self.rect(), int(self.alignment() | Qt.AlignmentFlag.AlignVCenter), shown)
        painter.end()


def plain_tip(text: str) -> str:
    """A tool tip that Qt cannot take for HTML."""
    return text.replace("&", "&amp;").replace("<", "&lt;").join(("<span>", "</span>")) if "<" in text else text


class FocusRing(QFocusFrame):
    """The ring round the widget that has the keyboard: 2 px, after a gap of 2 px."""

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(theme.current().accent_ink), 2))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 10, 10)
        painter.end()


class KeyboardFocus:
    """Mixed in before a widget's class: shows the ring while the keyboard, not the mouse, brought the focus."""

    _ring: FocusRing | None = None

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)  # type: ignore[misc]
        if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason):
            assert isinstance(self, QWidget)
            self._ring = FocusRing(self)
            self._ring.setWidget(self)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)  # type: ignore[misc]
        if self._ring is not None:
            self._ring.hide()
            self._ring.deleteLater()
            self._ring = None


class Button(KeyboardFocus, QPushButton):
    """A push button of a kind: primary, big, default, ghost, link, destructive.

    `hold(reason)` disables its action but keeps it in the focus order, with the reason as tool tip and description.
    """

    def __init__(
        self, text: str = "", kind: str = "default", icon_name: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(text, parent)
        self.kind, self.icon_name = kind, icon_name
        self._held = False
        self.setProperty("kind", kind)
        self.setFont(theme.font("h2" if kind == "big" else "strong" if kind == "primary" else "body"))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        if not text and kind == "ghost":
            self.setFixedWidth(40)
            self.setStyleSheet("padding: 0;")
        self._draw_icon()

    def setText(self, text: str) -> None:
        super().setText(text)
        self._draw_icon()

    def set_icon(self, name: str) -> None:
        """Shows another icon."""
        if name != self.icon_name:
            self.icon_name = name
            self._draw_icon()
            if not name:
                self.setIcon(QIcon())

    def hold(self, reason: str) -> None:
        """Makes the button inert for a reason; an empty reason frees it."""
        held = bool(reason)
        self.setToolTip(plain_tip(reason))
        self.setAccessibleDescription(reason)
        if held != self._held:
            self._held = held
            self.setProperty("off", "true" if held else "")
            self.setCursor(Qt.CursorShape.ArrowCursor if held else Qt.CursorShape.PointingHandCursor)
            repolish(self)
            self._draw_icon()

    @property
    def held(self) -> bool:
        """Whether `hold` keeps it from acting."""
        return self._held

    def nextCheckState(self) -> None:
        if not self._held:
            super().nextCheckState()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if not self._held:
            super().mousePressEvent(event)

    def keyPressEvent(self, event: object) -> None:
        if self._held and event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):  # type: ignore[attr-defined]
            return
        super().keyPressEvent(event)  # type: ignore[arg-type]

    def animateClick(self) -> None:
        if not self._held:
            super().animateClick()

    def setEnabled(self, enabled: bool) -> None:
        super().setEnabled(enabled)
        self._draw_icon()

    def theme_changed(self) -> None:
        """Draws the icon in the new colours."""
        self._draw_icon()

    def _draw_icon(self) -> None:
        if not self.icon_name:
            return
        tokens = theme.current()
        by_kind = {"primary": "on_accent", "big": "on_accent", "link": "accent_ink", "destructive": "bad"}
        token = "disabled_text" if self._held or not self.isEnabled() else by_kind.get(self.kind, "text")
        size = {"big": 22, "link": 16}.get(self.kind, 20)
        gap = ICON_GAP if self.text() else 0
        color = tokens.color(token)
        self.setIcon(_with_gap(self.icon_name, color, size, gap) if gap else icon(self.icon_name, color, size))
        self.setIconSize(QSize(size + gap, size))


def _with_gap(name: str, color: QColor, size: int, gap: int) -> QIcon:
    """An icon with room at its right: the style puts the text too near."""
    made = QIcon()
    for ratio in sorted({1.0, 2.0, *(screen.devicePixelRatio() for screen in QGuiApplication.screens())}):
        wide = QPixmap(round((size + gap) * ratio), round(size * ratio))
        wide.fill(Qt.GlobalColor.transparent)
        painter = QPainter(wide)
        drawn = pixmap(name, color, size, ratio)
        painter.drawPixmap(QRect(0, 0, wide.height(), wide.height()), drawn)
        painter.end()
        wide.setDevicePixelRatio(ratio)
        made.addPixmap(wide)
    return made


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


class Card(QFrame):
    """A framed group on the window's ground; `box=True` is the sunken information box without a frame."""

    def __init__(self, parent: QWidget | None = None, *, box: bool = False) -> None:
        super().__init__(parent)
        self.setProperty("kind", "box" if box else "card")
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(*((14, 12, 14, 12) if box else (18, 16, 18, 16)))
        self.body.setSpacing(4)


class Divider(QFrame):
    """A line of one pixel."""

    def __init__(self, parent: QWidget | None = None, *, vertical: bool = False) -> None:
        super().__init__(parent)
        self.setProperty("kind", "divider")
        if vertical:
            self.setFixedWidth(1)
        else:
            self.setFixedHeight(1)


class TriesBars(QWidget):
    """How often the password may still be tried: bars, so that nobody reads them as password dots."""

    def __init__(self, total: int = 5, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._total, self._left = total, 0
        self._neutral = False
        self.setFixedSize(total * 14 - 4, 8)

    def show_left(self, left: int, *, neutral: bool = False) -> None:
        """Shows `left` filled bars; `neutral` draws them grey while there are plenty."""
        self._left, self._neutral = left, neutral
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme.current()
        full = "bad" if self._left <= 2 else "text2" if self._neutral else "ok"
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


class Banner(QFrame):
    """A message that stays: icon, bold title in the ink of its kind, text, buttons. Kinds: info, ok, warn, bad."""

    def __init__(self, kind: str = "info", title: str = "", text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 12, 14, 12)
        row.setSpacing(10)
        self._picture = Picture(BANNER_ICONS[kind], "text", 20)
        row.addWidget(self._picture, 0, Qt.AlignmentFlag.AlignTop)
        self._column = QVBoxLayout()
        self._column.setSpacing(2)
        row.addLayout(self._column, 1)
        self._title = Paragraph(role="h3")
        self._text = Paragraph(tone="text")
        self._column.addWidget(self._title)
        self._column.addWidget(self._text)
        self._buttons = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._buttons.setContentsMargins(0, 8, 0, 0)
        self._buttons.setSpacing(8)
        self._buttons.addStretch(1)
        self._kind = kind
        self.show_message(kind, title, text)

    def show_message(self, kind: str, title: str, text: str = "") -> None:
        """Says something else, and announces it to a screen reader when the banner is already in view."""
        self._kind = kind
        ink = {"info": "accent_ink", "neutral": "text2"}.get(kind, kind)
        self._picture.show_icon(BANNER_ICONS[kind], ink)
        self._title.setText(title)
        self._title.set_tone(ink)
        self._text.setText(text)
        self._text.setVisible(bool(text))
        self.setAccessibleName(f"{title} {text}".strip())
        self.update()
        if self.isVisible():
            self._announce()

    def add_button(self, text: str, slot: Callable[[], object], kind: str = "default") -> Button:
        """A button below the text; `slot` is a bound method."""
        made = Button(text, kind)
        made.clicked.connect(slot)
        if self._buttons.count() == 1:
            self._column.addLayout(self._buttons)
        self._buttons.insertWidget(self._buttons.count() - 1, made)
        return made

    def title(self) -> str:
        """The bold line."""
        return self._title.text()

    def showEvent(self, event: object) -> None:
        self._announce()

    def _announce(self) -> None:
        from PySide6.QtGui import QAccessible, QAccessibleEvent

        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    def paintEvent(self, event: QPaintEvent) -> None:
        _ink, soft, line = theme.current().kind(self._kind)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(line, 1))
        painter.setBrush(soft)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 10, 10)
        painter.end()


class Tile(KeyboardFocus, QPushButton):
    """A large button with a picture, a title, a caption and an arrow."""

    def __init__(self, icon_name: str, title: str, caption: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "tile")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(title)
        self.setAccessibleDescription(caption)
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(16, 14, 14, 14)
        row.setSpacing(12)
        row.addWidget(Picture(icon_name, "accent_ink", 22), 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(Label(title, "h3"))
        words.addWidget(Paragraph(caption))
        row.addLayout(words, 1)
        row.addWidget(Picture("chevron-right", "text2", 18))
        for child in self.findChildren(QWidget):
            child.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._row.totalHeightForWidth(width)

    def sizeHint(self) -> QSize:
        return QSize(280, self._row.totalHeightForWidth(max(self.width(), 240)))

    minimumSizeHint = sizeHint


class Segmented(QWidget):
    """Two to six short choices side by side; the arrow keys move between them."""

    chosen = Signal(str)

    def __init__(self, choices: Sequence[tuple[str, str]], current: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        self._group = QButtonGroup(self)
        self._values: list[str] = []
        for number, (value, text) in enumerate(choices):
            button = Chip(text)
            button.setChecked(value == current)
            self._group.addButton(button, number)
            self._values.append(value)
            row.addWidget(button)
        self._group.idClicked.connect(self._clicked)

    def _clicked(self, number: int) -> None:
        self.chosen.emit(self._values[number])


class Chip(KeyboardFocus, QRadioButton):
    """One choice of a segmented control; a radio button, so that arrow keys and screen readers know it."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.setProperty("kind", "chip")
        self.setFont(theme.font("caption"))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFixedHeight(32)
        self.setFixedWidth(QFontMetrics(theme.font("caption-strong")).horizontalAdvance(text) + 24)

    def hitButton(self, position: QPoint) -> bool:
        return self.rect().contains(position)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        room = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        if self.isChecked() or self.underMouse():
            painter.setPen(tokens.color("line") if self.isChecked() else Qt.PenStyle.NoPen)
            painter.setBrush(tokens.color("panel" if self.isChecked() and not tokens.dark else "hover"))
            painter.drawRoundedRect(room, 8, 8)
        painter.setPen(tokens.color("accent_ink" if self.isChecked() else "text2"))
        painter.setFont(theme.font("caption-strong" if self.isChecked() else "caption"))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())
        painter.end()
