"""Where copies of the password are left, looked for in the memory of the processes themselves."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import canary
import pytest
from box import READERS, Box
from processes import Talker
from vcard import VirtualCard

pytestmark = [
    pytest.mark.pcsc,
    pytest.mark.skipif(os.getuid() != 0, reason="only root sees the memory of an undumpable process"),
]
UNLOCKER = str(Path(__file__).with_name("unlocker.py"))


def test_no_copy_stays_in_the_keeper_or_its_parent(make_vcard: Callable[..., VirtualCard]) -> None:
    password = canary.fresh()
    card = make_vcard(password=password)
    with Talker([sys.executable, "-I", UNLOCKER, READERS[0]]) as program:
        program.say(password.encode())
        for _ in ("unlocked", "signed again"):
            keeper = program.number()
            assert canary.in_memory(keeper, [password, password[8:]]) == []
            assert canary.in_memory(program.pid, [password, password[8:]]) == []
            program.say(b"")
    assert card.counts["VERIFY"] == 1


def test_the_service_has_a_copy_that_is_not_ours_to_wipe(make_vcard: Callable[..., VirtualCard], box: Box) -> None:
    """pcscd 1.9.9 keeps the last command of each program where the next, if it is as long, overwrites it.

    SECURITY.md names this copy: the password is whole there until the next command, its end until the signature.
    """
    password = canary.fresh()
    card = make_vcard(password=password)
    seen: dict[str, tuple[list[str], list[str]]] = {}

    def look(_number: int) -> None:
        if card.steps[-1] in ("VERIFY", "SELECT 0001", "SIGN"):
            seen[card.steps[-1]] = canary.in_memory(box.pid, [password]), canary.in_memory(box.pid, [password[8:]])

    card.after = look
    with Talker([sys.executable, "-I", UNLOCKER, READERS[0]]) as program:
        program.say(password.encode())
        assert program.line()
    assert seen["VERIFY"] == (["anonymous: text"], ["anonymous: text"])
    assert seen["SELECT 0001"] == ([], ["anonymous: text"])
    assert seen["SIGN"] == ([], [])
