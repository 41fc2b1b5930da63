"""Every error has words in both languages, shaped alike, and foreign strings in them are harmless."""

import pytest

from app.errors import registry
from app.errors.base import UserError
from app.errors.card import (
    CertificateExpired,
    CertificateNotYetValid,
    CertificateUnusable,
    NoReader,
    PasswordIncorrect,
    SignatureMismatch,
)
from app.errors.document import FileNotFound
from app.errors.usage import InternalError
from app.wording import language
from app.wording.errors import VARIANTS, WORDS, words

ALL = list(registry.all_errors())


def test_codes_are_kebab_case_and_unique() -> None:
    codes = [cls.code for cls in ALL]
    assert len(set(codes)) == len(codes)
    assert all(code and code == code.lower() and set(code) <= set("abcdefghijklmnopqrstuvwxyz-") for code in codes)


def test_no_class_is_without_words() -> None:
    assert set(WORDS) == set(ALL)


@pytest.mark.parametrize("cls", ALL, ids=lambda cls: cls.code)
def test_japanese_is_complete_and_polite(cls: type[UserError]) -> None:
    language.use("ja")
    said = words(cls(attempts_remaining=2, file="契約書.pdf"))
    for part in (said.title, said.happened, said.todo):
        assert any("\u3040" <= character <= "\u30ff" or "\u4e00" <= character <= "\u9fff" for character in part)
        assert "！" not in part
        assert "{" not in part
    assert said.happened.endswith("。") or "：" in said.happened


@pytest.mark.parametrize("cls", ALL, ids=lambda cls: cls.code)
def test_english_is_the_message_itself(cls: type[UserError]) -> None:
    language.use("en")
    said = words(cls(attempts_remaining=2))
    assert (
        str(said).isascii()
        or "署名用" in str(said)
        or "–" in str(said)
        or "“" in str(said)
        or "×" in str(said)
        or "住基" in str(said)
        or "利用者" in str(said)
    )


VARIED = [(cls, fact, value) for cls, (fact, said) in VARIANTS.items() for value in said]


@pytest.mark.parametrize(("cls", "fact", "value"), VARIED, ids=lambda part: getattr(part, "code", part))
def test_words_that_a_fact_chooses_are_complete_and_different(cls: type[UserError], fact: str, value: str) -> None:
    facts = {"file": "鍵.p12", "not_after": "2026-02-17", "not_before": "2026-02-17"}
    for spoken in ("ja", "en"):
        language.use(spoken)
        said, usual = words(cls(**facts, **{fact: value})), words(cls(**facts, **{fact: "else"}))
        assert (said.happened, said.todo) != (usual.happened, usual.todo)
        for part in (said.title, said.happened, said.todo):
            assert "{" not in part
            assert "?" not in part
            assert "！" not in part
            if spoken == "ja":
                assert any("\u3040" <= character <= "\u30ff" for character in part)


def test_who_uses_a_key_file_is_sent_to_no_office() -> None:
    for cls in (CertificateExpired, CertificateNotYetValid, CertificateUnusable, SignatureMismatch):
        assert "カード" not in str(words(cls(key="file")))
        assert "窓口" not in str(words(cls(key="file")))
        assert str(words(cls(key="card"))) == str(words(cls()))


def test_a_file_name_cannot_write_into_the_sentence() -> None:
    language.use("en")
    said = words(FileNotFound(file="a\u202egnp.fdp\n{x}<b>"))
    assert "⟨U+202E⟩" in said.happened
    assert "\n" not in said.happened
    assert "{x}<b>" in said.happened


def test_wrong_password_says_how_many_tries_or_that_it_is_not_known() -> None:
    assert "あと 3 回" in words(PasswordIncorrect(attempts_remaining=3)).happened
    assert "読み取れません" in words(PasswordIncorrect(attempts_remaining=None)).happened


def test_that_the_pdf_is_unchanged_is_said_only_where_one_is_at_stake() -> None:
    assert "PDF" not in str(words(NoReader()))
    assert "PDFは変わっていません。" in str(words(NoReader(), pdf=True))
    assert words(FileNotFound(file="a.pdf"), pdf=True).unchanged == ""


def test_days_are_written_as_people_write_them() -> None:
    assert "2025年4月12日 で" in words(CertificateExpired(not_after="2025-04-12", key="card")).happened
    assert "2025年4月12日" in words(CertificateNotYetValid(not_before="2025-04-12", key="file")).happened
    assert "soon" in words(CertificateExpired(not_after="soon", key="card")).happened


def test_an_error_survives_the_way_out_of_a_child() -> None:
    error = PasswordIncorrect(attempts_remaining=4)
    again = registry.by_code(error.code, error.facts)
    assert isinstance(again, PasswordIncorrect)
    assert again.attempts_remaining == 4
    assert isinstance(registry.by_code("no-such-code", {}), InternalError)
