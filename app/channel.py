"""Framed messages between a process and its child: plain data, never pickles.

A child taken over by a hostile file can lie but cannot run code in its parent. Blobs are received into bytearrays,
so that a password can be wiped on both sides.
"""

from __future__ import annotations

import json
import mmap
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from app.errors.base import UserError

Buffer = bytes | bytearray | memoryview


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one message may hold: bytes of its header, bytes of all blobs together, number of blobs."""

    header: int
    content: int
    blobs: int


ANSWER = Allowance(header=16 << 20, content=64 << 20, blobs=64)
"""For what a child says: the facts of 24,600 pages are 0.8 to 2.1 MB, a revision with its fonts a few MB."""
CALL = Allowance(header=16 << 20, content=1 << 30, blobs=1 << 16)
"""For what a parent says, whom its child believes."""


class ChannelClosed(Exception):
    """The other side is gone."""


@dataclass(slots=True)
class Answer:
    """A call's result: JSON-able `value` and raw `blobs`."""

    value: Any = None
    blobs: Sequence[Buffer] = ()


Handler = Callable[..., Any]


class Channel:
    """One side of a pipe pair carrying framed messages: header length, JSON header, blobs.

    The streams are unbuffered: a buffer would keep a copy of a password that nobody can wipe.
    """

    def __init__(
        self, reader: BinaryIO, writer: BinaryIO, shared: mmap.mmap | None = None, allowance: Allowance = CALL
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._allowance = allowance
        self.shared = shared

    def send(self, header: Mapping[str, Any], blobs: Sequence[Buffer] = ()) -> None:
        views = [memoryview(blob).cast("B") for blob in blobs]
        text = json.dumps({**header, "blobs": [len(view) for view in views]}, ensure_ascii=True).encode("ascii")
        try:
            for view in (memoryview(len(text).to_bytes(4, "big") + text), *views):
                while view:
                    view = view[self._writer.write(view) :]
        except (OSError, ValueError) as error:
            raise ChannelClosed from error

    def receive(self) -> tuple[dict[str, Any], list[bytearray]]:
        """The next message. Raises ChannelClosed at the end, ValueError for what is no message or more than the
        allowance: before room is made for it."""
        size = int.from_bytes(self._exactly(4), "big")
        if size > self._allowance.header:
            raise ValueError("header")
        header = json.loads(self._exactly(size))
        lengths = header.pop("blobs", []) if isinstance(header, dict) else None
        if not isinstance(lengths, list) or len(lengths) > self._allowance.blobs:
            raise ValueError("message")
        if any(type(length) is not int or length < 0 for length in lengths) or sum(lengths) > self._allowance.content:
            raise ValueError("blobs")
        return header, [self._exactly(length) for length in lengths]

    def _exactly(self, size: int) -> bytearray:
        buffer = bytearray(size)
        view = memoryview(buffer)
        while view:
            try:
                count = self._reader.readinto(view)  # type: ignore[attr-defined]
            except (OSError, ValueError) as error:
                raise ChannelClosed from error
            if not count:
                raise ChannelClosed
            view = view[count:]
        return buffer

    def serve(self, handlers: Mapping[str, Handler]) -> None:
        """Answers calls until the other side closes. A handler gets `blobs` and the call's arguments.

        The edge of the child: a UserError travels by its code; anything else is reported by its class name
        only (its text may hold parts of the document).
        """
        while True:
            try:
                header, blobs = self.receive()
            except ChannelClosed:
                return
            try:
                answer = handlers[header["call"]](blobs, **header.get("arguments", {}))
                if not isinstance(answer, Answer):
                    answer = Answer(answer)
                reply: dict[str, Any] = {"value": answer.value}
                out = answer.blobs
            except UserError as error:
                reply, out = {"error": error.code, "facts": error.facts}, ()
            except MemoryError:
                reply, out = {"overrun": True}, ()
            except Exception as error:
                if sys.flags.dev_mode:
                    import traceback

                    traceback.print_exc()
                reply, out = {"failure": type(error).__name__}, ()
            finally:
                for blob in blobs:
                    blob[:] = bytes(len(blob))
            try:
                self.send(reply, out)
            except ChannelClosed:
                return
