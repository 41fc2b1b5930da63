"""The same for Windows, by its service manager and its configuration manager (winsvc.h, cfgmgr32.h)."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable
from typing import Any, Final

from app.card.host import NO_DRIVER, Host, UsbDevice

SERVICE: Final = "SCardSvr"
READERS: Final = "{50dd5230-ba8a-11d1-bf5d-0000f805f530}"  # GUID_DEVCLASS_SMARTCARDREADER
_QUERY: Final = 0x0004 | 0x0001  # SERVICE_QUERY_STATUS, SERVICE_QUERY_CONFIG
_RUNNING: Final = 4
_DISABLED: Final = 4
_MISSING: Final = 1060  # ERROR_SERVICE_DOES_NOT_EXIST
_PRESENT, _ENUMERATOR, _CLASS = 0x100, 0x001, 0x200
_IDENTITY: Final = re.compile(r"USB\\VID_([0-9A-F]{4})&PID_([0-9A-F]{4})", re.IGNORECASE)

Libraries = Callable[[str], Any]
"""A system library by its name; OSError where it is not there."""


def _windows(name: str) -> Any:
    return ctypes.WinDLL(name, use_last_error=True)  # type: ignore[attr-defined,unused-ignore]


def survey(libraries: Libraries = _windows) -> Host:
    """The facts of this Windows."""
    return Host("windows", library=_library(libraries), service=_service(libraries), usb=_usb(libraries))


def _library(libraries: Libraries) -> str:
    try:
        libraries("winscard")
    except OSError:
        return "missing"
    return "present"


def _service(libraries: Libraries) -> str:
    """The state of the service "Smart Card", by whom Windows starts it when a reader is plugged in."""
    try:
        manager = libraries("advapi32")
    except OSError:
        return "unknown"
    for name in ("OpenSCManagerW", "OpenServiceW"):
        getattr(manager, name).restype = ctypes.c_void_p
    services = manager.OpenSCManagerW(None, None, 0x0001)  # SC_MANAGER_CONNECT
    if not services:
        return "unknown"
    try:
        service = manager.OpenServiceW(ctypes.c_void_p(services), SERVICE, _QUERY)
        if not service:
            return "missing" if _last_error() == _MISSING else "unknown"
        try:
            return _state(manager, ctypes.c_void_p(service))
        finally:
            manager.CloseServiceHandle(ctypes.c_void_p(service))
    finally:
        manager.CloseServiceHandle(ctypes.c_void_p(services))


def _state(manager: Any, service: ctypes.c_void_p) -> str:
    status = (ctypes.c_uint32 * 7)()  # SERVICE_STATUS
    if not manager.QueryServiceStatus(service, ctypes.byref(status)):
        return "unknown"
    if status[1] == _RUNNING:
        return "running"
    config = ctypes.create_string_buffer(8192)  # QUERY_SERVICE_CONFIGW: dwServiceType, dwStartType, …
    needed = ctypes.c_uint32()
    if manager.QueryServiceConfigW(service, config, len(config), ctypes.byref(needed)):
        start = int.from_bytes(config.raw[4:8], "little")
        if start == _DISABLED:
            return "disabled"
    return "stopped"


def _last_error() -> int:
    return int(getattr(ctypes, "get_last_error", lambda: 0)())


def _usb(libraries: Libraries) -> tuple[UsbDevice, ...] | None:
    """Readers that are plugged in: those with a driver for readers, and those known to have none."""
    try:
        manager = libraries("cfgmgr32")
    except OSError:
        return None
    readers = _present(manager, READERS, _CLASS)
    plugged = _present(manager, "USB", _ENUMERATOR)
    if readers is None or plugged is None:
        return None
    known = {UsbDevice(*identity, NO_DRIVER[identity]) for identity in plugged - readers if identity in NO_DRIVER}
    listed = {UsbDevice(*identity, NO_DRIVER.get(identity, ""), smart_card=True) for identity in readers}
    return tuple(sorted(known | listed, key=lambda device: device.identity))


def _present(manager: Any, of: str, kind: int) -> set[tuple[int, int]] | None:
    """Vendor and product of the devices that are there now; their serial numbers, which follow, are dropped."""
    size = ctypes.c_uint32()
    if manager.CM_Get_Device_ID_List_SizeW(ctypes.byref(size), of, kind | _PRESENT):
        return None
    buffer = (ctypes.c_uint16 * max(size.value, 1))()
    if manager.CM_Get_Device_ID_ListW(of, buffer, len(buffer), kind | _PRESENT):
        return None
    text = bytes(buffer).decode("utf-16-le", "replace")
    found = (_IDENTITY.match(entry) for entry in text.split("\0"))
    return {(int(match[1], 16), int(match[2], 16)) for match in found if match}
