"""The process that reads a key file, opens it with the password, and signs with the key in it.

It can change nothing and reach nothing (`app.confinement`), and lives for one look or one signature. Passwords and
keys are copied by libraries here in ways that nobody can wipe: that is why it ends with the work.
"""

from __future__ import annotations

import os
import stat
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Final

from asn1crypto import cms, pkcs12, x509
from cryptography import x509 as pyca
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512, HashAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs12 import PKCS12KeyAndCertificates, load_pkcs12

from app.channel import Answer, Channel
from app.errors.card import CertificateUnusable
from app.errors.key import KeyFilePasswordIncorrect, KeyFileUnreadable, KeyFileUnusable
from app.pki import trust
from app.pki.certificate import digest_of, mechanism_of

LIMIT: Final = 1 << 20
"""Bytes: a key with a long chain has some thousand."""
SMALLEST_RSA_BITS: Final = 2048
LONGEST_CHAIN: Final = 8
MOST_BYTES: Final = 48 << 10
"""Of the certificates that go into a signature: what is larger is no certificate of a person."""
_MOST_CERTIFICATES: Final = 64
_WRONG_PASSWORD: Final = "Invalid password or PKCS12 data"  # noqa: S105 (what the library says)
_JAVA: Final = (b"\xfe\xed\xfe\xed", b"\xce\xce\xce\xce")
_HASHES: Final[dict[int, HashAlgorithm]] = {32: SHA256(), 48: SHA384(), 64: SHA512()}
_KEY_BAGS: Final = ("key_bag", "pkcs8_shrouded_key_bag")

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


def serve(channel: Channel) -> None:
    """Serves `look`, `open` and `sign` for one file, whose name comes with the call: everybody may list arguments."""
    opened = _OpenedFile()
    channel.serve(
        {
            "look": lambda _, path: opened.look(path),
            "open": lambda blobs, path: Answer(blobs=opened.open(path, blobs[0])),
            "sign": lambda blobs: Answer(blobs=[opened.sign(bytes(blobs[0]))]),
        }
    )


class _OpenedFile:
    def __init__(self) -> None:
        self._key: Key | None = None

    def look(self, path: str) -> None:
        """What can be said without the password. Raises KeyFileUnreadable, KeyFileUnusable."""
        _check_kind(_read(path))

    def open(self, path: str, password: bytearray) -> list[bytes]:
        """The key's certificate and those above it (DER); the key stays here."""
        data = _read(path)
        _check_kind(data)
        content = _decrypted(data, password)
        key = _checked_key(content.key)
        certificates = [each.certificate for each in (content.cert, *content.additional_certs) if each is not None]
        ordered = _ordered(key, certificates[:_MOST_CERTIFICATES])
        self._key = key
        return ordered

    def sign(self, digest: bytes) -> bytes:
        """One signature over a digest (SHA-256, SHA-384 or SHA-512 by its length)."""
        prehashed = Prehashed(_HASHES[len(digest)])
        if isinstance(self._key, rsa.RSAPrivateKey):
            return self._key.sign(digest, padding.PKCS1v15(), prehashed)
        assert self._key is not None
        return self._key.sign(digest, ec.ECDSA(prehashed))


def _read(path: str) -> bytes:
    name = os.path.basename(path)
    try:
        # O_NONBLOCK: opening a FIFO must not wait for a writer
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0))
        with open(descriptor, "rb", buffering=0) as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise KeyFileUnreadable(file=name, detail="not-a-file")
            data = file.read(LIMIT + 1)
    except (FileNotFoundError, NotADirectoryError):
        raise KeyFileUnreadable(file=name, detail="not-found") from None
    except IsADirectoryError:
        raise KeyFileUnreadable(file=name, detail="not-a-file") from None
    except OSError:
        raise KeyFileUnreadable(file=name, detail="not-allowed") from None
    if len(data) > LIMIT:
        raise KeyFileUnreadable(file=name, detail="too-large")
    return data


# --- what it is -----------------------------------------------------------------------------------------


def _check_kind(data: bytes) -> None:
    """Raises KeyFileUnusable for what is no PKCS#12 file, or holds several keys, or is encrypted in a way that would
    look like a wrong password."""
    if data.startswith(_JAVA):
        raise KeyFileUnusable(detail="java-keystore")
    if b"-----BEGIN " in data:
        raise KeyFileUnusable(detail="pem")
    try:
        file = pkcs12.Pfx.load(data)
        if file["version"].native != "v3":
            raise ValueError
        safe = file.authenticated_safe
        bags = list(_bags(safe))
        ciphers = set(_ciphers(safe, bags))
    except trust.MALFORMED:
        raise KeyFileUnusable(detail=_other_kind(data)) from None
    if sum(bag["bag_id"].native in _KEY_BAGS for bag in bags) > 1:
        raise KeyFileUnusable(detail="several-keys")
    if not all(map(_is_supported, ciphers)):
        raise KeyFileUnusable(detail="unknown-encryption")


def _bags(safe: pkcs12.AuthenticatedSafe) -> Iterator[pkcs12.SafeBag]:
    """What lies in the contents that are not encrypted as a whole; keys do, each encrypted for itself."""
    for content in safe:
        if content["content_type"].native == "data":
            yield from pkcs12.SafeContents.load(content["content"].native)


def _ciphers(safe: pkcs12.AuthenticatedSafe, bags: Sequence[pkcs12.SafeBag]) -> Iterator[str]:
    """The cipher of every encrypted part, "" for one that has no name here."""
    algorithms = [
        content["content"]["encrypted_content_info"]["content_encryption_algorithm"]
        for content in safe
        if content["content_type"].native == "encrypted_data"
    ]
    algorithms += [
        bag["bag_value"]["encryption_algorithm"] for bag in bags if bag["bag_id"].native == "pkcs8_shrouded_key_bag"
    ]
    for algorithm in algorithms:
        try:
            yield str(algorithm.encryption_cipher)
        except ValueError:
            yield ""


def _is_supported(cipher: str) -> bool:
    """Whether this computer's OpenSSL knows it: old Windows and the commercial registry wrote RC2, which some leave
    out. The library calls that a wrong password."""
    from cryptography.hazmat.decrepit.ciphers.algorithms import ARC4, RC2
    from cryptography.hazmat.primitives.ciphers import Cipher
    from cryptography.hazmat.primitives.ciphers.modes import CBC

    if cipher in ("aes", "tripledes"):
        return True
    try:
        if cipher == "rc2":
            Cipher(RC2(bytes(16)), CBC(bytes(8))).encryptor()
        elif cipher == "rc4":
            Cipher(ARC4(bytes(16)), None).encryptor()
        else:
            return False
    except UnsupportedAlgorithm:
        return False
    return True


def _other_kind(data: bytes) -> str:
    if _is_certificate(data):
        return "certificate-only"
    # what begins as a PKCS#12 file does, a SEQUENCE with the version 3, and cannot be read on
    return "damaged" if data[:1] == b"\x30" and b"\x02\x01\x03\x30" in data[:12] else "not-pkcs12"


def _is_certificate(data: bytes) -> bool:
    for shape in (x509.Certificate, cms.ContentInfo):
        try:
            if shape.load(data, strict=True).native:
                return True
        except trust.MALFORMED:
            continue
    return False


# --- opening it -----------------------------------------------------------------------------------------


def _decrypted(data: bytes, password: bytearray) -> PKCS12KeyAndCertificates:
    for form in _forms(password):
        try:
            return load_pkcs12(data, form)
        except UnsupportedAlgorithm:
            raise KeyFileUnusable(detail="unknown-encryption") from None
        except ValueError as error:
            if str(error) != _WRONG_PASSWORD:
                raise KeyFileUnusable(detail="damaged") from None
    raise KeyFilePasswordIncorrect


def _forms(password: bytearray) -> Iterator[bytes]:
    """The password as it was typed and, where it is not ASCII, as another program may have written the same letters.

    What a person types once is one attempt, whatever its bytes: a file counts nothing, so this guesses at no secret.
    RFC 7292 B.1 wants UTF-16, which the library makes of each of these.
    """
    yield bytes(password)
    if password.isascii():
        return
    text = password.decode("utf-8")
    for form in ("NFC", "NFD"):  # macOS and others differ in how they compose か and ゛
        other = unicodedata.normalize(form, text)
        if other != text:
            yield other.encode("utf-8")
    yield password.decode("latin-1").encode("utf-8")  # OpenSSL before 1.1.0 took every byte for a letter


def _checked_key(key: object) -> Key:
    if key is None:
        raise KeyFileUnusable(detail="no-key")
    if isinstance(key, rsa.RSAPrivateKey):
        if key.key_size < SMALLEST_RSA_BITS:
            raise KeyFileUnusable(detail="weak-key")
        return key
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return key
    raise KeyFileUnusable(detail="key-type")


def _ordered(key: Key, certificates: Sequence[pyca.Certificate]) -> list[bytes]:
    """The certificate that belongs to the key and those above it, each the issuer of the one before it."""
    fitting = [certificate for certificate in certificates if _belongs(certificate, key)]
    if not fitting:
        raise KeyFileUnusable(detail="no-certificate")
    # one that an authority issued before one that the key made for itself; of several the one that lasts longest
    own = max(fitting, key=lambda each: (each.issuer != each.subject, each.not_valid_after_utc))
    ordered = [own.public_bytes(Encoding.DER)]
    if len(ordered[0]) > MOST_BYTES:
        raise KeyFileUnusable(detail="damaged")
    try:
        mechanism, _digest = mechanism_of(ordered[0]), digest_of(ordered[0])
    except CertificateUnusable:
        raise KeyFileUnusable(detail="key-type") from None
    if mechanism == "rsa-pss":
        raise KeyFileUnusable(detail="key-type")
    rest = {certificate.public_bytes(Encoding.DER) for certificate in certificates} - {ordered[0]}
    while len(ordered) <= LONGEST_CHAIN:
        above = next((each for each in sorted(rest) if trust.issued_by(ordered[-1], each)), None)
        if above is None or sum(map(len, ordered)) + len(above) > MOST_BYTES:
            break
        ordered.append(above)
        rest.discard(above)
    return ordered


def _belongs(certificate: pyca.Certificate, key: Key) -> bool:
    try:
        return certificate.public_key() == key.public_key()
    except (ValueError, UnsupportedAlgorithm):
        return False
