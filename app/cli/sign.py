"""`natsuin sign`: from the arguments to one signature, with words for every step."""

from __future__ import annotations

import argparse
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.cli.card import open_keeper
from app.cli.speaking import DONE, print_answers, print_json, print_line, say
from app.errors.card import CardRemoved, CardServiceUnavailable, NoCard, NoReader, PasswordLocked, TooFewTries
from app.errors.usage import WrongUsage
from app.secret import Secret
from app.wording.language import text as _
from app.wording.plain import shown

if TYPE_CHECKING:
    from app.signing.key import LockedKey

SAFE_TRIES = 3
LOOK_AGAIN = 1.0  # seconds


def sign(options: argparse.Namespace) -> int:
    """`natsuin sign`."""
    from app.document.child import DocumentChild
    from app.document.snapshot import Snapshot
    from app.signing.request import SigningRequest
    from app.signing.sign import rehearse
    from app.wording.stamp import stamp_labels

    source = Path(options.positional)
    key_file = Path(options.p12) if options.p12 is not None else None
    secret = _password_from_stdin(key_file) if options.password_stdin else None
    profile = _profile(options.profile)
    place = _place(options.place)
    target = _target(options, source)
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
            placement=None if options.field is not None or options.invisible else _placement(place, document),
            field=options.field,
            labels=stamp_labels(),
            profile=profile,
            reason=options.reason or "",
            location=options.location or "",
            demo=options.demo,
        )
        rehearse(request, child)
        with _key(options, key_file, wait) as key:
            tries = key.attempts_remaining()
            if key_file is None:
                _check_tries(tries, options.allow_last_tries, asked=secret is None)
            if secret is None:
                secret = _password_from_terminal(source.name, tries, key_file)
            result = _signed(request, child, key, secret, with_card=key_file is None)
    if options.json:
        print_json(
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
        print_line(_("Signed: {file}", file=shown(str(result.target))))
        print_answers(result.report)
    return DONE


@contextmanager
def _key(options: argparse.Namespace, file: Path | None, wait: float) -> Iterator[LockedKey]:
    """The key that was asked for; a card is given back at the end."""
    if file is not None:
        from app.pki.keyfile import KeyFile

        yield KeyFile(file)
        return
    with open_keeper(options.demo) as keeper:
        reader = _with_patience(lambda: keeper.choose(options.reader), wait)
        yield keeper.key(reader)


def _signed(request: Any, child: Any, key: Any, secret: Secret, *, with_card: bool) -> Any:
    from app.signing.sign import Step, steps

    said = {
        Step.PASSWORD_ACCEPTED: _("Password accepted"),
        Step.CERTIFICATE_READ: _("Certificate read"),
        Step.SIGNED: _("Signed by the card") if with_card else _("Signed with the key file"),
        Step.CHECKED: _("The signed file was read back and checked"),
    }
    work = steps(request, child, key, secret)
    while True:
        try:
            step = next(work)
        except StopIteration as end:
            return end.value
        if step is Step.SIGNED:
            _finish_undisturbed()
        say(said[step])


def _finish_undisturbed() -> None:
    """The signature is made: from here to the file that has its name, and the word about it, nothing interrupts."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)


def _with_patience(choose: Callable[[], str], wait: float) -> str:
    """The reader; a card, a reader or (Windows) the service that is not there yet may come in `wait` seconds."""
    from app.card.monitor import Monitor

    deadline = time.monotonic() + wait
    stirred = threading.Event()
    monitor = Monitor(lambda _readers: stirred.set())
    try:
        while True:
            stirred.clear()
            try:
                return choose()
            except (NoCard, NoReader, CardRemoved, CardServiceUnavailable) as error:
                left = deadline - time.monotonic()
                if left <= 0:
                    raise
                monitor.start()
                # a card that lost contact while it was put down may lie there already
                stirred.wait(min(left, LOOK_AGAIN) if isinstance(error, CardRemoved) else left)
    finally:
        monitor.close()


def _check_tries(tries: int | None, allowed: bool, *, asked: bool) -> None:
    """A password that stood ready before the card was looked at may be stale, and a script runs more than once: where
    the card does not tell its tries, only a person who is asked goes on."""
    if tries == 0:
        raise PasswordLocked
    if tries is None and asked:
        say(_("The card does not tell how many tries are left. Enter the password only if you are sure of it."))
    elif (tries is None or tries < SAFE_TRIES) and not allowed:
        raise TooFewTries(attempts_remaining=tries)


def _target(options: argparse.Namespace, source: Path) -> Path:
    from app.document.target import default_target

    if options.output is not None:
        return Path(options.output)
    return default_target(source, "-demo" if options.demo else "-signed")


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
        seconds = float(0 if value is None else value)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds < 1e6:
        raise WrongUsage(detail=f"--wait {value}")
    return seconds


# --- the password ---------------------------------------------------------------------------------------


def _password_from_stdin(key_file: Path | None) -> Secret:
    from app.terminal import standard_input

    return _password(standard_input(), key_file)


def _password_from_terminal(file: str, tries: int | None, key_file: Path | None) -> Secret:
    from app.terminal import ask

    if key_file is not None:
        said = _("Password of the key file {key}, to sign {file}", key=shown(key_file.name), file=shown(file))
        return _password(ask(f"{said}: "), key_file)
    prompt = _("Signature password (6–16 capitals and digits) for {file}", file=shown(file))
    left = _("tries left: {n}", n=tries) if tries is not None else _("tries left: unknown")
    return _password(ask(f"{prompt} [{left}]: "), None)


def _password(typed: bytearray, key_file: Path | None) -> Secret:
    """What was typed, by the rules of the key that it is for."""
    if key_file is not None:
        from app.pki import keyfile

        return keyfile.from_bytes(typed)
    from app.card.password import check, from_bytes

    secret = from_bytes(typed)
    check(secret)
    return secret
