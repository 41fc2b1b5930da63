"""Where pages lie below one another. Pure geometry in points (1/72 inch); pages count from 1."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF

GAP = 14.0
EDGE = 20.0
MM = 72 / 25.4
PX_PER_PT = 96 / 72  # 100 %: a point is as large as the desktop says
FIT_LIMIT = 1.5


@dataclass(frozen=True, slots=True)
class PageLayout:
    """Pages one below the other, centred on x = 0, the first at y = 0."""

    sizes: tuple[tuple[float, float], ...]
    tops: tuple[float, ...]

    @classmethod
    def of(cls, sizes: Sequence[tuple[float, float]]) -> PageLayout:
        """The layout of pages of these sizes as seen."""
        tops, top = [], 0.0
        for _width, height in sizes:
            tops.append(top)
            top += height + GAP
        return cls(tuple(sizes), tuple(tops))

    @property
    def pages(self) -> int:
        return len(self.sizes)

    @property
    def widest(self) -> float:
        return max((width for width, _height in self.sizes), default=0.0)

    @property
    def bounds(self) -> QRectF:
        """All pages with a margin round them."""
        if not self.sizes:
            return QRectF()
        bottom = self.tops[-1] + self.sizes[-1][1]
        return QRectF(-self.widest / 2 - EDGE, -EDGE, self.widest + 2 * EDGE, bottom + 2 * EDGE)

    def fitting_zoom(self, width: int) -> float:
        """The zoom (1.0: 100 %) at which the widest page fills a view of `width` px, up to `FIT_LIMIT`."""
        return min((width - 2) / ((self.widest + 2 * EDGE) * PX_PER_PT), FIT_LIMIT)

    def first_place(self, view: QRectF, scale: float) -> QRectF:
        """Where the first page lies in a view (px) that has just been opened at `scale` px per pt."""
        width, height = self.sizes[0]
        left = view.left() + view.width() // 2 - width * scale / 2  # as QGraphicsView centres: by whole pixels
        return QRectF(left, view.top() + EDGE * scale, width * scale, height * scale)

    def rect(self, page: int) -> QRectF:
        """A page's place in the scene."""
        width, height = self.sizes[page - 1]
        return QRectF(-width / 2, self.tops[page - 1], width, height)

    def between(self, top: float, bottom: float) -> range:
        """The pages that touch a stripe."""
        if not self.sizes:
            return range(0)
        first = max(bisect_right(self.tops, top), 1)
        if self.rect(first).bottom() < top:
            first += 1
        last = min(max(bisect_right(self.tops, bottom), 0), self.pages)
        return range(first, last + 1)

    def nearest(self, y: float) -> int:
        """The page at a height, or the next one above the gap."""
        return min(max(bisect_right(self.tops, y), 1), self.pages)

    def page_at(self, point: QPointF) -> int | None:
        """The page under a point."""
        for page in self.between(point.y(), point.y()):
            if self.rect(page).contains(point):
                return page
        return None


def snapped(place: QRectF, ratio: float) -> QRectF:
    """A place in px moved to whole device pixels, `ratio` of them a px: pictures stay sharp there."""
    return QRectF(
        round(place.left() * ratio) / ratio,
        round(place.top() * ratio) / ratio,
        round(place.width() * ratio) / ratio,
        round(place.height() * ratio) / ratio,
    )


def paper_shadow(place: QRectF) -> list[QRectF]:
    """The layers of the shadow below a page, each as faint as the other."""
    return [place.adjusted(-spread, -spread + 2, spread, spread + 2) for spread in range(1, 5)]
