"""What is known of a reader and the card in it without any password. Pure data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class ReaderStatus:
    """`card`: my-number, phone, juki, other, none. `problem`: a code of `app.errors` (card-busy …) or None.

    Tries and certificates are None when they could not be read: nothing is shown that was not just read. `phone`:
    android or iphone. `auth_not_before`, `auth_not_after`: validity of the 利用者証明用 certificate (RFC 3339, UTC),
    read only when asked for.
    """

    name: str
    card: str
    sign_certificate: bool | None = None
    auth_certificate: bool | None = None
    sign_tries_left: int | None = None
    auth_tries_left: int | None = None
    problem: str | None = None
    phone: str | None = None
    auth_not_before: str | None = None
    auth_not_after: str | None = None

    def plain(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_plain(cls, data: Mapping[str, Any]) -> ReaderStatus:
        return cls(**data)
