"""Pictures of pages: asked of the render child, kept while there is room, newest wish first."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QRect, Signal
from PySide6.QtGui import QImage

from app.gui.background import Lane
from app.gui.delivery import submit

if TYPE_CHECKING:
    from app.document.render import Renderer

ROOM = 256 << 20  # bytes of pictures kept
WHOLE = 12_000_000  # px of a page that is still drawn as one picture


@dataclass(frozen=True, slots=True)
class PagePicture:
    """`image` shows `clip` (px; None: all) of a page drawn at `scale` px per pt."""

    page: int
    scale: float
    clip: QRect | None
    image: QImage


class PagePictures(QObject):
    """The pictures of one document. `wish` returns at once; `arrived(page)` tells that a better one is there."""

    arrived = Signal(int)

    def __init__(self, renderer: Renderer, lane: Lane, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._renderer, self._lane = renderer, lane
        self._whole: OrderedDict[int, PagePicture] = OrderedDict()
        self._details: dict[int, PagePicture] = {}
        self._asked: set[tuple[int, float, tuple[int, int, int, int] | None]] = set()
        self._bytes = 0
        self._closed = False

    def whole(self, page: int) -> PagePicture | None:
        """The picture of a whole page, at whatever scale it was drawn last."""
        picture = self._whole.get(page)
        if picture is not None:
            self._whole.move_to_end(page)
        return picture

    def detail(self, page: int, scale: float) -> PagePicture | None:
        """The sharp part of a page that is too large to be drawn whole."""
        picture = self._details.get(page)
        return picture if picture is not None and picture.scale == scale else None

    def wish(self, page: int, scale: float, size: tuple[float, float], seen: QRect | None) -> None:
        """Asks for a page of `size` pt at `scale` px per pt, where it is not there yet; `seen`: its visible px."""
        pixels = size[0] * size[1] * scale * scale
        if pixels <= WHOLE:
            have = self._whole.get(page)
            if have is None or have.scale != scale:
                self._ask(page, scale, None)
            return
        if page not in self._whole:
            self._ask(page, (WHOLE / 4 / (size[0] * size[1])) ** 0.5, None)
        if seen is not None and not seen.isEmpty():
            have = self.detail(page, scale)
            if have is None or have.clip is None or not have.clip.contains(seen):
                room = QRect(0, 0, int(size[0] * scale), int(size[1] * scale))
                self._ask(page, scale, seen.adjusted(-128, -128, 128, 128).intersected(room))

    def close(self) -> None:
        """No more pictures."""
        self._closed = True
        self._lane.drop_waiting()

    def _ask(self, page: int, scale: float, clip: QRect | None) -> None:
        plain = None if clip is None else (clip.x(), clip.y(), clip.width(), clip.height())
        wish = (page, scale, plain)
        if self._closed or wish in self._asked:
            return
        self._asked.add(wish)
        submit(
            self._lane,
            _draw,
            self._renderer,
            *wish,
            succeeded=self._drawn,
            failed=self._not_drawn,
            key=(id(self), page, clip is None),
        )

    def _drawn(self, picture: PagePicture) -> None:
        self._forget(picture.page)
        if self._closed:
            return
        if picture.clip is not None:
            self._details = {picture.page: picture}
        else:
            old = self._whole.pop(picture.page, None)
            self._bytes += picture.image.sizeInBytes() - (old.image.sizeInBytes() if old else 0)
            self._whole[picture.page] = picture
            while self._bytes > ROOM and len(self._whole) > 1:
                self._bytes -= self._whole.popitem(last=False)[1].image.sizeInBytes()
        self.arrived.emit(picture.page)

    def _not_drawn(self, _error: Exception) -> None:
        # replaced by a newer wish, or a page that cannot be drawn: the next look may ask again
        self._asked.clear()

    def _forget(self, page: int) -> None:
        self._asked = {wish for wish in self._asked if wish[0] != page}


def _draw(renderer: Renderer, page: int, scale: float, clip: tuple[int, int, int, int] | None) -> PagePicture:
    """In the lane: the shared memory is only ours until the next call, hence the copy."""
    drawn = renderer.picture(page, scale, clip)
    image = QImage(drawn.data, drawn.width, drawn.height, drawn.stride, QImage.Format.Format_RGB32).copy()
    return PagePicture(page, scale, None if clip is None else QRect(*clip), image)
