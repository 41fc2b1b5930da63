"""What was found out about signatures, in words: three separate answers for each, and one headline about change.

Green is said only of what is proven; what is not known is neutral, never an accusation. Nothing of a practice card
is ever green.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce

from app.verification.report import SignatureReport, VerificationReport
from app.wording.amounts import clock
from app.wording.language import text as _
from app.wording.plain import shown

PROVEN = ("jpki", "given", "system")


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer; `tone`: ok, neutral, warn, bad. `detail` may be empty."""

    tone: str
    title: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Answers:
    """The three questions of one signature: has it changed, whose is it, what could not be checked."""

    changed: Answer
    who: Answer
    unchecked: Answer


def answers(signature: SignatureReport, *, own: bool = False) -> Answers:
    """The three answers about one signature; `own`: to the person who has just made it."""
    return Answers(_changed(signature), _who(signature, own), _unchecked(signature))


def headline(report: VerificationReport) -> Answer:
    """The worst of all signatures in one line: it speaks of change, not of trust."""
    worst = next((s for s in report.signatures if s.verdict == report.verdict), None)
    if worst is None:
        return Answer("neutral", _("This PDF has no signature"))
    if worst.verdict == "bad":
        changed = _changed(worst)
        if changed.tone != "bad":  # the content is whole, the certificate is what is wrong
            return _who(worst)
        if _is_altered(worst):
            title = _("The content was changed after signing")
            return Answer("bad", title, _("Do not rely on it. Ask the sender for the original again."))
        return changed
    for signature in report.signatures:
        changed = _changed(signature)
        if changed.tone != "ok":
            return changed
    n = len(report.signatures)
    if any(signature.trusted == "demo" for signature in report.signatures):
        return Answer("neutral", _("A signature of a demo card"), _("It was made for practice and proves nothing."))
    title = (
        _("Nothing was rewritten after signing")
        if n == 1
        else _("Nothing was rewritten after any of the {n} signatures", n=n)
    )
    if report.verdict == "good":
        return Answer("ok", title, _("Whose signature it is stands below."))
    return Answer("neutral", title, _("Not everything could be confirmed: see below."))


def signer(signature: SignatureReport) -> str:
    """The name for a heading: only if the certificate proves it."""
    if signature.trusted == "demo":
        return _("Demo card")
    if is_proven(signature) and signature.holder:
        return shown(signature.holder)
    return _("The signer could not be confirmed")


def could_be_trusted(signature: SignatureReport) -> bool:
    """Whether the certificate of its issuer, given by the person, might confirm it."""
    closed = {"unknown-jpki-generation", "issuer-certificate-missing", "certificate-revoked"}
    return signature.intact and signature.trusted not in (*PROVEN, "demo") and not closed & set(signature.reasons)


def is_proven(signature: SignatureReport) -> bool:
    """Whether the certificate leads to an issuer that is relied upon, and the signature fits it."""
    return signature.intact and signature.trusted in PROVEN and "certificate-revoked" not in signature.reasons


def when(signature: SignatureReport) -> str:
    """The time and where it comes from."""
    if signature.proven_time:
        return _("{time} (timestamp)", time=clock(signature.proven_time))
    if signature.claimed_time:
        return _("{time} (the signer's clock)", time=clock(shown(signature.claimed_time)))
    return _("No time given")


def details(signature: SignatureReport) -> tuple[tuple[str, str], ...]:
    """Label and value of everything else that is known, in technical words; reasons one a row."""
    yes_no = {True: _("yes"), False: _("no")}
    rows = [
        (_("Signature field"), shown(signature.field)),
        (_("Kind"), LEVELS.get(signature.level, signature.level)),
        (_("Covers the whole file"), yes_no[signature.covers_whole_file]),
        (_("Time the signer claims"), _moment(signature.claimed_time)),
        (_("Time that is proven"), _moment(signature.proven_time)),
        (_("Revocation"), _REVOCATION.get(signature.revocation, str)()),
    ]
    rows += [(_("Note"), reason(code)) for code in signature.reasons]
    return tuple(rows)


def reason(code: str) -> str:
    """A published reason code in words."""
    return _REASONS[code]() if code in _REASONS else code


def _is_altered(signature: SignatureReport) -> bool:
    return signature.changes == "forbidden" or "digest-mismatch" in signature.reasons


def _changed(signature: SignatureReport) -> Answer:
    reasons = set(signature.reasons)
    if "unsupported-format" in reasons:
        return Answer("neutral", _("This kind of signature cannot be checked here"), reason("unsupported-format"))
    if _is_altered(signature):
        detail = (
            _("There are changes that the signature does not permit.")
            if signature.intact
            else _("The content is not the one that was signed.")
        )
        return Answer("bad", _("It was changed"), detail)
    broken = next((code for code in ("unreadable", "byte-range-invalid", "signature-invalid") if code in reasons), None)
    if broken or not signature.intact:
        return Answer("bad", _("The signature is broken"), reason(broken) if broken else "")
    if "unsigned-bytes" in reasons:
        return Answer("bad", _("There is something that nobody signed"), reason("unsigned-bytes"))
    if "unsigned-appearance" in reasons:
        return Answer("bad", _("Something was laid over it after signing"), reason("unsigned-appearance"))
    return _unbroken(signature, reasons)


def _unbroken(signature: SignatureReport, reasons: set[str]) -> Answer:
    if signature.changes not in ("none", "permitted"):
        detail = _("The signed part is whole. What was added later could not be compared to the end.")
        return Answer("neutral", _("Later changes could not be judged"), detail)
    for code in ("hybrid-references", "unlisted-objects"):
        if code in reasons:
            return Answer("warn", _("Programs may show different contents"), reason(code))
    if "field-appearance-changed" in reasons:
        return Answer("warn", _("A form field looks different now"), reason("field-appearance-changed"))
    if signature.changes == "permitted":
        return Answer("ok", _("Only permitted changes"), _("What was added later is of a kind that signatures permit."))
    detail = _("This signature covers the whole document.") if signature.covers_whole_file else ""
    return Answer("ok", _("Unchanged since signing"), detail)


def _who(signature: SignatureReport, own: bool = False) -> Answer:
    reasons = set(signature.reasons)
    named = _("It says “{name}”.", name=shown(signature.holder)) if signature.holder else ""
    unknown = _("The signer could not be confirmed")
    if not signature.intact:
        return Answer("neutral", unknown, _joined(named, _("A signature that does not fit proves no name.")))
    if signature.trusted == "demo":
        return Answer("neutral", _("A signature of a demo card"), _("It was made for practice and proves nothing."))
    for code in ("certificate-revoked", "certificate-invalid-at-proven-time"):
        if code in reasons:
            return Answer("bad", reason(code), named)
    if signature.trusted not in PROVEN:
        return _unknown_issuer(named, reasons, own)
    source = _SOURCES[signature.trusted]()
    if not signature.holder:
        return Answer("neutral", _("The certificate names nobody"), source)
    if "certificate-not-valid-now" in reasons:
        return Answer("neutral", shown(signature.holder), _joined(source, reason("certificate-not-valid-now")))
    for code in ("certificate-not-for-signing", "weak-digest", "weak-key"):
        if code in reasons:
            return Answer("warn", shown(signature.holder), _joined(source, reason(code)))
    version = _("This holds for the version that was signed.") if signature.changes == "forbidden" else ""
    return Answer("ok", shown(signature.holder), _joined(source, version))


def _unknown_issuer(named: str, reasons: set[str], own: bool) -> Answer:
    if "unknown-jpki-generation" in reasons:
        return Answer("neutral", _("An issuer that this version does not know"), reason("unknown-jpki-generation"))
    if "issuer-certificate-missing" in reasons:
        title = _("The issuer's certificate is not in the file")
        return Answer("neutral", title, _joined(named, reason("issuer-certificate-missing")))
    todo = _("Ask the signer, or use the check that the issuer offers.")
    if own:
        todo = _("Who receives it can use the check that the issuer offers.")
    return Answer("neutral", _("An issuer that Natsuin cannot confirm"), _joined(named, todo))


def _unchecked(signature: SignatureReport) -> Answer:
    open_points, remarks = [], []
    if signature.revocation in ("not-checked", "unknown"):
        open_points.append(_("revocation of the certificate"))
        if signature.trusted == "jpki":
            remarks.append(_("Revocation can be checked by accredited verifiers only."))
            remarks.append(_("The holder can check the own certificate with the official JPKI client."))
    if not signature.proven_time:
        open_points += [_("time of signing"), _("validity at that time")]
        remarks.append(_("The time comes from the signer's computer."))
    if "timestamp-issuer-unknown" in signature.reasons:
        remarks.append(reason("timestamp-issuer-unknown"))
    if "timestamp-invalid" in signature.reasons:
        remarks.append(reason("timestamp-invalid"))
    if not open_points:
        return Answer("ok", _("Nothing"), _joined(*remarks))
    title = _(", ").join(open_points)
    return Answer("neutral", title[:1].upper() + title[1:], _joined(*remarks))


def _moment(time: str | None) -> str:
    return shown(time).replace("T", " ") if time else _("none")


def _joined(*sentences: str) -> str:
    said = [sentence for sentence in sentences if sentence]
    return reduce(lambda first, second: _("{first} {second}", first=first, second=second), said) if said else ""


LEVELS = {
    "cms": "CMS (PKCS #7)",
    "pades-b-b": "PAdES B-B",
    "pades-b-t": "PAdES B-T",
    "pades-b-lt": "PAdES B-LT",
    "pades-b-lta": "PAdES B-LTA",
}
"""The names of the levels as the standard writes them (ETSI EN 319 142-1 6)."""

_SOURCES: dict[str, Callable[[], str]] = {
    "jpki": lambda: _("Certificate of a My Number Card"),
    "given": lambda: _("Confirmed by a certificate that you gave"),
    "system": lambda: _("Confirmed by an issuer that this computer trusts"),
}
_REVOCATION: dict[str, Callable[[], str]] = {
    "not-checked": lambda: _("not checked"),
    "good": lambda: _("not revoked, as data in the file says"),
    "revoked": lambda: _("revoked"),
    "unknown": lambda: _("not known"),
}
_REASONS: dict[str, Callable[[], str]] = {
    "byte-range-invalid": lambda: _("The signed range does not cover everything but the signature itself."),
    "digest-mismatch": lambda: _("The signed bytes were altered."),
    "signature-invalid": lambda: _("Signature and certificate do not fit together."),
    "unreadable": lambda: _("The signature's data cannot be read."),
    "unsigned-bytes": lambda: _("Something stands after the last signed part; a viewer may show it."),
    "unsigned-appearance": lambda: _(
        "A field that no person signed was added. It covers the page or does something. Do not rely on what you see."
    ),
    "unlisted-objects": lambda: _("The file holds parts that no index lists; a viewer that repairs may show them."),
    "certificate-invalid-at-proven-time": lambda: _("The certificate was not valid when it was used"),
    "certificate-revoked": lambda: _("The certificate has been revoked"),
    "field-appearance-changed": lambda: _("After signing, what a field shows was replaced. Filling in a form does so."),
    "unknown-jpki-generation": lambda: _(
        "It carries the name of JPKI, but a newer key than this version of Natsuin knows. A newer version may know it."
    ),
    "weak-digest": lambda: _("It uses an old method (such as SHA-1) that can be forged."),
    "weak-key": lambda: _("Its key is shorter than is safe today."),
    "certificate-not-valid-now": lambda: _("The certificate is not valid today, and no time of signing is proven."),
    "certificate-not-for-signing": lambda: _("The certificate is not made for signing."),
    "timestamp-invalid": lambda: _("A timestamp does not fit what it stands for."),
    "hybrid-references": lambda: _("The file has two tables of contents; programs may follow either."),
    "unsupported-format": lambda: _("Natsuin does not know this format. Nothing is said about changes."),
    "issuer-unknown": lambda: _("There is no way from the certificate to an issuer that is relied upon."),
    "issuer-certificate-missing": lambda: _(
        "It names a key of JPKI, but that certificate is not in the file, so it cannot be followed up."
    ),
    "validity-not-proven": lambda: _("The time of signing is only claimed."),
    "timestamp-issuer-unknown": lambda: _("There is a timestamp, but its issuer cannot be confirmed."),
    "analysis-unfinished": lambda: _("Comparing the versions took too long."),
    "analysis-failed": lambda: _("Comparing the versions failed."),
}
