"""Where resources lie: beside a checkout, inside an installed wheel, or inside a frozen program."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path


@cache
def root() -> Path:
    """The folder `resources`."""
    package = Path(__file__).resolve().parent
    bundled = getattr(sys, "_MEIPASS", None)
    candidates = [package / "resources", package.parent / "resources"]
    if bundled:
        candidates.insert(0, Path(bundled) / "resources")
    for candidate in candidates:
        if candidate.is_dir():
            return candidate
    raise FileNotFoundError("resources")


def path(*parts: str) -> Path:
    """A file below `resources`, whether it exists or not."""
    return root().joinpath(*parts)
