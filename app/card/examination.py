"""A look at the readers and at one card that writes down what passed: the keeper's part of the reader doctor.

Nothing passes but what a look without a password needs. Of what the card answers only the token's name is kept, and
where in its life the 利用者証明用 certificate is: no serial number, no certificate, no body, and no date, since a
certificate ends on a birthday. What comes out is plain data, since it travels to the parent.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Final, Protocol, runtime_checkable

from app.card.anonymous import contactless, masked_atr
from app.card.apdu import ApduError, Buffer, ContactLost, Transport
from app.card.jpki import MY_NUMBER_CARD, JpkiSession, twice
from app.card.slots import Slots
from app.card.survey import auth_validity
from app.errors.base import UserError
from app.errors.card import (
    CardBusy,
    CardFault,
    CardRemoved,
    CardServiceUnavailable,
    NoCard,
    NotMyNumberCard,
    ReaderNotFound,
)

SUCCESS: Final = 0
NO_SERVICE: Final = 0x8010001D
NO_READERS: Final = 0x8010002E
SECURITY_VIOLATION: Final = 0x8010006A
KNOWN_ATRS: Final = frozenset(
    bytes.fromhex(atr)
    for atr in (
        "3BE000FF8131FE4514",
        "3BDA13FF8131FB468012392F31C173C601C03B",
        "3BC5FF8131FB458073C6010000",
        "3BF59100FF918171FE400042000100D1D6",
        "3BF59100FF918171FE4000420001B3A115",
        "3B888001000005E0B381A1007F",
        "3B888001000041E0B381A1003B",
        "3B888001004B51FF0081D100BC",
        "3B888001004B51FFB381D1000F",
        "3B888001000014E0B38191005E",
    )
)
"""Of cards with a JPKI application, as smart-card lists have them: the same for every card of a kind."""
HELD_HERE: Final = "held-here"
_LONGEST_TOKEN: Final = 32
_READ, _QUERY, _SELECT, _MORE = 0xB0, 0x20, 0xA4, 0xC0


@runtime_checkable
class Described(Protocol):
    """A contact that can say how it came about."""

    def described(self) -> tuple[str, bytes]:
        """The protocol (T=0, T=1) and the answer to reset."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One command: its name and the file it is about, the status word (or `lost`), and what the answer took.

    `length`: bytes of the answer without the status word. `milliseconds`: with the reader's and the service's part.
    """

    command: str
    status: str
    milliseconds: float
    length: int = 0


@dataclass(frozen=True, slots=True)
class Finding:
    """What the look at one reader has given.

    `outcome`: read, no-card, card-busy, card-mute, card-refused, card-lost, card-fault, reader-gone, reader-silent,
    service-gone.
    `kind` (when read): as `JpkiSession.kind` says. `status`: of a card-fault, or held-here of a card-busy.
    `interface`: contact, contactless, or empty when it is not known. `auth_life`: not-begun, fresh, renewable,
    last-days or ended (`app.pki.validity.Stage`), None when the certificate could not be read.
    """

    outcome: str
    kind: str = ""
    status: str = ""
    protocol: str = ""
    interface: str = ""
    atr: str = ""
    known_atr: bool = False
    token: str = ""
    sign_certificate: bool | None = None
    auth_certificate: bool | None = None
    sign_tries_left: int | None = None
    auth_tries_left: int | None = None
    auth_life: str | None = None
    trace: tuple[Exchange, ...] = ()

    def plain(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_plain(cls, data: Mapping[str, Any]) -> Finding:
        return cls(**{**data, "trace": tuple(Exchange(**entry) for entry in data["trace"])})


@dataclass(frozen=True, slots=True)
class Greeting:
    """What the service said: its result code (winscard.h), and of every reader whether a card is in it."""

    result: int
    readers: Mapping[str, bool]

    def plain(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_plain(cls, data: Mapping[str, Any]) -> Greeting:
        return cls(int(data["result"]), {str(name): bool(present) for name, present in data["readers"].items()})


class Recorder:
    """A contact (`Transport`) that writes down what passes, and refuses what a look without a password never sends."""

    def __init__(self, transport: Transport, clock: Callable[[], float] = time.perf_counter) -> None:
        self._transport = transport
        self._clock = clock
        self._file = ""
        self.trace: list[Exchange] = []
        self.token = ""

    def transmit(self, command: Buffer) -> bytes:
        """As `Transport`. Raises ValueError for a command that holds a password or changes anything."""
        name = self._named(bytes(command))
        begun = self._clock()
        try:
            answer = self._transport.transmit(command)
        except ContactLost:
            self._write(name, "lost", begun)
            raise
        self._write(name, answer[-2:].hex().upper(), begun, max(len(answer) - 2, 0))
        if name == f"READ BINARY {MY_NUMBER_CARD.ef_token:04X}":
            self.token = _printable(answer[:-2])
        return answer

    def power_off(self) -> None:
        self._transport.power_off()

    def _write(self, name: str, status: str, begun: float, length: int = 0) -> None:
        self.trace.append(Exchange(name, status, round((self._clock() - begun) * 1000, 1), length))

    def _named(self, command: bytes) -> str:
        ins, p1 = command[1], command[2]
        if ins == _SELECT and p1 == 0x04:
            self._file = ""
            return f"SELECT {'JPKI' if command[5:15] == MY_NUMBER_CARD.application else 'application'}"
        if ins == _SELECT:
            self._file = command[5:7].hex().upper()
            return f"SELECT {self._file}"
        if ins == _READ and len(command) == 5:
            return f"READ BINARY {self._file}".strip()
        if ins == _QUERY and len(command) == 4:
            return f"QUERY {self._file}".strip()
        if ins == _MORE:
            return "GET RESPONSE"
        raise ValueError(f"INS {ins:02X} has no place in a look")


def greet(slots: Slots) -> Greeting:
    """Asks the service for its readers; says nothing to any card."""
    result = slots.greet()
    if result != SUCCESS:
        return Greeting(result, {})
    try:
        return Greeting(result, {name: state.present for name, state in slots.states().items()})
    except CardServiceUnavailable:  # in between
        return Greeting(NO_SERVICE, {})


def look(slots: Slots, reader: str, held: bool) -> Finding:
    """Looks at the card in one reader and lets go of it. `held`: this very process is at work with it."""
    if held:
        return Finding("card-busy", status=HELD_HERE)
    begun = time.perf_counter()
    try:
        transport = slots.connect(reader)
    except UserError as error:
        return _refused(error, _connecting(begun, error.code))
    connected = _connecting(begun, "ok")
    recorder = Recorder(transport)
    try:
        return twice(lambda: _read(recorder, transport, connected))
    except ContactLost as contact:
        told = _about(transport, (connected, *recorder.trace))
        if contact.service:
            return Finding("service-gone", **told)
        present = slots.states().get(reader)
        if present is not None and present.present and _nothing_said(recorder):
            return Finding("read", "other", **told)  # cards of other systems may not even answer a SELECT
        return Finding("card-lost", **told)
    except ApduError as error:
        told = _about(transport, (connected, *recorder.trace))
        return Finding("card-fault", status=f"{error.sw:04X}", **told)
    finally:
        transport.power_off()


def _read(recorder: Recorder, transport: Transport, connected: Exchange) -> Finding:
    session = JpkiSession(recorder)
    facts: dict[str, Any] = {"kind": session.kind()}
    if facts["kind"] == "my-number":
        facts["sign_certificate"], facts["auth_certificate"] = session.availability()
        facts["sign_tries_left"], facts["auth_tries_left"] = session.sign_tries(), session.auth_tries()
        facts["auth_life"] = _auth_life(session)
    return Finding("read", token=recorder.token, **facts, **_about(transport, (connected, *recorder.trace)))


def _auth_life(session: JpkiSession) -> str | None:
    from app.pki.validity import life

    seen = life(*auth_validity(session), datetime.now(UTC))
    return None if seen is None else seen.stage.name.lower().replace("_", "-")


def _about(transport: Transport, trace: tuple[Exchange, ...]) -> dict[str, Any]:
    """The contact, and what passed. To be asked before the power goes."""
    protocol, atr = transport.described() if isinstance(transport, Described) else ("", b"")
    known = atr in KNOWN_ATRS
    interface = "" if not atr else "contactless" if contactless(atr) else "contact"
    return {
        "protocol": protocol,
        "interface": interface,
        "atr": masked_atr(atr, known),
        "known_atr": known,
        "trace": trace,
    }


def _connecting(begun: float, status: str) -> Exchange:
    return Exchange("CONNECT", status, round((time.perf_counter() - begun) * 1000, 1))


def _refused(error: UserError, connecting: Exchange) -> Finding:
    outcomes: dict[type[UserError], str] = {
        CardBusy: "card-busy",
        CardRemoved: "card-lost",
        NoCard: "no-card",
        NotMyNumberCard: "card-mute",
        ReaderNotFound: "reader-gone",
    }
    if str(error.facts.get("result")) == f"{SECURITY_VIOLATION:08X}":
        return Finding("card-refused", trace=(connecting,))
    if isinstance(error, CardFault):
        return Finding("card-fault", status=str(error.facts.get("status", "")), trace=(connecting,))
    return Finding(outcomes.get(type(error), "service-gone"), trace=(connecting,))


def _nothing_said(recorder: Recorder) -> bool:
    return all(exchange.status == "lost" for exchange in recorder.trace)


def _printable(data: bytes) -> str:
    """The token's name: what is printable ASCII of it."""
    return "".join(chr(byte) for byte in data[:_LONGEST_TOKEN] if 0x20 < byte < 0x7F)
