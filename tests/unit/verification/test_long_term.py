"""What a file brings along for later: revocation data and document timestamps, judged by content."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko_certvalidator import ValidationContext


def revocation_list(issuer, now, *, revoked=None, days=20) -> bytes:
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(x509.load_der_x509_certificate(issuer.certificate).subject)
        .last_update(now - timedelta(days=1))
        .next_update(now + timedelta(days=days))
    )
    if revoked is not None:
        entry = x509.RevokedCertificateBuilder().serial_number(revoked[0]).revocation_date(revoked[1]).build()
        builder = builder.add_revoked_certificate(entry)
    return builder.sign(issuer.private, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


@pytest.fixture
def clock(forge):
    return forge.authority("clock", cn="Clock CA")


@pytest.fixture
def long_term(forge, authority, hanako, clock):
    """Signs with the CRLs of both authorities inside; `archived`: with a document timestamp over it."""

    def make(*, archived: bool, when=None) -> bytes:
        context = ValidationContext(
            trust_roots=[authority.asn1, clock.asn1],
            crls=[revocation_list(authority, forge.now), revocation_list(clock, forge.now)],
            allow_fetching=False,
        )
        meta = signers.PdfSignatureMetadata(
            field_name="Signature1",
            subfilter=fields.SigSeedSubFilter.PADES,
            embed_validation_info=True,
            validation_context=context,
            use_pades_lta=archived,
        )
        signer = signers.PdfSigner(meta, signer=hanako.signer(), timestamper=forge.stamper(clock, when or forge.now))
        return bytes(signer.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(forge.pdf()))).getbuffer())

    return make


@pytest.mark.parametrize(("archived", "level"), [(False, "pades-b-lt"), (True, "pades-b-lta")])
def test_levels_by_content(judge, long_term, authority, clock, archived, level):
    report = judge(long_term(archived=archived), authority.certificate, clock.certificate)
    (signature,) = report.signatures  # the document timestamp is none of a person's
    assert (signature.level, signature.revocation) == (level, "good")
    assert (signature.changes, signature.verdict) == ("permitted", "good")
    assert signature.proven_time is not None


def test_a_certificate_revoked_before_is_bad_and_one_revoked_after_a_proven_time_is_not(
    judge, forge, authority, hanako, clock
):
    serial = hanako.asn1.serial_number
    stamped = forge.sign(forge.pdf(), hanako, stamper=forge.stamper(clock, forge.now - timedelta(days=5)))
    plain = forge.sign(forge.pdf(), hanako)

    def with_list(data, day):
        crl = revocation_list(authority, forge.now, revoked=(serial, forge.now - timedelta(days=day)))
        catalog = re.findall(rb"\n1 0 obj\s(.*?)\sendobj", data, re.DOTALL)[-1]
        catalog = catalog.rstrip()[:-2] + b"/DSS<</CRLs[71 0 R]/Certs[]>>>>"
        stream = b"<</Length %d>>stream\n%s\nendstream" % (len(crl), crl)
        return forge.update(data, {1: catalog, 71: stream})

    anchors = (authority.certificate, clock.certificate)
    (revoked,) = judge(with_list(plain, 2), *anchors).signatures
    assert (revoked.intact, revoked.revocation, revoked.verdict) == (True, "revoked", "bad")
    (before,) = judge(with_list(stamped, 9), *anchors).signatures
    assert (before.revocation, before.verdict) == ("revoked", "bad")
    (after,) = judge(with_list(stamped, 2), *anchors).signatures
    assert after.revocation == "good"


def test_a_timestamp_for_something_else_is_said(judge, forge, hanako, authority, clock):
    from asn1crypto import cms

    data = forge.sign(forge.pdf(), hanako, stamper=forge.stamper(clock, forge.now))
    other = forge.sign(forge.pdf(), hanako, "Other", stamper=forge.stamper(clock, forge.now))

    def content(file):
        start = file.index(b"/Contents <") + 11
        return start, cms.ContentInfo.load(bytes.fromhex(file[start : file.index(b">", start)].decode()))

    start, info = content(data)
    _, foreign = content(other)
    info["content"]["signer_infos"][0]["unsigned_attrs"] = foreign["content"]["signer_infos"][0]["unsigned_attrs"]
    swapped = info.dump().hex().encode()
    end = data.index(b">", start)
    file = data[:start] + swapped.ljust(end - start, b"0") + data[end:]
    (signature,) = judge(file, authority.certificate, clock.certificate).signatures
    assert (signature.intact, signature.level, signature.proven_time) == (True, "pades-b-b", None)
    assert "timestamp-invalid" in signature.reasons
    assert signature.verdict == "caution"
