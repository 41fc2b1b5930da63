"""What COMPUTE DIGITAL SIGNATURE does in each of its modes P1, for the demo card."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

SHA256_PREFIX: Final = bytes.fromhex("3031300d060960864801650304020105000420")
_LONGEST_VERBATIM: Final = 245  # RSA-2048: 256 bytes less 11 of padding


def compute(mode: int, data: bytes, key: RSAPrivateKey) -> bytes | None:
    """The signature (256 bytes), or None when the input's size does not fit the mode (0 to 5)."""
    if mode in (0x02, 0x04) and len(data) != 32:
        return None
    if mode == 0x00 and len(data) > _LONGEST_VERBATIM:
        return None
    digest = data if mode in (0x02, 0x04) else hashlib.sha256(data).digest()
    if mode >= 0x04:
        return _pss(digest, key)
    return _pkcs1({0x00: data, 0x01: digest}.get(mode, SHA256_PREFIX + digest), key)


def _pkcs1(content: bytes, key: RSAPrivateKey) -> bytes:
    """PKCS#1 v1.5 block type 1 around arbitrary bytes (RFC 8017 9.2), which no library offers."""
    size = key.key_size // 8
    block = b"\x00\x01".ljust(size - len(content) - 1, b"\xff") + b"\x00" + content
    secret = key.private_numbers()
    value = int.from_bytes(block, "big")
    by_p, by_q = pow(value, secret.dmp1, secret.p), pow(value, secret.dmq1, secret.q)
    return (by_q + secret.q * ((by_p - by_q) * secret.iqmp % secret.p)).to_bytes(size, "big")


def _pss(digest: bytes, key: RSAPrivateKey) -> bytes:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding
    from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

    algorithm = hashes.SHA256()
    return key.sign(digest, padding.PSS(padding.MGF1(algorithm), algorithm.digest_size), Prehashed(algorithm))
