"""Threads: the only module of the windows that knows them. It loads no Qt, so that work begins before Qt is there.

A lane is a queue with its own threads. Outcomes reach the windows through `app.gui.delivery`.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Generator, Hashable
from typing import Any

from app.errors.base import Cancelled, UserError
from app.errors.usage import InternalError
from app.isolation import ChildFailure

log = logging.getLogger(__name__)
_gui_thread = threading.get_ident()


def in_gui_thread() -> bool:
    """Whether the caller would block the windows; tests put it into every call of the core."""
    return threading.get_ident() == _gui_thread


class Job:
    """Work in a lane: its outcome is kept until somebody asks for it, and told at once when somebody does already."""

    def __init__(self, work: Callable[..., Any], arguments: tuple[Any, ...], key: Hashable | None) -> None:
        self.key = key
        self._work, self._arguments = work, arguments
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._outcome: tuple[str, Any] | None = None
        self._tell: Callable[[str, Any], None] | None = None

    def cancel(self) -> None:
        """Asks for an end: waiting work is not begun, a generator is closed at its next step."""
        self._stop.set()

    def tell(self, listener: Callable[[str, Any], None]) -> None:
        """`listener(kind, value)` is called in the lane's thread: progressed (often), then succeeded or failed."""
        with self._lock:
            self._tell = listener
            outcome = self._outcome
        if outcome:
            listener(*outcome)

    def run(self) -> None:
        """Does the work. The edge: whatever goes wrong becomes a UserError or Cancelled."""
        try:
            self._end("succeeded", self._do())
        except (UserError, Cancelled) as error:
            self._end("failed", error)
        except ChildFailure as failure:
            self._end("failed", InternalError(kind=failure.kind))
        except Exception as error:
            # the class only: the text may hold parts of a document
            log.error("background work failed: %s", type(error).__name__, exc_info=__debug__ and log.isEnabledFor(10))
            self._end("failed", InternalError(kind=type(error).__name__))

    def _do(self) -> Any:
        if self._stop.is_set():
            raise Cancelled
        result = self._work(*self._arguments)
        return self._steps(result) if isinstance(result, Generator) else result

    def _steps(self, generator: Generator[Any, None, Any]) -> Any:
        while True:
            try:
                step = next(generator)
            except StopIteration as end:
                return end.value
            if self._stop.is_set():
                generator.close()
                raise Cancelled
            if self._tell:
                self._tell("progressed", step)

    def _end(self, kind: str, value: Any) -> None:
        with self._lock:
            self._outcome = (kind, value)
            listener = self._tell
        if listener:
            listener(kind, value)


class Lane:
    """Jobs one after the other (or `threads` at once); `newest_first` serves what was asked last before the rest."""

    def __init__(self, name: str, *, threads: int = 1, newest_first: bool = False) -> None:
        self._newest_first = newest_first
        self._waiting: deque[Job] = deque()
        self._condition = threading.Condition()
        self._closed = False
        self._threads = [
            threading.Thread(target=self._serve, name=f"{name}-{number}", daemon=True) for number in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    def start(self, work: Callable[..., Any], *arguments: Any, key: Hashable | None = None) -> Job:
        """Queues work; work with the same `key` that still waits is dropped for it."""
        job = Job(work, arguments, key)
        with self._condition:
            replaced = [waiting for waiting in self._waiting if key is not None and waiting.key == key]
            self._waiting = deque(waiting for waiting in self._waiting if waiting not in replaced)
            self._waiting.append(job)
            self._condition.notify()
        _drop(replaced)
        return job

    def drop_waiting(self) -> None:
        """Forgets what has not begun and has a key."""
        with self._condition:
            dropped = [job for job in self._waiting if job.key is not None]
            self._waiting = deque(job for job in self._waiting if job.key is None)
        _drop(dropped)

    def close(self, seconds: float = 3.0) -> None:
        """Ends the lane after the work under way and what waits without a key; waits at most `seconds`."""
        self.drop_waiting()
        with self._condition:
            self._closed = True
            self._condition.notify_all()
        for thread in self._threads:
            thread.join(seconds)

    def _serve(self) -> None:
        while True:
            with self._condition:
                while not self._waiting and not self._closed:
                    self._condition.wait()
                if not self._waiting:
                    return
                job = self._waiting.pop() if self._newest_first else self._waiting.popleft()
            job.run()


def _drop(jobs: list[Job]) -> None:
    """Ends jobs that never began, as cancelled, so that whoever waits for them hears of it."""
    for job in jobs:
        job.cancel()
        job.run()


class Lanes:
    """The lanes of one program: `card` (keeper, signing), `pictures` (the render child), `document` (all else)."""

    def __init__(self) -> None:
        self.card = Lane("card")
        self.pictures = Lane("pictures", newest_first=True)
        self.document = Lane("document", threads=2)

    def close(self) -> None:
        """Ends them all."""
        for lane in (self.pictures, self.document, self.card):
            lane.close()
