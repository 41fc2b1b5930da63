"""What becomes of everything that a PC/SC service can answer."""

from __future__ import annotations

import subprocess
import sys
import threading
import time

import pytest
from fake_scard import CODES, INVALID_HANDLE, NO_SERVICE, OK, FakeScard
from smartcard import scard as real

from app.card import pcsc
from app.card.apdu import Command, ContactLost, exchange
from app.card.pcsc import PcscSlots, PcscWatch
from app.card.slots import SlotState
from app.errors.base import UserError
from app.errors.card import CardBusy, CardFault, CardServiceUnavailable, NoCard, NotMyNumberCard, ReaderNotFound

STALE = [NO_SERVICE, INVALID_HANDLE, 0x80100013, 0x8010001E, 0x8010002F, 0x80100012, 0x6, 0x6BA]


@pytest.fixture(params=[False, True], ids=["unsigned", "negative"])
def service(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> FakeScard:
    """Two readers, a card in the first; the codes as Linux and as Windows has them."""
    fake = FakeScard("Left", "Right", signed=request.param)
    fake.insert("Left")
    monkeypatch.setattr(pcsc, "scard", fake)
    return fake


def test_readers_come_and_go(service: FakeScard) -> None:
    slots = PcscSlots()
    assert slots.states() == {"Left": SlotState(True, 1, False), "Right": SlotState(False, 0, False)}
    service.unplug("Left")
    service.plug("Middle")
    assert slots.states() == {"Right": SlotState(False, 0, False), "Middle": SlotState(False, 0, False)}
    service.unplug("Right")
    service.unplug("Middle")
    assert slots.states() == {}
    assert len(service.contexts) == 1, "on one context"


def test_a_reader_that_is_just_being_unplugged_hides_no_other(service: FakeScard) -> None:
    service.fail["SCardGetStatusChange"] = [0x80100009]
    assert list(PcscSlots().states()) == ["Right"]


@pytest.mark.parametrize("code", STALE, ids=lambda code: f"{code:08X}")
def test_a_service_that_was_restarted_is_asked_on_a_new_context(service: FakeScard, code: int) -> None:
    slots = PcscSlots()
    slots.states()
    service.gone = code
    service.stop()
    service.start()
    assert list(slots.states()) == ["Left", "Right"]
    assert len(service.contexts) == 1


def test_without_a_service(service: FakeScard) -> None:
    slots = PcscSlots()
    service.stop()
    for question in (slots.states, lambda: slots.connect("Left"), PcscWatch().states):
        with pytest.raises(CardServiceUnavailable):
            question()
    service.start()
    assert slots.states()
    slots.connect("Left").power_off()


def test_nothing_is_left_open(service: FakeScard) -> None:
    slots = PcscSlots()
    connection = slots.connect("Left")
    assert slots.states()["Left"].in_use
    for _ in range(2):
        connection.power_off()
    with pytest.raises(ContactLost):
        connection.transmit(b"\x00\xa4\x04\x0c")
    with pytest.raises(NoCard):
        slots.connect("Right")
    assert service.calls["SCardDisconnect"] == 1
    assert len(service.contexts) == 1, "the one that `states` keeps"


@pytest.mark.parametrize("code", CODES, ids=lambda code: f"{code:08X}")
def test_every_code_from_every_call_becomes_a_known_error(service: FakeScard, code: int) -> None:
    for name in ("SCardEstablishContext", "SCardListReaders", "SCardGetStatusChange"):
        service.fail = {name: code}
        for readers in (PcscSlots(), PcscWatch()):
            try:
                assert set(readers.states()) <= {"Left", "Right"}
            except CardServiceUnavailable:
                continue
    for name in ("SCardEstablishContext", "SCardConnect"):
        service.fail = {name: code}
        with pytest.raises(UserError) as caught:
            PcscSlots().connect("Left")
        assert isinstance(
            caught.value, CardServiceUnavailable | CardBusy | ReaderNotFound | NoCard | NotMyNumberCard | CardFault
        )
        if name == "SCardEstablishContext":
            assert isinstance(caught.value, CardServiceUnavailable)
    service.fail = {}
    connection = PcscSlots().connect("Left")
    service.fail = {"SCardTransmit": code}
    with pytest.raises(ContactLost):
        connection.transmit(b"\x00\xa4\x04\x0c")
    connection.power_off()


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (0x8010000B, CardBusy),
        (0x8010000C, NoCard),
        (0x80100010, NoCard),
        (0x80100069, NoCard),
        (0x80100009, ReaderNotFound),
        (0x80100017, ReaderNotFound),
        (0x8010002E, ReaderNotFound),
        (0x8010000F, NotMyNumberCard),
        (0x80100066, NotMyNumberCard),
        (0x8010001D, CardServiceUnavailable),
        (0x8010001E, CardServiceUnavailable),
        (0x8010006A, CardServiceUnavailable),
        (0x8010000A, CardFault),
        (0x80100001, CardFault),
    ],
    ids=lambda value: f"{value:08X}" if isinstance(value, int) else "",
)
def test_what_a_refused_connection_means(service: FakeScard, code: int, error: type[UserError]) -> None:
    service.fail["SCardConnect"] = code
    with pytest.raises(UserError) as caught:
        PcscSlots().connect("Left")
    assert type(caught.value) is error
    if error is CardFault:
        assert caught.value.facts == {"status": f"{code:08X}", "step": "connect"}


@pytest.mark.parametrize(("code", "gone"), [(0x80100069, False), (0x80100068, False), (0x8010001D, True), (6, True)])
def test_a_lost_contact_tells_whether_it_was_the_service(service: FakeScard, code: int, gone: bool) -> None:
    connection = PcscSlots().connect("Left")
    service.fail["SCardTransmit"] = code
    with pytest.raises(ContactLost) as caught:
        connection.transmit(b"\x00\xa4\x04\x0c")
    assert caught.value.service is gone


def test_a_connection_that_another_program_blocks(service: FakeScard, monkeypatch: pytest.MonkeyPatch) -> None:
    """Given up in time; when it comes about after all, nobody holds the card without wanting to."""
    free = threading.Event()
    connect = service.SCardConnect
    monkeypatch.setattr(service, "SCardConnect", lambda *words: (free.wait(10), connect(*words))[1])
    monkeypatch.setattr(pcsc, "PATIENCE", 0.05)
    slots = PcscSlots()
    for _ in range(2):
        with pytest.raises(CardBusy):
            slots.connect("Left")
    blocked = slots._waiting["Left"]
    free.set()
    blocked.join(10)
    assert not slots.states()["Left"].in_use
    slots.connect("Left").power_off()


# --- T=0 and T=1 ----------------------------------------------------------------------------------------------------

CASES = [
    Command(0x00, 0x20, 0x00, 0x80),
    Command(0x00, 0xB0, 0x00, 0x00, le=256),
    Command(0x00, 0xA4, 0x02, 0x0C, b"\x00\x06"),
    Command(0x80, 0x2A, 0x00, 0x80, b"digest", 256),
]


@pytest.mark.parametrize(
    ("protocol", "sent"),
    [
        (real.SCARD_PROTOCOL_T1, ["00200080", "00B0000000", "00A4020C020006", "802A008006646967657374 00"]),
        (real.SCARD_PROTOCOL_T0, ["0020008000", "00B0000000", "00A4020C020006", "802A008006646967657374"]),
    ],
    ids=["T=1", "T=0"],
)
def test_what_goes_over_each_protocol(service: FakeScard, protocol: int, sent: list[str]) -> None:
    service.readers["Left"].protocol = protocol
    connection = PcscSlots().connect("Left")
    for command in CASES:
        assert connection.transmit(command.encode()) == b"\x90\x00"
    assert service.readers["Left"].said == [bytes.fromhex(text) for text in sent]


def test_an_answer_over_t0_is_fetched(service: FakeScard) -> None:
    answers = {"802a": "6104", "00c0": "DEADBEEF9000"}
    reader = service.readers["Left"]
    reader.protocol = real.SCARD_PROTOCOL_T0
    reader.answer = lambda command: bytes.fromhex(answers[command[:2].hex()])
    response = exchange(PcscSlots().connect("Left"), CASES[3])
    assert (response.data.hex(), response.sw) == ("deadbeef", 0x9000)
    assert reader.said[1] == bytes.fromhex("00C0000004")


# --- the watch ------------------------------------------------------------------------------------------------------


def test_a_change_between_the_look_and_the_wait_ends_the_wait(service: FakeScard) -> None:
    began = time.monotonic()
    for hotplug in ("count", "events"):
        service.hotplug = hotplug
        watch = PcscWatch()
        watch.states()
        service.plug(f"New {hotplug}")
        assert watch.wait()
        watch.states()
        service.insert("Right")
        assert watch.wait()
        watch.close()
    assert time.monotonic() - began < pcsc._LOOK_AGAIN / 1000


def test_nothing_to_wait_for(service: FakeScard) -> None:
    service.readers.clear()
    for hotplug in ("unknown", "refused"):
        service.hotplug = hotplug
        watch = PcscWatch()
        assert watch.states() == {}
        assert not watch.wait()


def test_more_readers_than_one_call_takes(service: FakeScard) -> None:
    for number in range(20):
        service.plug(f"Reader {number}")
    watch = PcscWatch()
    assert len(watch.states()) == 22
    assert watch.wait(), "those beyond the tenth are looked at again after a while"


# --- no library at all ----------------------------------------------------------------------------------------------

WITHOUT_LIBRARY = """
import ctypes
def refuse(name, *rest, _real=ctypes.CDLL):
    if name == "libpcsclite.so.1": raise OSError(name)
    return _real(name, *rest)
ctypes.CDLL = refuse
from app.card.pcsc import PcscSlots
from app.card.monitor import Monitor
from app.errors.card import CardServiceUnavailable
import threading, sys
for question in (PcscSlots().states, lambda: PcscSlots().connect("Left")):
    try: question()
    except CardServiceUnavailable: print("unavailable", file=sys.stderr)
told = threading.Event()
with Monitor(lambda now: now is None and told.set()):
    assert told.wait(10)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere the library belongs to the system")
def test_without_the_library_nothing_is_said_on_standard_output() -> None:
    done = subprocess.run([sys.executable, "-I", "-c", WITHOUT_LIBRARY], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (OK, "", "unavailable\n" * 2)
