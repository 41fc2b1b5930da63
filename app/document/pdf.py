"""What a PDF is: opened by pyHanko's strict reader, and described as plain facts. Runs in the document child.

Nothing else than the strict reader opens a file: the lenient one hands out object numbers that are in use when
/Size is too small, and so overwrites parts of the document that is then validly signed.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.crypt import AuthResult, AuthStatus, SecurityHandler, StandardSecurityHandler
from pyhanko.pdf_utils.crypt.permissions import StandardPermissions
from pyhanko.pdf_utils.reader import PdfFileReader

from app.channel import Answer, Channel
from app.document.facts import Block, PdfDocument, RevisionOrder
from app.document.fields import FieldNode, Restrictions, read_fields, read_restrictions
from app.document.objects import entry
from app.document.pages import PageTree, read_pages
from app.errors.document import EncryptionUnsupported, PdfPasswordRequired, PdfUnreadable, SigningNotPermitted, XfaForm

HEADER_WITHIN = 1024


@dataclass(frozen=True)
class OpenPdf:
    """An open file with everything about it that decides whether and where it can be signed.

    `refusal`: SigningNotPermitted's detail when no signature at all is permitted; `new_fields`: whether
    encryption permissions let a field be created.
    """

    reader: PdfFileReader
    size: int
    encryption: str
    tree: PageTree
    fields: tuple[FieldNode, ...]
    restrictions: Restrictions
    refusal: str | None
    new_fields: bool
    xfa: bool

    @property
    def new_field_allowed(self) -> bool:
        """Whether earlier signatures stay as good as they are when a field is added.

        After a certification that allows form filling a new visible field is an illegal change, and viewers
        disagree about an invisible one; under FieldMDP a new field is covered unless only others are named.
        """
        free = self.restrictions.level is None and all(lock.action == "/Include" for lock in self.restrictions.locks)
        return free and self.new_fields

    def facts(self) -> PdfDocument:
        """What of it is told to the parent."""
        obstacles = []
        if self.refusal:
            obstacles.append(SigningNotPermitted.code)
        if self.xfa:
            obstacles.append(XfaForm.code)
        return PdfDocument(
            pages=self.tree.pages,
            fields=tuple(node.facts for node in self.fields),
            encryption=self.encryption,
            obstacles=tuple(obstacles),
            new_field_allowed=self.new_field_allowed,
        )

    def close(self) -> None:
        """Closes the file."""
        self.reader.stream.close()


def open_pdf(path: Path, password: bytes | None = None) -> OpenPdf:
    """Opens a file and looks at all that matters for signing.

    Raises PdfPasswordRequired, EncryptionUnsupported, PdfUnreadable, and any exception of the library on
    damaged files: the edge of the child names those by their class.
    """
    stream = path.open("rb")
    try:
        return _read(stream, password)
    except BaseException:
        stream.close()
        raise


def _read(stream: BinaryIO, password: bytes | None) -> OpenPdf:
    size = stream.seek(0, 2)
    stream.seek(0)
    if b"%PDF-" not in stream.read(HEADER_WITHIN):
        raise PdfUnreadable(detail="no-pdf")
    reader = PdfFileReader(stream)
    if reader.xrefs.hybrid_xrefs_present:
        raise PdfUnreadable(detail="hybrid-xref")
    encryption, authentication = _authenticate(reader, password)
    tree = read_pages(reader)
    fields = read_fields(reader, tree)
    restrictions = read_restrictions(reader, fields)
    fill, create = _permitted(authentication)
    refusal = None
    if not fill:
        refusal = "permissions"
    elif restrictions.level == 1:
        refusal = "certified" if restrictions.certified else "locked"
    xfa = entry(entry(reader.root, "/AcroForm"), "/XFA")
    return OpenPdf(
        reader=reader,
        size=size,
        encryption=encryption,
        tree=tree,
        fields=fields,
        restrictions=restrictions,
        refusal=refusal,
        new_fields=create,
        xfa=isinstance(xfa, generic.StreamObject) or bool(xfa),
    )


def _authenticate(reader: PdfFileReader, password: bytes | None) -> tuple[str, AuthResult | None]:
    """How it is encrypted (none, empty-password, password), and with which rights it was opened."""
    dictionary = reader.encrypt_dict
    if dictionary is None:
        return "none", None
    try:
        handler = SecurityHandler.build(dictionary)
    except Exception as error:  # unknown handlers and algorithms come as errors of many classes
        raise EncryptionUnsupported from error
    if not isinstance(handler, StandardSecurityHandler) or handler.pdf_mac_enabled:
        raise EncryptionUnsupported
    candidates: Iterator[str | bytes] = iter([""]) if password is None else _readings(password)
    for candidate in candidates:
        try:
            result = reader.decrypt(candidate)
        except UnicodeError:  # this encryption cannot even express that password
            continue
        except ValueError as error:  # key lengths that no cipher has
            raise EncryptionUnsupported from error
        if result.status != AuthStatus.FAILED:
            return ("password" if candidate else "empty-password"), result
    raise PdfPasswordRequired


def _readings(password: bytes) -> Iterator[str | bytes]:
    """The encodings that programs use for passwords beyond ASCII."""
    with contextlib.suppress(UnicodeDecodeError):
        text = password.decode()
        yield text
        with contextlib.suppress(UnicodeEncodeError):
            yield text.encode("cp932")
    yield password


def _permitted(authentication: AuthResult | None) -> tuple[bool, bool]:
    """Whether existing signature fields may be signed, and new ones created (ISO 32000-2 table 22, bits 4, 6, 9)."""
    if authentication is None or authentication.status == AuthStatus.OWNER:
        return True, True
    flags: Any = authentication.permission_flags
    annotate = StandardPermissions.ALLOW_ANNOTS_FORM_FILLING in flags
    fill = annotate or StandardPermissions.ALLOW_FORM_FILLING in flags
    return fill, annotate and StandardPermissions.ALLOW_MODIFICATION_GENERIC in flags


class _Service:
    """The calls that the document child answers about its one file."""

    def __init__(self, path: str) -> None:
        self._path = Path(path)
        self._open: OpenPdf | None = None

    def inspect(self, blobs: list[bytearray]) -> dict[str, Any]:
        self._open = open_pdf(self._path, bytes(blobs[0]) if blobs else None)
        return self._open.facts().plain()

    def prepare(self, blobs: list[bytearray], order: dict[str, Any]) -> Answer:
        from app.document.prepare import prepare

        if self._open is None:
            self._open = open_pdf(self._path)
        revision = prepare(self._open, RevisionOrder.from_plain(order))
        value = {"contents": revision.contents, "field": revision.field, "page": revision.page}
        return Answer(value, [revision.suffix])


def _preview(blobs: list[bytearray], block: dict[str, Any], w_mm: float, h_mm: float) -> Answer:
    from app.document.stamp import preview

    return Answer(None, [preview(Block.from_plain(block), w_mm, h_mm)])


def serve(channel: Channel, path: str) -> None:
    """The document child: answers about one file until its parent is done with it."""
    service = _Service(path)
    channel.serve({"inspect": service.inspect, "prepare": service.prepare, "preview": _preview})
