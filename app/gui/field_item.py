"""The signature's box on the page: its geometry in mm, and how it is drawn."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QImage, QPainter, QPen

from app.gui import theme
from app.signing.placement import MINIMUM_SIZE, SignaturePlacement
from app.wording.language import text as _

HANDLES = ("nw", "n", "ne", "e", "se", "s", "sw", "w")
CROWDED_INK = "#A5231A"  # like the page's paper, the same in both themes
HIT = 12.0  # px to each side of a handle's centre: 24 × 24
CURSORS = {
    "move": Qt.CursorShape.SizeAllCursor,
    "nw": Qt.CursorShape.SizeFDiagCursor,
    "se": Qt.CursorShape.SizeFDiagCursor,
    "ne": Qt.CursorShape.SizeBDiagCursor,
    "sw": Qt.CursorShape.SizeBDiagCursor,
    "n": Qt.CursorShape.SizeVerCursor,
    "s": Qt.CursorShape.SizeVerCursor,
    "e": Qt.CursorShape.SizeHorCursor,
    "w": Qt.CursorShape.SizeHorCursor,
}


@dataclass(frozen=True, slots=True)
class Box:
    """A box in mm on a page of `page_size` mm; every change keeps it on the page and legible."""

    x: float
    y: float
    w: float
    h: float
    page_size: tuple[float, float]

    @classmethod
    def of(cls, placement: SignaturePlacement, page_size: tuple[float, float]) -> Box:
        """A placement on a page, made to fit it."""
        return cls(placement.x, placement.y, placement.w, placement.h, page_size).clamped()

    @classmethod
    def spanning(cls, start: QPointF, end: QPointF, page_size: tuple[float, float]) -> Box:
        """The box between two points; grown to the smallest legible size in the direction it was drawn."""
        width, height = page_size
        low_w, low_h = min(MINIMUM_SIZE[0], width), min(MINIMUM_SIZE[1], height)
        w, h = max(abs(end.x() - start.x()), low_w), max(abs(end.y() - start.y()), low_h)
        x = start.x() if end.x() >= start.x() else start.x() - w
        y = start.y() if end.y() >= start.y() else start.y() - h
        return cls(x, y, w, h, page_size).clamped()

    def clamped(self) -> Box:
        """The nearest box of legal size that lies on the page, to a tenth of a mm."""
        width, height = self.page_size
        w = min(max(self.w, min(MINIMUM_SIZE[0], width)), width)
        h = min(max(self.h, min(MINIMUM_SIZE[1], height)), height)
        x, y = min(max(self.x, 0.0), width - w), min(max(self.y, 0.0), height - h)
        return Box(_tenth(x, width - w), _tenth(y, height - h), _tenth(w, width), _tenth(h, height), self.page_size)

    def moved(self, dx: float, dy: float) -> Box:
        """Shifted as far as the page allows."""
        return replace(self, x=self.x + dx, y=self.y + dy).clamped()

    def resized(self, dw: float, dh: float) -> Box:
        """Larger or smaller at the right and the bottom, as far as the page allows."""
        width, height = self.page_size
        return replace(self, w=min(self.w + dw, width - self.x), h=min(self.h + dh, height - self.y)).clamped()

    def pulled(self, handle: str, to: QPointF) -> Box:
        """With one handle pulled to a point (mm); the opposite side stays where it is."""
        width, height = self.page_size
        low_w, low_h = min(MINIMUM_SIZE[0], width), min(MINIMUM_SIZE[1], height)
        left, top, right, bottom = self.x, self.y, self.x + self.w, self.y + self.h
        if "w" in handle:
            left = min(max(to.x(), 0.0), right - low_w)
        if "e" in handle:
            right = max(min(to.x(), width), left + low_w)
        if "n" in handle:
            top = min(max(to.y(), 0.0), bottom - low_h)
        if "s" in handle:
            bottom = max(min(to.y(), height), top + low_h)
        return Box(left, top, right - left, bottom - top, self.page_size).clamped()

    def placement(self, page: int) -> SignaturePlacement:
        """As the core takes it."""
        return SignaturePlacement(page, self.x, self.y, self.w, self.h)


def _tenth(value: float, limit: float) -> float:
    rounded = round(value, 1)
    return rounded if rounded <= limit else int(limit * 10) / 10


def handle_points(box: QRectF) -> dict[str, QPointF]:
    """The centres of the eight handles."""
    x = {"w": box.left(), "": box.center().x(), "e": box.right()}
    y = {"n": box.top(), "": box.center().y(), "s": box.bottom()}
    return {name: QPointF(x[name.strip("ns")], y[name.strip("ew")]) for name in HANDLES}


def hit(box: QRectF, point: QPointF, *, resizable: bool) -> str:
    """What a point (px) takes hold of: a handle, move, or nothing (""). Corners win over sides."""
    if resizable:
        points = handle_points(box)
        for name in sorted(HANDLES, key=len, reverse=True):
            apart = points[name] - point
            if abs(apart.x()) <= HIT and abs(apart.y()) <= HIT:
                return name
    return "move" if box.contains(point) else ""


def draw_field(
    painter: QPainter,
    box: QRectF,
    tag: str,
    preview: QImage | None,
    *,
    handles: bool,
    focused: bool,
    crowded: bool,
) -> None:
    """The chosen place (px): outline, preview, handles, tag with its size; `crowded`: there is text under it."""
    tokens = theme.current()
    blue = QColor(CROWDED_INK if crowded else tokens.handle)
    if crowded:
        tag = _("{size}  Over text", size=tag)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    if preview is not None:
        # the signature's ground is transparent in the file: what is under it stays visible here too
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Multiply)
        painter.drawImage(box, preview)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
    veil = QColor(blue)
    veil.setAlphaF(0.05 if preview is None else 0.02)
    painter.setBrush(veil)
    painter.setPen(QPen(blue, 1.5))
    painter.drawRect(box)
    if focused:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(blue, 2))
        painter.drawRoundedRect(box.adjusted(-9, -9, 9, 9), 6, 6)
    painter.setPen(QPen(blue, 1.5))
    painter.setBrush(QColor(tokens.paper))
    if handles:
        for name, point in handle_points(box).items():
            w, h = (11.0, 11.0) if len(name) == 2 else (18.0, 6.0) if name in "ns" else (6.0, 18.0)
            painter.drawRoundedRect(QRectF(point.x() - w / 2, point.y() - h / 2, w, h), 3, 3)
    _draw_tag(painter, box, tag, blue)


def _draw_tag(painter: QPainter, box: QRectF, tag: str, blue: QColor) -> None:
    font = theme.font("tiny")
    width = QFontMetrics(font).horizontalAdvance(tag) + 16
    room = painter.viewport()
    below = box.bottom() + 12 + 22 <= room.height()
    place = QRectF(box.left(), box.bottom() + 12 if below else box.top() - 34, width, 22)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(blue)
    painter.drawRoundedRect(place, 5, 5)
    painter.setPen(QColor("#FFFFFF"))
    painter.setFont(font)
    painter.drawText(place, Qt.AlignmentFlag.AlignCenter, tag)


def draw_empty_field(painter: QPainter, box: QRectF, *, hovered: bool) -> None:
    """A signature field that waits for a signature (px)."""
    blue = QColor(theme.current().handle)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    veil = QColor(blue)
    veil.setAlphaF(0.12 if hovered else 0.05)
    painter.setBrush(veil)
    pen = QPen(blue, 1.5, Qt.PenStyle.CustomDashLine)
    pen.setDashPattern([4, 3])
    painter.setPen(pen)
    painter.drawRect(box)
    painter.setFont(theme.font("tiny"))
    painter.setPen(blue)
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, _("Sign here"))


def tag_text(box: Box, *, moving: bool) -> str:
    """The tag's words: the size, or the place while it is moved."""
    if moving:
        return _("{x} / {y} mm", x=_number(box.x), y=_number(box.y))
    return _("Signature  {w} × {h} mm", w=_number(box.w), h=_number(box.h))


def spoken(box: Box, page: int, *, crowded: bool) -> str:
    """The field for a screen reader."""
    said = _(
        "Signature box, page {page}, {x} millimetres from the left, {y} from the top, {w} wide, {h} high",
        page=page,
        x=round(box.x),
        y=round(box.y),
        w=round(box.w),
        h=round(box.h),
    )
    return f"{said} {_('Over text')}" if crowded else said


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
