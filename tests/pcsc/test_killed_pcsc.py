"""The card is unlocked, another program waits for the reader, and something dies: does the other get a signature?"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import canary
import pytest
from box import READERS
from papers import paper
from person import Window, xdotool
from processes import Talker, ended, keeper_of, rival, steals
from vcard import VirtualCard

from app.card import keeper as room
from app.card.demo import SIGN_PASSWORD, Knobs
from app.card.keeper import Keeper
from app.card.password import from_bytes
from app.channel import Channel
from app.errors.card import CardServiceUnavailable

pytestmark = pytest.mark.pcsc


def unlocked(*patience: str) -> tuple[Talker, int]:
    """A program with the unlocked card (see unlocker.py), and its keeper's process."""
    unlocker = str(Path(__file__).with_name("unlocker.py"))
    program = Talker([sys.executable, "-I", unlocker, READERS[0], *patience])
    program.say(SIGN_PASSWORD.encode())
    return program, program.number()


def signs(other: Talker, seconds: float) -> list[str]:
    """What the card answered in this time to the other program's signature commands."""
    time.sleep(seconds)
    return [status for _, command, status in steals(other) if command == "sign"]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGSEGV])
def test_death_of_the_window_locks_the_card(vcard: VirtualCard, number: signal.Signals) -> None:
    program, keeper = unlocked()
    with program, rival("steal", READERS[0]) as other:
        time.sleep(0.1)
        program.process.send_signal(number)
        answers = signs(other, 1.5)
    assert answers, "the other program reached the card"
    assert set(answers) == {"6982"}
    assert ended(keeper)


def test_the_normal_end_locks_the_card(vcard: VirtualCard) -> None:
    program, _ = unlocked()
    with rival("steal", READERS[0]) as other:
        program.close()
        answers = signs(other, 1.0)
    assert answers
    assert set(answers) == {"6982"}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_keeper_that_is_asked_to_end_locks_the_card(vcard: VirtualCard, number: signal.Signals) -> None:
    program, keeper = unlocked()
    with program, rival("steal", READERS[0]) as other:
        os.kill(keeper, number)
        time.sleep(0.3)
        program.process.kill()
        answers = signs(other, 1.0)
    assert answers
    assert set(answers) == {"6982"}


def test_a_parent_that_is_stopped_does_not_keep_the_card_unlocked(vcard: VirtualCard) -> None:
    program, keeper = unlocked("1.0")
    with program:
        program.process.send_signal(signal.SIGSTOP)
        with rival("steal", READERS[0]) as other:
            answers = signs(other, 3.0)
        assert not ended(keeper, 0.1)
        program.process.send_signal(signal.SIGCONT)
    assert answers, "the other program reached the card"
    assert set(answers) == {"6982"}


def test_the_demo_card_would_have_signed_after_a_warm_reset(vcard: VirtualCard) -> None:
    """The danger is real: with the keeper itself killed, pcscd only resets the card, and the other program signs.

    SECURITY.md names what remains; this test keeps the emulation honest, else the tests above prove nothing.
    """
    program, keeper = unlocked()
    with program, rival("steal", READERS[0]) as other:
        time.sleep(0.1)
        os.kill(keeper, signal.SIGKILL)
        answers = signs(other, 1.0)
    assert "9000" in answers


def interrupted(monkeypatch: pytest.MonkeyPatch, error: type[BaseException], *, anywhere: bool) -> None:
    """Inside the next answer of 256 bytes comes this, as an interrupt does: in the main thread only, or `anywhere`."""
    real, armed = Channel._exactly, [True]

    def exactly(self: Channel, size: int) -> bytearray:
        if size == 256 and armed and (anywhere or threading.current_thread() is threading.main_thread()):
            armed.clear()
            raise error
        return real(self, size)

    monkeypatch.setattr(Channel, "_exactly", exactly)


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_an_answer_that_was_not_read_to_its_end_locks_the_card(
    make_vcard: Callable[..., VirtualCard], monkeypatch: pytest.MonkeyPatch, error: type[BaseException]
) -> None:
    """Ctrl-C between header and signature, and a keeper out of step: it is not killed before it has locked the card."""
    make_vcard(Knobs(delay=0.1))
    with Keeper() as keeper, contextlib.ExitStack() as rivals:
        with (
            contextlib.suppress(KeyboardInterrupt, CardServiceUnavailable),
            keeper.key(READERS[0]).unlock(from_bytes(bytearray(SIGN_PASSWORD.encode()))) as signing,
        ):
            other = rivals.enter_context(rival("steal", READERS[0]))  # the card is ours by now
            interrupted(monkeypatch, error, anywhere=error is ValueError)
            signing.sign(bytes(32))
        answers = signs(other, 1.5)
    assert answers, "the other program reached the card"
    assert set(answers) == {"6982"}


def test_closing_while_the_card_signs_for_longer_than_that_waits_locks_it(
    make_vcard: Callable[..., VirtualCard], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "RELEASE_SECONDS", 0.2)
    card = make_vcard(Knobs(delay=0.7))
    keeper = Keeper()
    signing = contextlib.ExitStack()
    key = signing.enter_context(keeper.key(READERS[0]).unlock(from_bytes(bytearray(SIGN_PASSWORD.encode()))))
    with rival("steal", READERS[0]) as other:
        card.forget()
        work = threading.Thread(target=lambda: key.sign(bytes(32)))
        work.start()
        while not card.counts["SELECT"]:
            time.sleep(0.01)
        keeper.close()
        work.join(20)
        answers = signs(other, 1.5)
        signing.close()
    keeper.close()
    assert answers, "the other program reached the card"
    assert set(answers) == {"6982"}


def test_the_command_killed_while_the_card_signs(
    make_vcard: Callable[..., VirtualCard], tmp_path: Path, own_home: Path
) -> None:
    """`natsuin sign` itself, killed between VERIFY and the end of its signature command."""
    card = make_vcard(Knobs(delay=1.0))
    source = tmp_path / "契約書.pdf"
    source.write_bytes(paper())
    command = [sys.executable, "-I", "-m", "app", "sign", "--password-stdin", str(source)]
    environment = {**os.environ, "TMPDIR": str(own_home)}
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, env=environment)
    assert process.stdin
    process.stdin.write(b"DEMO1234\n")
    process.stdin.close()
    end = time.monotonic() + 30
    while "VERIFY -> 9000" not in card.trace:
        assert time.monotonic() < end
        time.sleep(0.005)
    with rival("steal", READERS[0]) as other:
        process.kill()
        process.wait()
        answers = signs(other, 3.0)
    assert answers, "the other program reached the card"
    assert set(answers) == {"6982"}
    assert card.counts["VERIFY"] == 1
    assert source.read_bytes() == paper()
    assert not source.with_name("契約書-signed.pdf").exists()


@pytest.mark.window
@pytest.mark.skipif(not all(map(shutil.which, ("xdotool", "openbox"))), reason="xdotool or openbox is not here")
def test_the_window_killed_while_the_card_signs(
    display: None, make_vcard: Callable[..., VirtualCard], tmp_path: Path, own_home: Path
) -> None:
    """The real window: a person types, the card is at work on the signature, and the window dies."""
    password = canary.fresh()
    card = make_vcard(Knobs(delay=2.0), password=password)
    source = tmp_path / "契約書.pdf"
    source.write_bytes(paper())
    window = Window(source, own_home, demo=False)
    signing = threading.Event()
    window.place_and_sign()
    for _ in range(3):
        window.type_password(password)
        card.before = lambda _number: signing.set() if "SELECT 001A" in card.steps else None
        xdotool("key", "Return")
        if signing.wait(10):
            break
        xdotool("key", "ctrl+a", "key", "Delete")
    assert signing.is_set()
    keeper = keeper_of(window.process.pid)
    with rival("steal", READERS[0]) as other:
        window.process.kill()
        window.process.wait()
        answers = signs(other, 4.0)
    assert card.trace.count("SIGN -> 9000") == 1, "the keeper's, for nobody"
    assert answers, "the other program reached the card"
    assert set(answers) == {"6982"}
    assert ended(keeper)
    assert card.counts["VERIFY"] == 1
    assert source.read_bytes() == paper()
    assert not source.with_name("契約書_署名済み.pdf").exists()
