"""Whole signings with a password that stands in no program; afterwards it stands nowhere.

Debug logging is on (`python -X dev`), core files are allowed. What the search can find, tests/unit/project/
test_canary.py shows.
"""

from __future__ import annotations

import contextlib
import os
import pty
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import canary
import pytest
from papers import paper
from person import Window, wait
from processes import ended, family, keeper_of
from vcard import VirtualCard

from app.card.demo import Knobs

pytestmark = [pytest.mark.pcsc, pytest.mark.skipif(not Path("/proc").is_dir(), reason="needs /proc")]
Make = Callable[..., VirtualCard]
ROOT = hasattr(os, "getuid") and os.getuid() == 0


class Desk:
    """A folder with one document, and beside it everything that a program writes: home, temporary files, streams."""

    def __init__(self, home: Path, make_vcard: Make) -> None:
        self.password = canary.fresh()
        self.home = home
        self.source = home / "desk" / "契約書.pdf"
        self.source.parent.mkdir()
        self.source.write_bytes(paper())
        self.card = make_vcard(Knobs(delay=0.3), password=self.password)
        self.environment = {**os.environ, "TMPDIR": str(home), "HOME": str(home), "LC_ALL": "ja_JP.UTF-8"}
        # a pipe: the keeper may not write to files, not even its log
        self._end, self._begin = os.pipe()
        self.streams = {"stdout": self._begin, "stderr": self._begin}
        self._scribe = threading.Thread(target=self._write_down, daemon=True)
        self._scribe.start()

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-I", "-X", "dev", "-m", "app", "sign", *words, str(self.source)]

    def said(self) -> str:
        """Everything that was said and logged; nobody speaks any more."""
        if self._begin >= 0:
            os.close(self._begin)
            self._begin = -1
            self._scribe.join(30)
            os.close(self._end)
        return (self.home / "said").read_text()

    def _write_down(self) -> None:
        with open(self.home / "said", "wb") as file:
            while piece := os.read(self._end, 1 << 16):
                file.write(piece)
                file.flush()


@pytest.fixture
def desk(own_home: Path, make_vcard: Make) -> Iterator[Desk]:
    made = Desk(own_home, make_vcard)
    yield made
    made.said()


@contextlib.contextmanager
def watched(process: int, password: str) -> Iterator[list[str]]:
    """Looks at the process listing (arguments, environment) of a program and all its children until the block ends."""
    hits: list[str] = []
    over = threading.Event()
    looks = 0

    def look() -> None:
        nonlocal looks
        while not over.wait(0.005):
            for one in family(process):
                hits.extend(canary.in_listing(one, [password]))
                looks += 1

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield hits
    finally:
        over.set()
        thread.join()
    assert looks


def nowhere(desk: Desk, *passwords: str) -> None:
    """Neither in what the program said and wrote, nor in a core file or a file's name."""
    assert "VERIFY -> " in desk.said(), "the log of the card's traffic was on"
    assert canary.in_folder(desk.home, passwords or [desk.password]) == []


def test_the_command_with_a_piped_password(desk: Desk) -> None:
    process = subprocess.Popen(
        desk.command("--password-stdin", "--json"), stdin=subprocess.PIPE, env=desk.environment, **desk.streams
    )
    with watched(process.pid, desk.password) as hits:
        process.communicate(desk.password.encode() + b"\n", timeout=60)
    assert process.returncode == 0, desk.said()
    assert hits == []
    nowhere(desk)


def test_the_command_with_a_wrong_password(desk: Desk) -> None:
    wrong = canary.fresh()
    process = subprocess.Popen(
        desk.command("--password-stdin"), stdin=subprocess.PIPE, env=desk.environment, **desk.streams
    )
    process.communicate(wrong.lower().encode() + b"\r\n", timeout=60)
    assert process.returncode == 1
    assert desk.card.card.tries[0] == 4
    nowhere(desk, wrong, desk.password)


def test_the_command_with_a_password_typed_on_a_terminal(desk: Desk) -> None:
    process, terminal = pty.fork()
    if process == 0:
        os.execve(sys.executable, desk.command(), desk.environment)
    screen, typed = b"", False
    with watched(process, desk.password) as hits:
        while True:
            try:
                piece = os.read(terminal, 1 << 16)
            except OSError:
                break
            screen += piece
            if not typed and "契約書.pdf [".encode() in screen:
                time.sleep(0.2)  # what is typed before the echo is off is thrown away
                os.write(terminal, desk.password.lower().encode() + b"\n")
                typed = True
    _, status = os.waitpid(process, 0)
    os.close(terminal)
    assert os.waitstatus_to_exitcode(status) == 0, screen.decode()
    assert b"VERIFY -> 9000" in screen, "the log of the card's traffic was on"
    assert hits == []
    assert canary.found(screen, [desk.password]) == [], "nothing is echoed"
    assert desk.card.counts["VERIFY"] == 1
    assert canary.in_folder(desk.home, [desk.password]) == []


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGABRT])
def test_no_core_file_when_both_processes_crash_with_the_password_in_their_hands(
    desk: Desk, number: signal.Signals
) -> None:
    at_the_card, go_on = threading.Event(), threading.Event()

    def hold(_number: int) -> None:
        if desk.card.steps[-1] == "VERIFY":
            at_the_card.set()
            go_on.wait(30)

    desk.card.after = hold
    process = subprocess.Popen(
        desk.command("--password-stdin"), stdin=subprocess.PIPE, env=desk.environment, cwd=desk.home,
        preexec_fn=canary.with_cores, **desk.streams,
    )  # fmt: skip
    assert process.stdin
    process.stdin.write(desk.password.encode() + b"\n")
    process.stdin.close()
    assert at_the_card.wait(30)
    keeper = keeper_of(process.pid)
    os.kill(keeper, number)
    os.kill(process.pid, number)
    assert process.wait(30) == -number
    assert ended(keeper)
    go_on.set()
    assert "SELECT -> 9000" in desk.said()
    assert canary.in_folder(desk.home, [desk.password]) == []
    assert not list(desk.home.rglob("core*"))


@pytest.mark.window
@pytest.mark.skipif(not all(map(shutil.which, ("xdotool", "openbox"))), reason="xdotool or openbox is not here")
def test_the_window_with_a_password_typed_by_keys(display: None, desk: Desk) -> None:
    """The program as it is started by a person, on a real service; its memory is read from outside (root)."""
    target = desk.source.with_name("契約書_署名済み.pdf")
    window = Window(
        desk.source, desk.home, demo=False, python=("-X", "dev"), cwd=desk.home, preexec_fn=canary.with_cores,
        **desk.streams,
    )  # fmt: skip
    held: list[str] = []

    def look() -> None:
        if ROOT:  # the field keeps the typed password in one place, and the search sees it there
            held.extend(canary.in_memory(window.process.pid, [desk.password]))

    try:
        window.place_and_sign()
        with watched(window.process.pid, desk.password) as hits:
            window.sign(desk.password.lower(), target, before_return=look)
        wait(lambda: window.named("契約書_署名済み.pdf.*Natsuin"))
        assert hits == []
        assert desk.card.counts["VERIFY"] == 1
        if ROOT:
            assert held, "the search sees the password while it is typed"
            for process in family(window.process.pid):
                assert canary.in_memory(process, [desk.password]) == []
        keeper = keeper_of(window.process.pid)
        for process in (keeper, window.process.pid):
            os.kill(process, signal.SIGSEGV)
        assert window.process.wait(30) == -signal.SIGSEGV
        assert ended(keeper)
    finally:
        window.process.kill()
        window.process.wait()
    nowhere(desk)
    assert not list(desk.home.rglob("core*"))
