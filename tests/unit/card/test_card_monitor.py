"""The monitor over a PC/SC layer in which everything can happen."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from fake_scard import FakeScard

from app.card import monitor as room
from app.card import pcsc
from app.card.monitor import Monitor
from app.card.pcsc import PcscSlots, PcscWatch
from app.card.slots import SlotState

States = Mapping[str, SlotState] | None
PATIENCE = 10.0  # seconds for what takes milliseconds


class Heard:
    """Everything that was told, and waiting for it."""

    def __init__(self) -> None:
        self.all: list[States] = []
        self._news = threading.Condition()

    def __call__(self, now: States) -> None:
        with self._news:
            self.all.append(now)
            self._news.notify_all()

    def until(self, wanted: Callable[[States], bool]) -> States:
        with self._news:
            assert self._news.wait_for(lambda: bool(self.all) and wanted(self.all[-1]), PATIENCE), self.all[-3:]
            return self.all[-1]


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> FakeScard:
    fake = FakeScard("Left", signed=True)
    monkeypatch.setattr(pcsc, "scard", fake)
    monkeypatch.setattr(room, "LOOK_SECONDS", 0.02)
    return fake


@pytest.fixture
def monitor(service: FakeScard, heard: Heard) -> Iterator[Monitor]:
    with Monitor(heard) as running:
        heard.until(lambda now: now is not None)
        yield running


def settled(service: FakeScard) -> None:
    """The monitor waits."""
    end = time.monotonic() + PATIENCE
    while not service._waiting:
        assert time.monotonic() < end
        time.sleep(0.001)


def test_cards_come_and_go(monitor: Monitor, service: FakeScard, heard: Heard) -> None:
    for _ in range(3):
        service.insert("Left")
        heard.until(lambda now: bool(now) and now["Left"].present)
        service.remove("Left")
        heard.until(lambda now: bool(now) and not now["Left"].present)
    assert service.calls["SCardConnect"] == service.calls["SCardTransmit"] == 0, "no card is touched"


def test_a_card_that_was_swapped_between_two_looks(monitor: Monitor, service: FakeScard, heard: Heard) -> None:
    service.insert("Left")
    before = heard.until(lambda now: bool(now) and now["Left"].present)
    assert before is not None
    with service.changed:
        service.remove("Left")
        service.insert("Left")
    heard.until(lambda now: bool(now) and now["Left"].event > before["Left"].event)


@pytest.mark.parametrize("hotplug", ["count", "events", "plain", "unknown", "refused"])
def test_readers_come_and_go(service: FakeScard, heard: Heard, hotplug: str, monkeypatch: pytest.MonkeyPatch) -> None:
    service.hotplug = hotplug
    monkeypatch.setattr(pcsc, "_LOOK_OFTEN", 20)
    with Monitor(heard):
        heard.until(lambda now: now is not None and len(now) == 1)
        service.plug("Right")
        heard.until(lambda now: now is not None and len(now) == 2)
        service.insert("Right")
        heard.until(lambda now: now is not None and now["Right"].present)
        service.unplug("Left")
        heard.until(lambda now: now is not None and list(now) == ["Right"])
        service.unplug("Right")
        heard.until(lambda now: now == {})
        service.plug("Left")
        heard.until(lambda now: now is not None and list(now) == ["Left"])


@pytest.mark.parametrize("code", [0x8010001D, 0x8010001E, 0x80100003, 6])
def test_the_service_ends_and_comes_back(monitor: Monitor, service: FakeScard, heard: Heard, code: int) -> None:
    service.gone = code
    for _ in range(3):
        settled(service)
        service.stop()
        heard.until(lambda now: now is None)
        service.start()
        heard.until(lambda now: now is not None and list(now) == ["Left"])
    assert len(service.contexts) == 1


def test_the_service_ends_with_the_last_reader(monitor: Monitor, service: FakeScard, heard: Heard) -> None:
    settled(service)
    service.unplug("Left")
    service.stop()
    heard.until(lambda now: now is None)
    service.plug("Left")
    service.start()
    heard.until(lambda now: now is not None and list(now) == ["Left"])


def test_a_service_that_is_not_there_at_first(service: FakeScard, heard: Heard) -> None:
    service.stop()
    with Monitor(heard):
        heard.until(lambda now: now is None)
        service.start()
        heard.until(lambda now: now is not None)


def test_our_own_looks_are_no_news(monitor: Monitor, service: FakeScard, heard: Heard) -> None:
    service.insert("Left")
    heard.until(lambda now: bool(now) and now["Left"].present)
    said = len(heard.all)
    slots = PcscSlots()
    for _ in range(5):
        settled(service)
        connection = slots.connect("Left")
        settled(service)
        connection.power_off()
    service.plug("Right")
    heard.until(lambda now: bool(now) and len(now) == 2)
    assert len(heard.all) == said + 1


def test_a_busy_reader_that_becomes_free_is_news(monitor: Monitor, service: FakeScard, heard: Heard) -> None:
    service.insert("Left")
    service.use("Left", True)
    heard.until(lambda now: bool(now) and now["Left"].present)
    service.plug("Right")
    heard.until(lambda now: bool(now) and now["Left"].in_use and len(now) == 2)
    monitor.heed({"Left"})
    service.use("Left", False)
    heard.until(lambda now: bool(now) and not now["Left"].in_use)


def test_what_goes_wrong_does_not_end_it(service: FakeScard, monkeypatch: pytest.MonkeyPatch) -> None:
    heard = Heard()

    def refusing(now: States) -> None:
        heard(now)
        raise ZeroDivisionError

    real, broken = PcscWatch.states, threading.Event()

    def states(self: PcscWatch) -> dict[str, SlotState]:
        if broken.is_set():
            raise SystemError
        return real(self)

    monkeypatch.setattr(PcscWatch, "states", states)
    with Monitor(refusing):
        heard.until(lambda now: now is not None)
        broken.set()
        service.insert("Left")
        heard.until(lambda now: now is None)
        broken.clear()
        heard.until(lambda now: bool(now) and now["Left"].present)


def test_a_service_that_never_lets_it_wait_costs_little(service: FakeScard, heard: Heard) -> None:
    service.restless = True
    with Monitor(heard):
        heard.until(lambda now: now is not None)
        time.sleep(1.0)
        looks = service.calls["SCardListReaders"]
    assert looks < 40
    assert len(heard.all) == 1


def test_a_cancel_that_is_lost_is_repeated(service: FakeScard, heard: Heard, monkeypatch: pytest.MonkeyPatch) -> None:
    """It comes when the thread has looked at everything and the wait has not begun: so in every real service."""
    real, on_the_way = service.SCardGetStatusChange, threading.Event()

    def late(context: int, milliseconds: int, wanted: Any) -> list[Any]:
        if milliseconds:
            on_the_way.set()
            time.sleep(0.1)
        return real(context, milliseconds, wanted)

    monkeypatch.setattr(service, "SCardGetStatusChange", late)
    monitor = Monitor(heard)
    monitor.start()
    assert on_the_way.wait(PATIENCE)
    monitor.close()
    assert not monitor._thread.is_alive()


def test_it_ends_whenever_it_is_asked(service: FakeScard) -> None:
    before = threading.active_count()
    for number in range(50):
        heard: Any = Heard()
        monitor = Monitor(heard)
        monitor.start()
        time.sleep(number % 10 / 2000)
        monitor.close()
        said = len(heard.all)
        assert not monitor._thread.is_alive()
        assert len(heard.all) == said
    assert threading.active_count() == before
    assert not service.contexts


def test_one_that_never_began_ends_too(heard: Heard) -> None:
    Monitor(heard).close()
    assert heard.all == []
