"""The pyHanko adapter: a CMS SignedData (RFC 5652, ETSI EN 319 122-1) around one signature of the key.

The key is asked exactly once. pyHanko's size estimate (a dry run through the signer) is never used: the room in
the file is fixed before, by the profile.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from asn1crypto import algos, x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512, HashAlgorithm
from cryptography.x509 import load_der_x509_certificate
from pyhanko.sign.signers.pdf_cms import Signer
from pyhanko_certvalidator.registry import SimpleCertificateStore

from app.errors.card import CertificateExpired, CertificateNotYetValid, CertificateUnusable, SignatureMismatch
from app.pki.certificate import DIGEST_SIZES, MALFORMED, digest_of
from app.signing.key import SigningKey

FAMILIES = {"rsa-pkcs1v15": "rsa", "ecdsa": "ecdsa"}
HASHES: dict[str, HashAlgorithm] = {"sha256": SHA256(), "sha384": SHA384(), "sha512": SHA512()}


def check_certificate(der: bytes, now: datetime, key: str = "card") -> None:
    """Whether a certificate may sign at `now` (aware); `key`: the kind of its key, a fact for the words.

    Raises CertificateExpired, CertificateNotYetValid, CertificateUnusable.
    """
    try:
        certificate = x509.Certificate.load(der)
        value = certificate.key_usage_value
        usage = None if value is None else set(value.native)
        begins, ends = certificate.not_valid_before, certificate.not_valid_after
    except MALFORMED:
        raise CertificateUnusable(detail="unreadable", key=key) from None
    if usage is not None and not {"digital_signature", "non_repudiation"} & usage:
        raise CertificateUnusable(detail="key-usage", key=key)
    if now > ends:
        raise CertificateExpired(not_after=ends.astimezone().date().isoformat(), key=key)
    if now < begins:
        raise CertificateNotYetValid(not_before=begins.astimezone().date().isoformat(), key=key)


def signed_data(key: SigningKey, digest: bytes) -> bytes:
    """The DER of a detached CMS signature in the form of PAdES; `digest` is the one of `digest_of` the certificate.

    Raises SignatureMismatch when the key's answer does not fit its certificate, and whatever the key raises.
    """
    signer = _KeySigner(key)
    if DIGEST_SIZES.get(len(digest)) != signer.digest:
        raise ValueError("not the digest that fits the key")
    content = asyncio.run(signer.async_sign(digest, signer.digest, use_pades=True))
    return bytes(content.dump())


class _KeySigner(Signer):  # type: ignore[misc]
    """One digest for everything: the content, the attributes and the name of the certificate in them."""

    def __init__(self, key: SigningKey) -> None:
        family = FAMILIES.get(key.mechanism)
        if family is None:
            raise CertificateUnusable(detail="key-type", key=key.kind)
        self._key = key
        self.digest = digest_of(key.certificate)
        super().__init__(
            signing_cert=x509.Certificate.load(key.certificate),
            cert_registry=_store(key.chain),
            signature_mechanism=algos.SignedDigestAlgorithm({"algorithm": f"{self.digest}_{family}"}),
        )

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        if dry_run or digest_algorithm != self.digest:
            raise ValueError("the key signs once, with the digest that fits it, and never for a trial")
        digest = hashlib.new(self.digest, data).digest()
        signature = self._key.sign(digest)
        if not fits(self._key.certificate, digest, signature):
            raise SignatureMismatch(key=self._key.kind)
        return signature


def fits(certificate: bytes, digest: bytes, signature: bytes) -> bool:
    """Whether `signature` over a digest (SHA-256, SHA-384 or SHA-512) was made with the certificate's key."""
    public = load_der_x509_certificate(certificate).public_key()
    prehashed = Prehashed(HASHES[DIGEST_SIZES[len(digest)]])
    try:
        if isinstance(public, rsa.RSAPublicKey):
            public.verify(signature, digest, padding.PKCS1v15(), prehashed)
        elif isinstance(public, ec.EllipticCurvePublicKey):
            public.verify(signature, digest, ec.ECDSA(prehashed))
        else:
            return False
    except InvalidSignature:
        return False
    return True


def _store(chain: Sequence[bytes]) -> Any:
    store = SimpleCertificateStore()
    for der in chain:
        store.register(x509.Certificate.load(der))
    return store


def now() -> datetime:
    """This moment, aware, in the local zone, whole seconds."""
    return datetime.now(UTC).replace(microsecond=0).astimezone()
