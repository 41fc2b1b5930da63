"""The parent's handle on the child that reads and prepares one document with pyHanko."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Any, Self

from app.channel import Answer
from app.document.facts import Block, PdfDocument, PreparedRevision, RevisionOrder
from app.errors.document import (
    BoxTooSmall,
    EncryptionUnsupported,
    FieldAlreadySigned,
    FieldNotFound,
    FontMissing,
    GlyphMissing,
    PageNotFound,
    PdfPasswordRequired,
    PdfUnreadable,
    PlaceOffPage,
    SigningNotPermitted,
    WouldBreakSignature,
    XfaForm,
)
from app.isolation import MIB, Child, ChildFailure, Limits
from app.secret import Secret

LIMITS = Limits(seconds=30, memory=1024 * MIB)
ERRORS = (
    BoxTooSmall,
    EncryptionUnsupported,
    FieldAlreadySigned,
    FieldNotFound,
    FontMissing,
    GlyphMissing,
    PageNotFound,
    PdfPasswordRequired,
    PdfUnreadable,
    PlaceOffPage,
    SigningNotPermitted,
    WouldBreakSignature,
    XfaForm,
)
"""What is believed when this child says it."""


class DocumentChild:
    """Inspects and prepares one file in a process of its own.

    Calls come from one thread at a time; `cancel` may come from any. Every call may raise DocumentTooSlow,
    DocumentTooLarge, DocumentProcessDied, Cancelled.
    """

    def __init__(self, path: Path, limits: Limits = LIMITS) -> None:
        self._child = Child("app.document.pdf:serve", limits, errors=ERRORS, options=[str(path)])

    def inspect(self, password: Secret | None = None) -> PdfDocument:
        """The facts of the file; the password stays with the child for `prepare`.

        Raises PdfPasswordRequired, EncryptionUnsupported, PdfUnreadable.
        """
        blobs = []
        if password is not None:
            blobs.append(password.view())
        try:
            return PdfDocument.from_plain(self._call("inspect", blobs).value)
        finally:
            for view in blobs:
                view.release()

    def prepare(self, order: RevisionOrder) -> PreparedRevision:
        """The revision with the empty /Contents. The same order may be prepared again.

        Raises SigningNotPermitted, WouldBreakSignature, XfaForm, FieldNotFound, FieldAlreadySigned, PageNotFound,
        PlaceOffPage, BoxTooSmall, GlyphMissing, FontMissing, PdfUnreadable.
        """
        answer = self._call("prepare", order=order.plain())
        start, end = answer.value["contents"]
        return PreparedRevision(
            suffix=bytes(answer.blobs[0]),
            contents=(int(start), int(end)),
            field=str(answer.value["field"]),
            page=answer.value["page"],
        )

    def preview(self, block: Block, w_mm: float, h_mm: float) -> bytes:
        """A PDF of one page that is just the block. Raises BoxTooSmall, GlyphMissing, FontMissing."""
        return bytes(self._call("preview", block=block.plain(), w_mm=w_mm, h_mm=h_mm).blobs[0])

    def cancel(self) -> None:
        """Ends the child at once; a call under way raises Cancelled."""
        self._child.cancel()

    def close(self) -> None:
        """Ends the child."""
        self._child.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _call(self, method: str, blobs: list[memoryview] | None = None, **arguments: Any) -> Answer:
        try:
            return self._child.call(method, blobs=blobs or (), **arguments)
        except ChildFailure as failure:
            raise PdfUnreadable(detail=failure.kind) from None
