"""What can be told of a computer's smart-card service and its USB readers. Pure data."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class UsbDevice:
    """A device on the USB that is, or is known to be, a card reader.

    `smart_card`: it says of itself that it is one (interface class 0B), or the system has it among its readers.
    `driver`: the kernel's driver that has taken it, if one has. `serial` is never read.
    """

    vendor: int
    product: int
    name: str = ""
    smart_card: bool = False
    driver: str = ""

    @property
    def ids(self) -> tuple[int, int]:
        """Vendor and product."""
        return self.vendor, self.product

    @property
    def identity(self) -> str:
        """As 054c:06c1."""
        return f"{self.vendor:04x}:{self.product:04x}"


@dataclass(frozen=True, slots=True)
class Host:
    """The surroundings of this program.

    `platform`: windows, macos, linux. `library`: present, missing, unloadable. `service`: running, stopped, disabled,
    missing, unknown. `socket`: there, absent, refused; none where the service has no socket. `sandbox`: none, flatpak,
    snap, container, wsl, macos-app. `family`: debian, fedora, arch, suse, other (Linux). `systemd`: whether it runs
    the services; `by_request`: whether it starts the service when somebody asks; `polkit`: whether the service asks
    polkit whom it may serve. `usb`: None where it cannot be seen.
    """

    platform: str
    library: str = "present"
    service: str = "unknown"
    socket: str = "none"
    sandbox: str = "none"
    family: str = "other"
    systemd: bool = False
    by_request: bool = False
    polkit: bool = False
    usb: tuple[UsbDevice, ...] | None = field(default=())


NO_DRIVER = {
    (0x054C, 0x0193): "Sony PaSoRi RC-S330",
    (0x054C, 0x01BB): "Sony PaSoRi RC-S320",
    (0x054C, 0x02E1): "Sony PaSoRi RC-S330",
    (0x054C, 0x06C1): "Sony PaSoRi RC-S380/S",
    (0x054C, 0x06C2): "Sony RC-S634",
    (0x054C, 0x06C3): "Sony PaSoRi RC-S380/P",
}
"""Readers that do not speak CCID: the service sees them only with their maker's software, if there is any. The
RC-S300 (054c:0dc8, 054c:0dc9) is not among them."""
