"""What is looked at after signing, and how the children end."""

from __future__ import annotations

import sys
import threading

import pytest
from pyhanko.sign.fields import MDPPerm

from app.document.pdf import OpenPdf
from app.errors.base import Cancelled
from app.errors.document import DocumentTooSlow, PdfPasswordRequired, SelfCheckFailed
from app.isolation import MIB, Limits
from app.secret import Secret
from app.verification.verify import Verifier, verify

EVIL = b"<</Length 0>>stream\n\nendstream"


@pytest.fixture
def source(tmp_path, forge):
    path = tmp_path / "source.pdf"
    path.write_bytes(forge.pdf())
    return path


@pytest.fixture
def file(tmp_path, signed):
    path = tmp_path / "signed.pdf"
    path.write_bytes(signed)
    return path


@pytest.fixture
def checked(verifier, source, tmp_path):
    """The self-check of bytes that were made from the source."""

    def check(data, **changes):
        path = tmp_path / "out.pdf"
        path.write_bytes(data)
        return verifier.self_check(path, **{"source": source, "field": "Signature1", **changes})

    return check


def detail(failure) -> str:
    return failure.value.facts["detail"]


def test_a_good_file_passes(checked, forge, hanako, source):
    report = checked(forge.sign_as_natsuin(source, hanako))
    # trust is no condition for signing
    assert report.signatures[0].trusted == "no"


def test_another_field_fails(checked, forge, hanako, source):
    with pytest.raises(SelfCheckFailed) as failure:
        checked(forge.sign_as_natsuin(source, hanako), field="Other")
    assert detail(failure) == "no-signature"


def test_an_altered_file_fails(checked, forge, hanako, source):
    with pytest.raises(SelfCheckFailed) as failure:
        checked(forge.sign_as_natsuin(source, hanako).replace(b"100 yen", b"900 yen"))
    assert detail(failure) == "not-intact"


def test_a_signature_that_is_not_the_last_word_fails(checked, forge, hanako, source):
    with pytest.raises(SelfCheckFailed) as failure:
        checked(forge.update(forge.sign_as_natsuin(source, hanako), {90: b"<<>>"}))
    assert detail(failure) == "not-whole-file"


def test_a_page_replaced_on_the_way_to_the_signature_fails(checked, forge, hanako, source):
    original = source.read_bytes()
    source.write_bytes(forge.update(original, {4: EVIL}))
    data = forge.sign_as_natsuin(source, hanako)
    source.write_bytes(original)
    with pytest.raises(SelfCheckFailed) as failure:
        checked(data)
    assert detail(failure) == "unexpected-change"


@pytest.mark.parametrize("count", [b"2147483647", b"-3", b"0", b"null"])
def test_a_document_that_counts_its_pages_wrongly_is_signed_all_the_same(checked, forge, hanako, source, count):
    source.write_bytes(forge.update(forge.pdf(), {2: b"<</Type/Pages/Kids[3 0 R]/Count %s>>" % count}))
    assert checked(forge.sign_as_natsuin(source, hanako)).signatures[0].intact


def test_earlier_signatures_may_not_get_worse(checked, verifier, forge, hanako, source, monkeypatch):
    source.write_bytes(forge.sign(forge.pdf(), hanako))
    both = forge.sign_as_natsuin(source, hanako)
    for before in (None, verifier.verify(source)):
        assert len(checked(both, field="Signature2", before=before).signatures) == 2
    source.write_bytes(forge.sign(forge.pdf(), hanako, certify=MDPPerm.NO_CHANGES))
    with monkeypatch.context() as patch:
        patch.setattr("app.document.prepare._check", lambda pdf: None)
        patch.setattr(OpenPdf, "new_field_allowed", True)
        data = forge.sign_as_natsuin(source, hanako)
    for before in (None, verifier.verify(source)):
        with pytest.raises(SelfCheckFailed) as failure:
            checked(data, field="Signature2", before=before)
        assert detail(failure) == "earlier-signature"


def test_one_that_was_broken_before_is_no_obstacle(checked, forge, hanako, source):
    source.write_bytes(forge.update(forge.sign(forge.pdf(), hanako), {4: EVIL}))
    checked(forge.sign_as_natsuin(source, hanako), field="Signature2")


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
