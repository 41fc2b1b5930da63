"""The keeper as a process, with the demo card in it."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from app.card import demo, holder, jpki, pcsc
from app.card import keeper as room
from app.card import password as word
from app.card.demo import READER, SIGN_PASSWORD, Knobs
from app.card.keeper import Keeper, choose
from app.card.status import ReaderStatus
from app.errors.base import Cancelled, UserError
from app.errors.card import (
    CardBusy,
    CardChanged,
    CardNotSupported,
    CardRemoved,
    CardRemovedWhileSigning,
    CardServiceUnavailable,
    NoCard,
    NoReader,
    NoSignatureCertificate,
    NotMyNumberCard,
    OtherPasswordTyped,
    OutcomeUnknown,
    PasswordIncorrect,
    PasswordLocked,
    PasswordMalformed,
    PhoneNotSupported,
    ReaderNotFound,
    SeveralCards,
    TriesChanged,
)
from app.secret import Secret
from app.signing.key import LockedKey, SigningKey

MESSAGE = b"a document"
DIGEST = hashlib.sha256(MESSAGE).digest()
Start = Callable[[Knobs], Keeper]


@pytest.fixture
def start() -> Iterator[Start]:
    with contextlib.ExitStack() as stack:
        yield lambda knobs: stack.enter_context(Keeper(demo=True, knobs=knobs))


@pytest.fixture
def keeper(start: Start) -> Keeper:
    return start(Knobs())


def password(text: str = SIGN_PASSWORD) -> Secret:
    return Secret.taking(bytearray(text.encode()))


def test_a_signature(keeper: Keeper) -> None:
    key: LockedKey = keeper.key(keeper.choose())
    assert key.attempts_remaining() == 5
    with key.unlock(password()) as signing:
        unlocked: SigningKey = signing
        certificate = x509.load_der_x509_certificate(unlocked.certificate)
        issuer = x509.load_der_x509_certificate(unlocked.chain[0])
        signatures = [unlocked.sign(DIGEST) for _ in range(2)]
        assert unlocked.mechanism == "rsa-pkcs1v15"
    certificate.verify_directly_issued_by(issuer)
    for signature in signatures:
        certificate.public_key().verify(signature, MESSAGE, padding.PKCS1v15(), hashes.SHA256())


def test_the_caller_keeps_its_secret_and_wipes_it_itself(keeper: Keeper) -> None:
    with password() as secret, keeper.key(READER).unlock(secret):
        assert len(secret) == 8


def test_nothing_is_signed_after_the_end(keeper: Keeper) -> None:
    with keeper.key(READER).unlock(password()) as signing:
        pass
    with pytest.raises(CardRemovedWhileSigning):
        signing.sign(DIGEST)


def test_an_error_inside_ends_it_too(keeper: Keeper) -> None:
    with pytest.raises(ZeroDivisionError), keeper.key(READER).unlock(password()) as signing:
        raise ZeroDivisionError
    with pytest.raises(CardRemovedWhileSigning):
        signing.sign(DIGEST)


def test_wrong_passwords_until_it_is_locked(keeper: Keeper) -> None:
    key = keeper.key(READER)
    left = []
    for _ in range(4):
        with pytest.raises(PasswordIncorrect) as caught, key.unlock(password("WRONG1")):
            pass
        left.append(caught.value.attempts_remaining)
    assert left == [4, 3, 2, 1]
    assert key.attempts_remaining() == 1
    for _ in range(2):
        with pytest.raises(PasswordLocked), key.unlock(password("WRONG1")):
            pass
    assert key.attempts_remaining() == 0
    with pytest.raises(PasswordLocked), key.unlock(password()):
        pass


def test_a_try_that_went_elsewhere_since_it_was_shown_is_told_before_the_password_goes(keeper: Keeper) -> None:
    shown, other = keeper.key(READER), keeper.key(READER)
    assert shown.attempts_remaining() == 5
    with pytest.raises(PasswordIncorrect), other.unlock(password("WRONG1")):
        pass
    with pytest.raises(TriesChanged) as caught, shown.unlock(password("WRONG1")):
        pass
    assert caught.value.attempts_remaining == 4
    assert other.attempts_remaining() == 4, "nothing was sent"
    with pytest.raises(PasswordIncorrect), shown.unlock(password("WRONG1")):
        pass
    with shown.unlock(password()) as signing:
        assert len(signing.sign(DIGEST)) == 256


def test_after_a_wrong_one_the_right_one(keeper: Keeper) -> None:
    key = keeper.key(READER)
    with pytest.raises(PasswordIncorrect), key.unlock(password("WRONG1")):
        pass
    with key.unlock(password()) as signing:
        assert len(signing.sign(DIGEST)) == 256
    assert key.attempts_remaining() == 5


@pytest.mark.parametrize(
    ("text", "error"), [("1234", OtherPasswordTyped), ("abcdef", PasswordMalformed), ("", PasswordMalformed)]
)
def test_what_cannot_be_right_costs_nothing(keeper: Keeper, text: str, error: type[UserError]) -> None:
    key = keeper.key(READER)
    with pytest.raises(error), key.unlock(password(text)):
        pass
    assert key.attempts_remaining() == 5


@pytest.mark.parametrize(
    ("knobs", "error"),
    [
        (Knobs(sign_certificate=False), NoSignatureCertificate),
        (Knobs(application=False), NotMyNumberCard),
        (Knobs(token="JPKIAPIOSTOKEN"), PhoneNotSupported),
        (Knobs(token="JPKIAPICCTOKEN"), CardNotSupported),
        (Knobs(token="JPKIAPICCTOKEN3"), CardNotSupported),
        (Knobs(present=False), NoCard),
        (Knobs(pulled_before="QUERY"), CardRemoved),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else "",
)
def test_cards_that_cannot_sign(start: Start, knobs: Knobs, error: type[UserError]) -> None:
    keeper = start(knobs)
    with pytest.raises(error):
        keeper.key(READER).attempts_remaining()


@pytest.mark.parametrize("knobs", [Knobs(pulled_before="VERIFY"), Knobs(pulled_after="VERIFY")])
def test_pulled_at_the_password(start: Start, knobs: Knobs) -> None:
    key = start(knobs).key(READER)
    with pytest.raises(OutcomeUnknown), key.unlock(password("WRONG1")):
        pass
    assert key.attempts_remaining() == (5 if knobs.pulled_before else 4)


@pytest.mark.parametrize("knobs", [Knobs(pulled_before="SIGN"), Knobs(pulled_after="SIGN")])
def test_pulled_while_signing(start: Start, knobs: Knobs) -> None:
    with start(knobs).key(READER).unlock(password()) as signing, pytest.raises(CardRemovedWhileSigning):
        signing.sign(DIGEST)


def test_a_card_that_stays_away(start: Start) -> None:
    keeper = start(Knobs(pulled_before="SIGN", stays_away=True))
    keeper.readers()
    with keeper.key(READER).unlock(password()) as signing, pytest.raises(CardRemovedWhileSigning):
        signing.sign(DIGEST)
    assert keeper.readers()[0].card == "none"
    with pytest.raises(NoCard):
        keeper.choose()


def test_the_card_whose_tries_were_shown_is_the_one_that_is_unlocked(keeper: Keeper) -> None:
    key = keeper.key(READER)
    assert key.attempts_remaining() == 5
    key.release()  # the keeper has let go, and another card may lie there
    key._card = "0" * 64
    with pytest.raises(CardChanged), key.unlock(password("WRONG1")):
        pass
    anew = keeper.key(READER)
    assert anew.attempts_remaining() == 5, "no try was spent"
    anew.release()
    with anew.unlock(password()) as signing:
        assert len(signing.sign(DIGEST)) == 256


def test_what_tells_a_card_apart_says_nothing_of_it(keeper: Keeper) -> None:
    key = keeper.key(READER)
    key.attempts_remaining()
    assert re.fullmatch("[0-9a-f]{64}", key._card)


def test_every_error_of_its_rooms_is_believed() -> None:
    raised = {
        value
        for module in (holder, jpki, pcsc, demo, word)
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, UserError) and value is not UserError
    }
    assert raised <= set(room.ERRORS)


# --- status and choice ----------------------------------------------------------------------------------------


def test_status(keeper: Keeper) -> None:
    expected = ReaderStatus(READER, "my-number", True, True, 5, 3)
    assert keeper.readers() == (expected,)
    key = keeper.key(READER)
    key.attempts_remaining()
    assert keeper.readers() == (expected,), "a held card is asked on the connection that holds it"
    with key.unlock(password()):
        assert keeper.readers()[0].card == "my-number"
    key.release()
    key.release()


def test_of_the_other_certificate_only_its_validity_leaves_the_keeper(keeper: Keeper) -> None:
    (thorough,) = keeper.readers(thorough=True)
    (usual,) = keeper.readers()
    begins, ends = thorough.auth_not_before, thorough.auth_not_after
    assert begins is not None
    assert ends is not None
    assert datetime.fromisoformat(begins) < datetime.now(UTC) < datetime.fromisoformat(ends)
    assert thorough == replace(usual, auth_not_before=begins, auth_not_after=ends)


def status(name: str, card: str, problem: str | None = None) -> ReaderStatus:
    return ReaderStatus(name, card, problem=problem)


MINE, MINE2 = status("Left", "my-number"), status("Right", "my-number")
EMPTY = status("Empty", "none")


@pytest.mark.parametrize(
    ("statuses", "name", "chosen"),
    [
        ((MINE,), None, "Left"),
        ((EMPTY, MINE), None, "Left"),
        ((status("X", "other"), MINE), None, "Left"),
        ((status("X", "other", "card-busy"), MINE), None, "Left"),
        ((MINE, MINE2), "Right", "Right"),
        ((MINE, MINE2), "ight", "Right"),
        ((MINE, status("Left 2", "none")), "Left", "Left"),
    ],
)
def test_choice(statuses: tuple[ReaderStatus, ...], name: str | None, chosen: str) -> None:
    assert choose(statuses, name) == chosen


@pytest.mark.parametrize(
    ("statuses", "name", "error"),
    [
        ((), None, NoReader),
        ((), "Left", NoReader),
        ((EMPTY,), None, NoCard),
        ((EMPTY, status("X", "other")), None, NotMyNumberCard),
        ((EMPTY, status("X", "phone")), None, PhoneNotSupported),
        ((EMPTY, status("X", "juki", "card-not-supported")), None, CardNotSupported),
        ((EMPTY, status("X", "none", "card-removed")), None, CardRemoved),
        ((EMPTY, status("X", "other", "card-busy"), status("Y", "other")), None, CardBusy),
        ((MINE, MINE2), None, SeveralCards),
        ((MINE, EMPTY), "Empty", NoCard),
        ((MINE, MINE2), "t", ReaderNotFound),
        ((MINE,), "Middle", ReaderNotFound),
    ],
)
def test_refusals(statuses: tuple[ReaderStatus, ...], name: str | None, error: type[UserError]) -> None:
    with pytest.raises(error) as caught:
        choose(statuses, name)
    assert type(caught.value) is error


def test_a_reader_that_is_not_there(keeper: Keeper) -> None:
    with pytest.raises(ReaderNotFound):
        keeper.key("no such reader").attempts_remaining()


# --- life and death -------------------------------------------------------------------------------------------


def ended(process: int | None) -> bool:
    for _ in range(200):
        if not os.path.exists(f"/proc/{process}"):
            return True
        time.sleep(0.01)
    return False


def test_it_starts_when_needed_and_ends_when_closed() -> None:
    keeper = Keeper(demo=True)
    assert keeper.pid is None
    keeper.readers()
    process = keeper.pid
    keeper.close()
    assert keeper.pid is None
    assert ended(process)
    keeper.close()


def test_it_is_small_and_nobody_reads_its_memory(keeper: Keeper) -> None:
    with keeper.key(READER).unlock(password()):
        process = Path("/proc", str(keeper.pid))
        # an undumpable process belongs to root in /proc, whoever started it
        assert (process / "environ").stat().st_uid == 0
        if os.getuid():
            with pytest.raises(PermissionError):
                (process / "maps").read_text()
            return
        loaded = (process / "maps").read_text()
        assert not any(word in loaded for word in ("Qt", "pdfium", "lxml"))
        assert (process / "limits").read_text().split("Max core file size")[1].split()[:2] == ["0", "0"]


def test_killed_while_it_waits_it_is_replaced(keeper: Keeper) -> None:
    keeper.readers()
    assert keeper.pid
    os.kill(keeper.pid, signal.SIGKILL)
    with pytest.raises(CardServiceUnavailable):
        keeper.readers()
    assert keeper.readers()[0].card == "my-number"


def test_killed_while_signing(start: Start) -> None:
    keeper = start(Knobs(delay=5))
    with keeper.key(READER).unlock(password()) as signing:
        assert keeper.pid
        threading.Timer(0.2, os.kill, (keeper.pid, signal.SIGKILL)).start()
        with pytest.raises(CardServiceUnavailable):
            signing.sign(DIGEST)


def test_killed_with_the_password_in_its_hands_the_outcome_is_unknown(start: Start) -> None:
    keeper = start(Knobs(verify_delay=5))
    key = keeper.key(READER)
    key.attempts_remaining()
    assert keeper.pid
    threading.Timer(0.2, os.kill, (keeper.pid, signal.SIGKILL)).start()
    with pytest.raises(OutcomeUnknown), key.unlock(password()):
        pass


def test_kill_cancels_the_call_under_way(start: Start) -> None:
    keeper = start(Knobs(delay=5))
    with keeper.key(READER).unlock(password()) as signing:
        threading.Timer(0.2, keeper.kill).start()
        began = time.monotonic()
        with pytest.raises(Cancelled):
            signing.sign(DIGEST)
    assert time.monotonic() - began < 2
    assert keeper.readers()[0].card == "my-number"


def test_closing_waits_for_the_signature_under_way(start: Start) -> None:
    keeper = start(Knobs(delay=0.5))
    made: list[bytes] = []
    with keeper.key(READER).unlock(password()) as signing:
        worker = threading.Thread(target=lambda: made.append(signing.sign(DIGEST)))
        worker.start()
        time.sleep(0.1)
        keeper.close()
        worker.join()
    assert len(made[0]) == 256


# --- interrupted, stopped, late -------------------------------------------------------------------------------


def interrupt(after: float, times: int = 1) -> None:
    for number in range(times):
        threading.Timer(after + number / 10, os.kill, (os.getpid(), signal.SIGINT)).start()


@pytest.mark.parametrize("times", [1, 3])
def test_who_interrupts_a_wrong_password_learns_that_a_try_is_gone(start: Start, times: int) -> None:
    key = start(Knobs(verify_delay=0.8)).key(READER)
    assert key.attempts_remaining() == 5
    interrupt(0.3, times)
    with pytest.raises(PasswordIncorrect) as caught, key.unlock(password("WRONG1")):
        pass
    assert caught.value.attempts_remaining == 4
    assert key.attempts_remaining() == 4, "the keeper is still in step"


def test_who_interrupts_the_right_password_gets_the_card_back_locked(start: Start) -> None:
    keeper = start(Knobs(verify_delay=0.8))
    key = keeper.key(READER)
    assert key.attempts_remaining() == 5
    interrupt(0.3)
    with pytest.raises(KeyboardInterrupt), key.unlock(password()):
        pytest.fail("it is not entered")
    with pytest.raises(CardRemovedWhileSigning):
        keeper.call("sign", blobs=(DIGEST,))


def test_an_interrupt_whose_answer_does_not_come(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "INTERRUPTED_SECONDS", 0.3)
    monkeypatch.setattr(room, "RELEASE_SECONDS", 0.3)
    monkeypatch.setattr(room, "PARTING_SECONDS", 0.3)
    keeper = start(Knobs(verify_delay=30))
    key = keeper.key(READER)
    key.attempts_remaining()
    interrupt(0.2)
    began = time.monotonic()
    with password() as secret, pytest.raises(OutcomeUnknown), key.unlock(secret):
        pass
    keeper.close()
    assert time.monotonic() - began < 4


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "RELEASE_SECONDS", 0.4)
    monkeypatch.setattr(room, "PARTING_SECONDS", 0.4)


def stop(keeper: Keeper) -> None:
    assert keeper.pid
    os.kill(keeper.pid, signal.SIGSTOP)


def test_closing_a_stopped_keeper_ends_it(keeper: Keeper, impatient: None) -> None:
    with keeper.key(READER).unlock(password()):
        process = keeper.pid
        stop(keeper)
        began = time.monotonic()
        keeper.close()
    assert time.monotonic() - began < 3
    assert ended(process)


def test_the_end_of_the_context_does_not_wait_for_a_stopped_keeper(keeper: Keeper, impatient: None) -> None:
    began = time.monotonic()
    with keeper.key(READER).unlock(password()):
        stop(keeper)
    assert time.monotonic() - began < 5
    assert keeper.readers()[0].card == "my-number", "it is replaced"


@pytest.mark.usefixtures("impatient")
def test_an_answer_that_never_comes(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    keeper = start(Knobs(delay=30))
    keeper.readers()
    stop(keeper)
    monkeypatch.setattr(room, "SURVEY_SECONDS", 0.4)
    with pytest.raises(CardServiceUnavailable):
        keeper.readers()
    key = keeper.key(READER)
    monkeypatch.setattr(room, "CALL_SECONDS", 30.0)
    with key.unlock(password()) as signing:
        monkeypatch.setattr(room, "CALL_SECONDS", 0.4)
        with pytest.raises(CardRemovedWhileSigning):
            signing.sign(DIGEST)
    monkeypatch.setattr(room, "CALL_SECONDS", 30.0)
    key.attempts_remaining()
    monkeypatch.setattr(room, "CALL_SECONDS", 0.4)
    stop(keeper)
    with pytest.raises(OutcomeUnknown), key.unlock(password()):
        pass


def test_an_interrupt_while_the_card_signs_comes_after_the_answer_and_leaves_the_keeper_in_step(start: Start) -> None:
    keeper = start(Knobs(delay=0.3))
    key = keeper.key(READER)
    with key.unlock(password()) as signing:
        process = keeper.pid
        interrupt(0.2)
        with pytest.raises(KeyboardInterrupt):
            signing.sign(DIGEST)
    assert keeper.pid == process, "it was not killed"
    assert key.attempts_remaining() == 5
    with pytest.raises(CardRemovedWhileSigning):
        keeper.call("sign", blobs=(DIGEST,))


def test_a_keeper_that_was_late_and_yet_answered_is_replaced(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    keeper = start(Knobs(delay=0.2))
    with keeper.key(READER).unlock(password()) as signing:
        monkeypatch.setattr(room, "CALL_SECONDS", 0.1)
        assert len(signing.sign(DIGEST)) == 256
        assert keeper.pid is None
    monkeypatch.setattr(room, "CALL_SECONDS", 30.0)
    assert keeper.readers()[0].card == "my-number"
