"""What the document child finds in an opened file, for the page that shows it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.errors.base import UserError
from app.errors.document import DocumentProcessDied, DocumentTooLarge, DocumentTooSlow, PdfUnreadable
from app.wording.amounts import file_size, page_count
from app.wording.errors import words
from app.wording.language import text as _

if TYPE_CHECKING:
    from app.document.child import DocumentChild
    from app.document.facts import PdfDocument
    from app.document.snapshot import Snapshot
    from app.verification.report import VerificationReport


@dataclass(frozen=True, slots=True)
class Inspected:
    """What the document child found, and the name proposed for the output."""

    child: DocumentChild
    document: PdfDocument
    target: Path

    @property
    def obstacle(self) -> str:
        """The code of what keeps it from being signed; "" when nothing does."""
        document = self.document
        if document.obstacles:
            return document.obstacles[0]
        room = document.new_field_allowed or any(field.visible for field in document.empty_fields)
        return "" if room else "would-break-signature"


def inspect(snapshot: Snapshot, suffix: str) -> Inspected:
    """Looks at a file in a child of its own, which lives on in the answer; `suffix` names the output."""
    from app.document.child import DocumentChild
    from app.document.target import default_target, free_target

    child = DocumentChild(snapshot.path)
    try:
        document = child.inspect(None)
    except BaseException:
        child.close()
        raise
    return Inspected(child, document, free_target(default_target(snapshot.source, suffix)))


def facts_line(pages: int, size: int, document: PdfDocument | None) -> str:
    """Pages, bytes and, once it was looked at, signatures of a file."""
    parts = [page_count(pages), file_size(size)]
    if document is not None:
        count = len(document.signatures)
        parts.append(_("signatures: {n}", n=count) if count else _("not signed"))
    return _(" · ").join(parts)


def only_looked_at(error: UserError) -> tuple[str, str, str]:
    """Kind, title and text for a PDF that can be seen, but not read strictly enough to be signed."""
    if isinstance(error, PdfUnreadable | DocumentTooSlow | DocumentTooLarge | DocumentProcessDied):
        title = _("This PDF cannot be signed yet. You can look at it.")
        return "warn", title, _("Print it into a new PDF and sign that one, or ask its author to save it again.")
    said = words(error)
    return "bad", said.title, f"{said.happened}\n{said.todo}"


def verify(snapshot: Snapshot) -> VerificationReport:
    """Checks the signatures of a file."""
    from app.verification.verify import verify

    return verify(snapshot.path)
