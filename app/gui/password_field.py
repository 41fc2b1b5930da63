"""A field for a password that keeps no copy of it: each key goes straight into a `Secret`, and dots are drawn.

QLineEdit is not used because its text, undo history and input context stay in memory. Paste in is allowed, copy
out, drag out and the input method are not; a screen reader hears how many characters there are, never which. A
platform that forces its input method upon every field is listened to all the same.

What is not taken is counted, not kept: it stands as red dots behind the others, one Backspace each, and until it is
gone the field is `spoilt`, because what is left of it is not what the person typed.
"""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterator

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QFontMetricsF,
    QGuiApplication,
    QHideEvent,
    QInputMethodEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QMenu, QSizePolicy, QWidget

from app.gui import theme
from app.gui.buttons import Button, KeyboardFocus
from app.gui.password_rules import CARD_RULE, Rule
from app.secret import Secret
from app.wording.language import text as _

REVEALED_MS = 10_000
_MAC = sys.platform == "darwin"
_MARGIN, _DOT, _PITCH, _HEIGHT = 18, 11.0, 19.0, 50


class PasswordField(QWidget):
    """Takes what is typed or pasted and shows dots; `take` hands it over.

    Signals: `changed` after every change; `refused` with the character that is not allowed, `overflowed` when more
    came than fits, both with whether it was pasted; `nothing_to_paste`: the clipboard holds no text. `entered` on
    Return; `caps_lock` when a letter shows that it is on (or off again), where capitals matter.
    """

    changed = Signal()
    refused = Signal(str, bool)
    overflowed = Signal(bool)
    nothing_to_paste = Signal()
    entered = Signal()
    caps_lock = Signal(bool)

    def __init__(self, parent: QWidget | None = None, rule: Rule = CARD_RULE) -> None:
        super().__init__(parent)
        self._rule = rule
        self._secret = Secret(rule.longest)
        self._untaken = 0  # characters typed from the first that was not taken on
        self._unpasted = False
        self._selected = False
        self._wrong = False
        self._caret = True
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.setCursor(Qt.CursorShape.IBeamCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(_HEIGHT)
        self.setAccessibleName(
            _("Signature password, 6 to 16 capital letters and digits") if rule.raises else _("Key file password")
        )
        self.eye = Button("", "ghost", "eye", self)
        self.eye.setAutoDefault(False)  # or else a Return anywhere in the dialog would press it
        self.eye.setCheckable(True)
        self.eye.setFixedSize(44, 44)
        self.eye.setAccessibleName(_("Show the password"))
        self.eye.setToolTip(_("Show the password"))
        self.eye.toggled.connect(self._eye_toggled)
        self._hide_again = QTimer(self, singleShot=True, interval=REVEALED_MS)
        self._hide_again.timeout.connect(self.conceal)
        self._blink = QTimer(self)
        self._blink.timeout.connect(self._toggle_caret)
        self._announce()

    def count(self) -> int:
        """How many characters there are."""
        with self._secret.view() as view:
            return sum(byte & 0xC0 != 0x80 for byte in view)  # those that begin one in UTF-8

    @property
    def secret(self) -> Secret:
        """What is typed so far, for looking at its kind; it stays the field's own."""
        return self._secret

    @property
    def spoilt(self) -> bool:
        """Whether it holds something else than the person typed or pasted; deleting, or pasting anew, mends it."""
        return bool(self._untaken) or self._unpasted

    @property
    def revealed(self) -> bool:
        """Whether the characters are shown in the clear."""
        return self.eye.isChecked()

    def take(self) -> Secret:
        """Hands over what was typed, which the receiver must wipe, and begins anew."""
        taken, self._secret = self._secret, Secret(self._rule.longest)
        self._untaken, self._unpasted = 0, False
        self._after_change()
        self.conceal()
        return taken

    def clear(self) -> None:
        """Wipes what was typed."""
        self._empty()
        self._after_change()
        self.conceal()

    def conceal(self) -> None:
        """Shows dots again."""
        self.eye.setChecked(False)

    def show_wrong(self, wrong: bool) -> None:
        """Draws the border in red, or as usual."""
        self._wrong = wrong
        self.update()

    # --- keys, clipboard and menu

    def keyPressEvent(self, event: QKeyEvent) -> None:
        KeyboardFocus.by_keyboard = True
        if event.matches(QKeySequence.StandardKey.Paste):
            self.paste()
        elif event.matches(QKeySequence.StandardKey.SelectAll):
            self._selected = bool(self._shown())
            self.update()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if not event.isAutoRepeat():  # a key that is held was meant for what was there before
                self.entered.emit()
        elif event.key() == Qt.Key.Key_Delete or (event.key() == Qt.Key.Key_Backspace and self._selected):
            self.clear()
        elif event.key() == Qt.Key.Key_Backspace:
            self._rub_out()
        elif _types(event):
            self._notice_caps_lock(event)
            self._type(event.text())
        else:
            super().keyPressEvent(event)  # copy and cut end here: nothing in this program answers them

    def paste(self) -> None:
        """Adds the clipboard's text as the rule trims it, wholly or not at all; replaces what is spoilt or selected."""
        longest, taken = self._rule.longest, self._rule.taken
        pasted = self._rule.trimmed(QGuiApplication.clipboard().text())
        anew = self._selected or self.spoilt
        room = longest - (0 if anew else len(self._secret))
        bad = next((character for character in pasted[: 4 * longest] if not taken(character)), None)
        fits = len(pasted) <= room and sum(len(taken(character)) for character in pasted) <= room
        if pasted and bad is None and fits:
            if anew:
                self._empty()
            self._type(pasted)
            return
        self._unpasted, self._selected = True, False
        self.update()
        if bad is not None:
            self.refused.emit(bad, True)
        elif pasted:
            self.overflowed.emit(True)
        else:
            self.nothing_to_paste.emit()

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        if event.commitString():
            self._type(event.commitString())
        event.accept()

    def _type(self, characters: str) -> None:
        if self._selected or not self._shown():
            self._empty()
        for index, character in enumerate(characters):
            taken = self._rule.taken(character)
            spoils = not taken or len(self._secret) + len(taken) > self._rule.longest
            if spoils or self.spoilt:
                if not self.spoilt:
                    self.overflowed.emit(False) if taken else self.refused.emit(character, False)
                self._untaken += len(characters) - index
                break
            for byte in taken:
                self._secret.append(byte)
        self._after_change()

    def _empty(self) -> None:
        self._secret.wipe()
        self._untaken, self._unpasted, self._selected = 0, False, False

    def _rub_out(self) -> None:
        """The last character, however many bytes it has; or the last of those that were not taken."""
        self._unpasted = False
        if self._untaken:
            self._untaken -= 1
        else:
            with self._secret.view() as view:
                size = next((index + 1 for index, byte in enumerate(reversed(view)) if byte & 0xC0 != 0x80), 0)
            for _byte in range(size):
                self._secret.pop()
        self._after_change()

    def _notice_caps_lock(self, event: QKeyEvent) -> None:
        letter = event.text()
        if not self._rule.raises and len(letter) == 1 and letter.isascii() and letter.isalpha():
            shifted = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self.caps_lock.emit(letter.isupper() != shifted)

    def _after_change(self) -> None:
        self._selected = False
        self._caret = True
        self._announce()
        self.update()
        self.changed.emit()

    def _announce(self) -> None:
        self.setAccessibleDescription(_("{n} characters entered", n=self._shown()))

    def _shown(self) -> int:
        """How many dots there are."""
        return self.count() + self._untaken

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(_("Paste"), self.paste)
        menu.addAction(_("Clear"), self.clear).setEnabled(bool(self._shown()))
        menu.popup(event.globalPos())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._selected = False
        self.update()

    # --- showing and hiding

    def _eye_toggled(self, shown: bool) -> None:
        self.eye.set_icon("eye-off" if shown else "eye")
        if shown:
            self._hide_again.start()
        else:
            self._hide_again.stop()
        self.update()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.WindowDeactivate:
            self.conceal()
        elif event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _types(event):
            event.accept()  # a letter is a letter here, not a key of the window
        return super().event(event)

    def hideEvent(self, event: QHideEvent) -> None:
        self.conceal()
        super().hideEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._caret = True
        flash = QGuiApplication.styleHints().cursorFlashTime()
        if flash > 0:
            self._blink.start(flash // 2)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._blink.stop()
        self._selected = False
        self.update()

    def _toggle_caret(self) -> None:
        self._caret = not self._caret
        self.update()

    # --- drawing

    def sizeHint(self) -> QSize:
        return QSize(400, _HEIGHT)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.eye.move(self.width() - self.eye.width() - 3, (self.height() - self.eye.height()) // 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme.current()
        focused = self.hasFocus()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = tokens.color("panel" if self.isEnabled() else "disabled")
        frame = QRectF(self.rect())
        if self._wrong and focused:  # red alone would not tell that the keyboard is here
            _draw_frame(painter, frame, QPen(tokens.color("accent_ink"), 2), ground)
            frame = frame.adjusted(3, 3, -3, -3)
        line = tokens.color("bad" if self._wrong else "accent_ink" if focused else "line2")
        _draw_frame(painter, frame, QPen(line, 2 if focused or self._wrong else 1), ground)
        painter.setClipRect(QRectF(_MARGIN - 6, 0, self._room() + 12, self.height()))
        end = self._draw_revealed(painter) if self.revealed else self._draw_dots(painter)
        if focused and self._caret:
            painter.fillRect(QRectF(end, 13, 2, self.height() - 26), tokens.color("accent_ink"))
        painter.end()

    def _room(self) -> float:
        """px for what is typed."""
        return self.width() - _MARGIN - self.eye.width() - 12

    def _draw_dots(self, painter: QPainter) -> float:
        shown = self._shown()
        left = self._begin(painter, shown * _PITCH)
        end = self._draw_row(painter, left, self.count(), "text")
        end = self._draw_row(painter, end, self._untaken, "bad")
        return end + (0 if shown else -2)

    def _draw_row(self, painter: QPainter, left: float, count: int, tone: str) -> float:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.current().color(tone))
        for index in range(count):
            middle = QPointF(left + index * _PITCH + _DOT / 2, self.height() / 2)
            painter.drawEllipse(middle, _DOT / 2, _DOT / 2)
        return left + count * _PITCH

    def _draw_revealed(self, painter: QPainter) -> float:
        font = theme.font("password")
        metrics = QFontMetricsF(font)
        narrow = metrics.horizontalAdvance("0")
        wide = sum(max(narrow, metrics.horizontalAdvance(each)) for each in self._characters())
        left = self._begin(painter, wide + self._untaken * _PITCH)
        painter.setFont(font)
        painter.setPen(theme.current().color("text"))
        for character in self._characters():
            width = max(narrow, metrics.horizontalAdvance(character))
            painter.drawText(QRectF(left, 0, width + 2, self.height()), Qt.AlignmentFlag.AlignVCenter, character)
            left += width
        return self._draw_row(painter, left, self._untaken, "bad")

    def _characters(self) -> Iterator[str]:
        """One by one: the whole never becomes a string."""
        with self._secret.view() as view:
            start = 0
            for end in range(1, len(view) + 1):
                if end == len(view) or view[end] & 0xC0 != 0x80:
                    yield str(view[start:end], "utf-8")
                    start = end

    def _begin(self, painter: QPainter, width: float) -> float:
        """Where text of this width begins, so that its end is seen; px. Draws the selection below it."""
        left = _MARGIN - max(0.0, width - self._room())
        if self._selected:
            selection = QRectF(left - 5, 11, width + 4, self.height() - 22)
            painter.fillRect(selection, theme.current().color("accent_soft"))
        return left


def _draw_frame(painter: QPainter, around: QRectF, pen: QPen, ground: QColor) -> None:
    inset = pen.widthF() / 2
    painter.setPen(pen)
    painter.setBrush(ground)
    painter.drawRoundedRect(around.adjusted(inset, inset, -inset, -inset), 8, 8)


def _types(event: QKeyEvent) -> bool:
    modifier, text = Qt.KeyboardModifier, event.text()
    held = event.modifiers() & (modifier.ControlModifier | modifier.MetaModifier | modifier.AltModifier)
    # AltGr is Ctrl and Alt on Windows, and Option makes letters on macOS: @, { and the like are typed with them
    third_level = (modifier.ControlModifier | modifier.AltModifier, *([modifier.AltModifier] if _MAC else []))
    command = held and held not in third_level
    return bool(text) and not command and all(unicodedata.category(each) != "Cc" for each in text)
