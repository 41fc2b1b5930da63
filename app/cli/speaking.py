"""What the command line says: results on standard output, words on standard error (or all in one JSON object)."""

from __future__ import annotations

import contextlib
import json
import sys
from typing import Any

from app import settings
from app.errors.base import UserError
from app.wording import language
from app.wording.errors import words

DONE, COULD_NOT, USAGE, DOUBTFUL, NO_SIGNATURE, CANCELLED = 0, 1, 2, 3, 4, 130
"""Exit codes."""


class NotPrinted(Exception):
    """Standard output is full or closed."""


def speak() -> None:
    """The language of the settings, or of the system; UTF-8 on every stream."""
    try:
        chosen = settings.load().language
    except settings.SettingsRefused:
        chosen = ""
    language.use(chosen or language.preferred())
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, ValueError):
            stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]


def print_answers(report: Any) -> None:
    """A verification report on standard output. Raises NotPrinted."""
    from app.wording.report import report_lines

    for line in report_lines(report):
        print_line(line)


def report_error(error: UserError, as_json: bool, *, pdf: bool) -> None:
    """An error in words on standard error, and with --json as an object on standard output. `pdf`: as `words`."""
    if as_json:
        print_json({"version": 1, "error": {**error.facts, "code": error.code}})
    say(str(words(error, pdf=pdf)))


def print_json(value: dict[str, Any]) -> None:
    """The one object of --json. Raises NotPrinted."""
    # ASCII: a file name that is no text (lone surrogates) comes back as it was
    print_line(json.dumps(value))


def print_line(line: str) -> None:
    """One line of the result. Raises NotPrinted."""
    try:
        print(line, flush=True)
    except (OSError, ValueError):
        raise NotPrinted from None


def say(sentence: str) -> None:
    """Words beside the result; nothing depends on them."""
    if sys.stderr is not None:
        with contextlib.suppress(OSError, ValueError):
            print(sentence, file=sys.stderr, flush=True)
