"""The same for macOS, whose service is part of the system; what is plugged in is told by ioreg."""

from __future__ import annotations

import ctypes
import os
import plistlib
import subprocess
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from app.card.host import NO_DRIVER, Host, UsbDevice

LIBRARY: Final = "/System/Library/Frameworks/PCSC.framework/PCSC"
_IOREG: Final = ("/usr/sbin/ioreg", "-a", "-l", "-r", "-c", "IOUSBHostDevice")
_SECONDS: Final = 5
_SMART_CARD: Final = 0x0B


def survey(
    environment: Mapping[str, str] = os.environ,
    load: Callable[[str], object] = ctypes.CDLL,
    ask: Callable[[], bytes] | None = None,
) -> Host:
    """The facts of this macOS."""
    try:
        load(LIBRARY)
        library = "present"
    except OSError:
        library = "missing"
    sandbox = "macos-app" if environment.get("APP_SANDBOX_CONTAINER_ID") else "none"
    return Host("macos", library=library, sandbox=sandbox, usb=_usb(ask or _ioreg))


def _ioreg() -> bytes:
    return subprocess.run(_IOREG, capture_output=True, check=True, timeout=_SECONDS).stdout


def _usb(ask: Callable[[], bytes]) -> tuple[UsbDevice, ...] | None:
    try:
        answer = ask()
        tree = plistlib.loads(answer) if answer.strip() else []
    except (OSError, ValueError, subprocess.SubprocessError, plistlib.InvalidFileException):
        return None
    entries = list(_entries(tree))
    names = {_identity(entry): str(entry["USB Product Name"]) for entry in entries if "USB Product Name" in entry}
    # an interface says the identity of its device, too
    readers = {_identity(entry) for entry in entries if entry.get("bInterfaceClass") == _SMART_CARD}
    known = {_identity(entry) for entry in entries} & NO_DRIVER.keys()
    return tuple(
        UsbDevice(*identity, names.get(identity, ""), identity in readers) for identity in sorted(readers | known)
    )


def _identity(entry: Mapping[str, Any]) -> tuple[int, int]:
    vendor, product = entry.get("idVendor"), entry.get("idProduct")
    return (vendor, product) if isinstance(vendor, int) and isinstance(product, int) else (0, 0)


def _entries(node: object) -> Iterator[Mapping[str, Any]]:
    """Every dictionary of the tree."""
    if isinstance(node, dict):
        yield node
        yield from _entries(node.get("IORegistryEntryChildren"))
    elif isinstance(node, list):
        for each in node:
            yield from _entries(each)
