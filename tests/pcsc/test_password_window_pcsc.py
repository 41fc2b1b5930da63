"""The password window on a real pcscd: what it shows follows the hand, and no password goes to a card not meant."""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator

import pytest
from box import Box
from vcard import VirtualCard

from app.card.demo import Knobs

pytestmark = pytest.mark.pcsc
BOUND = 20.0  # seconds
OFFSCREEN = "This plugin does not support propagateSizeHints()"

# the window without a screen: says every state with its tries; a line from outside is a Return
WINDOW = """
import sys, threading
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from app.gui.background import Lanes
from app.gui.card_watch import CardWatch
from app.gui.reading_controller import ReadingController
application, lanes = QApplication([]), Lanes()
watch = CardWatch(lanes)
watch.start(demo=False)
parent = QWidget()
parent.show()
talk = ReadingController(lanes, watch, parent)
talk.failed.connect(lambda error: print("failed", error.code, flush=True))
asked, last = [], [""]
def begin():
    if watch.state.ready and not talk.busy:
        talk.begin(watch.state.reader, demo=False)
        QTimer.singleShot(0, look)
def look():
    window = talk.password_window
    now = "gone" if window is None else window.state.name.lower()
    if now == "typing":
        now += f" {window.tries}"
    if now != last[0]:
        last[0] = now
        if now.startswith("typing"):
            QTest.keyClicks(window.field, "WRONG99999")
        print(now, flush=True)
    while asked:
        word = asked.pop()
        if word == "return" and window is not None:
            QTest.keyClick(window.field, Qt.Key.Key_Return)
        elif word == "go on":
            [each for each in window.findChildren(QPushButton) if each.isVisible()][-1].click()
        elif word == "quit":
            application.quit()
watch.changed.connect(begin)
clock = QTimer(interval=10)
clock.timeout.connect(look)
clock.start()
def hear():
    for line in sys.stdin:
        asked.append(line.strip())
    asked.append("quit")
threading.Thread(target=hear, daemon=True).start()
application.exec()
talk.finish()
watch.close()
lanes.close()
"""


class Window:
    """The program, and what it says."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-c", WINDOW], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, env={**os.environ, "QT_QPA_PLATFORM": "offscreen", **environment},
        )  # fmt: skip
        self._said: queue.Queue[str] = queue.Queue()
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def _listen(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self._said.put(line.strip())

    def end(self) -> tuple[int, str]:
        """Ends it; how it ended and what it complained of."""
        assert self.process.stdin
        assert self.process.stderr
        self.process.stdin.close()
        code = self.process.wait(BOUND)
        self._listener.join(BOUND)
        with self.process:
            return code, self.process.stderr.read()

    def does(self, word: str) -> None:
        """Return in the field, or the last button."""
        assert self.process.stdin
        self.process.stdin.write(word + "\n")
        self.process.stdin.flush()

    def says(self, state: str) -> list[str]:
        """Waits for it; what was said before it."""
        before: list[str] = []
        while (said := self._said.get(timeout=BOUND)) != state:
            before.append(said)
        return before


@pytest.fixture
def window(box: Box) -> Iterator[Callable[[], Window]]:
    running: list[Window] = []

    def start() -> Window:
        running.append(Window(box.environment))
        return running[-1]

    yield start
    for each in running:
        code, complaints = each.end()
        assert code == 0
        assert set(complaints.splitlines()) <= {OFFSCREEN}


def test_a_card_that_is_swapped_while_somebody_types(
    window: Callable[[], Window], box: Box, make_vcard: Callable[..., VirtualCard]
) -> None:
    first = make_vcard()
    made = window()
    made.says("typing 5")
    first.remove()
    made.says("waiting")
    second = make_vcard(Knobs(sign_tries=1, name="別人"))
    assert not [said for said in made.says("changed") if said.startswith("typing")]
    made.does("go on")
    made.says("typing 1")
    assert first.counts["VERIFY"] == second.counts["VERIFY"] == 0


def test_a_service_that_ends_and_returns_under_the_open_window(
    window: Callable[[], Window], box: Box, make_vcard: Callable[..., VirtualCard]
) -> None:
    card = make_vcard()
    made = window()
    made.says("typing 5")
    box.stop()
    made.says("waiting")
    box.start()
    card.insert()
    assert not [said for said in made.says("typing 5") if said.startswith("failed")]
    assert card.counts["VERIFY"] == 0
    made.does("return")
    made.says("typing 4")
    assert card.counts["VERIFY"] == 1
