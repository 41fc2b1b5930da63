"""Opens a file for verification, in a child: pyHanko's strict reader and nothing else.

What strict parsing refuses is never green, so it is refused here. Exceptions out of the reader are of every
kind; this module turns them into PdfUnreadable.
"""

from __future__ import annotations

import contextlib
import logging
import os
import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from pyhanko.pdf_utils.crypt import AuthStatus, StandardSecurityHandler
from pyhanko.pdf_utils.generic import NullObject
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import enumerate_sig_fields

from app.errors import (
    EncryptionUnsupported,
    FileNotFound,
    FileNotReadable,
    PdfPasswordRequired,
    PdfUnreadable,
    UserError,
)

_END_MARK = re.compile(rb"(?:\A|[\r\n])%%EOF")
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
            if not isinstance(value.get_object(), NullObject)
        ]


def page_count(reader: PdfFileReader) -> int:
    """/Count of the page tree's root, 0 when it is no number."""
    with refusing():
        count = reader.root["/Pages"].get("/Count", 0)
    return int(count) if isinstance(count, int) and count > 0 else 0


def has_unsigned_tail(stream: BinaryIO) -> bool:
    """Whether something follows the last end-of-file mark, where the newest revision that the reader knows ends:
    viewers may show what stands there (pdf: isa-3 in iText's tests)."""
    size = stream.seek(0, os.SEEK_END)
    start = max(0, size - 4096)
    stream.seek(start)
    tail = stream.read(size - start)
    marks = list(_END_MARK.finditer(tail))
    return bool(tail[marks[-1].end() :].strip(_BLANKS)) if marks else True


def plain(text: object) -> str:
    """A foreign string without lone surrogates, which no output could write."""
    return str(text).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def state(stream: BinaryIO) -> list[int]:
    """Size and time of change in ns: two children that look at a file one after the other compare it."""
    facts = os.fstat(stream.fileno())
    return [facts.st_size, facts.st_mtime_ns]
