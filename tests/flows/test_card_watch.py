"""The watch behind every card line: when it reads the card, and when it leaves it alone."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from test_signing_window import LEFT, opened

from app.card.slots import SlotState
from app.card.status import ReaderStatus
from app.errors.base import UserError
from app.errors.card import CardBusy, CardServiceUnavailable, NoCard
from app.gui import background, card_watch
from app.gui.card_watch import CardWatch
from app.gui.main_window import MainWindow
from app.gui.password_state import State
from app.gui.signing_controller import SigningController

pytestmark = pytest.mark.window
READY = ReaderStatus("Reader", "my-number", True, True, 5, 3)
EMPTY = ReaderStatus("Reader", "none")
BUSY = ReaderStatus("Reader", "other", problem="card-busy")
HERE = {"Reader": SlotState(True, 1, False)}


class FakeKeeper:
    """Answers what the test wants, once `free` lets it."""

    def __init__(self) -> None:
        self.answer: tuple[ReaderStatus, ...] | UserError = (READY,)
        self.reads = 0
        self.free = threading.Event()
        self.free.set()

    def readers(self, *, thorough: bool = False) -> tuple[ReaderStatus, ...]:
        self.reads += 1
        answer = self.answer
        self.free.wait(10)
        if isinstance(answer, UserError):
            raise answer
        return answer

    def close(self) -> None:
        pass


class FakeMonitor:
    def __init__(self, told: Callable[[Any], object]) -> None:
        self.told = told
        self.heeded: list[set[str]] = []
        self.closed = threading.Event()

    def start(self) -> None:
        pass

    def heed(self, readers: Collection[str]) -> None:
        self.heeded.append(set(readers))

    def close(self) -> None:
        self.closed.set()


@pytest.fixture
def keeper(monkeypatch: pytest.MonkeyPatch) -> FakeKeeper:
    fake = FakeKeeper()
    monkeypatch.setattr(card_watch, "_new_keeper", lambda old, demo: fake)
    monkeypatch.setattr(card_watch, "Monitor", FakeMonitor)
    return fake


@pytest.fixture
def watch(qapp: Any, keeper: FakeKeeper, qtbot: Any) -> Iterator[CardWatch]:
    lanes = background.Lanes()
    made = CardWatch(lanes)
    made._retry.setInterval(100_000)
    made.start(demo=False)
    qtbot.waitUntil(lambda: made.keeper is not None)
    yield made
    keeper.free.set()
    made.close()
    lanes.close()


def tell(watch: CardWatch, readers: Any = HERE) -> None:
    """As the monitor does, from a thread of its own."""
    monitor: Any = watch._monitor
    thread = threading.Thread(target=monitor.told, args=(readers,))
    thread.start()
    thread.join()


def shows(qtbot: Any, watch: CardWatch, state: str) -> None:
    qtbot.waitUntil(lambda: watch.state.state == state)


def test_it_reads_once_when_the_monitor_has_looked(qtbot: Any, watch: CardWatch, keeper: FakeKeeper) -> None:
    assert keeper.reads == 0
    assert watch.state.state == "reading"
    tell(watch)
    shows(qtbot, watch, "ready")
    assert keeper.reads == 1
    assert not watch._retry.isActive()


def test_a_monitor_that_says_nothing_is_not_waited_for_for_ever(
    qtbot: Any, watch: CardWatch, keeper: FakeKeeper
) -> None:
    watch._retry.start(10)
    shows(qtbot, watch, "ready")


def test_what_comes_during_a_look_is_looked_at_and_the_old_view_is_not_shown(
    qtbot: Any, watch: CardWatch, keeper: FakeKeeper
) -> None:
    seen: list[str] = []
    watch.changed.connect(lambda state: seen.append(state.state))
    keeper.free.clear()
    tell(watch)
    qtbot.waitUntil(lambda: keeper.reads == 1)
    keeper.answer = (EMPTY,)
    tell(watch, {})
    tell(watch, {})
    with qtbot.waitSignal(watch.stirred):
        tell(watch)
    keeper.free.set()
    shows(qtbot, watch, "no-card")
    assert keeper.reads == 2
    assert seen == ["no-card"]


def test_paused_it_tells_but_does_not_read(qtbot: Any, watch: CardWatch, keeper: FakeKeeper) -> None:
    assert watch.take(keeper)
    with qtbot.waitSignal(watch.stirred):
        tell(watch)
    assert keeper.reads == 0
    watch.give_back(keeper)
    shows(qtbot, watch, "ready")


def test_a_busy_reader_is_heeded_and_tried_again(qtbot: Any, watch: CardWatch, keeper: FakeKeeper) -> None:
    monitor: Any = watch._monitor
    keeper.answer = (BUSY,)
    tell(watch)
    shows(qtbot, watch, "busy")
    assert monitor.heeded == [set(), {"Reader"}]
    assert watch._retry.isActive(), "a transaction that ends is no event"
    keeper.answer = (READY,)
    tell(watch)
    shows(qtbot, watch, "ready")
    assert monitor.heeded[2:] == [set(), set()], "or our own look would be news"
    assert not watch._retry.isActive()


def test_the_end_of_the_service_and_its_return(qtbot: Any, watch: CardWatch, keeper: FakeKeeper) -> None:
    keeper.answer = CardServiceUnavailable()
    tell(watch, None)
    shows(qtbot, watch, "no-service")
    assert not watch._retry.isActive(), "the monitor will tell"
    keeper.answer = (READY,)
    tell(watch)
    shows(qtbot, watch, "ready")


def test_a_keeper_that_died_is_tried_again(qtbot: Any, watch: CardWatch, keeper: FakeKeeper) -> None:
    keeper.answer = CardServiceUnavailable()
    tell(watch)
    shows(qtbot, watch, "no-service")
    assert watch._retry.isActive(), "nobody else will tell: the service is there"
    keeper.answer = (READY,)
    watch._retry.start(10)
    shows(qtbot, watch, "ready")


def test_in_practice_nothing_is_watched(qtbot: Any, watch: CardWatch, keeper: FakeKeeper) -> None:
    monitor: Any = watch._monitor
    assert watch.hears
    watch.start(demo=True)
    assert not watch.hears
    shows(qtbot, watch, "ready")
    assert keeper.reads == 1
    assert monitor.closed.wait(10)
    monitor.told(HERE)  # too late
    keeper.answer = (EMPTY,)
    watch.refresh()
    shows(qtbot, watch, "no-card")
    assert keeper.reads == 2
    watch.start(demo=False)
    assert watch.hears


# --- the password window that waits -----------------------------------------------------------------------------


def test_one_at_a_time_has_the_card_and_only_who_took_it_gives_it_back(watch: CardWatch, keeper: FakeKeeper) -> None:
    one, other = object(), object()
    assert watch.take(one)
    assert watch.take(one)
    assert not watch.take(other)
    watch.give_back(other)
    assert watch.paused
    watch.give_back(one)
    assert not watch.paused
    watch.take(other)
    watch.renew()
    assert watch.keeper is keeper, "nobody loses the card under the hands"


def test_the_password_window_waits_without_asking_and_reacts_at_once(
    qtbot: Any, window: MainWindow, contract: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = SigningController._tries
    stands_in_the_way: list[UserError] = [NoCard()]
    asked: list[None] = []

    def tries(self: SigningController, keeper: Any, reader: str) -> Any:
        asked.append(None)
        if stands_in_the_way:
            raise stands_in_the_way[0]
        return real(self, keeper, reader)

    monkeypatch.setattr(SigningController, "_tries", tries)
    monkeypatch.setattr(CardWatch, "hears", True)
    page = opened(qtbot, window, contract)
    QTest.mouseClick(page.panel.bottom_right, LEFT)
    QTest.mouseClick(page.panel.primary, LEFT)
    controller = page.controller
    qtbot.waitUntil(lambda: controller.password_window is not None and len(asked) == 1, timeout=20000)
    password = controller.password_window
    assert password is not None
    qtbot.waitUntil(password.isVisible)
    assert password.state is State.WAITING
    assert not controller._retry.isActive()
    stands_in_the_way[:] = [CardBusy()]
    window.card_watch.stirred.emit()
    qtbot.waitUntil(lambda: password.state is State.BUSY)
    assert controller._retry.isActive(), "the end of a transaction is no event"
    stands_in_the_way.clear()
    window.card_watch.stirred.emit()
    qtbot.waitUntil(lambda: password.state is State.TYPING, timeout=20000)
    count = len(asked)
    QTest.keyClicks(password.field, "ABC")
    window.card_watch.stirred.emit()
    qtbot.waitUntil(lambda: len(asked) > count and not controller._reading)
    assert password.field.count() == 3, "it does not disturb who is typing"
    QTest.keyClick(password, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not controller.busy, timeout=5000)
