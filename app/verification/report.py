"""Facts about the signatures of a file, and the one table that turns them into a verdict. Pure data.

The verdict of a signature is the first row that fits; a file's is the worst of its signatures'.

| verdict | when |
|---|---|
| bad     | altered or broken; a forbidden change; a reason out of `BAD` (bytes that nobody signed, certificate    |
|         | revoked or not valid at a *proven* time)                                                              |
| caution | intact, but issuer unknown, practice card, changes not analysed, or a reason out of `CAUTION` (a      |
|         | field's look changed, certificate ended and no time proven, weak algorithm); a format not checkable   |
| good    | intact; nothing but permitted changes since; chain to the pinned JPKI roots, a given or a system anchor |
| none    | no signature |

Document timestamps (ETSI.RFC3161) are no signatures of a person and not listed: they prove times and levels.
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


BAD = {
    "byte-range-invalid": "the signed ranges do not cover everything but the signature value itself",
    "digest-mismatch": "the signed bytes were altered",
    "signature-invalid": "the signature value, its attributes or its certificate do not fit together",
    "unreadable": "the signature cannot be parsed",
    "unsigned-bytes": "something that no signature covers follows the last revision; a viewer may show it",
    "unsigned-appearance": "a field that no person signed was added since, and draws over a page or acts",
    "certificate-invalid-at-proven-time": "the certificate had ended, or not begun, when it was used",
    "certificate-revoked": "revocation data in the file says that the certificate is revoked",
}
"""Reason codes that make a signature bad, each with its meaning."""

CAUTION = {
    "field-appearance-changed": "a form field is shown otherwise than when it was signed (form filling included)",
    "unknown-jpki-generation": "issued under the name of JPKI by a key that this version does not know",
    "weak-digest": "SHA-1 or another digest that can be forged",
    "weak-key": "an RSA key below 2048 bits",
    "certificate-not-valid-now": "the certificate has ended, or not begun, and no time of signing is proven",
    "certificate-not-for-signing": "the certificate's key usage does not include signatures",
    "timestamp-invalid": "a timestamp does not fit what it stands for",
    "hybrid-references": "two cross-reference tables: programs may see different documents",
    "unlisted-objects": "objects that no table lists stand behind the signed part; a viewer that repairs may show them",
    "unsupported-format": "a kind of signature that this version cannot check; nothing is said of its integrity",
}
"""Reason codes that keep a signature from being good."""

NOTES = {
    "issuer-unknown": "no path to an anchor (`trusted` is no)",
    "issuer-certificate-missing": "names a known JPKI key, but the file does not hold that CA's certificate",
    "validity-not-proven": "the time of signing is only claimed",
    "timestamp-issuer-unknown": "a timestamp is there, but nobody at hand vouches for its issuer",
    "analysis-unfinished": "the comparison of revisions did not end within its limits (`changes` is unknown)",
    "analysis-failed": "the comparison of revisions failed (`changes` is unknown)",
}
"""Reason codes that explain another value, or say what was not checked; they do not change the verdict."""

REASONS = {**BAD, **CAUTION, **NOTES}
"""The closed list of published reason codes, never renamed."""


def _verdict(report: SignatureReport) -> str:
    reasons = set(report.reasons)
    if "unsupported-format" in reasons:
        return "caution"
    if not report.intact or report.changes == "forbidden" or reasons & BAD.keys():
        return "bad"
    # what is good is named; any other value, a future one too, is not
    clean = report.changes in ("none", "permitted") and report.trusted in ("jpki", "given", "system")
    return "good" if clean and not reasons & CAUTION.keys() else "caution"


@dataclass(frozen=True, slots=True)
class VerificationReport:
    """All signatures of a file, oldest first."""

    signatures: tuple[SignatureReport, ...]

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
    def from_plain(cls, data: Mapping[str, Any]) -> VerificationReport:
        """From data that came over a channel."""
        return cls(tuple(SignatureReport(**{**s, "reasons": tuple(s["reasons"])}) for s in data["signatures"]))
