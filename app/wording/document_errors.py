"""Errors of documents, places and outputs, in words: title, what happened, what to do."""

from __future__ import annotations

from app.errors import document as e
from app.errors.base import UserError
from app.wording.language import mark

WORDS: dict[type[UserError], tuple[str, str, str]] = {
    e.FileNotFound: (
        mark("There is no such file"),
        mark("“{file}” was not found."),
        mark("Check the name and the folder."),
    ),
    e.FileNotReadable: (
        mark("The file cannot be read"),
        mark("“{file}” cannot be opened: it is a folder, or you may not read it."),
        mark("Choose a PDF that you may open."),
    ),
    e.PdfUnreadable: (
        mark("The PDF cannot be opened"),
        mark("The file is damaged, or it is not a PDF."),
        mark("Ask the person who made it for it again."),
    ),
    e.PdfPasswordRequired: (
        mark("This PDF is protected by a password"),
        mark("It opens only with a password of its own (not the card's)."),
        mark("Ask for a copy without a password; signing protected PDFs comes with a later version."),
    ),
    e.EncryptionUnsupported: (
        mark("The PDF is encrypted in a way we cannot open"),
        mark("It is encrypted for certain recipients, or by an unknown method."),
        mark("Ask for a copy that is not encrypted."),
    ),
    e.DocumentTooSlow: (
        mark("The PDF takes too long to read"),
        mark("After {seconds} seconds the attempt was ended."),
        mark("The file may be damaged or unusually complex. Ask for a simpler copy."),
    ),
    e.DocumentTooLarge: (
        mark("The PDF needs too much memory"),
        mark("More than {megabytes} MB would have been needed, so the attempt was ended."),
        mark("The file may be damaged or unusually complex. Ask for a simpler copy."),
    ),
    e.DocumentProcessDied: (
        mark("The PDF could not be processed"),
        mark("The process that reads the file ended unexpectedly. The rest of the program is not affected."),
        mark("The file may be damaged. Ask the person who made it for it again."),
    ),
    e.SigningNotPermitted: (
        mark("Signing is not permitted"),
        mark("The author of this PDF forbids changes."),
        mark("Ask for a version that allows signing."),
    ),
    e.WouldBreakSignature: (
        mark("Signing here would break an earlier signature"),
        mark("An earlier signature allows no such addition."),
        mark("Use a signature field prepared in the PDF, or ask the other party."),
    ),
    e.XfaForm: (
        mark("This PDF is an XFA form"),
        mark("What you see may differ from what would be signed."),
        mark("Turn it into a plain PDF for printing first, then sign that."),
    ),
    e.FileChanged: (
        mark("The file changed meanwhile"),
        mark("Another program rewrote “{file}” after it was opened. Nothing was signed."),
        mark("Open it again and look it over."),
    ),
    e.PageNotFound: (
        mark("There is no such page"),
        mark("Page {page} was asked for; the PDF has {pages}."),
        mark("Choose another page."),
    ),
    e.PlaceOffPage: (
        mark("The place is off the page"),
        mark("The signature would not lie wholly on page {page}."),
        mark("Move it, or make it smaller."),
    ),
    e.BoxTooSmall: (
        mark("The box is too small"),
        mark("The text in it could not be read."),
        mark("Make it at least 40 × 14 mm, or sign invisibly."),
    ),
    e.FieldNotFound: (
        mark("There is no such signature field"),
        mark("The PDF has no signature field called “{field}”."),
        mark("Check the name."),
    ),
    e.FieldAlreadySigned: (
        mark("This signature field is taken"),
        mark("“{field}” is signed already."),
        mark("Choose another field or place."),
    ),
    e.GlyphMissing: (
        mark("A character cannot be shown"),
        mark("No font on this computer has the character “{character}”."),
        mark("Install a Japanese font that has it, or sign invisibly. The signature itself is not affected."),
    ),
    e.FontMissing: (
        mark("No Japanese font found"),
        mark("The visible signature needs one."),
        mark("Install BIZ UD fonts (Debian, Ubuntu: fonts-morisawa-bizud-mincho and -gothic), or sign invisibly."),
    ),
    e.SelfCheckFailed: (
        mark("The check after signing failed"),
        mark("The finished file did not pass its check and was not saved. The original is unchanged."),
        mark("Please tell us about this file; it must not happen."),
    ),
    e.TargetNotWritable: (
        mark("It cannot be saved there"),
        mark("“{file}” cannot be written: the folder is protected, or another program has the file open."),
        mark("Choose another place, or close the other program and try again."),
    ),
    e.TargetExists: (
        mark("There is a file of that name already"),
        mark("“{file}” exists and was not touched."),
        mark("Choose another name, or say that it may be replaced (--force)."),
    ),
    e.TargetIsSource: (
        mark("The original is never overwritten"),
        mark("“{file}” is the original itself."),
        mark("Choose another name for the signed file."),
    ),
    e.DiskFull: (
        mark("The disk is full"),
        mark("About {megabytes} MB more are needed."),
        mark("Free some space, or choose another place."),
    ),
    e.TimestampUnavailable: (
        mark("No timestamp to be had"),
        mark("The server does not answer. The card has not been used yet."),
        mark("Go on without a timestamp, or try again later."),
    ),
    e.FilingNonconformant: (
        mark("Not fit for the registry"),
        mark("The file does not meet the registry's rules."),
        mark("Do not submit this file; sign again."),
    ),
    e.AnalysisUnfinished: (
        mark("The comparison did not finish"),
        mark("Comparing the versions takes long. That nothing signed has changed was checked already."),
        mark("Go on, or look at the results so far."),
    ),
}
