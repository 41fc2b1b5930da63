"""How long a certificate lasts, in words: pills, a sentence of what to do, the two lines below the bar of its life."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from app.pki.validity import Life, Stage
from app.wording.language import plural
from app.wording.language import text as _


class PillWords(NamedTuple):
    """Words, kind (neutral, info, warn, bad) and icon of one pill."""

    text: str
    kind: str
    icon: str


def day_words(day: date) -> str:
    """A day as people write it."""
    return _("{year}-{month:02}-{day:02}", year=day.year, month=day.month, day=day.day)


def last_day(life: Life) -> str:
    """The last day."""
    return day_words(life.last_day)


def left_words(life: Life) -> str:
    """The days left, or that it has ended or not begun."""
    if life.stage is Stage.NOT_BEGUN:
        return _("Not begun yet")
    if life.stage is Stage.ENDED:
        return _("Expired")
    return plural("{n} day left", "{n} days left", life.days_left) if life.days_left > 0 else _("Ends today")


def pills(life: Life) -> tuple[PillWords, ...]:
    """The state in one or two pills; colours are never alone."""
    kind, icon = {
        Stage.NOT_BEGUN: ("warn", "clock"),
        Stage.FRESH: ("neutral", "clock"),
        Stage.RENEWABLE: ("warn", "clock"),
        Stage.LAST_DAYS: ("bad", "clock"),
        Stage.ENDED: ("bad", "circle-x"),
    }[life.stage]
    first = PillWords(left_words(life), kind, icon)
    if life.stage in (Stage.RENEWABLE, Stage.LAST_DAYS):
        return first, PillWords(_("Can be renewed"), "info", "")
    return (first,)


def advice(life: Life) -> str:
    """What to do about it now."""
    if life.stage is Stage.NOT_BEGUN:
        day = day_words(life.first_day)
        return _("It can be used from {day} on. If that is past, check this computer's date.", day=day)
    if life.stage is Stage.ENDED:
        return _("Have it issued anew at your municipal office. It can take up to a day before the new one works.")
    if life.stage is Stage.FRESH:
        day = day_words(life.renewable_from)
        return _("It can be renewed from {day} on, at your municipal office.", day=day)
    return _("Have it renewed at your municipal office. It can take up to a day before the new one works.")


def ends_early(life: Life) -> str:
    """What ends the 署名用 certificate before its date; empty once that is past."""
    if life.stage is Stage.ENDED:
        return ""
    return _("Moving house or a change of name ends it before that date.")


def estimate() -> str:
    """Why the date is not the 署名用 certificate's own."""
    return _("Estimated from the other certificate on the card.")


def issued(life: Life) -> str:
    """The line below the beginning of its life."""
    return _("Issued {day}", day=day_words(life.first_day))


def renewal_period(life: Life) -> str:
    """The line below the end of its life."""
    return _("Renewal {first} – {last}", first=day_words(life.renewable_from), last=last_day(life))
