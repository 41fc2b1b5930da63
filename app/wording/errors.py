"""Every error in words: what it is, what happened (and what did not), what to do. A test demands words for every
class of the tree in both languages."""

from __future__ import annotations

from dataclasses import dataclass

from app.errors.base import UserError
from app.errors.document import FileNotFound, FileNotReadable, SelfCheckFailed
from app.errors.usage import NoDisplay, PasswordNotAskable, WrongUsage
from app.wording import card_errors, document_errors, key_errors, usage_errors
from app.wording.language import text
from app.wording.plain import shown


@dataclass(frozen=True, slots=True)
class Words:
    """One error for a person. `unchanged` is the closing sentence, empty where it would not be true or help."""

    title: str
    happened: str
    todo: str
    unchanged: str

    def __str__(self) -> str:
        return "\n".join(part for part in (self.title, self.happened, self.todo, self.unchanged) if part)


def words(error: UserError) -> Words:
    """The words for an error, its facts put in harmlessly."""
    fact, variants = VARIANTS.get(type(error), ("", {}))
    title, happened, todo = variants.get(str(error.facts.get(fact)), WORDS[type(error)])
    facts = {key: shown(str(value)) for key, value in error.facts.items()}
    quiet = isinstance(error, NOTHING_AT_STAKE)
    unchanged = "" if quiet else text("The PDF is unchanged.")
    return Words(_said(title, facts), _said(happened, facts), _said(todo, facts), unchanged)


def _said(message: str, facts: dict[str, str]) -> str:
    return text(message).format_map(_Facts(facts)) if message else ""


class _Facts(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "?"


# errors after which nobody fears for the file
NOTHING_AT_STAKE = (WrongUsage, NoDisplay, FileNotFound, FileNotReadable, PasswordNotAskable, SelfCheckFailed)

WORDS = {**usage_errors.WORDS, **card_errors.WORDS, **key_errors.WORDS, **document_errors.WORDS}
VARIANTS = {**key_errors.VARIANTS, **card_errors.VARIANTS}
