"""Readers, and what lies on them, in words: for the card window, and line by line for the command line."""

from __future__ import annotations

from datetime import datetime

from app.card.status import ReaderStatus
from app.errors.card import CardBusy, CardFault, CardNotSupported
from app.errors.registry import by_code
from app.pki.validity import Life, Stage, life
from app.wording import procedures, validity
from app.wording.errors import words
from app.wording.language import text as _
from app.wording.outcomes import Answer
from app.wording.plain import shown

SIGN_TRIES, AUTH_TRIES = 5, 3
"""Of the two passwords, when none was used."""


def lying(reader: ReaderStatus) -> Answer:
    """What lies on a reader, and what to do when it is not a My Number card that can be read."""
    if reader.problem == CardNotSupported.code and reader.card == "other":
        return Answer("warn", _("A newer card, not supported yet"), _("Check for a newer version of Natsuin."))
    if reader.problem == CardBusy.code:
        said = _("Close e-Tax, the JPKI client, Mynaportal or another program like them.")
        return Answer("warn", _("Another program is using the card"), said)
    if reader.card == "juki":
        return Answer("warn", _("An old resident card (住基カード)"), _put_the_card())
    if reader.problem == CardFault.code:  # what it answered is for the reader doctor
        title = _("The card gave an unexpected answer")
        return Answer("warn", title, _("Put the card on the reader again and retry."))
    if reader.problem:
        error = words(by_code(reader.problem, {}))
        return Answer("warn", error.title, error.todo)
    if reader.card == "phone":
        said = _("Natsuin cannot sign with the certificates on a phone. Put the card itself on the reader.")
        return Answer("warn", phone_name(reader), said)
    if reader.card == "other":
        said = _("Take other cards away and leave only the My Number Card.")
        return Answer("warn", _("Not a My Number Card"), said)
    if reader.card == "none":
        said = _("Take the card out of its case, put it in the middle of the reader and wait 2–3 seconds.")
        return Answer("neutral", _("No card"), said)
    return Answer("ok", _("My Number Card"))


def phone_name(reader: ReaderStatus) -> str:
    """Which phone it is, as far as it tells."""
    return {
        "android": _("A phone with the My Number Card function (Android)"),
        "iphone": _("A phone with the My Number Card function (iPhone)"),
    }.get(reader.phone or "", _("A phone with the My Number Card function"))


def _put_the_card() -> str:
    return _("Natsuin cannot sign with it. Put the My Number Card on the reader.")


def certificate(present: bool | None) -> Answer:
    """Whether the card holds a certificate."""
    if present is None:
        return Answer("neutral", _("not known: the card does not say"))
    return Answer("ok", _("on this card")) if present else Answer("warn", _("not on this card"))


def tries(left: int | None, total: int) -> str:
    """The tries left, as just read from the card."""
    if left is None:
        return _("Tries left: not known")
    return _("Locked") if left == 0 else _("{n} of {total} left", n=left, total=total)


def life_of(reader: ReaderStatus, now: datetime) -> Life | None:
    """The validity of the card's 利用者証明用 certificate, if it was read."""
    return life(reader.auth_not_before, reader.auth_not_after, now)


def reader_name(reader: ReaderStatus, *, demo: bool) -> str:
    """What the reader is called; that of the demo card is no thing of this world."""
    return _("Demo reader") if demo else shown(reader.name, 80)


def card_name(reader: ReaderStatus, *, demo: bool) -> str:
    """What lies on it, a demo card called one."""
    title = lying(reader).title
    return _("{card} (demo)", card=title) if demo and reader.card == "my-number" else title


def reader_lines(reader: ReaderStatus, now: datetime, *, demo: bool = False) -> list[str]:
    """All that can be known of one reader without a password, a line each."""
    card = lying(reader)
    lines = [_("{reader}: {card}", reader=reader_name(reader, demo=demo), card=card_name(reader, demo=demo))]
    if card.detail:
        lines.append(_indented(card.detail))
    if reader.card != "my-number" or reader.problem:
        return lines
    seen = life_of(reader, now)
    lines.append(_row(_("Signature certificate (署名用)"), certificate(reader.sign_certificate).title))
    if reader.sign_certificate is not False:
        lines += _estimated(seen)
    lines.append(_row(_("Signature password"), tries(reader.sign_tries_left, SIGN_TRIES)))
    lines.append(_row(_("Login certificate (利用者証明用)"), certificate(reader.auth_certificate).title))
    if seen is not None:
        lines.append(_row(_("Valid until"), _until(seen)))
    lines.append(_row(_("Login PIN (4 digits)"), tries(reader.auth_tries_left, AUTH_TRIES)))
    return lines + [_indented(line) for line in _todo(reader, seen)]


def _estimated(seen: Life | None) -> list[str]:
    if seen is None:
        return [_row(_("Valid until (estimate)"), _("Not known without the password"))]
    return [_row(_("Valid until (estimate)"), _until(seen)), _indented(validity.estimate())]


def _until(seen: Life) -> str:
    return _("{day} ({state})", day=validity.last_day(seen), state=validity.left_words(seen))


def _todo(reader: ReaderStatus, seen: Life | None) -> list[str]:
    """What there is to do, each with what it is about."""
    out = []
    if reader.sign_certificate is False:
        section = procedures.absent()
        out += [_("{topic}:", topic=section.title), *(point.text for point in section.points)]
    elif seen is not None:
        out += filter(None, (validity.advice(seen), validity.ends_early(seen)))
    if 0 in (reader.sign_tries_left, reader.auth_tries_left):
        out += [_("{topic}:", topic=procedures.locked().title), *_roads(reader, seen)]
    return out


def _roads(reader: ReaderStatus, seen: Life | None) -> list[str]:
    """The ways out of a lock that are open with this card."""
    both = reader.sign_tries_left == reader.auth_tries_left == 0
    points = procedures.roads(only_office=both or (seen is not None and seen.stage is Stage.ENDED))
    out = [_("{topic}: {text}", topic=point.title, text=point.text) if point.title else point.text for point in points]
    return [*out, _("Both passwords are locked, so only the office can help.")] if both else out


def _row(title: str, value: str) -> str:
    return _indented(_("{topic}: {text}", topic=title, text=value))


def _indented(line: str) -> str:
    return f"  {line}"
