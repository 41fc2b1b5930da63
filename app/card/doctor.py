"""The reader doctor: five checks from the bottom up, which stop at the first that fails. Codes and facts, no words.

The codes are a published contract (`natsuin doctor --json`): they are never renamed. Whoever is sent the result
learns what this computer, its reader and the kind of card did, and nothing of the person: see `app.card.anonymous`.
"""

from __future__ import annotations

import contextlib
import platform
import re
import subprocess
import sys
from collections.abc import Generator, Mapping
from dataclasses import asdict, dataclass, replace
from importlib import metadata
from pathlib import Path
from typing import Any, Final

from app.card import surroundings
from app.card.anonymous import OTHER_PROGRAM, anonymous, device_name, program_name
from app.card.examination import HELD_HERE, NO_READERS, SECURITY_VIOLATION, SUCCESS, Finding, Greeting
from app.card.host import NO_DRIVER, Host, UsbDevice
from app.card.keeper import Keeper, named
from app.card.status import ReaderStatus
from app.errors.base import UserError
from app.errors.card import ReaderNotAnswering

Fact = str | int | bool | None | list[str]

CHECKS: Final = ("service", "reader", "card", "my-number-card", "password")
CODES: Final[Mapping[str, tuple[str, ...]]] = {
    "service": (
        "service-runs",
        "service-sleeps",  # Windows: it begins when a reader is plugged in
        "library-missing",
        "library-unloadable",
        "service-missing",
        "service-stopped",
        "service-disabled",
        "service-refused",  # it is there, and this user or this session may not use it
        "service-out-of-reach",  # it is outside of the `sandbox`
        "service-silent",  # it is there, and answers `result`
        "program-fault",  # our own part does not answer
    ),
    "reader": (
        "reader-found",
        "no-reader",
        "reader-without-driver",  # a `model` that speaks no CCID
        "reader-taken",  # by a `driver` of the kernel that is not for cards
        "reader-not-listed",  # plugged in, and the service does not have it
    ),
    "card": (
        "card-found",
        "no-card",
        "card-busy",
        "card-mute",
        "card-refused",
        "card-lost",
        "card-fault",
        "reader-silent",
    ),
    "my-number-card": ("my-number-card", "phone", "old-resident-card", "newer-card", "other-card"),
    "password": (
        "ready",
        "few-tries",
        "tries-unknown",
        "locked",
        "no-signature-certificate",
        "certificate-probably-ended",  # as the other certificate, whose dates need no password, has
        "certificate-probably-not-begun",
    ),
}
WELL: Final = frozenset(
    {"service-runs", "service-sleeps", "reader-found", "card-found", "my-number-card", "ready", "few-tries"}
    | {"tries-unknown"}
)
LOOK_SECONDS: Final = 15.0
"""For one look: a slow card on a contactless reader takes three, another program's transaction two more."""
NOT_LOOKED_AT: Final = "not-looked-at"
FEW: Final = 2  # tries: the next mistake but one locks
_STOPPED: Final = (0x8010001D, 0x8010001E)  # NO_SERVICE, SERVICE_STOPPED
_KINDS: Final = {"my-number": "my-number-card", "phone": "phone", "juki": "old-resident-card", "new": "newer-card"}
_PROBABLY: Final = {"ended": "certificate-probably-ended", "not-begun": "certificate-probably-not-begun"}
_BEST_FIRST: Final = ("my-number-card", "card-busy", "phone", "old-resident-card", "newer-card", "card-mute")


@dataclass(frozen=True, slots=True)
class Check:
    """One of `CHECKS`. `state`: ok, failed, not-looked-at; `code`: one of `CODES` (or not-looked-at)."""

    check: str
    state: str
    code: str
    facts: Mapping[str, Fact]

    def plain(self) -> dict[str, Any]:
        return {"check": self.check, "state": self.state, "code": self.code, **self.facts}


@dataclass(frozen=True, slots=True)
class Reader:
    """A reader by its name without serial number, whether a card is in it, and what a look at it gave, if any."""

    name: str
    present: bool
    finding: Finding | None = None


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The five checks, and the facts that they rest on."""

    host: Host
    checks: tuple[Check, ...]
    readers: tuple[Reader, ...]
    versions: Mapping[str, str]

    @property
    def well(self) -> bool:
        """Whether nothing is in the way of a signature."""
        return all(check.state == "ok" for check in self.checks)

    @property
    def failed(self) -> Check | None:
        """The first check that failed."""
        return next((check for check in self.checks if check.state == "failed"), None)

    def plain(self) -> dict[str, Any]:
        """The one object of `natsuin doctor --json`."""
        readers, trace = [], []
        for number, reader in enumerate(self.readers, 1):
            entry: dict[str, Any] = {"reader": number, "name": reader.name, "present": reader.present}
            if reader.finding is not None:
                finding = reader.finding.plain()
                trace += [{"reader": number, **exchange} for exchange in finding.pop("trace")]
                entry |= finding
            readers.append(entry)
        surroundings = asdict(self.host)
        surroundings["usb"] = None if self.host.usb is None else [_device(device) for device in self.host.usb]
        return {
            "version": 1,
            "platform": surroundings.pop("platform"),
            "well": self.well,
            "checks": [check.plain() for check in self.checks],
            "readers": readers,
            "trace": trace,
            "surroundings": surroundings,
            "versions": dict(self.versions),
        }


def examine(keeper: Keeper, reader: str | None = None) -> Diagnosis:
    """All steps. Raises ReaderNotFound(name) when `reader` fits none of the readers, or several."""
    work = steps(keeper, reader)
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]


def steps(keeper: Keeper, reader: str | None = None) -> Generator[tuple[Check, Host], None, Diagnosis]:
    """Yields every check that has been made, and the host it was made on; returns the whole. Raises as `examine`."""
    around = surroundings.survey()
    greeting = _greeting(keeper)
    checks = [_service(around, greeting)]
    yield checks[-1], around
    readers: list[Reader] = []
    if checks[-1].state == "ok":
        held = {} if greeting is None else greeting.readers
        readers = [Reader(device_name(name), present) for name, present in held.items()]
        checks.append(_reader(around, readers))
        yield checks[-1], around
    if checks[-1].state == "ok" and greeting is not None:
        names = list(greeting.readers)
        wanted = None if reader is None else _wanted(names, reader)
        for index, name in enumerate(names):
            if index == wanted or (wanted is None and readers[index].present):
                readers[index] = replace(readers[index], finding=_finding(keeper, name))
                if _code(readers[index]) == "my-number-card":
                    break
        for check in _card(readers, wanted):
            checks.append(check)
            yield check, around
    seen = {check.check for check in checks}
    checks += [Check(name, NOT_LOOKED_AT, NOT_LOOKED_AT, {}) for name in CHECKS if name not in seen]
    return Diagnosis(around, tuple(checks), tuple(readers), versions())


# --- the checks -----------------------------------------------------------------------------------------


def _service(around: Host, greeting: Greeting | None) -> Check:
    if greeting is None:
        return _check("service", "program-fault")
    result = f"{greeting.result:08X}"
    if greeting.result in (SUCCESS, NO_READERS):
        return _check("service", "service-runs")
    if around.library != "present":
        return _check("service", f"library-{around.library}", sandbox=around.sandbox, family=around.family)
    # a service that asks polkit takes the connection and closes it: the code that comes of it depends on the instant
    hung_up = around.polkit and around.service == "running" and around.socket == "there"
    if hung_up or greeting.result == SECURITY_VIOLATION or around.socket == "refused":
        return _check("service", "service-refused", result=result, sandbox=around.sandbox)
    if around.sandbox in ("flatpak", "snap", "macos-app"):
        return _check("service", "service-out-of-reach", sandbox=around.sandbox)
    if around.service == "disabled":
        return _check("service", "service-disabled")
    if around.platform == "windows" and greeting.result in _STOPPED and not _smart_cards(around):
        return _check("service", "service-sleeps")  # nothing is plugged in that it could work with
    if around.service == "missing":
        outside = around.sandbox == "container"
        code = "service-out-of-reach" if outside else "service-missing"
        return _check("service", code, sandbox=around.sandbox, family=around.family)
    if around.service == "running" and around.socket != "absent":
        return _check("service", "service-silent", result=result)
    if greeting.result not in _STOPPED and around.service != "stopped":
        return _check("service", "service-silent", result=result)
    return _check("service", "service-stopped", systemd=around.systemd, by_request=around.by_request)


def _wanted(names: list[str], reader: str) -> int:
    return names.index(named(tuple(ReaderStatus(name, "none") for name in names), reader).name)


def _reader(around: Host, readers: list[Reader]) -> Check:
    without = [NO_DRIVER[device.ids] for device in around.usb or () if device.ids in NO_DRIVER]
    if readers:
        # one that the maker's software has made known to the service is not without driver
        unlisted = [model for model in without if not any(_model(model) in reader.name for reader in readers)]
        return _check("reader", "reader-found", readers=[reader.name for reader in readers], unlisted=unlisted)
    if without:
        return _check("reader", "reader-without-driver", model=without[0])
    for device in _smart_cards(around):
        model = _device(device)["name"] or device.identity
        if device.driver:
            return _check("reader", "reader-taken", model=model, driver=device.driver)
        return _check("reader", "reader-not-listed", model=model, sandbox=around.sandbox, family=around.family)
    return _check("reader", "no-reader", sandbox=around.sandbox)


def _card(readers: list[Reader], wanted: int | None) -> list[Check]:
    """The checks of the card, in the reader that was asked for or in the one nearest to a signature."""
    looked = [index for index, reader in enumerate(readers) if reader.finding is not None]
    if wanted is None and not looked:
        return [_check("card", "no-card")]
    index = min(looked, key=lambda each: _rank(_code(readers[each]))) if wanted is None else wanted
    reader = readers[index]
    finding = reader.finding or Finding("no-card")
    where: dict[str, Fact] = {"reader": index + 1, "name": reader.name}
    if finding.outcome != "read":
        code = _code(reader)
        if code == "card-busy":
            ours = finding.status == HELD_HERE
            where["programs"] = ["Natsuin"] if ours else _programs()
        if code == "card-fault":
            where["status"] = finding.status
        return [_check("card", code, **where)]
    checks = [_check("card", "card-found", **where, interface=finding.interface)]
    checks.append(_check("my-number-card", _code(reader), **({"token": finding.token} if finding.token else {})))
    if checks[-1].state == "ok":
        checks.append(_password(finding))
    return checks


def _password(finding: Finding) -> Check:
    tries = finding.sign_tries_left
    facts: dict[str, Fact] = {"sign_tries_left": tries, "auth_tries_left": finding.auth_tries_left}
    facts |= {"sign_certificate": finding.sign_certificate, "auth_certificate": finding.auth_certificate}
    facts["auth_life"] = finding.auth_life
    if finding.sign_certificate is False:
        return _check("password", "no-signature-certificate", **facts)
    code = {None: "tries-unknown", 0: "locked"}.get(tries) or ("few-tries" if (tries or 0) <= FEW else "ready")
    if finding.auth_life in _PROBABLY and tries != 0:
        code = _PROBABLY[finding.auth_life]
    return _check("password", code, **facts)


def _programs() -> list[str]:
    """Those known to use cards by their names, and that there is another one, once."""
    names = {program_name(name) for name in surroundings.programs()}
    return sorted(names, key=lambda name: (name == OTHER_PROGRAM, name))


def _code(reader: Reader) -> str:
    """The code of what was found in a reader: of `my-number-card` when it was read, else of `card`."""
    if reader.finding is None:
        return "no-card"
    outcome = reader.finding.outcome
    if outcome == "read":
        return _KINDS.get(reader.finding.kind, "other-card")
    return {"reader-gone": "card-lost", "service-gone": "card-lost"}.get(outcome, outcome)


def _rank(code: str) -> int:
    return _BEST_FIRST.index(code) if code in _BEST_FIRST else len(_BEST_FIRST)


def _check(check: str, code: str, **facts: Fact) -> Check:
    return Check(check, "ok" if code in WELL else "failed", code, facts)


# --- facts ----------------------------------------------------------------------------------------------


def _greeting(keeper: Keeper) -> Greeting | None:
    """None when our own part does not answer."""
    try:
        return Greeting.from_plain(keeper.call("greet").value)
    except (UserError, TypeError, KeyError, ValueError):
        return None


def _finding(keeper: Keeper, reader: str) -> Finding:
    try:
        answer = keeper.call("look", seconds=LOOK_SECONDS, late=ReaderNotAnswering, reader=reader)
        finding = Finding.from_plain(answer.value)
    except ReaderNotAnswering:
        return Finding("reader-silent")
    except (UserError, TypeError, KeyError, ValueError):
        return Finding("service-gone")
    return replace(finding, token=anonymous(finding.token))


def _smart_cards(around: Host) -> list[UsbDevice]:
    return [device for device in around.usb or () if device.smart_card]


def _device(device: UsbDevice) -> dict[str, Any]:
    name = NO_DRIVER.get(device.ids) or device_name(device.name)
    return {"usb": device.identity, "name": name, "smart_card": device.smart_card, "driver": device.driver}


def _model(model: str) -> str:
    """RC-S380 of Sony PaSoRi RC-S380/S."""
    return model.rpartition(" ")[2].partition("/")[0]


def versions() -> dict[str, str]:
    """Of this program, its libraries and the system; what cannot be told is left out."""
    found = {"python": platform.python_version(), "os": _system()}
    for key, distribution in (("natsuin", "natsuin"), ("pyscard", "pyscard")):
        try:
            found[key] = metadata.version(distribution)
        except metadata.PackageNotFoundError:
            continue
    if sys.platform.startswith("linux"):
        found["pcscd"] = _pcscd()
    qt = getattr(sys.modules.get("PySide6.QtCore"), "__version__", "")
    found["qt"] = str(qt)
    return {key: found[key] for key in sorted(found) if found[key]}


def _system() -> str:
    """The system's name and version; the kernel's without what its builder called it."""
    kernel = re.match(r"[\d.]*\d", platform.release())
    parts = [platform.system(), kernel[0] if kernel else "", platform.machine()]
    if sys.platform.startswith("linux"):
        with contextlib.suppress(OSError):
            parts.insert(0, platform.freedesktop_os_release().get("PRETTY_NAME", ""))
    elif sys.platform == "darwin":
        parts = ["macOS", platform.mac_ver()[0], platform.machine()]
    else:
        parts = ["Windows", platform.version(), platform.machine()]
    return anonymous(" ".join(part for part in parts if part))


def _pcscd(places: tuple[str, ...] = ("/usr/sbin/pcscd", "/usr/bin/pcscd")) -> str:
    program = next((place for place in places if Path(place).is_file()), None)
    if program is None:
        return ""
    try:
        said = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=3, check=False).stdout
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return ""
    found = re.search(r"version (\d[\d.]*\d)", said)
    return found[1] if found else ""
