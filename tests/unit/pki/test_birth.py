"""Birth dates of certificates: whole, partial, unknown, nonsense."""

from __future__ import annotations

import pytest

from app.pki.birth import Birth, birth_of


@pytest.mark.parametrize(
    ("text", "birth", "era_year"),
    [
        ("319800217", Birth(3, 1980, 2, 17), 55),
        ("419900412", Birth(4, 1990, 4, 12), 2),
        ("520190501", Birth(5, 2019, 5, 1), 1),
        ("119120729", Birth(1, 1912, 7, 29), 45),
        ("319800000", Birth(3, 1980, None, None), 55),
        ("319800200", Birth(3, 1980, 2, None), 55),
        ("300000217", Birth(3, None, 2, 17), None),
        ("019800217", Birth(None, 1980, 2, 17), None),
        ("000000000", Birth(None, None, None, None), None),
        ("319809917", Birth(3, 1980, None, 17), 55),  # no such month
        ("519800217", Birth(5, 1980, 2, 17), None),  # the era began later
    ],
)
def test_parts_are_known_or_not(text: str, birth: Birth, era_year: int | None) -> None:
    assert birth_of(text) == birth
    assert birth.era_year == era_year


@pytest.mark.parametrize("text", ["", "1980-02-17", "31980021", "3198002177", "919800217", "３19800217", "31980021x"])
def test_another_form_is_no_date(text: str) -> None:
    assert birth_of(text) is None
