"""A password on a real terminal, under a real shell: nobody sees it, whatever is pressed or stopped meanwhile."""

from __future__ import annotations

import os
import re
import select
import shutil
import signal
import sys
import termios
import time
from collections.abc import Callable, Iterator

import pytest

pty = pytest.importorskip("pty")
pytestmark = pytest.mark.skipif(not shutil.which("bash"), reason="bash is not here")

ASK = "import os; from app.terminal import ask; print('pid', os.getpid()); print('got', len(ask('Password: ')))"


class Shell:
    """An interactive bash on a terminal of its own, and what its screen has shown."""

    def __init__(self, *options: str) -> None:
        self.process, self.terminal = pty.fork()
        if self.process == 0:
            os.execvpe("bash", ["bash", "--norc", *options, "-i"], {**os.environ, "PS1": "ready> ", "HISTFILE": ""})
        self.screen = ""

    def type(self, text: str) -> None:
        os.write(self.terminal, text.encode())

    def wait(self, holds: Callable[[], object], seconds: float = 30) -> None:
        end = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < end, self.screen
            if select.select([self.terminal], [], [], 0.05)[0]:
                self.screen += os.read(self.terminal, 65536).decode(errors="replace")

    def wait_for(self, text: str, times: int = 1) -> None:
        self.wait(lambda: self.screen.count(text) >= times)

    @property
    def echoes(self) -> bool:
        return bool(termios.tcgetattr(self.terminal)[3] & termios.ECHO)

    def ask(self) -> int:
        """Has the question asked; returns the process that asks, once the echo is off."""
        self.wait_for("ready> ")
        self.type(f'{sys.executable} -I -c "{ASK}"\n')
        self.wait_for("\nPassword: ")
        self.wait(lambda: not self.echoes)
        found = re.search(r"pid (\d+)", self.screen)
        assert found
        return int(found[1])

    def close(self) -> None:
        os.close(self.terminal)
        os.kill(self.process, signal.SIGKILL)
        os.waitpid(self.process, 0)


@pytest.fixture
def shell() -> Iterator[Callable[..., Shell]]:
    shells: list[Shell] = []

    def begin(*options: str) -> Shell:
        shells.append(Shell(*options))
        return shells[-1]

    yield begin
    for each in shells:
        each.close()


@pytest.mark.parametrize("key", ["\x1a", "\x1c"], ids=["Ctrl-Z", "Ctrl-backslash"])
def test_keys_that_would_leave_the_question_do_not(shell: Callable[..., Shell], key: str) -> None:
    terminal = shell("--noediting")  # its own prompt leaves the echo to the terminal
    terminal.ask()
    terminal.type(f"{key}SECRETPW9\n")
    terminal.wait_for("\ngot 10")
    terminal.wait_for("ready> ", 2)
    assert "SECRETPW9" not in terminal.screen
    assert terminal.echoes
    assert "topped" not in terminal.screen


@pytest.mark.parametrize("number", [signal.SIGSTOP, signal.SIGTSTP])
def test_who_was_stopped_asks_anew_without_echo(shell: Callable[..., Shell], number: signal.Signals) -> None:
    terminal = shell()
    os.kill(terminal.ask(), number)
    terminal.wait_for("ready> ", 2)
    terminal.type("fg\n")
    terminal.wait_for("\nPassword: ", 2)
    terminal.wait(lambda: not terminal.echoes)
    terminal.type("SECRETPW9\n")
    terminal.wait_for("\ngot 9")
    assert "SECRETPW9" not in terminal.screen


def test_ctrl_c_gives_the_terminal_back_as_it_was(shell: Callable[..., Shell]) -> None:
    terminal = shell("--noediting")
    terminal.ask()
    terminal.type("\x03")
    terminal.wait_for("KeyboardInterrupt")
    terminal.wait_for("ready> ", 2)
    assert terminal.echoes
