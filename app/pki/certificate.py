"""What a certificate (DER) says about its key and its time, and nothing else."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from app.errors.card import CertificateUnusable

if TYPE_CHECKING:
    from asn1crypto import x509

_MECHANISMS: Final = {"rsa": "rsa-pkcs1v15", "rsassa_pss": "rsa-pss", "ec": "ecdsa"}


def mechanism_of(der: bytes) -> str:
    """How its key signs: rsa-pkcs1v15, rsa-pss or ecdsa.

    Raises CertificateUnusable(detail: key-type, unreadable).
    """
    certificate = _load(der)
    try:
        algorithm = certificate.public_key.algorithm
    except (ValueError, TypeError, KeyError):
        raise CertificateUnusable(detail="unreadable") from None
    if algorithm not in _MECHANISMS:
        raise CertificateUnusable(detail="key-type")
    return _MECHANISMS[algorithm]


def validity(der: bytes) -> tuple[datetime, datetime]:
    """The first and the last moment of its validity, with time zone. Raises CertificateUnusable(detail=unreadable)."""
    certificate = _load(der)
    try:
        return certificate.not_valid_before, certificate.not_valid_after
    except (ValueError, TypeError, KeyError):
        raise CertificateUnusable(detail="unreadable") from None


def _load(der: bytes) -> x509.Certificate:
    from asn1crypto import x509

    try:
        return x509.Certificate.load(der, strict=True)
    except (ValueError, TypeError):
        raise CertificateUnusable(detail="unreadable") from None
