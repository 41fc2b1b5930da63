"""Facts about the signatures of a file, and the one table that turns them into a verdict. Pure data.

Verdict table:

| verdict | when |
|---|---|
| good    | intact; only permitted changes since; chain to the pinned JPKI roots, a given or a system anchor |
| caution | intact, but issuer unknown, demo card, changes not analysed, or a field's look changed afterwards |
| bad     | altered, broken, forbidden change, bytes that nobody signed, certificate not valid at a proven time |
| none    | no signature |
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

VERDICTS = ("good", "none", "caution", "bad")


@dataclass(frozen=True, slots=True)
class SignatureReport:
    """One signature. See the README for the meaning of every value; `reasons` are kebab-case codes."""

    field: str
    intact: bool
    covers_whole_file: bool
    changes: str
    trusted: str
    holder: str | None
    level: str
    claimed_time: str | None
    proven_time: str | None
    revocation: str
    reasons: tuple[str, ...] = ()
    verdict: str = ""

    def judged(self) -> SignatureReport:
        """The same with its verdict out of the table above."""
        return replace(self, verdict=_verdict(self))


BAD_REASONS = frozenset({"unsigned-bytes", "certificate-invalid-at-proven-time", "unreadable", "signature-invalid"})
CAUTION_REASONS = frozenset({"field-appearance-changed", "unknown-jpki-generation", "weak-digest"})


def _verdict(report: SignatureReport) -> str:
    if not report.intact or report.changes == "forbidden" or BAD_REASONS & set(report.reasons):
        return "bad"
    if report.changes == "unknown" or report.trusted in ("no", "demo") or CAUTION_REASONS & set(report.reasons):
        return "caution"
    return "good"


@dataclass(frozen=True, slots=True)
class VerificationReport:
    """All signatures of a file, oldest first. `pages`: their number, for the self-check."""

    signatures: tuple[SignatureReport, ...]
    pages: int = 0

    @property
    def verdict(self) -> str:
        """The worst of all signatures; none when there is none."""
        if not self.signatures:
            return "none"
        return max((s.verdict for s in self.signatures), key=VERDICTS.index)

    def plain(self) -> dict[str, Any]:
        """The published JSON form (`natsuin verify --json`)."""
        return {
            "version": 1,
            "verdict": self.verdict,
            "signatures": [{**asdict(s), "reasons": list(s.reasons)} for s in self.signatures],
        }

    @classmethod
    def from_plain(cls, data: Mapping[str, Any], pages: int = 0) -> VerificationReport:
        """From data that came over a channel."""
        return cls(
            tuple(SignatureReport(**{**s, "reasons": tuple(s["reasons"])}) for s in data["signatures"]), pages
        )
