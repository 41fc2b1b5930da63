"""A window that crashes while a password may be in it leaves no core file."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

PATTERN = Path("/proc/sys/kernel/core_pattern")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux only")
def test_a_crash_leaves_no_core_file(display: None, contract: Path, tmp_path: Path, own_home: Path) -> None:
    if PATTERN.read_text().startswith(("|", "/")):
        pytest.skip("core files go to a program here")
    folder = tmp_path / "crash"
    folder.mkdir()

    def crash(command: list[str], after: float) -> list[str]:
        process = subprocess.Popen(
            ["sh", "-c", 'ulimit -c unlimited; exec "$@"', "sh", *command],
            cwd=folder,
            env={**os.environ, "TMPDIR": str(own_home)},
        )
        time.sleep(after)
        process.send_signal(signal.SIGSEGV)
        process.wait(20)
        return os.listdir(folder)

    assert crash([sys.executable, "-I", "-m", "app", "--demo", str(contract)], 3) == []
    if not crash([sys.executable, "-I", "-c", "import time; time.sleep(9)"], 1):
        pytest.skip("no core files here at all: nothing was shown")
