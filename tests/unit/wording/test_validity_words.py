"""Pills and advice for each stage of a certificate's life."""

from __future__ import annotations

from datetime import datetime

import pytest

from app.errors.card import CertificateExpired
from app.pki.validity import JAPAN, Life
from app.wording import language, validity
from app.wording.errors import words


def seen(now: str) -> Life:
    begins, ends = datetime(2022, 3, 5, 10, tzinfo=JAPAN), datetime(2027, 2, 17, 23, 59, 59, tzinfo=JAPAN)
    return Life(begins, ends, datetime.fromisoformat(now).replace(tzinfo=JAPAN))


@pytest.mark.parametrize(
    ("now", "pills", "advice"),
    [
        ("2022-03-05 09:00", [("まだ使えません", "warn")], "パソコンの日付"),
        ("2026-11-17 12:00", [("あと 92 日", "neutral")], "2026年11月18日から"),
        ("2026-11-22 12:00", [("あと 87 日", "warn"), ("更新できます", "info")], "窓口で更新"),
        ("2027-02-16 12:00", [("あと 1 日", "bad"), ("更新できます", "info")], "窓口で更新"),
        ("2027-02-17 12:00", [("今日まで", "bad"), ("更新できます", "info")], "窓口で更新"),
        ("2027-02-18 00:00", [("期限切れ", "bad")], "発行し直してもらえます"),
    ],
)
def test_every_stage_has_its_pills_and_its_advice(now: str, pills: list[tuple[str, str]], advice: str) -> None:
    life = seen(now)
    assert [(pill.text, pill.kind) for pill in validity.pills(life)] == pills
    assert advice in validity.advice(life)
    assert all(pill.icon for pill in validity.pills(life)[:1])  # never by colour alone


def test_one_day_is_one_day_in_english() -> None:
    language.use("en")
    assert validity.left_words(seen("2027-02-16 12:00")) == "1 day left"
    assert validity.left_words(seen("2027-02-15 12:00")) == "2 days left"


def test_the_lines_below_the_bar() -> None:
    life = seen("2026-11-22 12:00")
    assert validity.issued(life) == "2022年3月5日 発行"
    assert validity.renewal_period(life) == "更新できる期間 2026年11月18日 〜 2027年2月17日"
    language.use("en")
    assert validity.issued(life) == "Issued 2022-03-05"
    assert validity.last_day(life) == "2027-02-17"


def test_what_could_end_it_before_its_date_is_not_told_after_it() -> None:
    assert "期限の前でも" in validity.ends_early(seen("2027-02-16 12:00"))
    assert validity.ends_early(seen("2027-02-18 12:00")) == ""


def test_an_ended_certificate_is_issued_anew_wherever_it_is_told() -> None:
    ended = validity.advice(seen("2027-02-18 12:00"))
    assert words(CertificateExpired(not_after="2027-02-17", key="card")).todo == ended
    assert "更新" not in ended
