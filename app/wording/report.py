"""A verification report as lines of text, for the command line."""

from __future__ import annotations

from app.verification.report import SignatureReport, VerificationReport
from app.wording.language import text as _
from app.wording.outcomes import answers, could_be_trusted, headline
from app.wording.plain import shown


def report_lines(report: VerificationReport) -> list[str]:
    """The headline, then three answers for every signature, newest first."""
    lines = [headline(report).title]
    for number, signature in reversed(list(enumerate(report.signatures, 1))):
        lines += ["", _("Signature {n} ({field})", n=number, field=shown(signature.field)), *_answers(signature)]
    return lines


def _answers(signature: SignatureReport) -> list[str]:
    given = answers(signature)
    lines = []
    for question, answer in (
        (_("Has it changed?"), given.changed),
        (_("Whose signature is it?"), given.who),
        (_("What we could not check"), given.unchecked),
    ):
        lines.append(f"  {question}  {answer.title}")
        lines += [f"      {answer.detail}"] if answer.detail else []
        if answer is given.who and could_be_trusted(signature):
            lines.append("      " + _("With the issuer's certificate at hand: natsuin verify --trust CERTIFICATE"))
    return lines
