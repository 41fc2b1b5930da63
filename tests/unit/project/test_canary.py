"""The search for a password that leaked finds each kind of leak: one is planted, and must be seen."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import canary
import pytest

PLANTED = "PLANTED2026ABCDE"
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")

# holds the password in its memory, made of halves so that no file and no argument has it whole
HOLDER = (
    'import sys; kept = ("PLANTED2" + "026ABCDE").encode(sys.argv[1]); print("ready", flush=True); sys.stdin.read()'
)


@pytest.fixture
def holder() -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-I", "-c", HOLDER, "ascii"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    yield process
    process.communicate()


@pytest.mark.parametrize(
    "line",
    [
        "password PLANTED2026ABCDE",
        "password planted2026abcde",
        "VERIFY 0020008010" + PLANTED.encode().hex(),
        "VERIFY 0020008010" + PLANTED.encode().hex().upper(),
        "> 00 20 00 80 10 " + PLANTED.encode().hex(" "),
        f"transmit {[0, 0x20, 0, 0x80, 16, *PLANTED.encode()]}",
        f"typed {list(PLANTED.lower().encode())}",
        f"typed {PLANTED.lower().encode().hex()}",
    ],
)
def test_a_line_in_a_log_or_a_report(tmp_path: Path, line: str) -> None:
    (tmp_path / "natsuin.log").write_text(f"started\n{line}\nended\n")
    assert len(canary.in_folder(tmp_path, [PLANTED])) == 1
    assert canary.found(line.encode(), [PLANTED])
    assert canary.in_folder(tmp_path, [PLANTED[:-1] + "F"]) == []


def test_a_string_of_the_toolkit_in_a_temporary_file(tmp_path: Path) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "deep" / "er" / "state").write_bytes(b"\0" + PLANTED.encode("utf-16-le"))
    assert canary.in_folder(tmp_path, [PLANTED])[0].endswith("state: UTF-16")


def test_the_name_of_a_file(tmp_path: Path) -> None:
    (tmp_path / f"{PLANTED}.tmp").touch()
    assert canary.in_folder(tmp_path, [PLANTED])


def test_what_fixtures_look_for_grows_with_each_new_password(tmp_path: Path) -> None:
    password = canary.fresh()
    (tmp_path / "log").write_text(password)
    assert canary.in_folder(tmp_path) == [f"{tmp_path / 'log'}: text"]
    assert canary.found(b"the demo card's: demo1234") == ["text"]


@linux
def test_arguments_and_environment() -> None:
    waiting = [sys.executable, "-I", "-c", "import sys; sys.stdin.read()"]
    for arguments, environment, place in (
        ([PLANTED], {}, "cmdline: text"),
        ([], {"PASSWORD": PLANTED}, "environ: text"),
    ):
        with subprocess.Popen(
            [*waiting, *arguments], stdin=subprocess.PIPE, env={**os.environ, **environment}
        ) as process:
            assert canary.in_listing(process.pid, [PLANTED]) == [place]


@linux
@pytest.mark.skipif(os.getuid() != 0 if hasattr(os, "getuid") else True, reason="only root reads another's memory")
def test_memory(holder: subprocess.Popen[str]) -> None:
    assert {hit.rpartition(": ")[2] for hit in canary.in_memory(holder.pid, [PLANTED])} == {"text"}
    assert canary.in_memory(holder.pid, [PLANTED[:-1] + "F"]) == []


@linux
def test_a_core_file(tmp_path: Path) -> None:
    if not canary.cores_allowed():
        pytest.skip("core files are not made here, or go elsewhere")
    process = subprocess.Popen(
        [sys.executable, "-I", "-c", HOLDER, "ascii"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=tmp_path,
        preexec_fn=canary.with_cores,
    )
    assert process.stdout
    assert process.stdout.readline()
    process.send_signal(signal.SIGSEGV)
    process.communicate()
    assert process.returncode == -signal.SIGSEGV
    assert canary.in_folder(tmp_path, [PLANTED]), "the core file holds it"
