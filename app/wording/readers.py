"""Readers and cards in words, for the command line."""

from __future__ import annotations

from app.card.status import ReaderStatus
from app.wording.language import text as _
from app.wording.plain import shown


def reader_lines(reader: ReaderStatus) -> list[str]:
    """What is known of one reader, a line each."""
    lines = [f"{shown(reader.name)}: {card_name(reader)}"]
    if reader.problem:
        lines.append("  " + _problem(reader.problem))
    if reader.card != "my-number":
        return lines
    lines.append(_("  Signature certificate (署名用): {state}", state=_state(reader.sign_certificate)))
    lines.append(_("  Signature password: {tries}", tries=_tries(reader.sign_tries_left)))
    lines.append(_("  Login certificate (利用者証明用): {state}", state=_state(reader.auth_certificate)))
    lines.append(_("  Login PIN (4 digits): {tries}", tries=_tries(reader.auth_tries_left)))
    return lines


def card_name(reader: ReaderStatus) -> str:
    """What lies on the reader."""
    return {
        "my-number": _("My Number Card"),
        "phone": _("a phone with the My Number Card function (not supported)"),
        "juki": _("an old resident card (not supported)"),
        "other": _("another card"),
        "none": _("no card"),
    }[reader.card]


def _state(present: bool | None) -> str:
    if present is None:
        return _("unknown")
    return _("present") if present else _("not on this card")


def _tries(left: int | None) -> str:
    if left is None:
        return _("tries left: unknown")
    return _("locked") if left == 0 else _("tries left: {n}", n=left)


def _problem(code: str) -> str:
    from app.errors.registry import by_code
    from app.wording.errors import words

    return words(by_code(code, {})).happened
