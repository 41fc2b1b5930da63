"""What the password is asked for, in the words of the password window's pages."""

from __future__ import annotations

from dataclasses import dataclass

from app.wording.language import text as _


@dataclass(frozen=True, slots=True)
class Purpose:
    """`action`, `icon`: of the button. The rest are sentences of the pages; `steps`: the work has steps to show."""

    action: str
    icon: str
    waiting: str
    locked: str
    working: str
    steps: bool
    unknown: str


def signing() -> Purpose:
    """A PDF is to be signed."""
    return Purpose(
        action=_("Sign"),
        icon="pen-line",
        waiting=_("Then do not move it until signing is done. The next step comes by itself."),
        locked=_("It was wrong five times in a row. The PDF is unchanged."),
        working=_("Signing"),
        steps=True,
        unknown=_("The PDF is unchanged, and nothing will be sent again."),
    )


def reading() -> Purpose:
    """The 署名用 certificate is to be read."""
    return Purpose(
        action=_("Read"),
        icon="id-card",
        waiting=_("Then do not move it until it has been read. The next step comes by itself."),
        locked=_("It was wrong five times in a row. Nothing was read."),
        working=_("Reading the certificate"),
        steps=False,
        unknown=_("Nothing was read, and nothing will be sent again."),
    )
