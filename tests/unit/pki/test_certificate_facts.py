"""What the program asks of a certificate before it is used."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from app.errors.card import CertificateUnusable
from app.pki.certificate import mechanism_of, validity

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
END = BEGIN + timedelta(days=365)


def certificate(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey) -> bytes:
    algorithm = None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    built = x509.CertificateBuilder(x509.Name([]), x509.Name([]), key.public_key(), 1, BEGIN, END)
    return built.sign(key, algorithm).public_bytes(Encoding.DER)


def test_mechanisms() -> None:
    assert mechanism_of(certificate(rsa.generate_private_key(65537, 2048))) == "rsa-pkcs1v15"
    assert mechanism_of(certificate(ec.generate_private_key(ec.SECP384R1()))) == "ecdsa"


def test_a_key_that_is_neither() -> None:
    with pytest.raises(CertificateUnusable) as caught:
        mechanism_of(certificate(ed25519.Ed25519PrivateKey.generate()))
    assert caught.value.facts == {"detail": "key-type"}


def test_validity() -> None:
    assert validity(certificate(ec.generate_private_key(ec.SECP256R1()))) == (BEGIN, END)


@pytest.mark.parametrize("content", [b"", b"\x30", b"\x30\x82\x01\x00", b"\x30\x03\x02\x01\x00", b"x" * 100])
def test_unreadable(content: bytes) -> None:
    for question in (mechanism_of, validity):
        with pytest.raises(CertificateUnusable) as caught:
            question(content)
        assert caught.value.facts == {"detail": "unreadable"}
