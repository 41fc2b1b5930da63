"""The person in a 署名用 certificate, in words. Everything comes from the card and is shown harmlessly."""

from __future__ import annotations

from itertools import groupby
from typing import NamedTuple

from app.pki.birth import Birth, birth_of
from app.wording.language import mark
from app.wording.language import text as _
from app.wording.plain import shown

_ERAS = {1: mark("Meiji"), 2: mark("Taisho"), 3: mark("Showa"), 4: mark("Heisei"), 5: mark("Reiwa")}


class Run(NamedTuple):
    """Characters beside each other that are all stand-ins, or none of them."""

    text: str
    stand_in: bool


def runs(text: str, flags: str | None) -> tuple[Run, ...]:
    """A name or an address, the stand-ins apart: `flags` has one digit a character, 1 marks a stand-in (代替文字).

    Characters without a digit are none.
    """
    digits = (flags or "").ljust(len(text), "0")
    marked = [(shown(character), digit == "1") for character, digit in zip(text, digits, strict=False)]
    return tuple(
        Run("".join(character for character, _stand_in in group), stand_in)
        for stand_in, group in groupby(marked, key=lambda pair: pair[1])
    )


def spoken_runs(parts: tuple[Run, ...]) -> str:
    """The same for a screen reader."""
    return "".join(_("{text} (stand-in)", text=part.text) if part.stand_in else part.text for part in parts)


def stand_in_note() -> str:
    """What the marked characters are."""
    return _(
        "Underlined characters stand in for ones that the certificate cannot hold (代替文字). Your residence record "
        "and the face of the card show the right ones. The signature is just as good."
    )


def sex_words(sex: str | None) -> str:
    """The sex as the certificate says it."""
    known = {"1": _("Male"), "2": _("Female"), "9": _("Not stated")}
    return known.get(sex, shown(sex, 20)) if sex else _("Not in the certificate")


def birth_words(text: str | None) -> str:
    """The birth date in the Gregorian calendar and the Japanese era; unknown parts are named as such."""
    if not text:
        return _("Not in the certificate")
    birth = birth_of(text)
    if birth is None:
        return _("Not readable: {text}", text=shown(text, 40))
    day = _known_parts(birth)
    if birth.era is None or birth.era_year is None:
        return day
    number = birth.era_year if birth.era_year > 1 else _("1")
    return _("{day} ({era} {year})", day=day, era=_(_ERAS[birth.era]), year=number)


def _known_parts(birth: Birth) -> str:
    year, month, day = birth.year, birth.month, birth.day
    if year and month and day:
        return _("{year}-{month:02}-{day:02}", year=year, month=month, day=day)
    if year and month:
        return _("{year}-{month:02}, day not known", year=year, month=month)
    if year:
        return _("{year}, month and day not known", year=year)
    if month and day:
        return _("{month:02}-{day:02}, year not known", month=month, day=day)
    return _("Not known")
