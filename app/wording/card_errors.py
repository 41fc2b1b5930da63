"""Errors of readers, cards and passwords, in words: title, what happened, what to do."""

from __future__ import annotations

from app.errors import card as e
from app.errors.base import UserError
from app.wording.language import mark

WORDS: dict[type[UserError], tuple[str, str, str]] = {
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
    e.ReaderNotAnswering: (
        mark("The reader does not answer"),
        mark("The card reader has said nothing for some seconds."),
        mark("Unplug the reader, plug it in again and wait a few seconds."),
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
        mark("Tries left before the password locks: {attempts_remaining}. A correct entry resets the count to 5."),
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
}
