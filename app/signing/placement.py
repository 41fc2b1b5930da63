"""Where a visible signature stands: millimetres from the top left of the page as it is seen."""

from __future__ import annotations

from dataclasses import dataclass

DEFAULT_SIZE = (69.0, 25.0)
MINIMUM_SIZE = (40.0, 14.0)
MARGIN = 20.0


@dataclass(frozen=True, slots=True)
class SignaturePlacement:
    """A box of `w` × `h` mm at `x`, `y` on a page (1 is the first, -1 the last)."""

    page: int
    x: float
    y: float
    w: float
    h: float


def suggested(page: int, width: float, height: float) -> SignaturePlacement:
    """The bottom right corner inside the usual margin, of a page `width` × `height` mm; shrunk on small pages."""
    w, h = min(DEFAULT_SIZE[0], width * 0.9), min(DEFAULT_SIZE[1], height * 0.9)
    x = max(0.0, min(width - MARGIN - w, width - w) if width >= w + 2 * MARGIN else (width - w) / 2)
    y = max(0.0, height - MARGIN - h if height >= h + 2 * MARGIN else (height - h) / 2)
    return SignaturePlacement(page, round(x, 2), round(y, 2), round(w, 2), round(h, 2))
