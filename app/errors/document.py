"""The document, the place and look of a signature, and the output."""

from __future__ import annotations

from app.errors.base import UserError

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
