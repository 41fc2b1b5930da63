"""A desk on which one signing after another meets one fault: reader, two people's cards, a rival, the program.

A fault strikes when a certain command has come to the card and before the card has seen it ("reply lost": after it
was carried out). The command waits meanwhile.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import canary
from box import READERS, Box
from expectations import KILLED, RIVALS, SIGNED, Column, Fault, Phase, expected
from papers import paper
from processes import Talker, ended, keeper_of, killed, rival
from strangers import openssl_accepts, pdfsig
from vcard import VirtualCard

from app import assets
from app.card.apdu import ContactLost
from app.card.demo import DemoCard, Knobs
from app.card.demo_certificate import DemoIdentity

SIGNER = str(Path(__file__).with_name("signer.py"))
REFUSED = "8010000B"  # SCARD_E_SHARING_VIOLATION
PART = re.compile(r"\.natsuin-[a-z0-9_]{8}\.part")
TRIES = 4  # fewer than all, so that a right password shows in the counter


@dataclass(slots=True)
class Cell:
    """What came of one fault at one command, and everything that should not have been."""

    fault: Fault
    column: Column
    outcome: str
    wrong: list[str] = field(default_factory=list)
    tried: int = 0
    refused: int = 0
    """How often the rival tried to get at the card meanwhile, and was refused."""
    stolen: int = 0
    """Signatures that it got afterwards."""


class Station:
    """`run` makes one cell. The program that signs lives on from cell to cell, unless the fault is its death."""

    def __init__(self, box: Box, owner: DemoIdentity, stranger: DemoIdentity, folder: Path) -> None:
        self.box = box
        self.passwords = (canary.fresh(), canary.fresh())
        self._identities = (owner, stranger)
        # the folder of the document and nothing else; temporary files beside it
        self.source = folder / "document" / "契約書.pdf"
        self.target = self.source.with_name("契約書-signed.pdf")
        self._temporary, self._evidence = folder / "temporary", folder / "evidence"
        for place in (self.source.parent, self._temporary, self._evidence):
            place.mkdir(parents=True)
        self.source.write_bytes(paper())
        self._chips = self._chip(0), self._chip(1)
        self.card, self.other = (VirtualCard(chip, box.port, READERS[0]) for chip in self._chips)
        self._environment = {**os.environ, **box.environment, "TMPDIR": str(self._temporary)}
        self._signer: Talker | None = None
        self.card.insert()
        self._rival = rival("obey", READERS[0])
        self._come: queue.Queue[bool] = queue.Queue()
        self._verdict: queue.Queue[bool] = queue.Queue()

    def close(self) -> None:
        """Ends every process of this desk."""
        if self._signer:
            self._signer.close()
        self._rival.close()
        self.card.remove()
        time.sleep(0.5)  # the next desk's card is another one: see VirtualCard.insert

    # --- one cell -------------------------------------------------------------------------------------

    def recorded(self) -> tuple[list[str], int]:
        """The steps of one signing that nothing disturbs, and how many commands came before the password."""
        self._prepare()
        asked: list[int] = []
        outcome = self._ask_signer(self.passwords[0], lambda: asked.append(sum(self.card.counts.values())))
        assert outcome == SIGNED, outcome
        assert self.card.steps[-1] == "OFF"
        self.target.unlink()
        return list(self.card.steps), asked[0]

    def run(self, fault: Fault, column: Column, *, command: bool = False) -> Cell:
        """One signing with this fault, and the next, which must succeed. `command`: by `natsuin sign`, not by a
        program that stays."""
        self._prepare()
        cell = Cell(fault, column, "?")
        password = "WRONG99999" if column.wrong else self.passwords[0]
        self._arm(fault, column)
        ask = self._ask_command if command else self._ask_signer
        work, outcome = _in_background(lambda: ask(password))
        try:
            if self._struck(work):
                self._strike(fault, cell)
            else:
                cell.wrong.append("the command never came")
            work.join(90)
            cell.outcome = outcome.get_nowait()
        except (queue.Empty, TimeoutError, LookupError, AssertionError) as error:
            cell.wrong.append(f"stuck: {error!r}")
            self._verdict.put(True)
            self._drop_signer()
        self._judge(cell)
        self._restore(fault)
        self._judge_next(cell, command=command)
        return cell

    def _prepare(self) -> None:
        if self._signer is None or not self._signer.alive:
            self._signer = Talker([sys.executable, "-I", SIGNER, str(self.source)], self._environment)
            assert self._signer.line() == "ready"
        self._chips = self._chip(0), self._chip(1)
        for card, chip in zip((self.card, self.other), self._chips, strict=True):
            card.forget()
            card.card = chip
        for waiting in (self._come, self._verdict):
            while not waiting.empty():
                waiting.get()

    def _arm(self, fault: Fault, column: Column) -> None:
        def strike(number: int) -> None:
            if number != column.number:
                return
            self._come.put(True)
            if self._verdict.get(timeout=60):
                raise ContactLost

        if fault is Fault.REPLY_LOST:
            self.card.after = strike
        else:
            self.card.before = strike

    def _struck(self, work: threading.Thread) -> bool:
        while True:
            with contextlib.suppress(queue.Empty):
                return self._come.get(timeout=0.05)
            if not work.is_alive():
                return False

    def _strike(self, fault: Fault, cell: Cell) -> None:
        lost = True
        if fault in RIVALS:
            self._rival.say(RIVALS[fault].encode())
            codes = (self._rival.line() or "no answer").split()
            cell.tried, cell.refused = len(codes), sum(code == REFUSED for code in codes)
            if cell.refused != cell.tried:
                cell.wrong.append(f"the other got {sorted(codes)}")
            lost = False
        elif fault is Fault.SERVICE_KILLED:
            self.box.stop(signal.SIGKILL)
        elif fault in (Fault.SERVICE_RESTARTED, Fault.SWAPPED):
            self._behind_its_back(fault)
            return
        elif fault is Fault.UNSEEN:
            self._chips[0].power_off()
            self.card.card = self._chips[1]  # on the same contact, without a word to the reader
            lost = False
        elif fault is Fault.KEEPER_KILLED:
            killed(keeper_of(self._program))
            lost = False
        elif fault is Fault.PARENT_KILLED:
            keeper = keeper_of(self._program)
            killed(self._program)
            self._verdict.put(False)
            if not ended(keeper):
                cell.wrong.append("the keeper outlives its parent")
            return
        self._verdict.put(lost)

    def _behind_its_back(self, fault: Fault) -> None:
        """All is done before the keeper looks again."""
        keeper = keeper_of(self._program)
        os.kill(keeper, signal.SIGSTOP)
        try:
            if fault is Fault.SERVICE_RESTARTED:
                self.box.stop(signal.SIGKILL)
                self.box.start()
            self._verdict.put(True)
            self.card.remove(wait=fault is Fault.SWAPPED)
            (self.card if fault is Fault.SERVICE_RESTARTED else self.other).insert()
        finally:
            os.kill(keeper, signal.SIGCONT)

    def _restore(self, fault: Fault) -> None:
        """The desk as it was: service, card, nobody else."""
        if fault is Fault.SERVICE_KILLED:
            self.box.start()
            self.card.remove(wait=False)
            self.card.insert()
        elif fault is Fault.UNSEEN:
            self._chips[1].power_off()
            self.card.card = self._chips[0]
        elif fault is Fault.SWAPPED:
            self.other.remove()
            self.card.insert()
        elif fault in (Fault.PULLED, Fault.REPLY_LOST):
            self.card.remove()
            self.card.insert()

    # --- who signs ------------------------------------------------------------------------------------

    def _ask_signer(self, password: str, asked: Callable[[], None] = lambda: None) -> str:
        signer = self._signer
        assert signer is not None
        self._program = signer.pid
        signer.say(str(self.target).encode())
        line = signer.line()
        if line is not None and line.startswith("tries"):
            asked()
            signer.say(password.encode())
            line = signer.line()
        if line is None:
            signer.close()
            return KILLED
        answer = json.loads(line)
        return SIGNED if "signed" in answer else str(answer["error"])

    def _ask_command(self, password: str) -> str:
        process = subprocess.Popen(
            [sys.executable, "-I", "-m", "app", "sign", "--password-stdin", "--json", "-o", str(self.target),
             str(self.source)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=self._environment,
        )  # fmt: skip
        self._program = process.pid
        out, _ = process.communicate(password.encode() + b"\n", timeout=60)
        if process.returncode == -signal.SIGKILL:
            return KILLED
        answer = json.loads(out)
        return str(answer["error"]["code"]) if process.returncode else SIGNED

    def _drop_signer(self) -> None:
        if self._signer and self._signer.alive:
            self._signer.process.kill()
            self._signer.process.wait()

    # --- judging --------------------------------------------------------------------------------------

    def _judge(self, cell: Cell) -> None:
        wrong, phase = cell.wrong, cell.column.phase
        if cell.outcome not in expected(cell.fault, cell.column):
            wrong.append(f"{cell.outcome}, not {' or '.join(sorted(expected(cell.fault, cell.column)))}")
        self._judge_folder(cell, signed=cell.outcome == SIGNED, part=cell.outcome == KILLED)
        verifies, signs = self.card.counts["VERIFY"], self.card.counts["SIGN"]
        if verifies > 1 or signs > 1 or self.other.counts["VERIFY"]:
            wrong.append(f"{verifies} and {self.other.counts['VERIFY']} passwords, {signs} signatures")
        begun_with_other = cell.fault is Fault.UNSEEN and phase in (Phase.LOOK, Phase.HELD)
        if verifies and phase in (Phase.LOOK, Phase.HELD) and cell.fault not in RIVALS and not begun_with_other:
            wrong.append("a password was sent after the fault")
        left, others = (chip.tries[0] for chip in self._chips)
        carried_out = any(line.startswith("VERIFY") for line in self.card.steps)
        allowed = {TRIES, TRIES - 1} if cell.column.wrong else {5} if carried_out else {TRIES}
        if cell.fault is Fault.UNSEEN and phase in (Phase.LOOK, Phase.HELD, Phase.VERIFY):
            allowed = {TRIES}  # this card saw none
        if left not in allowed or others != (TRIES - 1 if begun_with_other else TRIES):
            wrong.append(f"{left} tries left, {others} of the other card")
        if cell.fault is not Fault.SERVICE_KILLED:
            cell.stolen = self._rival_signs()
            if cell.stolen and cell.fault is not Fault.KEEPER_KILLED:
                wrong.append("the other got a signature")

    def _rival_signs(self) -> int:
        self._rival.say(b"sign")
        stolen = 0
        while (line := self._rival.line()) not in ("done", None):
            assert line is not None
            stolen += line.endswith("sign 9000")
        return stolen

    def _judge_next(self, cell: Cell, *, command: bool) -> None:
        if self.target.exists():
            self.target.unlink()
        if self._signer is None or not self._signer.alive:
            command = True  # a program that was killed is started again: the shortest way is the command
        ask = self._ask_command if command else self._ask_signer
        self.card.forget()
        self._age_parts()
        try:
            outcome = ask(self.passwords[0])
        except TimeoutError:
            outcome = "stuck"
            self._drop_signer()
        if outcome != SIGNED:
            cell.wrong.append(f"the next attempt: {outcome}")
        self._judge_folder(cell, signed=outcome == SIGNED, part=False)
        with contextlib.suppress(FileNotFoundError):
            self.target.unlink()

    def _age_parts(self) -> None:
        """As if the killed program had been dead for a while: its part could be somebody's until then."""
        for path in self.source.parent.glob(".natsuin-*"):
            os.utime(path, (time.time() - 60,) * 2)

    def _judge_folder(self, cell: Cell, *, signed: bool, part: bool) -> None:
        if self.source.read_bytes() != paper():
            cell.wrong.append("the original is not what it was")
            self.source.write_bytes(paper())
        names = {path.name for path in self.source.parent.iterdir()}
        names -= {self.source.name}
        if signed:
            if self.target.name not in names:
                cell.wrong.append("no signed file")
            elif not self._valid():
                cell.wrong.append("the signed file is not valid")
        extra = names - ({self.target.name} if signed else set())
        if part:
            extra = {name for name in extra if not PART.fullmatch(name)}
        if extra:
            cell.wrong.append(f"left behind: {sorted(extra)}")

    def _valid(self) -> bool:
        said = pdfsig(self.target)
        return (
            "Signature is Valid" in said
            and "Total document signed" in said
            and self.target.read_bytes().startswith(paper())
            and openssl_accepts(self.target, assets.path("demo", "ca.pem"), self._evidence)
        )

    def _chip(self, which: int) -> DemoCard:
        return DemoCard(Knobs(sign_tries=TRIES), self._identities[which], self.passwords[which])


def _in_background(work: Callable[[], str]) -> tuple[threading.Thread, queue.Queue[str]]:
    outcome: queue.Queue[str] = queue.Queue()

    def run() -> None:
        with contextlib.suppress(TimeoutError):
            outcome.put(work())

    thread = threading.Thread(target=run, name="program", daemon=True)
    thread.start()
    return thread, outcome
