"""Readers, cards and their passwords."""

from __future__ import annotations

from app.errors.base import UserError

# --- reader and service ---------------------------------------------------------------------------------


class NoReader(UserError):
    """E01: no reader is connected or ready."""

    code = "no-reader"
    stops_batch = True


class ReaderNotFound(UserError):
    """No reader, or several, fit the name that was given (`name`)."""

    code = "reader-not-found"
    stops_batch = True


class ReaderNotAnswering(UserError):
    """The reader or its driver hangs."""

    code = "reader-not-answering"
    stops_batch = True


class SeveralCards(UserError):
    """More than one reader holds a My Number card, and none was chosen."""

    code = "several-cards"
    stops_batch = True


class CardServiceUnavailable(UserError):
    """E02: the computer's smart-card service does not answer, or its library is missing (`result`: its code)."""

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
    """E08: the signer's certificate has ended (`not_after`, ISO date; `key`: card or file)."""

    code = "certificate-expired"
    stops_batch = True


class CertificateNotYetValid(UserError):
    """The signer's certificate begins later than this computer's clock (`not_before`, ISO date; `key`: card or
    file)."""

    code = "certificate-not-yet-valid"
    stops_batch = True


class CertificateUnusable(UserError):
    """The certificate cannot be read, or is not made for signing (`detail`: key-usage, unreadable, key-type; `key`:
    card or file)."""

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
    """E16: the key's answer does not fit its certificate (`key`: card or file)."""

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


class TriesChanged(UserError):
    """Fewer tries are left than were shown (`attempts_remaining`: int, or None where the card has stopped telling):
    somebody else used one. Nothing was sent."""

    code = "tries-changed"
    stops_batch = True

    @property
    def attempts_remaining(self) -> int | None:
        """Tries left now."""
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
    """Fewer than three tries left, or nobody knows how many, and no explicit leave to use them
    (`attempts_remaining`: int, None where the card does not tell); nothing was sent."""

    code = "too-few-tries"
    stops_batch = True
