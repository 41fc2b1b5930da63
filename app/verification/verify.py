"""The parent's side of verification: hands a file to a limited child, lets another one compare revisions where that
is needed, and judges the facts by the one table. Loads no PDF library.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from app.channel import Answer, Buffer
from app.errors.base import Cancelled, UserError
from app.errors.document import (
    AnalysisUnfinished,
    DocumentProcessDied,
    DocumentTooLarge,
    DocumentTooSlow,
    EncryptionUnsupported,
    FileNotFound,
    FileNotReadable,
    PdfPasswordRequired,
    PdfUnreadable,
    SelfCheckFailed,
)
from app.isolation import MIB, Child, ChildFailure, Limits
from app.secret import Secret
from app.verification.report import SignatureReport, VerificationReport

CHECK = Limits(seconds=30, memory=1024 * MIB)
"""For integrity, trust and time of all signatures together."""
COMPARE = Limits(seconds=20, memory=1024 * MIB)
"""For the difference analysis of all signatures together; what it does not reach is "unknown"."""

ERRORS = (AnalysisUnfinished, EncryptionUnsupported, FileNotFound, FileNotReadable, PdfPasswordRequired, PdfUnreadable)


class _Worker:
    """A child that is started early, or when it is first needed, and replaced after its death."""

    def __init__(self, function: str, limits: Limits) -> None:
        self._function = function
        self._child: Child | None = None
        self._cancelled = False
        self.limits = limits

    def start(self) -> Child:
        if self._child is None:
            self._child = Child(self._function, self.limits, errors=ERRORS)
            if self._cancelled:
                self._child.cancel()
        return self._child

    def call(self, method: str, **arguments: Any) -> Answer:
        try:
            return self.start().call(method, **arguments)
        except (DocumentTooSlow, DocumentTooLarge, DocumentProcessDied, Cancelled):
            self.close()
            raise

    def cancel(self) -> None:
        self._cancelled = True
        if self._child is not None:
            self._child.cancel()

    def close(self) -> None:
        if self._child is not None:
            self._child.close()
            self._child = None


class Verifier:
    """Verifies files in children, the first of which is started at once so that it is warm when the file is there.

    Calls are made one at a time; `cancel` may come from any thread: the call under way and all later ones raise
    Cancelled. A child that died otherwise is replaced at the next call.
    """

    def __init__(self, limits: Limits = CHECK, comparing: Limits = COMPARE) -> None:
        self._checker = _Worker("app.verification.check:serve", limits)
        self._comparer = _Worker("app.verification.changes:serve", comparing)
        self._checker.start()

    def verify(
        self, path: Path, *, anchors: Sequence[bytes] = (), password: Secret | None = None
    ) -> VerificationReport:
        """Every signature of the file, judged. `anchors`: certificates (DER) that the person trusts.

        Raises FileNotFound, FileNotReadable, PdfUnreadable (also for what only a lenient reader would open),
        PdfPasswordRequired, EncryptionUnsupported, DocumentTooSlow, DocumentTooLarge, DocumentProcessDied, Cancelled.
        A comparison of revisions that fails or does not end is no error: it is "unknown".
        """
        return self._verified(path, anchors, password)[0]

    def self_check(
        self,
        path: Path,
        *,
        source: Path,
        field: str,
        before: VerificationReport | None = None,
        anchors: Sequence[bytes] = (),
        password: Secret | None = None,
    ) -> VerificationReport:
        """Verifies a file that was just signed in `field` against the file that it was made from, and against what
        was found in that `before`; left out, it is found out now if there was another signature.

        Raises SelfCheckFailed with `detail`: no-signature, not-intact, not-whole-file, unexpected-change or
        earlier-signature; and what `verify` raises.
        """
        after, only_a_signature = self._verified(path, anchors, password, source)
        ours = [signature for signature in after.signatures if signature.field == field]
        if len(ours) != 1:
            raise SelfCheckFailed(detail="no-signature")
        if not ours[0].intact:
            raise SelfCheckFailed(detail="not-intact")
        if not ours[0].covers_whole_file:
            raise SelfCheckFailed(detail="not-whole-file")
        if not only_a_signature:
            raise SelfCheckFailed(detail="unexpected-change")
        now = {signature.field: signature for signature in after.signatures}
        if before is None and len(after.signatures) > 1:
            before = self.verify(source, anchors=anchors, password=password)
        for old in before.signatures if before else ():
            if old.field not in now or _is_worse(old, now[old.field]):
                raise SelfCheckFailed(detail="earlier-signature")
        return after

    def cancel(self) -> None:
        """Ends the work at once."""
        self._checker.cancel()
        self._comparer.cancel()

    def close(self) -> None:
        """Ends the children."""
        self._checker.close()
        self._comparer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _verified(
        self, path: Path, anchors: Sequence[bytes], password: Secret | None, source: Path | None = None
    ) -> tuple[VerificationReport, bool]:
        """The report; and whether the file is `source` with a signature and nothing else."""
        opening: list[Buffer] = [] if password is None else [password.view()]
        arguments = {"path": str(path.absolute()), "encrypted": password is not None}
        beside = {} if source is None else {"source": str(source.absolute())}
        facts = self._check([*opening, *anchors], {**arguments, **beside})
        signatures = [dict(signature) for signature in facts["signatures"]]
        if any(signature["changes"] is None for signature in signatures):
            self._compare(signatures, opening, {**arguments, "state": facts["state"]})
        report = VerificationReport(tuple(_report(signature).judged() for signature in signatures))
        return report, facts["only_a_signature"] is True

    def _check(self, blobs: Sequence[Buffer], arguments: Mapping[str, Any]) -> dict[str, Any]:
        try:
            value: dict[str, Any] = self._checker.call("check", blobs=blobs, **arguments).value
        except ChildFailure as failure:
            raise PdfUnreadable(detail=failure.kind) from None
        return value

    def _compare(
        self, signatures: list[dict[str, Any]], opening: Sequence[Buffer], arguments: Mapping[str, Any]
    ) -> None:
        """Fills in `changes` where it is None: one limit of time for all, the newest (the cheapest) first."""
        ends = time.monotonic() + (self._comparer.limits.seconds or 0)
        code = self._analyse("open", ends, blobs=opening, **arguments)[1]
        for signature in reversed(signatures):
            if signature["changes"] is not None:
                continue
            answer: Mapping[str, Any] = {}
            reason = code
            if code is None:
                answer, reason = self._analyse("compare", ends, index=signature["index"])
                if reason == "analysis-unfinished":
                    code = reason
            signature["changes"] = str(answer.get("changes", "unknown"))
            signature["reasons"] = [*signature["reasons"], *answer.get("reasons", [reason])]

    def _analyse(self, call: str, ends: float, **arguments: Any) -> tuple[Mapping[str, Any], str | None]:
        """One call of the analysis; without an answer, the reason code."""
        try:
            seconds = max(ends - time.monotonic(), 0.01)
            return self._comparer.call(call, seconds=seconds, **arguments).value or {}, None
        except (DocumentTooSlow, DocumentTooLarge, DocumentProcessDied):
            return {}, "analysis-unfinished"
        except (ChildFailure, UserError):
            return {}, "analysis-failed"


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
    published = {**facts, "reasons": tuple(facts["reasons"])}
    del published["index"]
    return SignatureReport(**published)


def _is_worse(old: SignatureReport, new: SignatureReport) -> bool:
    return (old.intact and not new.intact) or (new.changes == "forbidden" and old.changes != "forbidden")
