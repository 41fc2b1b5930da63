"""PySide6 6.12.0 drops a reference of None and of True with every void call: the process aborts after some thousand
calls where these are not immortal (Python below 3.12). This catches the next release that does."""

import sys

import pytest
from PySide6.QtCore import QObject, Signal


class Bell(QObject):
    rung = Signal(int)


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="None is immortal from Python 3.12 on: nothing to count")
def test_void_calls_and_signals_keep_their_references() -> None:
    bell = Bell()
    heard: list[int] = []
    bell.rung.connect(heard.append)
    before = sys.getrefcount(None), sys.getrefcount(True)
    for number in range(10_000):
        bell.setObjectName("x")
        bell.rung.emit(number)
    after = sys.getrefcount(None), sys.getrefcount(True)
    assert len(heard) == 10_000
    assert before[0] - after[0] < 1_000
    assert before[1] - after[1] < 1_000
