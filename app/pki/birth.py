"""The birth date of a JPKI certificate: EYYYYMMDD, E the era, YYYY the Gregorian year; parts may be unknown. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

ERAS: Final = {1: 1868, 2: 1912, 3: 1926, 4: 1989, 5: 2019}
"""Digit of 明治, 大正, 昭和, 平成, 令和 to the Gregorian year that is the era's first."""
_SHAPE: Final = re.compile(r"([0-5])([0-9]{4})([0-9]{2})([0-9]{2})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Birth:
    """A birth date as far as it is known; `era` is the certificate's own digit and `year` Gregorian."""

    era: int | None
    year: int | None
    month: int | None
    day: int | None

    @property
    def era_year(self) -> int | None:
        """The year of the era, 1 the first; None where the two do not go together."""
        if self.era is None or self.year is None or self.year < ERAS[self.era]:
            return None
        return self.year - ERAS[self.era] + 1


def birth_of(text: str) -> Birth | None:
    """The parts, those that are zero or no month or day at all as None; None when it is not of that form."""
    found = _SHAPE.fullmatch(text)
    if not found:
        return None
    era, year, month, day = map(int, found.groups())
    return Birth(era or None, year or None, month if 1 <= month <= 12 else None, day if 1 <= day <= 31 else None)
