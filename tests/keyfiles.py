"""Key files as authorities, browsers and OpenSSL write them, under a small hierarchy of our own."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from asn1crypto import core, pkcs12
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.hazmat.primitives.serialization.pkcs12 import PKCS12Certificate, serialize_key_and_certificates
from cryptography.x509.oid import NameOID

PASSWORD = "Käse 合言葉 42"
KINDS = ("rsa-2048", "rsa-4096", "p-256", "p-384", "p-521")
DIGESTS = {"rsa-2048": "SHA-256", "rsa-4096": "SHA-256", "p-256": "SHA-256", "p-384": "SHA-384", "p-521": "SHA-512"}
_CURVES = {"p-256": ec.SECP256R1(), "p-384": ec.SECP384R1(), "p-521": ec.SECP521R1(), "k-256": ec.SECP256K1()}
Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@dataclass(frozen=True)
class Issued:
    """A key and what an authority said of it."""

    key: Key
    certificate: x509.Certificate

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)


@cache
def key(kind: str) -> Key:
    """One key of a kind for the whole run: making RSA-4096 takes a second."""
    if kind.startswith("rsa-"):
        return rsa.generate_private_key(65537, int(kind.removeprefix("rsa-")))
    return ec.generate_private_key(_CURVES[kind])


def name(common: str, organisation: str | None = None) -> x509.Name:
    parts = [x509.NameAttribute(NameOID.COMMON_NAME, common)]
    if organisation:
        parts.insert(0, x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation))
    return x509.Name(parts)


def issued(
    key: Key,
    subject: x509.Name,
    by: Issued | None,
    *,
    authority: bool = False,
    days: tuple[int, int] = (-1, 365),
    usage: bool = True,
    corporation: bytes | None = None,
) -> Issued:
    """A certificate for `key`, by an authority or by itself; `days` from today; `usage`: made for signing."""
    now = datetime.now(UTC).replace(microsecond=0)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by.certificate.subject if by else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + timedelta(days=days[0]))
        .not_valid_after(now + timedelta(days=days[1]))
        .add_extension(x509.BasicConstraints(authority, None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.KeyUsage(
                digital_signature=usage and not authority,
                content_commitment=usage and not authority,
                key_encipherment=not usage,
                data_encipherment=False,
                key_agreement=False,
                key_cert_sign=authority,
                crl_sign=authority,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
    )
    signer = by.key if by else key
    above = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key())
    builder = builder.add_extension(above, critical=False)
    if corporation is not None:
        extension = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.392.100300.1.1.3"), corporation)
        builder = builder.add_extension(extension, critical=False)
    return Issued(key, builder.sign(signer, hashes.SHA256()))


@cache
def root() -> Issued:
    return issued(ec.generate_private_key(ec.SECP256R1()), name("Test root"), None, authority=True)


@cache
def middle() -> Issued:
    made = ec.generate_private_key(ec.SECP256R1())
    return issued(made, name("Test authority"), root(), authority=True)


@cache
def signer(kind: str) -> Issued:
    """A person of an office, under the authority."""
    return issued(key(kind), name("行政 花子", "花子行政書士事務所"), middle())


def p12(
    holder: Issued | None, others: Sequence[x509.Certificate] = (), password: str | None = PASSWORD, label: str = "me"
) -> bytes:
    """A file of cryptography's, with friendly names."""
    named = [PKCS12Certificate(other, f"other {number}".encode()) for number, other in enumerate(others)]
    secrecy = BestAvailableEncryption(password.encode()) if password else NoEncryption()
    return serialize_key_and_certificates(
        label.encode(),
        holder.key if holder else None,
        holder.certificate if holder else None,
        named,
        secrecy,
    )


def common(kind: str = "p-256", password: str | None = PASSWORD) -> bytes:
    """What an authority hands out: key, certificate, the chain, in no order that helps."""
    return p12(signer(kind), [root().certificate, middle().certificate], password)


def by_openssl(folder: Path, holder: Issued, *options: str, password: str = PASSWORD) -> bytes:
    """`openssl pkcs12 -export`."""
    pem = holder.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "both.pem").write_bytes(pem + holder.certificate.public_bytes(Encoding.PEM))
    command = ["openssl", "pkcs12", "-export", "-in", "both.pem", "-out", "out.p12", "-passout", f"pass:{password}"]
    subprocess.run([*command, *options], cwd=folder, check=True, capture_output=True)
    return (folder / "out.p12").read_bytes()


def with_rounds(data: bytes, rounds: int) -> bytes:
    """The same file, which says that its password was stretched in so many rounds."""
    file = pkcs12.Pfx.load(data)
    file["mac_data"]["iterations"] = rounds
    return bytes(file.dump(force=True))


def corporation(company: str, person: str) -> bytes:
    """The extension of the commercial registry (商業登記)."""

    def tagged(tag: int, value: bytes) -> bytes:
        return bytes([0xA0 | tag, len(value)]) + value

    members = [
        tagged(0, core.UTF8String(company).dump()),
        tagged(1, core.PrintableString("010701111111").dump()),
        tagged(2, core.UTF8String("東京都千代田区見本町１番１号").dump()),
        tagged(3, core.UTF8String(person).dump()),
        tagged(4, core.UTF8String("代表取締役").dump()),
        tagged(6, core.UTF8String("東京法務局").dump()),
    ]
    content = b"".join(members)
    assert 127 < len(content) < 256
    return bytes([0x30, 0x81, len(content)]) + content
