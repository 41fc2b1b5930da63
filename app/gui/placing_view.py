"""The pages, and on them the place of the signature: drawn, moved and resized by mouse or keyboard."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QImage, QKeyEvent, QMouseEvent, QPainter, QTransform
from PySide6.QtWidgets import QWidget

from app.gui.field_item import CURSORS, Box, draw_empty_field, draw_field, hit, spoken, tag_text
from app.gui.page_view import PageView
from app.signing.placement import SignaturePlacement, suggested
from app.wording.language import text as _

if TYPE_CHECKING:
    from app.document.facts import SignatureField

NO_PLACE, BOX, FIELD, INVISIBLE = "no-place", "box", "field", "invisible"  # where a signature may go
CROWDED = 0.02  # of the box: more ink of the page under it is text
DRAG_PX = 6  # less is a click
SPEAK_MS = 400
ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


class PlacingView(PageView):
    """`page_of_box` and `box` are the chosen place, `field` the chosen empty field of the document."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.page_of_box = 0
        self.box: Box | None = None
        self.field: SignatureField | None = None
        self._fields: tuple[SignatureField, ...] = ()
        self._open = False
        self._free = True
        self._preview: QImage | None = None
        self._grip = ""
        self._start = QPointF()
        self._before: tuple[int, Box | None, SignatureField | None] = (0, None, None)
        self._hovered: SignatureField | None = None
        self._keyed = False  # the ring round the box is for people at the keyboard
        self._speak = QTimer(self, singleShot=True, interval=SPEAK_MS)
        self._speak.timeout.connect(self._describe)
        self.viewport().setMouseTracking(True)

    # --- what is chosen ---------------------------------------------------------------------------------

    def allow(self, *, placing: bool, new_box: bool = True, fields: Sequence[SignatureField] = ()) -> None:
        """Whether a place may be chosen, by a new box too, and which empty fields there are."""
        self._open, self._free = placing, new_box
        self._fields = tuple(field for field in fields if field.visible)
        self.viewport().setCursor(Qt.CursorShape.ArrowCursor)
        self.viewport().update()

    def where(self, *, invisible: bool) -> str:
        """Where the signature goes: field, box, else invisible where that was chosen, else no-place."""
        if self.field is not None:
            return FIELD
        if self.box is not None:
            return BOX
        return INVISIBLE if invisible else NO_PLACE

    def place_words(self, where: str) -> str:
        """The same in a few words; empty where no place is chosen."""
        return {
            FIELD: _("Page {page}, the prepared field", page=self.page_of_box),
            BOX: _("On page {page}", page=self.page_of_box),
            INVISIBLE: _("Nothing is shown on the page"),
        }.get(where, "")

    def place(self, page: int, box: Box) -> None:
        """Chooses a box."""
        self.page_of_box, self.box, self.field = page, box, None
        self._told()

    def place_bottom_right(self) -> None:
        """Chooses the usual place on the page gone to, else on the last."""
        if self._open and self._free and self.layout_.pages:
            page = self.likely_page()
            placement = suggested(page, *self.page_mm(page))
            self.place(page, Box.of(placement, self.page_mm(page)))
            self.reveal(page, placement.x, placement.y, placement.w, placement.h)
            self.setFocus(Qt.FocusReason.OtherFocusReason)

    def choose_field(self, field: SignatureField) -> None:
        """Chooses an empty field of the document."""
        assert field.page is not None
        assert field.box is not None
        self.page_of_box, self.field = field.page, field
        self.box = Box(*field.box, self.page_mm(field.page))
        self.reveal(field.page, *field.box)
        self._told()

    def remove(self) -> None:
        """Chooses nothing."""
        self.page_of_box, self.box, self.field = 0, None, None
        self._preview = None
        self._told()

    def show_preview(self, image: QImage | None) -> None:
        """What the signature will look like."""
        self._preview = image
        self.viewport().update()

    @property
    def placement(self) -> SignaturePlacement | None:
        """The chosen box as the core takes it; None for an empty field or nothing."""
        return self.box.placement(self.page_of_box) if self.box is not None and self.field is None else None

    def _told(self) -> None:
        self.viewport().update()
        self._speak.start()
        self.changed.emit()

    def _describe(self) -> None:
        self.setAccessibleDescription(
            spoken(self.box, self.page_of_box, crowded=self._crowded()) if self.box is not None else ""
        )

    # --- drawing ----------------------------------------------------------------------------------------

    def drawForeground(self, painter: QPainter, rect: object) -> None:
        painter.save()
        painter.setWorldTransform(QTransform())
        if self._open:
            in_view = self.pages_in_view()
            for field in self._fields:
                if field is not self.field and field.page in in_view and field.page and field.box:
                    draw_empty_field(painter, self.to_px(field.page, *field.box), hovered=field is self._hovered)
        if self.box is not None and self._open:
            draw_field(
                painter,
                self._box_px(),
                tag_text(self.box, moving=self._grip == "move"),
                self._preview,
                handles=self.field is None,
                focused=self._keyed and self.hasFocus(),
                crowded=self._crowded(),
            )
        painter.restore()

    def _crowded(self) -> bool:
        """Whether the box seems to lie over text; a field of the document may have its own lines."""
        box = self.box
        if box is None or self.field is not None:
            return False
        return self.ink_under(self.page_of_box, box.x, box.y, box.w, box.h) > CROWDED

    def _box_px(self) -> QRectF:
        box = self.box
        assert box is not None
        return self.to_px(self.page_of_box, box.x, box.y, box.w, box.h)

    # --- mouse ------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if not self._open or event.button() != Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)
            return
        self._keyed = False
        point = event.position()
        self._before = (self.page_of_box, self.box, self.field)
        self._start = point
        grip = self._grip_at(point)
        if grip:
            self._grip = grip
        elif self._field_at(point) is not None:
            self._grip = "field"
        elif self._free and self.page_under(point.toPoint()) is not None:
            self._grip = "draw"
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        point = event.position()
        if not self._grip:
            self._show_cursor(point)
            super().mouseMoveEvent(event)
            return
        far = (point - self._start).manhattanLength() >= DRAG_PX
        if self._grip == "draw" and far:
            page = self.page_under(self._start.toPoint())
            if page is not None:
                start, end = self.to_mm(page, self._start), self.to_mm(page, point)
                self._preview = None
                self.place(page, Box.spanning(start, end, self.page_mm(page)))
        elif self._grip == "move" and self._before[1] is not None and self.field is None:
            shift = self.to_mm(self.page_of_box, point) - self.to_mm(self.page_of_box, self._start)
            self.place(self.page_of_box, self._before[1].moved(shift.x(), shift.y()))
        elif self._grip in CURSORS and self._before[1] is not None and self.field is None:
            self.place(self.page_of_box, self._before[1].pulled(self._grip, self.to_mm(self.page_of_box, point)))
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        grip, self._grip = self._grip, ""
        if grip == "field":
            field = self._field_at(event.position())
            if field is not None:
                self.choose_field(field)
        elif not grip:
            super().mouseReleaseEvent(event)
        self._show_cursor(event.position())
        self.viewport().update()

    def _grip_at(self, point: QPointF) -> str:
        if self.box is None:
            return ""
        return hit(self._box_px(), point, resizable=self.field is None)

    def _field_at(self, point: QPointF) -> SignatureField | None:
        for field in self._fields:
            if (
                field is not self.field
                and field.page
                and field.box
                and self.to_px(field.page, *field.box).contains(point)
            ):
                return field
        return None

    def _show_cursor(self, point: QPointF) -> None:
        if not self._open:
            return
        grip = self._grip_at(point)
        hovered = None if grip else self._field_at(point)
        if hovered is not self._hovered:
            self._hovered = hovered
            self.viewport().update()
        if grip:
            shape = CURSORS[grip] if self.field is None else Qt.CursorShape.ArrowCursor
        elif hovered is not None:
            shape = Qt.CursorShape.PointingHandCursor
        elif self._free and self.page_under(point.toPoint()) is not None:
            shape = Qt.CursorShape.CrossCursor
        else:
            shape = Qt.CursorShape.ArrowCursor
        self.viewport().setCursor(shape)

    # --- keyboard ---------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self._keyed = True
        if not (self._open and self._key(event)):
            super().keyPressEvent(event)

    def _key(self, event: QKeyEvent) -> bool:
        """Whether the key was about the field."""
        key, modifiers = Qt.Key(event.key()), event.modifiers()
        if key == Qt.Key.Key_Escape and self._grip:
            self._grip = ""
            self.page_of_box, self.box, self.field = self._before
            self._told()
            return True
        if key == Qt.Key.Key_N and not modifiers:
            self.place_bottom_right()
            return True
        if self.box is None:
            return False
        if key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.remove()
            return True
        if self.field is not None:
            return False
        if key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown) and modifiers & Qt.KeyboardModifier.AltModifier:
            self._to_page(self.page_of_box + (1 if key == Qt.Key.Key_PageDown else -1))
            return True
        if key in ARROWS:
            step = 5 if modifiers & Qt.KeyboardModifier.ControlModifier else 1
            dx, dy = (way * step for way in ARROWS[key])
            resize = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
            box = self.box.resized(dx, dy) if resize else self.box.moved(dx, dy)
            self.place(self.page_of_box, box)
            self.reveal(self.page_of_box, box.x, box.y, box.w, box.h)
            return True
        return False

    def _to_page(self, page: int) -> None:
        if self.box is not None and 1 <= page <= self.layout_.pages:
            size = self.page_mm(page)
            box = Box(self.box.x, self.box.y, self.box.w, self.box.h, size).clamped()
            self.place(page, box)
            self.reveal(page, box.x, box.y, box.w, box.h)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._keyed = event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = None
        self.viewport().update()
        super().leaveEvent(event)

    def page_name(self, title: str) -> str:
        """The page area for a screen reader."""
        return _("Page {page} of {pages}, {title}", page=self.page, pages=self.layout_.pages, title=title)
