"""The opened bytes of a file: what was seen is what is signed.

The file is copied once, privately, while its SHA-256 is computed; every later step reads the copy. The hash
state is kept, because the signed ByteRange begins with these very bytes: they are hashed once for both.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import shutil
import stat
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from app.document.lock import left_behind, locked, unlock
from app.errors.document import DiskFull, FileChanged, FileNotFound, FileNotReadable

if TYPE_CHECKING:
    from hashlib import _Hash

CHUNK = 1 << 20
PREFIX = "natsuin-"
COPY = "source.pdf"


@dataclass(slots=True)
class Snapshot:
    """`source` as it was when opened: `path` is the private copy, `sha256` in hex, `size` in bytes."""

    source: Path
    path: Path
    sha256: str
    size: int
    _state: _Hash = field(repr=False)
    _lock: int | None = field(default=None, repr=False)

    @classmethod
    def take(cls, source: Path) -> Snapshot:
        """Copies and hashes. Raises FileNotFound, FileNotReadable (also for folders and devices), DiskFull."""
        name = source.name
        _sweep()
        folder = Path(tempfile.mkdtemp(prefix=PREFIX))
        lock = None
        try:
            absolute = source.absolute()
            with _open_regular(source) as original, open(folder / COPY, "xb") as copy:
                lock = locked(folder / COPY)
                state = hashlib.sha256()
                size = 0
                while chunk := original.read(CHUNK):
                    state.update(chunk)
                    copy.write(chunk)
                    size += len(chunk)
        except OSError as error:
            unlock(lock)
            shutil.rmtree(folder, ignore_errors=True)
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise DiskFull(megabytes=_size_in_mb(source)) from None
            if isinstance(error, FileNotFoundError | NotADirectoryError):
                raise FileNotFound(file=name) from None
            raise FileNotReadable(file=name) from None
        return cls(absolute, folder / COPY, state.hexdigest(), size, state, lock)

    def hasher(self, algorithm: str = "sha256") -> _Hash:
        """A state that has seen exactly the snapshot's bytes. SHA-256 has seen them when they were copied; for another
        algorithm the copy is read again. Raises FileChanged when it is not what it was."""
        if algorithm == "sha256":
            return self._state.copy()
        state, witness = hashlib.new(algorithm), hashlib.sha256()
        with open(self.path, "rb", buffering=0) as copy:
            while chunk := copy.read(CHUNK):
                state.update(chunk)
                witness.update(chunk)
        if witness.hexdigest() != self.sha256:
            raise FileChanged(file=self.source.name)
        return state

    def verify_unchanged(self) -> None:
        """Raises FileChanged unless the source still holds the bytes that were shown."""
        state = hashlib.sha256()
        try:
            with _open_regular(self.source) as file:
                while chunk := file.read(CHUNK):
                    state.update(chunk)
        except OSError:
            raise FileChanged(file=self.source.name) from None
        if state.hexdigest() != self.sha256:
            raise FileChanged(file=self.source.name)

    def close(self) -> None:
        """Removes the private copy."""
        unlock(self._lock)
        self._lock = None
        shutil.rmtree(self.path.parent, ignore_errors=True)

    def __enter__(self) -> Snapshot:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _open_regular(path: Path):  # type: ignore[no-untyped-def]
    # O_NONBLOCK: opening a FIFO must not wait for a writer
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "not a regular file")
    return open(descriptor, "rb", buffering=0)


def _size_in_mb(path: Path) -> int:
    with contextlib.suppress(OSError):
        return max(1, path.stat().st_size >> 20)
    return 1


def _sweep() -> None:
    """Removes copies that a killed run of ours left behind: private folders of exactly our form that nobody holds."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):
            state = folder.lstat()
            private = stat.S_ISDIR(state.st_mode) and stat.S_IMODE(state.st_mode) == 0o700
            if private and re.fullmatch(f"{PREFIX}[a-z0-9_]{{8}}", folder.name) and os.listdir(folder) == [COPY]:
                lock = left_behind(folder / COPY)
                if lock is not None:
                    shutil.rmtree(folder, ignore_errors=True)
                    unlock(lock)
