"""How long a certificate still lasts, in Japanese calendar days. Pure: dates in, facts out.

Renewal opens when less than three months are left, which offices count so: on the day after the same day of the
month three months before the last day, or on the first of the next month where that month has no such day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, UTC, date, datetime, timedelta, timezone
from enum import Enum, auto
from typing import Final

JAPAN: Final = timezone(timedelta(hours=9))
LAST_DAYS: Final = 14
"""From so many days left on it is urgent."""
_RENEWAL_MONTHS: Final = 3


class Stage(Enum):
    """Where in its life a certificate is."""

    NOT_BEGUN = auto()
    FRESH = auto()
    RENEWABLE = auto()
    LAST_DAYS = auto()
    ENDED = auto()


@dataclass(frozen=True, slots=True)
class Life:
    """A certificate's validity looked at at one moment; all three moments carry a zone."""

    begins: datetime
    ends: datetime
    now: datetime

    @property
    def first_day(self) -> date:
        """The Japanese day on which it begins."""
        return _day(self.begins)

    @property
    def last_day(self) -> date:
        """The Japanese day on which it ends."""
        return _day(self.ends)

    @property
    def days_left(self) -> int:
        """Days from today to the last day: 0 on the last day itself, negative afterwards."""
        return (self.last_day - _day(self.now)).days

    @property
    def renewable_from(self) -> date:
        """The first day on which an office renews it."""
        return renewable_from(self.last_day)

    @property
    def stage(self) -> Stage:
        """Where in its life it is now."""
        if self.now < self.begins:
            return Stage.NOT_BEGUN
        if self.now > self.ends:
            return Stage.ENDED
        if self.days_left <= LAST_DAYS:
            return Stage.LAST_DAYS
        return Stage.RENEWABLE if _day(self.now) >= self.renewable_from else Stage.FRESH

    def share(self, moment: datetime) -> float:
        """Where a moment lies in its life: 0 at or before the beginning, 1 at or after the end."""
        whole = (self.ends - self.begins).total_seconds()
        if whole <= 0:
            return 1.0
        return min(max((moment - self.begins).total_seconds() / whole, 0.0), 1.0)

    @property
    def renewable_share(self) -> float:
        """Where in its life the renewal opens."""
        opens = self.renewable_from
        return self.share(datetime(opens.year, opens.month, opens.day, tzinfo=JAPAN))


def life(begins: str | None, ends: str | None, now: datetime) -> Life | None:
    """The life between two RFC 3339 moments; None when one is missing, has no zone or lies outside all calendars."""
    try:
        first, last = (datetime.fromisoformat(moment) for moment in (begins or "", ends or ""))
    except ValueError:
        return None
    if first.tzinfo is None or last.tzinfo is None or not all(_has_room(moment) for moment in (first, last)):
        return None
    return Life(first.astimezone(UTC), last.astimezone(UTC), now)


def renewable_from(last_day: date) -> date:
    """The first day on which a certificate that ends on `last_day` is renewed."""
    months = last_day.year * 12 + last_day.month - 1 - _RENEWAL_MONTHS
    try:
        return date(months // 12, months % 12 + 1, last_day.day) + timedelta(days=1)
    except ValueError:  # no such day in that month
        months += 1
        return date(months // 12, months % 12 + 1, 1)


def _day(moment: datetime) -> date:
    return moment.astimezone(JAPAN).date()


def _has_room(moment: datetime) -> bool:
    """Whether zones and three months can be reckoned with: a certificate may claim the year 9999."""
    return MINYEAR < moment.year < MAXYEAR
