"""A look at every reader and the card in it, without any password; runs inside the keeper process."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from concurrent.futures import Future
from datetime import UTC, datetime
from typing import Final

from app.card.apdu import ApduError, ContactLost
from app.card.jpki import JpkiSession, twice
from app.card.slots import Slots, SlotState
from app.card.status import ReaderStatus
from app.errors.card import (
    CardBusy,
    CardFault,
    CardRemoved,
    CardServiceUnavailable,
    CertificateUnusable,
    NoCard,
    NotMyNumberCard,
    ReaderNotAnswering,
    ReaderNotFound,
)

LONGEST: Final = 8.0
"""Seconds for all readers together: a slow card on a contactless one takes two."""

NOTICED: Final = 0.6
"""Seconds after which the service knows that a card is gone: pcscd looks every 0.4."""


class Survey:
    """Looks at all readers at once: one that hangs, or whose driver does, keeps nobody from the others, and is not
    looked at again before it answers."""

    def __init__(self, slots: Slots) -> None:
        self._slots = slots
        self._hanging: dict[str, Future[ReaderStatus]] = {}

    def of(self, states: Mapping[str, SlotState], *, thorough: bool) -> dict[str, ReaderStatus]:
        """The status of each of these readers; connects to every card for a moment. Raises CardServiceUnavailable."""
        end = time.monotonic() + LONGEST
        hanging = self._hanging = {name: look for name, look in self._hanging.items() if not look.done()}
        found = {name: ReaderStatus(name, "none") for name in states}
        looks = {
            name: hanging.get(name) or self._look(name, state, thorough)
            for name, state in states.items()
            if state.present
        }
        for name, look in looks.items():
            try:
                found[name] = look.result(0 if name in hanging else max(end - time.monotonic(), 0))
            except TimeoutError:
                hanging[name] = look
                found[name] = ReaderStatus(name, "other", problem=ReaderNotAnswering.code)
        return found

    def _look(self, name: str, state: SlotState, thorough: bool) -> Future[ReaderStatus]:
        """One that has begun."""
        outcome: Future[ReaderStatus] = Future()

        def work() -> None:
            try:
                outcome.set_result(self._status(name, state, thorough))
            except BaseException as error:
                outcome.set_exception(error)

        threading.Thread(target=work, name="look", daemon=True).start()
        return outcome

    def _stays(self, name: str, before: SlotState) -> bool:
        """Whether that card is still there when the service has looked again: one that is pulled stays for a while."""
        end = time.monotonic() + NOTICED
        while (now := self._slots.states().get(name)) and now.present and now.event == before.event:
            if time.monotonic() >= end:
                return True
            time.sleep(0.05)
        return False

    def _status(self, name: str, before: SlotState, thorough: bool) -> ReaderStatus:
        try:
            transport = self._slots.connect(name)
        except (NoCard, ReaderNotFound):
            return ReaderStatus(name, "none")
        except NotMyNumberCard:
            return ReaderStatus(name, "other")
        except (CardBusy, CardFault) as error:
            return ReaderStatus(name, "other", problem=error.code)
        session = JpkiSession(transport)
        try:
            return twice(lambda: read_status(name, session, thorough))
        except ApduError:
            return ReaderStatus(name, "other", problem=CardFault.code)
        except ContactLost as contact:
            if contact.service:
                raise CardServiceUnavailable from None
            # cards of other systems may not even answer a SELECT
            if not session.known and self._stays(name, before):
                return ReaderStatus(name, "other")
            return ReaderStatus(name, "none", problem=CardRemoved.code)
        finally:
            transport.power_off()


def read_status(name: str, session: JpkiSession, thorough: bool) -> ReaderStatus:
    """What the card in the reader of this name says of itself. Raises ContactLost, ApduError."""
    kind = session.kind()
    if kind == "new":
        return ReaderStatus(name, "other", problem="card-not-supported")
    if kind == "juki":
        return ReaderStatus(name, kind, problem="card-not-supported")
    if kind != "my-number":
        return ReaderStatus(name, kind, phone=session.phone)
    sign, auth = session.availability()
    begins, ends = auth_validity(session) if thorough else (None, None)
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


def auth_validity(session: JpkiSession) -> tuple[str | None, str | None]:
    """Begin and end of the 利用者証明用 certificate (RFC 3339), None where it cannot be read. Raises ContactLost."""
    from app.pki.certificate import validity

    try:
        begins, ends = validity(session.auth_certificate())
        return _rfc3339(begins), _rfc3339(ends)
    except (ApduError, CertificateUnusable, ValueError, OverflowError):  # the last two: the year 0, or 10000
        return None, None


def _rfc3339(moment: datetime) -> str:
    return datetime.fromtimestamp(moment.timestamp(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
