"""Every test has a home of its own, and nothing it does may leave a password behind."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import canary
import pytest

from app.wording import language

# a test run in the background of a shell inherits an ignored SIGINT; the tests of Ctrl-C need the usual one
signal.signal(signal.SIGINT, signal.default_int_handler)

# no test reaches the readers of this computer; the PC/SC library reads it once in the life of a process
os.environ["PCSCLITE_CSOCK_NAME"] = str(Path(tempfile.gettempdir(), f"natsuin-tests-{os.getpid()}.comm"))


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Settings, caches and temporary files of a test stay in a folder of its own, and hold no password after it."""
    home = tmp_path_factory.mktemp("home")
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(home / name))
    language.use("ja")
    yield home
    assert canary.in_folder(home) == []


@pytest.fixture(autouse=True)
def silent_passwords(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """No log line of any test holds a password of a card."""
    yield
    assert canary.found("\n".join(record.getMessage() for record in caplog.records).encode()) == []


@pytest.fixture(scope="session")
def display(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The display there is, else an own Xvfb with a window manager (activation needs one)."""
    if os.environ.get("DISPLAY") or not sys.platform.startswith("linux"):
        yield
        return
    if not shutil.which("Xvfb"):
        pytest.skip("no display and no Xvfb")
    reader, writer = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writer), "-screen", "0", "1600x1000x24", "-nolisten", "tcp"],
        pass_fds=(writer,),
        stderr=subprocess.DEVNULL,
    )
    os.close(writer)
    with os.fdopen(reader) as answer:
        os.environ["DISPLAY"] = f":{answer.readline().strip()}"
    keeper = None
    if shutil.which("openbox"):
        ready = tmp_path_factory.mktemp("openbox") / "ready"
        keeper = subprocess.Popen(["openbox", "--startup", f"touch {ready}"], stderr=subprocess.DEVNULL)
        for _ in range(100):  # a window shown before it is managed would not be activated
            if ready.exists():
                break
            time.sleep(0.05)
    yield
    for process in (keeper, server):
        if process is not None:
            process.terminate()
            process.wait()


@pytest.fixture(scope="session")
def corpus() -> Path:
    """Real PDFs of other programs, where they lie beside the checkout; the tests that need them skip otherwise."""
    folder = Path(__file__).resolve().parents[2] / "shared" / "corpus"
    if not folder.is_dir():
        pytest.skip("the corpus of real PDFs is not here")
    return folder
