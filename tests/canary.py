"""A password that must stay nowhere, and the places where it is looked for.

It is looked for as text in both cases, as UTF-16, and in hexadecimal with and without blanks or as a list of numbers,
which is how card traffic is logged.
"""

from __future__ import annotations

import re
import secrets
import sys
from collections.abc import Iterable
from pathlib import Path

if sys.platform != "win32":
    import resource

known: set[str] = {"DEMO1234"}
"""Every password that tests of this run have put on a card."""
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def fresh() -> str:
    """A password of 16 letters and digits that stands in no program; it is looked for until the end of the run."""
    password = "".join(secrets.choice(_LETTERS) for _ in range(16))
    known.add(password)
    return password


def forms(password: str) -> dict[str, bytes]:
    """How it may be written down, letters as capitals."""
    plain = password.upper().encode("ascii")
    return {
        "text": plain,
        "UTF-16": password.upper().encode("utf-16-le"),
        "hexadecimal": plain.hex().upper().encode(),
        "hexadecimal with blanks": plain.hex(" ").upper().encode(),
        "numbers": ", ".join(map(str, plain)).encode(),
        "numbers of small letters": ", ".join(map(str, plain.lower())).encode(),
        "hexadecimal of small letters": plain.lower().hex().upper().encode(),
    }


def found(content: bytes, passwords: Iterable[str] | None = None) -> list[str]:
    """The forms in which any of the passwords (all that are known) stands in the content."""
    content = content.upper()
    written = (forms(password) for password in (known if passwords is None else passwords))
    return sorted({name for each in written for name, needle in each.items() if needle in content})


def in_folder(folder: Path, passwords: Iterable[str] | None = None) -> list[str]:
    """Where in the files of a folder, and in their names: "path: form"."""
    passwords = known if passwords is None else list(passwords)
    hits = []
    for file in sorted(folder.rglob("*")):
        content = str(file).encode("utf-8", "surrogateescape")
        if file.is_file() and not file.is_symlink():
            content += b"\n" + file.read_bytes()
        hits += [f"{file}: {form}" for form in found(content, passwords)]
    return hits


def in_listing(process: int, passwords: Iterable[str] | None = None) -> list[str]:
    """Where in what every program of this user sees of a process: its arguments and its environment."""
    hits = []
    for name in ("cmdline", "environ"):
        try:
            content = Path(f"/proc/{process}/{name}").read_bytes()
        except OSError:  # just ended, or not dumpable and we are not root
            continue
        hits += [f"{name}: {form}" for form in found(content, passwords)]
    return hits


def cores_allowed() -> bool:
    """Whether a program that crashes leaves a core file in its working directory here."""
    pattern = Path("/proc/sys/kernel/core_pattern")
    if not pattern.exists() or not re.fullmatch(r"[\w.%-]+", pattern.read_text().strip()):
        return False
    return resource.getrlimit(resource.RLIMIT_CORE)[1] != 0


def with_cores() -> None:
    """Run in a child before it becomes another program: that one leaves a core file when it crashes, if it can."""
    resource.setrlimit(resource.RLIMIT_CORE, (resource.getrlimit(resource.RLIMIT_CORE)[1],) * 2)


def in_memory(process: int | None, passwords: Iterable[str] | None = None) -> list[str]:
    """Where in the memory of a process, read from outside (needs root): "kind of memory: form", one for each region."""
    passwords = known if passwords is None else list(passwords)
    hits = []
    try:
        regions = Path(f"/proc/{process}/maps").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):  # it has ended, and its memory with it
        return []
    for line in regions:
        region = re.match(r"(\w+)-(\w+) r\S+ \S+ \S+ \S+ *(.*)", line)
        if region is None or region[3] in ("[vvar]", "[vsyscall]"):
            continue
        begin, end = int(region[1], 16), int(region[2], 16)
        with open(f"/proc/{process}/mem", "rb", 0) as memory:
            try:
                memory.seek(begin)
                content = memory.read(end - begin)
            except (OSError, ValueError):
                continue
        hits += [f"{region[3] or 'anonymous'}: {form}" for form in found(content, passwords)]
    return hits
