"""A look at a card that is written down: what passes, what never does, and what is kept of it."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from app.card.apdu import Buffer, ContactLost
from app.card.demo import AUTH_PASSWORD, READER, SIGN_PASSWORD, DemoCard, DemoSlots, Knobs, kind
from app.card.examination import (
    HELD_HERE,
    NO_SERVICE,
    SECURITY_VIOLATION,
    Finding,
    Greeting,
    Recorder,
    greet,
    look,
)
from app.card.jpki import JpkiSession
from app.card.slots import SlotState
from app.errors.base import UserError
from app.errors.card import CardBusy, CardFault, CardServiceUnavailable, NoCard, NotMyNumberCard, ReaderNotFound
from app.pki.certificate import validity

MakeCard = Callable[[Knobs], DemoCard]


class Counted(DemoCard):
    """A demo card that remembers what it was told, and when its power went."""

    def __init__(self, card: DemoCard) -> None:
        super().__init__(card.knobs, card.identity)
        self.told: list[bytes] = []
        self.powered_off = 0

    def transmit(self, command: Buffer) -> bytes:
        self.told.append(bytes(command))
        return super().transmit(command)

    def power_off(self) -> None:
        self.powered_off = getattr(self, "powered_off", 0) + 1
        super().power_off()


def session_of(card: DemoCard) -> JpkiSession:
    session = JpkiSession(card)
    session.require_my_number_card()
    return session


def looked(card: DemoCard) -> Finding:
    return look(DemoSlots(card), READER, held=False)


def test_the_look_at_a_my_number_card_costs_nothing_and_keeps_no_body(card: DemoCard) -> None:
    counted = Counted(card)
    found = looked(counted)
    assert (found.outcome, found.kind, found.token) == ("read", "my-number", "JPKIAPICCTOKEN2")
    assert (found.sign_certificate, found.auth_certificate) == (True, True)
    assert (found.sign_tries_left, found.auth_tries_left) == (5, 3)
    assert (found.protocol, found.interface, found.atr) == ("T=1", "contact", "3BE000FF8131FE4514")
    assert "VERIFY" not in [kind(command) for command in counted.told]
    assert counted.powered_off == 1
    assert [(one.command, one.status, one.length) for one in found.trace] == [
        ("CONNECT", "ok", 0),
        ("SELECT JPKI", "9000", 0),
        ("SELECT 0006", "9000", 0),
        ("READ BINARY 0006", "9000", 32),
        ("SELECT 0008", "9000", 0),
        ("READ BINARY 0008", "9000", 3),
        ("SELECT 001B", "9000", 0),
        ("QUERY 001B", "63C5", 0),
        ("SELECT 0018", "9000", 0),
        ("QUERY 0018", "63C3", 0),
        ("SELECT 000A", "9000", 0),
        ("READ BINARY 000A", "9000", 4),
        *[("READ BINARY 000A", "9000", one.length) for one in found.trace[12:]],
    ]
    assert found.auth_life == "fresh"


@pytest.mark.parametrize("expired", [False, True])
def test_where_the_other_certificate_is_in_its_life_is_kept_and_no_date(expired: bool) -> None:
    card = DemoCard(Knobs(expired=expired))
    found = looked(card)
    assert found.auth_life == ("ended" if expired else "fresh")
    begins, ends = validity(session_of(card).auth_certificate())
    kept = json.dumps({**found.plain(), "trace": []})
    for moment in (begins, ends):
        assert str(moment.year) not in kept
        assert f"{moment:%m-%d}" not in kept


def test_a_certificate_that_cannot_be_read_is_no_fault_of_the_card(make_card: MakeCard) -> None:
    class Closed(DemoCard):
        def transmit(self, command: Buffer) -> bytes:
            if bytes(command)[1] == 0xA4 and bytes(command)[5:7] == b"\x00\x0a":
                return b"\x6a\x82"
            return super().transmit(command)

    card = make_card(Knobs())
    found = looked(Closed(card.knobs, card.identity))
    assert (found.outcome, found.kind, found.auth_life, found.sign_tries_left) == ("read", "my-number", None, 5)


def test_it_travels_as_plain_data(card: DemoCard) -> None:
    found = looked(card)
    assert Finding.from_plain(json.loads(json.dumps(found.plain()))) == found
    greeting = greet(DemoSlots(card))
    assert Greeting.from_plain(json.loads(json.dumps(greeting.plain()))) == greeting == Greeting(0, {READER: True})


def test_how_long_each_command_took_is_written_down(card: DemoCard) -> None:
    moments = iter(range(100))
    recorder = Recorder(card, clock=lambda: next(moments) * 0.25)
    recorder.transmit(bytes.fromhex("00A4040C0AD392F000260100000001"))
    assert [one.milliseconds for one in recorder.trace] == [250.0]


@pytest.mark.parametrize(
    "command",
    [
        bytes.fromhex("0020008008") + SIGN_PASSWORD.encode(),
        bytes.fromhex("0020008004") + AUTH_PASSWORD.encode(),
        bytes.fromhex("802A0080333031300D060960864801650304020105000420") + bytes(33),
        bytes.fromhex("0024018008") + SIGN_PASSWORD.encode(),
        bytes.fromhex("00D6000001FF"),
        bytes.fromhex("00B0000001FF00"),
    ],
    ids=["verify sign", "verify auth", "compute", "change", "update", "read with data"],
)
def test_nothing_that_holds_a_password_or_changes_the_card_passes(card: DemoCard, command: bytes) -> None:
    counted = Counted(card)
    recorder = Recorder(counted)
    with pytest.raises(ValueError):
        recorder.transmit(command)
    assert counted.told == []
    assert recorder.trace == []


@pytest.mark.parametrize(
    ("knobs", "kind_found", "token"),
    [
        (Knobs(token="JPKIAPGPSETOKEN"), "phone", "JPKIAPGPSETOKEN"),
        (Knobs(token="JPKIAPIOSTOKEN"), "phone", "JPKIAPIOSTOKEN"),
        (Knobs(token="JPKIAPICCTOKEN"), "juki", "JPKIAPICCTOKEN"),
        (Knobs(token="JPKIAPICCTOKEN3"), "new", "JPKIAPICCTOKEN3"),
        (Knobs(application=False), "other", ""),
    ],
)
def test_other_things_are_known_by_their_token_and_asked_no_more(
    make_card: MakeCard, knobs: Knobs, kind_found: str, token: str
) -> None:
    found = looked(make_card(knobs))
    assert (found.outcome, found.kind, found.token) == ("read", kind_found, token)
    assert found.sign_tries_left is None
    assert not [one for one in found.trace if one.command.startswith("QUERY")]


def test_a_token_of_garbage_is_printable_at_most(make_card: MakeCard) -> None:
    card = make_card(Knobs(token="A\x1b[2J\x00B" + "x" * 60))
    assert looked(card).token.isprintable()
    assert len(looked(card).token) <= 32


@pytest.mark.parametrize(
    ("knobs", "statuses"),
    [
        (Knobs(first_command_fails=True), ["6F00", "9000"]),
        (Knobs(chunking="6C"), ["9000", "9000"]),
        (Knobs(tells_tries=False), ["9000", "9000"]),
    ],
)
def test_the_oddities_of_cards_are_written_down(make_card: MakeCard, knobs: Knobs, statuses: list[str]) -> None:
    found = looked(make_card(knobs))
    assert [one.status for one in found.trace[1:3]] == statuses
    assert found.kind == "my-number"


def test_a_card_that_leaves_is_lost_and_loses_its_power(make_card: MakeCard) -> None:
    counted = Counted(make_card(Knobs(pulled_at=5, stays_away=True)))
    found = looked(counted)
    assert found.outcome == "card-lost"
    assert found.trace[-1].status == "lost"
    assert counted.powered_off >= 1


def test_a_card_that_stays_and_does_not_even_answer_a_select_is_another_card(make_card: MakeCard) -> None:
    class Deaf(DemoCard):
        def transmit(self, command: Buffer) -> bytes:
            raise ContactLost

    card = make_card(Knobs())
    assert looked(Deaf(card.knobs, card.identity)).kind == "other"


class Refusing:
    """Readers whose card cannot be connected to."""

    def __init__(self, error: UserError, result: int = 0) -> None:
        self._error, self._result = error, result

    def greet(self) -> int:
        return self._result

    def states(self) -> dict[str, SlotState]:
        raise self._error

    def connect(self, reader: str) -> DemoCard:
        raise self._error


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (CardBusy(), "card-busy"),
        (NoCard(), "no-card"),
        (NotMyNumberCard(), "card-mute"),
        (ReaderNotFound(name="x"), "reader-gone"),
        (CardServiceUnavailable(), "service-gone"),
        (CardFault(status="8010001F", step="connect"), "card-fault"),
        (CardServiceUnavailable(result=f"{SECURITY_VIOLATION:08X}"), "card-refused"),
    ],
)
def test_what_keeps_a_connection_away_is_told(error: UserError, outcome: str) -> None:
    found = look(Refusing(error), "x", held=False)
    assert found.outcome == outcome
    assert [(one.command, one.status) for one in found.trace] == [("CONNECT", error.code)]


def test_a_card_that_this_very_program_holds_is_left_alone(card: DemoCard) -> None:
    counted = Counted(card)
    found = look(DemoSlots(counted), READER, held=True)
    assert (found.outcome, found.status) == ("card-busy", HELD_HERE)
    assert counted.told == []


def test_a_service_that_fails_is_greeted_by_its_result_code() -> None:
    assert greet(Refusing(CardServiceUnavailable(), 0x8010001E)) == Greeting(0x8010001E, {})
    assert greet(Refusing(CardServiceUnavailable(), 0)) == Greeting(NO_SERVICE, {}), "it stopped in between"
