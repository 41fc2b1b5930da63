"""The one table that turns facts into a verdict."""

from __future__ import annotations

import re

import pytest

from app.verification.report import BAD, CAUTION, NOTES, REASONS, SignatureReport, VerificationReport


def report(**facts) -> SignatureReport:
    values = {
        "field": "Signature1",
        "intact": True,
        "covers_whole_file": True,
        "changes": "none",
        "trusted": "jpki",
        "holder": "署名　花子",
        "level": "pades-b-b",
        "claimed_time": None,
        "proven_time": None,
        "revocation": "not-checked",
        "reasons": (),
    }
    return SignatureReport(**{**values, **facts}).judged()


@pytest.mark.parametrize("trusted", ["jpki", "given", "system"])
@pytest.mark.parametrize("changes", ["none", "permitted"])
def test_good(trusted, changes):
    assert report(trusted=trusted, changes=changes, reasons=tuple(NOTES)).verdict == "good"


@pytest.mark.parametrize(
    "facts", [{"trusted": "no"}, {"trusted": "demo"}, {"changes": "unknown"}, {"trusted": "?"}, {"changes": "?"}]
)
def test_caution(facts):
    assert report(**facts).verdict == "caution"


@pytest.mark.parametrize("code", CAUTION)
def test_reasons_for_caution(code):
    assert report(reasons=(code,)).verdict == "caution"


@pytest.mark.parametrize("code", BAD)
def test_reasons_that_are_bad(code):
    assert report(reasons=(code, *CAUTION.keys() - {"unsupported-format"})).verdict == "bad"


@pytest.mark.parametrize("facts", [{"intact": False}, {"changes": "forbidden"}])
def test_bad(facts):
    assert report(**facts).verdict == "bad"
    assert report(trusted="no", **facts).verdict == "bad"


def test_what_cannot_be_checked_is_not_called_broken():
    assert report(intact=False, reasons=("unsupported-format",)).verdict == "caution"


def test_a_file_is_as_good_as_its_worst_signature():
    assert VerificationReport(()).verdict == "none"
    good, bad, caution = report(), report(intact=False), report(trusted="no")
    assert VerificationReport((good,)).verdict == "good"
    assert VerificationReport((good, caution)).verdict == "caution"
    assert VerificationReport((bad, good, caution)).verdict == "bad"


def test_the_published_form():
    whole = VerificationReport((report(reasons=("weak-digest",)),))
    plain = whole.plain()
    assert plain["version"] == 1
    assert plain["signatures"][0].keys() == {
        *("field", "verdict", "intact", "covers_whole_file", "changes", "trusted", "holder", "level"),
        *("claimed_time", "proven_time", "revocation", "reasons"),
    }
    assert VerificationReport.from_plain(plain) == whole


def test_reason_codes_are_slugs_with_a_meaning():
    assert len(REASONS) == len(BAD) + len(CAUTION) + len(NOTES)
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", code) and meaning for code, meaning in REASONS.items())
