"""Notices what comes and goes at the readers, without a word to any card: a loop with a context of its own.

It outlives the service, which Windows ends with its last reader.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from app.card.slots import SlotState
from app.errors.card import CardServiceUnavailable

if TYPE_CHECKING:
    from app.card.pcsc import PcscWatch

log = logging.getLogger(__name__)

Told = Callable[[Mapping[str, SlotState] | None], object]

LOOK_SECONDS: Final = 0.3
"""Between two looks where there is nothing that can be waited for: no service, or no reader and no word of new ones."""
CLOSE_SECONDS: Final = 2.0
"""For the thread's end; it takes milliseconds unless the service itself hangs."""
_SHORTEST_WAIT: Final = 0.05
_UNREST: Final = 0.01, 0.3  # seconds: a pause for each wait that ended at once for nothing, and the longest


class Monitor:
    """Tells of every change that matters, from the first look on, in a thread of its own.

    `told` gets the readers, or None while there is no service. Cards and readers that come and go matter; whether
    a reader is in use changes with every look of our own, and matters for those that are heeded only.
    """

    def __init__(self, told: Told) -> None:
        self._told = told
        self._heeded: frozenset[str] = frozenset()
        self._stop = threading.Event()
        self._watch: PcscWatch | None = None
        self._thread = threading.Thread(target=self._run, name="monitor", daemon=True)

    def start(self) -> None:
        """Begins, unless it has; the PC/SC library is loaded in the thread."""
        if self._thread.ident is None:
            self._thread.start()

    def heed(self, readers: Collection[str]) -> None:
        """Tells from now on when one of these, which another program holds, becomes free."""
        self._heeded = frozenset(readers)

    def close(self) -> None:
        """Ends it; `told` is not called any more, unless the service hangs."""
        self._stop.set()
        end = time.monotonic() + CLOSE_SECONDS
        while self._thread.is_alive() and time.monotonic() < end:
            if self._watch is not None:
                self._watch.cancel()
            self._thread.join(0.005)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _run(self) -> None:
        last: Mapping[str, SlotState] | None = None
        first, unrest = True, 0
        while not self._stop.is_set():
            now = self._look()
            news = first or self._differ(last, now)
            first, last = False, now
            if news and not self._stop.is_set():
                self._tell(now)
            began = time.monotonic()
            if now is None or not self._wait():
                self._stop.wait(LOOK_SECONDS)
            unrest = unrest + 1 if not news and time.monotonic() - began < _SHORTEST_WAIT else 0
            self._stop.wait(min(unrest * _UNREST[0], _UNREST[1]))
        if self._watch is not None:
            self._watch.close()

    def _look(self) -> Mapping[str, SlotState] | None:
        try:
            if self._watch is None:
                from app.card.pcsc import PcscWatch

                self._watch = PcscWatch()
            return self._watch.states()
        except CardServiceUnavailable:
            return None
        except Exception as error:  # the edge of a thread: one that ends would leave the window blind for good
            log.error("the readers cannot be looked at: %s", type(error).__name__)
            return None

    def _wait(self) -> bool:
        assert self._watch is not None
        try:
            return self._watch.wait()
        except Exception as error:
            log.error("the readers cannot be waited for: %s", type(error).__name__)
            return False

    def _tell(self, now: Mapping[str, SlotState] | None) -> None:
        try:
            self._told(now)
        except Exception as error:
            log.error("the monitor was not heard: %s", type(error).__name__)

    def _differ(self, last: Mapping[str, SlotState] | None, now: Mapping[str, SlotState] | None) -> bool:
        if last is None or now is None:
            return last is not now
        if last.keys() != now.keys():
            return True
        return any(
            (state.present, state.event) != (last[name].present, last[name].event)
            or (name in self._heeded and state.in_use != last[name].in_use)
            for name, state in now.items()
        )
