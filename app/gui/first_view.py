"""What is seen first: the window's areas in their colours, and the first page as soon as there is a picture of it.

It stands where the real page will stand, to the pixel, until everything else is built. Every fill is a picture of
one pixel, stretched: asked for a brush or for `Qt`, PySide makes all of that namespace's enumerations, which takes
as long as the rest of the first paint together.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QTimer, Signal
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QWidget

from app.gui import theme

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent, QResizeEvent

    from app.gui.page_layout import PageLayout
    from app.gui.page_pictures import PagePictures

STRIP, TOOLBAR, LINE = 32, 56, 1  # px
SIDE, NARROW_SIDE, NARROW = 364, 340, 1024  # the panel beside the pages, and in windows narrower than this
SCROLL_BAR = 12


class FirstView(QWidget):
    """The window before it is built. `page_painted` tells, once, that the first page can be read."""

    page_painted = Signal()

    def __init__(self, *, demo: bool, document: bool) -> None:
        super().__init__()
        self._top = STRIP if demo else 0
        self._document = document
        self._page: tuple[PageLayout, PagePictures] | None = None
        self._told = False

    def show_pages(self, layout: PageLayout, pictures: PagePictures) -> None:
        """Asks for the first page and paints it when it is there."""
        self._page = (layout, pictures)
        pictures.arrived.connect(self._arrived)
        self._wish(layout, pictures)

    def page_place(self, layout: PageLayout) -> tuple[QRectF, float]:
        """The first page's place in this widget, and its scale in px per pt."""
        from app.gui.page_layout import PX_PER_PT, snapped

        canvas = self._canvas()
        scale = layout.fitting_zoom(int(canvas.width())) * PX_PER_PT
        if layout.bounds.height() * scale > canvas.height():
            scale = layout.fitting_zoom(int(canvas.width()) - SCROLL_BAR) * PX_PER_PT
        return snapped(layout.first_place(canvas, scale), self.devicePixelRatioF()), scale

    def _canvas(self) -> QRectF:
        top = self._top + TOOLBAR + LINE
        return QRectF(0, top, self.width() - side_width(self.width()) - LINE, self.height() - top)

    def _wish(self, layout: PageLayout, pictures: PagePictures) -> None:
        scale = self.page_place(layout)[1] * self.devicePixelRatioF()
        pictures.wish(1, scale, layout.sizes[0], None)

    def _arrived(self, _page: int) -> None:
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._page is not None:
            self._wish(*self._page)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme.current()
        width, height, top = self.width(), self.height(), self._top
        painter = QPainter(self)
        if top:
            painter.drawImage(QRectF(0, 0, width, top), _ink(tokens.warn_soft))
            painter.drawImage(QRectF(0, top - LINE, width, LINE), _ink(tokens.warn_line))
        if self._document:
            painter.drawImage(QRectF(0, top, width, height - top), _ink(tokens.panel))
            canvas = self._canvas()
            painter.drawImage(QRectF(0, top + TOOLBAR, width, LINE), _ink(tokens.line))
            painter.drawImage(QRectF(canvas.right(), canvas.top(), LINE, canvas.height()), _ink(tokens.line))
            painter.drawImage(canvas, _ink(tokens.canvas))
            if self._page is not None:
                self._paint_page(painter, canvas, *self._page)
        else:
            painter.drawImage(QRectF(0, top, width, height - top), _ink(tokens.win))
        painter.end()

    def _paint_page(self, painter: QPainter, canvas: QRectF, layout: PageLayout, pictures: PagePictures) -> None:
        from app.gui.page_layout import paper_shadow

        picture = pictures.whole(1)
        if picture is None:
            return
        place = self.page_place(layout)[0]
        painter.setClipRect(canvas)
        for shade in paper_shadow(place) if not theme.current().dark else ():
            painter.drawImage(shade, _ink("#000000", theme.SHADOW))
        painter.drawImage(place, picture.image)
        if not self._told:
            self._told = True
            QTimer.singleShot(0, self.page_painted.emit)


def side_width(window: int) -> int:
    """The width of the panel beside the pages in a window of this width; px."""
    return SIDE if window >= NARROW else NARROW_SIDE


@cache
def _ink(color: str, alpha: int = 255) -> QImage:
    made = QImage(1, 1, QImage.Format.Format_ARGB32)
    made.setPixel(0, 0, alpha << 24 | int(color[1:], 16))
    return made
