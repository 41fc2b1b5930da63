"""Computers, readers and cards in every state that the reader doctor knows, for its tests and those of its words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from app.card.examination import Finding, Greeting
from app.card.host import Host, UsbDevice
from app.errors.card import CardServiceUnavailable

READER = "SONY FeliCa RC-S300/S (1101547) 00 00"
SHOWN = "SONY FeliCa RC-S300/S (…) 00 00"
NO_SERVICE, STOPPED, REFUSED, COMM_ERROR, NO_READERS = 0x8010001D, 0x8010001E, 0x8010006A, 0x80100013, 0x8010002E

LINUX = Host("linux", service="running", socket="there", family="debian", systemd=True, usb=())
WINDOWS = Host("windows", service="running")
MACOS = Host("macos")
CCID = UsbDevice(0x04E6, 0x5116, "SCR3310", smart_card=True)
TAKEN = UsbDevice(0x072F, 0x2200, "ACR122U PICC Interface", smart_card=True, driver="pn533_usb")
PASORI = UsbDevice(0x054C, 0x06C1, "RC-S380/S")


def changed(host: Host, **facts: Any) -> Host:
    """The host with other facts."""
    return Host(**{**{name: getattr(host, name) for name in Host.__slots__}, **facts})


def my_number_card(**facts: Any) -> Finding:
    """A card without fault, but for these facts."""
    usual = {"sign_certificate": True, "auth_certificate": True, "sign_tries_left": 5, "auth_tries_left": 3}
    usual["auth_life"] = "fresh"
    return Finding("read", "my-number", token="JPKIAPICCTOKEN2", **{**usual, **facts})


class KeeperOf:
    """A keeper that answers the two questions of the doctor."""

    def __init__(self, greeting: Greeting | None, findings: Mapping[str, Finding]) -> None:
        self._greeting, self._findings = greeting, findings
        self.looks: list[str] = []
        self.closed = False

    def call(self, method: str, *, reader: str = "", **options: Any) -> SimpleNamespace:
        if self._greeting is None:
            raise CardServiceUnavailable
        if method == "greet":
            return SimpleNamespace(value=self._greeting.plain())
        assert method == "look"
        self.looks.append(reader)
        return SimpleNamespace(value=self._findings[reader].plain())

    def close(self) -> None:
        self.closed = True

    def kill(self) -> None:
        self.closed = True


@dataclass(frozen=True)
class Case:
    """A state, and the code of the first check that fails (or of the last one)."""

    code: str
    host: Host
    greeting: Greeting | None
    findings: Mapping[str, Finding] = field(default_factory=dict)

    def keeper(self) -> KeeperOf:
        return KeeperOf(self.greeting, self.findings)


def service(code: str, result: int, host: Host) -> Case:
    return Case(code, host, Greeting(result, {}))


def card(code: str, finding: Finding, host: Host = LINUX) -> Case:
    return Case(code, host, Greeting(0, {READER: True}), {READER: finding})


CASES = (
    # the service
    service("library-missing", NO_SERVICE, changed(LINUX, library="missing", service="missing", socket="absent")),
    service("library-missing", NO_SERVICE, changed(WINDOWS, library="missing", service="unknown")),
    service("library-missing", NO_SERVICE, changed(MACOS, library="missing")),
    service("library-unloadable", NO_SERVICE, changed(LINUX, library="unloadable")),
    service("service-missing", NO_SERVICE, changed(LINUX, service="missing", socket="absent")),
    service("service-missing", NO_SERVICE, changed(LINUX, service="missing", socket="absent", sandbox="wsl")),
    service("service-missing", NO_SERVICE, changed(WINDOWS, service="missing", usb=(CCID,))),
    service("service-stopped", NO_SERVICE, changed(LINUX, service="stopped", socket="absent")),
    service("service-stopped", NO_SERVICE, changed(LINUX, service="stopped", socket="there")),
    service("service-stopped", NO_SERVICE, changed(LINUX, service="running", socket="absent")),
    service("service-stopped", NO_SERVICE, changed(LINUX, service="stopped", socket="absent", sandbox="container")),
    service("service-stopped", STOPPED, changed(WINDOWS, service="stopped", usb=(CCID,))),
    service("service-stopped", NO_SERVICE, MACOS),
    service("service-disabled", NO_SERVICE, changed(WINDOWS, service="disabled")),
    service("service-refused", NO_SERVICE, changed(LINUX, socket="refused")),
    service("service-refused", REFUSED, LINUX),
    *(service("service-refused", code, changed(LINUX, polkit=True)) for code in (COMM_ERROR, NO_SERVICE, REFUSED)),
    service("service-refused", REFUSED, MACOS),
    service("service-refused", REFUSED, WINDOWS),
    service("service-out-of-reach", NO_SERVICE, changed(LINUX, sandbox="flatpak", service="missing", socket="absent")),
    service("service-out-of-reach", NO_SERVICE, changed(LINUX, sandbox="snap", service="missing", socket="absent")),
    service(
        "service-out-of-reach", NO_SERVICE, changed(LINUX, sandbox="container", service="missing", socket="absent")
    ),
    service("service-out-of-reach", NO_SERVICE, changed(MACOS, sandbox="macos-app")),
    service("service-silent", COMM_ERROR, LINUX),
    service("service-silent", NO_SERVICE, LINUX),
    service("service-silent", COMM_ERROR, WINDOWS),
    service("service-silent", COMM_ERROR, MACOS),
    Case("program-fault", LINUX, None),
    # the reader
    service("no-reader", 0, LINUX),
    service("no-reader", NO_READERS, changed(WINDOWS, usb=None)),
    service("no-reader", 0, changed(LINUX, sandbox="wsl")),
    service("no-reader", 0, changed(LINUX, sandbox="container", usb=None)),
    service("no-reader", STOPPED, changed(WINDOWS, service="stopped")),
    service("no-reader", NO_SERVICE, changed(WINDOWS, service="stopped", usb=None)),
    service("reader-without-driver", 0, changed(LINUX, usb=(PASORI,))),
    service("reader-without-driver", 0, changed(MACOS, usb=(PASORI,))),
    service("reader-without-driver", STOPPED, changed(WINDOWS, service="stopped", usb=(PASORI,))),
    service("reader-taken", 0, changed(LINUX, usb=(TAKEN,))),
    service("reader-not-listed", 0, changed(LINUX, usb=(CCID,))),
    service("reader-not-listed", NO_READERS, changed(WINDOWS, usb=(CCID,))),
    service("reader-not-listed", 0, changed(MACOS, usb=(CCID,))),
    # the card
    Case("no-card", LINUX, Greeting(0, {READER: False})),
    card("no-card", Finding("no-card")),
    card("card-busy", Finding("card-busy")),
    card("card-mute", Finding("card-mute")),
    card("card-refused", Finding("card-refused")),
    card("card-lost", Finding("card-lost")),
    card("card-lost", Finding("reader-gone")),
    card("card-lost", Finding("service-gone")),
    card("card-fault", Finding("card-fault", status="6A80")),
    card("reader-silent", Finding("reader-silent")),
    # what it is
    card("phone", Finding("read", "phone", token="JPKIAPIOSTOKEN")),
    card("old-resident-card", Finding("read", "juki", token="JPKIAPICCTOKEN")),
    card("newer-card", Finding("read", "new", token="JPKIAPICCTOKEN3")),
    card("other-card", Finding("read", "other")),
    # whether it signs
    card("ready", my_number_card()),
    card("ready", my_number_card(sign_certificate=None)),
    card("few-tries", my_number_card(sign_tries_left=2)),
    card("tries-unknown", my_number_card(sign_tries_left=None)),
    card("locked", my_number_card(sign_tries_left=0)),
    card("locked", my_number_card(sign_tries_left=0, auth_life="ended")),
    card("ready", my_number_card(auth_life=None)),
    card("ready", my_number_card(auth_life="renewable")),
    card("few-tries", my_number_card(auth_life="last-days", sign_tries_left=1)),
    card("certificate-probably-ended", my_number_card(auth_life="ended")),
    card("certificate-probably-ended", my_number_card(auth_life="ended", sign_tries_left=None)),
    card("certificate-probably-not-begun", my_number_card(auth_life="not-begun")),
    card("no-signature-certificate", my_number_card(sign_certificate=False, sign_tries_left=None)),
)
