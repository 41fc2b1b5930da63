"""What the program asks of a certificate before it is used."""

from __future__ import annotations

import contextlib
import random
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from app.card.demo_certificate import DemoIdentity
from app.errors.base import UserError
from app.errors.card import CertificateUnusable
from app.pki.certificate import digest_of, mechanism_of, signature_room, validity
from app.pki.holder import display_name, holder_of
from app.signing.cms import check_certificate

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


TAGS = (0x00, 0x01, 0x0C, 0x17, 0x18, 0x1C, 0x1E, 0x30, 0x31, 0x7F, 0x80, 0x81, 0x82, 0xA0, 0xA3, 0xFF)


def mutated(certificate: bytes, chance: random.Random) -> bytes:
    content = bytearray(certificate)
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        place = chance.randrange(len(content))
        content[place] = chance.choice((chance.choice(TAGS), content[place] ^ 1 << chance.randrange(8), 0x7F))
    return bytes(content)


def test_a_certificate_with_a_few_wrong_bytes_is_read_or_unusable() -> None:
    """It is read after the password was sent: nothing but an error that a person understands may come of it."""
    chance, original = random.Random(5), DemoIdentity().sign.certificate
    questions = (mechanism_of, digest_of, signature_room, validity, holder_of, display_name)
    for _ in range(4000):
        der = mutated(original, chance)
        for question in questions:
            with contextlib.suppress(UserError):
                question(der)
        with contextlib.suppress(UserError):
            check_certificate(der, BEGIN)
