"""Every error in words: what it is, what happened (and what did not), what to do. A test demands words for every
class of the tree in both languages."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import date

from app.errors.base import UserError
from app.errors.document import FileNotFound, FileNotReadable, SelfCheckFailed
from app.errors.usage import NoDisplay, PasswordNotAskable, WrongUsage
from app.wording import card_errors, document_errors, key_errors, usage_errors
from app.wording.language import text
from app.wording.plain import shown
from app.wording.validity import day_words


@dataclass(frozen=True, slots=True)
class Words:
    """One error for a person. `unchanged` is the closing sentence, empty where no PDF is at stake."""

    title: str
    happened: str
    todo: str
    unchanged: str

    def __str__(self) -> str:
        return "\n".join(part for part in (self.title, self.happened, self.todo, self.unchanged) if part)


def words(error: UserError, *, pdf: bool = False) -> Words:
    """The words for an error, its facts put in harmlessly. `pdf`: a document was to be signed."""
    fact, variants = VARIANTS.get(type(error), ("", {}))
    title, happened, todo = variants.get(str(error.facts.get(fact)), WORDS[type(error)])
    facts = {key: _readable(key, value) for key, value in error.facts.items()}
    quiet = not pdf or isinstance(error, NOTHING_AT_STAKE)
    unchanged = "" if quiet else text("The PDF is unchanged.")
    return Words(_said(title, facts), _said(happened, facts), _said(todo, facts), unchanged)


def _said(message: str, facts: dict[str, str]) -> str:
    return text(message).format_map(_Facts(facts)) if message else ""


def _readable(key: str, value: object) -> str:
    if key in DAYS:
        with contextlib.suppress(ValueError):
            return day_words(date.fromisoformat(str(value)))
    return shown(str(value))


class _Facts(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "?"


DAYS = ("not_after", "not_before")
"""Facts that are days (ISO 8601)."""

# errors after which nobody fears for the file
NOTHING_AT_STAKE = (WrongUsage, NoDisplay, FileNotFound, FileNotReadable, PasswordNotAskable, SelfCheckFailed)

WORDS = {**usage_errors.WORDS, **card_errors.WORDS, **key_errors.WORDS, **document_errors.WORDS}
VARIANTS = {**key_errors.VARIANTS, **card_errors.VARIANTS}
