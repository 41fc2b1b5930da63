"""The dialogue with a JPKI application (JICSAP 1.1), and the only place where a status word gets a meaning."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, NoReturn, TypeVar

from app.card import password
from app.card.apdu import MAX_SHORT, ApduError, Command, ContactLost, Response, Transport, exchange, exchange_once
from app.errors.card import (
    CardFault,
    CardNotSupported,
    CardRemoved,
    CardRemovedWhileSigning,
    CardServiceUnavailable,
    CertificateUnusable,
    NoSignatureCertificate,
    NotMyNumberCard,
    OutcomeUnknown,
    PasswordIncorrect,
    PasswordLocked,
    PhoneNotSupported,
)
from app.pki.certificate import mechanism_of
from app.secret import Secret

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Mechanism:
    """How the key signs: what stands before a digest of so many bytes, and how many bytes an answer may have."""

    prefixes: Mapping[int, bytes]
    answers: range


@dataclass(frozen=True, slots=True)
class CardProfile:
    """Everything that one generation of cards has its own value of; `ef_` are file identifiers."""

    application: bytes
    card_manager: bytes
    tokens: Mapping[str, str]
    """Token name to kind of card."""
    phones: Mapping[str, str]
    """Token name to the kind of phone it is."""
    ef_sign_certificate: int
    ef_sign_authority: int
    ef_token: int
    ef_availability: int
    ef_auth_certificate: int
    ef_auth_password: int
    ef_sign_key: int
    ef_sign_password: int
    mechanisms: Mapping[str, Mechanism]
    """By what the certificate says of its key (`app.pki.certificate.mechanism_of`)."""


RSA_2048: Final = Mechanism(
    prefixes={  # the DigestInfo (RFC 8017 9.2), to which the card adds the padding
        32: bytes.fromhex("3031300d060960864801650304020105000420"),
        48: bytes.fromhex("3041300d060960864801650304020205000430"),
        64: bytes.fromhex("3051300d060960864801650304020305000440"),
    },
    answers=range(256, 257),
)

MY_NUMBER_CARD: Final = CardProfile(
    application=bytes.fromhex("D392F000260100000001"),
    card_manager=bytes.fromhex("A0000001510000"),
    tokens={
        "JPKIAPICCTOKEN2": "my-number",
        "JPKIAPICCTOKEN": "juki",
        "JPKIAPGPSETOKEN": "phone",
        "JPKIAPIOSTOKEN": "phone",
    },
    phones={"JPKIAPGPSETOKEN": "android", "JPKIAPIOSTOKEN": "iphone"},
    ef_sign_certificate=0x0001,
    ef_sign_authority=0x0002,
    ef_token=0x0006,
    ef_availability=0x0008,
    ef_auth_certificate=0x000A,
    ef_auth_password=0x0018,
    ef_sign_key=0x001A,
    ef_sign_password=0x001B,
    mechanisms={"rsa-pkcs1v15": RSA_2048},
)

PROFILES: tuple[CardProfile, ...] = (MY_NUMBER_CARD,)
"""The generations of cards that can sign; another one is "new"."""

_OK: Final = 0x9000
_WARM_UP: Final = 0x6F00  # some cards answer it to the first command after power-up or a reset
_LOCKED: Final = (0x6983, 0x6984)
_END_OF_FILE: Final = 0x6282
_BEYOND_FILE: Final = 0x6B00
_UNAUTHORISED: Final = 0x6982
_FINGERPRINT_LENGTH: Final = 40  # reaches past the serial number of a certificate
_MOST_READS: Final = 256  # for one file, however little a card gives at a time


class JpkiSession:
    """One contact with one card. Every method may raise ContactLost except where it says otherwise.

    Those that need no password raise ApduError when the application is no longer selected: something has reset the
    card in between, and `kind` comes first again.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._profile = PROFILES[0]
        self._token = ""
        self._certificate = b""

    # --- without a password ---------------------------------------------------------------------------

    def kind(self) -> str:
        """Selects the application: my-number, phone, juki, new (a token not known yet), other (no JPKI at all)."""
        with contextlib.suppress(ApduError):
            return self._recognised()
        # warming up, or reset between two commands: once more from the start
        with contextlib.suppress(ApduError):
            return self._recognised()
        return "other"

    @property
    def known(self) -> bool:
        """Whether the card has said a token."""
        return bool(self._token)

    @property
    def phone(self) -> str | None:
        """android or iphone, once `kind` has said that it is a phone."""
        return self._profile.phones.get(self._token)

    def require_my_number_card(self) -> None:
        """As `kind`; raises NotMyNumberCard, PhoneNotSupported or CardNotSupported unless it is my-number."""
        kind = self.kind()
        if kind == "my-number":
            return
        raise {"phone": PhoneNotSupported, "other": NotMyNumberCard}.get(kind, CardNotSupported)()

    def availability(self) -> tuple[bool | None, bool | None]:
        """Whether the card has the signature and the authentication certificate; None where it does not say."""
        flags = self._read_if_open(self._profile.ef_availability, 3)
        known = {0x8F: True, 0x00: False}
        return (known.get(flags[0]), known.get(flags[1])) if len(flags) >= 2 else (None, None)

    def require_sign_certificate(self) -> None:
        """Raises NoSignatureCertificate when the card says that it has none."""
        if self.availability()[0] is False:
            raise NoSignatureCertificate

    def sign_tries(self) -> int | None:
        """Tries left of the 署名用 password, 0 when locked, None when the card does not tell; costs none."""
        return self._tries(self._profile.ef_sign_password)

    def auth_tries(self) -> int | None:
        """Tries left of the 利用者証明用 password, as `sign_tries`."""
        return self._tries(self._profile.ef_auth_password)

    def fingerprint(self) -> bytes:
        """Bytes that tell this card from another: the start of the authentication certificate; b"" if it is closed."""
        return self._read_if_open(self._profile.ef_auth_certificate, _FINGERPRINT_LENGTH)

    def auth_certificate(self) -> bytes:
        """The 利用者証明用 certificate (DER), which names nobody. Raises ApduError, CertificateUnusable."""
        return self._read_object(self._profile.ef_auth_certificate)

    # --- the password and what it opens ---------------------------------------------------------------

    def verify(self, secret: Secret) -> None:
        """Presents the 署名用 password in exactly one VERIFY, whatever the answer; the command is wiped.

        Raises PasswordIncorrect(attempts_remaining), PasswordLocked, OutcomeUnknown (no answer came; a try may be
        gone), CardFault; before anything is sent OtherPasswordTyped, PasswordMalformed, ApduError.
        """
        password.check(secret)
        self._must(self._select_file(self._profile.ef_sign_password), "SELECT")
        with secret.view() as view:
            command = bytearray(5 + len(view))
            command[:5] = 0x00, 0x20, 0x00, 0x80, len(view)
            command[5:] = view
        try:
            sw = exchange_once(self._transport, "VERIFY", command).sw
        except ContactLost:
            raise OutcomeUnknown from None
        finally:
            command[:] = bytes(len(command))
        _judge_verify(sw)

    def certificate(self) -> bytes:
        """The signature certificate (DER); readable after `verify` only. Raises NoSignatureCertificate, CardFault."""
        try:
            self._certificate = self._read_object(self._profile.ef_sign_certificate)
            return self._certificate
        except ApduError as error:
            if error.sw == 0x6A82:
                raise NoSignatureCertificate from None
            raise _after_password(error) from None

    def issuers(self) -> tuple[bytes, ...]:
        """The issuing CA's certificate (DER) as the card has it, or nothing: the signature does not depend on it."""
        try:
            return (self._read_object(self._profile.ef_sign_authority),)
        except (ApduError, CertificateUnusable):
            return ()

    def sign(self, digest: bytes) -> bytes:
        """One COMPUTE DIGITAL SIGNATURE over a digest, with the mechanism of the certificate's key.

        Raises CardRemovedWhileSigning when the card no longer knows the password, CardFault, CertificateUnusable.
        """
        mechanism = self._profile.mechanisms.get(mechanism_of(self._certificate or self.certificate()))
        if mechanism is None:
            raise CertificateUnusable(detail="key-type")
        command = Command(0x80, 0x2A, 0x00, 0x80, mechanism.prefixes[len(digest)] + digest, MAX_SHORT)
        try:
            self._must(self._select_file(self._profile.ef_sign_key), "SELECT")
            response = self._must(exchange(self._transport, command), command.name)
        except ApduError as error:
            raise _after_password(error) from None
        if len(response.data) not in mechanism.answers:
            raise CardFault(status="9000", step=command.name)
        return response.data

    def forgotten(self) -> bool:
        """Whether the card, its application selected, no longer knows the password."""
        try:
            self._read(self._profile.ef_sign_certificate, 1)
        except ApduError as error:
            return error.sw == _UNAUTHORISED
        return False

    def leave(self) -> None:
        """Locks the card again by selecting another application; never raises (the power goes off next)."""
        command = Command(0x00, 0xA4, 0x04, 0x0C, self._profile.card_manager)
        with contextlib.suppress(ContactLost):
            exchange_once(self._transport, command.name, command.encode())

    # --- parts ----------------------------------------------------------------------------------------

    def _recognised(self) -> str:
        """Finds the card's generation by its application and token. Raises ApduError."""
        kind = "other"
        for profile in PROFILES:
            command = Command(0x00, 0xA4, 0x04, 0x0C, profile.application)
            sw = exchange(self._transport, command).sw
            if sw == _WARM_UP:
                raise ApduError(sw, command.name)
            if sw != _OK:
                continue
            self._profile = profile
            self._token = self._read(profile.ef_token, 32).rstrip(b" \x00").decode("ascii", "replace")
            if self._token in profile.tokens:
                return profile.tokens[self._token]
            kind = "new"
        return kind

    def _select_file(self, identifier: int) -> Response:
        return exchange(self._transport, Command(0x00, 0xA4, 0x02, 0x0C, identifier.to_bytes(2, "big")))

    def _tries(self, identifier: int) -> int | None:
        query = Command(0x00, 0x20, 0x00, 0x80)  # without data and Le: asks only
        sw = self._select_file(identifier).sw
        if sw == _OK:
            sw = exchange_once(self._transport, query.name, query.encode()).sw
            if sw in _LOCKED:
                return 0
            if sw & 0xFFF0 == 0x63C0:
                return sw & 0x0F
        if sw != _OK:
            self._must_be_selected()
        return None

    def _read_if_open(self, identifier: int, length: int) -> bytes:
        """As `_read`, b"" for an EF that is closed or not there."""
        try:
            return self._read(identifier, length)
        except ApduError:
            self._must_be_selected()
            return b""

    def _must_be_selected(self) -> None:
        """Raises ApduError when a status word was no answer of the application: it is not selected any more."""
        self._read(self._profile.ef_token, 1)

    def _read(self, identifier: int, length: int) -> bytes:
        """The first bytes of an EF, fewer when it is shorter. Raises ApduError."""
        self._must(self._select_file(identifier), "SELECT")
        return self._read_part(0, length)

    def _read_part(self, offset: int, length: int) -> bytes:
        command = Command(0x00, 0xB0, offset >> 8, offset & 0xFF, le=length)
        response = exchange(self._transport, command)
        if response.sw not in (_OK, _END_OF_FILE, _BEYOND_FILE):
            raise ApduError(response.sw, command.name)
        return response.data[:length]

    def _read_object(self, identifier: int) -> bytes:
        """A DER object that starts an EF, without the filler behind it. Raises ApduError, CertificateUnusable."""
        content = self._read(identifier, 4)
        if len(content) < 4 or content[:2] != b"\x30\x82":  # a certificate is a SEQUENCE of 256 bytes to 64 KiB
            raise CertificateUnusable(detail="unreadable")
        total = 4 + int.from_bytes(content[2:4], "big")
        if total > 0x7FFF:  # what READ BINARY can address
            raise CertificateUnusable(detail="unreadable")
        for _ in range(_MOST_READS):
            if len(content) == total:
                return content
            part = self._read_part(len(content), min(MAX_SHORT, total - len(content)))
            if not part:
                break
            content += part
        raise CertificateUnusable(detail="unreadable")

    def _must(self, response: Response, step: str) -> Response:
        if response.sw != _OK:
            raise ApduError(response.sw, step)
        return response


def _judge_verify(sw: int) -> None:
    if sw == _OK:
        return
    if sw in _LOCKED or sw == 0x63C0:
        raise PasswordLocked
    if sw & 0xFFF0 == 0x63C0:
        raise PasswordIncorrect(attempts_remaining=sw & 0x0F)
    if sw == 0x6300:  # no counter on this key
        raise PasswordIncorrect(attempts_remaining=None)
    raise CardFault(status=f"{sw:04X}", step="VERIFY")


def _after_password(error: ApduError) -> CardFault | CardRemovedWhileSigning:
    if error.sw == _UNAUTHORISED:  # accepted, and forgotten: the card has lost its power in between
        return CardRemovedWhileSigning()
    return fault(error)


def twice(work: Callable[[], _T]) -> _T:
    """Once more from the start after a status word that nobody foresees: the card may have been reset in between."""
    try:
        return work()
    except ApduError:
        return work()


def fault(error: ApduError) -> CardFault:
    """A status word that no rule foresees."""
    return CardFault(status=f"{error.sw:04X}", step=error.step)


def lost(contact: ContactLost, *, unlocked: bool) -> NoReturn:
    """Raises what a lost contact means before the password was sent, or after it was accepted (`unlocked`)."""
    if unlocked:
        raise CardRemovedWhileSigning from None
    if contact.service:
        raise CardServiceUnavailable from None
    raise CardRemoved from None
