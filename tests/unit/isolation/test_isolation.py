"""A child ends in three ways that a person must be able to tell apart, and never outlives its parent."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app import isolation
from app.channel import ANSWER
from app.document.facts import Page, PdfDocument
from app.errors.base import Cancelled
from app.errors.card import NoReader
from app.errors.document import DocumentProcessDied, DocumentTooLarge, DocumentTooSlow, PdfUnreadable
from app.isolation import MIB, Child, ChildFailure, Limits

LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits by rlimit are Linux's")

CHILD = '''
"""A child for the tests: it does what it is told, well or badly."""
import ctypes, os, signal, sys, time
from app.errors.card import NoReader
from app.channel import Answer

def serve(channel, *options):
    def echo(blobs, **arguments):
        return Answer([arguments, list(options)], [bytes(reversed(blob)) for blob in blobs])
    def refuse(blobs):
        raise NoReader(name="西川")
    def fault(blobs):
        raise KeyError("secret text of the document")
    def sleep(blobs, duration):
        time.sleep(duration)
    def eat(blobs, megabytes):
        return len(bytearray(megabytes << 20))
    def eat_and_abort(blobs, megabytes):
        kept = [bytearray(8 << 20) for _ in range(megabytes // 8)]
        time.sleep(0.2)
        os.abort()
    def die(blobs, number):
        os.kill(os.getpid(), number)
    def leave(blobs, code):
        os._exit(code)
    def write(blobs, path):
        with open(path, "wb") as file:
            file.write(b"x")
    def paint(blobs, value):
        channel.shared[:4] = bytes([value]) * 4
        return len(channel.shared)
    def babble(blobs):
        os.write(channel._writer.fileno(), b"\\x00\\x00\\x00\\x02[]")
    def lie(blobs, error, facts):
        channel.send({"error": error, "facts": facts})
        channel.send({"value": None})
    def boast(blobs, header, body):
        text = header.encode()
        os.write(channel._writer.fileno(), (len(text) if body else 0xFFFFFFFF).to_bytes(4, "big") + text)
        time.sleep(60)
    def say(blobs):
        print("into the void"); print("x" * 100000)
    channel.serve({name: f for name, f in locals().items() if callable(f)})
'''


@pytest.fixture(autouse=True)
def app_child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The program of the tests finds one module more below `app`."""
    (tmp_path / "misbehaving.py").write_text(CHILD)
    start = (
        f"import app; app.__path__.append({str(tmp_path)!r}); from app.__main__ import main; raise SystemExit(main())"
    )
    monkeypatch.setattr(isolation, "_program", lambda: [sys.executable, "-I", "-c", start])


@pytest.fixture
def start() -> Iterator[Callable[..., Child]]:
    children = []

    def begin(seconds: float | None = 20, megabytes: int | None = 512, **more: object) -> Child:
        limits = Limits(seconds, megabytes and megabytes * MIB)
        children.append(Child("app.misbehaving:serve", limits, errors=[NoReader, PdfUnreadable], **more))
        return children[-1]

    yield begin
    for child in children:
        child.close()


def test_plain_data_and_blobs_go_both_ways(start: Callable[..., Child]) -> None:
    answer = start(options=["a b", "日本"]).call("echo", blobs=[b"abc", b"", bytes(3 * MIB)], text="印", number=1.5)
    assert answer.value == [{"text": "印", "number": 1.5}, ["a b", "日本"]]
    assert [len(blob) for blob in answer.blobs] == [3, 0, 3 * MIB]
    assert bytes(answer.blobs[0]) == b"cba"


def test_errors_travel_by_code_and_others_by_class_name_only(start: Callable[..., Child]) -> None:
    child = start()
    with pytest.raises(NoReader) as refused:
        child.call("refuse")
    assert refused.value.facts == {"name": "西川"}
    with pytest.raises(ChildFailure) as fault:
        child.call("fault")
    assert fault.value.kind == "KeyError"
    assert "secret" not in str(fault.value)
    assert child.call("echo").value == [{}, []], "it goes on serving"


@pytest.mark.parametrize("code", ["password-incorrect", "no-such-code", "", None, 7, ["no-reader"], {}])
def test_an_error_that_this_child_cannot_have_met_is_a_failure(start: Callable[..., Child], code: object) -> None:
    with pytest.raises(ChildFailure) as failure:
        start().call("lie", error=code, facts={"attempts_remaining": 1})
    assert failure.value.kind == "unnamed"


@pytest.mark.parametrize(
    ("said", "believed"),
    [
        ({"detail": "xref", "page": 3, "field": None}, {"detail": "xref", "page": 3, "field": None}),
        ({"detail": "\x1b[2J" * 200}, {"detail": ("\x1b[2J" * 200)[:300]}),
        ({"detail": {"a": 1}, "page": [1], "pages": 1.5, "field": True, "size": 1 << 70}, {}),
        ({"code": "no-card", "self": "x", "Detail": "x", "a b": "x", "": "x", "a" * 40: "x", "é": "x"}, {}),
        (["detail"], {}),
        ("detail", {}),
        (None, {}),
    ],
    ids=["plain", "long", "shapes", "keys", "list", "text", "none"],
)
def test_facts_are_plain_or_dropped(start: Callable[..., Child], said: object, believed: dict[str, object]) -> None:
    with pytest.raises(PdfUnreadable) as refused:
        start().call("lie", error="pdf-unreadable", facts=said)
    assert refused.value.facts == believed


def test_nothing_is_pickled() -> None:
    assert "pickle" not in Path(isolation.__file__).read_text().replace("pickles", "")


def test_death(start: Callable[..., Child]) -> None:
    with pytest.raises(DocumentProcessDied) as death:
        start().call("die", number=int(signal.SIGSEGV))
    assert death.value.facts == {"signal": int(signal.SIGSEGV)}
    child = start()
    with pytest.raises(DocumentProcessDied) as death:
        child.call("leave", code=3)
    assert death.value.facts == {"signal": None}
    with pytest.raises(DocumentProcessDied):
        child.call("echo")


def test_time_out(start: Callable[..., Child]) -> None:
    child = start(seconds=0.4)
    begun = time.monotonic()
    with pytest.raises(DocumentTooSlow):
        child.call("sleep", duration=60)
    assert time.monotonic() - begun < 5
    with pytest.raises(DocumentTooSlow):
        child.call("echo")


def test_a_call_that_ends_in_time_leaves_no_clock_running(start: Callable[..., Child]) -> None:
    child = start(seconds=0.6)
    child.call("sleep", duration=0.1)
    time.sleep(0.8)
    assert child.call("echo").value == [{}, []]


@LINUX
def test_overrun_that_the_library_reports(start: Callable[..., Child]) -> None:
    child = start(megabytes=256)
    with pytest.raises(DocumentTooLarge) as overrun:
        child.call("eat", megabytes=400)
    assert overrun.value.facts == {"megabytes": 256}
    assert child.call("eat", megabytes=20).value == 20 * MIB


@LINUX
def test_overrun_that_ends_in_an_abort(start: Callable[..., Child]) -> None:
    with pytest.raises(DocumentTooLarge):
        start(megabytes=256).call("eat_and_abort", megabytes=160)


@LINUX
def test_a_large_parent_does_not_make_an_abort_an_overrun(start: Callable[..., Child]) -> None:
    ballast = bytearray(os.urandom(1024)) * (400 * 1024)
    with pytest.raises(DocumentProcessDied):
        start(megabytes=1024).call("eat_and_abort", megabytes=0)
    assert len(ballast) == 400 * MIB


@LINUX
def test_limits_are_the_systems_own(start: Callable[..., Child]) -> None:
    child = start(megabytes=300)
    child.call("echo")
    limits = Path(f"/proc/{child.pid}/limits").read_text()
    rows = {line[:25].strip(): line[25:].split()[0] for line in limits.splitlines()}
    assert rows["Max address space"] == str(300 * MIB)
    assert rows["Max core file size"] == "0"
    assert rows["Max file size"] == "0"


@LINUX
def test_a_child_that_writes_no_files_cannot(start: Callable[..., Child], tmp_path: Path) -> None:
    with pytest.raises(ChildFailure) as failure:
        start().call("write", path=str(tmp_path / "file"))
    assert failure.value.kind in ("PermissionError", "OSError"), "refused, or by its limit where it cannot be confined"


def test_cancel_from_another_thread(start: Callable[..., Child]) -> None:
    child = start()
    child.call("echo")
    timer = threading.Timer(0.2, child.cancel)
    timer.start()
    with pytest.raises(Cancelled):
        child.call("sleep", duration=60)
    timer.join()


def test_nonsense_from_a_child_is_its_death(start: Callable[..., Child]) -> None:
    with pytest.raises(DocumentProcessDied):
        start().call("babble")


@pytest.mark.parametrize(
    ("header", "body"),
    [
        ("", False),
        ('{"value": 1, "blobs": [67108865]}', True),
        ('{"value": 1, "blobs": [33554432, 33554433]}', True),
        ('{"value": 1, "blobs": [' + ",".join(["0"] * 65) + "]}", True),
        ('{"value": 1, "blobs": [-1]}', True),
        ('{"value": 1, "blobs": [true]}', True),
        ('{"value": 1, "blobs": 7}', True),
        ('{"value": 1, "blobs": {"a": 1}}', True),
        ("[" * 100_000, True),
    ],
    ids=["header", "blob", "blobs", "many", "negative", "bool", "number", "object", "deep"],
)
def test_a_child_that_announces_more_than_it_may_is_ended_before_anything_is_kept(
    start: Callable[..., Child], header: str, body: bool
) -> None:
    child = start()
    begun = time.monotonic()
    with pytest.raises(DocumentProcessDied) as death:
        child.call("boast", header=header, body=body)
    assert death.value.facts == {"signal": None}
    assert time.monotonic() - begun < 1.5, "it is not waited for"


def test_facts_of_very_many_pages_pass() -> None:
    page = Page((-14.17322834645669, -14.17322834645669, 609.4488188976378, 856.0629921259843), 270)
    facts = PdfDocument((page,) * 24_600, (), "empty-password", (), True)
    assert len(json.dumps(facts.plain())) < ANSWER.header / 4


def test_what_a_library_prints_does_not_disturb_the_channel(start: Callable[..., Child]) -> None:
    child = start()
    child.call("say")
    assert child.call("echo").value == [{}, []]


def test_shared_memory(start: Callable[..., Child]) -> None:
    child = start(shared_bytes=MIB)
    assert child.call("paint", value=7).value == MIB
    assert child.shared is not None
    assert child.shared[:5] == b"\x07\x07\x07\x07\x00"


@LINUX
def test_a_child_dies_with_its_parent_in_the_middle_of_its_work(tmp_path: Path) -> None:
    script = textwrap.dedent(
        f"""
        import sys, threading, time
        sys.path.insert(0, {str(Path(isolation.__file__).resolve().parents[1])!r})
        from app import isolation
        isolation._program = lambda: {isolation._program()!r}
        child = isolation.Child("app.misbehaving:serve", isolation.Limits(60, 512 << 20))
        child.call("echo")
        threading.Thread(target=lambda: child.call("sleep", duration=60), daemon=True).start()
        time.sleep(0.3)
        print(child.pid, flush=True)
        time.sleep(60)
        """
    )
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    assert Path(f"/proc/{pid}").exists()
    parent.kill()
    parent.wait()
    parent.stdout.close()
    end = time.monotonic() + 3
    while _alive(pid) and time.monotonic() < end:
        time.sleep(0.02)
    assert not _alive(pid)


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
