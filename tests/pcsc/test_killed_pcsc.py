"""The card is unlocked, another program waits for the reader, and something dies: does the other get a signature?"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from box import READERS
from papers import paper
from vcard import VirtualCard

from app.card.demo import Knobs

pytestmark = pytest.mark.pcsc

# a program of ours with the card unlocked: says its keeper's process and works until its input closes
UNLOCKED = """
import sys
from app.card.keeper import Keeper
from app.secret import Secret
with Keeper() as keeper:
    with keeper.key(sys.argv[1]).unlock(Secret.taking(bytearray(b"DEMO" b"1234"))) as signing:
        signing.sign(bytes(32))
        print(keeper.pid, flush=True)
        sys.stdin.read()
    print("given back", flush=True)
    sys.stdin.read()
"""


@contextlib.contextmanager
def unlocked(program: str = UNLOCKED) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """The program with the unlocked card, and the process of its keeper."""
    process = subprocess.Popen(
        [sys.executable, "-I", "-c", program, READERS[0]], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    try:
        yield process, int(process.stdout.readline())
    finally:
        process.kill()
        process.communicate()


@contextlib.contextmanager
def rival(*words: str) -> Iterator[subprocess.Popen[str]]:
    """Another program that already waits for the reader; see rival.py."""
    script = Path(__file__).with_name("rival.py")
    process = subprocess.Popen(
        [sys.executable, str(script), *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    try:
        assert process.stdout.readline() == "waiting\n"
        yield process
    finally:
        process.kill()
        process.communicate()


def said(process: subprocess.Popen[str], seconds: float) -> list[tuple[float, str, str]]:
    """What the card answered to the rival in this time: (moment, command, status)."""
    time.sleep(seconds)
    out, _ = process.communicate()
    lines = [line.split() for line in out.splitlines()]
    return [(float(moment), command, status) for moment, command, status in lines]


def ended(process: int) -> bool:
    """Whether it has ended within a second; whoever inherited it may not have asked for its status yet."""
    for _ in range(100):
        try:
            state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return True
        if state == "Z":
            return True
        time.sleep(0.01)
    return False


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGSEGV])
def test_death_of_the_window_locks_the_card(vcard: VirtualCard, number: signal.Signals) -> None:
    with unlocked() as (process, keeper), rival("steal", READERS[0]) as other:
        time.sleep(0.1)
        process.send_signal(number)
        answers = [status for _, command, status in said(other, 1.5) if command == "sign"]
    assert answers, "the other program reached the card"
    assert set(answers) == {"6982"}
    assert ended(keeper)


def test_the_normal_end_locks_the_card(vcard: VirtualCard) -> None:
    with unlocked() as (process, _), rival("steal", READERS[0]) as other:
        process.communicate()
        answers = [status for _, command, status in said(other, 1.0) if command == "sign"]
    assert answers
    assert set(answers) == {"6982"}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_keeper_that_is_asked_to_end_locks_the_card(vcard: VirtualCard, number: signal.Signals) -> None:
    with unlocked() as (process, keeper), rival("steal", READERS[0]) as other:
        os.kill(keeper, number)
        time.sleep(0.3)
        process.kill()
        answers = [status for _, command, status in said(other, 1.0) if command == "sign"]
    assert answers
    assert set(answers) == {"6982"}


# the same with a keeper whose own clock runs out after a second
HASTY = """
from app import isolation
isolation._program = lambda: [sys.executable, "-I", "-c",
    "from app.card import idle; idle.PATIENCE = 1.0; from app.__main__ import main; raise SystemExit(main())"]
"""


def test_a_parent_that_is_stopped_does_not_keep_the_card_unlocked(vcard: VirtualCard) -> None:
    with unlocked(UNLOCKED.replace("import sys", "import sys" + HASTY, 1)) as (process, keeper):
        process.send_signal(signal.SIGSTOP)
        with rival("steal", READERS[0]) as other:
            answers = [status for _, command, status in said(other, 3.0) if command == "sign"]
        assert not ended(keeper)
    assert answers, "the other program reached the card"
    assert set(answers) == {"6982"}


def test_the_demo_card_would_have_signed_after_a_warm_reset(vcard: VirtualCard) -> None:
    """The danger is real: with the keeper itself killed, pcscd only resets the card, and the other program signs.

    SECURITY.md names what remains; this test keeps the emulation honest, else the tests above prove nothing.
    """
    with unlocked() as (_, keeper), rival("steal", READERS[0]) as other:
        time.sleep(0.1)
        os.kill(keeper, signal.SIGKILL)
        answers = [status for _, command, status in said(other, 1.0) if command == "sign"]
    assert "9000" in answers


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
        answers = [status for _, command_, status in said(other, 3.0) if command_ == "sign"]
    assert answers, "the other program reached the card"
    assert set(answers) == {"6982"}
    assert card.counts["VERIFY"] == 1
    assert source.read_bytes() == paper()
    assert not source.with_name("契約書-signed.pdf").exists()
