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
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import load_der_x509_certificate
from pyhanko.sign.signers.pdf_cms import Signer
from pyhanko_certvalidator.registry import SimpleCertificateStore

from app.errors.card import CertificateExpired, CertificateNotYetValid, CertificateUnusable, SignatureMismatch
from app.signing.key import SigningKey

ALGORITHMS = {"rsa-pkcs1v15": "sha256_rsa", "ecdsa": "sha256_ecdsa"}


def check_certificate(der: bytes, now: datetime) -> None:
    """Whether a certificate may sign at `now` (aware). Raises CertificateExpired, …NotYetValid, …Unusable."""
    try:
        certificate = x509.Certificate.load(der)
        usage = certificate.key_usage_value
        begins, ends = certificate.not_valid_before, certificate.not_valid_after
    except (ValueError, TypeError, KeyError):
        raise CertificateUnusable(detail="unreadable") from None
    if usage is not None and not {"digital_signature", "non_repudiation"} & usage.native:
        raise CertificateUnusable(detail="key-usage")
    if now > ends:
        raise CertificateExpired(not_after=ends.astimezone().date().isoformat())
    if now < begins:
        raise CertificateNotYetValid(not_before=begins.astimezone().date().isoformat())


def signed_data(key: SigningKey, digest: bytes) -> bytes:
    """The DER of a detached CMS signature over a SHA-256 `digest`, in the form of PAdES.

    Raises SignatureMismatch when the key's answer does not fit its certificate, and whatever the key raises.
    """
    signer = _KeySigner(key)
    content = asyncio.run(signer.async_sign(digest, "sha256", use_pades=True))
    return bytes(content.dump())


class _KeySigner(Signer):  # type: ignore[misc]
    def __init__(self, key: SigningKey) -> None:
        algorithm = ALGORITHMS.get(key.mechanism)
        if algorithm is None:
            raise CertificateUnusable(detail="key-type")
        self._key = key
        super().__init__(
            signing_cert=x509.Certificate.load(key.certificate),
            cert_registry=_store(key.chain),
            signature_mechanism=algos.SignedDigestAlgorithm({"algorithm": algorithm}),
        )

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        if dry_run or digest_algorithm != "sha256":
            raise ValueError("the key signs once, with SHA-256, and never for a trial")
        digest = hashlib.sha256(data).digest()
        signature = self._key.sign(digest)
        if not fits(self._key.certificate, digest, signature):
            raise SignatureMismatch
        return signature


def fits(certificate: bytes, digest: bytes, signature: bytes) -> bool:
    """Whether `signature` over a SHA-256 `digest` was made with the certificate's key."""
    public = load_der_x509_certificate(certificate).public_key()
    try:
        if isinstance(public, rsa.RSAPublicKey):
            public.verify(signature, digest, padding.PKCS1v15(), Prehashed(SHA256()))
        elif isinstance(public, ec.EllipticCurvePublicKey):
            public.verify(signature, digest, ec.ECDSA(Prehashed(SHA256())))
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
