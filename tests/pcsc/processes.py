"""Other processes as the trials handle them: found, stopped, killed, talked to line by line."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

KEEPER = b"app.card.keeper:serve"


class Talker:
    """A child program that answers lines with lines; closed at the end of a `with` block."""

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str] | None = None,
        errors: int | None = subprocess.DEVNULL,
    ) -> None:
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            bufsize=0,
            env=dict(environment) if environment is not None else None,
        )
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._listener = threading.Thread(target=self._listen, name="listen", daemon=True)
        self._listener.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def say(self, line: bytes) -> None:
        assert self.process.stdin
        with contextlib.suppress(OSError):
            self.process.stdin.write(line + b"\n")

    def line(self, seconds: float = 60) -> str | None:
        """The next line, None when there is no more. Raises TimeoutError."""
        try:
            return self._lines.get(timeout=seconds)
        except queue.Empty:
            raise TimeoutError(f"no answer from process {self.pid}") from None

    def number(self) -> int:
        """The next line as the number of a process."""
        line = self.line()
        assert line is not None, "it has ended"
        process = int(line)
        assert process > 1
        return process

    def close(self) -> None:
        """Lets it end by itself, and kills it if it does not."""
        assert self.process.stdin
        with contextlib.suppress(OSError):
            self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._listener.join(10)

    def _listen(self) -> None:
        assert self.process.stdout
        with self.process.stdout as answers:
            for line in answers:
                self._lines.put(line.decode().rstrip("\n"))
        self._lines.put(None)


def rival(order: str, reader: str) -> Talker:
    """Another program at that reader, ready to go; see rival.py."""
    other = Talker([sys.executable, str(Path(__file__).with_name("rival.py")), order, reader])
    assert other.line() == "waiting"
    return other


def steals(other: Talker) -> list[tuple[float, str, str]]:
    """What the card has answered to a rival that steals, which is ended: (moment, command, status)."""
    other.close()
    said = []
    while (line := other.line()) is not None:
        moment, command, status = line.split()
        said.append((float(moment), command, status))
    return said


def children(process: int) -> list[int]:
    """The direct children of a process."""
    found: list[int] = []
    for file in Path(f"/proc/{process}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found += map(int, file.read_text().split())
    return found


def family(process: int) -> list[int]:
    """The process and all that descend from it."""
    return [process, *(descendant for child in children(process) for descendant in family(child))]


def keeper_of(process: int) -> int:
    """The keeper that a program of ours has started."""
    for child in children(process):
        with contextlib.suppress(OSError):
            if KEEPER in Path(f"/proc/{child}/cmdline").read_bytes():
                return child
    raise LookupError(f"process {process} has no keeper")


def ended(process: int, seconds: float = 10) -> bool:
    """Whether it has ended in this time; whoever inherited it may not have asked for its status yet."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        time.sleep(0.005)
    return False


def killed(process: int) -> None:
    """SIGKILL, and it is dead when this returns."""
    os.kill(process, signal.SIGKILL)
    assert ended(process)
