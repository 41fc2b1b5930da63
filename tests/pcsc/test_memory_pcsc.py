"""Where copies of the password are left, looked for in the memory of the processes themselves."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from box import READERS
from vcard import VirtualCard

from app.card.demo import SIGN_PASSWORD

pytestmark = [
    pytest.mark.pcsc,
    pytest.mark.skipif(os.getuid() != 0, reason="only root sees the memory of an undumpable process"),
]

UNLOCKED = """
import os, sys
from app.card.keeper import Keeper
from app.card.password import from_bytes
typed = bytearray(9)
os.readv(0, [typed])
with Keeper() as keeper, from_bytes(typed) as secret:
    with keeper.key(sys.argv[1]).unlock(secret) as signing:
        secret.wipe()
        for question in ("unlocked", "signed"):
            print(keeper.pid, flush=True)
            sys.stdin.readline()
            signing.sign(bytes(32))
"""


def copies(process: int) -> list[str]:
    """Where the password stands in a process, by the kind of memory."""
    needle, found = SIGN_PASSWORD.encode(), []
    for line in Path(f"/proc/{process}/maps").read_text().splitlines():
        region = re.match(r"(\w+)-(\w+) r\S+ \S+ \S+ \S+ *(.*)", line)
        if region is None or region[3] in ("[vvar]", "[vsyscall]"):
            continue
        begin, end = int(region[1], 16), int(region[2], 16)
        with open(f"/proc/{process}/mem", "rb", 0) as memory:
            memory.seek(begin)
            try:
                content = memory.read(end - begin)
            except OSError:
                continue
        found += [region[3] or "anonymous"] * content.count(needle)
    return found


def test_no_copy_stays_in_the_keeper_or_its_parent(vcard: VirtualCard) -> None:
    with subprocess.Popen(
        [sys.executable, "-I", "-c", UNLOCKED, READERS[0]],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        bufsize=0,
    ) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(SIGN_PASSWORD.encode() + b"\n")
        for _ in range(2):
            keeper = int(process.stdout.readline())
            assert copies(keeper) == []
            assert copies(process.pid) == []
            process.stdin.write(b"\n")
    assert process.returncode == 0
    assert vcard.counts["VERIFY"] == 1
