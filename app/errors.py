"""Everything that can go wrong for a person, as a closed tree of classes with codes and facts.

No words live here: `app.wording.errors` has a title, what happened and what to do for every class, in every
language. The codes are a published contract (`--json`), so a code is never renamed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar

Fact = str | int | None


class Cancelled(Exception):
    """The person asked to stop; everything is as it was before."""


class UserError(Exception):
    """Something the person can understand and act upon.

    `facts` are plain values (no sentences) that the words may need; `stops_batch` says that the next document
    would fail in the same way.
    """

    code: ClassVar[str] = ""
    stops_batch: ClassVar[bool] = False

    def __init__(self, **facts: Fact) -> None:
        super().__init__(self.code, facts)
        self.facts: dict[str, Fact] = facts

    def __str__(self) -> str:
        return self.code


# --- the way it was called ------------------------------------------------------------------------------


class WrongUsage(UserError):
    """The command line does not make sense (`detail`: the part that does not)."""

    code = "wrong-usage"


class PasswordNotAskable(UserError):
    """No terminal to ask on and no --password-stdin."""

    code = "password-not-askable"


class NoDisplay(UserError):
    """The window was asked for where there is no screen."""

    code = "no-display"


class TextUnusable(UserError):
    """A reason or a place holds what cannot be seen, or is too long (`field`: reason or location)."""

    code = "text-unusable"


class InternalError(UserError):
    """A fault of ours (`kind`: the exception's class name, never its text)."""

    code = "internal-error"
    stops_batch = True


# --- reader and service ---------------------------------------------------------------------------------


class NoReader(UserError):
    """E01: no reader is connected or ready."""

    code = "no-reader"
    stops_batch = True


class ReaderNotFound(UserError):
    """No reader, or several, fit the name that was given (`name`)."""

    code = "reader-not-found"
    stops_batch = True


class SeveralCards(UserError):
    """More than one reader holds a My Number card, and none was chosen."""

    code = "several-cards"
    stops_batch = True


class CardServiceUnavailable(UserError):
    """E02: the computer's smart-card service does not answer, or its library is missing."""

    code = "card-service-unavailable"
    stops_batch = True


# --- the card -------------------------------------------------------------------------------------------


class NoCard(UserError):
    """E03: nothing on the reader."""

    code = "no-card"
    stops_batch = True


class NotMyNumberCard(UserError):
    """E04: another card is on the reader."""

    code = "not-my-number-card"
    stops_batch = True


class PhoneNotSupported(UserError):
    """E05: a phone was presented."""

    code = "phone-not-supported"
    stops_batch = True


class CardNotSupported(UserError):
    """E06: a newer generation, or the old resident card."""

    code = "card-not-supported"
    stops_batch = True


class NoSignatureCertificate(UserError):
    """E07: the card holds no 署名用 certificate."""

    code = "no-signature-certificate"
    stops_batch = True


class CertificateExpired(UserError):
    """E08: the 署名用 certificate has ended (`not_after`, ISO date)."""

    code = "certificate-expired"
    stops_batch = True


class CertificateNotYetValid(UserError):
    """The 署名用 certificate begins later than this computer's clock (`not_before`, ISO date)."""

    code = "certificate-not-yet-valid"
    stops_batch = True


class CertificateUnusable(UserError):
    """The certificate cannot be read, or is not made for signing (`detail`: key-usage, unreadable, key-type)."""

    code = "certificate-unusable"
    stops_batch = True


class CardBusy(UserError):
    """E09: another program holds the card."""

    code = "card-busy"
    stops_batch = True


class CardChanged(UserError):
    """E10: not the card that the work began with."""

    code = "card-changed"
    stops_batch = True


class CardRemoved(UserError):
    """E11: contact lost before the password was sent; no try was used."""

    code = "card-removed"
    stops_batch = True


class CardRemovedWhileSigning(UserError):
    """E12: contact lost after the password was accepted and before the signature was whole."""

    code = "card-removed-while-signing"
    stops_batch = True


class CardFault(UserError):
    """The card answered what no document foresees (`status`: four hexadecimal digits; `step`: command name)."""

    code = "card-fault"
    stops_batch = True


class SignatureMismatch(UserError):
    """E16: the card's answer does not fit the certificate's key."""

    code = "signature-mismatch"
    stops_batch = True


# --- the password ---------------------------------------------------------------------------------------


class PasswordIncorrect(UserError):
    """E13: wrong password (`attempts_remaining`: int, as read from the card)."""

    code = "password-incorrect"
    stops_batch = True

    @property
    def attempts_remaining(self) -> int | None:
        """Tries left as the card reported them."""
        value = self.facts.get("attempts_remaining")
        return value if isinstance(value, int) else None


class PasswordLocked(UserError):
    """E14: the 署名用 password is locked."""

    code = "password-locked"
    stops_batch = True


class OutcomeUnknown(UserError):
    """E15: contact lost while the password was on its way; whether a try was used is not known."""

    code = "outcome-unknown"
    stops_batch = True


class PasswordMalformed(UserError):
    """Not 6 to 16 capitals and digits (`detail`: too-short, too-long, character); nothing was sent."""

    code = "password-malformed"
    stops_batch = True


class OtherPasswordTyped(UserError):
    """Four digits: the 利用者証明用 number; nothing was sent."""

    code = "other-password-typed"
    stops_batch = True


class TooFewTries(UserError):
    """Fewer than three tries left and no explicit leave to use them (`attempts_remaining`); nothing was sent."""

    code = "too-few-tries"
    stops_batch = True


# --- the document ---------------------------------------------------------------------------------------


class FileNotFound(UserError):
    """There is no such file (`file`)."""

    code = "file-not-found"


class FileNotReadable(UserError):
    """The file cannot be read: rights, a folder, a device (`file`)."""

    code = "file-not-readable"


class PdfUnreadable(UserError):
    """E17: no PDF, or damaged (`detail`: exception class or a short reason)."""

    code = "pdf-unreadable"


class PdfPasswordRequired(UserError):
    """E18: needs a password of its own, or the one given does not open it."""

    code = "pdf-password-required"


class EncryptionUnsupported(UserError):
    """Encrypted for certificates, or in a way we do not know."""

    code = "encryption-unsupported"


class DocumentTooSlow(UserError):
    """Reading it took longer than the limit (`seconds`)."""

    code = "document-too-slow"


class DocumentTooLarge(UserError):
    """Reading it took more memory than the limit (`megabytes`)."""

    code = "document-too-large"


class DocumentProcessDied(UserError):
    """The process that reads the document died (`signal`: number, or None)."""

    code = "document-process-died"


class SigningNotPermitted(UserError):
    """E19: the document's permissions or certification forbid signing (`detail`: permissions, certified, locked)."""

    code = "signing-not-permitted"


class WouldBreakSignature(UserError):
    """E20: a new signature here would make an earlier one invalid."""

    code = "would-break-signature"


class XfaForm(UserError):
    """E29: an XFA form; what is seen may differ from what is signed."""

    code = "xfa-form"


class FileChanged(UserError):
    """E24: the file was rewritten after it was shown (`file`)."""

    code = "file-changed"


# --- the place and the look -----------------------------------------------------------------------------


class PageNotFound(UserError):
    """The document has no such page (`page`, `pages`)."""

    code = "page-not-found"


class PlaceOffPage(UserError):
    """The field would not lie wholly on the page (`page`)."""

    code = "place-off-page"


class BoxTooSmall(UserError):
    """E25: text in the box would be unreadable."""

    code = "box-too-small"


class FieldNotFound(UserError):
    """The document has no signature field of that name (`field`)."""

    code = "field-not-found"


class FieldAlreadySigned(UserError):
    """The signature field is taken (`field`)."""

    code = "field-already-signed"


class GlyphMissing(UserError):
    """E26: no font at hand has this character (`character`)."""

    code = "glyph-missing"


class FontMissing(UserError):
    """No Japanese font on this system."""

    code = "font-missing"
    stops_batch = True


# --- the output -----------------------------------------------------------------------------------------


class SelfCheckFailed(UserError):
    """E21: the finished file did not pass its check and was discarded (`detail`)."""

    code = "self-check-failed"


class TargetNotWritable(UserError):
    """E22: the folder cannot be written, or the file is held open (`file`)."""

    code = "target-not-writable"


class TargetExists(UserError):
    """There is a file of that name, and nobody said to replace it (`file`)."""

    code = "target-exists"


class TargetIsSource(UserError):
    """The output would replace the original (`file`)."""

    code = "target-is-source"


class DiskFull(UserError):
    """E23: not enough room (`megabytes`: what is missing, at least 1)."""

    code = "disk-full"
    stops_batch = True


# --- reserved for what is published already and raised by later rooms --------------------------------------


class TimestampUnavailable(UserError):
    """E27: the timestamp service does not answer; the card has not been used."""

    code = "timestamp-unavailable"


class FilingNonconformant(UserError):
    """E28: the file does not meet the registry's rules."""

    code = "filing-nonconformant"


class AnalysisUnfinished(UserError):
    """E30: the comparison of revisions did not end within its limits."""

    code = "analysis-unfinished"


def all_errors(root: type[UserError] = UserError) -> Iterator[type[UserError]]:
    """Every concrete class of the tree."""
    for child in root.__subclasses__():
        yield child
        yield from all_errors(child)


def by_code(code: str, facts: Mapping[str, Fact]) -> UserError:
    """The error that a child process reported by its code."""
    for cls in all_errors():
        if cls.code == code:
            return cls(**dict(facts))
    return InternalError(kind="unknown-code")
