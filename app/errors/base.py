"""What goes wrong for a person: the root of a closed tree of classes with codes and facts.

No words live here: `app.wording.errors` has a title, what happened and what to do for every class, in every
language. The codes are a published contract (`--json`), so a code is never renamed.
"""

from __future__ import annotations

from typing import ClassVar

Fact = str | int | None


class Cancelled(Exception):
    """The person asked to stop; everything is as it was before."""


class UserError(Exception):
    """Something the person can understand and act upon.

    `facts` are plain values (no sentences) that the words may need; `stops_batch` says that the next document
    would fail in the same way.
    """

    code: ClassVar[str] = ""
    stops_batch: ClassVar[bool] = False

    def __init__(self, **facts: Fact) -> None:
        super().__init__(self.code, facts)
        self.facts: dict[str, Fact] = facts

    def __str__(self) -> str:
        return self.code
