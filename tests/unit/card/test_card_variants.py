"""Everything on which cards are known, or may be feared, to differ: one way through for all of them."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from app.card.apdu import Buffer
from app.card.demo import READER, SIGN_PASSWORD, DemoCard, DemoSlots, Knobs, kind
from app.card.demo_certificate import DemoIdentity
from app.card.holder import CardHolder
from app.card.jpki import JpkiSession
from app.errors.base import UserError
from app.errors.card import CardFault, CardRemovedWhileSigning, CertificateUnusable, PasswordIncorrect, PasswordLocked
from app.secret import Secret

MESSAGE = b"a document"
DIGEST = hashlib.sha256(MESSAGE).digest()
LONGEST = 261  # bytes of a short command: header, Lc, 255 of data, Le


class Watched(DemoCard):
    """Counts, and can answer in the card's place: `instead(name, number)` gives the answer or None."""

    def __init__(self, knobs: Knobs, identity: DemoIdentity) -> None:
        super().__init__(knobs, identity)
        self.counts: Counter[str] = Counter()
        self.longest = 0
        self.instead: Callable[[str, bytes], bytes | None] = lambda name, command: None

    def transmit(self, command: Buffer) -> bytes:
        name = kind(command)
        self.counts[name] += 1
        self.longest = max(self.longest, len(command))
        given = self.instead(name, bytes(command))
        return super().transmit(command) if given is None else given


def password(text: str = SIGN_PASSWORD) -> Secret:
    return Secret.taking(bytearray(text.encode()))


def signed_by(card: Watched) -> None:
    """The whole way, and what came out of it."""
    holder = CardHolder(DemoSlots(card))
    (status,) = holder.readers(thorough=True)
    assert (status.card, status.problem) == ("my-number", None)
    assert status.auth_not_after
    holder.attempts(READER)
    certificate, issuer = holder.unlock(READER, password())
    signature = holder.sign(DIGEST)
    holder.release()
    assert certificate == card.identity.sign.certificate
    assert issuer == card.identity.authority
    card.identity.sign.key.public_key().verify(signature, MESSAGE, padding.PKCS1v15(), hashes.SHA256())
    assert card.counts["VERIFY"] == 1
    assert card.longest <= LONGEST


@pytest.mark.parametrize(
    "knobs",
    [
        Knobs(tells_tries=False),
        Knobs(chunking="61"),
        Knobs(chunking="6C"),
        Knobs(select_tells=True),
        Knobs(select_tells=True, chunking="61", first_command_fails=True, end_of_file=0x6282),
        Knobs(end_of_file=0x6282),
        Knobs(filler=0),
        Knobs(filler=0, end_of_file=0x6282),
        Knobs(filler=5000),
        Knobs(longest_read=100),
        Knobs(longest_read=16, end_of_file=0x6282),
        Knobs(first_command_fails=True),
    ],
    ids=str,
)
def test_every_variant_signs(identity: DemoIdentity, knobs: Knobs) -> None:
    signed_by(Watched(knobs, identity))


def test_a_wrong_length_is_put_right_in_every_command(identity: DemoIdentity) -> None:
    """6Cxx to SELECT, READ, GET RESPONSE and the signature command: sent again, once, with that length."""
    card = Watched(Knobs(chunking="61"), identity)
    refused: list[bytes] = [b""]

    def instead(name: str, command: bytes) -> bytes | None:
        if name in ("QUERY", "VERIFY") or refused[-1] == command[:4]:
            refused.append(b"")
            return None
        refused.append(command[:4])
        return bytes([0x6C, 0x20 if name == "SELECT" else command[-1]])

    card.instead = instead
    signed_by(card)
    assert card.counts["SIGN"] == 2


@pytest.mark.parametrize("status", [0x63C0, 0x6983, 0x6984])
def test_every_way_of_saying_that_it_is_locked(identity: DemoIdentity, status: int) -> None:
    card = Watched(
        Knobs(sign_tries=2, locked_status=max(status, 0x6983), locking_status=status, locked_query=status), identity
    )
    holder = CardHolder(DemoSlots(card))
    with pytest.raises(PasswordIncorrect) as caught:
        holder.unlock(READER, password("WRONG1"))
    assert caught.value.attempts_remaining == 1
    with pytest.raises(PasswordLocked):
        holder.unlock(READER, password("WRONG1"))
    assert holder.attempts(READER) == 0
    assert holder.readers()[0].sign_tries_left == 0
    with pytest.raises(PasswordLocked):
        holder.unlock(READER, password())
    assert card.counts["VERIFY"] == 2, "a card that is known to be locked gets no password"


@pytest.mark.parametrize("answer", ["9000", "6300", "6D00", "6985", "6A86", "6700", "6110", "6C10", "FFFF"])
def test_an_empty_verify_may_say_anything(identity: DemoIdentity, answer: str) -> None:
    card = Watched(Knobs(), identity)
    card.instead = lambda name, command: bytes.fromhex(answer) if name == "QUERY" else None
    signed_by(card)


@pytest.mark.parametrize("answer", ["6108", "6100", "6C08", "6C00"])
def test_a_verify_that_asks_for_more_gets_nothing(identity: DemoIdentity, answer: str) -> None:
    card = Watched(Knobs(), identity)
    card.instead = lambda name, command: bytes.fromhex(answer) if name == "VERIFY" else None
    with pytest.raises(CardFault) as caught:
        CardHolder(DemoSlots(card)).unlock(READER, password())
    assert caught.value.facts == {"status": answer, "step": "VERIFY"}
    assert card.counts["VERIFY"] == 1
    assert card.counts["OTHER"] == 0, "no GET RESPONSE"


# --- a reset that nobody told of ------------------------------------------------------------------------------------


def commands(identity: DemoIdentity) -> list[str]:
    """The names of the commands of one signature, in order."""
    said: list[str] = []
    card = Watched(Knobs(), identity)
    card.instead = lambda name, command: said.append(name)  # type: ignore[func-returns-value]
    holder = CardHolder(DemoSlots(card))
    holder.unlock(READER, password())
    holder.sign(DIGEST)
    return said


def test_reset_at_any_step(identity: DemoIdentity) -> None:
    """Before the password it is noticed and goes on; afterwards it ends with a word, and the next attempt works."""
    order = commands(identity)
    assert (order.count("VERIFY"), order[-1]) == (1, "SIGN")
    for step in range(1, len(order) + 1):
        card = Watched(Knobs(reset_at=step), identity)
        holder = CardHolder(DemoSlots(card))
        if step <= order.index("VERIFY"):
            sign(holder)
        else:
            with pytest.raises((CardFault, CardRemovedWhileSigning)):
                sign(holder)
        assert card.counts["VERIFY"] == 1, step
        sign(holder)
        assert card.counts["VERIFY"] == 2


def sign(holder: CardHolder) -> None:
    holder.unlock(READER, password())
    holder.sign(DIGEST)
    holder.release()


@pytest.mark.parametrize("step", range(1, 12))
def test_a_reset_does_not_hide_the_status(identity: DemoIdentity, step: int) -> None:
    (status,) = CardHolder(DemoSlots(Watched(Knobs(reset_at=step), identity))).readers()
    assert (status.card, status.sign_certificate) == ("my-number", True)
    assert (status.sign_tries_left, status.auth_tries_left) == (5, 3)


# --- cards without end ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["SELECT", "READ", "SIGN"])
@pytest.mark.parametrize("answer", ["6100", "AA6100", "AA6101", "AA" * 256 + "6100", "6C00", "6C01", "9000"])
def test_a_card_that_never_ends_is_left(identity: DemoIdentity, name: str, answer: str) -> None:
    card = Watched(Knobs(), identity)
    card.instead = lambda said, command: bytes.fromhex(answer) if said in (name, "OTHER") else None
    holder = CardHolder(DemoSlots(card))
    assert len(holder.readers(thorough=True)) == 1
    if (name, answer) != ("SELECT", "9000"):
        with pytest.raises(UserError):
            sign(holder)
    assert sum(card.counts.values()) < 3000
    assert card.counts["VERIFY"] <= 1


def test_a_file_that_comes_byte_by_byte_is_left(identity: DemoIdentity) -> None:
    card = Watched(Knobs(), identity)
    card.instead = lambda name, command: (
        {0: bytes.fromhex("30827FE09000")}.get(command[3], b"\x00\x90\x00") if name == "READ" else None
    )
    session = JpkiSession(card)
    session.kind()
    with pytest.raises(CertificateUnusable):
        session.auth_certificate()
    assert card.counts["READ"] < 300
