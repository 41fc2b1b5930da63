"""The page tree (ISO 32000-2 7.7.3): which object is which page, its visible box and rotation.

An own walk, because the library's look-up reads a flat /Kids array anew for every page: 3 s for the last page of
a file of 24,000 pages, where this takes half a second for all of them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader

from app.document.facts import Page
from app.document.geometry import Rectangle
from app.document.objects import Key, entry, items, key_of, number, ordered, rectangle
from app.document.rawdict import RawObjects, Value
from app.errors.document import PdfUnreadable

DEPTH_LIMIT = 100
PAGE_LIMIT = 500_000
_NUMBER = re.compile(rb"[+-]?(?:\d{1,12}\.?\d*|\.\d+)")
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
class _Node:
    """What matters of a node, with what it inherits. `kids` is None for a page."""

    media: Rectangle | None = None
    crop: Rectangle | None = None
    rotation: float = 0.0
    kids: tuple[Key, ...] | None = None


def read_pages(reader: PdfFileReader) -> PageTree:
    """Walks the tree without recursion; no node twice. Raises PdfUnreadable for a tree that cannot be followed."""
    raw = RawObjects(reader)
    pages: list[Page] = []
    keys: list[Key] = []
    seen: set[Key] = set()
    waiting: list[tuple[Key | None, _Node, int]] = [(key_of(reader.root.raw_get("/Pages")), _Node(), 0)]
    while waiting:
        key, above, depth = waiting.pop()
        if key is None or key in seen or depth > DEPTH_LIMIT:
            raise PdfUnreadable(detail="page-tree")
        seen.add(key)
        node = _plain(raw, key, above) or _read(reader, key, above)
        if node.kids is not None:
            waiting.extend((kid, node, depth + 1) for kid in reversed(node.kids))
            continue
        pages.append(Page(_visible(node), int(node.rotation / 90) % 4 * 90))
        keys.append(key)
        if len(pages) > PAGE_LIMIT:
            raise PdfUnreadable(detail="page-tree")
    if not pages:
        raise PdfUnreadable(detail="no-pages")
    return PageTree(tuple(pages), tuple(keys))


def _plain(raw: RawObjects, key: Key, above: _Node) -> _Node | None:
    """A node whose entries stand in it as plain numbers and references, as nearly all do; None for others."""
    entries = raw.dictionary(key)
    if entries is None:
        return None
    try:
        media, crop, rotation = (entries.get(name) for name in (b"/MediaBox", b"/CropBox", b"/Rotate"))
        kids = None
        if entries.get(b"/Type") != (b"/Page",):
            if entries.get(b"/Type") != (b"/Pages",):
                return None
            kids = _references(entries[b"/Kids"])
        return _Node(
            above.media if media is None else _box(media),
            above.crop if crop is None else _box(crop),
            above.rotation if rotation is None else _number(*rotation),
            kids,
        )
    except (ValueError, TypeError, KeyError):
        return None


def _box(tokens: Value) -> Rectangle:
    opening, a, b, c, d, closing = tokens
    if (opening, closing) != (b"[", b"]"):
        raise ValueError
    return ordered(_number(a), _number(b), _number(c), _number(d))


def _number(token: bytes) -> float:
    if not _NUMBER.fullmatch(token):
        raise ValueError
    return float(token)


def _references(tokens: Value) -> tuple[Key, ...]:
    inner = tokens[1:-1]
    if (tokens[0], tokens[-1]) != (b"[", b"]") or len(inner) % 3 or set(inner[2::3]) - {b"R"}:
        raise ValueError
    return tuple(zip(map(int, inner[::3]), map(int, inner[1::3]), strict=True))


def _read(reader: PdfFileReader, key: Key, above: _Node) -> _Node:
    """The same by the library. Raises PdfUnreadable."""
    node = generic.IndirectObject(*key, reader).get_object()
    if not isinstance(node, generic.DictionaryObject):
        raise PdfUnreadable(detail="page-tree")
    kids: tuple[Key, ...] | None = None
    if entry(node, "/Type") != "/Page" and isinstance(entry(node, "/Kids"), generic.ArrayObject):
        found = [key_of(kid) for kid in items(entry(node, "/Kids"))]
        kids = tuple(kid for kid in found if kid is not None)
        if len(kids) < len(found):
            raise PdfUnreadable(detail="page-tree")
    rotation = number(entry(node, "/Rotate"))
    return _Node(
        rectangle(entry(node, "/MediaBox")) or above.media,
        rectangle(entry(node, "/CropBox")) or above.crop,
        above.rotation if rotation is None else rotation,
        kids,
    )


def _visible(node: _Node) -> Rectangle:
    media = _area(node.media) or LETTER
    crop = _area(node.crop)
    if crop is None:
        return media
    both = (max(media[0], crop[0]), max(media[1], crop[1]), min(media[2], crop[2]), min(media[3], crop[3]))
    return _area(both) or media


def _area(box: Rectangle | None) -> Rectangle | None:
    return box if box and box[2] > box[0] and box[3] > box[1] else None
