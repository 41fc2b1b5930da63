"""The visible block: upright at its place on every page, in every viewer, and never a box for a character."""

from __future__ import annotations

import re
import subprocess
import zlib
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pypdfium2
import pytest

from app.document import fonts, stamp
from app.document.facts import Block, Line, RevisionOrder
from app.document.geometry import MM
from app.document.pdf import open_pdf
from app.document.prepare import prepare
from app.errors.document import BoxTooSmall, FontMissing, GlyphMissing
from app.signing.sign import PLACEHOLDER_NAME

DPI = 144
PLACE = (60.0, 50.0, 69.0, 25.0)
PAGES = {
    "plain": "/MediaBox[0 0 595 842]",
    "cropped": "/MediaBox[0 0 800 1000]/CropBox[90 70 690 900]",
    "negative": "/MediaBox[-300 -400 400 500]/CropBox[-200 -350 390 490]",
}


@dataclass(frozen=True)
class Ink:
    """A grey picture: rows of bytes."""

    width: int
    height: int
    data: bytes

    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom of all that is not white, in pt."""
        rows = [self.data[y * self.width : (y + 1) * self.width] for y in range(self.height)]
        inked = [y for y, row in enumerate(rows) if min(row) < 230]
        columns = [x for x in range(self.width) if min(self.data[x :: self.width]) < 230]
        return tuple(v * 72 / DPI for v in (columns[0], inked[0], columns[-1] + 1, inked[-1] + 1))  # type: ignore[return-value]

    def part(self, box: tuple[float, float, float, float]) -> list[int]:
        """The mean darkness in cells of 3 × 3 px of an area given in pt."""
        left, top, right, bottom = (round(value * DPI / 72) for value in box)
        return [
            sum(self.data[(y + dy) * self.width + x + dx] for dy in range(3) for dx in range(3)) // 9
            for y in range(top, bottom - 3, 3)
            for x in range(left, right - 3, 3)
        ]


def by_poppler(path: Path) -> Ink:
    command = ["pdftoppm", "-r", str(DPI), "-gray", "-singlefile", "-cropbox", str(path)]
    raw = subprocess.run(command, capture_output=True, check=True).stdout
    head = re.match(rb"P5\s+(\d+)\s+(\d+)\s+255\s", raw)
    assert head is not None
    return Ink(int(head[1]), int(head[2]), raw[head.end() :])


def by_pdfium(path: Path) -> Ink:
    document = pypdfium2.PdfDocument(path)
    document.init_forms()
    page = document[0]
    bitmap = page.render(scale=DPI / 72, grayscale=True)
    rows = bytes(bitmap.buffer)
    data = b"".join(rows[y * bitmap.stride : y * bitmap.stride + bitmap.width] for y in range(bitmap.height))
    ink = Ink(bitmap.width, bitmap.height, data)
    for part in (bitmap, page, document):
        part.close()
    return ink


@pytest.fixture
def stamped(paper: Callable[..., Path], order: Callable[..., RevisionOrder], block: Block) -> Callable[..., Path]:
    def make(box: str, rotation: int) -> Path:
        path = paper(pages=(f"{box}/Rotate {rotation}",), name=f"{rotation}.pdf")
        with closing(open_pdf(path)) as pdf:
            path.write_bytes(path.read_bytes() + prepare(pdf, order(place=(1, *PLACE), block=block)).suffix)
        return path

    return make


@pytest.mark.parametrize("look", [by_poppler, by_pdfium])
@pytest.mark.parametrize("box", list(PAGES.values()), ids=list(PAGES))
def test_upright_at_its_place_on_every_page(
    stamped: Callable[..., Path], look: Callable[[Path], Ink], box: str
) -> None:
    first = look(stamped(box, 0))
    expected = first.box()
    left, top = PLACE[0] * MM, PLACE[1] * MM
    assert left <= expected[0]
    assert top <= expected[1]
    assert expected[2] <= left + PLACE[2] * MM
    assert expected[3] <= top + PLACE[3] * MM
    for rotation in (90, 180, 270):
        turned = look(stamped(box, rotation))
        assert turned.box() == pytest.approx(expected, abs=1.0)
        here, there = first.part(expected), turned.part(expected)
        difference = sum(abs(a - b) for a, b in zip(here, there, strict=True)) / len(here)
        upside_down = sum(abs(a - b) for a, b in zip(here, reversed(there), strict=True)) / len(here)
        assert difference < upside_down / 3, rotation


def test_no_transparency_no_fonts_and_only_plain_colours(block: Block) -> None:
    content = stamp.drawn(Block(block.lines, "見本"), 195.6, 70.9).decode("ascii")
    operators = set(re.findall(r"(?<![\w/])[A-Za-z]+(?=\s|$)", re.sub(r"<.*?>", "", content)))
    assert operators <= {"q", "Q", "cm", "m", "l", "c", "h", "f", "g", "rg", "re", "BDC", "EMC"}


def test_the_text_stands_beside_its_outlines(block: Block) -> None:
    spoken = re.findall(rb"/ActualText <FEFF([0-9A-F]+)>", stamp.drawn(block, 195.6, 70.9))
    assert [bytes.fromhex(text.decode()).decode("utf-16-be") for text in spoken] == [line.text for line in block.lines]


def test_an_ordinary_block_is_small(block: Block) -> None:
    assert len(zlib.compress(stamp.drawn(Block(block.lines, "見本"), 195.6, 70.9))) < 6_000


def test_the_preview_is_one_page_of_the_size_of_the_block(block: Block, tmp_path: Path) -> None:
    path = tmp_path / "preview.pdf"
    path.write_bytes(stamp.preview(block, 69, 25))
    document = pypdfium2.PdfDocument(path)
    assert len(document) == 1
    assert document.get_page_size(0) == pytest.approx((69 * MM, 25 * MM), abs=0.01)
    document.close()


def test_a_long_name_shrinks_into_the_box() -> None:
    name = "寿限無寿限無五劫の擦り切れ海砂利水魚"
    block = Block((Line("電子署名", "label"), Line(name, "name"), Line("2026-11-22", "note")))
    assert name in spoken(stamp.drawn(block, 195.6, 70.9))
    with pytest.raises(BoxTooSmall):
        stamp.drawn(block, 50, 70.9)


def spoken(content: bytes) -> list[str]:
    return [
        bytes.fromhex(text.decode()).decode("utf-16-be")
        for text in re.findall(rb"/ActualText <FEFF([0-9A-F]+)>", content)
    ]


@pytest.mark.parametrize("width", [57, 60, 113, 195.6])
@pytest.mark.parametrize("long", ["漢" * 1000, "Wolfeschlegelsteinhausen " * 8, "葛\U000e0100" * 90, "か\u3099" * 90])
def test_where_the_name_of_the_rehearsal_fits_every_name_does(width: float, long: str) -> None:
    """It is learnt after the password: a place that was good before it must be good for whatever the card says."""

    def block(name: str) -> Block:
        return Block((Line("電子署名", "label"), Line(name, "name"), Line("2026-11-22", "note")))

    assert stamp.drawn(block(PLACEHOLDER_NAME), width, 70.9)
    name = spoken(stamp.drawn(block(long), width, 70.9))[1]
    assert name.endswith("…")
    assert long.startswith(name[:-1])
    assert fonts.shaped(name, "mincho").advance > stamp.WHOLE_NAME / 2
    assert fonts.shaped(PLACEHOLDER_NAME, "mincho").advance >= stamp.WHOLE_NAME


@pytest.mark.parametrize("size", [(40, 14), (69, 25), (150, 60), (45, 60)])
def test_from_the_smallest_box_on_everything_fits(block: Block, size: tuple[float, float]) -> None:
    assert stamp.drawn(block, size[0] * MM, size[1] * MM)


@pytest.mark.parametrize("size", [(40, 9), (15, 14), (1, 1), (0.1, 200)])
def test_smaller_boxes_are_refused(block: Block, size: tuple[float, float]) -> None:
    with pytest.raises(BoxTooSmall):
        stamp.drawn(block, size[0] * MM, size[1] * MM)


def test_without_a_name_the_line_is_left_out() -> None:
    assert stamp.drawn(Block((Line("電子署名", "label"), Line("2026-11-22", "note"))), 195.6, 70.9)
    assert stamp.drawn(Block((Line("2026-11-22", "note"),)), 195.6, 70.9)
    assert stamp.drawn(Block(()), 195.6, 70.9) == b""


def test_characters_of_names() -> None:
    for text in ("髙﨑", "葛\U000e0100城", "葛\U000e0101飾", "渡邉", "齋藤", "〆木", "ヴィが\u3099", "O'Brien"):
        assert fonts.shaped(text, "mincho").glyphs


@pytest.mark.parametrize("text", ["\U00020bb7野家", "\U000e0041山", "\ue000"])
def test_a_character_no_face_has_is_named_not_drawn(text: str, only_biz: None) -> None:
    if text.startswith("\U000e0041"):
        assert len(fonts.shaped(text, "mincho").glyphs) == 1, "tags are no characters"
        return
    with pytest.raises(GlyphMissing) as missing:
        fonts.shaped(text, "mincho")
    assert missing.value.facts == {"character": text[0]}


def test_a_form_that_no_face_has_is_missing_too(only_biz: None) -> None:
    with pytest.raises(GlyphMissing) as missing:
        fonts.shaped("山\U000e01ef", "mincho")
    assert missing.value.facts == {"character": "山\U000e01ef"}


def test_control_and_bidi_characters_are_not_drawn() -> None:
    plain = fonts.shaped("山田", "mincho")
    assert fonts.shaped("\u202e山\n\u200b田\u2066", "mincho") == plain


def test_a_missing_style_is_taken_from_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    gothic = {name: path for name, path in fonts._files().items() if "gothic" in name}
    monkeypatch.setattr(fonts, "_files", lambda: gothic)
    assert fonts.shaped("山田", "mincho") == fonts.shaped("山田", "gothic")


def test_no_japanese_font_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "_files", dict)
    with pytest.raises(FontMissing):
        fonts.shaped("A", "mincho")


@pytest.fixture
def only_biz(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if this computer had no other Japanese fonts."""
    biz = {name: path for name, path in fonts._files().items() if name.startswith("biz")}
    monkeypatch.setattr(fonts, "_files", lambda: biz)


def test_collections_are_read_by_face(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from fontTools.ttLib import TTCollection, TTFont

    collection = TTCollection()
    files = fonts._files()
    names = ("bizudgothic-regular.ttf", "bizudpgothic-regular.ttf")
    collection.fonts = [TTFont(files[name]) for name in names]
    path = tmp_path / "BIZ-UDGothicR.ttc"
    collection.save(path)
    for font in collection.fonts:
        font.close()
    direct = fonts.shaped("Will 山田", "gothic")
    monkeypatch.setattr(fonts, "_files", lambda: {"biz-udgothicr.ttc": path})
    assert fonts.shaped("Will 山田", "gothic") == direct
