"""The person of a certificate in words: eras, unknown parts, stand-ins, and nothing hostile."""

from __future__ import annotations

import pytest

from app.wording import language
from app.wording.person import Run, birth_words, runs, sex_words, spoken_runs


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("319800217", "1980年2月17日（昭和55年）"),
        ("520190501", "2019年5月1日（令和元年）"),
        ("119120729", "1912年7月29日（明治45年）"),
        ("319800200", "1980年2月（日は不明）（昭和55年）"),
        ("319800000", "1980年（月と日は不明）（昭和55年）"),
        ("019800217", "1980年2月17日"),
        ("300000217", "2月17日（年は不明）"),
        ("000000000", "不明です"),
        ("300000200", "不明です"),
        ("1980/02/17", "読み取れない形です：1980/02/17"),
        ("", "証明書に入っていません"),
        (None, "証明書に入っていません"),
    ],
)
def test_birth_dates(text: str | None, said: str) -> None:
    assert birth_words(text) == said


def test_birth_dates_in_english() -> None:
    language.use("en")
    assert birth_words("319800217") == "1980-02-17 (Showa 55)"
    assert birth_words("520190501") == "2019-05-01 (Reiwa 1)"


@pytest.mark.parametrize(
    ("sex", "said"),
    [("1", "男性"), ("2", "女性"), ("9", "記載なし"), ("x\u202e", "x⟨U+202E⟩"), (None, "証明書に入っていません")],
)
def test_sex(sex: str | None, said: str) -> None:
    assert sex_words(sex) == said


@pytest.mark.parametrize(
    ("text", "flags", "parts"),
    [
        ("渡邉　善郎", "00000", (Run("渡邉　善郎", False),)),
        ("渡邉　善郎", "01000", (Run("渡", False), Run("邉", True), Run("　善郎", False))),
        ("渡邉　善郎", "11000", (Run("渡邉", True), Run("　善郎", False))),
        ("渡邉", None, (Run("渡邉", False),)),
        ("渡邉", "1", (Run("渡", True), Run("邉", False))),  # too few digits
        ("渡邉", "00111111", (Run("渡邉", False),)),  # too many
        ("𠮷田", "10", (Run("𠮷", True), Run("田", False))),
        ("a\u202eb", "010", (Run("a", False), Run("⟨U+202E⟩", True), Run("b", False))),
        ("", "1", ()),
    ],
)
def test_stand_ins_stand_apart(text: str, flags: str | None, parts: tuple[Run, ...]) -> None:
    assert runs(text, flags) == parts


def test_stand_ins_are_spoken() -> None:
    assert spoken_runs(runs("渡邉", "01")) == "渡邉（代替文字）"
