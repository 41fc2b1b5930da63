"""What the document child finds in an opened file, for the page that shows it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

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


def verify(snapshot: Snapshot) -> VerificationReport:
    """Checks the signatures of a file."""
    from app.verification.verify import verify

    return verify(snapshot.path)
