"""How long a card that the keeper left behind (killed with SIGKILL) signs for another program."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from pathlib import Path

from box import READERS
from processes import Talker, killed, rival, steals
from vcard import VirtualCard

DELAYS = (0.0, 0.1, 0.3, 0.5, 0.7, 0.9, None)
"""Seconds after the kill at which the other begins; 0: it waits already; None: there is none."""
UNLOCKER = str(Path(__file__).with_name("unlocker.py"))


@dataclass(frozen=True, slots=True)
class Window:
    """Seconds after the kill: the other's first and last signature, and the power going off; None for never."""

    first: float | None
    last: float | None
    signatures: int
    off: float | None


def measured(card: VirtualCard, password: str, delay: float | None) -> Window:
    """One kill, looked at for 1.5 s."""
    card.forget()
    with Talker([sys.executable, "-I", UNLOCKER, READERS[0]]) as program:
        program.say(password.encode())
        keeper = program.number()
        with rival("steal" if delay == 0 else "late", READERS[0]) as other:
            moment = time.monotonic()
            killed(keeper)
            if delay:
                time.sleep(moment + delay - time.monotonic())
                other.say(b"go")
            time.sleep(moment + 1.5 - time.monotonic())
            off = next((when - moment for when, what in card.power if what == "off"), None)
            if delay is None:
                other.process.kill()
            signed = [when - moment for when, command, status in steals(other) if (command, status) == ("sign", "9000")]
    time.sleep(1.0)  # the next one begins with a card without power
    return Window(min(signed, default=None), max(signed, default=None), len(signed), off)
