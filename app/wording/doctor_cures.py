"""What to do about every finding of the reader doctor, step by step, for the system it was found on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.card.host import Host
from app.wording.language import text as _


@dataclass(frozen=True, slots=True)
class Step:
    """One step: a sentence, and on Linux perhaps a command for the terminal, which is the same in every language."""

    text: str
    command: str = ""


Facts = Mapping[str, str]
Cure = Callable[[Host, Facts], list[Step]]

INSTALL = {
    "debian": "sudo apt install pcscd libccid",
    "fedora": "sudo dnf install pcsc-lite pcsc-lite-ccid",
    "arch": "sudo pacman -S pcsclite ccid",
    "suse": "sudo zypper install pcsc-lite pcsc-ccid",
}


def _replug() -> Step:
    return Step(_("Pull out the reader's USB plug and put it in again, without a hub if there is one."))


def _restart(host: Host) -> Step:
    return Step(_("Restart the Mac.") if host.platform == "macos" else _("Restart the computer."))


def _ask_who_looks_after() -> Step:
    return Step(_("If it stays so, ask the person who looks after this computer."))


def _tell_us() -> Step:
    return Step(_("If it comes back, copy the result and tell us."))


def _install(host: Host) -> list[Step]:
    if host.platform != "linux":
        return [_restart(host), _ask_who_looks_after()]
    command = INSTALL.get(host.family, "")
    if not command:
        how = _("Install pcscd and the CCID driver in the way of your distribution.")
    else:
        how = _("Type this into a terminal:")
    return [Step(how, command), *_start(host)]


def _start(host: Host) -> list[Step]:
    if host.platform == "linux":
        command = "sudo systemctl enable --now pcscd.socket" if host.systemd else "sudo service pcscd start"
        return [Step(_("Start the service in a terminal:"), command), _replug()]
    if host.platform == "windows":
        return [
            _replug(),
            Step(
                _(
                    "If that does not help: press the Windows key, type “services”, choose “Smart Card” in the list "
                    "and press “Start”."
                )
            ),
            _restart(host),
        ]
    return [_replug(), _restart(host)]


def _restart_service(host: Host) -> list[Step]:
    if host.platform != "linux":
        return _start(host)
    command = "sudo systemctl restart pcscd" if host.systemd else "sudo service pcscd restart"
    return [_replug(), Step(_("Start the service again in a terminal:"), command), _restart(host)]


def _enable(host: Host, _facts: Facts) -> list[Step]:
    if host.platform != "windows":
        return _start(host)
    return [
        Step(_("Press the Windows key, type “services” and open “Services”.")),
        Step(_("Double-click “Smart Card”, set the start-up type to “Manual” and press “OK”.")),
        Step(_("Choose “Smart Card” once more and press “Start”.")),
        _ask_who_looks_after(),
    ]


def _permit(host: Host, _facts: Facts) -> list[Step]:
    if host.platform == "linux":
        return [
            Step(_("Start Natsuin on the desktop you are logged in at, not over a remote connection.")),
            Step(_("Log out and in again.")),
            Step(
                _("If it stays so, the person who looks after this computer must permit these two actions:"),
                "org.debian.pcsc-lite.access_pcsc\norg.debian.pcsc-lite.access_card",
            ),
        ]
    if host.platform == "windows":
        return [
            Step(_("Over a remote desktop, share smart cards in the settings of the connection.")),
            _restart(host),
            _ask_who_looks_after(),
        ]
    return [_restart(host), _ask_who_looks_after()]


def _let_in(host: Host, _facts: Facts) -> list[Step]:
    again = Step(_("Start Natsuin again."))
    if host.sandbox == "flatpak":
        return [Step(_("Allow smart cards for Natsuin in the Flatpak permissions, for example with Flatseal.")), again]
    if host.sandbox == "snap":
        return [Step(_("Type this into a terminal:"), "sudo snap connect natsuin:pcscd"), again]
    if host.sandbox == "macos-app":
        return [Step(_("Install Natsuin anew from its own page: this copy lacks the permission for smart cards."))]
    return [
        Step(_("Start Natsuin on the computer itself, not in a container.")),
        Step(_("Or pass the service's socket into the container:"), "/run/pcscd/pcscd.comm"),
    ]


def _connect(host: Host, _facts: Facts) -> list[Step]:
    if host.sandbox == "wsl":
        return [
            Step(_("Use Natsuin for Windows: there the reader is found without further ado.")),
            Step(_("Or hand the reader over to WSL in a terminal of Windows:"), "usbipd attach --wsl --busid BUSID"),
        ]
    steps = [_replug(), Step(_("Wait about 10 seconds until the computer has set it up."))]
    if host.sandbox == "container":
        steps.append(Step(_("A container sees the reader only when it is passed into it.")))
    elif host.platform == "linux":
        steps.append(Step(_("Use a reader that works by the CCID standard, with its driver installed.")))
    else:
        steps.append(Step(_("If the reader's maker offers a driver for your system, install it.")))
    return steps


def _other_reader(host: Host, _facts: Facts) -> list[Step]:
    if host.platform == "windows":
        return [
            Step(_("Install the maker's software for Windows. For Sony's RC-S380 it is called NFCポートソフトウェア.")),
            Step(_("For My Number Cards the RC-S380 needs Sony's PC/SC activator for Type B, too.")),
            _replug(),
            Step(_("If there is no software for your Windows, use another reader.")),
        ]
    return [
        Step(_("There is no driver for it on this system: use another reader.")),
        Step(_("Choose one that works by the CCID standard; it needs no software of its own.")),
    ]


def _free(host: Host, facts: Facts) -> list[Step]:
    if host.platform != "linux":
        return [_replug(), _restart(host)]
    driver = facts["driver"]
    name = "/etc/modprobe.d/natsuin-reader.conf"
    return [
        Step(_("Keep the driver away, in a terminal:"), f'echo "blacklist {driver}" | sudo tee {name}'),
        Step(_("Take it out of the running system:"), f"sudo modprobe -r {driver}"),
        _replug(),
    ]


def _have_listed(host: Host, facts: Facts) -> list[Step]:
    if host.sandbox in ("container", "wsl"):
        return _connect(host, facts)
    if host.platform == "linux":
        command = INSTALL.get(host.family, "")
        how = _("Install the driver for readers, in a terminal:") if command else _("Install the CCID driver.")
        return [Step(how, command), *_restart_service(host)]
    if host.platform == "windows":
        return [
            _replug(),
            Step(_("If the reader's maker offers a driver for your system, install it.")),
            *_start(host)[1:],
        ]
    return [_replug(), Step(_("If the reader's maker offers a driver for your system, install it.")), _restart(host)]


def _put_card(_host: Host, _facts: Facts) -> list[Step]:
    return [
        Step(_("Take the card out of its case and away from other IC cards.")),
        Step(_("Lay it flat in the middle of the reader and wait 2–3 seconds.")),
        Step(_("Push it all the way into a reader with a slot, the chip facing up.")),
    ]


def _close_others(_host: Host, facts: Facts) -> list[Step]:
    names = facts.get("programs", "").split(_(", "))
    ours = [Step(_("Finish or close Natsuin's other window that is at work with the card."))]
    if names == ["Natsuin"]:
        return ours
    return [
        *(ours if "Natsuin" in names else ()),
        Step(_("Close e-Tax, the JPKI client, Mynaportal or the like.")),
        Step(_("Close the browser, too: an extension may be using the card.")),
    ]


def _wake_card(_host: Host, _facts: Facts) -> list[Step]:
    return [
        Step(_("Push it all the way into a reader with a slot, the chip facing up.")),
        Step(_("Wipe the chip with a soft, dry cloth.")),
        Step(_("Lay it flat in the middle of the reader and wait 2–3 seconds.")),
        Step(_("If it does not answer in any reader, ask your municipal office.")),
    ]


def _keep_still(_host: Host, _facts: Facts) -> list[Step]:
    return [
        Step(_("Put the card back and do not move it during the check.")),
        Step(_("Keep the reader away from metal, and plug it into the computer itself.")),
    ]


def _again(_host: Host, _facts: Facts) -> list[Step]:
    return [Step(_("Put the card on the reader again.")), _tell_us()]


def _only_the_card(_host: Host, _facts: Facts) -> list[Step]:
    return [
        Step(_("Take the phone away and put the card itself on the reader.")),
        Step(_("A phone cannot serve as the reader either. Any reader that this computer knows will do.")),
    ]


def _unlock(_host: Host, facts: Facts) -> list[Step]:
    office = Step(_("At your municipal office: bring the card and a document that proves who you are."))
    if facts.get("auth_tries_left") == "0" or facts.get("auth_life") == "ended":
        return [office]  # the other road needs the other password, and a certificate to set it for
    return [
        office,
        Step(
            _(
                "Or with the phone app and a convenience store: book in the app, reset at a store's machine within 24 "
                "hours. You need the four-digit PIN for logging in."
            )
        ),
    ]


def _renew_certificate(_host: Host, _facts: Facts) -> list[Step]:
    return [
        Step(_("“About the card” in Natsuin, then “Read…” shows the exact date. You need the signature password.")),
        Step(
            _(
                "If it has expired: have it issued anew at your municipal office. It can take up to a day before the "
                "new one works."
            )
        ),
    ]


def _await_certificate(_host: Host, _facts: Facts) -> list[Step]:
    return [
        Step(_("Check the date of this computer.")),
        Step(_("After a renewal it can take up to a day before the certificate works.")),
    ]


def _renew_program(_host: Host, _facts: Facts) -> list[Step]:
    return [Step(_("Look for a newer version of Natsuin.")), Step(_("Copy the result and tell us."))]


CURES: Mapping[str, Cure] = {
    "library-missing": lambda host, _facts: _install(host),
    "library-unloadable": lambda host, _facts: _install(host),
    "service-missing": lambda host, _facts: _install(host),
    "service-stopped": lambda host, _facts: _start(host),
    "service-disabled": _enable,
    "service-refused": _permit,
    "service-out-of-reach": _let_in,
    "service-silent": lambda host, _facts: _restart_service(host),
    "program-fault": lambda _host, _facts: [Step(_("Close Natsuin and start it again.")), _tell_us()],
    "no-reader": _connect,
    "reader-without-driver": _other_reader,
    "reader-taken": _free,
    "reader-not-listed": _have_listed,
    "no-card": _put_card,
    "card-busy": _close_others,
    "card-mute": _wake_card,
    "card-refused": _permit,
    "card-lost": _keep_still,
    "card-fault": _again,
    "reader-silent": lambda host, _facts: [_replug(), _restart(host)],
    "phone": _only_the_card,
    "old-resident-card": lambda _host, _facts: [
        Step(_("Put your My Number Card on the reader.")),
        Step(_("If you have none, your municipal office tells you how to apply for it.")),
    ],
    "newer-card": _renew_program,
    "other-card": lambda _host, _facts: [
        Step(_("Take other cards away and leave only the My Number Card.")),
        Step(_("Take the card out of a purse that holds other IC cards.")),
    ],
    "locked": _unlock,
    "certificate-probably-ended": _renew_certificate,
    "certificate-probably-not-begun": _await_certificate,
    "no-signature-certificate": lambda _host, _facts: [
        Step(_("Ask at your municipal office whether it can be issued.")),
    ],
}
"""Every code that a failed check can have (a test demands it)."""
