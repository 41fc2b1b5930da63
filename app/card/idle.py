"""The keeper's own clock: a parent that was stopped (Ctrl-Z, a debugger) neither ends nor gives the card back."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from app.card.holder import CardHolder

PATIENCE = 60.0
"""Seconds that a card stays unlocked without a call: longer than a page of work between two signatures."""
HOLDING = 600.0
"""Seconds that a locked card is held without a call: longer than anybody looks for a password. Other programs cannot
use it meanwhile; a later password takes it again, if it is still the same card."""


class IdleClock:
    """Gives the card back when nobody has called for a while; no call is under way meanwhile.

    `patience`: for an unlocked card; `holding`: for a locked one.
    """

    def __init__(self, holder: CardHolder, patience: float, holding: float = HOLDING) -> None:
        self._holder = holder
        self._patience = patience
        self._holding = holding
        self._lock = threading.Lock()
        self._called = 0.0
        self._stirred = threading.Event()
        self._watch: threading.Thread | None = None

    def attended(self, handler: Callable[..., Any]) -> Callable[..., Any]:
        """The handler of a call, from whose end the time counts anew."""

        def attend(*blobs: list[bytearray], **arguments: Any) -> Any:
            with self._lock:
                try:
                    return handler(*blobs, **arguments)
                finally:
                    self._called = time.monotonic()
                    self._stirred.set()  # it may be unlocked now, and then has less time
                    if self._holder.holding and self._watch is None:
                        self._watch = threading.Thread(target=self._look, name="idle", daemon=True)
                        self._watch.start()

        return attend

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lock.acquire()  # for good: a card that is just being given back is not left half-way

    def _look(self) -> None:
        while True:
            with self._lock:
                self._stirred.clear()
                patience = self._patience if self._holder.unlocked else self._holding
                left = self._called + patience - time.monotonic()
                if left <= 0:
                    self._holder.release()
                if not self._holder.holding:
                    self._watch = None
                    return
            self._stirred.wait(left)
