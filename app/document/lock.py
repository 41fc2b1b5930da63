"""Marks a temporary file as held by a living process, so that only what the dead left behind is swept.

A process number would not do: it is reused, and means another process in another container with the same folder.
"""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path

GRACE = 10.0


def locked(path: Path) -> int | None:
    """Holds `path` until `unlock`, or until this process ends; None when another process holds it, or on a system
    without such locks (Windows), where nothing is swept."""
    if os.name == "nt":
        return None
    import fcntl

    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor


def left_behind(path: Path) -> int | None:
    """Takes over a file that nobody holds; None when somebody does, or when it is so young that its maker may yet."""
    return locked(path) if time.time() - path.lstat().st_mtime > GRACE else None


def unlock(descriptor: int | None) -> None:
    """Lets go."""
    if descriptor is not None:
        with contextlib.suppress(OSError):
            os.close(descriptor)
