"""The reader doctor in words: each check with its title, a sentence and a cure; the whole as a report to copy."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.card.anonymous import LEFT_OUT, OTHER_PROGRAM
from app.card.doctor import NOT_LOOKED_AT, Check, Diagnosis
from app.card.host import Host
from app.wording.doctor_cures import CURES, Step
from app.wording.language import mark
from app.wording.language import text as _
from app.wording.plain import shown

OFFICIAL_LIST = "https://www.jpki.go.jp/prepare/reader_writer.html"
"""Of readers, by the JPKI portal of J-LIS. To be confirmed before each release."""
LISTED = ("no-reader", "reader-without-driver", "reader-not-listed")
"""Codes with which the official list helps."""


@dataclass(frozen=True, slots=True)
class Said:
    """One check for a person; `sentence` and `cure` may be empty."""

    title: str
    sentence: str
    cure: tuple[Step, ...]


PENDING: Mapping[str, str] = {
    "service": mark("The smart-card function of the computer"),
    "reader": mark("The connection of the reader"),
    "card": mark("Whether a card is there"),
    "my-number-card": mark("Whether it is a My Number Card"),
    "password": mark("The state of the signature certificate and its password"),
}
WORDS: Mapping[str, tuple[str, str]] = {
    "service-runs": (mark("The computer's smart-card function works"), ""),
    "service-sleeps": (
        mark("The computer's smart-card function is ready"),
        mark("It begins to work when a reader is plugged in."),
    ),
    "library-missing": (
        mark("A part of the smart-card function is missing"),
        mark("The PC/SC library is not installed on this computer."),
    ),
    "library-unloadable": (
        mark("A part of the smart-card function cannot be used"),
        mark("The PC/SC library is there, but it is damaged or made for another processor."),
    ),
    "service-missing": (
        mark("The smart-card service is not installed"),
        mark("The PC/SC service is not on this computer."),
    ),
    "service-stopped": (
        mark("The smart-card service has stopped"),
        mark("The computer's smart-card service (PC/SC) does not answer."),
    ),
    "service-disabled": (
        mark("The smart-card service is switched off"),
        mark("This computer is set not to start the service “Smart Card”."),
    ),
    "service-refused": (
        mark("The smart-card service may not be used from here"),
        mark("The service is running, but it refuses this user or this session."),
    ),
    "service-out-of-reach": (mark("The smart-card service cannot be reached from here"), ""),
    "service-silent": (
        mark("The smart-card service does not answer as it should"),
        mark("The service is running, but its answer was {result}."),
    ),
    "program-fault": (
        mark("Natsuin's own part for cards does not answer"),
        mark("That is no fault of your reader or your card."),
    ),
    "reader-found": (mark("A reader is connected"), ""),
    "no-reader": (
        mark("No card reader found"),
        mark("No reader is plugged in, or it is not ready. A phone cannot serve as the reader."),
    ),
    "reader-without-driver": (
        mark("This reader cannot be used as it is"),
        mark("{model} is plugged in, but the computer's smart-card function does not know it."),
    ),
    "reader-taken": (
        mark("Another part of the system has taken the reader"),
        mark("{model} is plugged in, but the driver {driver} holds it, which is not for cards."),
    ),
    "reader-not-listed": (
        mark("The reader is plugged in, but not recognised"),
        mark("{model} is plugged in, but the smart-card service does not have it."),
    ),
    "card-found": (mark("A card is there"), "{name}"),
    "no-card": (mark("No card was found"), mark("The reader is all right. Please check how the card lies.")),
    "card-busy": (
        mark("Another program is using the card"),
        mark("e-Tax, the JPKI client or another program holds the card at the moment."),
    ),
    "card-mute": (mark("The card does not answer"), mark("Something is on the reader, but it says nothing.")),
    "card-refused": (
        mark("The card may not be used from here"),
        mark("The smart-card service refuses this user or this session."),
    ),
    "card-lost": (
        mark("Contact with the card was lost"),
        mark("It was moved, or the reader was unplugged, during the check."),
    ),
    "card-fault": (mark("The card gave an unexpected answer"), mark("The answer was {status}.")),
    "reader-silent": (
        mark("The reader does not answer"),
        mark("The card reader has said nothing for some seconds."),
    ),
    "my-number-card": (mark("It is a My Number Card"), ""),
    "phone": (
        mark("Certificates on phones are not supported"),
        mark("A phone with the My Number Card function was presented."),
    ),
    "old-resident-card": (
        mark("This is an old resident card (住基カード)"),
        mark("Its certificates have ended, so it cannot sign any more."),
    ),
    "newer-card": (
        mark("This type of card is not supported yet"),
        mark("It is of a kind that this version does not know ({token})."),
    ),
    "other-card": (mark("Not a My Number Card"), mark("Another card is on the reader.")),
    "ready": (
        mark("The signature certificate and its password can be used"),
        mark("Signature password: {sign_tries_left} tries left"),
    ),
    "few-tries": (
        mark("The signature certificate and its password can be used"),
        mark("Signature password: {sign_tries_left} tries left. A correct entry resets the count to 5."),
    ),
    "tries-unknown": (
        mark("The signature certificate and its password can be used"),
        mark("How many tries are left could not be read."),
    ),
    "locked": (
        mark("The password is locked"),
        mark("It was entered wrongly five times in a row. Natsuin cannot unlock it."),
    ),
    "no-signature-certificate": (
        mark("The card holds no signature certificate"),
        mark(
            "As a rule none is issued to people under 15 and adult wards. Or it is a face-authentication card, the "
            "certificate was not asked for, or it has lapsed."
        ),
    ),
    "certificate-probably-ended": (
        mark("The signature certificate has probably expired"),
        mark("The card's other certificate has expired. The two usually end on the same day (an estimate)."),
    ),
    "certificate-probably-not-begun": (
        mark("The signature certificate is probably not valid yet"),
        mark("By this computer's clock the card's other certificate has not begun (an estimate)."),
    ),
}
_ENDS: Mapping[str, str] = {
    "renewable": mark("It can be renewed by now (estimate): at your municipal office."),
    "last-days": mark("It ends within two weeks (estimate). Have it renewed soon, at your municipal office."),
}
_RUNNING: Mapping[str, str] = {
    "windows": mark("The service “Smart Card” of Windows (PC/SC)"),
    "macos": mark("A part of macOS (PC/SC)"),
    "linux": mark("The service pcscd (PC/SC)"),
}
_OUTSIDE: Mapping[str, str] = {
    "flatpak": mark("Natsuin runs in a Flatpak, which keeps it from the service."),
    "snap": mark("Natsuin runs in a snap, which keeps it from the service."),
    "macos-app": mark("macOS keeps this copy of Natsuin from the service."),
    "container": mark("Natsuin runs in a container, and the service is outside of it."),
}
_STATES: Mapping[str, str] = {
    "ok": mark("all right"),
    "failed": mark("needs attention"),
    NOT_LOOKED_AT: mark("not looked at yet"),
}


def said(check: Check, host: Host) -> Said:
    """The words for a check, the strangers' strings in them made harmless."""
    if check.state == NOT_LOOKED_AT:
        return Said(_(PENDING[check.check]), "", ())
    title, sentence = WORDS[check.code]
    facts = {name: _shown(value) for name, value in check.facts.items()}
    cure = CURES[check.code](host, facts) if check.state == "failed" else []
    said_of_it = _sentence(check, host) or _(sentence).format_map(_Known(facts))
    return Said(_(title), "\n".join(filter(None, (said_of_it, _ends(check)))), tuple(cure))


def pending(check: str) -> str:
    """The title of a check that has not been made."""
    return _(PENDING[check])


def state_name(state: str) -> str:
    """The state of a check in a word or two, for the ear."""
    return _(_STATES[state])


def headline(diagnosis: Diagnosis) -> str:
    """What came out, in a sentence."""
    if diagnosis.well:
        return _("Everything was checked. You can sign.")
    return _("Checked in order from the top. One thing needs your attention.")


def report(diagnosis: Diagnosis) -> str:
    """The result to copy: codes and words, versions, readers, and what passed between them and this program."""
    versions = ", ".join(f"{name} {version}" for name, version in diagnosis.versions.items())
    host = diagnosis.host
    around = f"{host.platform}, {host.family}, sandbox {host.sandbox}, library {host.library}"
    lines = [_("Natsuin: result of the reader check"), versions, around, ""]
    for check in diagnosis.checks:
        words = said(check, host)
        facts = " ".join(f"{name}={value}" for name, value in check.facts.items())
        lines.append(f"[{check.state}] {check.code} {facts}".rstrip())
        sentence = " ".join(words.sentence.splitlines())
        lines.append(f"    {words.title}" + (f" ({sentence})" if sentence else ""))
    plain = diagnosis.plain()
    for device in plain["surroundings"]["usb"] or ():
        lines.append("usb " + " ".join(f"{name}={value}" for name, value in device.items()))
    for entry in plain["readers"]:
        lines += ["", " ".join(f"{name}={value}" for name, value in entry.items() if value not in ("", None))]
        lines += [
            f"    {one['command']:<20} {one['status']:<10} {one['milliseconds']:>8.1f} ms {one['length']:>4}"
            for one in plain["trace"]
            if one["reader"] == entry["reader"]
        ]
    return "\n".join(shown(line, 1000) for line in lines) + "\n"


def lines(diagnosis: Diagnosis) -> list[str]:
    """The checks for a terminal, the first that failed with its cure."""
    marks = {"ok": "✓", "failed": "✗", NOT_LOOKED_AT: "–"}
    out = [headline(diagnosis), ""]
    for check in diagnosis.checks:
        words = said(check, diagnosis.host)
        out.append(f"{marks[check.state]} {words.title}")
        out += [f"    {line}" for line in words.sentence.splitlines()]
        for number, step in enumerate(words.cure, 1):
            out.append(f"    {number}. {step.text}")
            out += [f"       {line}" for line in step.command.splitlines()]
        if check.code in LISTED:
            out.append(
                "    "
                + _("The official list of readers (not opened by this program): {address}", address=OFFICIAL_LIST)
            )
    if not diagnosis.well:
        out += ["", _("For a result that you can send to us: natsuin doctor --json")]
    return out


def _sentence(check: Check, host: Host) -> str:
    """The sentences that depend on more than the code; empty for the others."""
    if check.code == "service-runs":
        return _(_RUNNING[host.platform])
    if check.code == "service-out-of-reach":
        return _(_OUTSIDE.get(host.sandbox, _OUTSIDE["container"]))
    if check.code == "no-reader" and host.sandbox == "wsl":
        return _("In WSL a reader is seen only when Windows hands it over.")
    if check.code == "reader-found":
        return _readers(check)
    if check.code == "card-busy":
        return _holders(check)
    if check.code == "few-tries" and check.facts.get("sign_tries_left") == 1:
        return _("Signature password: 1 try left. One more mistake locks it. A correct entry resets the count to 5.")
    return ""


def _ends(check: Check) -> str:
    """That a certificate which can still be used ends soon; no day, since it is a birthday."""
    if check.check != "password" or check.state != "ok":
        return ""
    return _(_ENDS.get(str(check.facts.get("auth_life")), ""))


def _readers(check: Check) -> str:
    names, unlisted = _list(check.facts.get("readers")), _list(check.facts.get("unlisted"))
    sentence = _joined(names)
    if unlisted:
        sentence += "\n" + _("{model} is plugged in too, but it cannot be used as it is.", model=_joined(unlisted))
    return sentence


def _holders(check: Check) -> str:
    programs = [_("another program") if name == OTHER_PROGRAM else name for name in _list(check.facts.get("programs"))]
    if not programs:
        return ""
    return _("What could be holding it: {programs}", programs=_joined(programs[:5]))


def _list(value: object) -> list[str]:
    return [_called(str(each)) for each in value] if isinstance(value, list) else []


def _joined(names: Sequence[str]) -> str:
    return _(", ").join(names)


def _shown(value: object) -> str:
    return _joined(_list(value)) if isinstance(value, list) else _called(str(value))


def _called(name: str) -> str:
    """A stranger's name without the place of a serial number, and without the numbers that systems put behind it."""
    return shown(re.sub(r" 00 00$| 0$", "", name.replace(f" ({LEFT_OUT})", "")), 60)


class _Known(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "?"
