"""What the computer tells of its service and its USB readers, on stand-ins of the three systems."""

from __future__ import annotations

import ctypes
import plistlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.card import host_linux, host_macos, host_windows, surroundings
from app.card.host import Host, UsbDevice

Files = Callable[..., Path]


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """`files(path=content, …)`: a file system with these files below its root."""

    def make(contents: dict[str, str]) -> Path:
        for name, content in contents.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
        return tmp_path

    return make


def usb(name: str, ids: str, *, interface: str = "ff", product: str = "", serial: str = "S1234567") -> dict[str, str]:
    vendor, product_id = ids.split(":")
    base = f"sys/bus/usb/devices/{name}"
    return {
        f"{base}/idVendor": f"{vendor}\n",
        f"{base}/idProduct": f"{product_id}\n",
        f"{base}/product": f"{product}\n",
        f"{base}/serial": f"{serial}\n",
        f"sys/bus/usb/devices/{name}:1.0/bInterfaceClass": f"{interface}\n",
    }


def survey(root: Path, **environment: str) -> Host:
    return host_linux.survey(root, environment, lambda _name: None)


# --- Linux ----------------------------------------------------------------------------------------------


def test_a_computer_without_anything(tmp_path: Path) -> None:
    assert survey(tmp_path) == Host("linux", service="missing", socket="absent", usb=None)


@pytest.mark.parametrize(
    ("complaint", "library"),
    [
        ("libpcsclite.so.1: cannot open shared object file: No such file or directory", "missing"),
        ("libsystemd.so.0: cannot open shared object file: No such file or directory", "unloadable"),
        ("libpcsclite.so.1: wrong ELF class: ELFCLASS32", "unloadable"),
    ],
)
def test_a_library_that_is_not_there_is_told_from_one_that_is_broken(
    tmp_path: Path, complaint: str, library: str
) -> None:
    def load(_name: str) -> None:
        raise OSError(complaint)

    assert host_linux.survey(tmp_path, {}, load).library == library


def test_the_loader_says_what_this_rests_upon() -> None:
    with pytest.raises(OSError, match=r"^libnatsuin-absent\.so\.1: .*No such file"):
        ctypes.CDLL("libnatsuin-absent.so.1")


@pytest.mark.parametrize(
    ("contents", "service"),
    [
        ({"usr/sbin/pcscd": ""}, "stopped"),
        ({"usr/lib/systemd/system/pcscd.socket": ""}, "stopped"),
        ({"usr/sbin/pcscd": "", "proc/812/comm": "pcscd\n"}, "running"),
        ({"proc/812/comm": "pcscd-helper\n"}, "missing"),
    ],
)
def test_the_service_is_installed_or_runs(files: Files, contents: dict[str, str], service: str) -> None:
    assert survey(files(contents)).service == service


def test_a_service_that_starts_on_request_is_seen(files: Files) -> None:
    root = files({"run/systemd/system/x": ""})
    enabled = root / "etc/systemd/system/sockets.target.wants/pcscd.socket"
    enabled.parent.mkdir(parents=True)
    enabled.symlink_to("/lib/systemd/system/pcscd.socket")  # leads out of this root, as it does out of a container
    found = survey(root)
    assert (found.systemd, found.by_request) == (True, True)


def test_a_service_that_asks_polkit_is_seen(files: Files) -> None:
    assert survey(files({"usr/share/polkit-1/actions/org.debian.pcsc-lite.policy": ""})).polkit


def test_a_socket_that_refuses_is_told_from_one_that_is_not_there(
    files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = files({"run/pcscd/pcscd.comm": "", "elsewhere/comm": ""})
    assert survey(root).socket == "there"
    assert survey(root, PCSCLITE_CSOCK_NAME="/elsewhere/comm").socket == "there"
    assert survey(root, PCSCLITE_CSOCK_NAME="/elsewhere/none").socket == "absent"
    monkeypatch.setattr(host_linux.os, "access", lambda _path, _mode: False)  # root may do everything
    assert survey(root).socket == "refused"


@pytest.mark.parametrize(
    ("contents", "environment", "sandbox"),
    [
        ({".flatpak-info": ""}, {}, "flatpak"),
        ({"proc/self/attr/current": "snap.natsuin.natsuin (enforce)"}, {}, "snap"),
        ({"proc/sys/kernel/osrelease": "5.15.90.1-microsoft-standard-WSL2"}, {}, "wsl"),
        ({".dockerenv": ""}, {}, "container"),
        ({"run/.containerenv": ""}, {}, "container"),
        ({}, {"container": "lxc"}, "container"),
        ({}, {"SNAP": "/snap/code/1"}, "none"),  # only started from a snap
    ],
)
def test_where_the_program_runs(
    files: Files, contents: dict[str, str], environment: dict[str, str], sandbox: str
) -> None:
    assert survey(files(contents), **environment).sandbox == sandbox


@pytest.mark.parametrize(
    ("release", "family"),
    [
        ('ID=ubuntu\nID_LIKE="debian"\n', "debian"),
        ("ID=fedora\n", "fedora"),
        ("ID=manjaro\nID_LIKE=arch\n", "arch"),
        ('ID="opensuse-leap"\nID_LIKE="suse opensuse"\n', "suse"),
        ("ID=void\nPRETTY_NAME=debian-like\n", "other"),
    ],
)
def test_how_this_linux_installs_things(files: Files, release: str, family: str) -> None:
    assert survey(files({"etc/os-release": release})).family == family


def test_usb_readers_are_found_by_their_class_and_by_their_name_without_their_serial_number(files: Files) -> None:
    root = files(
        {
            **usb("1-1", "04e6:5116", interface="0b", product="SCR3310"),
            **usb("1-2", "054c:06c1", product="RC-S380/S"),
            **usb("1-3", "054c:0dc9", interface="0b", product="RC-S300/P"),
            **usb("1-4", "046d:c31c", interface="03", product="Keyboard"),
            "sys/bus/usb/devices/usb1/idVendor": "no number",
        }
    )
    found = survey(root).usb
    assert found == (
        UsbDevice(0x04E6, 0x5116, "SCR3310", smart_card=True),
        UsbDevice(0x054C, 0x06C1, "RC-S380/S"),
        UsbDevice(0x054C, 0x0DC9, "RC-S300/P", smart_card=True),
    )
    assert "S1234567" not in repr(found)


@pytest.mark.parametrize(
    ("driver", "taken"), [("pn533_usb", "pn533_usb"), ("usbfs", ""), ("a; rm -r ~", ""), ("port100", "port100")]
)
def test_the_kernels_driver_that_has_a_reader_is_named(files: Files, driver: str, taken: str) -> None:
    root = files(usb("1-1", "072f:2200", interface="0b"))
    drivers = root / "sys/bus/usb/drivers" / driver
    drivers.mkdir(parents=True)
    (root / "sys/bus/usb/devices/1-1:1.0/driver").symlink_to(drivers)
    assert [device.driver for device in survey(root).usb or ()] == [taken]


def test_a_keyboard_in_the_same_case_takes_nothing(files: Files) -> None:
    keyboard = "sys/bus/usb/devices/1-1:1.1"
    root = files({**usb("1-1", "413c:2101", interface="0b"), f"{keyboard}/bInterfaceClass": "03"})
    drivers = root / "sys/bus/usb/drivers/usbhid"
    drivers.mkdir(parents=True)
    (root / keyboard / "driver").symlink_to(drivers)
    assert [device.driver for device in survey(root).usb or ()] == [""]


def process(number: int, comm: str, *, parent: int = 1, maps: str = "", cmdline: str = "") -> dict[str, str]:
    base = f"proc/{number}"
    return {
        f"{base}/comm": f"{comm}\n",
        f"{base}/stat": f"{number} ({comm}) S {parent} 1 1 0",
        f"{base}/maps": maps,
        f"{base}/cmdline": cmdline,
    }


LOADED = "7f00-7f01 r-xp 00000000 08:01 1 /usr/lib/x86_64-linux-gnu/libpcsclite.so.1.0.0\n"
LOADED_AS = LOADED.replace("so.1.0.0", "so.1")


def test_programs_that_could_hold_a_card_are_those_with_the_library_and_other_windows_of_ours(files: Files) -> None:
    ours, keeper = "python\0-m\0app\0--child\0app.card.keeper:serve", 100
    root = files(
        {
            **process(10, "pcscd", maps=LOADED),
            **process(20, "firefox-esr", maps=LOADED),
            **process(30, "bash", maps="/usr/lib/libc.so.6"),
            **process(40, "odd) name (x", maps=LOADED),
            **process(50, "python", parent=9, cmdline=ours),
            **process(60, "python", parent=keeper, cmdline=ours),
            **process(keeper, "natsuin", maps=LOADED_AS),
            **process(9, "python3", maps=LOADED),
            **process(80, "natsuin", maps=LOADED, cmdline="/usr/bin/python3\0/usr/bin/natsuin\0card"),
            **process(90, "python", maps=LOADED, cmdline="python\0-I\0-m\0app\0sign"),
            "proc/70/comm": "gone",
        }
    )
    assert host_linux.programs(root, own=keeper) == ("Natsuin", "firefox-esr", "odd) name (x")


# --- Windows --------------------------------------------------------------------------------------------


class Function:
    def __init__(self, answer: Callable[..., Any]) -> None:
        self.restype: object = None
        self._answer = answer

    def __call__(self, *arguments: Any) -> Any:
        return self._answer(*arguments)


class Services:
    """advapi32 with one service in a state (SERVICE_STATUS) and a kind of start (QUERY_SERVICE_CONFIG)."""

    def __init__(self, state: int, start: int, *, there: bool = True) -> None:
        self.closed: list[int | None] = []
        self.OpenSCManagerW = Function(lambda *_: 11)
        self.OpenServiceW = Function(lambda manager, name, _: 22 if there and name == "SCardSvr" else None)
        self._state, self._start = state, start

    def QueryServiceStatus(self, service: Any, status: Any) -> int:
        assert service.value == 22
        status._obj[1] = self._state
        return 1

    def QueryServiceConfigW(self, service: Any, buffer: Any, size: int, needed: Any) -> int:
        buffer.raw = (0x20).to_bytes(4, "little") + self._start.to_bytes(4, "little") + bytes(size - 8)
        return 1

    def CloseServiceHandle(self, handle: Any) -> None:
        self.closed.append(handle.value)


class Devices:
    """cfgmgr32 with device instance identifiers by enumerator or class."""

    def __init__(self, **lists: list[str]) -> None:
        self._lists = {"USB": lists.get("usb", []), host_windows.READERS: lists.get("readers", [])}

    def _text(self, of: str, flags: int) -> bytes:
        assert flags & 0x100, "only what is plugged in now"
        return "".join(f"{entry}\0" for entry in [*self._lists[of], ""]).encode("utf-16-le")

    def CM_Get_Device_ID_List_SizeW(self, size: Any, of: str, flags: int) -> int:
        size._obj.value = len(self._text(of, flags)) // 2
        return 0

    def CM_Get_Device_ID_ListW(self, of: str, buffer: Any, length: int, flags: int) -> int:
        ctypes.memmove(buffer, self._text(of, flags), length * 2)
        return 0


def windows(**libraries: Any) -> Callable[[str], Any]:
    def load(name: str) -> Any:
        if name not in libraries:
            raise OSError(name)
        return libraries[name]

    return load


@pytest.mark.parametrize(
    ("state", "start", "service"), [(4, 3, "running"), (1, 3, "stopped"), (1, 4, "disabled"), (4, 4, "running")]
)
def test_the_state_of_the_windows_service(state: int, start: int, service: str) -> None:
    services = Services(state, start)
    found = host_windows.survey(windows(winscard=object(), advapi32=services, cfgmgr32=Devices()))
    assert found == Host("windows", service=service)
    assert services.closed == [22, 11]


def test_a_windows_without_the_service_the_library_or_its_managers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host_windows, "_last_error", lambda: 1060)
    services = Services(1, 3, there=False)
    assert host_windows.survey(windows(winscard=object(), advapi32=services)).service == "missing"
    assert services.closed == [11]
    assert host_windows.survey(windows()) == Host("windows", library="missing", service="unknown", usb=None)


def test_readers_on_windows_are_those_with_a_readers_driver_and_those_known_to_have_none() -> None:
    devices = Devices(
        usb=[r"USB\VID_054C&PID_06C3\0123456", r"USB\VID_046D&PID_C31C\7&1A2B", r"USB\ROOT_HUB30\4&1"],
        readers=[r"USB\VID_04E6&PID_5116\21120627200246", r"ROOT\SMARTCARDREADER\0000"],
    )
    found = host_windows.survey(windows(winscard=object(), cfgmgr32=devices)).usb
    assert found == (
        UsbDevice(0x04E6, 0x5116, "", smart_card=True),
        UsbDevice(0x054C, 0x06C3, "Sony PaSoRi RC-S380/P"),
    )


def test_an_rc_s380_with_its_makers_software_is_a_reader_like_others() -> None:
    both = [r"USB\VID_054C&PID_06C3\0123456"]
    found = host_windows.survey(windows(cfgmgr32=Devices(usb=both, readers=both))).usb
    assert found == (UsbDevice(0x054C, 0x06C3, "Sony PaSoRi RC-S380/P", smart_card=True),)


# --- macOS ----------------------------------------------------------------------------------------------


def ioreg() -> bytes:
    reader = {"idVendor": 0x04E6, "idProduct": 0x5116, "USB Product Name": "SCR3310", "USB Serial Number": "S1234567"}
    reader["IORegistryEntryChildren"] = [{"idVendor": 0x04E6, "idProduct": 0x5116, "bInterfaceClass": 0x0B}]
    pasori = {"idVendor": 0x054C, "idProduct": 0x06C1, "USB Product Name": "RC-S380/S"}
    hub = {"idVendor": 0x05E3, "idProduct": 0x0610, "IORegistryEntryChildren": [reader, pasori]}
    return plistlib.dumps([hub, reader, {"name": "no device"}])


def test_readers_on_macos_are_found_behind_hubs_too() -> None:
    found = host_macos.survey({}, lambda _name: None, ioreg)
    assert found == Host(
        "macos",
        usb=(UsbDevice(0x04E6, 0x5116, "SCR3310", smart_card=True), UsbDevice(0x054C, 0x06C1, "RC-S380/S")),
    )


@pytest.mark.parametrize(("answer", "usb"), [(b"", ()), (b"not a list", None)])
def test_a_macos_that_tells_nothing(answer: bytes, usb: tuple[UsbDevice, ...] | None) -> None:
    assert host_macos.survey({}, lambda _name: None, lambda: answer).usb == usb


def test_a_macos_that_keeps_the_program_in_its_sandbox() -> None:
    def load(_name: str) -> None:
        raise OSError

    found = host_macos.survey({"APP_SANDBOX_CONTAINER_ID": "x"}, load, lambda: b"")
    assert (found.library, found.sandbox) == ("missing", "macos-app")


def test_this_computer_is_surveyed_without_a_fault() -> None:
    assert surroundings.survey().platform in ("linux", "windows", "macos")
    assert isinstance(surroundings.programs(), tuple)
