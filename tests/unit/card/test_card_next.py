"""The next card (ECDSA P-384, SHA-384) is a second profile and nothing else: an emulated one signs."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cached_property

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from app.card import jpki
from app.card.apdu import Buffer
from app.card.demo import JPKI, READER, SIGN_PASSWORD, DemoCard, DemoSlots, Knobs, kind
from app.card.demo_certificate import Credential, DemoIdentity
from app.card.holder import CardHolder
from app.card.jpki import MY_NUMBER_CARD, Mechanism
from app.errors.card import CardNotSupported, CertificateUnusable, NotMyNumberCard
from app.secret import Secret

MESSAGE = b"a document"
DIGEST = hashlib.sha384(MESSAGE).digest()
APPLICATION = bytes.fromhex("D392F000260200000001")
FILES = {0x0101: 0x0001, 0x011A: 0x001A}  # its numbers for files that the demo card knows by others
NEXT = replace(
    MY_NUMBER_CARD,
    application=APPLICATION,
    tokens={"JPKIAPICCTOKEN3": "my-number"},
    ef_sign_certificate=0x0101,
    ef_sign_key=0x011A,
    mechanisms={"ecdsa": Mechanism(prefixes={48: b""}, answers=range(8, 105))},
)


class NextIdentity(DemoIdentity):
    """A P-384 key for signing."""

    @cached_property
    def sign(self) -> Credential:
        key = ec.generate_private_key(ec.SECP384R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "2028")])
        now = datetime.now(UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(1)
            .not_valid_before(now)
            .not_valid_after(now + timedelta(days=3650))
            .sign(key, hashes.SHA384())
        )
        return Credential(key, certificate.public_bytes(Encoding.DER))  # type: ignore[arg-type]


class NextCard(DemoCard):
    """Another application, other files, another algorithm; it keeps what it was asked to sign."""

    def __init__(self, identity: DemoIdentity) -> None:
        super().__init__(Knobs(token="JPKIAPICCTOKEN3"), identity)
        self.asked: list[bytes] = []
        self.counts: dict[str, int] = {}

    def transmit(self, command: Buffer) -> bytes:
        self.counts[kind(command)] = self.counts.get(kind(command), 0) + 1
        body = bytes(command)
        if body[5:] in (JPKI, APPLICATION):
            body = body[:5] + (JPKI if body[5:] == APPLICATION else bytes(len(JPKI)))
        if body[:4] == bytes.fromhex("00A4020C"):
            number = int.from_bytes(body[5:], "big")
            body = body[:5] + FILES.get(number, 0x0F00 if number in FILES.values() else number).to_bytes(2, "big")
        return super().transmit(body)

    def _compute(self, p1: int, p2: int, data: bytes, le: int | None) -> tuple[bytes, int]:
        self.asked.append(data)
        assert 0x001B in self._verified
        key = self.identity.sign.key
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        return key.sign(data, ec.ECDSA(Prehashed(hashes.SHA384()))), 0x9000


@pytest.fixture(scope="module")
def next_identity() -> NextIdentity:
    return NextIdentity()


@pytest.fixture
def both(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jpki, "PROFILES", (MY_NUMBER_CARD, NEXT))


def password() -> Secret:
    return Secret.taking(bytearray(SIGN_PASSWORD.encode()))


@pytest.mark.usefixtures("both")
def test_the_next_card_signs_the_bare_digest(next_identity: NextIdentity) -> None:
    card = NextCard(next_identity)
    holder = CardHolder(DemoSlots(card))
    (status,) = holder.readers()
    assert (status.card, status.sign_tries_left) == ("my-number", 5)
    assert holder.unlock(READER, password(), holder.card)[0] == next_identity.sign.certificate
    signature = holder.sign(DIGEST)
    assert card.asked == [DIGEST]
    public = x509.load_der_x509_certificate(next_identity.sign.certificate).public_key()
    assert isinstance(public, ec.EllipticCurvePublicKey)
    public.verify(signature, MESSAGE, ec.ECDSA(hashes.SHA384()))
    assert (card.counts["VERIFY"], card.counts["SIGN"]) == (1, 1)


@pytest.mark.usefixtures("both")
def test_the_card_of_today_signs_as_before(identity: DemoIdentity) -> None:
    holder = CardHolder(DemoSlots(DemoCard(None, identity)))
    holder.unlock(READER, password())
    assert len(holder.sign(hashlib.sha256(MESSAGE).digest())) == 256


@pytest.mark.usefixtures("both")
def test_a_certificate_whose_key_the_profile_does_not_know_signs_nothing(next_identity: NextIdentity) -> None:
    odd = DemoIdentity()
    odd.sign = next_identity.sign
    card = DemoCard(None, odd)
    holder = CardHolder(DemoSlots(card))
    holder.unlock(READER, password())
    with pytest.raises(CertificateUnusable) as caught:
        holder.sign(DIGEST)
    assert caught.value.facts == {"detail": "key-type"}


def test_until_then_it_is_not_supported(next_identity: NextIdentity, identity: DemoIdentity) -> None:
    newer = CardHolder(DemoSlots(DemoCard(Knobs(token="JPKIAPICCTOKEN3"), identity)))
    assert newer.readers()[0].problem == "card-not-supported"
    with pytest.raises(CardNotSupported):
        newer.attempts(READER)
    with pytest.raises(NotMyNumberCard):  # with an application of its own nobody can know it yet
        CardHolder(DemoSlots(NextCard(next_identity))).attempts(READER)
