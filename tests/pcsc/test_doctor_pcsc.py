"""The reader doctor over a real pcscd, or without one: every fault that can be made here, and a card without fault."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from box import READERS, Box
from vcard import VirtualCard

from app.card import doctor, surroundings
from app.card.demo import Knobs
from app.card.doctor import Diagnosis, examine
from app.card.host import Host
from app.card.keeper import Keeper

pytestmark = pytest.mark.pcsc
RIVAL = Path(__file__).with_name("rival.py")


def look(reader: str | None = None) -> Diagnosis:
    with Keeper() as keeper:
        return examine(keeper, reader)


def first_fault(found: Diagnosis) -> str:
    assert found.failed is not None
    return found.failed.code


def natsuin(*words: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-I", "-m", "app", "doctor", *words],
        capture_output=True,
        env={**os.environ, "LC_ALL": "ja_JP.UTF-8", **environment},
        check=False,
        timeout=60,
    )


@pytest.fixture
def rival() -> Iterator[Callable[[str], subprocess.Popen[bytes]]]:
    """`rival("hold")` or `rival("transact")`: another program that has the card of the first reader."""
    running: list[subprocess.Popen[bytes]] = []

    def start(way: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, str(RIVAL), way, READERS[0]], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        running.append(process)
        assert process.stdout
        assert process.stdout.readline() == b"held\n"
        return process

    yield start
    for process in running:
        process.kill()
        process.communicate()


# --- the service ----------------------------------------------------------------------------------------


def test_a_stopped_service_is_told_by_a_running_keeper_too_and_found_again(box: Box, vcard: VirtualCard) -> None:
    with Keeper() as keeper:
        assert examine(keeper).well
        box.stop()
        assert first_fault(examine(keeper)) == "service-stopped"
        box.start(readers=False)
        assert first_fault(examine(keeper)) == "no-reader"


@pytest.mark.parametrize("end", ["close", "shutdown"])
def test_a_service_that_turns_this_user_away_is_told_from_one_that_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    """As pcscd does when polkit refuses: it takes the connection and ends it; the library has three codes for it."""
    path = tmp_path / "comm"
    taken: list[socket.socket] = []

    def turn_away() -> None:
        while True:
            try:
                taken.append(listener.accept()[0])
            except OSError:
                return
            taken[-1].close() if end == "close" else taken[-1].shutdown(socket.SHUT_WR)

    asks_polkit = Host("linux", service="running", socket="there", polkit=True)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen(16)
        threading.Thread(target=turn_away, daemon=True).start()
        monkeypatch.setenv("PCSCLITE_CSOCK_NAME", str(path))
        monkeypatch.setattr(surroundings, "survey", lambda: asks_polkit)
        assert first_fault(look()) == "service-refused"
        listener.shutdown(socket.SHUT_RDWR)
    for connection in taken:
        connection.close()
    assert taken


@pytest.mark.skipif(os.getuid() != 0, reason="needs another user to be")
def test_a_socket_that_this_user_may_not_open_is_a_refusal(box: Box, tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    path = closed / "comm"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        # the other user may not read this Python: all is loaded before
        program = (
            "import os; from app.card import host_linux; from app.card.surroundings import survey;"
            "os.setgroups([]); os.setresgid(*[65534] * 3); os.setresuid(*[65534] * 3); print(survey().socket)"
        )
        done = subprocess.run(
            [sys.executable, "-c", program],
            capture_output=True,
            env={**os.environ, "PCSCLITE_CSOCK_NAME": str(path)},
            check=True,
        )
    assert done.stdout == b"refused\n"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the loader of Linux")
def test_a_library_that_cannot_be_loaded_is_told_and_nothing_strange_is_printed(tmp_path: Path) -> None:
    (tmp_path / "libpcsclite.so.1").write_bytes(b"no library")
    done = natsuin("--json", LD_LIBRARY_PATH=str(tmp_path))
    said = json.loads(done.stdout)  # pyscard prints a line when it cannot load the library
    assert said["checks"][0]["code"] == "library-unloadable"
    assert done.returncode == 1
    assert b"pcsclite" not in done.stderr


# --- reader and card ------------------------------------------------------------------------------------


def test_a_service_without_readers(box: Box) -> None:
    box.start(readers=False)
    found = look()
    assert (found.checks[0].code, first_fault(found)) == ("service-runs", "no-reader")


def test_empty_readers(box: Box) -> None:
    found = look()
    assert first_fault(found) == "no-card"
    assert [reader.name for reader in found.readers] == list(READERS)


def test_a_card_without_fault(vcard: VirtualCard) -> None:
    found = look()
    assert found.well
    assert vcard.counts["VERIFY"] == 0
    plain = found.plain()
    first = plain["readers"][0]
    assert (first["name"], first["protocol"], first["interface"]) == (READERS[0], "T=1", "contact")
    assert (first["atr"], first["known_atr"], first["token"]) == ("3BE000FF8131FE4514", True, "JPKIAPICCTOKEN2")
    assert [entry["command"] for entry in plain["trace"]][:3] == ["CONNECT", "SELECT JPKI", "SELECT 0006"]
    assert all(entry["milliseconds"] >= 0 for entry in plain["trace"])
    names = [entry.split()[0] for entry in vcard.trace]
    end = len(names) - names[::-1].index("QUERY")
    assert names[end - 9 : end] == ["SELECT", "SELECT", "READ", "SELECT", "READ", "SELECT", "QUERY", "SELECT", "QUERY"]
    assert (names[end], set(names[end + 1 :])) == ("SELECT", {"READ"})  # the other certificate, for its dates
    assert "off" in [what for _, what in vcard.power]


def test_a_card_in_the_second_reader_is_found(make_vcard: Callable[..., VirtualCard]) -> None:
    make_vcard(Knobs(application=False))
    make_vcard(slot=1)
    found = look()
    assert found.well
    assert found.checks[2].facts["reader"] == 2
    assert first_fault(look("00 00")) == "other-card"


def test_the_answer_to_reset_of_a_contactless_card_is_masked(make_vcard: Callable[..., VirtualCard]) -> None:
    card = make_vcard(insert=False)
    card.atr = bytes.fromhex("3B8880015A3C9F1655667700") + bytes([0])
    check = 0
    for byte in card.atr[1:-1]:
        check ^= byte
    card.atr = card.atr[:-1] + bytes([check])
    card.insert()
    first = look().plain()["readers"][0]
    assert (first["interface"], first["known_atr"]) == ("contactless", False)
    assert first["atr"] == "3B888001········55667700··"


@pytest.mark.parametrize(
    ("knobs", "code"),
    [
        (Knobs(application=False), "other-card"),
        (Knobs(token="JPKIAPGPSETOKEN"), "phone"),
        (Knobs(token="JPKIAPIOSTOKEN"), "phone"),
        (Knobs(token="JPKIAPICCTOKEN"), "old-resident-card"),
        (Knobs(token="JPKIAPICCTOKEN3"), "newer-card"),
        (Knobs(sign_tries=0), "locked"),
        (Knobs(sign_certificate=False), "no-signature-certificate"),
        (Knobs(expired=True), "certificate-probably-ended"),
        (Knobs(pulled_at=4, stays_away=True), "card-lost"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_cards_that_cannot_sign(make_vcard: Callable[..., VirtualCard], knobs: Knobs, code: str) -> None:
    card = make_vcard(knobs)
    assert first_fault(look()) == code
    assert card.counts["VERIFY"] == 0


def test_a_reader_that_never_answers_is_told_and_can_be_looked_at_again(
    vcard: VirtualCard, monkeypatch: pytest.MonkeyPatch
) -> None:
    asleep = threading.Event()

    def sleep(command: bytes) -> bytes:
        asleep.wait(30)
        return b"\x90\x00"

    monkeypatch.setattr(doctor, "LOOK_SECONDS", 1.0)
    with Keeper() as keeper:
        with monkeypatch.context() as meanwhile:
            meanwhile.setattr(vcard.card, "transmit", sleep)
            assert first_fault(examine(keeper)) == "reader-silent"
        asleep.set()
        monkeypatch.undo()
        vcard.wait(True)
        assert examine(keeper).checks[0].state == "ok"


@pytest.mark.parametrize("way", ["hold", "transact"])
def test_another_program_that_has_the_card_is_told(
    vcard: VirtualCard, rival: Callable[[str], subprocess.Popen[bytes]], way: str
) -> None:
    process = rival(way)
    found = look()
    assert first_fault(found) == "card-busy"
    assert found.failed is not None
    programs = found.failed.facts["programs"]
    assert isinstance(programs, list)
    assert Path(f"/proc/{process.pid}/comm").read_text().strip() in surroundings.programs()
    assert programs[-1] == "another program", "its name may be anybody's"
    process.communicate()
    with Keeper() as keeper:
        assert examine(keeper).well


def test_another_window_of_ours_that_has_the_card_is_named(vcard: VirtualCard) -> None:
    program = (
        "from app.card.keeper import Keeper; import sys\n"
        f"keeper = Keeper(); keeper.key({READERS[0]!r}).attempts_remaining()\n"
        "print('held', flush=True); sys.stdin.read(); keeper.close()"
    )
    other = subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert other.stdout
    assert other.stdout.readline() == b"held\n"
    found = look()
    assert first_fault(found) == "card-busy"
    assert found.failed is not None
    assert "Natsuin" in found.failed.facts["programs"]  # type: ignore[operator]
    other.communicate()


def test_a_card_that_our_own_keeper_holds_stays_held(keeper: Keeper, vcard: VirtualCard) -> None:
    key = keeper.key(READERS[0])
    assert key.attempts_remaining() == 5
    found = examine(keeper)
    assert first_fault(found) == "card-busy"
    assert found.failed is not None
    assert found.failed.facts["programs"] == ["Natsuin"]
    vcard.forget()
    with Keeper() as other:
        assert first_fault(examine(other)) == "card-busy", "the look has not let go of it"
    assert vcard.counts["VERIFY"] == 0
    key.release()
    assert examine(keeper).well


# --- the command line -----------------------------------------------------------------------------------


def test_the_command_says_what_is_wrong_and_how_it_went(vcard: VirtualCard) -> None:
    done = natsuin()
    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout.decode().count("✓") == 5
    assert done.stderr == b""
    vcard.remove()
    done = natsuin()
    assert done.returncode == 1
    said = done.stdout.decode()
    assert said.count("✗") == 1
    assert "1. カードをケースから出し" in said
    assert "natsuin doctor --json" in said


def test_the_commands_json_is_one_object_and_nothing_else(vcard: VirtualCard) -> None:
    done = natsuin("--json", "--reader", "00 00")
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.isascii()
    said = json.loads(done.stdout)
    assert (said["version"], said["well"]) == (1, True)
    assert said["trace"]


def test_a_reader_that_is_not_there_is_an_error_like_every_other(vcard: VirtualCard) -> None:
    done = natsuin("--json", "--reader", "no such reader")
    assert done.returncode == 1
    assert json.loads(done.stdout)["error"]["code"] == "reader-not-found"
    assert natsuin("--demo").returncode == 2
