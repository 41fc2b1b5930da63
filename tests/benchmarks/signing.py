"""What one signature costs as a whole command, beside pdfsig's look at the result and a bare import of pyHanko.

Whole processes with everything they start; seconds, median of several runs.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.children import PAGES, flat

RUNS = 5
NATSUIN = [sys.executable, "-I", "-m", "app"]


def measured(command: list[str], stdin: bytes = b"") -> tuple[float, float]:
    """(wall, CPU) of a process and its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begun = time.perf_counter()
    done = subprocess.run(command, input=stdin, capture_output=True, check=False)
    wall = time.perf_counter() - begun
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in (0, 3):
        raise SystemExit(done.stderr.decode())
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def row(name: str, command: list[str], stdin: bytes = b"", runs: int = RUNS) -> None:
    figures = [measured(command, stdin) for _ in range(runs)]
    wall, cpu = (statistics.median(column) for column in zip(*figures, strict=True))
    print(f"{name:58} {wall:6.2f} {cpu:6.2f}")


def main() -> None:
    print(f"{'':58} {'wall':>6} {'CPU':>6}")
    with tempfile.TemporaryDirectory() as folder:
        for name, pages, runs in (("3 pages", 3, RUNS), (f"{PAGES} pages, {2 * PAGES + 2} objects", PAGES, 3)):
            source, target = Path(folder, f"{pages}.pdf"), Path(folder, f"{pages}-out.pdf")
            source.write_bytes(flat(pages))
            sign = [*NATSUIN, "sign", "--demo", "--password-stdin", "--force", "-o", str(target), str(source)]
            row(f"sign, visible, last page: {name}", sign, b"DEMO1234\n", runs)
            row(f"verify: {name}", [*NATSUIN, "verify", str(target)], runs=runs)
            row(f"pdfsig (poppler) looks at it: {name}", ["pdfsig", "-nocert", str(target)], runs=runs)
    row("natsuin card --demo", [*NATSUIN, "card", "--demo"])
    row("python with pyhanko.sign imported, nothing else", [sys.executable, "-I", "-c", "import pyhanko.sign"])
    row("python, nothing else", [sys.executable, "-I", "-c", "pass"])
    print(f"(load {os.getloadavg()[0]:.2f} on {os.cpu_count()} cores)")


if __name__ == "__main__":
    main()
