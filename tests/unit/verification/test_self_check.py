"""What is looked at after signing, and how the children end."""

from __future__ import annotations

import sys
import threading

import pytest

from app.errors import Cancelled, DocumentTooSlow, PdfPasswordRequired, SelfCheckFailed
from app.isolation import MIB, Limits
from app.secret import Secret
from app.verification.report import VerificationReport
from app.verification.verify import Verifier, verify

NOTHING = VerificationReport((), 1)


@pytest.fixture
def file(tmp_path, signed):
    path = tmp_path / "signed.pdf"
    path.write_bytes(signed)
    return path


def test_a_good_file_passes(verifier, file):
    report = verifier.self_check(file, field="Signature1", before=NOTHING, pages=1)
    # trust is no condition for signing
    assert report.signatures[0].trusted == "no"


@pytest.mark.parametrize(
    ("arguments", "detail"),
    [({"field": "Other"}, "no-signature"), ({"pages": 2, "before": VerificationReport((), 2)}, "pages")],
)
def test_another_field_or_number_of_pages_fails(verifier, file, arguments, detail):
    with pytest.raises(SelfCheckFailed) as failure:
        verifier.self_check(file, **{"field": "Signature1", "before": NOTHING, "pages": 1, **arguments})
    assert failure.value.facts == {"detail": detail}


def test_an_altered_file_fails(verifier, file, signed):
    file.write_bytes(signed.replace(b"100 yen", b"900 yen"))
    with pytest.raises(SelfCheckFailed) as failure:
        verifier.self_check(file, field="Signature1", before=NOTHING, pages=1)
    assert failure.value.facts == {"detail": "not-intact"}


def test_a_signature_that_is_not_the_last_word_fails(verifier, forge, file, signed):
    file.write_bytes(forge.update(signed, {90: b"<<>>"}))
    with pytest.raises(SelfCheckFailed) as failure:
        verifier.self_check(file, field="Signature1", before=NOTHING, pages=1)
    assert failure.value.facts == {"detail": "not-whole-file"}


def test_earlier_signatures_may_not_get_worse(verifier, forge, hanako, file, signed):
    before = verifier.verify(file)
    file.write_bytes(forge.sign(signed, hanako, "Signature2"))
    assert len(verifier.self_check(file, field="Signature2", before=before, pages=1).signatures) == 2
    replaced = forge.update(signed, {4: b"<</Length 0>>stream\n\nendstream"})
    file.write_bytes(forge.sign(replaced, hanako, "Signature2"))
    with pytest.raises(SelfCheckFailed) as failure:
        verifier.self_check(file, field="Signature2", before=before, pages=1)
    assert failure.value.facts == {"detail": "earlier-signature"}
    # one that was broken before is no obstacle
    file.write_bytes(replaced)
    before = verifier.verify(file)
    file.write_bytes(forge.sign(replaced, hanako, "Signature2"))
    verifier.self_check(file, field="Signature2", before=before, pages=1)


def test_a_comparison_that_does_not_end_is_unknown_and_integrity_is_told(forge, hanako, file, signed):
    file.write_bytes(forge.sign(signed, hanako, "Signature2"))
    report = verify(file, comparing=Limits(seconds=0.05, memory=1024 * MIB))
    first, second = report.signatures
    assert (first.intact, first.changes, first.verdict) == (True, "unknown", "caution")
    assert "analysis-unfinished" in first.reasons
    assert (second.intact, second.changes) == (True, "none")


@pytest.mark.skipif(sys.platform != "linux", reason="RLIMIT_AS")
def test_a_comparison_out_of_memory_is_unknown(forge, hanako, file, signed):
    file.write_bytes(forge.sign(signed, hanako, "Signature2"))
    first, _ = verify(file, comparing=Limits(seconds=20, memory=40 * MIB)).signatures
    assert (first.intact, first.changes) == (True, "unknown")


def test_time_is_limited_and_the_next_file_gets_a_new_child(file):
    with Verifier(Limits(seconds=0.01, memory=1024 * MIB)) as verifier:
        with pytest.raises(DocumentTooSlow):
            verifier.verify(file)
        verifier._checker.limits = Limits(seconds=30, memory=1024 * MIB)
        assert verifier.verify(file).signatures[0].intact


def test_cancel_from_another_thread(file):
    with Verifier() as verifier:
        threading.Timer(0.05, verifier.cancel).start()
        with pytest.raises(Cancelled):
            verifier.verify(file)


def test_an_encrypted_file_wants_its_password(forge, hanako, tmp_path):
    import io

    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.pdf_utils.writer import copy_into_new_writer
    from pyhanko.sign import fields, signers

    writer = copy_into_new_writer(PdfFileReader(io.BytesIO(forge.pdf())))
    writer.encrypt("owner", "user")
    plain = io.BytesIO()
    writer.write(plain)
    update = IncrementalPdfFileWriter(plain)
    update.encrypt("user")
    meta = signers.PdfSignatureMetadata(field_name="Signature1", subfilter=fields.SigSeedSubFilter.PADES)
    path = tmp_path / "encrypted.pdf"
    path.write_bytes(signers.sign_pdf(update, meta, signer=hanako.signer()).getbuffer())
    for password in (None, Secret.taking(bytearray(b"wrong"))):
        with pytest.raises(PdfPasswordRequired):
            verify(path, password=password)
    with Secret.taking(bytearray(b"user")) as password:
        report = verify(path, password=password)
    assert (report.signatures[0].intact, report.signatures[0].changes) == (True, "none")
