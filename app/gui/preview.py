"""The picture of the signature in its box: made by the document child, drawn by the render child."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QImage

from app.errors.document import BoxTooSmall, FontMissing, GlyphMissing
from app.gui.background import Lanes
from app.gui.delivery import submit

if TYPE_CHECKING:
    from app.document.child import DocumentChild
    from app.document.facts import Block
    from app.document.render import Renderer

PREVIEW_MS = 150


@dataclass(frozen=True, slots=True)
class PreviewOrder:
    """A block of `size` (width, height in mm) to be drawn at `scale` px per pt."""

    child: DocumentChild
    renderer: Renderer
    block: Block
    size: tuple[float, float]
    scale: float


class SignaturePreview(QObject):
    """`ask_soon` collects quick changes; `order` then tells what is to be drawn, or None where nothing is."""

    drawn = Signal(QImage)
    refused = Signal(object)

    def __init__(self, lanes: Lanes, order: Callable[[], PreviewOrder | None], parent: QObject) -> None:
        super().__init__(parent)
        self._lanes, self._order = lanes, order
        self._asked: PreviewOrder | None = None
        self._timer = QTimer(self, singleShot=True, interval=PREVIEW_MS)
        self._timer.timeout.connect(self._ask)

    def ask_soon(self) -> None:
        """Asks once the changes have come to rest."""
        self._timer.start()

    def forget(self) -> None:
        """The document is left: what is under way is not drawn any more."""
        self._timer.stop()
        self._asked = None

    def _ask(self) -> None:
        self._asked = order = self._order()
        if order is not None:
            submit(
                self._lanes.document,
                _compose,
                order,
                succeeded=self._composed,
                failed=self._failed,
                key="preview",
            )

    def _composed(self, document: bytes) -> None:
        order = self._asked
        if order is not None:
            submit(
                self._lanes.pictures,
                _draw,
                order,
                document,
                succeeded=self._drawn,
                failed=self._failed,
                key="preview",
            )

    def _drawn(self, image: QImage) -> None:
        if self._asked is not None:
            self.drawn.emit(image)

    def _failed(self, error: Exception) -> None:
        # the rehearsal will say the rest
        if isinstance(error, BoxTooSmall | FontMissing | GlyphMissing):
            self.refused.emit(error)


def _compose(order: PreviewOrder) -> bytes:
    return order.child.preview(order.block, *order.size)


def _draw(order: PreviewOrder, document: bytes) -> QImage:
    drawn = order.renderer.picture_of(document, order.scale)
    return QImage(drawn.data, drawn.width, drawn.height, drawn.stride, QImage.Format.Format_RGB32).copy()
