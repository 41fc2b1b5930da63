"""The command line: a short caller of the same functions as the window. Words go to standard error (or, without
--json, to standard output); with --json one object goes to standard output."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import version
from typing import Any, NoReturn

from app.arguments import Parser
from app.cli.card import card
from app.cli.doctor import doctor
from app.cli.sign import sign
from app.cli.speaking import (
    CANCELLED,
    COULD_NOT,
    USAGE,
    NotPrinted,
    print_json,
    report_error,
    say,
    speak,
)
from app.cli.verify import verify
from app.command import COMMANDS, SIGN, Command
from app.errors.base import Cancelled, UserError
from app.errors.usage import InternalError, NoDisplay, PasswordNotAskable, WrongUsage
from app.isolation import undumpable, without_network
from app.wording.language import text as _


def main(arguments: Sequence[str]) -> int:
    """Runs one command; returns the exit code. The edge: nothing leaves as a traceback."""
    speak()
    undumpable()
    without_network()
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), _terminated)
    as_json = "--json" in arguments
    pdf = next((word for word in arguments if word in RUN), "") == SIGN.name  # only then is one at stake
    try:
        options = _parse(arguments)
        return int(options.run(options))
    except UserError as error:
        report_error(error, as_json, pdf=pdf)
        return USAGE if isinstance(error, WrongUsage | PasswordNotAskable) else COULD_NOT
    except (KeyboardInterrupt, Cancelled):
        if as_json:
            print_json({"version": 1, "error": {"code": "cancelled"}})
        say(_("Cancelled. The PDF is unchanged.") if pdf else _("Cancelled."))
        return CANCELLED
    except NotPrinted:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        say(_("The result could not be printed. What was signed stays."))
        return COULD_NOT
    except Exception as error:
        if sys.flags.dev_mode:
            raise
        report_error(InternalError(kind=type(error).__name__), as_json, pdf=pdf)
        return COULD_NOT


def _terminated(_number: int, _frame: object) -> NoReturn:
    raise KeyboardInterrupt


RUN: dict[str, Callable[[argparse.Namespace], int]] = {
    "sign": sign,
    "verify": verify,
    "card": card,
    "doctor": doctor,
}


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    if not any(word in RUN or word in ("-h", "--help", "--version") for word in arguments[:2]):
        raise NoDisplay
    parser = Parser(prog="natsuin", description=_("Sign PDFs with your My Number Card"))
    shown_version = f"natsuin {version('natsuin')}"
    parser.add_argument("--version", action="version", version=shown_version, help=_("show the version"))
    parsers = parser.add_subparsers(title=_("Commands"), required=True, metavar="COMMAND", parser_class=Parser)
    parser.epilog = _("Without a command the window opens: natsuin [--demo] [FILE …]")
    for command in COMMANDS:
        _describe(parsers.add_parser(command.name, help=_(command.help)), command)
    return parser.parse_args(_joined(arguments))


def _joined(arguments: Sequence[str]) -> list[str]:
    """`--place -1:…` as one word: argparse takes the minus for an option."""
    out: list[str] = []
    for word in arguments:
        if out and out[-1] == "--place" and word.startswith("-"):
            out[-1] += f"={word}"
        else:
            out.append(word)
    return out


def _something(value: str) -> str:
    """An empty value is a variable of a script that was not set: another key or another file would be taken."""
    if not value:
        raise argparse.ArgumentTypeError("empty")
    return value


def _describe(parser: argparse.ArgumentParser, command: Command) -> None:
    parser.description = _(command.help)
    parser.set_defaults(run=RUN[command.name])
    if command.positional:
        parser.add_argument("positional", metavar=command.positional, type=_something)
    groups: dict[str, Any] = {}
    for option in command.options:
        holder: Any = parser
        if option.group:
            holder = groups.setdefault(option.group, None) or parser.add_mutually_exclusive_group()
            groups[option.group] = holder
        if option.value is None:
            holder.add_argument(*option.flags, action="store_true", help=_(option.help))
        else:
            action = "append" if option.many else "store"
            kind = str if option.may_be_empty else _something
            holder.add_argument(*option.flags, metavar=option.value, help=_(option.help), action=action, type=kind)
    if command is SIGN:
        parser.epilog = _("The password is never taken from an argument or the environment.")
