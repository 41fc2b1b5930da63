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


class IdleClock:
    """Gives an unlocked card back when nobody has called for `patience` seconds; no call is under way meanwhile."""

    def __init__(self, holder: CardHolder, patience: float) -> None:
        self._holder = holder
        self._patience = patience
        self._lock = threading.Lock()
        self._called = 0.0
        self._watch: threading.Thread | None = None

    def attended(self, handler: Callable[..., Any]) -> Callable[..., Any]:
        """The handler of a call, from whose end the time counts anew."""

        def attend(*blobs: list[bytearray], **arguments: Any) -> Any:
            with self._lock:
                try:
                    return handler(*blobs, **arguments)
                finally:
                    self._called = time.monotonic()
                    if self._holder.unlocked and self._watch is None:
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
        left = self._patience
        while True:
            time.sleep(left)
            with self._lock:
                left = self._called + self._patience - time.monotonic()
                if self._holder.unlocked and left > 0:
                    continue
                self._watch = None
                if self._holder.unlocked:
                    self._holder.release()
                return
