"""A Secret is a buffer that is wiped, hides, and cannot be copied by accident."""

import pickle

import pytest

from app.secret import Secret


def test_it_takes_over_and_wipes_its_source() -> None:
    source = bytearray(b"ABC123")
    secret = Secret.taking(source)
    assert source == bytes(6)
    assert bytes(secret.view()) == b"ABC123"


def test_repr_and_str_say_nothing() -> None:
    secret = Secret.taking(bytearray(b"ABC123"))
    assert "ABC" not in f"{secret!r} {secret}"


def test_leaving_the_block_wipes() -> None:
    with Secret.taking(bytearray(b"ABC123")) as secret:
        buffer = secret.view().obj
    assert bytes(buffer) == bytes(6)
    assert len(secret) == 0


def test_typing_and_deleting_leaves_nothing_behind() -> None:
    secret = Secret(4)
    for byte in b"WXYZ":
        assert secret.append(byte)
    assert not secret.append(0x41)
    secret.pop()
    assert bytes(secret.view().obj) == b"WXY\0"


def test_it_is_never_serialised_or_compared() -> None:
    secret = Secret(4)
    with pytest.raises(TypeError):
        pickle.dumps(secret)
    with pytest.raises(TypeError):
        assert secret == secret
