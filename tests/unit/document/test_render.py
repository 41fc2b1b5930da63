"""Pictures of pages: the right size, with form values and signatures, from a child that can be ended."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from app.document.facts import Block, RevisionOrder
from app.document.pdf import open_pdf
from app.document.prepare import prepare
from app.document.render import REGION, Picture, Renderer
from app.document.stamp import preview
from app.errors.base import Cancelled
from app.errors.document import DocumentTooLarge, PageNotFound, PdfPasswordRequired, PdfUnreadable
from app.isolation import MIB, Limits
from app.secret import Secret


@pytest.fixture
def drawing() -> Iterator[Callable[..., Renderer]]:
    started = []

    def start(path: Path, limits: Limits | None = None) -> Renderer:
        started.append(Renderer(path, limits) if limits else Renderer(path))
        return started[-1]

    yield start
    for renderer in started:
        renderer.close()


def dark(picture: Picture) -> int:
    """How many pixels are not white."""
    return sum(1 for value in picture.data[1::4] if value < 250)


def test_sizes_as_seen_and_pictures_to_scale(paper: Callable[..., Path], drawing: Callable[..., Renderer]) -> None:
    renderer = drawing(paper(pages=("", "/Rotate 90", "/CropBox[10 20 110 220]")))
    assert renderer.open() == ((595, 842), (842, 595), (100, 200))
    picture = renderer.picture(2, 0.5)
    assert (picture.width, picture.height, picture.stride) == (421, 298, 1684)
    assert len(picture.data) == 1684 * 298
    assert set(picture.data[:12]) == {255}
    assert renderer.picture(3, 2).width == 200
    for page in (0, 4):
        with pytest.raises(PageNotFound):
            renderer.picture(page, 1)


def test_a_part_is_the_same_as_in_the_whole(
    paper: Callable[..., Path], drawing: Callable[..., Renderer], block: Block
) -> None:
    path = paper(name="block.pdf")
    path.write_bytes(preview(block, 69, 25))
    renderer = drawing(path)
    renderer.open()
    whole = renderer.picture(1, 3)
    rows = [bytes(whole.data[y * whole.stride + 4 * 40 : y * whole.stride + 4 * 140]) for y in range(30, 90)]
    part = renderer.picture(1, 3, (40, 30, 100, 60))
    assert (part.width, part.height) == (100, 60)
    assert [bytes(part.data[y * 400 : (y + 1) * 400]) for y in range(60)] == rows
    edge = renderer.picture(1, 3, (whole.width - 10, whole.height - 5, 100, 100))
    assert (edge.width, edge.height) == (10, 5)


def test_pictures_never_outgrow_the_shared_memory(paper: Callable[..., Path], drawing: Callable[..., Renderer]) -> None:
    renderer = drawing(paper())
    renderer.open()
    picture = renderer.picture(1, 1000)
    assert 0.9 * REGION < picture.height * picture.stride <= REGION
    picture = renderer.picture(1, 1000, (0, 0, 500_000, 500_000))
    assert picture.height * picture.stride <= REGION


def test_signatures_and_form_values_are_drawn(
    paper: Callable[..., Path],
    drawing: Callable[..., Renderer],
    order: Callable[..., RevisionOrder],
    block: Block,
) -> None:
    path = paper()
    with closing(open_pdf(path)) as pdf:
        path.write_bytes(path.read_bytes() + prepare(pdf, order(place=(1, 20, 20, 69, 25), block=block)).suffix)
    renderer = drawing(path)
    renderer.open()
    assert dark(renderer.picture(1, 1)) > 500


def test_the_preview_of_a_block(paper: Callable[..., Path], drawing: Callable[..., Renderer], block: Block) -> None:
    renderer = drawing(paper())
    renderer.open()
    picture = renderer.picture_of(preview(block, 69, 25), 2)
    assert (picture.width, picture.height) == (391, 142)
    assert dark(picture) > 500
    assert renderer.picture(1, 1).width == 595
    with pytest.raises(PdfUnreadable):
        renderer.picture_of(b"no pdf", 2)


def test_passwords(paper: Callable[..., Path], drawing: Callable[..., Renderer]) -> None:
    import subprocess

    path = paper()
    target = path.with_name("encrypted.pdf")
    subprocess.run(["qpdf", "--encrypt", "pw", "owner", "256", "--", str(path), str(target)], check=True)
    renderer = drawing(target)
    for wrong in (None, b"no"):
        with pytest.raises(PdfPasswordRequired):
            renderer.open(wrong and Secret.taking(bytearray(wrong)))
    assert renderer.open(Secret.taking(bytearray(b"pw"))) == ((595, 842),)
    assert renderer.picture(1, 0.1).width == 60


def test_what_is_no_pdf(tmp_path: Path, drawing: Callable[..., Renderer]) -> None:
    path = tmp_path / "日本語 の名前.pdf"
    path.write_bytes(b"hello")
    renderer = drawing(path)
    with pytest.raises(PdfUnreadable):
        renderer.open()
    with pytest.raises(PdfUnreadable):
        renderer.picture(1, 1)


def test_a_name_in_japanese(paper: Callable[..., Path], drawing: Callable[..., Renderer]) -> None:
    assert len(drawing(paper(name="業務委託契約書 青葉設計.pdf")).open()) == 1


def test_a_deflate_bomb_is_an_overrun(paper: Callable[..., Path], drawing: Callable[..., Renderer]) -> None:
    squeeze = zlib.compressobj(9)
    first = squeeze.compress(bytes(MIB)) + squeeze.flush(zlib.Z_FULL_FLUSH)
    again = squeeze.compress(bytes(MIB)) + squeeze.flush(zlib.Z_FULL_FLUSH)
    bomb = zlib.compress(first + again * 2047 + b"\x03\x00", 9)
    stream = b"<</Length %d/Filter[/FlateDecode/FlateDecode]>>stream\n%b\nendstream" % (len(bomb), bomb)
    path = paper(pages=("/Contents 5 0 R",), more=(stream,))
    path.write_bytes(path.read_bytes().replace(b"/Contents 3 0 R/Resources<<>>", b"/Resources<<>>" + b" " * 15))
    renderer = drawing(path, Limits(30, 400 * MIB))
    renderer.open()
    with pytest.raises(DocumentTooLarge):
        renderer.picture(1, 1)


def test_cancel(paper: Callable[..., Path], drawing: Callable[..., Renderer]) -> None:
    renderer = drawing(paper())
    renderer.open()
    renderer.cancel()
    with pytest.raises(Cancelled):
        renderer.picture(1, 1)
