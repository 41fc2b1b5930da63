"""The program as its own process, driven through the X server by xdotool: nothing of ours makes these events."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from strangers import pdfsig, qpdf_is_content

pytestmark = [
    pytest.mark.window,
    pytest.mark.skipif(not shutil.which("xdotool"), reason="xdotool is not here"),
    pytest.mark.skipif(not shutil.which("openbox"), reason="openbox is not here"),
]


def xdotool(*words: object) -> str:
    return subprocess.run(["xdotool", *map(str, words)], capture_output=True, text=True, check=False).stdout.strip()


def wait(condition: Callable[[], object], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.1)


class Window:
    """The running program and the place of its window on the screen."""

    def __init__(self, file: Path, home: Path) -> None:
        environment = {**os.environ, "TMPDIR": str(home), "LC_ALL": "ja_JP.UTF-8"}
        self.process = subprocess.Popen([sys.executable, "-I", "-m", "app", "--demo", str(file)], env=environment)
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

    def type_password(self, text: str) -> None:
        """Waits until the password window is there and active, as a person would, and types."""
        wait(lambda: self.named("^Natsuin$"))
        wait(lambda: xdotool("getactivewindow") == self.named("^Natsuin$"))
        time.sleep(1.5)
        xdotool("type", "--delay", "120", text)
        time.sleep(0.5)


@pytest.fixture
def window(display: None, contract: Path, own_home: Path) -> Iterator[Window]:
    made = Window(contract, own_home)
    yield made
    made.process.terminate()
    made.process.wait(10)


def test_a_box_is_drawn_and_the_document_signed(window: Window, contract: Path) -> None:
    before = contract.read_bytes()
    target = contract.with_name("契約書_見本.pdf")
    time.sleep(3)  # the first page, the card, the look at the file
    window.drag((250, 300), (450, 380))
    time.sleep(1)
    # the primary button stands at the foot of the panel on the right
    xdotool("mousemove", window.x + window.width - 180, window.y + window.height - 40, "click", 1)
    for _ in range(3):  # a busy machine may lose keys of a window that has just become active
        window.type_password("demo1234")
        assert not target.exists()
        xdotool("key", "Return")
        with contextlib.suppress(AssertionError):
            wait(target.exists, 10)
            break
        xdotool("key", "ctrl+a", "key", "Delete")
    assert contract.read_bytes() == before
    assert "Signature is Valid" in pdfsig(target)
    assert "Total document signed" in pdfsig(target)
    assert qpdf_is_content(target)
    wait(lambda: window.named("契約書_見本.pdf.*Natsuin"))


def test_killed_while_the_password_is_asked_nothing_is_left(window: Window, contract: Path) -> None:
    before = contract.read_bytes()
    time.sleep(3)
    window.drag((250, 300), (450, 380))
    time.sleep(1)
    xdotool("mousemove", window.x + window.width - 180, window.y + window.height - 40, "click", 1)
    window.type_password("demo12")
    children = Path(f"/proc/{window.process.pid}/task/{window.process.pid}/children").read_text().split()
    window.process.kill()
    window.process.wait(10)
    assert contract.read_bytes() == before
    assert [path.name for path in contract.parent.iterdir()] == [contract.name]
    wait(lambda: not [child for child in children if Path(f"/proc/{child}/exe").exists()], 10)
