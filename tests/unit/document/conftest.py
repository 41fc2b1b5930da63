"""Small PDFs made on the spot, and a CMS to fill a prepared revision with."""

from __future__ import annotations

import datetime
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509.oid import NameOID

from app.document.facts import Block, Line, PreparedRevision, RevisionOrder

Paper = Callable[..., Path]


def written(objects: Sequence[bytes], trailer: bytes = b"") -> bytes:
    """A PDF of these objects, the first of which is the catalog."""
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    table = [b"0000000000 65535 f \n"]
    for number, body in enumerate(objects, 1):
        table.append(b"%010d 00000 n \n" % len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    start = len(out)
    size = len(objects) + 1
    out += b"xref\n0 %d\n%btrailer\n<</Size %d/Root 1 0 R%b>>\n" % (size, b"".join(table), size, trailer)
    return bytes(out + b"startxref\n%d\n%%%%EOF\n" % start)


@pytest.fixture
def paper(tmp_path: Path) -> Paper:
    """Writes a PDF: `pages` are page entries; `more` are further objects, numbered from `first_free` on.

    Objects: 1 catalog, 2 page tree, 3 an empty content stream, then the pages, then `more`.
    """

    def write(
        pages: Sequence[str] = ("",),
        more: Sequence[str | bytes] = (),
        catalog: str = "",
        tree: str = "/MediaBox[0 0 595 842]",
        name: str = "paper.pdf",
        trailer: bytes = b"",
    ) -> Path:
        kids = " ".join(f"{number} 0 R" for number in range(4, 4 + len(pages)))
        objects = [
            f"<</Type/Catalog/Pages 2 0 R{catalog}>>".encode(),
            f"<</Type/Pages/Kids[{kids}]/Count {len(pages)}{tree}>>".encode(),
            b"<</Length 0>>stream\n\nendstream",
            *(f"<</Type/Page/Parent 2 0 R/Contents 3 0 R/Resources<<>>{entries}>>".encode() for entries in pages),
            *(body if isinstance(body, bytes) else body.encode() for body in more),
        ]
        path = tmp_path / name
        path.write_bytes(written(objects, trailer))
        return path

    return write


@pytest.fixture
def block() -> Block:
    return Block((Line("電子署名", "label"), Line("山田　太郎", "name"), Line("2026-11-22 10:42 JST", "note")))


@pytest.fixture
def order() -> Callable[..., RevisionOrder]:
    """An order for an invisible signature, changed as wished."""

    def make(
        field: str | None = None,
        place: tuple[int, float, float, float, float] | None = None,
        block: Block | None = None,
        **more: str | int,
    ) -> RevisionOrder:
        return RevisionOrder(
            field=field,
            place=place,
            block=block,
            subfilter=str(more.pop("subfilter", "adbe.pkcs7.detached")),
            signed_at="2026-11-22T10:42:00+09:00",
            **more,  # type: ignore[arg-type]
        )

    return make


@pytest.fixture(scope="session")
def seal() -> Callable[[bytes, PreparedRevision], bytes]:
    """Signs a prepared revision with a throw-away key: the whole signed file."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test")])
    start = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, start, start + datetime.timedelta(3650))
        .add_extension(x509.KeyUsage(True, True, False, False, False, False, False, False, False), critical=True)
        .sign(key, hashes.SHA256())
    )

    def sign(base: bytes, revision: PreparedRevision) -> bytes:
        whole = bytearray(base + revision.suffix)
        start, end = revision.contents
        signed = bytes(whole[:start] + whole[end:])
        options = [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary]
        cms = (
            pkcs7.PKCS7SignatureBuilder()
            .set_data(signed)
            .add_signer(certificate, key, hashes.SHA256())
            .sign(serialization.Encoding.DER, options)
        )
        whole[start + 1 : start + 1 + 2 * len(cms)] = cms.hex().encode()
        return bytes(whole)

    return sign


@pytest.fixture(scope="session")
def strangers() -> Callable[[Path, str], list[str]]:
    """What programs of others say of a file: qpdf's complaints (none wanted), and pdfsig's lines."""

    def ask(path: Path, password: str = "") -> list[str]:
        check = subprocess.run(
            ["qpdf", f"--password={password}", "--check", str(path)], capture_output=True, text=True, check=False
        )
        assert check.returncode == 0, check.stdout + check.stderr
        word = ["-upw", password] if password else []
        said = subprocess.run(["pdfsig", "-nocert", *word, str(path)], capture_output=True, text=True, check=False)
        return [line.strip() for line in said.stdout.splitlines()]

    return ask
