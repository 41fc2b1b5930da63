"""Child processes: work on foreign data, and the card, happen in processes of their own.

A child is this very program started with `--child module:function`; the function gets a `Channel` and serves
calls until the channel closes. Messages are plain data (JSON and raw blobs), never pickles, so that a child
taken over by a hostile file can lie but cannot run code in its parent. Blobs are received into bytearrays, so
that a password can be wiped on both sides.

Death, time-out and overrun of memory are three different errors. On Linux the memory limit is RLIMIT_AS; a
library that cannot allocate may abort instead of saying so, hence an abnormal death after more than
`OVERRUN_SHARE` of the limit counts as an overrun. The parent looks at the address space while a call runs: the
peak that wait4 reports is no evidence, because a child inherits its parent's. On Windows and macOS the parent
watches the resident size instead and ends the child; that part has not been run on those systems.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import json
import mmap
import os
import re
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any, BinaryIO, cast

from app.channel import ANSWER, Answer, Buffer, Channel, ChannelClosed
from app.confinement import confine
from app.errors.base import Cancelled, Fact, UserError
from app.errors.document import DocumentProcessDied, DocumentTooLarge, DocumentTooSlow

MIB = 1 << 20
OVERRUN_SHARE = 1 / 3
"""Who doubles a buffer of S and keeps S fails from S = a third of the limit on (PDFium gets to 0.98 of it)."""
GLANCE = 0.05
"""Seconds between two looks at a child that works: 30 µs each, and 1 GB/s is what a deflate bomb grows."""
LONGEST_FACT = 300
"""Characters."""
_FACT = re.compile(r"[a-z][a-z_]{0,31}")
_LINUX = sys.platform.startswith("linux")


@dataclass(frozen=True, slots=True)
class Limits:
    """What a child may use: `seconds` for one call, `memory` in bytes for its whole life (None: unlimited).

    `parting`: the seconds in which it may put things in order before it is killed, once its channel is closed; at 0
    it is killed at once.
    """

    seconds: float | None
    memory: int | None = None
    writes_files: bool = False
    parting: float = 0.0


class ChildFailure(Exception):
    """An exception in the child that is no UserError; `kind` is its class name."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


class Child:
    """A running child. Calls are made one at a time; `cancel` may come from any thread.

    `errors`: the UserErrors that it may raise; whatever else it names is a `ChildFailure`.
    """

    def __init__(
        self,
        function: str,
        limits: Limits,
        *,
        errors: Collection[type[UserError]] = (),
        shared_bytes: int = 0,
        options: Sequence[str] = (),
    ) -> None:
        self._limits = limits
        self._errors = {error.code: error for error in errors}
        self._lock = threading.Lock()
        self._reason: str | None = None
        self._peak = 0
        self._shared_bytes = shared_bytes if _LINUX else 0
        self._shared_file, self.shared, inherited, name = _shared_region(shared_bytes)
        command = [
            *_program(),
            "--child",
            function,
            json.dumps(
                {
                    "memory": limits.memory,
                    "writes_files": limits.writes_files,
                    "shared": name,
                    "shared_bytes": shared_bytes,
                    "options": list(options),
                }
            ),
        ]
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            stderr=None if sys.flags.dev_mode else subprocess.DEVNULL,
            pass_fds=inherited,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            start_new_session=os.name == "posix",  # Ctrl-C in a terminal is the parent's affair
        )
        pipes = cast(BinaryIO, self._process.stdout), cast(BinaryIO, self._process.stdin)
        self._channel = Channel(*pipes, allowance=ANSWER)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def ending(self) -> bool:
        """Whether it has ended, or has been told to."""
        return self._reason is not None

    def call(
        self, method: str, /, *, blobs: Sequence[Buffer] = (), seconds: float | None = None, **arguments: Any
    ) -> Answer:
        """One call. Raises the child's UserError, `ChildFailure`, or one of the three errors of its end.

        Its time begins with the waiting for a call that another thread has under way.
        """
        limit = seconds if seconds is not None else self._limits.seconds
        begun = time.monotonic()
        if not self._lock.acquire(timeout=limit or -1):
            self._end("slow")
            raise self._epitaph()
        try:
            header, answer_blobs = self._converse(
                {"call": method, "arguments": arguments}, blobs, limit and max(limit - time.monotonic() + begun, 0.01)
            )
        finally:
            self._lock.release()
        if "value" in header:
            return Answer(header["value"], answer_blobs)
        if "overrun" in header:
            raise self._too_large()
        raise self._told(header.get("error"), header.get("facts")) or ChildFailure(_name(header.get("failure")))

    def cancel(self) -> None:
        """Ends the child at once, `parting` or not; a call under way raises Cancelled."""
        self._end("cancelled")

    def close(self) -> None:
        """Closes the channel and waits for the child to end; kills it after two seconds, or its `parting`."""
        self._reason = self._reason or "closed"
        self._reap()

    def __enter__(self) -> Child:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _converse(
        self, header: Mapping[str, Any], blobs: Sequence[Buffer], limit: float | None
    ) -> tuple[dict[str, Any], list[bytearray]]:
        if self._reason:
            raise self._epitaph()
        answered = threading.Event()
        if limit or self._limits.memory:
            threading.Thread(target=self._watch, args=(limit, answered), name="watch", daemon=True).start()
        try:
            self._channel.send(header, blobs)
            return self._channel.receive()
        except ChannelClosed:
            self._end("died")
            raise self._epitaph() from None
        except (ValueError, TypeError, RecursionError):  # it talks nonsense, or too much
            self._end("nonsense")
            raise self._epitaph() from None
        finally:
            answered.set()

    def _told(self, code: object, facts: object) -> UserError | None:
        """The error that the child says, if it is one of those that it can have met; of its facts only plain ones."""
        error = self._errors.get(code) if isinstance(code, str) else None
        if error is None:
            return None
        plain: dict[str, Fact] = {}
        for key, value in facts.items() if isinstance(facts, dict) else ():
            if not _FACT.fullmatch(key) or key in ("code", "self"):
                continue
            if isinstance(value, str):
                plain[key] = value[:LONGEST_FACT]
            elif value is None or (type(value) is int and abs(value) < 1 << 63):
                plain[key] = value
        return error(**plain)

    def _end(self, reason: str) -> None:
        if self._reason is None:
            self._reason = reason
        if reason == "died":
            return
        if reason != "cancelled" and self._limits.parting:
            self._part(self._limits.parting)
        with contextlib.suppress(OSError):
            self._process.kill()

    def _part(self, seconds: float) -> bool:
        """Closes the channel, at which the child ends by itself; whether it did in this time."""
        with contextlib.suppress(OSError):
            self._process.stdin.close()  # type: ignore[union-attr]
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def _epitaph(self) -> Exception:
        status = self._reap()
        if self._reason == "cancelled":
            return Cancelled()
        if self._reason == "slow":
            return DocumentTooSlow(seconds=int(self._limits.seconds or 0))
        if self._reason == "nonsense":
            return DocumentProcessDied(signal=None)
        limit = self._limits.memory
        if self._reason == "memory" or (limit and status < 0 and self._peak > limit * OVERRUN_SHARE):
            return self._too_large()
        return DocumentProcessDied(signal=-status if status < 0 else None)

    def _too_large(self) -> DocumentTooLarge:
        return DocumentTooLarge(megabytes=(self._limits.memory or 0) // MIB)

    def _reap(self) -> int:
        if not self._part(max(2.0, self._limits.parting)):  # it closed its pipe and stays
            self._process.kill()
        status = self._process.wait()
        self._release()
        return status

    def _release(self) -> None:
        for stream in (self._process.stdin, self._process.stdout):
            if stream:
                with contextlib.suppress(OSError):
                    stream.close()
        if self._shared_file is not None:
            with contextlib.suppress(OSError):
                os.close(self._shared_file)
            self._shared_file = None

    def _watch(self, seconds: float | None, answered: threading.Event) -> None:
        """Looks at a working child now and then: at its memory, and at the clock."""
        end = time.monotonic() + seconds if seconds else float("inf")
        memory = self._limits.memory
        while not answered.wait(max(0.0, min(GLANCE, end - time.monotonic()))):
            if memory:
                self._peak = max(self._peak, _used(self._process.pid) - self._shared_bytes)
                if not _LINUX and self._peak > memory:
                    self._end("memory")
            if time.monotonic() >= end:
                self._end("slow")
            if self._reason:
                return


def _name(kind: object) -> str:
    """The class name of an exception, as a child says it."""
    return kind[:100] if isinstance(kind, str) and kind.isidentifier() else "unnamed"


def _program() -> list[str]:
    if getattr(sys, "frozen", False):
        return [sys.executable]
    # -I: neither the current folder (which may be full of foreign files) nor the environment adds modules
    return [sys.executable, "-I", *(["-X", "dev"] if sys.flags.dev_mode else []), "-m", "app"]


def _shared_region(size: int) -> tuple[int | None, mmap.mmap | None, tuple[int, ...], str]:
    """A region both sides see: (descriptor, mapping, descriptors to inherit, name for the child)."""
    if not size:
        return None, None, (), ""
    if os.name == "nt":
        name = f"natsuin-{os.getpid()}-{os.urandom(8).hex()}"
        return None, mmap.mmap(-1, size, tagname=name), (), name  # type: ignore[call-arg]
    if _LINUX:
        descriptor = os.memfd_create("natsuin", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    else:
        import tempfile

        descriptor, path = tempfile.mkstemp()
        os.unlink(path)
    os.ftruncate(descriptor, size)
    if _LINUX:
        import fcntl

        # a child that cut it short would end its parent at the next look (SIGBUS)
        fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL)
    return descriptor, mmap.mmap(descriptor, size), (descriptor,), str(descriptor)


def _used(pid: int) -> int:
    """Bytes another process holds now: address space on Linux, as RLIMIT_AS counts it, else what is resident."""
    if _LINUX:
        try:
            with open(f"/proc/{pid}/statm", "rb") as file:
                return int(file.read().split()[0]) * mmap.PAGESIZE
        except (OSError, IndexError):  # just ended
            return 0
    if os.name == "nt":

        class Counters(ctypes.Structure):
            _fields_ = [("cb", ctypes.c_ulong), ("faults", ctypes.c_ulong), *((n, ctypes.c_size_t) for n in "abcdefgh")]

        kernel = ctypes.windll.kernel32  # type: ignore[attr-defined]
        handle = kernel.OpenProcess(0x1010, False, pid)
        counters = Counters()
        counters.cb = ctypes.sizeof(counters)
        kernel.K32GetProcessMemoryInfo(handle, ctypes.byref(counters), counters.cb)
        kernel.CloseHandle(handle)
        return int(counters.b)
    shown = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return int(shown.stdout.strip() or 0) * 1024


# --- the child's side -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Birth:
    memory: int | None
    writes_files: bool
    shared: str
    shared_bytes: int
    options: list[str]


def become_child(function: str, settings: str) -> int:
    """The entry of `--child`: takes the pipes away from standard streams, lowers the limits, serves."""
    birth = _Birth(**json.loads(settings))
    reader, writer = os.fdopen(os.dup(0), "rb", 0), os.fdopen(os.dup(1), "wb", 0)
    quiet = os.open(os.devnull, os.O_RDWR)
    os.dup2(quiet, 0)
    os.dup2(2 if sys.flags.dev_mode else quiet, 1)
    os.close(quiet)
    _limit(birth)
    if birth.memory and not birth.writes_files:  # it reads foreign documents; before any thread: only new ones inherit
        undumpable()
        confine()
    if birth.memory and os.name == "posix":
        # a document child has no work left without its parent, however deep it is in a page; the keeper (no
        # memory limit) has: it locks the card first. PR_SET_PDEATHSIG would follow the parent's *thread*.
        threading.Thread(target=_end_with_parent, args=(reader.fileno(),), name="parent-watch", daemon=True).start()
    shared = None
    if birth.shared:
        if os.name == "nt":
            shared = mmap.mmap(-1, birth.shared_bytes, tagname=birth.shared)  # type: ignore[call-arg]
        else:
            shared = mmap.mmap(int(birth.shared), birth.shared_bytes)
    without_network()
    module, _, name = function.partition(":")
    if not module.startswith("app."):
        return 2
    serve = getattr(importlib.import_module(module), name)
    serve(Channel(reader, writer, shared), *birth.options)
    return 0


class _Absent(ModuleType):
    """Stands for a library that is not to be loaded: its names exist, nothing behind them works."""

    def __getattr__(self, name: str) -> type[Exception]:
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (Exception,), {})


def without_network() -> None:
    """Keeps the HTTP client that pyHanko always imports out of this process.

    Nothing is fetched by processes that read foreign files, and it is 40 % of pyHanko's start (1.1 s against
    0.65 s of CPU on a slow machine).
    """
    sys.modules.setdefault("aiohttp", _Absent("aiohttp"))


def undumpable() -> None:
    """Neither core files nor other programs of the same user get at this process's memory (Linux)."""
    if _LINUX:
        ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)  # PR_SET_DUMPABLE


def _limit(birth: _Birth) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if os.name == "nt":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if not birth.writes_files:
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    if _LINUX and birth.memory:
        total = birth.memory + birth.shared_bytes
        resource.setrlimit(resource.RLIMIT_AS, (total, total))


def _end_with_parent(descriptor: int) -> None:
    waiter = select.poll()
    waiter.register(descriptor, 0)  # POLLHUP only: never takes a byte away from the channel
    waiter.poll()
    os._exit(0)
