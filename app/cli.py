"""The command line: a short caller of the same functions as the window. Words go to standard error (or, without
--json, to standard output); with --json one object goes to standard output."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any, NoReturn

from app import settings
from app.arguments import Parser
from app.command import COMMANDS, SIGN, Command
from app.errors import (
    Cancelled,
    InternalError,
    NoCard,
    NoDisplay,
    NoReader,
    PasswordLocked,
    PasswordNotAskable,
    TooFewTries,
    UserError,
    WrongUsage,
)
from app.isolation import undumpable, without_network
from app.secret import Secret
from app.wording import language
from app.wording.errors import words
from app.wording.language import text as _
from app.wording.plain import shown

DONE, COULD_NOT, USAGE, DOUBTFUL, NO_SIGNATURE, CANCELLED = 0, 1, 2, 3, 4, 130
SAFE_TRIES = 3


def main(arguments: Sequence[str]) -> int:
    """Runs one command; returns the exit code. The edge: nothing leaves as a traceback."""
    _speak()
    undumpable()
    without_network()
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), _terminated)
    as_json = "--json" in arguments
    try:
        options = _parse(arguments)
        return int(options.run(options))
    except UserError as error:
        _report_error(error, as_json)
        return USAGE if isinstance(error, WrongUsage | PasswordNotAskable) else COULD_NOT
    except (KeyboardInterrupt, Cancelled):
        if as_json:
            _print_json({"version": 1, "error": {"code": "cancelled"}})
        _say(_("Cancelled. The PDF is unchanged."))
        return CANCELLED
    except _NotPrinted:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        _say(_("The result could not be printed. What was signed stays."))
        return COULD_NOT
    except Exception as error:
        if sys.flags.dev_mode:
            raise
        _report_error(InternalError(kind=type(error).__name__), as_json)
        return COULD_NOT


class _NotPrinted(Exception):
    """Standard output is full or closed."""


def _speak() -> None:
    try:
        chosen = settings.load().language
    except settings.SettingsRefused:
        chosen = ""
    language.use(chosen or language.preferred())
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, ValueError):
            stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]


def _terminated(_number: int, _frame: object) -> NoReturn:
    raise KeyboardInterrupt


# --- the commands ---------------------------------------------------------------------------------------


def sign(options: argparse.Namespace) -> int:
    """`natsuin sign`."""
    from app.document.child import DocumentChild
    from app.document.snapshot import Snapshot
    from app.document.target import default_target
    from app.signing.request import SigningRequest
    from app.signing.sign import rehearse
    from app.wording.stamp import stamp_labels

    source = Path(options.positional)
    secret = _password_from_stdin() if options.password_stdin else None
    profile = _profile(options.profile)
    place = _place(options.place)
    target = Path(options.output) if options.output else default_target(source, "-demo" if options.demo else "-signed")
    wait = _seconds(options.wait)
    with Snapshot.take(source) as snapshot, DocumentChild(snapshot.path) as child:
        # the CMS library takes as long to load as the child takes to look at the file
        threading.Thread(target=import_module, args=("app.signing.cms",), daemon=True).start()
        document = child.inspect(None)
        request = SigningRequest(
            snapshot=snapshot,
            document=document,
            target=target.absolute(),
            overwrite=options.force,
            placement=None if options.field or options.invisible else _placement(place, document),
            field=options.field,
            labels=stamp_labels(),
            profile=profile,
            reason=options.reason or "",
            location=options.location or "",
            demo=options.demo,
        )
        rehearse(request, child)
        with _keeper(options.demo) as keeper:
            reader = _with_patience(lambda: keeper.choose(options.reader), wait)
            key = keeper.key(reader)
            tries = key.attempts_remaining()
            _check_tries(tries, options.allow_last_tries)
            if secret is None:
                secret = _password_from_terminal(source.name, tries)
            result = _signed(request, child, key, secret)
    if options.json:
        _print_json(
            {
                "version": 1,
                "target": str(result.target),
                "source_sha256": result.source_sha256,
                "target_sha256": result.target_sha256,
                "profile": result.profile,
                "level": next(s.level for s in result.report.signatures if s.field == result.field),
                "field": result.field,
                "page": result.page,
                "signed_at": result.signed_at.isoformat(),
                "demo": result.demo,
                "verification": result.report.plain(),
            }
        )
    else:
        _print(_("Signed: {file}", file=shown(str(result.target))))
        _print_answers(result.report)
    return DONE


def verify(options: argparse.Namespace) -> int:
    """`natsuin verify`."""
    from app.document.snapshot import Snapshot
    from app.pki.anchors import anchors_from
    from app.verification.verify import verify as verify_file

    anchors = [der for name in options.trust or () for der in anchors_from(Path(name))]
    with Snapshot.take(Path(options.positional)) as snapshot:
        report = verify_file(snapshot.path, anchors=anchors)
    if options.json:
        _print_json(report.plain())
    else:
        _print_answers(report)
    return {"good": DONE, "none": NO_SIGNATURE}.get(report.verdict, DOUBTFUL)


def card(options: argparse.Namespace) -> int:
    """`natsuin card`."""
    from app.wording.readers import reader_lines

    with _keeper(options.demo) as keeper:
        readers = keeper.readers()
        if options.reader:
            name = keeper.reader_named(options.reader)
            readers = tuple(reader for reader in readers if reader.name == name)
    if not readers:
        raise NoReader
    if options.json:
        _print_json({"version": 1, "readers": [asdict(reader) for reader in readers]})
    else:
        for reader in readers:
            for line in reader_lines(reader):
                _print(line)
    return DONE


RUN: dict[str, Callable[[argparse.Namespace], int]] = {"sign": sign, "verify": verify, "card": card}


# --- parts ----------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _keeper(demo: bool) -> Iterator[Any]:
    from app.card.keeper import Keeper

    keeper = Keeper(demo=demo)
    try:
        yield keeper
    finally:
        keeper.close()


def _signed(request: Any, child: Any, key: Any, secret: Secret) -> Any:
    from app.signing.sign import Step, steps

    said = {
        Step.PASSWORD_ACCEPTED: _("Password accepted"),
        Step.CERTIFICATE_READ: _("Certificate read"),
        Step.SIGNED_BY_CARD: _("Signed by the card"),
        Step.CHECKED: _("The signed file was read back and checked"),
    }
    work = steps(request, child, key, secret)
    while True:
        try:
            step = next(work)
        except StopIteration as end:
            return end.value
        if step is Step.SIGNED_BY_CARD:
            _finish_undisturbed()
        _say(said[step])


def _finish_undisturbed() -> None:
    """The signature is made: from here to the file that has its name, and the word about it, nothing interrupts."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)


def _with_patience(choose: Callable[[], str], wait: float) -> str:
    deadline = time.monotonic() + wait
    while True:
        try:
            return choose()
        except (NoCard, NoReader):
            if time.monotonic() >= deadline:
                raise
            time.sleep(0.2)


def _check_tries(tries: int | None, allowed: bool) -> None:
    if tries == 0:
        raise PasswordLocked
    if tries is not None and tries < SAFE_TRIES and not allowed:
        raise TooFewTries(attempts_remaining=tries)


def _placement(place: Any, document: Any) -> Any:
    from app.signing.placement import suggested

    if place is not None:
        return place
    width, height = (length * 25.4 / 72 for length in document.pages[-1].size)
    return suggested(len(document.pages), width, height)


def _place(value: str | None) -> Any:
    from app.signing.placement import SignaturePlacement

    if value is None:
        return None
    try:
        page, _separator, box = value.partition(":")
        x, y, w, h = (float(number) for number in box.split(","))
        if not all(-1e6 < number < 1e6 for number in (x, y, w, h)) or w <= 0 or h <= 0:
            raise ValueError
        return SignaturePlacement(int(page), x, y, w, h)
    except ValueError:
        raise WrongUsage(detail=f"--place {value}") from None


def _profile(name: str | None) -> Any:
    from app.signing.profile import PADES_B_B, PROFILES

    if name is None:
        return PADES_B_B
    if name not in PROFILES:
        raise WrongUsage(detail=f"--profile {name}")
    return PROFILES[name]


def _seconds(value: str | None) -> float:
    try:
        seconds = float(value or 0)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds < 1e6:
        raise WrongUsage(detail=f"--wait {value}")
    return seconds


# --- the password ---------------------------------------------------------------------------------------


def _password_from_stdin() -> Secret:
    from app.card.password import check, from_bytes
    from app.terminal import standard_input

    secret = from_bytes(standard_input())
    check(secret)
    return secret


def _password_from_terminal(file: str, tries: int | None) -> Secret:
    from app.card.password import check, from_bytes
    from app.terminal import ask

    prompt = _("Signature password (6–16 capitals and digits) for {file}", file=shown(file))
    left = _("tries left: {n}", n=tries) if tries is not None else _("tries left: unknown")
    secret = from_bytes(ask(f"{prompt} [{left}]: "))
    check(secret)
    return secret


# --- speaking -------------------------------------------------------------------------------------------


def _print_answers(report: Any) -> None:
    from app.wording.report import report_lines

    for line in report_lines(report):
        _print(line)


def _report_error(error: UserError, as_json: bool) -> None:
    if as_json:
        _print_json({"version": 1, "error": {**error.facts, "code": error.code}})
    _say(str(words(error)))


def _print_json(value: dict[str, Any]) -> None:
    # ASCII: a file name that is no text (lone surrogates) comes back as it was
    _print(json.dumps(value))


def _print(line: str) -> None:
    try:
        print(line, flush=True)
    except (OSError, ValueError):
        raise _NotPrinted from None


def _say(sentence: str) -> None:
    if sys.stderr is not None:
        with contextlib.suppress(OSError, ValueError):
            print(sentence, file=sys.stderr, flush=True)


# --- parsing --------------------------------------------------------------------------------------------


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


def _describe(parser: argparse.ArgumentParser, command: Command) -> None:
    parser.description = _(command.help)
    parser.set_defaults(run=RUN[command.name])
    if command.positional:
        parser.add_argument("positional", metavar=command.positional)
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
            holder.add_argument(*option.flags, metavar=option.value, help=_(option.help), action=action)
    if command is SIGN:
        parser.epilog = _("The password is never taken from an argument or the environment.")
