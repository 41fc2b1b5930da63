"""Pages one below the other, with zoom and scrolling. Only what is in view is drawn, however long the document."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QPainter, QResizeEvent, QTransform, QWheelEvent
from PySide6.QtWidgets import QFrame, QGraphicsScene, QGraphicsView, QWidget

from app.gui import theme
from app.gui.page_layout import EDGE, MM, PX_PER_PT, PageLayout, paper_shadow, snapped
from app.gui.page_pictures import PagePictures

STEPS = (0.25, 0.33, 0.5, 0.67, 0.75, 0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0, 4.0, 6.0, 8.0)
INK, INK_SAMPLES = 150, 160  # darker grey than this is ink; samples across a box
SETTLE_MS = 60  # a picture is asked for when a zoom has come to rest


class PageView(QGraphicsView):
    """Shows a document. Pages count from 1; scene unit is the point."""

    page_changed = Signal(int)
    zoom_changed = Signal(float)
    first_picture = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setScene(QGraphicsScene(self))
        # a viewport of our own: asked for one of Qt's making, PySide loads every widget class to find out its type
        self._port = QWidget()
        self.setViewport(self._port)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAcceptDrops(False)  # a graphics view swallows file drops; the window takes them
        self.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.AnchorUnderMouse)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.FullViewportUpdate)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.layout_ = PageLayout.of(())
        self.zoom = 1.0
        self.page = 1
        self._fit = True
        self._pictures: PagePictures | None = None
        self._shown = False
        self._visited = False
        self._settle = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settle.timeout.connect(self._wish)
        self.verticalScrollBar().valueChanged.connect(self._scrolled)
        self.horizontalScrollBar().valueChanged.connect(self._wish)

    # --- document ---------------------------------------------------------------------------------------

    def show_pages(self, layout: PageLayout, pictures: PagePictures) -> None:
        """Another document, from its first page on."""
        self.leave()
        self.layout_ = layout
        self._pictures = pictures
        self._shown = False
        pictures.arrived.connect(self._arrived)
        self.setSceneRect(layout.bounds)
        self._fit = True
        self._fit_width()
        self.page = 1
        self.go_to(1)
        self._visited = False
        self._wish()

    def leave(self) -> None:
        """No document."""
        if self._pictures is not None:
            self._pictures.close()
            self._pictures = None
        self.layout_ = PageLayout.of(())
        self.viewport().update()

    # --- where things are -------------------------------------------------------------------------------

    def page_px(self, page: int) -> QRectF:
        """A page's place in the viewport, snapped to device pixels so that it stays sharp."""
        return snapped(self.viewportTransform().mapRect(self.layout_.rect(page)), self.devicePixelRatioF())

    def page_mm(self, page: int) -> tuple[float, float]:
        """A page's size in mm as seen."""
        width, height = self.layout_.sizes[page - 1]
        return (width / MM, height / MM)

    def to_mm(self, page: int, point: QPointF) -> QPointF:
        """A point of the viewport in mm from the top left of a page."""
        corner, scale = self.page_px(page).topLeft(), self.transform().m11() * MM
        return QPointF((point.x() - corner.x()) / scale, (point.y() - corner.y()) / scale)

    def to_px(self, page: int, x: float, y: float, w: float, h: float) -> QRectF:
        """A box in mm on a page, in the viewport."""
        corner, scale = self.page_px(page).topLeft(), self.transform().m11() * MM
        return QRectF(corner.x() + x * scale, corner.y() + y * scale, w * scale, h * scale)

    def page_under(self, point: QPoint) -> int | None:
        """The page at a point of the viewport."""
        return self.layout_.page_at(self.mapToScene(point))

    def likely_page(self) -> int:
        """The page a person means who named none: the one gone to, else the last, where signatures usually stand."""
        return self.page if self._visited else self.layout_.pages

    def ink_under(self, page: int, x: float, y: float, w: float, h: float) -> float:
        """How much of a box (mm) the page's own ink takes, 0 to 1, as far as there is a picture of it."""
        picture = self._pictures.whole(page) if self._pictures is not None else None
        if picture is None:
            return 0.0
        scale = picture.scale * MM
        part = picture.image.copy(QRectF(x * scale, y * scale, w * scale, h * scale).toRect())
        part = part.scaledToWidth(min(part.width(), INK_SAMPLES)).convertToFormat(QImage.Format.Format_Grayscale8)
        grey, stride = bytes(cast(memoryview, part.constBits())), part.bytesPerLine()
        rows = (grey[row * stride : row * stride + part.width()] for row in range(part.height()))
        dark = sum(value < INK for row in rows for value in row)
        return dark / max(part.width() * part.height(), 1)

    # --- zoom and pages ---------------------------------------------------------------------------------

    def zoom_in(self) -> None:
        """The next larger step."""
        self.set_zoom(next((step for step in STEPS if step > self.zoom * 1.01), STEPS[-1]))

    def zoom_out(self) -> None:
        """The next smaller step."""
        self.set_zoom(next((step for step in reversed(STEPS) if step < self.zoom * 0.99), STEPS[0]))

    def fit_width(self) -> None:
        """As wide as the window, and so it stays when the window changes."""
        self._fit = True
        self._fit_width()

    def set_zoom(self, zoom: float) -> None:
        """1.0 is the size on paper, as far as the desktop knows its own density."""
        self._fit = False
        self._apply_zoom(zoom)

    def go_to(self, page: int) -> None:
        """Shows a page from its top."""
        if not self.layout_.pages:
            return
        page = min(max(page, 1), self.layout_.pages)
        top = self.layout_.rect(page).top() - EDGE / 2 if page > 1 else self.layout_.bounds.top()
        self.verticalScrollBar().setValue(round(top * self.transform().m22()))
        self._set_page(page)

    def reveal(self, page: int, x: float, y: float, w: float, h: float) -> None:
        """Scrolls so that a box (mm) is in view, if it is not."""
        rect = self.layout_.rect(page)
        scene = QRectF(rect.left() + x * MM, rect.top() + y * MM, w * MM, h * MM)
        self.ensureVisible(scene, 40, 60)

    def _fit_width(self) -> None:
        width = self.viewport().width()
        if self.layout_.pages and width > 2:
            top = self.mapToScene(QPoint(0, 0)).y()
            self._apply_zoom(self.layout_.fitting_zoom(width))
            self.verticalScrollBar().setValue(round(top * self.transform().m22()))

    def _apply_zoom(self, zoom: float) -> None:
        zoom = min(max(zoom, 0.1), STEPS[-1])
        if zoom != self.zoom or self.transform().m11() != zoom * PX_PER_PT:
            self.zoom = zoom
            self.setTransform(QTransform.fromScale(zoom * PX_PER_PT, zoom * PX_PER_PT))
            self.zoom_changed.emit(zoom)
        self._settle.start()

    # --- drawing ----------------------------------------------------------------------------------------

    def drawBackground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        tokens = theme.current()
        painter.save()
        painter.setWorldTransform(QTransform())
        painter.fillRect(self.viewport().rect(), tokens.color("canvas"))
        for page in self.pages_in_view():
            self._draw_page(painter, page)
        painter.restore()

    def _draw_page(self, painter: QPainter, page: int) -> None:
        place = self.page_px(page)
        if not theme.current().dark:
            for shade in paper_shadow(place):
                painter.fillRect(shade, QColor(0, 0, 0, theme.SHADOW))
        painter.fillRect(place, QColor(theme.current().paper))
        if self._pictures is None:
            return
        scale = self.device_scale()
        picture = self._pictures.whole(page)
        if picture is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, picture.scale != scale)
            painter.drawImage(place, picture.image)
            if not self._shown:
                self._shown = True
                QTimer.singleShot(0, self.first_picture.emit)
        detail = self._pictures.detail(page, scale)
        if detail is not None and detail.clip is not None:
            ratio = self.devicePixelRatioF()
            clip = detail.clip
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
            part = QRectF(
                place.left() + clip.x() / ratio,
                place.top() + clip.y() / ratio,
                detail.image.width() / ratio,
                detail.image.height() / ratio,
            )
            painter.drawImage(part, detail.image)

    def device_scale(self) -> float:
        """Device pixels a point."""
        return self.transform().m11() * self.devicePixelRatioF()

    def pages_in_view(self) -> range:
        """The pages of which something can be seen."""
        shown = self.mapToScene(self.viewport().rect()).boundingRect()
        return self.layout_.between(shown.top(), shown.bottom())

    def _wish(self) -> None:
        if self._pictures is None:
            return
        pages = self.pages_in_view()
        scale, ratio = self.device_scale(), self.devicePixelRatioF()
        near = [page for page in (pages.start - 1, pages.stop) if 1 <= page <= self.layout_.pages]
        for page in [
            *near,
            *(page for page in pages if page != self.page),
            *(page for page in pages if page == self.page),
        ]:
            place = self.page_px(page)
            seen = QRectF(self.viewport().rect()).intersected(place).translated(-place.topLeft())
            clip = QRectF(seen.topLeft() * ratio, seen.size() * ratio).toAlignedRect()
            self._pictures.wish(page, scale, self.layout_.sizes[page - 1], clip if page in pages else None)

    def _arrived(self, page: int) -> None:
        if page in self.pages_in_view():
            self.viewport().update()

    # --- events -----------------------------------------------------------------------------------------

    def _scrolled(self) -> None:
        if self.layout_.pages:
            middle = self.mapToScene(self.viewport().rect().center()).y()
            self._set_page(self.layout_.nearest(middle))
        self._settle.start() if self._settle.isActive() else self._wish()

    def _set_page(self, page: int) -> None:
        if page != self.page:
            self.page = page
            self._visited = True
            self.page_changed.emit(page)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._fit:
            self._fit_width()
        else:
            self._settle.start()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.set_zoom(self.zoom * 1.0015 ** event.angleDelta().y())
            event.accept()
        else:
            super().wheelEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_PageDown, Qt.Key.Key_PageUp) and not event.modifiers():
            self.go_to(self.page + (1 if key == Qt.Key.Key_PageDown else -1))
        elif key == Qt.Key.Key_Home:
            self.go_to(1)
        elif key == Qt.Key.Key_End:
            self.go_to(self.layout_.pages)
        else:
            super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        return QSize(600, 600)
