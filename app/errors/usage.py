"""How the program was called, and faults of its own."""

from __future__ import annotations

from app.errors.base import UserError

# --- the way it was called ------------------------------------------------------------------------------


class WrongUsage(UserError):
    """The command line does not make sense (`detail`: the part that does not)."""

    code = "wrong-usage"


class PasswordNotAskable(UserError):
    """No terminal to ask on and no --password-stdin."""

    code = "password-not-askable"


class NoDisplay(UserError):
    """The window was asked for where there is no screen."""

    code = "no-display"


class TextUnusable(UserError):
    """A reason or a place holds what cannot be seen, or is too long (`field`: reason or location)."""

    code = "text-unusable"


class InternalError(UserError):
    """A fault of ours (`kind`: the exception's class name, never its text)."""

    code = "internal-error"
    stops_batch = True
