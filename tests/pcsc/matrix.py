"""`make matrix`: every fault at every command of a signing, over a real pcscd; ends with 1 when a cell is wrong.

Two desks, each a process with a pcscd of its own, work the rows off; see expectations.py for what is right, station.py
for how a cell is made. The death of the keeper is measured besides: how long another program can sign then.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import canary
from box import READERS, Box, missing
from expectations import RIVALS, Column, Fault, Phase, columns
from leavings import DELAYS, measured
from processes import Talker
from station import Station
from vcard import VirtualCard

from app.card.demo import DemoCard, Knobs
from app.card.demo_certificate import DemoIdentity

DESKS = 2
RUNS = 5
SHORT = {
    "signed": "signed",
    "killed": "(dead)",
    "card-removed": "removed",
    "no-card": "no card",
    "outcome-unknown": "unknown",
    "card-removed-while-signing": "midway",
    "card-service-unavailable": "service",
    "card-changed": "changed",
    "password-incorrect": "wrong",
}

HEADS = {
    Fault.PULLED: ("card", "pulled"),
    Fault.RESET: ("other", "resets"),
    Fault.OFF: ("other", "powers"),
    Fault.EXCLUSIVE: ("other", "takes"),
    Fault.SHARED: ("other", "shares"),
    Fault.HOLD: ("other", "holds"),
    Fault.SERVICE_KILLED: ("service", "killed"),
    Fault.SERVICE_RESTARTED: ("service", "anew"),
    Fault.SWAPPED: ("card", "swapped"),
    Fault.UNSEEN: ("swapped", "unseen"),
    Fault.REPLY_LOST: ("reply", "lost"),
    Fault.KEEPER_KILLED: ("keeper", "killed"),
    Fault.PARENT_KILLED: ("parent", "killed"),
}


def main() -> int:
    """Runs all of it and prints the tables."""
    if reason := missing():
        print(reason)
        return 1
    begun = time.monotonic()
    jobs = [{"command": True}, {"measure": True}, *({"row": fault.name} for fault in Fault)]
    ready: list[Talker] = []
    lock = threading.Lock()

    def work(job: dict[str, Any]) -> list[Any]:
        with lock:
            desk = ready.pop()
        desk.say(json.dumps(job).encode())
        answer = desk.line(900)
        with lock:
            ready.append(desk)
        if answer is None:
            pool.shutdown(wait=False, cancel_futures=True)
            raise RuntimeError(f"a desk broke down at {job}")
        print(f"  {job.get('row') or next(iter(job))}: done, {time.monotonic() - begun:.0f} s", file=sys.stderr)
        result: list[Any] = json.loads(answer)
        return result

    ready += [Talker([sys.executable, __file__, "--desk"], errors=None) for _ in range(DESKS)]
    with ThreadPoolExecutor(DESKS) as pool:
        command, measure, *rows = pool.map(work, jobs)
    for desk in ready:
        desk.close()
    cells = [cell for row in rows for cell in row]
    bad = [*_table("A program that stays open", cells), *_table("natsuin sign", command)]
    _print_rivals(cells + command)
    _print_measure(measure)
    for cell in bad:
        print(f"WRONG  {cell['fault']}, {cell['number']} {cell['name']}: {'; '.join(cell['wrong'])}")
    total = len(cells) + len(command)
    print(f"\n{total} cells, {total - len(bad)} right, {len(bad)} wrong; {time.monotonic() - begun:.0f} s")
    return 1 if bad else 0


# --- a desk --------------------------------------------------------------------------------------------


def desk() -> None:
    """Takes jobs as lines, answers each with a line."""
    with tempfile.TemporaryDirectory(prefix="natsuin-matrix-") as name:
        home = Path(name)
        box = Box()
        os.environ.update(box.environment, TMPDIR=name)
        for variable in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"):
            os.environ[variable] = str(home / variable)
        box.start()
        owner, stranger = DemoIdentity(), DemoIdentity()
        for number, line in enumerate(sys.stdin):
            job = json.loads(line)
            if "measure" in job:
                answer = _measure(box, owner)
            else:
                answer = list(_cells(Station(box, owner, stranger, home / str(number)), job))
                if hits := canary.in_folder(home):
                    answer[-1]["wrong"].append(f"the password stands in {hits}")
            print(json.dumps(answer), flush=True)
        box.close()


def _cells(station: Station, job: dict[str, Any]) -> Iterator[dict[str, Any]]:
    every = columns(*station.recorded())
    by_command = "command" in job
    for fault in Fault if by_command else (Fault[job["row"]],):
        for column in _telling(every) if by_command else every:
            cell = station.run(fault, column, command=by_command)
            yield {
                "fault": fault.name,
                "number": column.number,
                "name": column.name,
                "phase": column.phase.name,
                "outcome": cell.outcome,
                "wrong": cell.wrong,
                "stolen": cell.stolen,
                "tried": cell.tried,
                "refused": cell.refused,
            }
    station.close()


def _telling(every: list[Column]) -> list[Column]:
    """The first command, the two that matter, and the last."""
    return [every[0], *(column for column in every if column.name in ("VERIFY", "SIGN", "S leave", "VERIFY!"))]


def _measure(box: Box, owner: DemoIdentity) -> list[Any]:
    password = canary.fresh()
    card = VirtualCard(DemoCard(Knobs(), owner, password), box.port, READERS[0])
    card.insert()
    found = [(delay, [measured(card, password, delay) for _ in range(RUNS)]) for delay in DELAYS]
    card.remove()
    return [(delay, [(m.first, m.last, m.signatures, m.off) for m in runs]) for delay, runs in found]


# --- tables --------------------------------------------------------------------------------------------


def _table(title: str, cells: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Prints one line a command and one column a fault; gives back the wrong cells."""
    at = {(cell["fault"], cell["number"], cell["name"]): cell for cell in cells}
    rows = list(dict.fromkeys((cell["phase"], cell["number"], cell["name"]) for cell in cells))
    print(f"\n== {title}: what the person is told when the fault strikes before the card sees this command")
    for words in zip(*(HEADS[fault] for fault in Fault), strict=True):
        print(" " * 13 + "".join(f"{word:8}" for word in words).rstrip())
    last = ""
    for phase, number, name in rows:
        if phase != last:
            print(f"   {Phase[phase].value}")
            last = phase
        line = [at[fault.name, number, name] for fault in Fault]
        shown = (SHORT.get(cell["outcome"], cell["outcome"][:7]) + "!" * bool(cell["wrong"]) for cell in line)
        print((f"{number:3} {name:9}" + "".join(f"{word:8}" for word in shown)).rstrip())
    totals = Counter(cell["outcome"] for cell in cells)
    print("  " + " · ".join(f"{SHORT.get(outcome, outcome)} = {outcome}: {n}" for outcome, n in sorted(totals.items())))
    return [cell for cell in cells if cell["wrong"]]


def _print_rivals(cells: list[dict[str, Any]]) -> None:
    tried = [cell for cell in cells if Fault[cell["fault"]] in RIVALS]
    refused = sum(cell["refused"] for cell in tried)
    attempts = sum(cell["tried"] for cell in tried)
    print(f"\nAnother program, while the card is held: {refused} of {attempts} attempts to get at it were refused.")
    mortal = [cell for cell in cells if cell["fault"] == Fault.KEEPER_KILLED.name]
    others = [cell for cell in cells if cell["fault"] != Fault.KEEPER_KILLED.name]
    for name, some in (("after the keeper's own death", mortal), ("after everything else", others)):
        got = sum(bool(cell["stolen"]) for cell in some)
        print(
            f"Another program that asks for a signature when all is over got one in {got} of {len(some)} cells {name}."
        )


def _print_measure(rows: list[Any]) -> None:
    print("\n== The keeper itself killed (SIGKILL) while the card is unlocked")
    print("  another program   runs  got signatures  first to last, ms after the kill   power off, ms")
    for delay, runs in rows:
        got = [run for run in runs if run[2]]
        name = "already waiting" if delay == 0 else "nobody" if delay is None else f"{delay * 1000:.0f} ms later"
        signed = _span([run[0] for run in got] + [run[1] for run in got])
        print(f"  {name:17} {len(runs):4}  {len(got):14}  {signed:33}  {_span([run[3] for run in runs])}")


def _span(seconds: list[float | None]) -> str:
    known = [moment * 1000 for moment in seconds if moment is not None]
    return f"{min(known):.0f} to {max(known):.0f}" if known else "-"


if __name__ == "__main__":
    if sys.argv[1:] == ["--desk"]:
        desk()
    else:
        sys.exit(main())
