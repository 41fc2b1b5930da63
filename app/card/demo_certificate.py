"""The demo card's keys and certificates, shaped as JPKI's and signed by the public demo CA at run time.

Whoever reads this program can make them too: they prove nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import cache, cached_property
from typing import TYPE_CHECKING, Final

from app import assets

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

_JAPAN: Final = timezone(timedelta(hours=9))
_ARC: Final = "1.2.392.200149.8.5.5."
_SIGN_POLICY: Final = "1.2.392.200149.8.5.1.1.20"
_AUTH_POLICY: Final = "1.2.392.200149.8.5.1.3.30"


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """The four facts of a 署名用 certificate as JPKI writes them.

    `name` None leaves 氏名 out; `birth` is era digit and YYYYMMDD (1 明治 … 5 令和, 0 unknown); `sex` 1, 2 or 9.
    """

    name: str | None = "見本　花子"
    address: str = "東京都千代田区見本町一丁目２番３号"
    birth: str = "419900412"
    sex: str = "2"


@dataclass(frozen=True, slots=True)
class Credential:
    """A key and its certificate (DER)."""

    key: RSAPrivateKey
    certificate: bytes


class DemoIdentity:
    """What a demo card holds for one person; keys are made when first asked for (about 0.1 s each)."""

    def __init__(self, person: DemoPerson | None = None, *, expired: bool = False) -> None:
        self._person = person or DemoPerson()
        self._expired = expired

    @cached_property
    def sign(self) -> Credential:
        """The 署名用 key (RSA-2048) and its certificate."""
        return _credential(self._person, _issued(self._expired), for_signing=True)

    @cached_property
    def auth(self) -> Credential:
        """The 利用者証明用 key (RSA-2048) and its certificate, which names nobody."""
        return _credential(self._person, _issued(self._expired), for_signing=False)

    @property
    def authority(self) -> bytes:
        """The demo CA's certificate (DER)."""
        from cryptography.hazmat.primitives.serialization import Encoding

        return _authority()[0].public_bytes(Encoding.DER)


def fifth_birthday(birth: str, issued: datetime) -> datetime:
    """The end of the day on which a certificate issued now ends: the fifth birthday from now on, Japanese time."""
    month, day = int(birth[5:7]) or 1, int(birth[7:9]) or 1
    if (month, day) == (2, 29):
        day = 28
    local = issued.astimezone(_JAPAN)
    first = local.year if (month, day) > (local.month, local.day) else local.year + 1
    return datetime(first + 4, month, day, 23, 59, 59, tzinfo=_JAPAN).astimezone(UTC)


def _issued(expired: bool) -> datetime:
    yesterday = datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)
    return yesterday - timedelta(days=6 * 366) if expired else yesterday


@cache
def _authority() -> tuple[x509.Certificate, RSAPrivateKey]:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    certificate = x509.load_pem_x509_certificate(assets.path("demo", "ca.pem").read_bytes())
    key = load_pem_private_key(assets.path("demo", "ca-key.pem").read_bytes(), None)
    assert isinstance(key, RSAPrivateKey)
    return certificate, key


def _credential(person: DemoPerson, issued: datetime, *, for_signing: bool) -> Credential:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import Encoding
    from cryptography.x509.oid import NameOID

    authority, authority_key = _authority()
    key = rsa.generate_private_key(65537, 2048)
    serial = x509.random_serial_number()
    locality = [
        x509.NameAttribute(NameOID.COUNTRY_NAME, "JP"),
        x509.NameAttribute(NameOID.LOCALITY_NAME, "Tokyo-to"),
        x509.NameAttribute(NameOID.LOCALITY_NAME, "Chiyoda-ku"),
    ]
    # request time, number and counter of the office: JPKI's common name is no name
    number = f"{issued.astimezone(_JAPAN):%Y%m%d%H%M%S}{serial % 100000:05d}13101A"
    subject = [*(locality if for_signing else locality[:1]), x509.NameAttribute(NameOID.COMMON_NAME, number)]
    policy = x509.PolicyInformation(x509.ObjectIdentifier(_SIGN_POLICY if for_signing else _AUTH_POLICY), None)
    identifier = authority.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name(subject))
        .issuer_name(authority.subject)
        .public_key(key.public_key())
        .serial_number(serial)
        .not_valid_before(issued)
        .not_valid_after(fifth_birthday(person.birth, issued))
        .add_extension(_usage(for_signing), critical=True)
        .add_extension(x509.CertificatePolicies([policy]), critical=True)
        .add_extension(_revocation_list(), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    if for_signing:
        builder = builder.add_extension(_holder(person), critical=False)
    return Credential(key, builder.sign(authority_key, hashes.SHA256()).public_bytes(Encoding.DER))


def _usage(for_signing: bool) -> x509.KeyUsage:
    from cryptography import x509

    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=for_signing,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


def _holder(person: DemoPerson) -> x509.SubjectAlternativeName:
    """The otherNames in the order seen on a card: 1, 4, 3, 5, 2, 6."""
    from cryptography import x509

    facts: list[tuple[int, str | None]] = [
        (1, person.name),
        (4, person.birth),
        (3, person.sex),
        (5, person.address),
        (2, None if person.name is None else "0" * len(person.name)),
        (6, "0" * len(person.address)),
    ]
    return x509.SubjectAlternativeName(
        [
            x509.OtherName(x509.ObjectIdentifier(f"{_ARC}{number}"), _utf8_string(text))
            for number, text in facts
            if text is not None
        ]
    )


def _utf8_string(text: str) -> bytes:
    body = text.encode()
    size = len(body)
    if size < 0x80:
        return bytes([0x0C, size]) + body
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([0x0C, 0x80 | len(length)]) + length + body


def _revocation_list() -> x509.CRLDistributionPoints:
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    place = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "JP"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Natsuin demo"),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "CRL Distribution Points"),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "Tokyo-to"),
            x509.NameAttribute(NameOID.COMMON_NAME, "Chiyoda-ku CRLDP"),
        ]
    )
    return x509.CRLDistributionPoints([x509.DistributionPoint([x509.DirectoryName(place)], None, None, None)])
