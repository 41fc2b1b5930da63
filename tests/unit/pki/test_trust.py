"""Anchors are known by fingerprint and key, never by name."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.pki import trust

REAL = sorted((Path(__file__).resolve().parents[4] / "shared" / "trust").glob("jpki-signca0*.cer"))
JPKI = (
    (NameOID.COUNTRY_NAME, "JP"),
    (NameOID.ORGANIZATION_NAME, "JPKI"),
    (NameOID.ORGANIZATIONAL_UNIT_NAME, "JPKI for digital signature"),
    (NameOID.ORGANIZATIONAL_UNIT_NAME, "Japan Agency for Local Authority Information Systems"),
)


def name(*parts):
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in parts])


def certificate(subject, issuer, issuer_key, key, *, authority_key=None) -> bytes:
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .serial_number(5)
        .public_key(key.public_key())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    if authority_key is not None:
        builder = builder.add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False
        )
    return builder.sign(issuer_key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


@pytest.fixture(scope="module")
def keys():
    return [ec.generate_private_key(ec.SECP256R1()) for _ in range(3)]


@pytest.mark.skipif(len(REAL) != 3, reason="the real CA certificates are not here")
def test_the_pins_are_the_real_ones():
    for generation, path in enumerate(REAL, 1):
        der = path.read_bytes()
        assert trust.jpki_generation(der) == generation
        assert trust.is_jpki_name(asn1.Certificate.load(der).subject)
        assert trust.JPKI_KEY_IDENTIFIERS[asn1.Certificate.load(der).key_identifier.hex()] == generation
        assert [trust.issued_by(der, other.read_bytes()) for other in REAL] == [other == path for other in REAL]
        assert trust.Anchor(der, "jpki") in trust.anchors([der], [])
        assert trust.Anchor(der, "jpki") in trust.anchors([], [der])


def test_the_name_alone_is_no_anchor(keys):
    false = certificate(name(*JPKI), name(*JPKI), keys[0], keys[0])
    assert trust.jpki_generation(false) is None
    assert trust.names_jpki_issuer(false)
    assert trust.Anchor(false, "jpki") not in trust.anchors([false], [])
    assert [anchor.kind for anchor in trust.anchors([false], [])] == ["demo"]
    assert trust.Anchor(false, "given") in trust.anchors([], [false])


def test_the_practice_authority_stays_one_when_it_is_given():
    demo = trust.demo_authority()
    assert trust.anchors([demo], [demo]) == (trust.Anchor(demo, "demo"),)


def test_two_authorities_of_one_name_are_told_apart(keys):
    first, second, person = keys
    issuers = [certificate(name(*JPKI), name(*JPKI), key, key) for key in (first, second)]
    subject = name((NameOID.COMMON_NAME, "1"))
    honest = certificate(subject, name(*JPKI), first, person, authority_key=first)
    assert [trust.issued_by(honest, issuer) for issuer in issuers] == [True, False]
    pretending = certificate(subject, name(*JPKI), second, person, authority_key=first)
    assert [trust.issued_by(pretending, issuer) for issuer in issuers] == [False, False]


def test_why_an_issuer_is_unknown(keys, monkeypatch):
    known, other, person = keys
    authority = certificate(name(*JPKI), name(*JPKI), known, known)
    identifier = asn1.Certificate.load(authority).key_identifier.hex()
    monkeypatch.setattr(trust, "JPKI_PINS", {2: trust.fingerprint(authority)})
    monkeypatch.setattr(trust, "JPKI_KEY_IDENTIFIERS", {identifier: 2})
    subject = name((NameOID.COMMON_NAME, "1"))
    of_the_known = certificate(subject, name(*JPKI), known, person, authority_key=known)
    assert trust.why_unknown(of_the_known, []) == "issuer-certificate-missing"
    pretending = certificate(subject, name(*JPKI), other, person, authority_key=known)
    assert trust.why_unknown(pretending, [authority]) == "issuer-unknown"
    of_the_next = certificate(subject, name(*JPKI), other, person, authority_key=other)
    assert trust.why_unknown(of_the_next, [authority]) == "unknown-jpki-generation"
    stranger = certificate(subject, name((NameOID.COMMON_NAME, "CA")), other, person)
    assert trust.why_unknown(stranger, [authority]) == "issuer-unknown"


@pytest.mark.parametrize("garbage", [b"", b"\x30", b"\x30\x80", b"no certificate", b"\x30\x03\x02\x01\x01"])
def test_garbage_is_nobody(garbage):
    assert not trust.names_jpki_issuer(garbage)
    assert trust.jpki_generation(garbage) is None
    assert not trust.issued_by(garbage, trust.demo_authority())
    assert not trust.issued_by(trust.demo_authority(), garbage)
    assert trust.why_unknown(garbage, []) == "issuer-unknown"
