"""What the keeper does with the one card it holds; runs inside the keeper process."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Self, TypeVar

from app.card import password
from app.card.apdu import ApduError, ContactLost, Transport
from app.card.jpki import JpkiSession, fault, lost, twice
from app.card.slots import Slots
from app.card.status import ReaderStatus
from app.card.survey import Survey, read_status
from app.errors.base import UserError
from app.errors.card import (
    CardChanged,
    CardFault,
    CardRemovedWhileSigning,
    CardServiceUnavailable,
    CertificateUnusable,
    NoSignatureCertificate,
    PasswordIncorrect,
    PasswordLocked,
    TriesChanged,
)
from app.secret import Secret

_T = TypeVar("_T")


@dataclass(slots=True)
class _Held:
    reader: str
    transport: Transport
    session: JpkiSession
    card: str = ""
    unlocked: bool = False

    def give_back(self) -> None:
        """Locks it on every path: another application is selected, then the power goes."""
        try:
            self.session.leave()
        finally:
            self.transport.power_off()


class CardHolder:
    """Holds at most one card, from the first look at its counter until it is given back."""

    def __init__(self, slots: Slots) -> None:
        self._slots = slots
        self._survey = Survey(slots)
        self._held: _Held | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    @property
    def unlocked(self) -> bool:
        """Whether the card that is held would sign."""
        return self._held is not None and self._held.unlocked

    @property
    def holding(self) -> bool:
        """Whether a card is held, locked or not: nobody else can use it meanwhile."""
        return self._held is not None

    @property
    def card(self) -> str:
        """What tells the card that is held from another, as a hash; "" when none is."""
        return self._held.card if self._held else ""

    def holds(self, reader: str) -> bool:
        """Whether the card in this reader is held."""
        return self._held is not None and self._held.reader == reader

    def readers(self, *, thorough: bool = False) -> list[ReaderStatus]:
        """The status of every reader. A held card that is unlocked is not asked again.

        `thorough` reads the 利用者証明用 certificate too; of it only its validity leaves this process.
        """
        states = self._slots.states()
        held = self._held if self._held and self._held.reader in states and states[self._held.reader].present else None
        others = {name: state for name, state in states.items() if held is None or name != held.reader}
        found = self._survey.of(others, thorough=thorough)
        if held is not None:
            found[held.reader] = self._held_status(held, thorough)
        return [found[name] for name in states]

    def attempts(self, reader: str) -> int | None:
        """Takes the card if it is not held, looks who it is now, and reads its counter."""
        try:
            return self._looked(reader)
        except CardChanged:  # another one answers on the old connection: it gets one of its own
            return self._looked(reader)

    def unlock(self, reader: str, secret: Secret, card: str = "", shown: int | None = 0) -> list[bytes]:
        """Presents the password once and reads the certificate and its issuers'. The secret is wiped.

        `card`: the one it is meant for, as `self.card` said; any other is refused before the password is sent.
        `shown`: the tries that the person was told of, None when the card did not tell (0: nobody was told anything);
        if fewer are left now, TriesChanged, and the password is not sent either.
        """
        with secret:
            password.check(secret)
            with self._contact(reader) as held:
                twice(lambda: self._present(held, secret, card or held.card, shown))
                held.unlocked = True
                secret.wipe()
                return self._opened(held, lambda: [held.session.certificate(), *held.session.issuers()])

    def sign(self, digest: bytes) -> bytes:
        """One signature with the unlocked key."""
        if self._held is None or not self._held.unlocked:
            raise CardRemovedWhileSigning
        with self._contact(self._held.reader) as held:
            return self._opened(held, lambda: held.session.sign(digest))

    def release(self) -> None:
        """Locks the card and gives it back, if one is held."""
        held, self._held = self._held, None
        if held:
            held.give_back()

    @contextmanager
    def _contact(self, reader: str) -> Iterator[_Held]:
        """The held card, taken first if need be. Any error gives it back, unless the person types again at once."""
        if self._held and self._held.reader != reader:
            self.release()
        held = self._held = self._held or self._take(reader)
        try:
            yield held
        except (PasswordIncorrect, TriesChanged):
            raise
        except ContactLost as contact:
            self.release()
            lost(contact, unlocked=held.unlocked)
        except ApduError as error:
            self.release()
            raise fault(error) from None
        except BaseException:
            self.release()
            raise

    def _take(self, reader: str) -> _Held:
        transport = self._slots.connect(reader)
        return _Held(reader, transport, JpkiSession(transport))

    def _looked(self, reader: str) -> int | None:
        with self._contact(reader) as held:
            return twice(lambda: self._look(held, held.card))

    def _look(self, held: _Held, card: str) -> int | None:
        """The tries of the card, once it is sure to be that one: a swapped one may answer on the old connection."""
        held.session.require_my_number_card()
        identity = self._identity(held)
        if card and identity != card:
            raise CardChanged
        held.card = identity
        held.session.require_sign_certificate()
        return held.session.sign_tries()

    def _identity(self, held: _Held) -> str:
        """The start of its 利用者証明用 certificate; where that is closed, how often a card came to this reader."""
        mark = held.session.fingerprint()
        if not mark:
            state = self._slots.states().get(held.reader)
            mark = f"{held.reader}\n{state and state.event}".encode()
        return hashlib.sha256(mark).hexdigest()

    def _present(self, held: _Held, secret: Secret, card: str, shown: int | None) -> None:
        """The one VERIFY; an ApduError comes before it."""
        tries = self._look(held, card)
        if tries == 0:
            raise PasswordLocked
        if shown not in (0, tries) and (shown is None or tries is None or tries < shown):
            raise TriesChanged(attempts_remaining=tries)
        try:
            held.session.verify(secret)
        except CardFault as error:
            raise CardChanged if self._is_another(held) else error from None

    def _is_another(self, held: _Held) -> bool:
        """Whether it is sure that another card answers. Raises nothing: a password was sent, and never is again."""
        try:
            return held.session.kind() != "my-number" or self._identity(held) != held.card
        except (ApduError, ContactLost, CardServiceUnavailable):
            return False

    def _opened(self, held: _Held, work: Callable[[], _T]) -> _T:
        """Work with the unlocked card. What it answers is looked at again before it is believed to be a fault of it."""
        try:
            return work()
        except (CardFault, CardRemovedWhileSigning, NoSignatureCertificate, CertificateUnusable) as error:
            raise self._explained(held, error) from None

    def _explained(self, held: _Held, error: UserError) -> UserError:
        """Another card may answer on the old connection, or this one has lost its power, and with it the password."""
        if held.session.kind() != "my-number" or self._identity(held) != held.card:
            return CardChanged()
        return CardRemovedWhileSigning() if held.session.forgotten() else error

    def _held_status(self, held: _Held, thorough: bool) -> ReaderStatus:
        if held.unlocked:
            return ReaderStatus(held.reader, "my-number", sign_certificate=True)
        try:
            with self._contact(held.reader):
                return twice(lambda: read_status(held.reader, held.session, thorough))
        except UserError as error:
            return ReaderStatus(held.reader, "none", problem=error.code)
