"""A password in one buffer that is wiped: the only form in which passwords travel through the program."""

from __future__ import annotations

from types import TracebackType
from typing import NoReturn, Self


class Secret:
    """Bytes that hide from repr, refuse to be pickled or compared, and are overwritten with zeros by `wipe`.

    The capacity is fixed at birth so that growing never leaves a copy behind in a reallocated buffer.
    """

    __slots__ = ("_buffer", "_length")

    def __init__(self, capacity: int = 128) -> None:
        self._buffer = bytearray(capacity)
        self._length = 0

    @classmethod
    def taking(cls, source: bytearray) -> Secret:
        """Takes over the content of `source`, which is wiped."""
        secret = cls(max(len(source), 1))
        secret._buffer[: len(source)] = source
        secret._length = len(source)
        source[:] = bytes(len(source))
        return secret

    def append(self, byte: int) -> bool:
        """Adds one byte; False when the buffer is full."""
        if self._length == len(self._buffer):
            return False
        self._buffer[self._length] = byte
        self._length += 1
        return True

    def pop(self) -> None:
        """Removes and wipes the last byte, if there is one."""
        if self._length:
            self._length -= 1
            self._buffer[self._length] = 0

    def view(self) -> memoryview:
        """The bytes themselves, not a copy. Release it before the secret is wiped."""
        return memoryview(self._buffer)[: self._length]

    def wipe(self) -> None:
        """Overwrites all of it."""
        self._buffer[:] = bytes(len(self._buffer))
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def __repr__(self) -> str:
        return "Secret(…)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Secret is never serialised")

    def __eq__(self, other: object) -> NoReturn:
        raise TypeError("a Secret is never compared")

    __hash__ = None  # type: ignore[assignment]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.wipe()

    def __del__(self) -> None:
        self.wipe()
