"""The CMS: one signature of the key, never a trial, and never one that does not fit."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from asn1crypto import cms, x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from keyfiles import issued, key, middle, name, signer

from app.card.demo_certificate import DemoIdentity
from app.errors.card import CertificateExpired, CertificateNotYetValid, CertificateUnusable, SignatureMismatch
from app.pki.certificate import digest_of, signature_room
from app.signing.cms import check_certificate, fits, signed_data
from app.signing.profile import PADES_B_B

DIGESTS = {"rsa-2048": "sha256", "p-256": "sha256", "p-384": "sha384", "p-521": "sha512"}
DIGEST = hashlib.sha256(b"the byte range").digest()


class CountingKey:
    """A software key that counts."""

    kind = "card"
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


class CurveKey:
    """A software key on a curve, as a card of the next generation will have it."""

    kind = "card"
    mechanism = "ecdsa"
    chain = ()

    def __init__(self, kind: str) -> None:
        self.certificate = signer(kind).der
        self.key = key(kind)
        self.asked: list[bytes] = []

    def sign(self, digest: bytes) -> bytes:
        self.asked.append(digest)
        algorithm = {32: hashes.SHA256(), 48: hashes.SHA384(), 64: hashes.SHA512()}[len(digest)]
        assert isinstance(self.key, ec.EllipticCurvePrivateKey)
        return self.key.sign(digest, ec.ECDSA(utils.Prehashed(algorithm)))


@pytest.mark.parametrize("kind", ["p-256", "p-384", "p-521"])
def test_one_digest_goes_through_the_whole_signature(kind: str) -> None:
    algorithm, curve = DIGESTS[kind], CurveKey(kind)
    digest = hashlib.new(algorithm, b"the byte range").digest()
    (signed,) = cms.ContentInfo.load(signed_data(curve, digest))["content"]["signer_infos"]
    attributes = {a["type"].native: a["values"] for a in signed["signed_attrs"]}
    assert attributes["message_digest"][0].native == digest
    assert signed["digest_algorithm"]["algorithm"].native == algorithm
    assert signed["signature_algorithm"]["algorithm"].native == f"{algorithm}_ecdsa"
    assert curve.asked == [hashlib.new(algorithm, signed["signed_attrs"].untag().dump()).digest()]


def test_a_digest_that_does_not_fit_the_key_is_not_signed() -> None:
    curve = CurveKey("p-384")
    with pytest.raises(ValueError):
        signed_data(curve, DIGEST)
    assert curve.asked == []


@pytest.mark.parametrize("kind", ["rsa-2048", "p-256", "p-384", "p-521"])
def test_the_digest_and_the_room_follow_from_the_certificate(kind: str) -> None:
    assert digest_of(signer(kind).der) == DIGESTS[kind]
    if kind != "rsa-2048":
        curve = CurveKey(kind)
        whole = len(signed_data(curve, hashlib.new(DIGESTS[kind]).digest()))
        room = len(curve.certificate) + signature_room(curve.certificate)
        assert room < whole < room + PADES_B_B.overhead


def test_a_curve_that_we_do_not_know_is_refused() -> None:
    other = issued(key("k-256"), name("x"), middle()).der
    with pytest.raises(CertificateUnusable):
        digest_of(other)


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
