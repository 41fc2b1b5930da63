"""Facts of a verification become three answers: green only for what is proven, nothing of a demo card ever green."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.verification.report import BAD, CAUTION, REASONS, SignatureReport, VerificationReport
from app.wording import language
from app.wording.outcomes import answers, details, headline, reason, signer

GOOD = SignatureReport(
    field="Signature1",
    intact=True,
    covers_whole_file=True,
    changes="none",
    trusted="jpki",
    holder="山田　太郎",
    level="pades-b-b",
    claimed_time="2026-11-22T10:42:00+09:00",
    proven_time=None,
    revocation="not-checked",
    reasons=("validity-not-proven",),
).judged()


@pytest.fixture(autouse=True, params=["en", "ja"])
def said_in(request: pytest.FixtureRequest) -> object:
    language.use(request.param)
    yield request.param
    language.use("en")


def told(*signatures: SignatureReport) -> VerificationReport:
    return VerificationReport(tuple(signature.judged() for signature in signatures))


def test_a_card_signature_is_unchanged_named_and_its_revocation_open() -> None:
    given = answers(GOOD)
    assert (given.changed.tone, given.who.tone, given.unchecked.tone) == ("ok", "ok", "neutral")
    assert given.who.title == signer(GOOD) == "山田　太郎"
    assert headline(told(GOOD)).tone == "ok"


def test_a_claimed_time_leaves_validity_at_signing_open_and_a_proven_one_closes_it() -> None:
    proven = replace(GOOD, proven_time="2026-11-22T10:43:00+09:00", revocation="good", reasons=())
    assert answers(GOOD).unchecked.tone == "neutral"
    assert answers(proven).unchecked.tone == "ok"


def test_nothing_of_a_demo_card_is_good() -> None:
    demo = replace(GOOD, trusted="demo")
    assert answers(demo).who.tone == "neutral"
    assert headline(told(demo)).tone == "neutral"
    assert "山田" not in signer(demo)


def test_an_unknown_issuer_is_neutral_and_its_name_stands_in_no_heading() -> None:
    unknown = replace(GOOD, trusted="no", reasons=("issuer-unknown",))
    assert answers(unknown).who.tone == "neutral"
    assert "山田" in answers(unknown).who.detail
    asked = language.text("Ask the signer, or use the check that the issuer offers.")
    assert asked in answers(unknown).who.detail
    assert asked not in answers(unknown, own=True).who.detail, "whoever has just signed need not ask anybody"
    assert "山田" not in signer(unknown)
    assert headline(told(unknown)).tone == "neutral"


@pytest.mark.parametrize("code", sorted(BAD))
def test_every_bad_reason_shows_in_the_headline(code: str) -> None:
    broken = code in ("byte-range-invalid", "digest-mismatch", "signature-invalid", "unreadable")
    bad = replace(GOOD, reasons=(code,), intact=not broken, trusted="no" if broken else "jpki")
    assert headline(told(GOOD, bad)).tone == "bad"
    assert any(answer.tone == "bad" for answer in (answers(bad).changed, answers(bad).who))


@pytest.mark.parametrize("code", sorted(CAUTION))
def test_what_keeps_a_signature_from_being_good_is_never_all_green(code: str) -> None:
    doubted = replace(GOOD, reasons=(code,))
    assert headline(told(doubted)).tone != "ok"


def test_a_forbidden_change_is_altered_and_the_headline_warns() -> None:
    bad = replace(GOOD, changes="forbidden")
    assert answers(bad).changed.tone == headline(told(GOOD, bad)).tone == "bad"


def test_a_broken_signature_names_nobody() -> None:
    bad = replace(GOOD, intact=False, trusted="no", reasons=("digest-mismatch",))
    assert answers(bad).who.tone == "neutral"
    assert "山田" not in signer(bad)


def test_what_could_not_be_compared_is_neither_green_nor_amber() -> None:
    unknown = replace(GOOD, changes="unknown", reasons=("analysis-unfinished",))
    assert answers(unknown).changed.tone == headline(told(unknown)).tone == "neutral"


def test_a_name_cannot_turn_the_text_round() -> None:
    foreign = replace(GOOD, holder="a\u202eb<b>")
    assert "\u202e" not in answers(foreign).who.title
    assert all("\u202e" not in value for _label, value in details(replace(GOOD, field="x\u202e")))


def test_no_signature_has_a_headline() -> None:
    assert headline(VerificationReport(())).tone == "neutral"


def test_every_published_reason_has_words() -> None:
    assert all(reason(code) != code for code in REASONS)
