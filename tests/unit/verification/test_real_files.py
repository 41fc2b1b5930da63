"""Real files of other programs: each gets a verdict or an error that a person understands."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.errors.document import DocumentTooSlow, EncryptionUnsupported, PdfPasswordRequired, PdfUnreadable
from app.verification.report import REASONS

CORPUS = Path(__file__).resolve().parents[4] / "shared" / "corpus"
FILES = sorted(CORPUS.glob("*/*.pdf"))


@pytest.mark.skipif(not FILES, reason="the corpus is not here")
@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name[:8]}")
def test_every_file_gets_an_answer(verifier, path):
    try:
        report = verifier.verify(path)
    except (PdfUnreadable, PdfPasswordRequired, EncryptionUnsupported, DocumentTooSlow):
        return
    for signature in report.signatures:
        assert set(signature.reasons) <= REASONS.keys()
        # none of these programs' certificates leads to an anchor here
        assert signature.verdict in ("caution", "bad")
    if path.parent.name in ("signed", "certified"):
        assert report.verdict != "none"
