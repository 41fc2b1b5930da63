"""The output file: its proposed name, the checks before the card is used, and the one moment it gets its name."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.document.lock import left_behind, locked, unlock
from app.errors.base import UserError
from app.errors.document import DiskFull, TargetExists, TargetIsSource, TargetNotWritable

PREFIX = ".natsuin-"
PART = ".part"


def default_target(source: Path, suffix: str) -> Path:
    """`NAME` + `suffix` + `.pdf` beside the source; the suffix stands once, however many people sign."""
    stem = source.stem
    if not stem.endswith(suffix):
        stem += suffix
    target = source.with_name(f"{stem}.pdf")
    return source.with_name(f"{stem}-2.pdf") if _same_name(target, source) else target


def free_target(target: Path) -> Path:
    """`target`, or the first of `target-2`, `target-3` … that does not exist."""
    if not os.path.lexists(target):
        return target
    match = re.fullmatch(r"(.*?)-(\d+)", target.stem)
    stem, number = (match[1], int(match[2])) if match else (target.stem, 1)
    while True:
        number += 1
        candidate = target.with_name(f"{stem}-{number}{target.suffix}")
        if not os.path.lexists(candidate):
            return candidate


def check_target(target: Path, source: Path, size: int, *, overwrite: bool) -> None:
    """Everything about the target that can fail is found out here, before the card is asked.

    `size` is the output's expected size in bytes. Raises TargetIsSource, TargetExists, TargetNotWritable, DiskFull.
    """
    if same_file(target, source):
        raise TargetIsSource(file=target.name)
    if _exists(target):
        if not overwrite:
            raise TargetExists(file=target.name)
        if not target.is_file():
            raise TargetNotWritable(file=target.name)
    if not target.parent.is_dir():
        raise TargetNotWritable(file=target.name)
    _sweep(target.parent)
    try:
        descriptor, probe = tempfile.mkstemp(PART, PREFIX, target.parent)
        os.close(descriptor)
        os.unlink(probe)
        free = shutil.disk_usage(target.parent).free
    except OSError as error:
        raise _translated(error, target, size) from None
    if free < size:
        raise DiskFull(megabytes=max(1, (size - free) >> 20))


@contextmanager
def part_file(target: Path, size: int) -> Iterator[Path]:
    """A private file beside `target` that does not outlive the block, unless `commit` gave it its name."""
    part = lock = None
    try:
        descriptor, name = tempfile.mkstemp(PART, PREFIX, target.parent)
        part = Path(name)
        os.close(descriptor)
        lock = locked(part)
        yield part
    except OSError as error:
        raise _translated(error, target, size) from None
    finally:
        if part is not None:
            with contextlib.suppress(OSError):
                part.unlink()
        unlock(lock)


def commit(part: Path, target: Path, source: Path, *, overwrite: bool) -> None:
    """Gives the finished file its name in one step, with the original's mode and owner.

    Raises TargetExists when a file of that name came into being meanwhile, TargetNotWritable.
    """
    with contextlib.suppress(OSError):
        _take_over_rights(part, source)
    try:
        if overwrite:
            os.replace(part, target)
        else:
            _rename_to_new(part, target)
        _sync_folder(target.parent)
    except FileExistsError:
        raise TargetExists(file=target.name) from None
    except OSError:
        raise TargetNotWritable(file=target.name) from None


def _rename_to_new(part: Path, target: Path) -> None:
    if sys.platform == "win32":
        os.rename(part, target)  # refuses an existing name
        return
    try:
        os.link(part, target)  # atomic, and refuses an existing name
    except FileExistsError:
        raise
    except OSError:  # file systems without hard links (FAT, some network shares)
        if os.path.lexists(target):
            raise FileExistsError(errno.EEXIST, "exists") from None
        os.rename(part, target)
    else:
        os.unlink(part)


def _take_over_rights(part: Path, source: Path) -> None:
    original = source.stat()
    os.chmod(part, original.st_mode & 0o777 | 0o600)
    if hasattr(os, "chown") and (original.st_uid, original.st_gid) != (os.geteuid(), os.getegid()):
        os.chown(part, original.st_uid, original.st_gid)


def _sync_folder(folder: Path) -> None:
    if sys.platform == "win32":
        return
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _sweep(folder: Path) -> None:
    """Removes parts that a killed run of ours left in this folder and nobody holds."""
    form = re.compile(re.escape(PREFIX) + "[a-z0-9_]{8}" + re.escape(PART))
    for part in folder.glob(f"{PREFIX}*{PART}"):
        if form.fullmatch(part.name):
            with contextlib.suppress(OSError):
                lock = left_behind(part)
                if lock is not None:
                    part.unlink()
                    unlock(lock)


def _exists(target: Path) -> bool:
    """Whether the name is taken; raises TargetNotWritable for a name that this file system cannot have."""
    try:
        target.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        raise TargetNotWritable(file=target.name) from None
    return True


def _same_name(one: Path, other: Path) -> bool:
    return one.name.casefold() == other.name.casefold()


def same_file(target: Path, source: Path) -> bool:
    """Whether both are one file, by whatever name: links and case-insensitive file systems included."""
    with contextlib.suppress(OSError):
        return target.samefile(source)
    return os.path.realpath(target) == os.path.realpath(source)


def _translated(error: OSError, target: Path, size: int) -> UserError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return DiskFull(megabytes=max(1, size >> 20))
    return TargetNotWritable(file=target.name)
