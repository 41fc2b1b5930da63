"""The fast reader either says just what the library says, or nothing."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from pyhanko.pdf_utils.misc import PdfReadError

from app.document.pages import read_pages
from app.document.pdf import open_pdf
from app.document.rawdict import RawObjects, _parsed

CORPUS = Path(__file__).resolve().parents[4] / "shared" / "corpus"


def test_plain_dictionaries() -> None:
    entries = _parsed(b" <</Type /Page/Parent 2 0 R\n /MediaBox[0 0\t595.5 -8]/R<</F 1 0 R>>/S(a b)/H<00 ff>>> rest")
    assert entries == {
        b"/Type": (b"/Page",),
        b"/Parent": (b"2", b"0", b"R"),
        b"/MediaBox": (b"[", b"0", b"0", b"595.5", b"-8", b"]"),
        b"/R": (b"<<", b"/F", b"1", b"0", b"R", b">>"),
        b"/S": (b"(a b)",),
        b"/H": (b"<00 ff>",),
    }


@pytest.mark.parametrize(
    "odd",
    [
        b"",
        b"[1 2]",
        b"<</A 1",
        b"<</A>>",
        b"<</A 1/A 2>>",
        b"<</M#65diaBox [0 0 1 1]>>",
        b"<</S(nested (brackets))>>",
        b"<</A {1}>>",
        b"<</S(never ends>>",
        b"<</A 1 % a note\n>>",
    ],
)
def test_whatever_is_odd_is_left_to_the_library(odd: bytes) -> None:
    assert _parsed(odd) is None


@pytest.mark.parametrize("name", ["/Fake(<</MediaBox[0 0 9 9]>>)", "%/MediaBox[0 0 9 9]\n", "/X<</MediaBox[0 0 9 9]>>"])
def test_what_only_looks_like_an_entry_is_none(paper: Callable[..., Path], name: str) -> None:
    with closing(open_pdf(paper(pages=(name,)))) as pdf:
        assert pdf.tree.pages[0].box == (0, 0, 595, 842)


@pytest.mark.parametrize("entries", ["/Rotate 90.0", "/MediaBox 3 0 R", "/Rotate(90)", "/MediaBox[1 2 3]"])
def test_odd_values(paper: Callable[..., Path], entries: str) -> None:
    with closing(open_pdf(paper(pages=(f"/Pad<</A 1>>{entries}",)))) as pdf:
        assert pdf.tree.pages[0].rotation == (90 if entries == "/Rotate 90.0" else 0)


@pytest.mark.parametrize("entries", ["/Rotate nan", "/MediaBox[0 0 1e3 5]", "/Rotate 0/Rotate 90"])
def test_errors_are_the_librarys(paper: Callable[..., Path], entries: str) -> None:
    path = paper(pages=(entries,))
    with pytest.raises(PdfReadError):
        open_pdf(path)


def agree(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    try:
        pdf = open_pdf(path)
    except Exception:
        return
    with closing(pdf), monkeypatch.context() as context:
        context.setattr(RawObjects, "dictionary", lambda self, key: None)
        slow = read_pages(pdf.reader)
        assert (slow.pages, slow.keys) == (pdf.tree.pages, pdf.tree.keys)


@pytest.mark.parametrize("streams", ["generate", "disable"])
def test_both_agree_inside_object_streams_too(
    paper: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, streams: str
) -> None:
    path = paper(pages=("/Rotate 90", "/CropBox[1 2 30.5 40]", "") * 30)
    packed = path.with_name("packed.pdf")
    subprocess.run(["qpdf", f"--object-streams={streams}", str(path), str(packed)], check=True)
    agree(packed, monkeypatch)


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real PDFs is not here")
def test_both_agree_on_real_files(monkeypatch: pytest.MonkeyPatch) -> None:
    for path in CORPUS.rglob("*.pdf"):
        agree(path, monkeypatch)
