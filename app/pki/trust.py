"""Which issuers vouch for a signer: the pinned CAs of JPKI, the practice CA, and what the person gave.

JPKI has three generations of its signature CA with one and the same name, so a name alone proves nothing: an
anchor is known by its SHA-256 fingerprint. Certificates found in a file become anchors only through a pin.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from asn1crypto import pem, x509

from app import assets

MALFORMED = (ValueError, TypeError, KeyError, AttributeError, IndexError, OverflowError, RecursionError)
"""What asn1crypto raises on malformed values, which it parses only when they are looked at."""

JPKI_PINS = {
    1: "19645405a1fe14377434bd55957628ac4038557c542403a2243f21c706fc9355",
    2: "79679c33e4cc9319440f1ad120a597ff1844e2ef217063adb176966fd5e6fbeb",
    3: "d227f6cde11d35c5252178f106f843d24651944975413b539fa2fb68dbfa365f",
}
"""Generation of the JPKI signature CA → SHA-256 of its certificate, as J-LIS publishes them."""

JPKI_KEY_IDENTIFIERS = {
    "0d034cbb34d0714f45e45a1cafd8fd143fab54a7": 1,
    "4de017de4b7f473dcd867a62d38b134ace83558a": 2,
    "d21ea55895617e93adbf966b941ab4edf653f08f": 3,
}
"""Subject key identifiers of the pinned CAs: which of them a certificate *says* has issued it."""

_JPKI_NAME = {
    ("country_name", "JP"),
    ("organization_name", "JPKI"),
    ("organizational_unit_name", "JPKI for digital signature"),
    ("organizational_unit_name", "Japan Agency for Local Authority Information Systems"),
}


@dataclass(frozen=True, slots=True)
class Anchor:
    """A certificate (DER) at which a path may end, and by whose authority: jpki, demo or given."""

    certificate: bytes
    kind: str


def fingerprint(certificate: bytes) -> str:
    """SHA-256 of a DER certificate, in lower-case hex."""
    return hashlib.sha256(certificate).hexdigest()


def demo_authority() -> bytes:
    """The public practice CA (DER); whatever it issued proves nothing."""
    data = assets.path("demo", "ca.pem").read_bytes()
    return pem.unarmor(data)[2] if pem.detect(data) else data


def jpki_generation(certificate: bytes) -> int | None:
    """The generation of a pinned JPKI signature CA, None for every other certificate."""
    print_ = fingerprint(certificate)
    return next((generation for generation, pin in JPKI_PINS.items() if pin == print_), None)


def anchors(found: Iterable[bytes], given: Sequence[bytes]) -> tuple[Anchor, ...]:
    """All anchors at hand: pinned ones among `found` (certificates of the file) and `given`, the practice CA, the
    given ones. A given certificate that is pinned counts as jpki, the practice CA stays demo even when given."""
    demo = demo_authority()
    kinds = {demo: "demo"}
    for certificate in (*found, *given):
        if jpki_generation(certificate):
            kinds[certificate] = "jpki"
    for certificate in given:
        kinds.setdefault(certificate, "given")
    return tuple(Anchor(certificate, kind) for certificate, kind in kinds.items())


def is_jpki_name(name: x509.Name) -> bool:
    """Whether this is the one distinguished name of all JPKI signature CAs, in whatever order and string type."""
    try:
        parts = [(part["type"].native, part["value"].native) for rdn in name.chosen for part in rdn]
        return len(parts) == len(_JPKI_NAME) and set(parts) == _JPKI_NAME
    except MALFORMED:
        return False


def names_jpki_issuer(certificate: bytes) -> bool:
    """Whether a certificate names JPKI as its issuer, which anybody can write."""
    try:
        return is_jpki_name(x509.Certificate.load(certificate).issuer)
    except MALFORMED:
        return False


def why_unknown(certificate: bytes, found: Iterable[bytes]) -> str:
    """The reason code for a certificate (DER) without a path to an anchor, `found` being the file's certificates.

    unknown-jpki-generation: issued by a certificate with the name of JPKI and a key this version does not know;
    issuer-certificate-missing: names a known JPKI key, whose certificate is not at hand; issuer-unknown: the rest,
    a key that only pretends to be a known one included.
    """
    if not names_jpki_issuer(certificate):
        return "issuer-unknown"
    says = _identifier(x509.Certificate.load(certificate), "authority_key_identifier_value")
    if says in JPKI_KEY_IDENTIFIERS:
        at_hand = any(jpki_generation(other) == JPKI_KEY_IDENTIFIERS[says] for other in found)
        return "issuer-unknown" if at_hand else "issuer-certificate-missing"
    return "unknown-jpki-generation"


def issued_by(certificate: bytes, issuer: bytes) -> bool:
    """Whether `issuer`'s name, key identifier and key fit `certificate` (both DER): its signature is checked."""
    from cryptography import x509 as pyca
    from cryptography.exceptions import InvalidSignature

    try:
        pyca.load_der_x509_certificate(certificate).verify_directly_issued_by(pyca.load_der_x509_certificate(issuer))
        says = _identifier(x509.Certificate.load(certificate), "authority_key_identifier_value")
        is_ = _identifier(x509.Certificate.load(issuer), "key_identifier_value")
    except (*MALFORMED, InvalidSignature):
        return False
    return says is None or is_ is None or says == is_


def _identifier(certificate: x509.Certificate, extension: str) -> str | None:
    try:
        value = getattr(certificate, extension)
        if value is not None and extension.startswith("authority"):
            value = value["key_identifier"]
        return value.native.hex() if value is not None and value.native is not None else None
    except MALFORMED:
        return None
