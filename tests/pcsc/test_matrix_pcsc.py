"""The faults that matter most, at the commands that matter most; `make matrix` makes every one at every command."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from box import Box
from expectations import RIVALS, SIGNED, Column, Fault, Phase, columns, expected
from station import Station

from app.card.demo_certificate import DemoIdentity

pytestmark = pytest.mark.pcsc

LOST = (Fault.PULLED, Fault.REPLY_LOST, Fault.SERVICE_KILLED, Fault.SERVICE_RESTARTED, Fault.SWAPPED)
CELLS = [
    *((fault, "SIGN") for fault in RIVALS),
    *((fault, name) for fault in LOST for name in ("VERIFY", "SIGN")),
    *((Fault.PULLED, name) for name in ("S AP", "R 01", "S leave", "VERIFY!")),
    *((Fault.KEEPER_KILLED, name) for name in ("Q 1B", "VERIFY", "SIGN")),
    *((Fault.PARENT_KILLED, name) for name in ("VERIFY", "SIGN")),
]


@pytest.fixture(scope="module")
def station(_box: Box, identity: DemoIdentity, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Station]:
    _box.start()
    made = Station(_box, identity, DemoIdentity(), tmp_path_factory.mktemp("station"))
    yield made
    made.close()
    _box.stop()


@pytest.fixture(scope="module")
def every(station: Station) -> list[Column]:
    return columns(*station.recorded())


@pytest.mark.parametrize(("fault", "name"), CELLS, ids=[f"{fault.value}: {name}" for fault, name in CELLS])
def test_cells(station: Station, every: list[Column], fault: Fault, name: str) -> None:
    column = next(column for column in every if column.name == name)
    cell = station.run(fault, column, command=fault is Fault.PARENT_KILLED)
    assert cell.wrong == [], cell.outcome


def test_the_desk_sees_what_is_wrong(station: Station, every: list[Column], monkeypatch: pytest.MonkeyPatch) -> None:
    """A card that would sign for the other program, a stray file, an outcome that nobody foresaw."""
    column = next(column for column in every if column.name == "SIGN")
    monkeypatch.setattr("station.expected", lambda *_: frozenset({"something else"}))
    stray = station.source.with_name("stray")
    stray.touch()
    monkeypatch.setattr(station, "_rival_signs", lambda: 1)
    cell = station.run(Fault.RESET, column)
    stray.unlink()
    assert cell.wrong[0] == "signed, not something else"
    assert "left behind: ['stray']" in cell.wrong
    assert "the other got a signature" in cell.wrong


# --- what is right, thought over ----------------------------------------------------------------------------

RECORDED = [
    "SELECT D392F000260100000001", "SELECT 0006", "READ 0000", "OFF",
    "SELECT D392F000260100000001", "SELECT 001B", "QUERY",
    "SELECT D392F000260100000001", "SELECT 001B", "VERIFY",
    "SELECT 0001", "READ 0000", "READ 0004", "READ 0104", "READ 0204",
    "SELECT 001A", "SIGN", "SELECT A0000001510000", "OFF",
]  # fmt: skip


def test_columns_of_a_recording() -> None:
    found = [(column.number, column.name, column.phase) for column in columns(RECORDED, 6)]
    assert found == [
        (1, "S AP", Phase.LOOK), (2, "S 06", Phase.LOOK), (3, "R 06", Phase.LOOK),
        (4, "S AP", Phase.HELD), (5, "S 1B", Phase.HELD), (6, "Q 1B", Phase.HELD),
        (7, "S AP", Phase.UNLOCK), (8, "S 1B", Phase.UNLOCK), (9, "VERIFY", Phase.VERIFY),
        (10, "S 01", Phase.CERTIFICATE), (11, "R 01", Phase.CERTIFICATE), (14, "R 01+", Phase.CERTIFICATE),
        (15, "S 1A", Phase.SIGN), (16, "SIGN", Phase.SIGN), (17, "S leave", Phase.LEAVE), (9, "VERIFY!", Phase.VERIFY),
    ]  # fmt: skip


@pytest.mark.parametrize("fault", Fault)
def test_every_cell_has_an_expectation(fault: Fault) -> None:
    for phase in Phase:
        for wrong in (False, True):
            outcomes = expected(fault, Column(1, "", phase, wrong))
            assert outcomes
            if phase not in (Phase.LEAVE,) and fault not in RIVALS:
                assert SIGNED not in outcomes, "what the fault has broken is not called done"
