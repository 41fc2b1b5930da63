"""Errors of use and of this program, in words: title, what happened, what to do."""

from __future__ import annotations

from app.errors import usage as e
from app.errors.base import UserError
from app.wording.language import mark

WORDS: dict[type[UserError], tuple[str, str, str]] = {
    e.WrongUsage: (
        mark("The command could not be understood"),
        mark("This part does not fit: {detail}"),
        mark("natsuin --help shows how it is meant."),
    ),
    e.PasswordNotAskable: (
        mark("The password cannot be asked for"),
        mark("There is no terminal to type it on."),
        mark("Run it in a terminal, or hand the password over with --password-stdin."),
    ),
    e.NoDisplay: (
        mark("There is no screen to open the window on"),
        mark("Neither DISPLAY nor WAYLAND_DISPLAY is set."),
        mark("Start it on a desktop, or use the commands: natsuin --help"),
    ),
    e.TextUnusable: (
        mark("The reason or the place cannot be used"),
        mark("It holds characters that nobody can see, or it is longer than 200 characters."),
        mark("Type it again, shorter and as plain text."),
    ),
    e.InternalError: (
        mark("A fault in this program"),
        mark("Something happened that should not happen ({kind})."),
        mark("Please try again; if it comes back, tell us what you did."),
    ),
}
