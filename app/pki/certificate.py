"""What a certificate (DER) says about its key and its time, and nothing else."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from app.errors.card import CertificateUnusable

if TYPE_CHECKING:
    from asn1crypto import x509

DIGEST_SIZES: Final = {32: "sha256", 48: "sha384", 64: "sha512"}
"""Bytes → the digest that is so long: the only ones that this program signs."""

MALFORMED: Final = (ArithmeticError, AttributeError, LookupError, NameError, RecursionError, TypeError, ValueError)
"""What asn1crypto raises where a certificate is not one: it reads on and stumbles, over its own variables too."""

_CURVES: Final = {"secp256r1": "sha256", "secp384r1": "sha384", "secp521r1": "sha512"}
_MECHANISMS: Final = {"rsa": "rsa-pkcs1v15", "rsassa_pss": "rsa-pss", "ec": "ecdsa"}


def mechanism_of(der: bytes) -> str:
    """How its key signs: rsa-pkcs1v15, rsa-pss or ecdsa.

    Raises CertificateUnusable(detail: key-type, unreadable).
    """
    certificate = _load(der)
    try:
        algorithm = certificate.public_key.algorithm
    except MALFORMED:
        raise CertificateUnusable(detail="unreadable") from None
    if algorithm not in _MECHANISMS:
        raise CertificateUnusable(detail="key-type")
    return _MECHANISMS[algorithm]


def digest_of(der: bytes) -> str:
    """The digest that fits its key in strength: sha384 for P-384, sha512 for P-521, sha256 for all others.

    Raises CertificateUnusable(detail: key-type, unreadable).
    """
    if mechanism_of(der) != "ecdsa":
        return "sha256"
    try:
        curve = _load(der).public_key.curve[1]
    except MALFORMED:
        raise CertificateUnusable(detail="unreadable") from None
    if curve not in _CURVES:
        raise CertificateUnusable(detail="key-type")
    return _CURVES[curve]


def signature_room(der: bytes) -> int:
    """Bytes that a CMS needs for a signature by this certificate, beside the certificates themselves: the signature,
    and the issuer's name, which stands in it twice (RFC 5652 5.3, RFC 5035 4). Raises CertificateUnusable."""
    certificate = _load(der)
    try:
        key = certificate.public_key
        # an ECDSA signature is two numbers of the key's size, and a frame of at most 9 bytes
        signature = 2 * key.byte_size + 9 if key.algorithm == "ec" else key.byte_size
        return 2 * len(certificate.issuer.dump()) + int(signature)
    except MALFORMED:
        raise CertificateUnusable(detail="unreadable") from None


def validity(der: bytes) -> tuple[datetime, datetime]:
    """The first and the last moment of its validity, with time zone. Raises CertificateUnusable(detail=unreadable)."""
    certificate = _load(der)
    try:
        return certificate.not_valid_before, certificate.not_valid_after
    except MALFORMED:
        raise CertificateUnusable(detail="unreadable") from None


def _load(der: bytes) -> x509.Certificate:
    from asn1crypto import x509

    try:
        return x509.Certificate.load(der, strict=True)
    except MALFORMED:
        raise CertificateUnusable(detail="unreadable") from None
