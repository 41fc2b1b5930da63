"""Every error there is, and the one of a code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from app.errors import card, document, key, usage
from app.errors.base import Fact, UserError
from app.errors.usage import InternalError

LEAVES = (usage, card, key, document)
"""Loaded, so that the tree is whole."""


def all_errors(root: type[UserError] = UserError) -> Iterator[type[UserError]]:
    """Every concrete class of the tree."""
    for child in root.__subclasses__():
        yield child
        yield from all_errors(child)


def by_code(code: str, facts: Mapping[str, Fact]) -> UserError:
    """The error that a child process reported by its code."""
    for cls in all_errors():
        if cls.code == code:
            return cls(**dict(facts))
    return InternalError(kind="unknown-code")
