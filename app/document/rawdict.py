"""Dictionaries of plain shape read straight from the file's bytes, a hundred times faster than the library.

A long document has a node of the page tree for every page, and pyHanko needs 0.4 ms for each. Whatever is not of
the plainest shape gives None here and is read by the library, which alone decides what is an error.
"""

from __future__ import annotations

import re
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.decode_limits import DecodePurpose
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.xref import ObjStreamRef

from app.document.objects import Key

Value = tuple[bytes, ...]
"""A value's tokens: one for names, numbers and opening brackets, all of them for arrays and references."""

FIRST_LOOK = 1024
LONGEST = 16 << 20
_TOKEN = re.compile(
    rb"[\0\t\n\f\r ]+"
    rb"|(<<|>>|[\[\]]|/[^\0\t\n\f\r ()<>\[\]{}/%]*|\((?:[^()\\]|\\.)*\)|<[0-9A-Fa-f\0\t\n\f\r ]*>|[+\-.0-9A-Za-z]+)"
    rb"|(.)",
    re.DOTALL,
)
_HEAD = re.compile(rb"[\0\t\n\f\r ]*(\d+)[\0\t\n\f\r ]+(\d+)[\0\t\n\f\r ]+obj")


class RawObjects:
    """The bytes of a file's objects, wherever they lie."""

    def __init__(self, reader: PdfFileReader) -> None:
        self._reader = reader
        self._streams: dict[int, list[tuple[int, bytes]]] = {}

    def dictionary(self, key: Key) -> dict[bytes, Value] | None:
        """The entries of a dictionary; None when the library had better read it."""
        data = self.bytes_of(key)
        return None if data is None else _parsed(data)

    def bytes_of(self, key: Key) -> bytes | None:
        """The object's bytes, at most up to `LONGEST`; None for what does not stand where the file says."""
        place = self._reader.xrefs[generic.Reference(*key, self._reader)]
        if isinstance(place, ObjStreamRef):
            held = self._compressed(place.obj_stream_id)
            number, data = held[place.ix_in_stream] if place.ix_in_stream < len(held) else (None, b"")
            return data if number == key[0] else None
        if place is None:
            return None
        for length in (FIRST_LOOK, LONGEST):
            self._reader.stream.seek(place)
            data = self._reader.stream.read(length)
            end = data.find(b"endobj")
            if end >= 0:
                head = _HEAD.match(data)
                return data[head.end() : end] if head and (int(head[1]), int(head[2])) == key else None
        return None

    def _compressed(self, number: int) -> list[tuple[int, bytes]]:
        """The objects of an object stream in order: number and bytes (ISO 32000-2 7.5.7)."""
        if number not in self._streams:
            stream: Any = self._reader.get_object(generic.Reference(number, 0, self._reader))
            data: bytes = stream.read_data(DecodePurpose.OBJECT_STREAM)
            first = int(stream["/First"])
            head = [int(word) for word in data[:first].split()][: 2 * int(stream["/N"])]
            starts = [first + offset for offset in head[1::2]]
            ends = [*starts[1:], len(data)]
            self._streams[number] = [
                (name, data[start:end]) for name, start, end in zip(head[::2], starts, ends, strict=True)
            ]
        return self._streams[number]


def _parsed(data: bytes) -> dict[bytes, Value] | None:
    """The entries of the dictionary at the start of `data`; None when it is no plain one or does not end here."""
    entries: dict[bytes, Value] = {}
    key = b""
    value: list[bytes] = []
    depth = 0
    for token, other in _TOKEN.findall(data):
        if other:
            return None
        if not token:
            continue
        if depth == 0:
            if token != b"<<":
                return None
            depth = 1
        elif depth == 1 and (token == b">>" or (token[:1] == b"/" and (value or not key))):
            if key:
                if key in entries or b"#" in key or not value:
                    return None
                entries[key] = tuple(value)
            if token == b">>":
                return entries
            key, value = token, []
        else:
            if token in (b"<<", b"["):
                depth += 1
            elif token in (b">>", b"]"):
                depth -= 1
            value.append(token)
    return None
