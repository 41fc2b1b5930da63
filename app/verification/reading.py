"""Opens a file for verification, in a child: pyHanko's strict reader and nothing else.

What strict parsing refuses is never green, so it is refused here. Exceptions out of the reader are of every
kind; this module turns them into PdfUnreadable.
"""

from __future__ import annotations

import contextlib
import logging
import mmap
import os
import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.crypt import AuthStatus, StandardSecurityHandler
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import enumerate_sig_fields

from app.errors.base import UserError
from app.errors.document import EncryptionUnsupported, FileNotFound, FileNotReadable, PdfPasswordRequired, PdfUnreadable

TIMESTAMP = "/ETSI.RFC3161"
_END_MARK = re.compile(rb"startxref\s*\d+\s*%%EOF")
_OBJECT = re.compile(rb"(?<![0-9])[0-9]{1,10}[\0\t\n\f\r ]+[0-9]{1,5}[\0\t\n\f\r ]+obj\b")
_LONGEST_TRAILER = 1 << 20
_BLANKS = b"\0\t\n\f\r "


def silence() -> None:
    """pyHanko's loggers quote names and certificates: nothing of theirs leaves the child."""
    for name in ("pyhanko", "pyhanko_certvalidator"):
        logger = logging.getLogger(name)
        logger.addHandler(logging.NullHandler())
        logger.propagate = False


@contextlib.contextmanager
def refusing() -> Iterator[None]:
    """Turns whatever the library raises over a damaged document into PdfUnreadable."""
    try:
        yield
    except (UserError, MemoryError):
        raise
    except Exception as error:
        raise PdfUnreadable(detail=type(error).__name__) from None


@contextlib.contextmanager
def opened(path: str, password: bytearray | None) -> Iterator[tuple[PdfFileReader, BinaryIO]]:
    """The reader over a file, decrypted. Raises FileNotFound, FileNotReadable, PdfUnreadable, PdfPasswordRequired,
    EncryptionUnsupported."""
    name = os.path.basename(path)
    try:
        stream = open(path, "rb")  # noqa: SIM115 — closed below; its errors are not the document's
    except FileNotFoundError:
        raise FileNotFound(file=name) from None
    except OSError:
        raise FileNotReadable(file=name) from None
    with stream:
        with refusing():
            reader = PdfFileReader(stream, strict=True)
            _decrypt(reader, password)
        yield reader, stream


def _decrypt(reader: PdfFileReader, password: bytearray | None) -> None:
    if not reader.encrypt_dict:
        return
    try:
        handler = reader.security_handler
    except Exception:
        raise EncryptionUnsupported from None
    if not isinstance(handler, StandardSecurityHandler):
        raise EncryptionUnsupported
    if reader.decrypt(bytes(password or b"")).status == AuthStatus.FAILED:
        raise PdfPasswordRequired


def signature_fields(reader: PdfFileReader) -> list[tuple[str, Any, Any]]:
    """Filled signature fields in the order of the tree: name, value, field dictionary. A null value is none."""
    with refusing():
        return [
            (plain(name), value.get_object(), field.get_object())
            for name, value, field in enumerate_sig_fields(reader, filled_status=True)
            if not isinstance(value.get_object(), generic.NullObject)
        ]


def is_timestamp(value: Any) -> bool:
    """Whether a signature dictionary is a document timestamp's (ISO 32000-2 12.8.5)."""
    return str(value.get("/SubFilter", "")) == TIMESTAMP or str(value.get("/Type", "/Sig")) == "/DocTimeStamp"


def same(one: Any, other: Any) -> bool:
    """Whether two values are written alike, references by number. Streams never are: nobody compares their data."""
    if isinstance(one, generic.StreamObject) or isinstance(other, generic.StreamObject):
        return False
    if isinstance(one, generic.DictionaryObject) and isinstance(other, generic.DictionaryObject):
        return one.keys() == other.keys() and all(same(one.raw_get(key), other.raw_get(key)) for key in one)
    if isinstance(one, generic.ArrayObject) and isinstance(other, generic.ArrayObject):
        return len(one) == len(other) and all(
            same(one.raw_get(index), other.raw_get(index)) for index in range(len(one))
        )
    numbers = (generic.NumberObject, generic.FloatObject)
    if isinstance(one, numbers) and isinstance(other, numbers):
        return bool(one == other)
    return type(one) is type(other) and bool(one == other)


def has_unsigned_tail(reader: PdfFileReader, stream: BinaryIO) -> bool:
    """Whether anything but blanks follows the end of the newest revision that the reader knows: viewers may show what
    stands there. The end is the first end-of-file mark behind that revision's table, whatever marks follow."""
    newest = reader.xrefs.get_xref_container_info(reader.xrefs.total_revisions - 1)
    stream.seek(newest.end_location)
    rest = stream.read(_LONGEST_TRAILER)
    end = _END_MARK.search(rest)
    return end is None or bool(rest[end.end() :].strip(_BLANKS)) or bool(stream.read(1))


def stray_objects(reader: PdfFileReader, stream: BinaryIO, start: int) -> list[int]:
    """Offsets from `start` on where an object stands that no cross-reference table lists: what a viewer that repairs
    files would take for the newest version of that object."""
    xrefs = reader.xrefs
    listed: set[int] = set()
    for revision in range(xrefs.total_revisions):
        listed.add(xrefs.get_xref_container_info(revision).start_location)
        data = xrefs.get_xref_data(revision)
        listed.update(offset for _, offset in data.standard_xrefs.values())
        if data.hybrid is not None:
            listed.add(data.hybrid.meta_info.start_location)
    with mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return [match.start() for match in _OBJECT.finditer(content, start) if match.start() not in listed]


def plain(text: object) -> str:
    """A foreign string without lone surrogates, which no output could write."""
    return str(text).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def state(stream: BinaryIO) -> list[int]:
    """Size and time of change in ns: two children that look at a file one after the other compare it."""
    facts = os.fstat(stream.fileno())
    return [facts.st_size, facts.st_mtime_ns]
