"""The keeper through a real pcscd: what reaches the card, and what every fault becomes."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from box import READERS, Box
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from vcard import VirtualCard

from app.card.apdu import Buffer
from app.card.demo import SIGN_PASSWORD, DemoCard, Knobs
from app.card.keeper import Keeper
from app.errors.card import (
    CardBusy,
    CardChanged,
    CardRemoved,
    CardRemovedWhileSigning,
    CardServiceUnavailable,
    NoCard,
    NoReader,
    NoSignatureCertificate,
    NotMyNumberCard,
    OutcomeUnknown,
    PasswordIncorrect,
    PasswordLocked,
    ReaderNotFound,
    SeveralCards,
)
from app.secret import Secret

pytestmark = pytest.mark.pcsc
MESSAGE = b"a document"
DIGEST = hashlib.sha256(MESSAGE).digest()


def password(text: str = SIGN_PASSWORD) -> Secret:
    return Secret.taking(bytearray(text.encode()))


def test_one_signature_costs_one_verify_and_one_signature_command(keeper: Keeper, vcard: VirtualCard) -> None:
    key = keeper.key(keeper.choose())
    assert key.attempts_remaining() == 5
    with key.unlock(password()) as signing:
        signature = signing.sign(DIGEST)
        certificate = x509.load_der_x509_certificate(signing.certificate)
        assert signing.mechanism == "rsa-pkcs1v15"
        assert signing.chain == (vcard.card.identity.authority,)
    public = certificate.public_key()
    public.verify(signature, MESSAGE, padding.PKCS1v15(), hashes.SHA256())
    assert (vcard.counts["VERIFY"], vcard.counts["SIGN"]) == (1, 1)
    assert vcard.trace[-1] == "SELECT -> 9000", "the application is left"
    assert "off" in [what for _, what in vcard.power]


def test_the_status_shows_what_needs_no_password(keeper: Keeper, vcard: VirtualCard) -> None:
    first, second = keeper.readers()
    assert first.plain() == {
        "name": READERS[0],
        "card": "my-number",
        "sign_certificate": True,
        "auth_certificate": True,
        "sign_tries_left": 5,
        "auth_tries_left": 3,
        "problem": None,
        "phone": None,
        "auth_not_before": None,
        "auth_not_after": None,
    }
    assert keeper.readers(thorough=True)[0].auth_not_after
    assert (second.name, second.card) == (READERS[1], "none")
    assert vcard.counts["VERIFY"] == 0


def test_a_wrong_password_costs_one_try_and_the_card_stays_held(keeper: Keeper, vcard: VirtualCard) -> None:
    key = keeper.key(READERS[0])
    with pytest.raises(PasswordIncorrect) as caught, key.unlock(password("WRONG1")):
        pass
    assert caught.value.attempts_remaining == 4
    assert vcard.counts["VERIFY"] == 1
    with key.unlock(password()) as signing:
        assert len(signing.sign(DIGEST)) == 256
    assert key.attempts_remaining() == 5


def test_a_locked_card_is_sent_no_password(keeper: Keeper, make_vcard: Callable[..., VirtualCard]) -> None:
    card = make_vcard(Knobs(sign_tries=0))
    key = keeper.key(READERS[0])
    assert key.attempts_remaining() == 0
    with pytest.raises(PasswordLocked), key.unlock(password()):
        pass
    assert card.counts["VERIFY"] == 0


@pytest.mark.parametrize("status", [0x6983, 0x6984])
def test_locked_status_words(keeper: Keeper, make_vcard: Callable[..., VirtualCard], status: int) -> None:
    card = make_vcard(Knobs(sign_tries=0, tells_tries=False, locked_status=status))
    with pytest.raises(PasswordLocked), keeper.key(READERS[0]).unlock(password()):
        pass
    assert card.counts["VERIFY"] == 1


@pytest.mark.parametrize("fault", [Knobs(pulled_before="VERIFY"), Knobs(pulled_after="VERIFY")])
def test_pulled_at_verify(keeper: Keeper, make_vcard: Callable[..., VirtualCard], fault: Knobs) -> None:
    card = make_vcard(fault)
    with pytest.raises(OutcomeUnknown), keeper.key(READERS[0]).unlock(password()):
        pass
    assert card.counts["VERIFY"] == 1


@pytest.mark.parametrize("fault", [Knobs(pulled_before="SIGN"), Knobs(pulled_after="SIGN")])
def test_pulled_at_sign(keeper: Keeper, make_vcard: Callable[..., VirtualCard], fault: Knobs) -> None:
    card = make_vcard(fault)
    with keeper.key(READERS[0]).unlock(password()) as signing, pytest.raises(CardRemovedWhileSigning):
        signing.sign(DIGEST)
    assert (card.counts["VERIFY"], card.counts["SIGN"]) == (1, 1)


def test_pulled_before_the_password(keeper: Keeper, make_vcard: Callable[..., VirtualCard]) -> None:
    card = make_vcard(Knobs(pulled_before="QUERY"))
    with pytest.raises(CardRemoved), keeper.key(READERS[0]).unlock(password()):
        pass
    assert card.counts["VERIFY"] == 0


def test_put_back_after_a_pull_it_works_again(keeper: Keeper, make_vcard: Callable[..., VirtualCard]) -> None:
    card = make_vcard(Knobs(pulled_before="SIGN"))
    key = keeper.key(READERS[0])
    with key.unlock(password()) as signing, pytest.raises(CardRemovedWhileSigning):
        signing.sign(DIGEST)
    card.wait(False)
    with pytest.raises(NoCard):
        key.attempts_remaining()
    card.insert()
    with key.unlock(password()) as signing:
        assert len(signing.sign(DIGEST)) == 256


def test_no_card(keeper: Keeper) -> None:
    with pytest.raises(NoCard):
        keeper.choose()


def test_no_reader(keeper: Keeper, box: Box) -> None:
    box.start(readers=False)
    assert keeper.readers() == ()
    with pytest.raises(NoReader):
        keeper.choose()


def test_no_service_and_then_one_again(keeper: Keeper, box: Box) -> None:
    assert len(keeper.readers()) == 2
    box.stop()
    with pytest.raises(CardServiceUnavailable):
        keeper.readers()
    box.start()
    assert len(keeper.readers()) == 2


def test_the_service_ends_while_the_card_is_unlocked(keeper: Keeper, box: Box, vcard: VirtualCard) -> None:
    with keeper.key(READERS[0]).unlock(password()) as signing:
        box.stop()
        with pytest.raises(CardRemovedWhileSigning):
            signing.sign(DIGEST)


def test_another_card(keeper: Keeper, make_vcard: Callable[..., VirtualCard]) -> None:
    make_vcard(Knobs(application=False))
    with pytest.raises(NotMyNumberCard):
        keeper.choose()


def test_no_signature_certificate(keeper: Keeper, make_vcard: Callable[..., VirtualCard]) -> None:
    card = make_vcard(Knobs(sign_certificate=False))
    with pytest.raises(NoSignatureCertificate):
        keeper.key(keeper.choose()).attempts_remaining()
    assert card.counts["VERIFY"] == 0


def test_two_cards_need_a_name(keeper: Keeper, make_vcard: Callable[..., VirtualCard]) -> None:
    make_vcard()
    make_vcard(slot=1)
    with pytest.raises(SeveralCards):
        keeper.choose()
    assert keeper.choose(READERS[1]) == READERS[1]
    assert keeper.choose("00 01") == READERS[1]
    with pytest.raises(ReaderNotFound):
        keeper.choose("Virtual")
    with pytest.raises(ReaderNotFound):
        keeper.choose("no such reader")


@pytest.mark.parametrize("way", ["hold", "transact"])
def test_held_by_another_program(keeper: Keeper, vcard: VirtualCard, way: str) -> None:
    rival = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("rival.py")), way, READERS[0]],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert rival.stdout
    assert rival.stdout.readline() == b"held\n"
    assert keeper.readers()[0].problem == "card-busy"
    with pytest.raises(CardBusy):
        keeper.choose()
    with pytest.raises(CardBusy):
        keeper.key(READERS[0]).attempts_remaining()
    rival.communicate()
    assert keeper.choose() == READERS[0]


def test_another_card_than_the_one_that_was_shown_gets_no_password(
    keeper: Keeper, make_vcard: Callable[..., VirtualCard]
) -> None:
    first = make_vcard()
    key = keeper.key(READERS[0])
    assert key.attempts_remaining() == 5
    first.remove()
    second = make_vcard(Knobs(name="別人　太郎", sign_tries=3))
    with pytest.raises((CardChanged, CardRemoved)) as caught, key.unlock(password("WRONG1")):
        pass
    if caught.type is CardRemoved:  # the old connection is still noticed to be dead; the next attempt is its own
        with pytest.raises(CardChanged), key.unlock(password("WRONG1")):
            pass
    assert second.counts["VERIFY"] == 0
    anew = keeper.key(READERS[0])
    assert anew.attempts_remaining() == 3, "and deliberately one can go on with it"
    with anew.unlock(password()) as signing:
        assert len(signing.sign(DIGEST)) == 256


def test_a_card_that_speaks_t0(keeper: Keeper, make_vcard: Callable[..., VirtualCard]) -> None:
    card = make_vcard(insert=False)
    card.atr, card.card = T0_ATR, CharacterCard(card.card)
    card.insert()
    assert keeper.readers(thorough=True)[0].auth_not_after
    key = keeper.key(keeper.choose())
    assert key.attempts_remaining() == 5
    with key.unlock(password()) as signing:
        signature = signing.sign(DIGEST)
        public = x509.load_der_x509_certificate(signing.certificate).public_key()
    public.verify(signature, MESSAGE, padding.PKCS1v15(), hashes.SHA256())
    assert (card.card.passwords, card.counts["SIGN"]) == (1, 1)


T0_ATR = bytes.fromhex("3B021450")


class CharacterCard(DemoCard):
    """A card that only knows T=0 (ISO 7816-3 10.3): five bytes at least, data one way only, answers are fetched."""

    def __init__(self, card: DemoCard) -> None:
        super().__init__(card.knobs, card.identity)
        self._answer_left = b""
        self.passwords = 0

    def transmit(self, command: Buffer) -> bytes:
        assert len(command) >= 5
        header, length = bytes(command[:4]), command[4]
        if header[1] == 0xC0:
            answer, self._answer_left = self._answer_left, b""
            return answer[: length or 256] + b"\x90\x00"
        if len(command) == 5:
            return super().transmit(header if header[1] == 0x20 else command)
        assert len(command) == 5 + length, "data and Le together"
        self.passwords += header[1] == 0x20
        answer = super().transmit(bytes(command) + (b"\x00" if header[1] == 0x2A else b""))
        if len(answer) == 2:
            return answer
        self._answer_left = answer[:-2]
        return bytes([0x61, len(self._answer_left) & 0xFF])


def test_a_reader_that_hangs_hides_no_other(keeper: Keeper, make_vcard: Callable[..., VirtualCard]) -> None:
    card, free = make_vcard(), threading.Event()
    make_vcard(slot=1)
    real = card.card.transmit
    card.card.transmit = lambda command: (free.wait(60), real(command))[1]  # type: ignore[method-assign]
    began = time.monotonic()
    try:
        hanging, other = keeper.readers()
        assert (hanging.problem, other.card) == ("reader-not-answering", "my-number")
        assert keeper.choose() == READERS[1], "and is not waited for again"
        keeper.close()
        assert time.monotonic() - began < 40
    finally:
        free.set()


def test_the_card_is_exclusively_ours_until_released(keeper: Keeper, vcard: VirtualCard) -> None:
    key = keeper.key(READERS[0])
    with Keeper() as other:
        key.attempts_remaining()
        with pytest.raises(CardBusy):
            other.key(READERS[0]).attempts_remaining()
        key.release()
        assert other.key(READERS[0]).attempts_remaining() == 5
