"""The report that people copy and send holds nothing of the person, whatever lies within reach."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest
from cryptography import x509

from app.card import surroundings
from app.card.anonymous import own_names
from app.card.demo import READER, DemoCard, DemoSlots, Knobs
from app.card.demo_certificate import DemoPerson
from app.card.doctor import Diagnosis, examine
from app.card.examination import greet, look
from app.card.host import Host, UsbDevice
from app.wording import language
from app.wording.doctor import lines, report

USER, COMPUTER, SERIAL = "mihon.hanako", "hanako-no-pasokon", "KE00190903230601"


class NamedSlots(DemoSlots):
    """The demo card in a reader whose driver puts into its name what it should not."""

    name = f"Reader of {USER} at {COMPUTER} ({SERIAL}) /home/{USER}/x 00 00"

    def states(self):  # type: ignore[no-untyped-def]
        return {self.name: super().states()[READER]}

    def connect(self, reader: str) -> DemoCard:
        assert reader == self.name
        return super().connect(READER)


class Asked:
    """The keeper's two answers, given in this process."""

    def __init__(self, slots: DemoSlots, busy: bool) -> None:
        self._slots, self._busy = slots, busy

    def call(self, method: str, *, reader: str = "", **options: object):  # type: ignore[no-untyped-def]
        class Answered:
            value = (
                greet(self._slots).plain()
                if method == "greet"
                else look(self._slots, reader, held=False).plain() | ({"outcome": "card-busy"} if self._busy else {})
            )

        return Answered


@pytest.fixture(params=["ja", "en"])
def spoken(request: pytest.FixtureRequest) -> None:
    language.use(request.param)


@pytest.fixture
def card() -> DemoCard:
    return DemoCard(Knobs())


def personal(card: DemoCard) -> list[str]:
    """Everything of the person, the card and the computer that could have slipped in."""
    out = [USER, COMPUTER, SERIAL, f"/home/{USER}"]
    for credential in (card.identity.sign, card.identity.auth):
        certificate = x509.load_der_x509_certificate(credential.certificate)
        out += [str(certificate.serial_number), f"{certificate.serial_number:x}", f"{certificate.serial_number:X}"]
        out.append(credential.certificate.hex()[:40])
        out += [attribute.value for attribute in certificate.subject if isinstance(attribute.value, str)]
    out += [str(value) for value in asdict(DemoPerson()).values()]
    # too short to mean anything: the country, the code of the sex
    return [text for text in out if len(text) > 3]


@pytest.mark.usefixtures("spoken")
@pytest.mark.parametrize("busy", [False, True])
def test_no_name_no_serial_number_no_folder_is_in_the_report(
    card: DemoCard, monkeypatch: pytest.MonkeyPatch, busy: bool
) -> None:
    for name, value in (("USER", USER), ("LOGNAME", USER), ("HOSTNAME", COMPUTER), ("HOME", f"/home/{USER}")):
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("app.card.anonymous.platform.node", lambda: COMPUTER)
    assert {USER, COMPUTER, f"/home/{USER}"} <= own_names()
    usb = UsbDevice(0x04E6, 0x5116, f"SCR3310 {SERIAL} of {USER} (21120627200246)", smart_card=True)
    monkeypatch.setattr(surroundings, "survey", lambda: Host("linux", service="running", socket="there", usb=(usb,)))
    monkeypatch.setattr(surroundings, "programs", lambda: ("firefox-esr", f"{USER}-tool"))
    found = examine(Asked(NamedSlots(card), busy))  # type: ignore[arg-type]
    assert found.well is not busy
    texts = (report(found), json.dumps(found.plain(), ensure_ascii=False), "\n".join(lines(found)))
    leaked = {value for value in personal(card) for text in texts if value.lower() in text.lower()}
    assert leaked == set()
    assert "21120627200246" not in "".join(texts)
    assert "SCR3310" in texts[0]
    assert "SELECT JPKI" in texts[0], "what passed is in it"
    assert "63C5" in texts[0]


def test_the_test_would_see_a_leak(card: DemoCard) -> None:
    assert len(personal(card)) > 10
    assert any("見本" in value for value in personal(card))


def test_a_report_is_made_of_this_computer_as_it_is(card: DemoCard) -> None:
    found: Diagnosis = examine(Asked(DemoSlots(card), False))  # type: ignore[arg-type]
    text = report(found) + json.dumps(found.plain(), ensure_ascii=False)
    home = str(Path.home())
    assert len(home) < 3 or home not in text
    assert not [name for name in own_names() if len(name) > 3 and name in text]
