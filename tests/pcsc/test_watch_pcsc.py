"""The card line of the window on a real pcscd: it follows what the hand does."""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from box import READERS, Box
from vcard import VirtualCard

pytestmark = pytest.mark.pcsc
BOUND = 20.0  # seconds, beginning with the start of a program

# the watch without any window: says every state
WATCH = """
import sys, threading
from PySide6.QtCore import QCoreApplication
from app.gui.background import Lanes
from app.gui.card_watch import CardWatch
application, lanes = QCoreApplication([]), Lanes()
watch = CardWatch(lanes)
watch.changed.connect(lambda state: print(state.state, state.reader, flush=True))
watch.start(demo=False)
threading.Thread(target=lambda: (sys.stdin.read(), application.quit()), daemon=True).start()
application.exec()
watch.close()
lanes.close()
"""


class Watch:
    """The program, and what it says."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-c", WATCH], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, env={**os.environ, **environment},
        )  # fmt: skip
        self._said: queue.Queue[str] = queue.Queue()
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def end(self) -> tuple[int, str]:
        """Ends it; how it ended and what it complained of."""
        assert self.process.stdin
        assert self.process.stderr
        self.process.stdin.close()
        self._listener.join(BOUND)
        with self.process:
            return self.process.wait(BOUND), self.process.stderr.read()

    def _listen(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self._said.put(line.strip())

    def says(self, state: str) -> None:
        """What is said between may be a view in passing: a card that is just being put down."""
        while self._said.get(timeout=BOUND).partition(" ")[0] != state:
            pass


@pytest.fixture
def start_watch(box: Box) -> Iterator[Callable[[], Watch]]:
    running: list[Watch] = []

    def start() -> Watch:
        running.append(Watch(box.environment))
        return running[-1]

    yield start
    for watch in running:
        assert watch.end() == (0, "")


@pytest.fixture
def watch(start_watch: Callable[[], Watch]) -> Watch:
    return start_watch()


def test_the_card_line_follows_card_reader_and_service(
    watch: Watch, box: Box, make_vcard: Callable[..., VirtualCard]
) -> None:
    card = make_vcard(insert=False)
    watch.says("no-card")
    card.insert(wait=False)
    watch.says("ready")
    card.remove(wait=False)
    watch.says("no-card")
    box.stop()
    watch.says("no-service")
    box.start(readers=False)
    watch.says("no-reader")
    box.start()
    watch.says("no-card")
    card.insert(wait=False)
    watch.says("ready")
    assert card.counts["VERIFY"] == 0


@pytest.mark.parametrize("way", ["hold", "transact"])
def test_a_card_that_another_program_lets_go(
    start_watch: Callable[[], Watch], make_vcard: Callable[..., VirtualCard], way: str
) -> None:
    make_vcard()
    rival = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("rival.py")), way, READERS[0]],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert rival.stdout
    assert rival.stdout.readline() == b"held\n"
    watch = start_watch()
    watch.says("busy")
    rival.communicate()
    watch.says("ready")


def test_one_read_for_one_card(watch: Watch, make_vcard: Callable[..., VirtualCard]) -> None:
    """Our own connections are no news: else each look would bring the next."""
    watch.says("no-card")
    card = make_vcard()
    watch.says("ready")
    assert not threading.Event().wait(1.5)
    assert card.counts["QUERY"] <= 4, "two queries a look, and at most one look more while it was put down"
