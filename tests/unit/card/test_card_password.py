"""The rules of the 署名用 password, before any card is asked."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.card.password import admit, advice, check, from_bytes
from app.errors.base import UserError
from app.errors.card import OtherPasswordTyped, PasswordMalformed
from app.secret import Secret


def secret(text: str) -> Secret:
    return Secret.taking(bytearray(text.encode()))


def content(held: Secret) -> bytes:
    with held.view() as view:
        return bytes(view)


@pytest.mark.parametrize(
    ("typed", "byte"),
    [("A", "A"), ("z", "Z"), ("0", "0"), ("９", "9"), ("Ａ", "A"), ("ｚ", "Z")],
)
def test_admitted(typed: str, byte: str) -> None:
    assert admit(typed) == ord(byte)


@pytest.mark.parametrize(
    "typed", ["", " ", "　", "-", "！", "あ", "ａｂ", "é", "İ", "ı", "ſ", "\u212a", "٣", "①", "\n", "\x00"]
)
def test_not_admitted(typed: str) -> None:
    assert admit(typed) is None


@given(st.characters())
def test_only_capitals_and_digits_ever_come_out(character: str) -> None:
    byte = admit(character)
    assert byte is None or chr(byte) in "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


@pytest.mark.parametrize("text", ["ABC123", "A" * 16, "123456", "ABCDEF"])
def test_good(text: str) -> None:
    check(secret(text))


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("", "too-short"),
        ("ABC12", "too-short"),
        ("123", "too-short"),
        ("12345", "too-short"),
        ("A" * 17, "too-long"),
        ("abc123", "character"),
        ("ABC-123", "character"),
        ("ABC 123", "character"),
    ],
)
def test_malformed(text: str, detail: str) -> None:
    with pytest.raises(PasswordMalformed) as caught:
        check(secret(text))
    assert caught.value.facts == {"detail": detail}


def test_four_digits_are_the_other_password() -> None:
    with pytest.raises(OtherPasswordTyped):
        check(secret("1234"))
    with pytest.raises(PasswordMalformed):
        check(secret("ABCD"))


@pytest.mark.parametrize(
    ("text", "said"), [("ABCDEF", "letters-only"), ("123456", "digits-only"), ("ABC123", None), ("", None)]
)
def test_advice_refuses_nothing(text: str, said: str | None) -> None:
    assert advice(secret(text)) == said


@pytest.mark.parametrize(
    "piped",
    [
        b"DEMO1234",
        b"DEMO1234\n",
        b"demo1234\r\n",
        b"demo1234\r",
        b"\xef\xbb\xbfDEMO1234\r\n",
        "ｄｅｍｏ１２３４\n".encode(),
    ],
)
def test_from_a_pipe(piped: bytes) -> None:
    source = bytearray(piped)
    with from_bytes(source) as held:
        assert content(held) == b"DEMO1234"
    assert not any(source)


@pytest.mark.parametrize(
    "piped", [b"DEMO\n1234", b"DEMO1234\n\n", b" DEMO1234", "デモ1234".encode(), b"\xff\xfe", b"\xef\xbc"]
)
def test_from_a_pipe_with_a_character_that_is_not_allowed(piped: bytes) -> None:
    source = bytearray(piped)
    with pytest.raises(PasswordMalformed) as caught:
        from_bytes(source)
    assert caught.value.facts == {"detail": "character"}
    assert not any(source)


def test_an_empty_pipe_is_too_short() -> None:
    with pytest.raises(PasswordMalformed) as caught:
        check(from_bytes(bytearray(b"\n")))
    assert caught.value.facts == {"detail": "too-short"}


@given(st.binary(max_size=40))
def test_any_bytes_are_wiped_and_either_taken_or_refused(piped: bytes) -> None:
    source = bytearray(piped)
    with contextlib.suppress(UserError):
        check(from_bytes(source))
    assert not any(source)


@given(st.text(max_size=30))
def test_a_pipe_and_the_keyboard_agree(text: str) -> None:
    bytes_typed = [admit(character) for character in text]
    if None in bytes_typed or text[:1] == "\ufeff":
        return
    assert content(from_bytes(bytearray(text.encode()))) == bytes(byte for byte in bytes_typed if byte is not None)
