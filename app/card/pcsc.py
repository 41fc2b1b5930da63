"""PC/SC: the only module that knows pyscard. Result codes become errors here, and nothing knows what a card is.

Only pyscard's plain calls are used: its connection and monitor classes keep a context of their own, which stays
dead once the service has been restarted. Everything is exclusive, and every end takes the power away: a reset
does not lock a card.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from typing import Any, Final, TypeVar

from smartcard import scard

from app.card.apdu import Buffer, ContactLost
from app.card.slots import SlotState
from app.errors.base import UserError
from app.errors.card import CardBusy, CardFault, CardServiceUnavailable, NoCard, NotMyNumberCard, ReaderNotFound

_T = TypeVar("_T")

PATIENCE: Final = 2.0  # seconds

# unsigned, as winscard.h has them: pyscard's own constants are negative on Windows
_OK: Final = 0
_TIMEOUT: Final = 0x8010000A
_NO_READERS: Final = 0x8010002E
_SHARING_VIOLATION: Final = 0x8010000B
_SERVICE_GONE: Final = frozenset(
    {
        0x80100003,  # SCARD_E_INVALID_HANDLE: a context of a service that has been restarted
        0x80100012,  # SCARD_E_SYSTEM_CANCELLED
        0x80100013,  # SCARD_F_COMM_ERROR
        0x8010001D,  # SCARD_E_NO_SERVICE; also without the library
        0x8010001E,  # SCARD_E_SERVICE_STOPPED: Windows stops it with the last reader
        0x8010002F,  # SCARD_E_COMM_DATA_LOST
        0x80100031,  # SCARD_E_SERVER_TOO_BUSY
    }
)
_NO_SUCH_READER: Final = frozenset({0x80100009, 0x80100017})  # UNKNOWN_READER, READER_UNAVAILABLE
_NOTHING_THERE: Final = frozenset({0x8010000C, 0x80100016, 0x80100069})  # NO_SMARTCARD, NOT_TRANSACTED, REMOVED
_NO_ANSWER: Final = frozenset({0x8010000F, 0x80100065, 0x80100066, 0x80100067})  # PROTO_MISMATCH … UNPOWERED


class _Failure(Exception):
    def __init__(self, code: int) -> None:
        super().__init__(f"{code:08X}")
        self.code = code


class PcscSlots:
    """The computer's readers."""

    def __init__(self) -> None:
        self._context: int | None = None
        self._waiting: dict[str, _Attempt] = {}

    def greet(self) -> int:
        """The result code of a context of its own and its list of readers, for the reader doctor."""
        try:
            context = _establish()
        except _Failure as failure:
            return failure.code
        try:
            _states(context)
        except _Failure as failure:
            return failure.code
        finally:
            scard.SCardReleaseContext(context)
        return _OK

    def states(self) -> dict[str, SlotState]:
        """Every reader of the service, by its name. Raises CardServiceUnavailable."""
        return self._asking(_states)

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

    def _asking(self, question: Callable[[int], _T]) -> _T:
        """Asks on the standing context; a new one is made, once, when the service has been restarted."""
        for attempt in (1, 2):
            try:
                if self._context is None:
                    self._context = _establish()
                return question(self._context)
            except _Failure as failure:
                if self._context is not None:
                    scard.SCardReleaseContext(self._context)
                    self._context = None
                if attempt == 2 or failure.code not in _SERVICE_GONE:
                    break
        raise CardServiceUnavailable


class PcscConnection:
    """One card, held exclusively (a `Transport`)."""

    def __init__(self, context: int, handle: int, protocol: int) -> None:
        self._context = context
        self._handle: int | None = handle
        self._protocol = scard.SCARD_PCI_T0 if protocol == scard.SCARD_PROTOCOL_T0 else scard.SCARD_PCI_T1

    def transmit(self, command: Buffer) -> bytes:
        """One command APDU. Raises ContactLost for whatever keeps an answer away."""
        if self._handle is None:
            raise ContactLost
        body = list(command)
        try:
            (answer,) = _checked(scard.SCardTransmit(self._handle, self._protocol, body))
        except _Failure as failure:
            raise ContactLost(service=failure.code in _SERVICE_GONE) from None
        finally:
            body.clear()
        return bytes(answer)

    def described(self) -> tuple[str, bytes]:
        """The protocol in use (T=0, T=1) and the answer to reset, empty when it cannot be had; never raises."""
        protocol = "T=0" if self._protocol == scard.SCARD_PCI_T0 else "T=1"
        if self._handle is None:
            return protocol, b""
        try:
            *_names, atr = _checked(scard.SCardStatus(self._handle))
        except _Failure:
            return protocol, b""
        return protocol, bytes(atr)

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


def _connect(reader: str) -> PcscConnection:
    try:
        context = _establish()
    except _Failure as failure:
        raise _connecting(failure.code, reader) from None
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


def _states(context: int) -> dict[str, SlotState]:
    try:
        (names,) = _checked(scard.SCardListReaders(context, []))
    except _Failure as failure:
        if failure.code == _NO_READERS:
            return {}
        raise
    found = {}
    for name in names:  # one by one: a reader that is just being unplugged must not hide the others
        try:
            (states,) = _checked(scard.SCardGetStatusChange(context, 0, [(name, scard.SCARD_STATE_UNAWARE)]))
        except _Failure as failure:
            if failure.code in _SERVICE_GONE:
                raise
            continue
        state = int(states[0][1])
        used = state & (scard.SCARD_STATE_EXCLUSIVE | scard.SCARD_STATE_INUSE)
        # the upper half counts insertions and removals
        found[str(name)] = SlotState(bool(state & scard.SCARD_STATE_PRESENT), state >> 16 & 0xFFFF, bool(used))
    return found


def _establish() -> int:
    (context,) = _checked(scard.SCardEstablishContext(scard.SCARD_SCOPE_USER))
    return int(context)


def _checked(result: tuple[Any, ...] | list[Any]) -> tuple[Any, ...]:
    """The values of a call, without its result code. Raises _Failure unless that is success."""
    code = int(result[0]) & 0xFFFFFFFF
    if code not in (_OK, _TIMEOUT):
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
