"""Real files of other programs: only the library complains, never our own code, and what is prepared is sound."""

from __future__ import annotations

import subprocess
import traceback
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from app.document.facts import Block, PdfDocument, PreparedRevision, RevisionOrder
from app.document.pdf import open_pdf
from app.document.prepare import prepare
from app.errors.base import UserError

CORPUS = Path(__file__).resolve().parents[4] / "shared" / "corpus"
FILES = sorted(path for path in CORPUS.rglob("*") if path.suffix in (".pdf", ".fuzz"))


def prepared(
    path: Path, order: Callable[..., RevisionOrder], block: Block
) -> tuple[PdfDocument, list[PreparedRevision]]:
    """Its facts, and the revisions with an invisible signature and with a visible one on the last page."""
    with closing(open_pdf(path)) as pdf:
        facts = pdf.facts()
        width, height = (length / 72 * 25.4 for length in facts.pages[-1].size)
        place = (-1, 0.0, 0.0, min(69.0, width), min(25.0, height))
        wishes = (order(subfilter="ETSI.CAdES.detached"), order(place=place, block=block))
        return facts, [prepare(pdf, wish) for wish in wishes]


def complaints(path: Path) -> int:
    return subprocess.run(["qpdf", "--check", str(path)], capture_output=True, check=False).returncode


@pytest.mark.skipif(not FILES, reason="the corpus of real PDFs is not here")
@pytest.mark.parametrize("path", FILES or [Path("none")], ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_real_file(path: Path, order: Callable[..., RevisionOrder], block: Block, tmp_path: Path) -> None:
    try:
        facts, revisions = prepared(path, order, block)
    except UserError:
        return
    except Exception as error:  # the library's: the child names it by its class
        if "/app/" in traceback.extract_tb(error.__traceback__)[-1].filename:
            raise
        return
    for revision in revisions:
        target = tmp_path / "prepared.pdf"
        target.write_bytes(path.read_bytes() + revision.suffix)
        assert complaints(target) <= complaints(path)
        with closing(open_pdf(target)) as pdf:
            after = pdf.facts()
        assert after.pages == facts.pages
        assert [field.name for field in after.signatures if field not in facts.fields] == [revision.field]
