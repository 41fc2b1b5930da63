"""Hands the arguments to the window or the command line, or becomes a child. Start-up time is a feature:
nothing else is imported here."""

from __future__ import annotations

import os
import sys

COMMANDS = ("sign", "verify", "card", "doctor")
SCREENS = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")


def main() -> int:
    """The entry of the program; returns the exit code."""
    arguments = sys.argv[1:]
    if len(arguments) == 3 and arguments[0] == "--child":
        from app.isolation import become_child

        return become_child(arguments[1], arguments[2])
    try:
        return _run(arguments)
    except KeyboardInterrupt:
        return 130  # before the command was ready to say so


def _run(arguments: list[str]) -> int:
    no_screen = sys.platform.startswith("linux") and not any(map(os.environ.get, SCREENS))
    if no_screen or any(word in COMMANDS or word in ("-h", "--help", "--version") for word in arguments[:2]):
        from app.cli.main import main as command_line

        return command_line(arguments)
    from app.gui.application import main as window

    return window(arguments)


if __name__ == "__main__":
    sys.exit(main())
