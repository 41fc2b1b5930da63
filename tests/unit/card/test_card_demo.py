"""The demo card: what other drivers ask it, and its signatures judged by a library; the rest is in its conformance."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from app.card.demo import AUTH_PASSWORD, SIGN_PASSWORD, DemoCard, Knobs
from app.card.demo_certificate import DemoIdentity

AP = "00A4040C0AD392F000260100000001"
PIN = "00A4020C02001B"
KEY = "00A4020C02001A"
VERIFY = f"00200080{len(SIGN_PASSWORD):02X}{SIGN_PASSWORD.encode().hex()}"
PREFIX = bytes.fromhex("3031300d060960864801650304020105000420")
DIGEST = hashlib.sha256(b"message").digest()
SIGN = "802A008033" + (PREFIX + DIGEST).hex() + "00"

Make = Callable[[Knobs], DemoCard]


def send(card: DemoCard, *commands: str) -> str:
    """The status word of the last command."""
    for command in commands:
        answer = card.transmit(bytes.fromhex(command))
    return answer[-2:].hex().upper()


def select(fid: int) -> str:
    return f"00A4020C02{fid:04X}"


# what OpenSC asks while it looks for the driver of a card it does not know
OTHER_DRIVERS = [
    "00A4040007627601FF000000",
    "00A4040006A00000000101",
    "00A404000BE82B0601040181C31F020100",
    "00A4040C0FD23300000045737445494420763335",
    "00CADF3005",
    "00CB3FFF035C017E08",
    "00A4040009A0000003080000100000",
    "00A4040C07A000000116DB0000",
    "00A404000CF276A288BCFBA69D34F31001",
    "00A4040009A0000003974254465900",
    "00A4040006D2760001240100",
]


@pytest.mark.parametrize("command", OTHER_DRIVERS)
def test_what_other_drivers_ask_first(card: DemoCard, command: str) -> None:
    assert send(card, command) in ("6A82", "6D00")


# --- signing modes ------------------------------------------------------------------------------------------


@pytest.fixture
def public(identity: DemoIdentity) -> RSAPublicKey:
    return identity.sign.key.public_key()


def sign(card: DemoCard, mode: int, content: bytes) -> bytes:
    command = bytes([0x80, 0x2A, mode, 0x80, len(content)]) + content + b"\x00"
    answer = card.transmit(command)
    assert answer[-2:] == b"\x90\x00"
    return answer[:-2]


@pytest.mark.parametrize("algorithm", [hashes.SHA1(), hashes.SHA256(), hashes.SHA384(), hashes.SHA512()])
def test_mode_0_with_a_digest_info_is_ordinary_pkcs1(
    card: DemoCard, public: RSAPublicKey, algorithm: hashes.HashAlgorithm
) -> None:
    prefixes = {
        "sha1": "3021300906052b0e03021a05000414",
        "sha256": "3031300d060960864801650304020105000420",
        "sha384": "3041300d060960864801650304020205000430",
        "sha512": "3051300d060960864801650304020305000440",
    }
    send(card, AP, PIN, VERIFY, KEY)
    digest = hashlib.new(algorithm.name, b"message").digest()
    signature = sign(card, 0, bytes.fromhex(prefixes[algorithm.name]) + digest)
    public.verify(signature, b"message", padding.PKCS1v15(), algorithm)


@pytest.mark.parametrize("content", [b"\x00", b"x", b"\x00" * 245, b"\xff" * 245, bytes(range(200))])
def test_mode_0_pads_any_content(card: DemoCard, public: RSAPublicKey, content: bytes) -> None:
    send(card, AP, PIN, VERIFY, KEY)
    assert public.recover_data_from_signature(sign(card, 0, content), padding.PKCS1v15(), None) == content


@pytest.mark.parametrize(("mode", "content"), [(2, DIGEST), (3, b"message")])
def test_modes_2_and_3_are_pkcs1_with_sha256(card: DemoCard, public: RSAPublicKey, mode: int, content: bytes) -> None:
    send(card, AP, PIN, VERIFY, KEY)
    public.verify(sign(card, mode, content), b"message", padding.PKCS1v15(), hashes.SHA256())


def test_mode_1_is_the_bare_hash(card: DemoCard, public: RSAPublicKey) -> None:
    send(card, AP, PIN, VERIFY, KEY)
    signature = sign(card, 1, b"message")
    assert public.recover_data_from_signature(signature, padding.PKCS1v15(), None) == DIGEST
    with pytest.raises(InvalidSignature):
        public.verify(signature, b"message", padding.PKCS1v15(), hashes.SHA256())


@pytest.mark.parametrize(("mode", "content"), [(4, DIGEST), (5, b"message")])
def test_modes_4_and_5_are_pss_with_a_random_salt(
    card: DemoCard, public: RSAPublicKey, mode: int, content: bytes
) -> None:
    send(card, AP, PIN, VERIFY, KEY)
    first, second = sign(card, mode, content), sign(card, mode, content)
    assert first != second
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
    public.verify(first, DIGEST, pss, Prehashed(hashes.SHA256()))


def test_the_authentication_key(card: DemoCard, identity: DemoIdentity) -> None:
    pin = "0020008004" + AUTH_PASSWORD.encode().hex()
    assert send(card, AP, select(0x0018), pin, select(0x0017)) == "9000"
    signature = sign(card, 0, PREFIX + DIGEST)
    identity.auth.key.public_key().verify(signature, b"message", padding.PKCS1v15(), hashes.SHA256())


def test_knobs_travel_as_plain_data() -> None:
    knobs = Knobs(name=None, expired=True, delay=0.5)
    assert Knobs(**knobs.plain()) == knobs
