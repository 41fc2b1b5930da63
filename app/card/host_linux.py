"""The same for Linux, out of /proc, /sys and the places where packages put their files."""

from __future__ import annotations

import ctypes
import os
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

from app.card.host import NO_DRIVER, Host, UsbDevice

LIBRARY: Final = "libpcsclite.so.1"
KEEPER: Final = b"app.card.keeper:serve"
STARTED: Final = b"\0-m\0app\0"
"""How this program is started as a module, and how it starts its parts."""
_SOCKET: Final = "/run/pcscd/pcscd.comm"
_FAMILIES: Final = ("debian", "fedora", "arch", "suse")
_PROGRAM: Final = ("usr/sbin/pcscd", "usr/bin/pcscd", "usr/local/sbin/pcscd")
_UNIT: Final = ("usr/lib/systemd/system/pcscd.socket", "lib/systemd/system/pcscd.socket")
_ENABLED: Final = "etc/systemd/system/sockets.target.wants/pcscd.socket"
_POLICY: Final = "usr/share/polkit-1/actions/org.debian.pcsc-lite.policy"
_SMART_CARD: Final = "0b"
_DRIVER: Final = re.compile(r"[A-Za-z0-9_-]+")  # it stands in a command that people are told to type


def survey(
    root: Path = Path("/"),
    environment: Mapping[str, str] = os.environ,
    load: Callable[[str], object] = ctypes.CDLL,
) -> Host:
    """The facts below `root`."""
    return Host(
        "linux",
        library=_library(load),
        service=_service(root),
        socket=_socket(root, environment),
        sandbox=_sandbox(root, environment),
        family=_family(root),
        systemd=(root / "run/systemd/system").is_dir(),
        by_request=os.path.lexists(root / _ENABLED),  # a link out of `root`
        polkit=(root / _POLICY).exists(),
        usb=_usb(root / "sys/bus/usb/devices"),
    )


def programs(root: Path = Path("/"), own: int | None = None) -> tuple[str, ...]:
    """Programs of this user that have loaded the PC/SC library, without our own process; all others of this program,
    however they were started, are one "Natsuin"."""
    own = os.getpid() if own is None else own
    loaded: dict[int, str] = {}
    of_this_program = set()
    for folder in _processes(root):
        try:
            process, parent = int(folder.name), _parent(folder)
            command, name = (folder / "cmdline").read_bytes() + b"\0", _text(folder / "comm")
            if process == own or (parent == own and KEEPER in command):
                continue
            if KEEPER in command:
                loaded[process] = name
                of_this_program |= {process, parent}
            elif LIBRARY in (folder / "maps").read_text("utf-8", "replace"):
                loaded[process] = name
                if name == "natsuin" or STARTED in command:
                    of_this_program.add(process)
        except (OSError, ValueError):  # another user's, or just ended
            continue
    found = {"Natsuin" if process in of_this_program else name for process, name in loaded.items()}
    return tuple(sorted(found - {"pcscd", ""}))


def _library(load: Callable[[str], object]) -> str:
    try:
        load(LIBRARY)
    except OSError as error:
        # the loader names first what it did not find: the library itself, or one that the library needs
        absent = str(error).startswith(LIBRARY) and "No such file" in str(error)
        return "missing" if absent else "unloadable"
    return "present"


def _service(root: Path) -> str:
    for folder in _processes(root):
        if _text(folder / "comm") == "pcscd":
            return "running"
    return "stopped" if any((root / place).exists() for place in (*_PROGRAM, *_UNIT)) else "missing"


def _socket(root: Path, environment: Mapping[str, str]) -> str:
    path = root / (environment.get("PCSCLITE_CSOCK_NAME") or _SOCKET).lstrip("/")
    try:
        path.stat()
    except PermissionError:
        return "refused"
    except OSError:
        return "absent"
    return "there" if os.access(path, os.R_OK | os.W_OK) else "refused"


def _sandbox(root: Path, environment: Mapping[str, str]) -> str:
    if (root / ".flatpak-info").exists():
        return "flatpak"
    if _text(root / "proc/self/attr/current").startswith("snap."):
        return "snap"
    if "microsoft" in _text(root / "proc/sys/kernel/osrelease").lower():
        return "wsl"
    if environment.get("container") or any((root / mark).exists() for mark in (".dockerenv", "run/.containerenv")):
        return "container"
    return "none"


def _family(root: Path) -> str:
    words = " ".join(
        line.partition("=")[2].strip("\"'")
        for line in _text(root / "etc/os-release").splitlines()
        if line.startswith(("ID=", "ID_LIKE="))
    )
    return next((family for family in _FAMILIES if family in words), "other")


def _usb(devices: Path) -> tuple[UsbDevice, ...] | None:
    if not devices.is_dir():
        return None
    found = []
    for folder in sorted(devices.iterdir()):
        try:
            vendor, product = (int(_text(folder / name), 16) for name in ("idVendor", "idProduct"))
        except ValueError:  # an interface, or a device that has just left
            continue
        interfaces = _interfaces(devices, folder.name)
        smart_card = any(kind == _SMART_CARD for kind, _driver in interfaces)
        taken = next((driver for _kind, driver in interfaces if _DRIVER.fullmatch(driver) and driver != "usbfs"), "")
        if smart_card or (vendor, product) in NO_DRIVER:
            found.append(UsbDevice(vendor, product, _text(folder / "product"), smart_card, taken))
    return tuple(found)


def _interfaces(devices: Path, device: str) -> list[tuple[str, str]]:
    """Class and kernel driver of a device's interfaces: of the reader's in it, where it is more than a reader."""
    found = [
        (_text(folder / "bInterfaceClass"), (folder / "driver").resolve().name if (folder / "driver").exists() else "")
        for folder in sorted(devices.glob(f"{device}:*"))
    ]
    return [interface for interface in found if interface[0] == _SMART_CARD] or found


def _processes(root: Path) -> Iterator[Path]:
    try:
        yield from (folder for folder in (root / "proc").iterdir() if folder.name.isdigit())
    except OSError:
        return


def _parent(process: Path) -> int:
    # the name in the second field may hold spaces and brackets
    return int((process / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()[1])


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace").strip()
    except OSError:
        return ""
