"""`make bench`: every table, one after another. Figures, never a verdict."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator

from tests.benchmarks import children, first_paint, signing


@contextlib.contextmanager
def display() -> Iterator[None]:
    """The display there is, else an own Xvfb."""
    if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        yield
        return
    reader, writer = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writer), "-screen", "0", "1600x1000x24", "-nolisten", "tcp"],
        pass_fds=(writer,),
        stderr=subprocess.DEVNULL,
    )
    os.close(writer)
    with os.fdopen(reader) as number:
        os.environ["DISPLAY"] = f":{number.readline().strip()}"
    try:
        yield
    finally:
        server.terminate()
        server.wait()


with display():
    for title, table in (
        ("First paint and first page", first_paint.main),
        ("Document children", children.main),
        ("One signature", signing.main),
    ):
        print(f"\n== {title}", flush=True)
        table()
