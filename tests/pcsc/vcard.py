"""The demo card in a virtual reader: speaks the driver's protocol over TCP and counts the commands it gets.

Every message is a length (two bytes, big-endian) and a body. One byte of body is control: 00 power off, 01 power
on, 02 warm reset, 04 asks for the ATR. Anything else is a command APDU.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable

from app.card.apdu import ContactLost
from app.card.demo import ATR, DemoCard, kind
from app.card.pcsc import PcscSlots

Hook = Callable[[int], None]
"""Gets the number of a command, counted from 1; raises ContactLost to take the card out of the field."""


def step(command: bytes) -> str:
    """A command in a word or two: its kind, and which file or where in it; never what is presented or signed."""
    name = kind(command)
    if name == "SELECT":
        return f"{name} {command[5:].hex().upper()}"
    return f"{name} {command[2:4].hex().upper()}" if name == "READ" else name


class VirtualCard:
    """One card and the hand that puts it on a reader.

    `counts`, `steps` ("SELECT 001B", "OFF") and `trace` ("VERIFY -> 63C4") say what reached the card; no password's
    command is kept. `power` lists on, off and reset with the time (monotonic seconds). `before` is called when a
    command has come and the card has not seen it yet, `after` when it was carried out and its answer is not gone.
    """

    def __init__(self, card: DemoCard, port: int, reader: str) -> None:
        self.card = card
        self.reader = reader
        self.atr = ATR
        self.counts: Counter[str] = Counter()
        self.trace: list[str] = []
        self.steps: list[str] = []
        self.before: Hook | None = None
        self.after: Hook | None = None
        self._number = 0
        self.power: list[tuple[float, str]] = []
        self._port = port
        self._socket: socket.socket | None = None
        self._thread: threading.Thread | None = None
        self._gone = float("-inf")
        self._slots = PcscSlots()

    def insert(self, *, wait: bool = True) -> None:
        """Puts the card on the reader and waits until pcscd has seen it."""
        for seconds in (2, 2, 10):
            # a card that comes back between two looks of pcscd (400 ms) after a failed command stays unseen for good
            time.sleep(max(0.0, self._gone + 0.5 - time.monotonic()))
            self._put()
            if not wait:
                return
            try:
                self.wait(True, seconds)
                return
            except TimeoutError:  # as a person would: take it away, and put it there again
                self._take()
        raise TimeoutError("the card is not seen")

    def remove(self, *, wait: bool = True) -> None:
        """Takes the card away and waits until pcscd has seen it."""
        self._take()
        if wait:
            self.wait(False)

    def _put(self) -> None:
        self.card.put_back()
        self._socket = self._connected()
        self._socket.settimeout(None)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._thread = threading.Thread(target=self._serve, args=(self._socket,), name="virtual-card", daemon=True)
        self._thread.start()

    def _take(self) -> None:
        if self._socket:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)
        if self._thread:
            self._thread.join(5)
        self._socket = self._thread = None

    def _connected(self, seconds: float = 10) -> socket.socket:
        """The service answers before its driver listens."""
        end = time.monotonic() + seconds
        while True:
            try:
                return socket.create_connection(("127.0.0.1", self._port), timeout=10)
            except ConnectionRefusedError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.01)

    def wait(self, present: bool, seconds: float = 10) -> None:
        """Waits until pcscd says that the card is there, or gone."""
        end = time.monotonic() + seconds
        while True:
            state = self._slots.states().get(self.reader)
            if state is not None and state.present is present:
                return
            if time.monotonic() > end:
                raise TimeoutError(f"the card is not {'there' if present else 'gone'}")
            time.sleep(0.01)

    def forget(self) -> None:
        """Starts counting anew, without hooks."""
        self.before = self.after = None
        self._number = 0
        self.counts.clear()
        self.trace.clear()
        self.steps.clear()
        self.power.clear()

    def _serve(self, connection: socket.socket) -> None:
        try:
            while True:
                body = self._receive(connection)
                if len(body) == 1:
                    self._control(connection, body[0])
                else:
                    self._send(connection, self._answer(body))
        except (OSError, EOFError, ContactLost):
            pass  # the reader was closed, or a fault has pulled the card
        finally:
            self.card.power_off()
            connection.close()
            self._gone = time.monotonic()

    def _answer(self, command: bytes) -> bytes:
        name = kind(command)
        self._number += 1
        number = self._number
        try:
            if self.before:
                self.before(number)
            self.counts[name] += 1
            self.steps.append(step(command))
            answer = self.card.transmit(command)
            if self.after:
                self.after(number)
        except ContactLost:
            self.trace.append(f"{name} -> lost")
            raise
        self.trace.append(f"{name} -> {answer[-2:].hex().upper()}")
        return answer

    def _control(self, connection: socket.socket, code: int) -> None:
        if code == 0x04:
            self._send(connection, self.atr)
            return
        self.power.append((time.monotonic(), {0: "off", 1: "on", 2: "reset"}.get(code, "?")))
        if code == 0x00:
            self.steps.append("OFF")
            self.card.power_off()
        elif code == 0x02:
            self.card.reset()

    def _receive(self, connection: socket.socket) -> bytes:
        size = int.from_bytes(self._exactly(connection, 2), "big")
        return self._exactly(connection, size)

    def _exactly(self, connection: socket.socket, size: int) -> bytes:
        data = b""
        while len(data) < size:
            # the driver sends length and body apart: without this each command waits 44 ms for Nagle's algorithm
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
            part = connection.recv(size - len(data))
            if not part:
                raise EOFError
            data += part
        return data

    def _send(self, connection: socket.socket, body: bytes) -> None:
        connection.sendall(len(body).to_bytes(2, "big") + body)
