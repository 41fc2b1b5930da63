"""How long a message that came from the card is true: until the card's state says otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from app.errors import card as e
from app.errors.base import UserError
from app.gui.card_watch import READING, CardState

TRUE_IN: Final[Mapping[type[UserError], tuple[str, ...]]] = {
    e.NoReader: ("no-reader",),
    e.ReaderNotAnswering: ("busy",),
    e.CardServiceUnavailable: ("no-service",),
    e.NoCard: ("no-card",),
    e.CardRemoved: ("no-card",),
    e.NotMyNumberCard: ("other-card",),
    e.PhoneNotSupported: ("unsupported",),
    e.CardNotSupported: ("unsupported",),
    e.NoSignatureCertificate: ("no-certificate",),
    e.CardBusy: ("busy",),
    e.PasswordLocked: ("locked",),
    e.CertificateExpired: ("ready",),
    e.CertificateNotYetValid: ("ready",),
    e.CertificateUnusable: ("ready",),
}
"""States (`CardState.state`) of which the error is not outdone. One that is not here tells what has happened, and stays
true whatever comes."""


def still_true(error: UserError, state: CardState) -> bool:
    """Whether the error still says how it is, now that the card is in this state."""
    if error.facts.get("key") == "file" or state == READING:
        return True
    return state.state in TRUE_IN.get(type(error), (state.state,))
