"""Japanese faces, wherever this computer keeps them, and text as glyph outlines (HarfBuzz shapes and draws).

The packages bring BIZ UD fonts; else the system's faces serve, collections (.ttc) by face. A character that the
wanted face lacks comes from the next that has it; one that no face has is an error, never a box.
"""

from __future__ import annotations

import os
import sys
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from app import assets
from app.errors.document import FontMissing, GlyphMissing

FOLDERS: Mapping[str, tuple[str, ...]] = {
    "linux": ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts"),
    "darwin": ("/System/Library/Fonts", "/Library/Fonts", "~/Library/Fonts"),
    "win32": (r"%WINDIR%\Fonts", r"%LOCALAPPDATA%\Microsoft\Windows\Fonts"),
}
MINCHO = (
    ("BIZUDMincho-Regular.ttf", 0),
    ("BIZ-UDMinchoM.ttc", 0),
    ("ヒラギノ明朝 ProN.ttc", 0),
    ("yumin.ttf", 0),
    ("NotoSerifCJK-Regular.ttc", 0),
    ("ipaexm.ttf", 0),
    ("ipam.ttf", 0),
    ("msmincho.ttc", 0),
)
GOTHIC = (
    ("BIZUDPGothic-Regular.ttf", 0),
    ("BIZ-UDGothicR.ttc", 1),
    ("BIZUDGothic-Regular.ttf", 0),
    ("ヒラギノ角ゴシック W3.ttc", 0),
    ("YuGothR.ttc", 0),
    ("NotoSansCJK-Regular.ttc", 0),
    ("ipaexg.ttf", 0),
    ("ipag.ttf", 0),
    ("meiryo.ttc", 0),
    ("msgothic.ttc", 0),
)
RARE = (  # made for the characters of names and places
    ("ipamjm.ttf", 0),
    ("HanaMinA.ttf", 0),
    ("HanaMinB.ttf", 0),
    ("Jigmo.ttf", 0),
    ("Jigmo2.ttf", 0),
    ("Jigmo3.ttf", 0),
)
WANTED = {"mincho": (*MINCHO, *RARE, *GOTHIC), "gothic": (*GOTHIC, *MINCHO, *RARE)}
GRID = 600
"""Steps to the em that outlines are rounded to: 0.01 pt in 8 pt text, and a third less to store than 2,048."""
_KANA_MARKS = "\u3099\u309a"


@dataclass(frozen=True, slots=True)
class Glyph:
    """A drawn glyph: PDF path operators in `GRID` units to the em, placed at `x`, `y` em."""

    path: bytes
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Text:
    """A shaped line: glyphs from the origin of its baseline, and its advance in em."""

    glyphs: tuple[Glyph, ...]
    advance: float


@dataclass(slots=True)
class Face:
    """One face of a font file."""

    font: Any
    units: int
    _paths: dict[int, bytes] = field(default_factory=dict)

    @classmethod
    def load(cls, path: Path, index: int) -> Face:
        import uharfbuzz

        face = uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(path)), index)
        return cls(uharfbuzz.Font(face), int(face.upem))

    def covers(self, cluster: str) -> bool:
        """Whether it has every character, the form that a variation selector asks for included."""
        for index, character in enumerate(cluster):
            if _selects(character):
                if index == 0 or not self.font.get_variation_glyph(ord(cluster[index - 1]), ord(character)):
                    return False
            elif not self.font.get_nominal_glyph(ord(character)):
                return False
        return True

    def shape(self, text: str) -> Iterator[tuple[bytes, float, float, float]]:
        """Path, offsets and advance (em) of each glyph."""
        import uharfbuzz

        buffer = uharfbuzz.Buffer()
        buffer.add_str(text)
        buffer.guess_segment_properties()
        buffer.direction, buffer.language = "ltr", "ja"
        uharfbuzz.shape(self.font, buffer)
        for info, position in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
            if info.codepoint == 0:
                raise GlyphMissing(character=text[info.cluster])
            yield (
                self._path(info.codepoint),
                position.x_offset / self.units,
                position.y_offset / self.units,
                position.x_advance / self.units,
            )

    def _path(self, glyph: int) -> bytes:
        if glyph not in self._paths:
            pen = _Pen(GRID / self.units)
            self.font.draw_glyph(glyph, _draw_functions(), pen)
            self._paths[glyph] = b"\n".join(pen.operators)
        return self._paths[glyph]


def shaped(text: str, style: str) -> Text:
    """One line in `mincho` or `gothic`; control and bidi characters left out.

    Raises FontMissing where there is no Japanese font at all, GlyphMissing(character) where none has one.
    """
    glyphs: list[Glyph] = []
    advance = 0.0
    for face, run in _runs(text, style):
        for path, x, y, step in face.shape(run):
            if path:
                glyphs.append(Glyph(path, advance + x, y))
            advance += step
    return Text(tuple(glyphs), advance)


def _runs(text: str, style: str) -> Iterator[tuple[Face, str]]:
    """The text in stretches that one face can draw, the wanted style first."""
    current: Face | None = None
    run = ""
    for cluster in _clusters(text):
        face = next((face for face in _faces(style) if face.covers(cluster)), None)
        if face is None:
            raise GlyphMissing(character=cluster)
        if face is not current:
            if current is not None:
                yield current, run
            current, run = face, ""
        run += cluster
    if current is not None:
        yield current, run


def _clusters(text: str) -> Iterator[str]:
    """Characters with the marks and variation selectors that belong to them."""
    cluster = ""
    for character in text:
        category = unicodedata.category(character)
        if category in ("Cc", "Cf", "Zl", "Zp"):
            continue
        if cluster and category in ("Mn", "Mc", "Me"):
            # only kana: composing everything would turn 神 (U+FA19) of a name into 神
            cluster = (
                unicodedata.normalize("NFC", cluster + character) if character in _KANA_MARKS else cluster + character
            )
            continue
        if cluster:
            yield cluster
        cluster = character
    if cluster:
        yield cluster


def _selects(character: str) -> bool:
    return "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"


def _faces(style: str) -> Iterator[Face]:
    """All faces at hand, best first; loaded when they are asked for. Raises FontMissing when there is none."""
    found = False
    for name, index in WANTED[style]:
        path = _files().get(name.casefold())
        if path is not None:
            found = True
            yield _face(path, index)
    if not found:
        raise FontMissing


@cache
def _face(path: Path, index: int) -> Face:
    return Face.load(path, index)


@cache
def _files() -> dict[str, Path]:
    """Font files by name; those that come with the program win."""
    known = {name.casefold() for names in WANTED.values() for name, _ in names}
    folders = [assets.path("fonts")]
    folders.extend(Path(os.path.expandvars(os.path.expanduser(folder))) for folder in FOLDERS.get(sys.platform, ()))
    files: dict[str, Path] = {}
    for folder in folders:
        for parent, _, names in os.walk(folder):
            for name in names:
                key = unicodedata.normalize("NFC", name).casefold()
                if key in known:
                    files.setdefault(key, Path(parent, name))
    return files


class _Pen:
    """Collects the PDF operators of one outline (ISO 32000-2 8.5.2), in whole steps of the grid."""

    def __init__(self, scale: float) -> None:
        self.operators: list[bytes] = []
        self._scale = scale

    def draw(self, operator: bytes, *coordinates: float) -> None:
        numbers = b" ".join(b"%d" % round(value * self._scale) for value in coordinates)
        self.operators.append(numbers + b" " + operator)


def _move(x: float, y: float, pen: _Pen) -> None:
    pen.draw(b"m", x, y)


def _line(x: float, y: float, pen: _Pen) -> None:
    pen.draw(b"l", x, y)


def _curve(x1: float, y1: float, x2: float, y2: float, x3: float, y3: float, pen: _Pen) -> None:
    pen.draw(b"c", x1, y1, x2, y2, x3, y3)


def _close(pen: _Pen) -> None:
    pen.operators.append(b"h")


@cache
def _draw_functions() -> Any:
    import uharfbuzz

    functions = uharfbuzz.DrawFuncs()
    functions.set_move_to_func(_move)
    functions.set_line_to_func(_line)
    functions.set_cubic_to_func(_curve)
    functions.set_close_path_func(_close)
    return functions
