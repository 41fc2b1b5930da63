"""A pcscd of one's own, with two virtual readers, that neither sees nor disturbs the system's.

The readers' driver listens on two TCP ports; a virtual card (vcard.py) connects to one of them.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
READERS = ("Virtual PCD 00 00", "Virtual PCD 00 01")
_NAMESPACE = ["unshare", "--map-root-user", "--mount"]


def driver() -> Path | None:
    """The virtual reader's driver, or None."""
    given = os.environ.get("NATSUIN_VPCD_DRIVER")
    path = Path(given) if given else ROOT / ".tools" / "vpcd" / "libifdvpcd.so"
    return path if path.is_file() else None


def missing() -> str | None:
    """What keeps a box from being started here, or None."""
    if not shutil.which("pcscd"):
        return "pcscd is not installed"
    if not driver():
        return "no virtual reader: NATSUIN_VPCD_DRIVER or .tools/vpcd/libifdvpcd.so"
    return None


class Box:
    """One private pcscd. Clients must have `environment` before their first PC/SC call.

    Where a test process already looks for its service somewhere, the way leads there.
    """

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="natsuin-pcscd-", ignore_cleanup_errors=True)
        self._daemon: subprocess.Popen[bytes] | None = None
        self._listener: socket.socket | None = None
        self.folder = Path(self._folder.name)
        self.port = _two_free_ports()
        self._door = Path(os.environ.get("PCSCLITE_CSOCK_NAME", self._socket))
        self.environment = {"PCSCLITE_CSOCK_NAME": str(self._door)}
        (self.folder / "conf").mkdir()
        (self.folder / "run" / "pcscd").mkdir(parents=True)
        self._write_readers(True)

    @property
    def _socket(self) -> Path:
        return self.folder / "run" / "pcscd" / "pcscd.comm"

    def start(self, *, readers: bool = True) -> None:
        """Starts the daemon and waits until it takes connections; without `readers` it has none."""
        self.stop()
        if self._door != self._socket:
            self._door.symlink_to(self._socket)
        self._write_readers(readers)
        configuration = self.folder / "conf"
        if _namespaces():
            # the signal of the parent's death is forgotten when a process enters its namespace: set it last
            daemon = f"exec setpriv --pdeathsig KILL pcscd -f -c '{configuration}'"
            inside = f"mount --bind '{self.folder}/run' /run && {daemon}"
            self._run([*_NAMESPACE, "sh", "-c", inside])
        else:
            self._run_on_socket(["pcscd", "-f", "-c", str(configuration)])
        _wait(self._answers, "pcscd does not start")

    @property
    def pid(self) -> int | None:
        """The daemon's process, None when it is not running."""
        return self._daemon.pid if self._daemon else None

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Ends the daemon; clients then find no service."""
        if self._daemon:
            self._daemon.send_signal(number)
            self._daemon.wait(10)
            self._daemon = None
        if self._listener:
            self._listener.close()
            self._listener = None
        self._socket.unlink(missing_ok=True)
        self._door.unlink(missing_ok=True)

    def close(self) -> None:
        """Ends the daemon and removes what it left."""
        self.stop()
        self._folder.cleanup()

    def _write_readers(self, present: bool) -> None:
        entry = (
            f'FRIENDLYNAME "Virtual PCD"\nDEVICENAME /dev/null:{self.port:#06x}\n'
            f"LIBPATH {driver()}\nCHANNELID {self.port:#06x}\n"
        )
        (self.folder / "conf" / "reader.conf").write_text(entry if present else "")

    def _run(self, command: list[str], **options: object) -> None:
        self._daemon = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options
        )

    def _run_on_socket(self, command: list[str]) -> None:
        """Where namespaces are not allowed: as systemd starts it, with the socket as descriptor 3."""
        if _runs(Path("/run/pcscd/pcscd.pid")):
            raise RuntimeError("no namespaces here, and a pcscd of the system whose files must not be touched")
        with contextlib.suppress(OSError):
            os.makedirs("/run/pcscd", exist_ok=True)
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(self._socket))
        self._listener.listen(16)
        number = self._listener.fileno()

        def prepare() -> None:
            os.dup2(number, 3)
            os.set_inheritable(3, True)
            os.environ["LISTEN_FDS"], os.environ["LISTEN_PID"] = "1", str(os.getpid())
            ctypes.CDLL(None).prctl(1, signal.SIGKILL, 0, 0, 0)  # PR_SET_PDEATHSIG
            os.execvpe(command[0], command, os.environ)

        self._run(command, preexec_fn=prepare, pass_fds=(3, number))

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(str(self._socket))
            except OSError:
                return False
        return True


def _namespaces() -> bool:
    return subprocess.run([*_NAMESPACE, "true"], capture_output=True, check=False).returncode == 0


def _runs(note: Path) -> bool:
    """Whether the daemon that wrote its number there still lives (a killed one leaves the file)."""
    try:
        return Path("/proc", note.read_text().strip(), "comm").read_text().strip() == "pcscd"
    except OSError:
        return False


def _two_free_ports() -> int:
    """The first of two neighbouring free ports (the driver takes both)."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("", 0))
            port = int(first.getsockname()[1])
            with contextlib.suppress(OSError, OverflowError):
                second.bind(("", port + 1))
                return port


def _wait(condition: object, complaint: str, seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        if time.monotonic() > end:
            raise TimeoutError(complaint)
        time.sleep(0.005)
