"""The page tree (ISO 32000-2 7.7.3): which object is which page, its visible box and rotation.

An own walk, because the library's look-up reads a flat /Kids array anew for every page: 3 s for the last page of
a file of 24,000 pages, about what this walk needs for all of them in a tenth of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader

from app.document.facts import Page
from app.document.geometry import Rectangle
from app.document.objects import Key, entry, items, key_of, number, rectangle
from app.errors import PdfUnreadable

DEPTH_LIMIT = 100
PAGE_LIMIT = 500_000
LETTER: Rectangle = (0.0, 0.0, 612.0, 792.0)  # what PDFium assumes where a /MediaBox is missing


@dataclass
class PageTree:
    """All pages in order: the facts of each, and the object it is."""

    pages: tuple[Page, ...]
    keys: tuple[Key, ...]

    @cached_property
    def numbers(self) -> dict[Key, int]:
        """Page numbers from 1 by object."""
        return {key: index for index, key in enumerate(self.keys, 1)}


@dataclass(frozen=True, slots=True)
class _Inherited:
    media: Any = None
    crop: Any = None
    rotation: Any = None


def read_pages(reader: PdfFileReader) -> PageTree:
    """Walks the tree without recursion; no node twice. Raises PdfUnreadable for a tree that cannot be followed."""
    pages: list[Page] = []
    keys: list[Key] = []
    seen: set[Key] = set()
    waiting: list[tuple[Any, _Inherited, int]] = [(reader.root.raw_get("/Pages"), _Inherited(), 0)]
    while waiting:
        pointer, above, depth = waiting.pop()
        key = key_of(pointer)
        if key is None or key in seen or depth > DEPTH_LIMIT:
            raise PdfUnreadable(detail="page-tree")
        seen.add(key)
        node = pointer.get_object()
        if not isinstance(node, generic.DictionaryObject):
            raise PdfUnreadable(detail="page-tree")
        own = _inherit(node, above)
        kids = entry(node, "/Kids")
        if entry(node, "/Type") != "/Page" and isinstance(kids, generic.ArrayObject):
            waiting.extend((kid, own, depth + 1) for kid in reversed(items(kids)))
            continue
        pages.append(Page(_visible(own), _rotation(own.rotation)))
        keys.append(key)
        if len(pages) > PAGE_LIMIT:
            raise PdfUnreadable(detail="page-tree")
    if not pages:
        raise PdfUnreadable(detail="no-pages")
    return PageTree(tuple(pages), tuple(keys))


def _inherit(node: Any, above: _Inherited) -> _Inherited:
    if not ("/MediaBox" in node or "/CropBox" in node or "/Rotate" in node):
        return above
    media, crop, rotation = entry(node, "/MediaBox"), entry(node, "/CropBox"), entry(node, "/Rotate")
    return _Inherited(
        above.media if media is None else media,
        above.crop if crop is None else crop,
        above.rotation if rotation is None else rotation,
    )


def _visible(own: _Inherited) -> Rectangle:
    media = _area(rectangle(own.media)) or LETTER
    crop = _area(rectangle(own.crop))
    if crop is None:
        return media
    both = (max(media[0], crop[0]), max(media[1], crop[1]), min(media[2], crop[2]), min(media[3], crop[3]))
    return _area(both) or media


def _area(box: Rectangle | None) -> Rectangle | None:
    return box if box and box[2] > box[0] and box[3] > box[1] else None


def _rotation(value: Any) -> int:
    return int((number(value) or 0) / 90) % 4 * 90
