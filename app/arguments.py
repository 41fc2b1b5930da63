"""argparse in the program's words: its headings and its complaints are English."""

from __future__ import annotations

import argparse
import re
from typing import Any, NoReturn

from app.errors.usage import WrongUsage
from app.wording.language import text as _


class _Formatter(argparse.HelpFormatter):
    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        super().add_usage(usage, actions, groups, _("Usage: ") if prefix is None else prefix)


class Parser(argparse.ArgumentParser):
    """Raises WrongUsage with the words that do not fit; an option is never taken by its beginning alone."""

    def __init__(self, **options: Any) -> None:
        super().__init__(add_help=False, allow_abbrev=False, formatter_class=_Formatter, **options)
        self._positionals.title, self._optionals.title = _("Arguments"), _("Options")
        self.add_argument("-h", "--help", action="help", help=_("show this help"))

    def error(self, message: str) -> NoReturn:
        raise WrongUsage(detail=_offending(message))


def _offending(message: str) -> str:
    """The words that do not fit, out of argparse's English sentence."""
    for pattern in (
        r"invalid choice: '(.*)' \(",
        r"(?:unrecognized arguments|arguments are required): (.*)",
        r"argument (\S+): ",
    ):
        if found := re.search(pattern, message, re.DOTALL):
            return found[1]
    return message
