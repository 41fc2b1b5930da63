"""Command and response APDUs (ISO 7816-4, short form only) and how they are exchanged; knows nothing of any card.

Short APDUs only: many readers and system stacks break on the extended form.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Protocol

log = logging.getLogger(__name__)

Buffer = bytes | bytearray | memoryview
MAX_SHORT: Final = 256  # bytes one short response carries
_NAMES: Final[Mapping[int, str]] = {
    0x20: "VERIFY",
    0x2A: "COMPUTE DIGITAL SIGNATURE",
    0xA4: "SELECT",
    0xB0: "READ BINARY",
    0xC0: "GET RESPONSE",
}


class ContactLost(Exception):
    """No answer came: the card left, was reset by somebody else, or (`service`) the card service is gone."""

    def __init__(self, *, service: bool = False) -> None:
        super().__init__()
        self.service = service


class ApduError(Exception):
    """A status word other than the expected one, without any meaning yet (`sw`: 16 bits, `step`: command name)."""

    def __init__(self, sw: int, step: str) -> None:
        super().__init__(f"{step} -> {sw:04X}")
        self.sw = sw
        self.step = step


class Transport(Protocol):
    """A powered card that takes one command at a time."""

    def transmit(self, command: Buffer) -> bytes:
        """The response with its status word. Raises ContactLost."""

    def power_off(self) -> None:
        """Ends the contact and takes the power away from the card; never raises."""


@dataclass(frozen=True, slots=True)
class Command:
    """A short command APDU; `le` is the number of bytes expected (1 to 256), None for none. Never holds a password."""

    cla: int
    ins: int
    p1: int
    p2: int
    data: bytes = b""
    le: int | None = None

    @property
    def name(self) -> str:
        """The instruction's name in ISO 7816-4."""
        return _NAMES.get(self.ins, f"INS {self.ins:02X}")

    def encode(self) -> bytes:
        """Cases 1 to 4 of ISO 7816-3 12.1.3. Raises ValueError for what does not fit the short form."""
        if len(self.data) > 255 or (self.le is not None and not 1 <= self.le <= MAX_SHORT):
            raise ValueError("no short APDU")
        body = bytes([len(self.data)]) + self.data if self.data else b""
        tail = b"" if self.le is None else bytes([self.le & 0xFF])
        return bytes([self.cla, self.ins, self.p1, self.p2]) + body + tail


@dataclass(frozen=True, slots=True)
class Response:
    """Data and status word."""

    data: bytes
    sw: int


def exchange_once(transport: Transport, name: str, command: Buffer) -> Response:
    """Sends the bytes exactly once and follows nothing up; the log gets the name and the status word only."""
    try:
        raw = transport.transmit(command)
    except ContactLost:
        log.debug("%s -> contact lost", name)
        raise
    if len(raw) < 2:
        log.debug("%s -> no status word", name)
        raise ContactLost
    response = Response(bytes(raw[:-2]), int.from_bytes(raw[-2:], "big"))
    log.debug("%s -> %04X", name, response.sw)
    return response


def exchange(transport: Transport, command: Command) -> Response:
    """Sends a command; fetches the rest after 61xx and repeats once with the right length after 6Cxx.

    A card that goes on beyond what a short command can ask for, or has nothing to give, is left at its 61xx.
    Not for VERIFY, which is never sent twice.
    """
    response = _exchange_exactly(transport, command)
    data = response.data
    while response.sw >> 8 == 0x61 and len(data) < MAX_SHORT:
        rest = Command(0x00, 0xC0, 0x00, 0x00, le=response.sw & 0xFF or MAX_SHORT)
        response = _exchange_exactly(transport, rest)
        if not response.data:
            break
        data += response.data
    return Response(data, response.sw)


def _exchange_exactly(transport: Transport, command: Command) -> Response:
    response = exchange_once(transport, command.name, command.encode())
    if response.sw >> 8 == 0x6C:
        exact = replace(command, le=response.sw & 0xFF or MAX_SHORT)
        response = exchange_once(transport, exact.name, exact.encode())
    return response
