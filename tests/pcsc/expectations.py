"""What must come of a fault at a command of a signing: thought out beforehand, never recorded from a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

SIGNED, KILLED = "signed", "killed"


class Fault(Enum):
    """The rows."""

    PULLED = "card pulled"
    RESET = "other resets it"
    OFF = "other powers it off"
    EXCLUSIVE = "other takes it alone"
    SHARED = "other shares it, signs"
    HOLD = "other holds it"
    SERVICE_KILLED = "service killed"
    SERVICE_RESTARTED = "service killed, started"
    SWAPPED = "card swapped"
    UNSEEN = "swapped unseen"
    REPLY_LOST = "reply lost"
    KEEPER_KILLED = "keeper killed"
    PARENT_KILLED = "parent killed"


RIVALS = {
    Fault.RESET: "reset",
    Fault.OFF: "off",
    Fault.EXCLUSIVE: "exclusive",
    Fault.SHARED: "shared",
    Fault.HOLD: "hold",
}
"""Faults that another process tries to make, and what it is told."""


class Phase(Enum):
    """Where a command stands in a signing."""

    LOOK = "which reader, which card"
    HELD = "card held, tries read"
    UNLOCK = "password given to the keeper, not sent"
    VERIFY = "password on its way"
    CERTIFICATE = "password accepted, answer of the keeper not there yet"
    SIGN = "signing"
    LEAVE = "signed, application being left"


@dataclass(frozen=True, slots=True)
class Column:
    """One command of a signing: its number, counted from 1, a short name, and its phase. `wrong`: with a password
    that is not the card's."""

    number: int
    name: str
    phase: Phase
    wrong: bool = False


def expected(fault: Fault, column: Column) -> frozenset[str]:
    """The outcomes that tell the person the truth and cost nothing that need not be lost; error codes, or `SIGNED`,
    `KILLED` (no word: the process is dead). Several where the computer cannot know more."""
    phase = column.phase
    if fault is Fault.PARENT_KILLED:
        return frozenset({KILLED})
    if fault in RIVALS:
        # held exclusively from the first command to the last: the other is refused, and nothing is noticed
        return frozenset({"password-incorrect" if column.wrong else SIGNED})
    if phase is Phase.LEAVE:
        # the signature is made; giving back a card that is gone may fail unseen
        return frozenset({SIGNED})
    if fault is Fault.KEEPER_KILLED:
        return _keeper_killed(phase)
    if fault is Fault.UNSEEN:
        # the other card answers on the old connection: before the password was wanted it is simply the card there is,
        # and this password is not its own; later nothing may be done with it
        return frozenset({"password-incorrect" if phase in (Phase.LOOK, Phase.HELD) else "card-changed"})
    if phase is Phase.VERIFY:
        return frozenset({"outcome-unknown"})
    if phase in (Phase.CERTIFICATE, Phase.SIGN):
        return frozenset({"card-removed-while-signing"})
    if fault is Fault.SERVICE_KILLED:
        return frozenset({"card-service-unavailable"})
    if fault is Fault.SERVICE_RESTARTED:
        # true both: the service went away under the call, and the contact with the card was lost
        return frozenset({"card-service-unavailable", "card-removed"})
    if phase is Phase.LOOK:
        # nothing was held yet: the card that was being looked at is gone, or there is none; never "another card"
        return frozenset({"card-removed", "no-card"})
    return frozenset({"card-removed"})


def _keeper_killed(phase: Phase) -> frozenset[str]:
    if phase in (Phase.UNLOCK, Phase.VERIFY, Phase.CERTIFICATE):
        # it had the password, and nobody else knows how far it came
        return frozenset({"outcome-unknown"})
    if phase is Phase.SIGN:
        return frozenset({"card-removed-while-signing", "card-service-unavailable"})
    return frozenset({"card-service-unavailable"})


def columns(steps: Sequence[str], asked: int) -> list[Column]:
    """Every command of a recorded signing (vcard's `steps`), of the chunks of one READ the first and the last.

    `asked`: how many commands there were before the password was wanted.
    """
    commands = [step for step in steps if step != "OFF"]
    verify = commands.index("VERIFY") + 1
    before_verify = steps[: steps.index("VERIFY")]
    held_from = sum(step != "OFF" for step in before_verify[: _last(before_verify, "OFF") + 1]) + 1
    sign = commands.index("SIGN") + 1
    key = max(number for number, command in enumerate(commands[: sign - 1], 1) if command.startswith("SELECT"))
    found, file = [], ""
    for number, command in enumerate(commands, 1):
        word, _, where = command.partition(" ")
        if word == "SELECT":
            file = where if len(where) == 4 else {"D392F000260100000001": "AP"}.get(where, "leave")
        following = commands[number] if number < len(commands) else ""
        if word == "READ" and commands[number - 2].startswith("READ") and following.startswith("READ"):
            continue
        phase = (
            Phase.LEAVE if number > sign
            else Phase.SIGN if number >= key
            else Phase.CERTIFICATE if number > verify
            else Phase.VERIFY if number == verify
            else Phase.UNLOCK if number > asked
            else Phase.HELD if number >= held_from
            else Phase.LOOK
        )  # fmt: skip
        found.append(Column(number, _name(word, where, file), phase))
    wrong = next(column for column in found if column.phase is Phase.VERIFY)
    return [*found, Column(wrong.number, "VERIFY!", wrong.phase, wrong=True)]


def _last(steps: Sequence[str], step: str) -> int:
    return max((index for index, word in enumerate(steps) if word == step), default=-1)


def _name(word: str, where: str, file: str) -> str:
    short = file.removeprefix("00")
    if word == "SELECT":
        return f"S {short}"
    if word == "READ":
        return f"R {short}" if where == "0000" else f"R {short}+"
    return f"Q {short}" if word == "QUERY" else word
