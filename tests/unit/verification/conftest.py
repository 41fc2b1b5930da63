"""A forge: certificates in the shape of JPKI's, honest signatures made with pyHanko, and the attackers' tools."""

from __future__ import annotations

import asyncio
import hashlib
import io
import re
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from asn1crypto import core
from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.general import byte_range_digest
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from app import assets
from app.document.facts import RevisionOrder
from app.document.pdf import open_pdf
from app.document.prepare import prepare
from app.pki import trust
from app.verification.verify import Verifier

ARC = "1.2.392.200149.8.5.5."
JPKI_DN = (
    (NameOID.COUNTRY_NAME, "JP"),
    (NameOID.ORGANIZATION_NAME, "JPKI"),
    (NameOID.ORGANIZATIONAL_UNIT_NAME, "JPKI for digital signature"),
    (NameOID.ORGANIZATIONAL_UNIT_NAME, "Japan Agency for Local Authority Information Systems"),
)
NOW = datetime.now(UTC).replace(microsecond=0)
CORPUS = Path(__file__).resolve().parents[4] / "shared" / "corpus"


@cache
def key(name: str) -> rsa.RSAPrivateKey:
    """One RSA key a name for the whole run: making them is slow."""
    return rsa.generate_private_key(65537, 2048)


@dataclass(frozen=True)
class Identity:
    """A certificate (DER) with its key; `chain`: what is put into the CMS beside it."""

    certificate: bytes
    private: rsa.RSAPrivateKey
    chain: tuple[bytes, ...] = ()

    @property
    def asn1(self) -> asn1_x509.Certificate:
        return asn1_x509.Certificate.load(self.certificate)

    @property
    def asn1_key(self) -> asn1_keys.PrivateKeyInfo:
        return asn1_keys.PrivateKeyInfo.load(
            self.private.private_bytes(
                serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )

    def signer(self) -> signers.SimpleSigner:
        store = SimpleCertificateStore()
        store.register_multiple([asn1_x509.Certificate.load(other) for other in self.chain])
        return signers.SimpleSigner(signing_cert=self.asn1, signing_key=self.asn1_key, cert_registry=store)


def _name(parts: tuple[tuple[x509.ObjectIdentifier, str], ...]) -> x509.Name:
    return x509.Name([x509.NameAttribute(oid, text) for oid, text in parts])


class Forge:
    """Makes certificates and files."""

    now = NOW

    def authority(self, name: str = "jpki", *, cn: str | None = None) -> Identity:
        """A CA with a key of its own: under JPKI's name, or under `cn`."""
        dn = JPKI_DN if cn is None else ((NameOID.COMMON_NAME, cn),)
        private = key(f"ca-{name}")
        certificate = (
            x509.CertificateBuilder()
            .subject_name(_name(dn))
            .issuer_name(_name(dn))
            .serial_number(7)
            .public_key(private.public_key())
            .not_valid_before(NOW - timedelta(days=3000))
            .not_valid_after(NOW + timedelta(days=3000))
            .add_extension(x509.BasicConstraints(True, None), critical=True)
            .add_extension(_usage(key_cert_sign=True, crl_sign=True), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(private.public_key()), critical=False)
            .sign(private, hashes.SHA256())
        )
        return Identity(certificate.public_bytes(serialization.Encoding.DER), private)

    def demo_authority(self) -> Identity:
        """The practice CA, whose key is public by design."""
        private = serialization.load_pem_private_key(assets.path("demo", "ca-key.pem").read_bytes(), None)
        assert isinstance(private, rsa.RSAPrivateKey)
        return Identity(trust.demo_authority(), private)

    def holder(
        self,
        issuer: Identity,
        name: str | None = "署名　花子",
        *,
        cn: str = "20261101123456012345678",
        since: datetime = NOW - timedelta(days=30),
        until: datetime = NOW + timedelta(days=700),
        usage: dict[str, bool] | None = None,
        embed_issuer: bool = True,
    ) -> Identity:
        """A person's certificate as JPKI makes them; `name` None: without the person in it."""
        private = key("holder")
        above = x509.load_der_x509_certificate(issuer.certificate)
        builder = (
            x509.CertificateBuilder()
            .subject_name(_name(((NameOID.COUNTRY_NAME, "JP"), (NameOID.COMMON_NAME, cn))))
            .issuer_name(above.subject)
            .serial_number(x509.random_serial_number())
            .public_key(private.public_key())
            .not_valid_before(since)
            .not_valid_after(until)
            .add_extension(_usage(**(usage or {"digital_signature": True, "content_commitment": True})), critical=True)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(above.public_key()), critical=False)
        )
        if name is not None:
            values = {"1": name, "4": "319800217", "3": "2", "5": "東京都清瀬市中里一丁目", "2": "0000", "6": "0" * 11}
            builder = builder.add_extension(
                x509.SubjectAlternativeName(
                    [x509.OtherName(x509.ObjectIdentifier(ARC + end), utf8(text)) for end, text in values.items()]
                ),
                critical=False,
            )
        certificate = builder.sign(issuer.private, hashes.SHA256())
        chain = (issuer.certificate,) if embed_issuer else ()
        return Identity(certificate.public_bytes(serialization.Encoding.DER), private, chain)

    def stamper(self, issuer: Identity, when: datetime) -> DummyTimeStamper:
        """A timestamp service whose clock stands still."""
        private = key("tsa")
        above = x509.load_der_x509_certificate(issuer.certificate)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(_name(((NameOID.COUNTRY_NAME, "JP"), (NameOID.COMMON_NAME, "Clock"))))
            .issuer_name(above.subject)
            .serial_number(11)
            .public_key(private.public_key())
            .not_valid_before(NOW - timedelta(days=2000))
            .not_valid_after(NOW + timedelta(days=2000))
            .add_extension(_usage(digital_signature=True), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
            .sign(issuer.private, hashes.SHA256())
        )
        tsa = Identity(certificate.public_bytes(serialization.Encoding.DER), private)
        store = SimpleCertificateStore()
        store.register(asn1_x509.Certificate.load(issuer.certificate))
        return DummyTimeStamper(tsa_cert=tsa.asn1, tsa_key=tsa.asn1_key, certs_to_embed=store, fixed_dt=when)

    def pdf(self) -> bytes:
        """One page with a line of text and an empty text field "amount"."""
        content = b"BT /F1 18 Tf 40 120 Td (I owe you 100 yen.) Tj ET"
        look = b"/Tx BMC EMC"
        return revision(
            b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
            {
                1: b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[6 0 R]/DA(/F1 12 Tf)/DR<</Font<</F1 5 0 R>>>>>>>>",
                2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
                3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents 4 0 R/Annots[6 0 R]"
                b"/Resources<</Font<</F1 5 0 R>>>>>>",
                4: stream(content),
                5: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
                6: b"<</Type/Annot/Subtype/Widget/FT/Tx/T(amount)/F 4/Rect[40 40 200 60]/P 3 0 R/DA(/F1 12 Tf)"
                b"/AP<</N 7 0 R>>>>",
                7: stream(look, b"/Type/XObject/Subtype/Form/BBox[0 0 160 20]/Resources<</Font<</F1 5 0 R>>>>"),
            },
            b"/Root 1 0 R",
        )

    def sign(
        self,
        data: bytes,
        identity: Identity,
        field: str = "Signature1",
        *,
        pades: bool = True,
        stamper: DummyTimeStamper | None = None,
        certify: fields.MDPPerm | None = None,
        digest: str = "sha256",
        box: tuple[int, int, int, int] | None = None,
    ) -> bytes:
        """An honest signature by pyHanko."""
        meta = signers.PdfSignatureMetadata(
            field_name=field,
            md_algorithm=digest,
            subfilter=fields.SigSeedSubFilter.PADES if pades else fields.SigSeedSubFilter.ADOBE_PKCS7_DETACHED,
            certify=certify is not None,
            docmdp_permissions=certify or fields.MDPPerm.FILL_FORMS,
        )
        writer = IncrementalPdfFileWriter(io.BytesIO(data))
        out = signers.PdfSigner(
            meta,
            signer=identity.signer(),
            timestamper=stamper,
            new_field_spec=fields.SigFieldSpec(field, box=box),
        ).sign_pdf(writer)
        return bytes(out.getbuffer())

    def sign_as_natsuin(self, path: Path, identity: Identity, **changes: object) -> bytes:
        """What the program itself makes of a file: its own revision, filled with a CMS."""
        values = {"field": None, "place": None, "block": None, "subfilter": "ETSI.CAdES.detached"}
        order = RevisionOrder(**{**values, "signed_at": self.now.isoformat(), **changes})
        with closing(open_pdf(path)) as pdf:
            revision = prepare(pdf, order)
        data = path.read_bytes() + revision.suffix
        start, end = revision.contents
        digest = hashlib.sha256(data[:start] + data[end:]).digest()
        cms = asyncio.run(identity.signer().async_sign(digest, "sha256", use_pades=True))
        return fill(data, start, end, cms.dump())

    async def sign_again(self, data: bytes, identity: Identity, ranges: list[int], *, last: bool = False) -> bytes:
        """The first (or last) signature of a file made anew over other ranges: an attacker with a key of his own can
        do that, and a faulty program."""
        found = list(re.finditer(rb"/ByteRange\s*\[[^\]]*\]\s*", data))
        old = found[-1 if last else 0]
        start, resume = gap(data)
        text = b"/ByteRange [" + " ".join(map(str, ranges)).encode() + b"]"
        assert len(text) <= len(old.group())
        data = data[: old.start()] + text.ljust(len(old.group())) + data[old.end() :]
        _, digest = byte_range_digest(io.BytesIO(data), ranges, "sha256")
        cms = await identity.signer().async_sign(digest, "sha256", use_pades=True)
        return fill(data, start, resume, cms.dump())

    def update(self, data: bytes, objects: Mapping[int, bytes]) -> bytes:
        """An incremental update that replaces or adds objects."""
        last = int(re.findall(rb"startxref\s+(\d+)", data)[-1])
        size = max(max(objects) + 1, *map(int, re.findall(rb"/Size (\d+)", data)))
        return revision(data, objects, b"/Root 1 0 R/Prev %d" % last, size)


def gap(data: bytes) -> tuple[int, int]:
    """Where the last signature's /Contents begins and ends, angle brackets included."""
    ranges = [int(number) for number in re.findall(rb"/ByteRange\s*\[([^\]]*)\]", data)[-1].split()]
    return ranges[1], ranges[2]


def fill(data: bytes, start: int, resume: int, cms: bytes) -> bytes:
    """The file with other /Contents."""
    return data[: start + 1] + cms.hex().encode().ljust(resume - start - 2, b"0") + data[resume - 1 :]


def stream(content: bytes, more: bytes = b"") -> bytes:
    return b"<<%s/Length %d>>stream\n%s\nendstream" % (more, len(content), content)


def revision(before: bytes, objects: Mapping[int, bytes], trailer: bytes, size: int | None = None) -> bytes:
    out = bytearray(before if before.endswith(b"\n") else before + b"\n")
    places = {}
    for number, body in sorted(objects.items()):
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n"
    if b"/Prev" not in trailer:
        out += b"0 1\n0000000000 65535 f \n"
    for number, place in places.items():
        out += b"%d 1\n%010d 00000 n \n" % (number, place)
    out += b"trailer\n<<%s/Size %d>>\nstartxref\n%d\n%%%%EOF\n" % (trailer, size or max(objects) + 1, table)
    return bytes(out)


def utf8(text: str) -> bytes:
    """DER of a UTF8String."""
    return core.UTF8String(text).dump()


def _usage(**given: bool) -> x509.KeyUsage:
    names = (
        "digital_signature content_commitment key_encipherment data_encipherment key_agreement key_cert_sign crl_sign "
        "encipher_only decipher_only"
    )
    return x509.KeyUsage(**{name: given.get(name, False) for name in names.split()})


@pytest.fixture(scope="session")
def forge() -> Forge:
    return Forge()


@pytest.fixture(scope="session")
def authority(forge: Forge) -> Identity:
    """A test CA under JPKI's name; a test that wants it trusted gives it as an anchor, or pins it."""
    return forge.authority()


@pytest.fixture(scope="session")
def hanako(forge: Forge, authority: Identity) -> Identity:
    return forge.holder(authority)


@pytest.fixture(scope="session")
def signed(forge: Forge, hanako: Identity) -> bytes:
    """One honest signature."""
    return forge.sign(forge.pdf(), hanako)


@pytest.fixture(scope="session")
def verifier() -> Iterator[Verifier]:
    """One warm child for all tests."""
    with Verifier() as verifier:
        yield verifier


@pytest.fixture
def judge(verifier: Verifier, authority: Identity, tmp_path: Path):
    """Verifies bytes with the test CA given as an anchor."""

    def judge_(data: bytes, *anchors: bytes):
        path = tmp_path / "file.pdf"
        path.write_bytes(data)
        return verifier.verify(path, anchors=anchors or (authority.certificate,))

    return judge_
