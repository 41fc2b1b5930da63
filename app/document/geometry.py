"""Where something stands: boxes in mm from the top left of the page as seen, and rectangles in user space.

Pure arithmetic, exact for every rotation and every origin of the page's box (ISO 32000-2 8.3.2.3, 14.11.2).
"""

from __future__ import annotations

from collections.abc import Sequence

from app.document.facts import Page
from app.errors.document import PageNotFound, PlaceOffPage

MM = 72 / 25.4
TOLERANCE = 0.05
"""mm by which a box may stick out of the page: what two roundings to a tenth of a point come to."""

Rectangle = tuple[float, float, float, float]


def user_rectangle(page: Page, box: Rectangle) -> Rectangle:
    """The rectangle x0, y0, x1, y1 (pt, user space) of a box x, y, w, h (mm, as seen)."""
    left, top, right, bottom = (value * MM for value in (box[0], box[1], box[0] + box[2], box[1] + box[3]))
    x0, y0, x1, y1 = page.box
    if page.rotation == 90:
        return (x0 + top, y0 + left, x0 + bottom, y0 + right)
    if page.rotation == 180:
        return (x1 - right, y0 + top, x1 - left, y0 + bottom)
    if page.rotation == 270:
        return (x1 - bottom, y1 - right, x1 - top, y1 - left)
    return (x0 + left, y1 - bottom, x0 + right, y1 - top)


def seen_box(page: Page, rectangle: Rectangle) -> Rectangle:
    """The box x, y, w, h (mm, as seen) of a rectangle x0, y0, x1, y1 (pt, user space): `user_rectangle` backwards."""
    x0, y0, x1, y1 = page.box
    a0, b0, a1, b1 = rectangle
    if page.rotation == 90:
        left, top, right, bottom = b0 - y0, a0 - x0, b1 - y0, a1 - x0
    elif page.rotation == 180:
        left, top, right, bottom = x1 - a1, b0 - y0, x1 - a0, b1 - y0
    elif page.rotation == 270:
        left, top, right, bottom = y1 - b1, x1 - a1, y1 - b0, x1 - a0
    else:
        left, top, right, bottom = a0 - x0, y1 - b1, a1 - x0, y1 - b0
    return (left / MM, top / MM, (right - left) / MM, (bottom - top) / MM)


def upright(rotation: int, width: float, height: float) -> tuple[float, float, float, float, float, float]:
    """The /Matrix that stands a form of `width` × `height` (pt, as seen) upright on a page with that /Rotate.

    The turned form's lower left corner stays at the origin.
    """
    if rotation == 90:
        return (0, 1, -1, 0, height, 0)
    if rotation == 180:
        return (-1, 0, 0, -1, width, height)
    if rotation == 270:
        return (0, -1, 1, 0, 0, width)
    return (1, 0, 0, 1, 0, 0)


def page_number(pages: int, wanted: int) -> int:
    """The page's number from 1; `wanted` may be -1 for the last. Raises PageNotFound."""
    number = pages if wanted == -1 else wanted
    if not 1 <= number <= pages:
        raise PageNotFound(page=wanted, pages=pages)
    return number


def placed(pages: Sequence[Page], place: tuple[int, float, float, float, float]) -> tuple[int, Rectangle]:
    """The page's number and the user-space rectangle of a place (page, then x, y, w, h in mm as seen).

    Raises PageNotFound, PlaceOffPage.
    """
    number = page_number(len(pages), place[0])
    page = pages[number - 1]
    x, y, w, h = place[1:]
    width, height = (length / MM for length in page.size)
    inside = x >= -TOLERANCE and y >= -TOLERANCE and x + w <= width + TOLERANCE and y + h <= height + TOLERANCE
    if not (inside and w > 0 and h > 0):  # NaN is never inside
        raise PlaceOffPage(page=number)
    return number, user_rectangle(page, (x, y, w, h))
