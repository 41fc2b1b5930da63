"""Hands the arguments to the window or the command line, or becomes a child. Start-up time is a feature:
nothing else is imported here."""

from __future__ import annotations

import sys

COMMANDS = ("sign", "verify", "card")


def main() -> int:
    """The entry of the program; returns the exit code."""
    arguments = sys.argv[1:]
    if len(arguments) == 3 and arguments[0] == "--child":
        from app.isolation import become_child

        return become_child(arguments[1], arguments[2])
    if any(word in COMMANDS or word in ("-h", "--help", "--version") for word in arguments[:2]):
        from app.cli import main as command_line

        return command_line(arguments)
    from app.gui.application import main as window

    return window(arguments)


if __name__ == "__main__":
    sys.exit(main())
