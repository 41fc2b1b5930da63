"""The reader doctor over computers, readers and cards in every state: it stops at the first fault and names it."""

from __future__ import annotations

import json

import pytest
from doctor_cases import CASES, LINUX, PASORI, READER, SHOWN, WINDOWS, Case, KeeperOf, changed, my_number_card

from app.card import surroundings
from app.card.doctor import CHECKS, CODES, NOT_LOOKED_AT, WELL, Diagnosis, examine, steps
from app.card.examination import Exchange, Finding, Greeting
from app.errors.card import ReaderNotFound

SECOND = "Circle CIR415 CL 00 00"


def diagnosed(case: Case, monkeypatch: pytest.MonkeyPatch, reader: str | None = None) -> Diagnosis:
    monkeypatch.setattr(surroundings, "survey", lambda: case.host)
    monkeypatch.setattr(surroundings, "programs", lambda: ("firefox-esr",))
    return examine(case.keeper(), reader)  # type: ignore[arg-type]


def two_readers(*findings: Finding) -> Case:
    names = (READER, SECOND)
    return Case("", LINUX, Greeting(0, dict.fromkeys(names, True)), dict(zip(names, findings, strict=True)))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.code}-{case.host.platform}-{case.host.sandbox}")
def test_every_state_has_its_code_and_nothing_is_looked_at_after_a_fault(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = diagnosed(case, monkeypatch)
    states = [check.state for check in found.checks]
    assert [check.check for check in found.checks] == list(CHECKS)
    if case.code in WELL:
        assert states == ["ok"] * 5
        assert found.checks[-1].code == case.code
        assert found.well
    else:
        place = states.index("failed")
        assert found.checks[place].code == case.code
        assert states == ["ok"] * place + ["failed"] + [NOT_LOOKED_AT] * (4 - place)
        assert not found.well
        assert found.failed is found.checks[place]
    for check in found.checks:
        assert check.code in (*CODES[check.check], NOT_LOOKED_AT)


def test_the_cases_reach_every_code(monkeypatch: pytest.MonkeyPatch) -> None:
    reached = {check.code for case in CASES for check in diagnosed(case, monkeypatch).checks} - {NOT_LOOKED_AT}
    assert reached == {code for codes in CODES.values() for code in codes}


def test_the_checks_come_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    case = next(case for case in CASES if case.code == "ready")
    monkeypatch.setattr(surroundings, "survey", lambda: case.host)
    assert [check.check for check, _host in steps(case.keeper())] == list(CHECKS)  # type: ignore[arg-type]


def test_nothing_is_said_to_a_card_when_the_service_or_the_readers_are_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(surroundings, "survey", lambda: LINUX)
    for greeting in (Greeting(0x8010001D, {}), Greeting(0, {}), Greeting(0, {READER: False})):
        keeper = KeeperOf(greeting, {})
        examine(keeper)  # type: ignore[arg-type]
        assert keeper.looks == []


def test_the_reader_with_the_my_number_card_is_found_among_others(monkeypatch: pytest.MonkeyPatch) -> None:
    found = diagnosed(two_readers(Finding("read", "other"), my_number_card()), monkeypatch)
    assert found.well
    assert found.checks[2].facts["reader"] == 2
    assert [reader.finding is not None for reader in found.readers] == [True, True]


def test_of_several_faults_the_one_nearest_to_a_signature_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    found = diagnosed(two_readers(Finding("read", "other"), Finding("card-busy")), monkeypatch)
    assert found.failed is not None
    assert (found.failed.code, found.failed.facts["name"]) == ("card-busy", SECOND)


def test_the_look_ends_with_the_first_my_number_card(monkeypatch: pytest.MonkeyPatch) -> None:
    case = two_readers(my_number_card(), my_number_card())
    monkeypatch.setattr(surroundings, "survey", lambda: LINUX)
    keeper = case.keeper()
    assert examine(keeper).well  # type: ignore[arg-type]
    assert keeper.looks == [READER]


def test_a_reader_may_be_asked_for_by_a_part_of_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    case = two_readers(my_number_card(), Finding("read", "other"))
    found = diagnosed(case, monkeypatch, "CIR415")
    assert found.failed is not None
    assert found.failed.code == "other-card"
    with pytest.raises(ReaderNotFound):
        diagnosed(case, monkeypatch, "no such reader")


def test_an_empty_reader_that_was_asked_for_is_the_one_that_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    names = {READER: True, SECOND: False}
    case = Case("", LINUX, Greeting(0, names), {READER: my_number_card(), SECOND: Finding("no-card")})
    found = diagnosed(case, monkeypatch, "CIR415")
    assert found.failed is not None
    assert (found.failed.code, found.failed.facts["name"]) == ("no-card", SECOND)


def test_who_could_be_holding_a_busy_card_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    others = diagnosed(Case("", LINUX, Greeting(0, {READER: True}), {READER: Finding("card-busy")}), monkeypatch)
    assert others.failed is not None
    assert others.failed.facts["programs"] == ["firefox-esr"]
    ours = Finding("card-busy", status="held-here")
    own = diagnosed(Case("", LINUX, Greeting(0, {READER: True}), {READER: ours}), monkeypatch)
    assert own.failed is not None
    assert own.failed.facts["programs"] == ["Natsuin"]


def test_a_reader_without_driver_is_told_beside_one_that_works(monkeypatch: pytest.MonkeyPatch) -> None:
    greeting = Greeting(0, {READER: True})
    case = Case("", changed(LINUX, usb=(PASORI,)), greeting, {READER: my_number_card()})
    assert diagnosed(case, monkeypatch).checks[1].facts["unlisted"] == ["Sony PaSoRi RC-S380/S"]
    named = "Sony FeliCa Port/PaSoRi RC-S380 0"
    case = Case("", changed(WINDOWS, usb=(PASORI,)), Greeting(0, {named: True}), {named: my_number_card()})
    assert diagnosed(case, monkeypatch).checks[1].facts["unlisted"] == [], "its maker's software made it known"


def test_the_json_is_what_is_published(monkeypatch: pytest.MonkeyPatch) -> None:
    trace = (Exchange("CONNECT", "ok", 81.5), Exchange("SELECT JPKI", "9000", 12.25))
    finding = my_number_card(protocol="T=1", interface="contactless", atr="3B888001", trace=trace)
    case = Case("", changed(LINUX, usb=(PASORI,)), Greeting(0, {READER: True, SECOND: False}), {READER: finding})
    plain = json.loads(json.dumps(diagnosed(case, monkeypatch).plain()))
    assert list(plain) == [
        "version",
        "platform",
        "well",
        "checks",
        "readers",
        "trace",
        "surroundings",
        "versions",
    ]
    assert (plain["version"], plain["platform"], plain["well"]) == (1, "linux", True)
    assert plain["checks"][0] == {"check": "service", "state": "ok", "code": "service-runs"}
    assert plain["checks"][4] == {
        "check": "password",
        "state": "ok",
        "code": "ready",
        "sign_tries_left": 5,
        "auth_tries_left": 3,
        "sign_certificate": True,
        "auth_certificate": True,
        "auth_life": "fresh",
    }
    assert plain["readers"][0]["name"] == SHOWN
    assert plain["readers"][1] == {"reader": 2, "name": SECOND, "present": False}
    assert plain["trace"] == [
        {"reader": 1, "command": "CONNECT", "status": "ok", "milliseconds": 81.5, "length": 0},
        {"reader": 1, "command": "SELECT JPKI", "status": "9000", "milliseconds": 12.25, "length": 0},
    ]
    assert plain["surroundings"]["usb"] == [
        {"usb": "054c:06c1", "name": "Sony PaSoRi RC-S380/S", "smart_card": False, "driver": ""}
    ]
    assert {"natsuin", "python", "os"} <= set(plain["versions"])


def test_codes_are_kebab_case() -> None:
    codes = [code for codes in CODES.values() for code in codes]
    assert len(set(codes)) == len(codes)
    assert all(set(code) <= set("abcdefghijklmnopqrstuvwxyz-") for code in codes)
