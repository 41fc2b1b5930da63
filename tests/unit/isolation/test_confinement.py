"""What a process that reads foreign documents can still do to its surroundings: nothing but read.

The attacks are run in a process of their own that has confined itself: with all means of this kernel, and with each
of the two alone.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from app import confinement
from app.document.child import DocumentChild
from app.isolation import MIB, Child, Limits

if not sys.platform.startswith("linux"):
    pytest.skip("confinement is Linux's", allow_module_level=True)

MEANS = confinement.means()
NEEDS_LANDLOCK = pytest.mark.skipif(not MEANS.landlock, reason="this kernel has no Landlock")
NEEDS_SECCOMP = pytest.mark.skipif(not MEANS.seccomp, reason="no seccomp filter can be set here")

ATTACKS = """
import ctypes, errno, fcntl, json, mmap, os, socket, subprocess, sys, threading
from app import confinement

folder, landlock, seccomp, port, victim = sys.argv[1], int(sys.argv[2]), sys.argv[3] == "1", int(sys.argv[4]), int(
    sys.argv[5])
os.chdir(folder)
library = ctypes.CDLL(None, use_errno=True)
offered = confinement.Means(landlock, seccomp)
confinement.means = lambda: offered
confinement.confine()

def call(name, *arguments):
    if getattr(library, name)(*arguments) == -1:
        raise OSError(ctypes.get_errno(), name)
def map_and_write():
    with open("target", "r+b") as file, mmap.mmap(file.fileno(), 0) as content:
        content[:4] = b"LOST"
def connect():
    with socket.socket() as s:
        s.connect(("127.0.0.1", port))
def listen():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0)); s.listen()
def datagram():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.sendto(b"x", ("127.0.0.1", port))
def fork():
    if os.fork() == 0:
        os._exit(0)
    os.wait()
def foreign_signal():
    os.kill(victim, 0)
def signal_by_pipe():
    fcntl.fcntl(os.pipe()[0], fcntl.F_SETOWN, victim)
def limit_another():
    import resource
    resource.prlimit(victim, resource.RLIMIT_NOFILE, (1, 1))
def read_memory():
    open(f"/proc/{victim}/mem", "rb").close()

attacks = dict(
    map_and_write=map_and_write,
    write=lambda: open("target", "r+b").close(),
    truncate_by_opening=lambda: open("target", "wb").close(),
    truncate=lambda: os.truncate("target", 0),
    create=lambda: open("new", "xb").close(),
    unnamed=lambda: os.close(os.open(folder, os.O_TMPFILE | os.O_RDWR)),
    unlink=lambda: os.unlink("target"),
    rename=lambda: os.rename("target", "elsewhere"),
    replace_link=lambda: os.link("target", "second"),
    symlink=lambda: os.symlink("target", "soft"),
    make_folder=lambda: os.mkdir("folder"),
    remove_folder=lambda: os.rmdir("empty"),
    make_pipe=lambda: os.mkfifo("pipe"),
    rights=lambda: os.chmod("target", 0),
    times=lambda: os.utime("target", (0, 0)),
    attribute=lambda: os.setxattr("target", "user.x", b"x"),
    connect=connect, listen=listen, datagram=datagram, fork=fork,
    subprocess=lambda: subprocess.run(["/bin/true"]),
    foreign_signal=foreign_signal, signal_by_pipe=signal_by_pipe, limit_another=limit_another,
    trace=lambda: call("ptrace", 16, victim, 0, 0),
    read_memory=read_memory,
    shared_memory=lambda: call("shmget", 0x4E53, 4096, 0o1600),
)
if landlock or seccomp:
    attacks["execute"] = lambda: os.execv("/bin/true", ["true"])
outcome = {}
for name, attack in attacks.items():
    try:
        attack()
        outcome[name] = "done"
    except OSError as error:
        outcome[name] = errno.errorcode[error.errno]
# what libraries need goes on working
thread = threading.Thread(target=lambda: outcome.update(thread="done")); thread.start(); thread.join()
if seccomp:
    with open("target", "rb") as file:
        outcome["read"] = file.read().decode()
outcome["listing"] = sorted(os.listdir("."))
[side.close() for side in socket.socketpair()]
os.kill(os.getpid(), 0)
print(json.dumps(outcome))
"""
LANDLOCKS_PART = {
    "write", "truncate_by_opening", "map_and_write", "create", "unnamed", "unlink", "rename", "replace_link",
    "symlink", "make_folder", "remove_folder", "make_pipe", "execute", "trace", "read_memory",
}  # fmt: skip


@pytest.fixture
def attacked(tmp_path: Path) -> Callable[..., dict[str, object]]:
    """Runs all attacks under these means; returns what became of each."""
    (tmp_path / "target").write_text("content")
    (tmp_path / "empty").mkdir()

    def run(landlock: int, seccomp: bool) -> dict[str, object]:
        victim = subprocess.Popen([sys.executable, "-I", "-c", "import time; time.sleep(60)"])
        command = [sys.executable, "-I", "-c", ATTACKS, str(tmp_path), str(landlock), str(int(seccomp)), "9"]
        try:
            done = subprocess.run([*command, str(victim.pid)], capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stderr
            assert "foreign_signal" in done.stdout
            outcome: dict[str, object] = json.loads(done.stdout)
            return outcome
        finally:
            victim.kill()
            victim.wait()

    return run


def successes(outcome: dict[str, object]) -> set[str]:
    """The attacks that went through; ENOENT, ECONNREFUSED and the like mean that nobody stood in the way."""
    refusals = {"EPERM", "EACCES", "ENOSYS", "EXDEV"}
    return {name for name in outcome.keys() - {"thread", "read", "listing"} if outcome[name] not in refusals}


def unharmed(outcome: dict[str, object]) -> bool:
    return (outcome["read"], outcome["listing"], outcome["thread"]) == ("content", ["empty", "target"], "done")


@NEEDS_LANDLOCK
@NEEDS_SECCOMP
def test_all_means_together(attacked: Callable[..., dict[str, object]]) -> None:
    outcome = attacked(MEANS.landlock, True)
    assert successes(outcome) == set()
    assert unharmed(outcome)


@NEEDS_SECCOMP
def test_the_filter_alone_keeps_files_as_they_are(attacked: Callable[..., dict[str, object]]) -> None:
    outcome = attacked(0, True)
    assert successes(outcome) <= {"read_memory"}, "opening it is reading, as far as a filter sees"
    assert unharmed(outcome)


@NEEDS_LANDLOCK
@pytest.mark.parametrize("version", range(1, 8))
def test_landlock_alone_by_version(attacked: Callable[..., dict[str, object]], version: int) -> None:
    if version > MEANS.landlock:
        pytest.skip(f"this kernel has version {MEANS.landlock}")
    outcome = attacked(version, False)
    expected = set(LANDLOCKS_PART)
    expected |= {"truncate"} if version >= 3 else set()
    expected |= {"connect", "listen"} if version >= 4 else set()
    expected |= {"foreign_signal", "signal_by_pipe"} if version >= 6 else set()
    assert successes(outcome) & expected <= {"signal_by_pipe"}, "that one is refused when the signal is sent"


def test_without_any_means_nothing_is_refused_and_nothing_breaks(attacked: Callable[..., dict[str, object]]) -> None:
    outcome = attacked(0, False)
    assert {"unlink", "datagram"} & successes(outcome)


@NEEDS_SECCOMP
def test_children_with_a_limit_of_memory_are_confined_and_the_keeper_is_not(tmp_path: Path) -> None:
    def seccomp_of(child: Child) -> tuple[str, str]:
        end = time.monotonic() + 5
        while True:
            rows = dict(line.split(":\t", 1) for line in Path(f"/proc/{child.pid}/status").read_text().splitlines())
            if rows["Seccomp"] != "0" or time.monotonic() > end:
                return rows["NoNewPrivs"], rows["Seccomp"]
            time.sleep(0.02)

    with Child("app.verification.check:serve", Limits(20, 1024 * MIB)) as child:
        assert seccomp_of(child) == ("1", "2")
    with Child("app.card.keeper:serve", Limits(None), options=["demo", "{}"]) as keeper:
        keeper.call("readers", thorough=False)
        rows = Path(f"/proc/{keeper.pid}/status").read_text()
        assert "Seccomp:\t0" in rows


@NEEDS_SECCOMP
def test_a_document_child_works_under_it(tmp_path: Path) -> None:
    """Its libraries are loaded after the door is shut."""
    from app.errors.document import PdfUnreadable

    (tmp_path / "a.pdf").write_bytes(b"no document")
    with DocumentChild(tmp_path / "a.pdf") as child, pytest.raises(PdfUnreadable) as refused:
        child.inspect()
    assert refused.value.facts == {"detail": "no-pdf"}


def test_it_costs_no_time_that_anybody_notices() -> None:
    code = textwrap.dedent(
        """
        import time
        from app import confinement
        begin = time.perf_counter()
        confinement.confine()
        print(time.perf_counter() - begin)
        """
    )
    runs = [
        float(subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True).stdout)
        for _ in range(5)
    ]
    assert min(runs) < 0.005, runs  # 1.4 ms on a slow machine


def test_numbers_of_system_calls_agree_with_the_headers_of_this_system() -> None:
    folder = {"x86_64": "/usr/include/x86_64-linux-gnu/asm/unistd_64.h", "aarch64": "/usr/include/asm-generic/unistd.h"}
    machine = os.uname().machine
    header = Path(folder.get(machine, "none"))
    if not header.exists():
        pytest.skip("the kernel's headers are not installed")
    known: dict[str, int] = {}
    for line in header.read_text().splitlines():
        words = line.split()
        if len(words) == 3 and words[0] == "#define" and words[1].startswith("__NR") and words[2].isdigit():
            known[words[1].removeprefix("__NR3264_").removeprefix("__NR_")] = int(words[2])
    column = confinement._ARCHITECTURES[machine][0]
    named = {**confinement._REFUSED, **confinement._UNKNOWN}
    assert known
    ours = {name: numbers[column] for name, numbers in named.items() if name in known}
    assert ours == {name: known[name] for name in ours}
