"""Command APDUs, and what is followed up and what is not."""

from __future__ import annotations

import logging

import pytest

from app.card.apdu import Buffer, Command, ContactLost, exchange, exchange_once


class Script:
    """A card that answers what it is told to, and remembers what it was asked."""

    def __init__(self, *answers: str) -> None:
        self.answers = [bytes.fromhex(answer) for answer in answers]
        self.asked: list[str] = []

    def transmit(self, command: Buffer) -> bytes:
        self.asked.append(bytes(command).hex().upper())
        return self.answers.pop(0)

    def power_off(self) -> None:
        pass


@pytest.mark.parametrize(
    ("command", "encoded"),
    [
        (Command(0x00, 0x20, 0x00, 0x80), "00200080"),
        (Command(0x00, 0xB0, 0x01, 0x02, le=4), "00B0010204"),
        (Command(0x00, 0xB0, 0x01, 0x02, le=256), "00B0010200"),
        (Command(0x00, 0xA4, 0x02, 0x0C, b"\x00\x1b"), "00A4020C02001B"),
        (Command(0x80, 0x2A, 0x00, 0x80, b"\xab", 256), "802A008001AB00"),
    ],
)
def test_the_four_cases(command: Command, encoded: str) -> None:
    assert command.encode().hex().upper() == encoded


@pytest.mark.parametrize(
    "wrong", [Command(0, 0, 0, 0, bytes(256)), Command(0, 0, 0, 0, le=257), Command(0, 0, 0, 0, le=0)]
)
def test_only_short_ones(wrong: Command) -> None:
    with pytest.raises(ValueError, match="short"):
        wrong.encode()


def test_the_rest_is_fetched() -> None:
    card = Script("AA6102", "BB6101", "CC9000")
    assert exchange(card, Command(0x00, 0xB0, 0, 0, le=256)).data.hex() == "aabbcc"
    assert card.asked[1:] == ["00C0000002", "00C0000001"]


def test_the_right_length_is_tried_once() -> None:
    card = Script("6C03", "AABBCC9000")
    assert exchange(card, Command(0x00, 0xB0, 0, 0, le=256)).data.hex() == "aabbcc"
    assert card.asked == ["00B0000000", "00B0000003"]
    stubborn = Script("6C03", "6C03")
    assert exchange(stubborn, Command(0x00, 0xB0, 0, 0, le=256)).sw == 0x6C03


def test_a_card_without_end_is_given_up() -> None:
    card = Script(*["006100"] * 1000)
    assert exchange(card, Command(0x00, 0xB0, 0, 0, le=256)).sw >> 8 == 0x61
    assert len(card.asked) < 400


@pytest.mark.parametrize("answer", ["6102", "6C03", "6700", "9000"])
def test_nothing_is_followed_up_after_a_single_exchange(answer: str) -> None:
    card = Script(answer)
    assert exchange_once(card, "VERIFY", b"\x00\x20\x00\x80").sw == int(answer, 16)
    assert len(card.asked) == 1


@pytest.mark.parametrize("answer", ["", "90"])
def test_no_status_word_is_no_answer(answer: str) -> None:
    with pytest.raises(ContactLost):
        exchange_once(Script(answer), "VERIFY", b"\x00\x20\x00\x80")


def test_the_log_has_names_and_status_words_only(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    exchange_once(Script("63C4"), "VERIFY", b"\x00\x20\x00\x80\x06SECRET")
    exchange(Script("ABCD9000"), Command(0x00, 0xB0, 0, 0, le=2))
    assert caplog.messages == ["VERIFY -> 63C4", "READ BINARY -> 9000"]
