"""PC/SC: the only module that knows pyscard. Result codes become errors here, and nothing knows what a card is.

Only pyscard's plain calls are used: its connection and monitor classes keep a context of their own, which stays
dead once the service has been restarted. Every connection is exclusive, and every end takes the power away: a reset
does not lock a card.
"""

from __future__ import annotations

import contextlib
import ctypes
import sys
import threading
from collections.abc import Callable
from typing import Any, Final, TypeVar

from app.card.apdu import Buffer, ContactLost
from app.card.slots import SlotState
from app.errors.base import UserError
from app.errors.card import CardBusy, CardFault, CardServiceUnavailable, NoCard, NotMyNumberCard, ReaderNotFound

_T = TypeVar("_T")

PATIENCE: Final = 2.0  # seconds


def _library() -> Any:
    """pyscard's calls; None where Linux has no PC/SC library: pyscard would say so on standard output."""
    if sys.platform.startswith("linux"):
        try:
            ctypes.CDLL("libpcsclite.so.1")
        except OSError:
            return None
    from smartcard import scard

    return scard


scard = _library()

# unsigned, as winscard.h has them: pyscard's own constants are negative on Windows
_OK: Final = 0
_TIMEOUT: Final = 0x8010000A
_NO_SERVICE: Final = 0x8010001D
_NO_READERS: Final = 0x8010002E
_SHARING_VIOLATION: Final = 0x8010000B
_SERVICE_GONE: Final = frozenset(
    {
        0x6,  # ERROR_INVALID_HANDLE, and below the broken pipe and RPC errors: Windows, when its service has ended
        0x6D,
        0x6BA,
        0x6BE,
        0x80100003,  # SCARD_E_INVALID_HANDLE: a context of a service that has been restarted
        0x80100012,  # SCARD_E_SYSTEM_CANCELLED
        0x80100013,  # SCARD_F_COMM_ERROR
        0x80100018,  # SCARD_P_SHUTDOWN
        _NO_SERVICE,
        0x8010001E,  # SCARD_E_SERVICE_STOPPED: Windows stops it with the last reader
        0x80100027,  # SCARD_E_NO_ACCESS, and below SCARD_W_SECURITY_VIOLATION: it does not serve this person
        0x8010002F,  # SCARD_E_COMM_DATA_LOST
        0x80100031,  # SCARD_E_SERVER_TOO_BUSY
        0x8010006A,
    }
)
# UNKNOWN_READER, READER_UNAVAILABLE, NO_READERS_AVAILABLE
_NO_SUCH_READER: Final = frozenset({0x80100009, 0x80100017, _NO_READERS})
# NO_SMARTCARD, NOT_READY, NOT_TRANSACTED, REMOVED_CARD
_NOTHING_THERE: Final = frozenset({0x8010000C, 0x80100010, 0x80100016, 0x80100069})
# UNKNOWN_CARD, PROTO_MISMATCH, INVALID_ATR, CARD_UNSUPPORTED, UNSUPPORTED_CARD, UNRESPONSIVE, UNPOWERED
_NO_ANSWER: Final = frozenset({0x8010000D, 0x8010000F, 0x80100015, 0x8010001C, 0x80100065, 0x80100066, 0x80100067})

_HOTPLUG: Final = r"\\?PnP?\Notification"  # the pseudo reader that changes when readers come and go
_MOST_READERS: Final = 9  # Windows waits for ten at once, the pseudo reader among them
_LOOK_AGAIN: Final = 5000  # ms: a change in the instant before the wait would go unseen by older services
_LOOK_OFTEN: Final = 300  # ms, where readers that come and go change nothing that can be waited for


class _Failure(Exception):
    def __init__(self, code: int) -> None:
        super().__init__(f"{code:08X}")
        self.code = code


class PcscSlots:
    """The computer's readers."""

    def __init__(self) -> None:
        self._standing = _Standing()
        self._waiting: dict[str, _Attempt] = {}

    def states(self) -> dict[str, SlotState]:
        """Every reader of the service, by its name. Raises CardServiceUnavailable."""
        return _slots(self._standing.ask(_states))

    def connect(self, reader: str) -> PcscConnection:
        """An exclusive connection on a context of its own; raises as `Slots.connect` says.

        Where another program is in the midst of a transaction, pcscd makes a newcomer wait without limit: after
        `PATIENCE` seconds that is CardBusy. A connection that comes about later is given up at once, unless
        somebody asks for it again by then.
        """
        attempt = self._waiting.get(reader)
        if attempt is None or not attempt.resumed():
            attempt = self._waiting[reader] = _Attempt(reader)
            attempt.start()
        return attempt.outcome(PATIENCE)


class PcscWatch:
    """What changes at the readers, on a context of its own: one that waits keeps its other callers waiting.

    One thread looks and waits in turn; `cancel` may come from any. No card is touched.
    """

    def __init__(self) -> None:
        self._standing = _Standing()
        self._seen: dict[str, int] = {}
        self._hotplug: int | None = None

    def states(self) -> dict[str, SlotState]:
        """As `PcscSlots.states`."""
        # first, so that a reader which comes after the list was made ends the wait
        self._hotplug = self._standing.ask(_hotplug)
        self._seen = self._standing.ask(_states)
        return _slots(self._seen)

    def wait(self) -> bool:
        """Returns when something may be other than `states` said last, or after a while; False at once where there is
        nothing to wait for."""
        wanted = list(self._seen.items())[:_MOST_READERS]
        patience = _LOOK_AGAIN
        if self._hotplug is None or len(wanted) < len(self._seen):
            patience = _LOOK_OFTEN
        if self._hotplug is not None:
            wanted.append((_HOTPLUG, self._hotplug))
        if not wanted:
            return False
        known = [(name, state & ~scard.SCARD_STATE_CHANGED) for name, state in wanted]
        with contextlib.suppress(_Failure):  # a reader that has gone, the service's end, `cancel`: to be looked at
            _checked(scard.SCardGetStatusChange(self._standing.context, patience, known))
        return True

    def cancel(self) -> None:
        """Ends the wait under way. One that begins a moment later is not ended: repeat until it has returned."""
        context = self._standing.context
        if context is not None:
            scard.SCardCancel(context)

    def close(self) -> None:
        """Frees the context; not while a wait is under way."""
        self._standing.drop()


class PcscConnection:
    """One card, held exclusively (a `Transport`)."""

    def __init__(self, context: int, handle: int, protocol: int) -> None:
        self._context = context
        self._handle: int | None = handle
        self._by_bytes = protocol == scard.SCARD_PROTOCOL_T0
        self._protocol = scard.SCARD_PCI_T0 if self._by_bytes else scard.SCARD_PCI_T1

    def transmit(self, command: Buffer) -> bytes:
        """One command APDU. Raises ContactLost for whatever keeps an answer away."""
        if self._handle is None:
            raise ContactLost
        body = list(command)
        if self._by_bytes:
            _fit_t0(body)
        try:
            (answer,) = _checked(scard.SCardTransmit(self._handle, self._protocol, body))
        except _Failure as failure:
            raise ContactLost(service=failure.code in _SERVICE_GONE) from None
        finally:
            body.clear()
        return bytes(answer)

    def power_off(self) -> None:
        """Disconnects with SCARD_UNPOWER_CARD and frees the context; never raises."""
        handle, self._handle = self._handle, None
        if handle is not None:
            with contextlib.suppress(Exception):
                scard.SCardDisconnect(handle, scard.SCARD_UNPOWER_CARD)
            with contextlib.suppress(Exception):
                scard.SCardReleaseContext(self._context)


class _Attempt(threading.Thread):
    """One call of SCardConnect, which nothing but the other program's end can bring back when it blocks."""

    def __init__(self, reader: str) -> None:
        super().__init__(name="connect", daemon=True)
        self._reader = reader
        self._done = threading.Condition()
        self._result: PcscConnection | UserError | None = None
        self._given_up = False

    def run(self) -> None:
        result: PcscConnection | UserError
        try:
            result = _connect(self._reader)
        except UserError as error:
            result = error
        with self._done:
            self._result = result
            self._done.notify()
            if self._given_up and isinstance(result, PcscConnection):
                result.power_off()

    def resumed(self) -> bool:
        """Whether it is still under way; then its connection is wanted again."""
        with self._done:
            self._given_up = False
            return self._result is None

    def outcome(self, seconds: float) -> PcscConnection:
        """The connection; raises what kept it away, or CardBusy after this time."""
        with self._done:
            self._done.wait_for(lambda: self._result is not None, seconds)
            self._given_up = self._result is None
        if self._result is None:
            raise CardBusy
        if isinstance(self._result, UserError):
            raise self._result
        return self._result


class _Standing:
    """A context that is kept, and made anew once the service has been restarted."""

    def __init__(self) -> None:
        self.context: int | None = None
        self._lock = threading.Lock()

    def ask(self, question: Callable[[int], _T]) -> _T:
        """What `question` finds out on the context. Raises CardServiceUnavailable."""
        with self._lock:
            for attempt in (1, 2):
                try:
                    if self.context is None:
                        self.context = _establish()
                    return question(self.context)
                except _Failure as failure:
                    self.drop()
                    if attempt == 2 or failure.code not in _SERVICE_GONE:
                        break
        raise CardServiceUnavailable

    def drop(self) -> None:
        """Forgets the context."""
        context, self.context = self.context, None
        if context is not None:
            scard.SCardReleaseContext(context)


def _connect(reader: str) -> PcscConnection:
    try:
        context = _establish()
    except _Failure:
        raise CardServiceUnavailable from None
    try:
        handle, protocol = _checked(
            scard.SCardConnect(
                context, reader, scard.SCARD_SHARE_EXCLUSIVE, scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
            )
        )
    except _Failure as failure:
        scard.SCardReleaseContext(context)
        raise _connecting(failure.code, reader) from None
    return PcscConnection(context, handle, protocol)


def _states(context: int) -> dict[str, int]:
    """The state bits of every reader; the upper half counts insertions and removals."""
    try:
        (names,) = _checked(scard.SCardListReaders(context, []))
    except _Failure as failure:
        if failure.code == _NO_READERS:
            return {}
        raise
    found = {}
    for name in names:  # one by one: a reader that is just being unplugged must not hide the others
        try:
            found[str(name)] = _state(context, name)
        except _Failure as failure:
            if failure.code in _SERVICE_GONE:
                raise
    return found


def _hotplug(context: int) -> int | None:
    """The state of the pseudo reader, None where the system does not know it (macOS)."""
    try:
        state = _state(context, _HOTPLUG)
    except _Failure as failure:
        if failure.code in _SERVICE_GONE:
            raise
        return None
    return None if state & scard.SCARD_STATE_UNKNOWN else state


def _state(context: int, reader: str) -> int:
    """As it is now. Raises _Failure."""
    result = scard.SCardGetStatusChange(context, 0, [(reader, scard.SCARD_STATE_UNAWARE)])
    if _code(result) not in (_OK, _TIMEOUT) or not result[1]:
        raise _Failure(_code(result))
    return int(result[1][0][1])


def _slots(states: dict[str, int]) -> dict[str, SlotState]:
    used = scard.SCARD_STATE_EXCLUSIVE | scard.SCARD_STATE_INUSE if states else 0
    return {
        name: SlotState(bool(state & scard.SCARD_STATE_PRESENT), state >> 16 & 0xFFFF, bool(state & used))
        for name, state in states.items()
    }


def _fit_t0(command: list[int]) -> None:
    """Makes a short APDU what T=0 can carry (ISO 7816-3 12.2): five bytes at least, and never both data and Le."""
    if len(command) == 4:
        command.append(0)
    elif len(command) > 5:
        del command[5 + command[4] :]


def _establish() -> int:
    if scard is None:
        raise _Failure(_NO_SERVICE)
    (context,) = _checked(scard.SCardEstablishContext(scard.SCARD_SCOPE_USER))
    return int(context)


def _code(result: tuple[Any, ...] | list[Any]) -> int:
    return int(result[0]) & 0xFFFFFFFF


def _checked(result: tuple[Any, ...] | list[Any]) -> tuple[Any, ...]:
    """The values of a call, without its result code. Raises _Failure unless that is success."""
    code = _code(result)
    if code != _OK:
        raise _Failure(code)
    return tuple(result[1:])


def _connecting(code: int, reader: str) -> UserError:
    if code in _SERVICE_GONE:
        return CardServiceUnavailable()
    if code == _SHARING_VIOLATION:
        return CardBusy()
    if code in _NO_SUCH_READER:
        return ReaderNotFound(name=reader)
    if code in _NOTHING_THERE:
        return NoCard()
    if code in _NO_ANSWER:
        return NotMyNumberCard()
    return CardFault(status=f"{code:08X}", step="connect")
