"""Days left, renewal and stages at the edges of days, months and calendars."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.pki.validity import JAPAN, Life, Stage, life, renewable_from


def japan(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=JAPAN)


def seen(now: str, ends: str = "2027-02-17 23:59:59", begins: str = "2022-03-05 10:00:00") -> Life:
    return Life(japan(begins), japan(ends), japan(now))


@pytest.mark.parametrize(
    ("last", "opens"),
    [
        ("2027-02-17", "2026-11-18"),
        ("2023-07-07", "2023-04-08"),
        ("2023-05-28", "2023-03-01"),  # 28 February is there: the day after it
        ("2023-05-29", "2023-03-01"),  # no 29 February: the first of the next month
        ("2023-05-30", "2023-03-01"),
        ("2023-05-31", "2023-03-01"),
        ("2024-05-28", "2024-02-29"),  # a leap year
        ("2024-05-29", "2024-03-01"),
        ("2024-05-30", "2024-03-01"),
        ("2026-12-31", "2026-10-01"),  # no 31 September
        ("2026-07-31", "2026-05-01"),  # no 31 April
        ("2026-03-31", "2026-01-01"),  # over New Year
        ("2026-01-31", "2025-11-01"),
        ("2026-02-28", "2025-11-29"),
        ("2028-02-29", "2027-11-30"),
    ],
)
def test_renewal_opens_when_less_than_three_months_are_left(last: str, opens: str) -> None:
    assert renewable_from(date.fromisoformat(last)) == date.fromisoformat(opens)


@given(st.dates(date(1900, 1, 1), date(9000, 1, 1)))
def test_renewal_is_open_for_about_three_months_and_never_closes_again(last: date) -> None:
    assert 87 <= (last - renewable_from(last)).days <= 92
    assert renewable_from(last) <= renewable_from(last + timedelta(days=1))


@pytest.mark.parametrize(
    ("now", "days"),
    [
        ("2026-11-22 10:41:00", 87),
        ("2027-02-16 23:59:59", 1),
        ("2027-02-17 00:00:00", 0),
        ("2027-02-17 23:59:59", 0),
        ("2027-02-18 00:00:00", -1),
    ],
)
def test_days_are_japanese_calendar_days(now: str, days: int) -> None:
    assert seen(now).days_left == days


def test_a_day_ends_in_japan_not_where_the_computer_is() -> None:
    ends = datetime(2027, 2, 17, 14, 59, 59, tzinfo=UTC)
    still_there = Life(ends - timedelta(days=100), ends, datetime(2027, 2, 16, 15, 0, tzinfo=UTC))
    assert still_there.last_day == date(2027, 2, 17)
    assert still_there.days_left == 0  # the 17th has begun in Japan


@pytest.mark.parametrize(
    ("now", "stage"),
    [
        ("2022-03-05 09:59:59", Stage.NOT_BEGUN),
        ("2022-03-05 10:00:00", Stage.FRESH),
        ("2026-11-17 23:59:59", Stage.FRESH),
        ("2026-11-18 00:00:00", Stage.RENEWABLE),
        ("2027-02-02 23:59:59", Stage.RENEWABLE),  # 15 days left
        ("2027-02-03 00:00:00", Stage.LAST_DAYS),  # 14
        ("2027-02-17 23:59:59", Stage.LAST_DAYS),
        ("2027-02-18 00:00:00", Stage.ENDED),
    ],
)
def test_every_stage_begins_on_its_day(now: str, stage: Stage) -> None:
    assert seen(now).stage is stage


def test_an_end_in_the_middle_of_a_day_counts_to_the_second() -> None:
    assert seen("2027-02-17 12:00:00", ends="2027-02-17 12:00:00").stage is Stage.LAST_DAYS
    assert seen("2027-02-17 12:00:01", ends="2027-02-17 12:00:00").stage is Stage.ENDED


def test_the_share_of_a_life() -> None:
    whole = seen("2024-01-01 00:00:00", begins="2024-01-01 00:00:00", ends="2024-01-11 00:00:00")
    assert whole.share(japan("2024-01-06 00:00:00")) == pytest.approx(0.5)
    assert whole.share(japan("2020-01-01 00:00:00")) == 0
    assert whole.share(japan("2030-01-01 00:00:00")) == 1
    assert whole.renewable_share == 0  # renewal opened before it began
    assert 0.9 < seen("2026-11-22 10:41:00").renewable_share < 0.96


def test_a_life_without_length_is_over() -> None:
    same = seen("2024-01-01 00:00:00", begins="2024-01-01 00:00:00", ends="2024-01-01 00:00:00")
    assert same.share(japan("2023-01-01 00:00:00")) == 1


NOW = datetime(2026, 11, 22, tzinfo=UTC)


def test_a_life_is_read_from_what_the_keeper_says() -> None:
    read = life("2022-03-05T01:00:00+00:00", "2027-02-17T14:59:59Z", NOW)
    assert read is not None
    assert (read.first_day, read.last_day) == (date(2022, 3, 5), date(2027, 2, 17))


@pytest.mark.parametrize(
    ("begins", "ends"),
    [
        (None, "2027-02-17T14:59:59Z"),
        ("2022-03-05T01:00:00Z", None),
        ("2022-03-05T01:00:00Z", "soon"),
        ("2022-03-05T01:00:00", "2027-02-17T14:59:59"),  # no zone: which day it is cannot be said
        ("2022-03-05T01:00:00Z", "9999-12-31T23:59:59Z"),  # no day of this calendar in Japan
        ("0001-01-01T00:00:00Z", "2027-02-17T14:59:59Z"),
    ],
)
def test_what_cannot_be_reckoned_with_is_not_known(begins: str | None, ends: str | None) -> None:
    assert life(begins, ends, NOW) is None
