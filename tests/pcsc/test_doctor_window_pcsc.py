"""The reader doctor's window on a real pcscd: it follows what the hand does, by itself, and then rests."""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from box import READERS, Box
from vcard import VirtualCard

pytestmark = pytest.mark.pcsc
BOUND = 20.0  # seconds
CALM, REST = 1.0, 2.5  # seconds; the second is longer than whatever a watch tries again after

# the window without a screen: says the code of every result
WINDOW = """
import sys, threading
from PySide6.QtCore import QMetaObject, Qt
from PySide6.QtWidgets import QApplication
from app.gui.background import Lanes
from app.gui.card_watch import CardWatch
from app.gui.doctor_window import DoctorWindow
application, lanes = QApplication([]), Lanes()
watch = CardWatch(lanes)
watch.start(demo="demo" in sys.argv)
window = DoctorWindow(lanes, watch)
done = window._done
def said(diagnosis):
    done(diagnosis)
    print(diagnosis.failed.code if diagnosis.failed else "well", flush=True)
window._done = said
window.show()
def quit():  # queued: called from here it would wait for the thread that waits for it
    sys.stdin.read()
    QMetaObject.invokeMethod(application, "quit", Qt.ConnectionType.QueuedConnection)
threading.Thread(target=quit, daemon=True).start()
application.exec()
window.close()
watch.close()
lanes.close()
"""


class Window:
    """The program, and what it says."""

    def __init__(self, environment: dict[str, str], *words: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-c", WINDOW, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, env={**os.environ, "QT_QPA_PLATFORM": "offscreen", **environment},
        )  # fmt: skip
        self._said: queue.Queue[str] = queue.Queue()
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def _listen(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self._said.put(line.strip())

    def says(self, code: str) -> None:
        """What is said between may be a view in passing: a card that is just being put down."""
        while self._said.get(timeout=BOUND) != code:
            pass

    def rests(self) -> None:
        """It says nothing more once it has said what there is: it is not stirred by its own looks."""
        time.sleep(CALM)
        while not self._said.empty():
            self._said.get()
        time.sleep(REST)
        assert self._said.empty()

    def end(self) -> tuple[int, str]:
        """Ends it; how it ended and what it complained of."""
        assert self.process.stdin
        assert self.process.stderr
        self.process.stdin.close()
        code = self.process.wait(BOUND)
        self._listener.join(BOUND)
        with self.process:
            return code, self.process.stderr.read()


@pytest.fixture
def open_window(box: Box) -> Iterator[Callable[..., Window]]:
    running: list[Window] = []

    def start(*words: str) -> Window:
        running.append(Window(box.environment, *words))
        return running[-1]

    yield start
    for window in running:
        window.process.kill()
        window.process.wait(BOUND)


@pytest.mark.parametrize("words", [(), ("demo",)], ids=["", "practice"])
def test_it_follows_the_card_the_other_program_and_the_service(
    open_window: Callable[..., Window], box: Box, make_vcard: Callable[..., VirtualCard], words: tuple[str, ...]
) -> None:
    window = open_window(*words)
    window.says("no-card")
    card = make_vcard()
    window.says("well")
    window.rests()
    rival = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("rival.py")), "hold", READERS[0]],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert rival.stdout
    assert rival.stdout.readline() == b"held\n"
    second = make_vcard(slot=1, insert=False)  # that another program takes the card is no event: this is one
    second.insert()
    window.says("well")
    second.remove()
    window.says("card-busy")
    window.rests()
    rival.communicate()
    window.says("well")
    card.remove()
    window.says("no-card")
    box.stop()
    window.says("service-stopped")
    box.start()
    window.says("no-card")
    window.rests()
    assert window.end() == (0, "")
