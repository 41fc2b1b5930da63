"""Every error in words: what it is, what happened (and what did not), what to do. A test demands words for every
class of the tree in both languages."""

from __future__ import annotations

from dataclasses import dataclass

from app import errors as e
from app.errors import UserError
from app.wording.language import text
from app.wording.plain import shown


@dataclass(frozen=True, slots=True)
class Words:
    """One error for a person. `unchanged` is the closing sentence, empty where it would not be true or help."""

    title: str
    happened: str
    todo: str
    unchanged: str

    def __str__(self) -> str:
        return "\n".join(part for part in (self.title, self.happened, self.todo, self.unchanged) if part)


def mark(message: str) -> str:
    """Marks a sentence for the translators; it is translated when it is said."""
    return message


def words(error: UserError) -> Words:
    """The words for an error, its facts put in harmlessly."""
    title, happened, todo = WORDS[type(error)]
    if isinstance(error, e.PasswordIncorrect) and error.attempts_remaining is None:
        happened = mark("How many tries are left could not be read.")
    facts = {key: shown(str(value)) for key, value in error.facts.items()}
    quiet = isinstance(error, NOTHING_AT_STAKE)
    unchanged = "" if quiet else text("The PDF is unchanged.")
    return Words(_said(title, facts), _said(happened, facts), _said(todo, facts), unchanged)


def _said(message: str, facts: dict[str, str]) -> str:
    return text(message).format_map(_Facts(facts)) if message else ""


class _Facts(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "?"


# errors after which nobody fears for the file
NOTHING_AT_STAKE = (
    e.WrongUsage,
    e.NoDisplay,
    e.FileNotFound,
    e.FileNotReadable,
    e.PasswordNotAskable,
    e.SelfCheckFailed,
)

WORDS: dict[type[UserError], tuple[str, str, str]] = {
    e.WrongUsage: (
        mark("The command could not be understood"),
        mark("This part does not fit: {detail}"),
        mark("natsuin --help shows how it is meant."),
    ),
    e.PasswordNotAskable: (
        mark("The password cannot be asked for"),
        mark("There is no terminal to type it on."),
        mark("Run it in a terminal, or hand the password over with --password-stdin."),
    ),
    e.NoDisplay: (
        mark("There is no screen to open the window on"),
        mark("Neither DISPLAY nor WAYLAND_DISPLAY is set."),
        mark("Start it on a desktop, or use the commands: natsuin --help"),
    ),
    e.TextUnusable: (
        mark("The reason or the place cannot be used"),
        mark("It holds characters that nobody can see, or it is longer than 200 characters."),
        mark("Type it again, shorter and as plain text."),
    ),
    e.InternalError: (
        mark("A fault in this program"),
        mark("Something happened that should not happen ({kind})."),
        mark("Please try again; if it comes back, tell us what you did."),
    ),
    e.NoReader: (
        mark("No card reader found"),
        mark("No card reader is connected, or it is not ready."),
        mark("Reconnect the reader's USB plug and wait a few seconds."),
    ),
    e.ReaderNotFound: (
        mark("No single reader has that name"),
        mark("“{name}” fits no reader, or more than one."),
        mark("natsuin card lists the readers; give the whole name."),
    ),
    e.SeveralCards: (
        mark("There are several My Number cards"),
        mark("More than one reader holds a card, so it is not clear which one shall sign."),
        mark("Leave only one card on the readers, or choose a reader."),
    ),
    e.CardServiceUnavailable: (
        mark("The smart-card service has stopped"),
        mark("The computer's smart-card service (PC/SC) does not answer."),
        mark("Reconnect the reader. On Linux, check that pcscd is installed and running."),
    ),
    e.NoCard: (
        mark("No card"),
        mark("There is no card on the reader."),
        mark("Take the card out of its case, put it in the middle of the reader and wait 2–3 seconds."),
    ),
    e.NotMyNumberCard: (
        mark("Not a My Number Card"),
        mark("Another card is on the reader."),
        mark("Take other cards away and leave only the My Number Card."),
    ),
    e.PhoneNotSupported: (
        mark("Certificates on phones are not supported"),
        mark("A phone with the My Number Card function was presented."),
        mark("Use the card itself."),
    ),
    e.CardNotSupported: (
        mark("This type of card is not supported yet"),
        mark("It is a newer kind of card, or an old resident card (住基カード)."),
        mark("Check for a newer version of this program, or let us know."),
    ),
    e.NoSignatureCertificate: (
        mark("The card holds no signature certificate"),
        mark(
            "For example: the holder is under 15 or an adult ward, the card is a face-authentication card, the "
            "certificate was not asked for, or it has lapsed."
        ),
        mark("Ask at your municipal office whether it can be issued."),
    ),
    e.CertificateExpired: (
        mark("The certificate has expired"),
        mark("The signature certificate ended on {not_after}."),
        mark("Have it renewed at your municipal office. It can take up to a day before the new one works."),
    ),
    e.CertificateNotYetValid: (
        mark("The certificate is not valid yet"),
        mark("By this computer's clock the signature certificate only begins on {not_before}."),
        mark("Check the computer's date. After a renewal it can take up to a day before the certificate works."),
    ),
    e.CertificateUnusable: (
        mark("This certificate cannot sign"),
        mark("The certificate on the card cannot be read, or it is not made for signatures."),
        mark("Check for a newer version of this program; ask at your municipal office if that does not help."),
    ),
    e.CardBusy: (
        mark("Another program is using the card"),
        mark("e-Tax, the JPKI client or another program holds the card at the moment."),
        mark("Close its window, then try again."),
    ),
    e.CardChanged: (
        mark("This is a different card"),
        mark("The card on the reader is not the one the work began with."),
        mark("Put the first card back, or begin anew with this one."),
    ),
    e.CardRemoved: (
        mark("The card was removed"),
        mark("That was before the password was sent. No try was used."),
        mark("Put the card back and try again."),
    ),
    e.CardRemovedWhileSigning: (
        mark("The card was removed while signing"),
        mark("The password was right, but no signature was made."),
        mark("Put the card back and enter the password again."),
    ),
    e.CardFault: (
        mark("The card gave an unexpected answer"),
        mark("Step {step}, answer {status}."),
        mark("Put the card on the reader again and retry. If it comes back, please tell us these two values."),
    ),
    e.SignatureMismatch: (
        mark("The card's signature cannot be confirmed"),
        mark("The signature does not fit the certificate. Nothing was saved."),
        mark("Put the card on the reader again and retry."),
    ),
    e.PasswordIncorrect: (
        mark("Wrong password"),
        mark("Tries left before the card locks: {attempts_remaining}. A correct entry resets the count to 5."),
        mark("Check capitals and digits. It is the signature password of 6–16 characters."),
    ),
    e.PasswordLocked: (
        mark("The password is locked"),
        mark("It was entered wrongly five times in a row. Natsuin cannot unlock it."),
        mark(
            "Reset it at your municipal office, or, if you know the four-digit PIN, with the phone app and a "
            "convenience store."
        ),
    ),
    e.OutcomeUnknown: (
        mark("We could not learn the result"),
        mark("Contact with the card was lost just after the password was sent. It will not be sent again by itself."),
        mark("Put the card back and check how many tries are left."),
    ),
    e.PasswordMalformed: (
        mark("This cannot be the signature password"),
        mark("It has 6–16 capital letters and digits. Nothing was sent to the card."),
        mark("Check what you typed."),
    ),
    e.OtherPasswordTyped: (
        mark("Four digits are the other password"),
        mark("They are the PIN for logging in (利用者証明用). Nothing was sent to the card."),
        mark("Here you need the signature password (署名用) of 6–16 characters."),
    ),
    e.TooFewTries: (
        mark("Few tries are left"),
        mark("Tries left: {attempts_remaining}. To protect the card, nothing was sent."),
        mark("If you are sure of the password, use --allow-last-tries. A correct entry resets the count to 5."),
    ),
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
