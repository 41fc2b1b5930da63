"""The look of a visible signature as one Form XObject of outlines: lines of text, a thin rule, the practice word.

No fonts are embedded and nothing is transparent, so that PDF/A stays PDF/A; the text itself stands beside its
outlines as /ActualText (ISO 32000-2 14.9.4), for readers aloud and for copying.
"""

from __future__ import annotations

import bisect
import unicodedata
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from app.document.facts import Block, Line
from app.document.fonts import GRID, Text, shaped
from app.document.geometry import MM
from app.errors.document import BoxTooSmall

SMALLEST = 4.5
"""pt below which text counts as unreadable."""
LARGEST_SCALE = 1.5
WHOLE_NAME = 9.0
"""Em that a name must have room for. The name is learnt after the password only, when nothing may fail any more: one
that is longer and does not fit ends in an ellipsis (the signature itself holds all of it)."""
ELLIPSIS = "…"
PRACTICE_COLOUR = b"0.98 0.85 0.81 rg"


@dataclass(frozen=True, slots=True)
class _Look:
    style: str
    size: float  # pt in a box of 69 × 25 mm
    grey: bytes
    above: float  # pt of room


LOOKS = {
    "label": _Look("gothic", 7.0, b"0.42 g", 0.0),
    "name": _Look("mincho", 17.0, b"0.08 g", 3.5),
    "note": _Look("gothic", 7.2, b"0.25 g", 2.5),
}
RULE_GAP = 3.5
RULE_WIDTH = 0.4
ASCENT, DESCENT = 0.88, 0.12
"""Of the em: the square that Japanese glyphs stand in."""


def drawn(block: Block, width: float, height: float) -> bytes:
    """The content stream of a block in a box of `width` × `height` pt, origin at the lower left.

    Raises BoxTooSmall, GlyphMissing, FontMissing.
    """
    parts = []
    if block.practice:
        parts.append(_practice(block.practice, width, height))
    if block.lines:
        parts.append(_lines(block, width, height))
    return b"\n".join(parts)


def preview(block: Block, width_mm: float, height_mm: float) -> bytes:
    """A PDF of one page that is just the block. Raises BoxTooSmall, GlyphMissing, FontMissing."""
    width, height = width_mm * MM, height_mm * MM
    content = zlib.compress(drawn(block, width, height), 9)
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %.3f %.3f]/Resources<<>>/Contents 4 0 R>>" % (width, height),
        b"<</Length %d/Filter/FlateDecode>>stream\n%b\nendstream" % (len(content), content),
    ]
    out = bytearray(b"%PDF-1.4\n")
    table = b"0000000000 65535 f \n"
    for number, body in enumerate(objects, 1):
        table += b"%010d 00000 n \n" % len(out)
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    out += b"xref\n0 %d\n%btrailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        table,
        len(objects) + 1,
        len(out),
    )
    return bytes(out)


def _lines(block: Block, width: float, height: float) -> bytes:
    padding = min(10.0, 0.14 * min(width, height))
    room = width - 2 * padding
    looks = [LOOKS[line.role] for line in block.lines]
    lines = [_fitting(line, room / SMALLEST * (1 - 1e-9)) for line in block.lines]
    texts = [shaped(line.text, look.style) for line, look in zip(lines, looks, strict=True)]
    ruled = next((index for index, line in enumerate(block.lines) if index and line.role == "note"), None)
    scale = min(LARGEST_SCALE, (height - 2 * padding) / _height([look.size for look in looks], looks, ruled, 1.0))
    sizes = [min(look.size * scale, room / max(text.advance, 0.01)) for look, text in zip(looks, texts, strict=True)]
    if any(size < SMALLEST for size in sizes):
        raise BoxTooSmall
    top = height - (height - _height(sizes, looks, ruled, scale)) / 2
    parts = []
    for index, (line, look, text, size) in enumerate(zip(lines, looks, texts, sizes, strict=True)):
        if index == ruled:
            top -= RULE_GAP * scale
            parts.append(b"0.75 g %.2f %.2f %.2f %.2f re f" % (padding, top, room, RULE_WIDTH * scale))
            top -= RULE_GAP * scale
        elif index:
            top -= look.above * scale
        parts.append(_spoken(line.text))
        parts.append(look.grey)
        parts.append(_placed(text, padding, top - ASCENT * size, size))
        parts.append(b"EMC")
        top -= size
    return b"\n".join(parts)


def _fitting(line: Line, most: float) -> Line:
    """The line itself; of a name of more than `most` em as much as fits, if that is not less than `WHOLE_NAME`."""
    style = LOOKS[line.role].style
    if line.role != "name" or most < WHOLE_NAME or shaped(line.text, style).advance <= most:
        return line

    def too_wide(count: int) -> bool:
        return shaped(f"{line.text[:count]}{ELLIPSIS}", style).advance > most

    count = bisect.bisect_left(range(len(line.text)), True, key=too_wide) - 1
    while count > 0 and unicodedata.category(line.text[count]).startswith("M"):  # never between a letter and its mark
        count -= 1
    return Line(f"{line.text[: max(count, 0)]}{ELLIPSIS}", line.role)


def _height(sizes: Sequence[float], looks: Sequence[_Look], ruled: int | None, scale: float) -> float:
    gaps = sum(2 * RULE_GAP if index == ruled else look.above for index, look in enumerate(looks) if index)
    return sum(sizes) + gaps * scale


def _practice(word: str, width: float, height: float) -> bytes:
    """The word across the whole block, in a light colour below everything else."""
    text = shaped(word, "gothic")
    size = min(0.86 * height, 0.92 * width / text.advance)
    spread = (0.92 * width - text.advance * size) / max(len(text.glyphs) - 1, 1)
    spread = min(spread, 1.1 * size)
    left = (width - text.advance * size - spread * (len(text.glyphs) - 1)) / 2
    base = (height - size) / 2 + DESCENT * size
    return b"\n".join(
        [_spoken(word), PRACTICE_COLOUR, _placed(text, left, base, size, spread), b"EMC"],
    )


def _placed(text: Text, x: float, y: float, size: float, spread: float = 0.0) -> bytes:
    """Glyphs at their places; each in its own units, so that equal glyphs are equal bytes and compress away."""
    parts = []
    for index, glyph in enumerate(text.glyphs):
        scale = size / GRID
        left = x + glyph.x * size + index * spread
        parts.append(b"q %.6f 0 0 %.6f %.3f %.3f cm\n%b\nf Q" % (scale, scale, left, y + glyph.y * size, glyph.path))
    return b"\n".join(parts)


def _spoken(text: str) -> bytes:
    return b"/Span <</ActualText <FEFF%b>>> BDC" % text.encode("utf-16-be").hex().upper().encode()
