"""What the keeper does with the readers and the one card it holds; runs inside the keeper process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from app.card import password
from app.card.apdu import ApduError, ContactLost, Transport
from app.card.jpki import JpkiSession, fault, lost
from app.card.slots import Slots
from app.card.status import ReaderStatus
from app.errors.base import UserError
from app.errors.card import (
    CardBusy,
    CardChanged,
    CardFault,
    CardRemoved,
    CardRemovedWhileSigning,
    CertificateUnusable,
    NoCard,
    NotMyNumberCard,
    PasswordIncorrect,
    PasswordLocked,
    ReaderNotFound,
)
from app.secret import Secret


@dataclass(slots=True)
class _Held:
    reader: str
    transport: Transport
    session: JpkiSession
    fingerprint: bytes
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

    def holds(self, reader: str) -> bool:
        """Whether the card in this reader is held."""
        return self._held is not None and self._held.reader == reader

    def readers(self, *, thorough: bool = False) -> list[ReaderStatus]:
        """The status of every reader. A held card that is unlocked is not asked again.

        `thorough` reads the 利用者証明用 certificate too; of it only its validity leaves this process.
        """
        return [self._status(name, state.present, thorough) for name, state in self._slots.states().items()]

    def attempts(self, reader: str) -> int | None:
        """Takes the card if it is not held, looks again who it is, and reads its counter."""
        with self._contact(reader) as held:
            return self._look(held)

    def unlock(self, reader: str, secret: Secret) -> list[bytes]:
        """Presents the password once and reads the certificate and its issuers'. The secret is wiped."""
        with secret:
            password.check(secret)
            with self._contact(reader) as held:
                if self._look(held) == 0:
                    raise PasswordLocked
                held.session.verify(secret)
                held.unlocked = True
                secret.wipe()
                return [held.session.certificate(), *held.session.issuers()]

    def sign(self, digest: bytes) -> bytes:
        """One signature with the unlocked key."""
        if self._held is None or not self._held.unlocked:
            raise CardRemovedWhileSigning
        with self._contact(self._held.reader) as held:
            return held.session.sign(digest)

    def release(self) -> None:
        """Locks the card and gives it back, if one is held."""
        held, self._held = self._held, None
        if held:
            held.give_back()

    @contextmanager
    def _contact(self, reader: str) -> Iterator[_Held]:
        """The held card, taken first if need be. Any error gives it back, but for a wrong password: that is retried."""
        if self._held and self._held.reader != reader:
            self.release()
        held = self._held = self._held or self._take(reader)
        try:
            yield held
        except PasswordIncorrect:
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
        return _Held(reader, transport, JpkiSession(transport), b"")

    def _look(self, held: _Held) -> int | None:
        """The tries of the card, once it is sure to be the same: a swapped one may answer on the old handle."""
        held.session.require_my_number_card()
        held.session.require_sign_certificate()
        fingerprint = held.session.fingerprint()
        if held.fingerprint and fingerprint != held.fingerprint:
            raise CardChanged
        held.fingerprint = fingerprint
        return held.session.sign_tries()

    def _status(self, name: str, present: bool, thorough: bool) -> ReaderStatus:
        if not present:
            return ReaderStatus(name, "none")
        if self._held and self._held.reader == name:
            return self._held_status(self._held, thorough)
        try:
            transport = self._slots.connect(name)
        except (NoCard, ReaderNotFound):
            return ReaderStatus(name, "none")
        except NotMyNumberCard:
            return ReaderStatus(name, "other")
        except (CardBusy, CardFault) as error:
            return ReaderStatus(name, "other", problem=error.code)
        session, kind = JpkiSession(transport), ""
        try:
            kind = session.kind()
            return _read_status(name, kind, session, thorough)
        except ContactLost:
            if kind:
                return ReaderStatus(name, "none", problem=CardRemoved.code)
            # cards of other systems may not even answer a SELECT
            state = self._slots.states().get(name)
            return ReaderStatus(name, "other" if state and state.present else "none")
        finally:
            transport.power_off()

    def _held_status(self, held: _Held, thorough: bool) -> ReaderStatus:
        if held.unlocked:
            return ReaderStatus(held.reader, "my-number", sign_certificate=True)
        try:
            with self._contact(held.reader):
                return _read_status(held.reader, held.session.kind(), held.session, thorough)
        except UserError as error:
            return ReaderStatus(held.reader, "none", problem=error.code)


def _read_status(name: str, kind: str, session: JpkiSession, thorough: bool) -> ReaderStatus:
    if kind == "new":
        return ReaderStatus(name, "other", problem="card-not-supported")
    if kind == "juki":
        return ReaderStatus(name, kind, problem="card-not-supported")
    if kind != "my-number":
        return ReaderStatus(name, kind, phone=session.phone)
    sign, auth = session.availability()
    begins, ends = _validity(session) if thorough else (None, None)
    return ReaderStatus(
        name,
        kind,
        sign,
        auth,
        session.sign_tries(),
        session.auth_tries(),
        auth_not_before=begins,
        auth_not_after=ends,
    )


def _validity(session: JpkiSession) -> tuple[str | None, str | None]:
    from app.pki.certificate import validity

    try:
        begins, ends = validity(session.auth_certificate())
        return _rfc3339(begins), _rfc3339(ends)
    except (ApduError, CertificateUnusable, ValueError, OverflowError):  # the last two: the year 0, or 10000
        return None, None


def _rfc3339(moment: datetime) -> str:
    return datetime.fromtimestamp(moment.timestamp(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
