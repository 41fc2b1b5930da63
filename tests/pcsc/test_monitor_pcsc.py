"""The monitor on a real pcscd: each event is seen in time, and waiting costs nothing."""

from __future__ import annotations

import resource
import threading
import time
from collections.abc import Callable, Iterator, Mapping

import pytest
from box import READERS, Box
from vcard import VirtualCard

from app.card.keeper import Keeper
from app.card.monitor import Monitor
from app.card.slots import SlotState

pytestmark = pytest.mark.pcsc
States = Mapping[str, SlotState] | None
BOUND = 5.0  # seconds: pcscd itself looks for cards every 0.4


class Heard:
    def __init__(self) -> None:
        self.all: list[States] = []
        self._news = threading.Condition()

    def __call__(self, now: States) -> None:
        with self._news:
            self.all.append(now)
            self._news.notify_all()

    def until(self, wanted: Callable[[States], bool]) -> None:
        with self._news:
            assert self._news.wait_for(lambda: bool(self.all) and wanted(self.all[-1]), BOUND), self.all[-3:]


def ready(now: States) -> bool:
    return now is not None and len(now) == len(READERS)


@pytest.fixture
def heard(box: Box) -> Iterator[Heard]:
    heard = Heard()
    with Monitor(heard):
        heard.until(ready)
        yield heard


def there(now: States) -> bool:
    return now is not None and now[READERS[0]].present


def test_a_card_comes_and_goes(heard: Heard, make_vcard: Callable[..., VirtualCard]) -> None:
    card = make_vcard(insert=False)
    for _ in range(2):
        card.insert(wait=False)
        heard.until(there)
        card.remove(wait=False)
        heard.until(lambda now: ready(now) and not there(now))
    assert not card.counts, "not a word to the card"


def test_the_service_is_killed_and_comes_back(heard: Heard, box: Box) -> None:
    for _ in range(2):
        box.stop()
        heard.until(lambda now: now is None)
        box.start()
        heard.until(ready)


def test_a_service_without_readers(heard: Heard, box: Box) -> None:
    box.start(readers=False)
    heard.until(lambda now: now == {})
    box.start()
    heard.until(ready)


def test_reading_the_card_is_no_news(heard: Heard, keeper: Keeper, vcard: VirtualCard) -> None:
    heard.until(there)
    said = len(heard.all)
    for _ in range(3):
        assert keeper.readers()[0].card == "my-number"
    time.sleep(0.5)
    assert len(heard.all) == said


def test_waiting_costs_nothing(heard: Heard, vcard: VirtualCard) -> None:
    heard.until(there)

    def used() -> float:
        usage = resource.getrusage(resource.RUSAGE_SELF)
        return usage.ru_utime + usage.ru_stime

    said, before = len(heard.all), used()
    time.sleep(3.0)
    assert used() - before < 0.1
    assert len(heard.all) == said
