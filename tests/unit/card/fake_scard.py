"""A PC/SC layer that does what no test can do to a real one: readers that are plugged and unplugged, a service that
stops with the last of them, and any result code from any call, also negative as Windows has them.

It stands in place of pyscard's `scard` module.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from smartcard import scard

HOTPLUG = r"\\?PnP?\Notification"
OK, TIMEOUT, CANCELLED, UNKNOWN_READER, NO_READERS = 0, 0x8010000A, 0x80100002, 0x80100009, 0x8010002E
NO_SERVICE, COMM_ERROR, INVALID_HANDLE, NO_CARD, SHARING = 0x8010001D, 0x80100013, 0x80100003, 0x8010000C, 0x8010000B
REMOVED = 0x80100069

CODES = sorted(
    {
        getattr(scard, name) & 0xFFFFFFFF
        for name in dir(scard)
        if name.startswith(("SCARD_E_", "SCARD_F_", "SCARD_W_", "SCARD_P_"))
    }
    # Win32: invalid handle, access denied, not ready, bad command, general failure, not supported, broken pipe,
    # semaphore time-out, no such device, I/O error, RPC server unavailable, RPC call failed
    | {0x6, 0x5, 0x15, 0x16, 0x1F, 0x32, 0x6D, 0x79, 0x1B1, 0x45D, 0x6BA, 0x6BE}
)
"""Every code that pyscard knows, and those of Windows itself that have been seen."""


@dataclass
class FakeReader:
    """`protocol`: of the card in it. `answer`: what the card says to a command."""

    present: bool = False
    events: int = 0
    exclusive: bool = False
    in_use: bool = False
    protocol: int = scard.SCARD_PROTOCOL_T1
    answer: Callable[[bytes], bytes] = lambda command: b"\x90\x00"
    said: list[bytes] = field(default_factory=list)

    @property
    def bits(self) -> int:
        state = scard.SCARD_STATE_PRESENT if self.present else scard.SCARD_STATE_EMPTY
        if self.exclusive:
            state |= scard.SCARD_STATE_EXCLUSIVE | scard.SCARD_STATE_INUSE
        elif self.in_use:
            state |= scard.SCARD_STATE_INUSE
        return state | self.events << 16


class FakeScard:
    """`hotplug`: how the pseudo reader behaves: "count" (Windows: the number of readers), "events" (pcsc-lite 2.3: how
    often they changed), "plain" (before: only what changes during a wait), "unknown", "refused".

    `signed`: result codes are negative. `gone`: what stale contexts get once the service has ended. `fail`: a call's
    name to the code that it answers; a list is used up.
    """

    def __init__(self, *readers: str, hotplug: str = "plain", signed: bool = False, gone: int = NO_SERVICE) -> None:
        self.readers = {name: FakeReader() for name in readers}
        self.hotplug, self.signed, self.gone = hotplug, signed, gone
        self.running = True
        self.restless = False
        self.fail: dict[str, int | list[int]] = {}
        self.calls: Counter[str] = Counter()
        self.contexts: set[int] = set()
        self.changed = threading.Condition()
        self._numbers = itertools.count(1)
        self._waiting: dict[int, bool] = {}  # contexts that wait, and whether they have been cancelled
        self._handles: dict[int, FakeReader] = {}
        self._reader_events = 1

    def __getattr__(self, name: str) -> Any:
        return getattr(scard, name)

    # --- the hand of the test -------------------------------------------------------------------------------------

    def insert(self, name: str) -> None:
        self._put(name, True)

    def remove(self, name: str) -> None:
        self._put(name, False)

    def _put(self, name: str, present: bool) -> None:
        with self.changed:
            reader = self.readers[name]
            reader.present, reader.events = present, reader.events + 1
            self.changed.notify_all()

    def use(self, name: str, used: bool) -> None:
        """Another program holds the card, or lets go."""
        with self.changed:
            self.readers[name].exclusive = used
            self.changed.notify_all()

    def plug(self, name: str) -> None:
        with self.changed:
            self.readers[name] = FakeReader()
            self._reader_events += 1
            self.changed.notify_all()

    def unplug(self, name: str) -> None:
        with self.changed:
            del self.readers[name]
            self._reader_events += 1
            self.changed.notify_all()

    def stop(self) -> None:
        with self.changed:
            self.running = False
            self.contexts.clear()
            self.changed.notify_all()

    def start(self) -> None:
        with self.changed:
            self.running = True
            for reader in self.readers.values():
                reader.events = 0

    # --- the calls ------------------------------------------------------------------------------------------------

    def SCardEstablishContext(self, scope: int) -> list[Any]:
        code = self._wanted("SCardEstablishContext") or (OK if self.running else NO_SERVICE)
        if code:
            return self._result(code, 0)
        context = next(self._numbers)
        self.contexts.add(context)
        return self._result(OK, context)

    def SCardReleaseContext(self, context: int) -> int:
        self.contexts.discard(context)
        return self._result(OK)[0]

    def SCardListReaders(self, context: int, groups: Sequence[str]) -> list[Any]:
        code = self._wanted("SCardListReaders") or self._alive(context)
        if not code and not self.readers:
            code = NO_READERS
        return self._result(code, [] if code else list(self.readers))

    def SCardGetStatusChange(self, context: int, milliseconds: int, wanted: Sequence[tuple[str, int]]) -> list[Any]:
        code = self._wanted("SCardGetStatusChange") or self._alive(context)
        if code:
            return self._result(code, [])
        end = time.monotonic() + milliseconds / 1000
        with self.changed:
            count = len(self.readers)
            self._waiting[context] = False
            try:
                while True:
                    if context not in self.contexts:
                        return self._result(COMM_ERROR, [])
                    if self._waiting[context]:
                        return self._result(CANCELLED, [])
                    seen = [self._compare(name, state, count) for name, state in wanted]
                    if None in seen:
                        return self._result(UNKNOWN_READER, [])
                    if any(state & scard.SCARD_STATE_CHANGED for _, state, _ in seen) or self.restless:  # type: ignore[misc]
                        return self._result(OK, seen)
                    left = end - time.monotonic()
                    if left <= 0:
                        return self._result(TIMEOUT, seen)
                    self.changed.wait(left)
            finally:
                del self._waiting[context]

    def SCardCancel(self, context: int) -> int:
        """Lost when nobody waits."""
        with self.changed:
            if context in self._waiting:
                self._waiting[context] = True
                self.changed.notify_all()
        return self._result(OK)[0]

    def SCardConnect(self, context: int, name: str, mode: int, protocols: int) -> list[Any]:
        code = self._wanted("SCardConnect") or self._alive(context)
        reader = self.readers.get(name)
        if not code:
            if reader is None:
                code = UNKNOWN_READER
            elif not reader.present:
                code = NO_CARD
            elif reader.exclusive:
                code = SHARING
        if code:
            return self._result(code, 0, 0)
        assert reader is not None
        assert mode == scard.SCARD_SHARE_EXCLUSIVE
        self.use(name, True)
        handle = next(self._numbers)
        self._handles[handle] = reader
        return self._result(OK, handle, reader.protocol)

    def SCardTransmit(self, handle: int, protocol: int, command: list[int]) -> list[Any]:
        code = self._wanted("SCardTransmit")
        reader = self._handles.get(handle)
        if not code and (reader is None or not reader.present):
            code = INVALID_HANDLE if reader is None else REMOVED
        if code:
            return self._result(code, [])
        assert reader is not None
        reader.said.append(bytes(command))
        return self._result(OK, list(reader.answer(bytes(command))))

    def SCardDisconnect(self, handle: int, disposition: int) -> int:
        assert disposition == scard.SCARD_UNPOWER_CARD
        self.calls["SCardDisconnect"] += 1
        reader = self._handles.pop(handle, None)
        with self.changed:
            if reader is not None:
                reader.exclusive = False
            self.changed.notify_all()
        return self._result(OK)[0]

    # --- parts ----------------------------------------------------------------------------------------------------

    def _wanted(self, name: str) -> int:
        self.calls[name] += 1
        code = self.fail.get(name, OK)
        if isinstance(code, list):
            return code.pop(0) if code else OK
        return code

    def _alive(self, context: int) -> int:
        return OK if context in self.contexts else self.gone

    def _result(self, code: int, *values: Any) -> list[Any]:
        return [code - (1 << 32) if self.signed and code >= 1 << 31 else code, *values]

    def _compare(self, name: str, known: int, count: int) -> tuple[str, int, list[int]] | None:
        """The state of a reader against what the caller knows; None for one that there is not."""
        if name == HOTPLUG:
            return self._compare_hotplug(known, count)
        reader = self.readers.get(name)
        if reader is None:
            return None
        state = reader.bits
        return name, state | (scard.SCARD_STATE_CHANGED if state != known else 0), []

    def _compare_hotplug(self, known: int, count: int) -> tuple[str, int, list[int]] | None:
        if self.hotplug == "refused":
            return None
        if self.hotplug == "unknown":
            return HOTPLUG, scard.SCARD_STATE_UNKNOWN | scard.SCARD_STATE_CHANGED | scard.SCARD_STATE_IGNORE, []
        high = {"count": len(self.readers), "events": self._reader_events, "plain": 0}[self.hotplug]
        changed = high != known >> 16 if self.hotplug == "count" else known >> 16 and high != known >> 16
        changed = changed or len(self.readers) != count
        return HOTPLUG, high << 16 | (scard.SCARD_STATE_CHANGED if changed else 0), []
