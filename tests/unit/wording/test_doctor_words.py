"""The reader doctor has words and a cure for every code, on every system, in both languages."""

from __future__ import annotations

import re
from typing import Any

import pytest
from doctor_cases import CASES, LINUX, MACOS, READER, WINDOWS, Case, changed, my_number_card

from app.card import surroundings
from app.card.doctor import CODES, WELL, Check, Diagnosis, _password, examine
from app.card.examination import Greeting
from app.card.host import Host
from app.wording import language
from app.wording.doctor import OFFICIAL_LIST, headline, lines, pending, report, said, state_name
from app.wording.doctor_cures import CURES

CHECKS_AND_CODES = [(check, code) for check, codes in CODES.items() for code in codes]
HOSTS = [
    LINUX,
    changed(LINUX, systemd=False, family="other"),
    *(changed(LINUX, family=family) for family in ("fedora", "arch", "suse")),
    *(changed(LINUX, sandbox=sandbox) for sandbox in ("flatpak", "snap", "container", "wsl")),
    WINDOWS,
    MACOS,
    changed(MACOS, sandbox="macos-app"),
]
FACTS = {
    "result": "80100013",
    "status": "6A80",
    "model": "Sony PaSoRi RC-S380/S",
    "driver": "pn533_usb",
    "name": "SCR3310",
    "token": "JPKIAPICCTOKEN3",
    "sign_tries_left": 2,
    "readers": ["SCR3310"],
    "unlisted": ["Sony PaSoRi RC-S380/S"],
    "programs": ["firefox-esr"],
}


def diagnosed(case: Case, monkeypatch: pytest.MonkeyPatch) -> Diagnosis:
    monkeypatch.setattr(surroundings, "survey", lambda: case.host)
    monkeypatch.setattr(surroundings, "programs", lambda: ("firefox-esr",))
    return examine(case.keeper())  # type: ignore[arg-type]


def texts(check: str, code: str, around: Host) -> list[str]:
    words = said(Check(check, "ok" if code in WELL else "failed", code, FACTS), around)
    return [words.title, *([words.sentence] if words.sentence else []), *(step.text for step in words.cure)]


@pytest.mark.parametrize("around", HOSTS, ids=lambda h: f"{h.platform}-{h.sandbox}-{h.family}")
@pytest.mark.parametrize(("check", "code"), CHECKS_AND_CODES)
def test_every_code_has_words_in_both_languages(check: str, code: str, around: Host) -> None:
    language.use("ja")
    for text in texts(check, code, around):
        assert "{" not in text
        assert "？" not in text
        assert "！" not in text
        if text not in ("SCR3310",):
            assert re.search(r"[\u3040-\u30ff\u4e00-\u9fff]", text), f"not Japanese: {text}"
    language.use("en")
    for text in texts(check, code, around):
        assert "{" not in text
        foreign = re.sub("NFCポートソフトウェア|住基カード", "", text)
        assert not re.search(r"[\u3040-\u30ff\u4e00-\u9fff]", foreign), f"not English: {text}"


def test_whatever_fails_has_a_cure_and_whatever_does_not_has_none() -> None:
    assert set(CURES) == {code for _check, code in CHECKS_AND_CODES} - WELL
    for around in HOSTS:
        for check, code in CHECKS_AND_CODES:
            assert bool(said(Check(check, "ok" if code in WELL else "failed", code, FACTS), around).cure) is (
                code not in WELL
            )


def test_the_cure_is_for_the_system_it_is_shown_on() -> None:
    def cure(code: str, around: Host) -> str:
        steps = CURES[code](around, {name: str(value) for name, value in FACTS.items()})
        return "\n".join(f"{step.text} {step.command}" for step in steps)

    language.use("en")
    assert "services" in cure("service-stopped", WINDOWS)
    assert "systemctl enable --now pcscd.socket" in cure("service-stopped", LINUX)
    assert "service pcscd start" in cure("service-stopped", changed(LINUX, systemd=False))
    assert "apt install pcscd libccid" in cure("library-missing", LINUX)
    assert "dnf install" in cure("library-missing", changed(LINUX, family="fedora"))
    assert "Restart the Mac" in cure("service-stopped", MACOS)
    assert "RC-S380" in cure("reader-without-driver", WINDOWS)
    assert "another reader" in cure("reader-without-driver", MACOS)
    assert "snap connect" in cure("service-out-of-reach", changed(LINUX, sandbox="snap"))
    assert "usbipd" in cure("no-reader", changed(LINUX, sandbox="wsl"))
    for code in CURES:
        for around in (WINDOWS, MACOS):
            assert not any(word in cure(code, around) for word in ("sudo", "systemctl", "apt ")), f"{code} on {around}"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.code)
def test_the_whole_is_said_for_the_terminal_and_as_a_report(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    found = diagnosed(case, monkeypatch)
    spoken = "\n".join(lines(found))
    assert spoken.startswith(headline(found))
    assert spoken.count("✗") == (0 if found.well else 1)
    copied = report(found)
    assert f"] {case.code}" in copied
    assert "natsuin " in copied


def test_the_official_list_is_named_where_a_reader_is_missing_and_never_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    for case in CASES:
        missing = case.code in ("no-reader", "reader-without-driver", "reader-not-listed")
        assert (OFFICIAL_LIST in "\n".join(lines(diagnosed(case, monkeypatch)))) is missing


def test_strangers_names_cannot_write_into_the_sentences(monkeypatch: pytest.MonkeyPatch) -> None:
    name = "Reader\u202e{reader}\n\x1b[2J<b>"
    case = Case("", LINUX, Greeting(0, {name: True}), {name: my_number_card()})
    found = diagnosed(case, monkeypatch)
    for text in (*lines(found), *report(found).splitlines(), said(found.checks[2], LINUX).sentence):
        assert "\u202e" not in text
        assert "\x1b" not in text
        assert "\n" not in text
    assert "{reader}" in said(found.checks[2], LINUX).sentence
    assert "<b>" in said(found.checks[1], LINUX).sentence


def test_a_serial_number_and_the_systems_count_are_no_part_of_what_a_reader_is_called(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    case = Case("", LINUX, Greeting(0, {READER: True}), {READER: my_number_card()})
    found = diagnosed(case, monkeypatch)
    assert said(found.checks[1], LINUX).sentence == "SONY FeliCa RC-S300/S"


def step_texts(code: str, **facts: str) -> str:
    return "\n".join(step.text for step in CURES[code](LINUX, facts))


def of_card(**facts: Any) -> str:
    """What the last check says of a card, and what to do."""
    finding = my_number_card(**facts)
    words = said(_password(finding), LINUX)
    return "\n".join((words.title, words.sentence, *(step.text for step in words.cure)))


def test_an_estimated_end_is_said_to_be_an_estimate_and_where_the_exact_date_is_to_be_had() -> None:
    told = of_card(auth_life="ended")
    for part in ("見込み", "読み取る…", "窓口", "最大1日"):
        assert part in told
    assert "残り 5 回" in of_card(auth_life="last-days")
    assert "2週間以内" in of_card(auth_life="last-days")
    assert "更新できます" in of_card(auth_life="renewable")
    assert "見込み" not in of_card() + of_card(auth_life=None)


def test_the_last_try_is_said_to_be_one() -> None:
    assert "次にまちがえるとロックされます" in of_card(sign_tries_left=1)
    assert "次にまちがえると" not in of_card(sign_tries_left=2)


def test_the_road_that_needs_the_other_password_is_not_shown_where_that_is_locked_too() -> None:
    assert "コンビニ" in of_card(sign_tries_left=0)
    assert "コンビニ" in of_card(sign_tries_left=0, auth_tries_left=None)
    assert "コンビニ" not in of_card(sign_tries_left=0, auth_tries_left=0)
    assert "コンビニ" not in of_card(sign_tries_left=0, auth_life="ended")
    assert "窓口" in of_card(sign_tries_left=0, auth_tries_left=0)


def test_a_card_that_this_program_may_hold_has_a_step_of_its_own() -> None:
    ours = step_texts("card-busy", programs="Natsuin")
    assert "Natsuin" in ours
    assert "e-Tax" not in ours
    both = step_texts("card-busy", programs="Natsuin・firefox")
    assert "Natsuin" in both
    assert "e-Tax" in both
    assert "Natsuin" not in step_texts("card-busy", programs="firefox")


def test_states_and_pending_checks_have_names() -> None:
    language.use("ja")
    assert len({state_name(state) for state in ("ok", "failed", "not-looked-at")}) == 3
    assert len({pending(check) for check in CODES}) == len(CODES)
