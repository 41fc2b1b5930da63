"""Buttons, and the ring that shows which of them has the keyboard."""

from __future__ import annotations

import weakref
from typing import ClassVar

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QGuiApplication,
    QIcon,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import QAbstractButton, QAbstractScrollArea, QPushButton, QWidget
from shiboken6 import isValid

from app.gui import theme
from app.gui.icons import icon, pixmap
from app.gui.labels import plain_tip, repolish

ICON_GAP = 4
FOLLOW_MS = 40
RING = 4  # px outside the widget: a gap of 2, a line of 2


class FocusRing(QWidget):
    """The ring round the widget that has the keyboard: 2 px, after a gap of 2 px.

    It lies over everything in the window (or in the scroll area), so that no parent cuts it off.
    """

    def __init__(self, widget: QWidget) -> None:
        ground = widget
        while (above := ground.parentWidget()) is not None:
            ground = above
            if above.isWindow() or isinstance(_grandparent(above), QAbstractScrollArea):
                break
        super().__init__(ground)
        self._around = weakref.ref(widget)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        # looked after by the clock: an event filter would be called for widgets that are being destroyed
        self._follow = QTimer(self, interval=FOLLOW_MS)
        self._follow.timeout.connect(self._fit)
        self._follow.start()
        self._fit()
        self.raise_()
        self.show()

    def _fit(self) -> None:
        widget, ground = self._around(), self.parentWidget()
        if widget is None or ground is None or not isValid(widget):
            self._follow.stop()
            self.deleteLater()
            return
        room = QRect(widget.mapTo(ground, QPoint(0, 0)), widget.size())
        self.setGeometry(room.adjusted(-RING, -RING, RING, RING))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(theme.current().accent_ink), 2))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 11, 11)
        painter.end()


def _grandparent(widget: QWidget) -> QWidget | None:
    parent = widget.parentWidget()
    return parent.parentWidget() if parent is not None else None


class KeyboardFocus:
    """Mixed in before a button's class: shows the ring where the keyboard, not the mouse, brought the focus, or where
    the program did for somebody whose hands are on the keyboard.

    Enter presses it as the space bar does.
    """

    by_keyboard: ClassVar[bool] = False
    """Whether it was the keyboard that was last used, as far as buttons and fields have seen; one for all of them."""
    _ring: FocusRing | None = None

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)  # type: ignore[misc]
        if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason):
            KeyboardFocus.by_keyboard = True
        elif event.reason() == Qt.FocusReason.MouseFocusReason:
            KeyboardFocus.by_keyboard = False
        if KeyboardFocus.by_keyboard:
            assert isinstance(self, QWidget)
            self._drop_ring()
            self._ring = FocusRing(self)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)  # type: ignore[misc]
        self._drop_ring()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        KeyboardFocus.by_keyboard = False
        self._drop_ring()
        super().mousePressEvent(event)  # type: ignore[misc]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        KeyboardFocus.by_keyboard = True
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and isinstance(self, QAbstractButton):
            if not event.isAutoRepeat():
                self.click()
            event.accept()
            return
        super().keyPressEvent(event)  # type: ignore[misc]

    def _drop_ring(self) -> None:
        if self._ring is not None and isValid(self._ring):
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

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._held and event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            return
        super().keyPressEvent(event)

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
