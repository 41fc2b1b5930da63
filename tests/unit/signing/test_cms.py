"""The CMS: one signature of the key, never a trial, and never one that does not fit."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from asn1crypto import cms, x509

from app.card.demo_certificate import DemoIdentity
from app.errors.card import CertificateExpired, CertificateNotYetValid, CertificateUnusable, SignatureMismatch
from app.signing.cms import check_certificate, fits, signed_data

DIGEST = hashlib.sha256(b"the byte range").digest()


class CountingKey:
    """A software key that counts."""

    mechanism = "rsa-pkcs1v15"

    def __init__(self, identity: DemoIdentity) -> None:
        self.certificate = identity.sign.certificate
        self.chain = (identity.authority,)
        self.identity = identity
        self.calls = 0
        self.spoil = False

    def sign(self, digest: bytes) -> bytes:
        from cryptography.hazmat.primitives.asymmetric import padding, utils
        from cryptography.hazmat.primitives.hashes import SHA256

        self.calls += 1
        signature = self.identity.sign.key.sign(digest, padding.PKCS1v15(), utils.Prehashed(SHA256()))
        return signature[:-1] + bytes([signature[-1] ^ 1]) if self.spoil else signature


@pytest.fixture(scope="module")
def identity() -> DemoIdentity:
    return DemoIdentity()


def test_the_key_is_asked_once(identity: DemoIdentity) -> None:
    key = CountingKey(identity)
    content = cms.ContentInfo.load(signed_data(key, DIGEST))["content"]
    assert key.calls == 1
    (signer,) = content["signer_infos"]
    attributes = {a["type"].native: a["values"] for a in signer["signed_attrs"]}
    assert attributes["message_digest"][0].native == DIGEST
    # PAdES (EN 319 142-1, 6.3): the time stands in /M, never in the attributes; the certificate is bound by its hash
    assert set(attributes) == {"content_type", "message_digest", "signing_certificate_v2"}
    assert "unsigned_attrs" not in signer or not signer["unsigned_attrs"].native
    assert {c.chosen.dump() for c in content["certificates"]} == {key.certificate, *key.chain}
    assert content["encap_content_info"]["content"].native is None


def test_an_answer_that_does_not_fit_is_thrown_away(identity: DemoIdentity) -> None:
    key = CountingKey(identity)
    key.spoil = True
    with pytest.raises(SignatureMismatch):
        signed_data(key, DIGEST)
    assert key.calls == 1
    assert not fits(key.certificate, DIGEST, b"")


def test_a_key_of_a_kind_we_do_not_know_is_not_asked(identity: DemoIdentity) -> None:
    key = CountingKey(identity)
    key.mechanism = "rsa-pss"
    with pytest.raises(CertificateUnusable):
        signed_data(key, DIGEST)
    assert key.calls == 0


def test_validity_is_checked_before_the_signature(identity: DemoIdentity) -> None:
    certificate = identity.sign.certificate
    validity = x509.Certificate.load(certificate)["tbs_certificate"]["validity"].native
    check_certificate(certificate, datetime.now(UTC))
    with pytest.raises(CertificateExpired):
        check_certificate(certificate, validity["not_after"] + timedelta(seconds=1))
    with pytest.raises(CertificateNotYetValid):
        check_certificate(certificate, validity["not_before"] - timedelta(seconds=1))
    with pytest.raises(CertificateUnusable):
        check_certificate(b"\x30\x03\x02\x01\x01", datetime.now(UTC))
