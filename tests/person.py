"""A person at the window of the program, which runs as its own process: everything goes through the X server."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any


def xdotool(*words: object) -> str:
    return subprocess.run(["xdotool", *map(str, words)], capture_output=True, text=True, check=False).stdout.strip()


def wait(condition: Callable[[], object], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.1)


class Window:
    """The running program and the place of its window on the screen; `streams` are handed to it."""

    def __init__(
        self, file: Path, home: Path, *, demo: bool = True, python: Sequence[str] = (), **streams: Any
    ) -> None:
        environment = {**os.environ, "TMPDIR": str(home), "LC_ALL": "ja_JP.UTF-8"}
        command = [sys.executable, "-I", *python, "-m", "app", *(["--demo"] if demo else []), str(file)]
        self.process = subprocess.Popen(command, env=environment, **streams)
        wait(lambda: self.named(f"{file.name}.*Natsuin"))
        self.id = self.named(f"{file.name}.*Natsuin")
        geometry = dict(
            line.split("=") for line in xdotool("getwindowgeometry", "--shell", self.id).splitlines() if "=" in line
        )
        self.x, self.y = int(geometry["X"]), int(geometry["Y"])
        self.width, self.height = int(geometry["WIDTH"]), int(geometry["HEIGHT"])

    def named(self, title: str) -> str:
        return xdotool("search", "--onlyvisible", "--pid", self.process.pid, "--name", title).partition("\n")[0]

    def drag(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        xdotool("mousemove", self.x + start[0], self.y + start[1], "mousedown", 1)
        for step in range(1, 9):
            x = start[0] + (end[0] - start[0]) * step // 8
            y = start[1] + (end[1] - start[1]) * step // 8
            xdotool("mousemove", self.x + x, self.y + y)
            time.sleep(0.05)
        xdotool("mouseup", 1)

    def place_and_sign(self) -> None:
        """Draws a box on the page and presses the button that signs."""
        time.sleep(3)  # the first page, the card, the look at the file
        self.drag((250, 300), (450, 380))
        time.sleep(1)
        # the primary button stands at the foot of the panel on the right
        xdotool("mousemove", self.x + self.width - 180, self.y + self.height - 40, "click", 1)

    def type_password(self, text: str) -> None:
        """Waits until the password window is there and active, as a person would, and types."""
        wait(lambda: self.named("^Natsuin$"))
        wait(lambda: xdotool("getactivewindow") == self.named("^Natsuin$"))
        time.sleep(1.5)
        # not as an argument: everybody can read those
        subprocess.run(["xdotool", "type", "--delay", "120", "--file", "-"], input=text.encode(), check=True)
        time.sleep(0.5)

    def sign(self, password: str, target: Path, before_return: Callable[[], object] = lambda: None) -> None:
        """Types and presses Return until the file is there: a busy machine may lose keys of a new window."""
        for _ in range(3):
            self.type_password(password)
            assert not target.exists()
            before_return()
            xdotool("key", "Return")
            with contextlib.suppress(AssertionError):
                wait(target.exists, 10)
                return
            xdotool("key", "ctrl+a", "key", "Delete")
        raise AssertionError("it was not signed")

    def end(self) -> None:
        """Asks it to end."""
        self.process.terminate()
        self.process.wait(10)
