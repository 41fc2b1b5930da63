"""The parent's side of verification: hands a file to a limited child, lets another one compare revisions where that
is needed, and judges the facts by the one table. Loads no PDF library.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from app.errors import (
    AnalysisUnfinished,
    Cancelled,
    DocumentProcessDied,
    DocumentTooLarge,
    DocumentTooSlow,
    PdfUnreadable,
    SelfCheckFailed,
    UserError,
)
from app.isolation import MIB, Buffer, Child, ChildFailure, Limits
from app.secret import Secret
from app.verification.report import SignatureReport, VerificationReport

CHECK = Limits(seconds=30, memory=1024 * MIB)
"""For integrity, trust and time of all signatures together."""
COMPARE = Limits(seconds=20, memory=1024 * MIB)
"""For the difference analysis of all signatures together; what it does not reach is "unknown"."""


class Verifier:
    """A child that verifies files, started at once so that it is warm when the file is there.

    Calls are made one at a time; `cancel` may come from any thread and lets the call raise Cancelled. A child that
    died is replaced at the next call.
    """

    def __init__(self, limits: Limits = CHECK, comparing: Limits = COMPARE) -> None:
        self._limits = limits
        self._comparing = comparing
        self._cancelled = False
        self._comparer: Child | None = None
        self._child: Child | None = Child("app.verification.check:serve", limits)

    def verify(
        self, path: Path, *, anchors: Sequence[bytes] = (), password: Secret | None = None
    ) -> VerificationReport:
        """Every signature of the file, judged. `anchors`: certificates (DER) that the person trusts.

        Raises FileNotFound, FileNotReadable, PdfUnreadable (also for what only a lenient reader would open),
        PdfPasswordRequired, EncryptionUnsupported, DocumentTooSlow, DocumentTooLarge, DocumentProcessDied, Cancelled.
        A comparison of revisions that fails or does not end is no error: it is "unknown".
        """
        opening: list[Buffer] = [] if password is None else [password.view()]
        arguments = {"path": str(path.absolute()), "encrypted": password is not None}
        facts = self._check([*opening, *anchors], arguments)
        signatures = [dict(signature) for signature in facts["signatures"]]
        if any(signature["changes"] is None for signature in signatures):
            self._compare(signatures, opening, {**arguments, "state": facts["state"]})
        return VerificationReport(tuple(_report(signature).judged() for signature in signatures), int(facts["pages"]))

    def self_check(
        self,
        path: Path,
        *,
        field: str,
        before: VerificationReport,
        pages: int,
        anchors: Sequence[bytes] = (),
        password: Secret | None = None,
    ) -> VerificationReport:
        """Verifies a file that was just signed in `field` against the state `before`, which had `pages` pages.

        Raises SelfCheckFailed with `detail`: no-signature, not-intact, not-whole-file, earlier-signature or pages;
        and what `verify` raises.
        """
        after = self.verify(path, anchors=anchors, password=password)
        ours = [signature for signature in after.signatures if signature.field == field]
        if len(ours) != 1:
            raise SelfCheckFailed(detail="no-signature")
        if not ours[0].intact:
            raise SelfCheckFailed(detail="not-intact")
        if not ours[0].covers_whole_file:
            raise SelfCheckFailed(detail="not-whole-file")
        # a document whose own count is wrong has the same wrong count before and after
        if after.pages not in (pages, before.pages):
            raise SelfCheckFailed(detail="pages")
        now = {signature.field: signature for signature in after.signatures}
        for old in before.signatures:
            if old.field not in now or _is_worse(old, now[old.field]):
                raise SelfCheckFailed(detail="earlier-signature")
        return after

    def cancel(self) -> None:
        """Ends the work at once."""
        self._cancelled = True
        for child in (self._child, self._comparer):
            if child is not None:
                child.cancel()

    def close(self) -> None:
        """Ends the child."""
        if self._child is not None:
            self._child.close()
            self._child = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _check(self, blobs: Sequence[Buffer], arguments: Mapping[str, Any]) -> dict[str, Any]:
        if self._child is None:
            self._child = Child("app.verification.check:serve", self._limits)
        try:
            value: dict[str, Any] = self._child.call("check", blobs=blobs, **arguments).value
            return value
        except ChildFailure as failure:
            raise PdfUnreadable(detail=failure.kind) from None
        except (DocumentTooSlow, DocumentTooLarge, DocumentProcessDied, Cancelled):
            self.close()
            raise

    def _compare(
        self, signatures: list[dict[str, Any]], opening: Sequence[Buffer], arguments: Mapping[str, Any]
    ) -> None:
        """Fills in `changes` where it is None: one limit of time for all, the newest (the cheapest) first."""
        ends = time.monotonic() + (self._comparing.seconds or 0)
        code: str | None = None
        with Child("app.verification.changes:serve", self._comparing) as child:
            self._comparer = child
            try:
                for call, signature in [("open", None), *(("compare", s) for s in reversed(signatures))]:
                    if signature is not None and signature["changes"] is not None:
                        continue
                    if code is None:
                        code = self._step(child, call, signature, opening, arguments, ends - time.monotonic())
                    if code and signature is not None:
                        signature["changes"] = "unknown"
                        signature["reasons"] = [*signature["reasons"], code]
                    if code == "analysis-failed" and call == "compare":
                        code = None  # this signature's only; the child lives
            finally:
                self._comparer = None

    def _step(
        self,
        child: Child,
        call: str,
        signature: dict[str, Any] | None,
        opening: Sequence[Buffer],
        arguments: Mapping[str, Any],
        seconds: float,
    ) -> str | None:
        """One call of the analysis; the reason code if it gave no answer."""
        try:
            if signature is None:
                child.call(call, blobs=opening, seconds=max(seconds, 0.01), **arguments)
            else:
                answer = child.call(call, seconds=max(seconds, 0.01), field=signature["field"]).value
                signature["changes"] = str(answer["changes"])
                signature["reasons"] = [*signature["reasons"], *map(str, answer["reasons"])]
        except Cancelled:
            raise
        except (DocumentTooSlow, DocumentTooLarge, DocumentProcessDied):
            return "analysis-unfinished"
        except (ChildFailure, AnalysisUnfinished, UserError):
            return "analysis-failed"
        return None


def verify(
    path: Path,
    *,
    anchors: Sequence[bytes] = (),
    password: Secret | None = None,
    limits: Limits = CHECK,
    comparing: Limits = COMPARE,
) -> VerificationReport:
    """`Verifier.verify` in a child of its own."""
    with Verifier(limits, comparing) as verifier:
        return verifier.verify(path, anchors=anchors, password=password)


def _report(facts: Mapping[str, Any]) -> SignatureReport:
    return SignatureReport(**{**facts, "reasons": tuple(facts["reasons"])})


def _is_worse(old: SignatureReport, new: SignatureReport) -> bool:
    return (old.intact and not new.intact) or (new.changes == "forbidden" and old.changes != "forbidden")
