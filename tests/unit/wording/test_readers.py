"""Readers and cards in words: each kind its own, nothing shown that was not read, and what to do when there is some."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.card.status import ReaderStatus
from app.wording import language, procedures
from app.wording.readers import lying, reader_lines

NOW = datetime(2026, 11, 22, 1, 41, tzinfo=UTC)
MINE = ReaderStatus(
    "Reader 00",
    "my-number",
    sign_certificate=True,
    auth_certificate=True,
    sign_tries_left=4,
    auth_tries_left=3,
    auth_not_before="2022-03-05T01:00:00Z",
    auth_not_after="2027-02-17T14:59:59Z",
)


@pytest.mark.parametrize(
    ("reader", "title", "tone"),
    [
        (MINE, "マイナンバーカード", "ok"),
        (ReaderStatus("r", "phone", phone="android"), "スマートフォンのマイナンバーカード機能（Android）", "warn"),
        (ReaderStatus("r", "phone", phone="iphone"), "スマートフォンのマイナンバーカード機能（iPhone）", "warn"),
        (ReaderStatus("r", "phone"), "スマートフォンのマイナンバーカード機能", "warn"),
        (ReaderStatus("r", "juki", problem="card-not-supported"), "住基カード（古いカード）です", "warn"),
        (ReaderStatus("r", "other", problem="card-not-supported"), "まだ対応していない新しいカードです", "warn"),
        (ReaderStatus("r", "other"), "マイナンバーカードではありません", "warn"),
        (ReaderStatus("r", "none"), "カードがありません", "neutral"),
        (ReaderStatus("r", "other", problem="card-busy"), "カードをほかのアプリが使っています", "warn"),
        (ReaderStatus("r", "none", problem="card-removed"), "カードが離れました", "warn"),
        (ReaderStatus("r", "other", problem="card-fault"), "カードから予想外の返事がありました", "warn"),
    ],
)
def test_every_kind_of_card_has_words_and_something_to_do(reader: ReaderStatus, title: str, tone: str) -> None:
    said = lying(reader)
    assert (said.title, said.tone) == (title, tone)
    assert bool(said.detail) == (tone != "ok")


def test_all_that_is_known_without_a_password() -> None:
    assert reader_lines(MINE, NOW) == [
        "Reader 00：マイナンバーカード",
        "  署名用の証明書：入っています",
        "  有効期限（見込み）：2027年2月17日（あと 87 日）",
        "  この日付は、カードのもう1つの証明書から読んだ見込みです。",
        "  署名用パスワード：残り 4 回 / 5",
        "  利用者証明用の証明書：入っています",
        "  有効期限：2027年2月17日（あと 87 日）",
        "  利用者証明用の暗証番号（4桁）：残り 3 回 / 3",
        "  市区町村の窓口で更新してください。更新後、使えるまで最大1日かかることがあります。",
        "  引っ越しや改姓などをすると、期限の前でも使えなくなります。",
    ]


def test_what_was_not_read_is_said_to_be_unknown() -> None:
    lines = "\n".join(reader_lines(ReaderStatus("r", "my-number"), NOW))
    assert lines.count("残り回数は不明です") == 2
    assert lines.count("分かりません") == 3  # both certificates, and until when
    assert "見込みです" not in lines


def test_a_card_without_the_certificate_tells_why_and_guesses_no_date_for_it() -> None:
    lines = reader_lines(replace(MINE, sign_certificate=False), NOW)
    assert "  署名用の証明書：入っていません" in lines
    assert not any("見込み" in line for line in lines)
    assert any("15歳未満" in line and "成年被後見人" in line for line in lines)
    assert any("顔認証" in line for line in lines)


@pytest.mark.parametrize("locked", ["sign_tries_left", "auth_tries_left"])
def test_a_locked_password_brings_the_roads_out(locked: str) -> None:
    text = "\n".join(reader_lines(replace(MINE, **{locked: 0}), NOW))
    assert "ロックされています" in text
    assert "市区町村の窓口（どの場合でも）" in text
    assert "JPKI暗証番号リセット" in text
    assert "両方とも分からないときは、窓口だけ" in text
    assert "スマートフォンに入れた証明書" not in text, "of a plastic card"


def test_with_both_passwords_locked_only_the_office_helps() -> None:
    text = "\n".join(reader_lines(replace(MINE, sign_tries_left=0, auth_tries_left=0), NOW))
    assert "市区町村の窓口（どの場合でも）" in text
    assert "JPKI暗証番号リセット" not in text
    assert "どちらもロックされているため" in text


def test_the_road_by_app_and_store_needs_a_certificate_that_has_not_ended() -> None:
    ended = replace(MINE, sign_tries_left=0, auth_not_after="2026-11-20T14:59:59Z")
    assert "JPKI暗証番号リセット" not in "\n".join(reader_lines(ended, NOW))


def test_of_an_ended_certificate_it_is_not_said_what_could_end_it() -> None:
    text = "\n".join(reader_lines(replace(MINE, auth_not_after="2026-11-20T14:59:59Z"), NOW))
    assert "発行し直してもらえます" in text
    assert "期限の前でも" not in text


def test_the_demo_card_is_called_one() -> None:
    first = reader_lines(replace(MINE, name="Natsuin demo"), NOW, demo=True)[0]
    assert first == "見本のリーダー：マイナンバーカード（見本）"


def test_a_busy_card_promises_nothing_on_the_command_line() -> None:
    text = "\n".join(reader_lines(ReaderStatus("r", "other", problem="card-busy"), NOW))
    assert "利用者クライアントソフト" in text
    assert "自動" not in text


def test_a_reader_cannot_write_into_the_terminal() -> None:
    assert "\x1b" not in "".join(reader_lines(replace(MINE, name="evil\x1b[2J\u202e"), NOW))


@pytest.mark.parametrize("name", language.LANGUAGES)
def test_every_explanation_has_words_in_both_languages(name: str) -> None:
    language.use(name)
    sections = procedures.sections()
    assert len({section.key for section in sections}) == len(sections) == 7
    for section in sections:
        assert section.title
        assert all(point.title or point.text for point in section.points)
        assert "!" not in str(section)


def test_the_lost_card_has_a_number_to_call() -> None:
    assert procedures.CALL_CENTRE in procedures.lost().points[0].title
