"""What the person decided, as one frozen value; and the visible block that follows from it. No third-party library."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.document.facts import Block, Line, PdfDocument, RevisionOrder
from app.document.snapshot import Snapshot
from app.errors.usage import TextUnusable
from app.signing.placement import SignaturePlacement
from app.signing.profile import Profile

TEXT_LIMIT = 200
UNSEEN = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")  # controls, direction marks, lone surrogates, line separators


@dataclass(frozen=True, slots=True)
class StampLabels:
    """Words that stand on the stamp, in the person's language: the heading, the practice word, and the words
    before a reason and a place."""

    heading: str
    practice: str
    reason: str
    location: str


@dataclass(frozen=True, slots=True)
class SigningRequest:
    """Sign `snapshot` (whose facts are `document`) into `target`.

    One of `placement` (a new visible field), `field` (an existing empty one) or neither (invisible).
    """

    snapshot: Snapshot
    document: PdfDocument
    target: Path
    overwrite: bool
    placement: SignaturePlacement | None
    field: str | None
    labels: StampLabels
    profile: Profile
    reason: str = ""
    location: str = ""
    demo: bool = False

    def _check_texts(self) -> None:
        """Raises TextUnusable where a reason or a place would stand in the file otherwise than on the page."""
        for name, text in (("reason", self.reason), ("location", self.location)):
            if len(text) > TEXT_LIMIT or any(unicodedata.category(c) in UNSEEN for c in text):
                raise TextUnusable(field=name)

    def block(self, name: str | None, when: datetime) -> Block | None:
        """The visible block; a certificate without 氏名 leaves the name line out."""
        if self.placement is None and self.field is None:
            return None
        lines = [Line(self.labels.heading, "label")]
        if name:
            lines.append(Line(name, "name"))
        lines.append(Line(seen_time(when), "note"))
        if self.reason:
            lines.append(Line(f"{self.labels.reason}{self.reason}", "note"))
        if self.location:
            lines.append(Line(f"{self.labels.location}{self.location}", "note"))
        return Block(tuple(lines), self.labels.practice if self.demo else "")

    def order(self, name: str | None, when: datetime, certificates: int = 4096) -> RevisionOrder:
        """The revision to prepare; `name` is the holder as the certificate has it, or None.

        `certificates`: bytes of CMS that follow from the certificates in it. Raises TextUnusable.
        """
        self._check_texts()
        place = self.placement
        return RevisionOrder(
            field=self.field,
            place=(place.page, place.x, place.y, place.w, place.h) if place else None,
            block=self.block(name, when),
            subfilter=self.profile.subfilter,
            signed_at=when.isoformat(timespec="seconds"),
            reason=self.reason,
            location=self.location,
            name=name or "",
            reserve=certificates + self.profile.overhead,
        )


def seen_time(when: datetime) -> str:
    """A time as it stands on the stamp: minutes and zone (JST where that is the offset)."""
    offset = when.strftime("%z")
    zone = "JST" if offset == "+0900" else f"UTC{offset[:3]}:{offset[3:5]}" if offset else ""
    return f"{when:%Y-%m-%d %H:%M} {zone}".rstrip()
