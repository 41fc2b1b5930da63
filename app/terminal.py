"""Reading a password, from the terminal without echo or from a pipe, into a buffer that can be wiped (getpass leaves
copies)."""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

from app.errors.usage import PasswordNotAskable

LINE = 256
PIPED = 1024


def ask(prompt: str) -> bytearray:
    """Shows `prompt` and reads one line unseen; the line end is left out. Raises PasswordNotAskable without a
    terminal, KeyboardInterrupt on Ctrl-C (the terminal is as it was before)."""
    return _ask(prompt)


def standard_input() -> bytearray:
    """The first line of standard input, at most `PIPED` bytes, without its end. Raises PasswordNotAskable."""
    buffer = bytearray(PIPED)
    filled = 0
    try:
        with open(0, "rb", buffering=0, closefd=False) as stream, memoryview(buffer) as view:
            while filled < PIPED and buffer.find(b"\n", 0, filled) < 0:
                count = stream.readinto(view[filled:])
                if not count:
                    break
                filled += count
    except OSError:
        raise PasswordNotAskable from None
    return _line(buffer, filled)


def _line(buffer: bytearray, filled: int) -> bytearray:
    end = buffer.find(b"\n", 0, filled)
    end = filled if end < 0 else end
    buffer[end:] = bytes(len(buffer) - end)
    del buffer[end:]
    return buffer


if sys.platform == "win32":

    def _ask(prompt: str) -> bytearray:
        import msvcrt

        if sys.stdin is None or not sys.stdin.isatty():
            raise PasswordNotAskable
        sys.stderr.write(prompt)
        sys.stderr.flush()
        line = bytearray()
        while True:
            key = msvcrt.getwch()
            if key in "\r\n":
                sys.stderr.write("\n")
                return line
            if key == "\x03":
                raise KeyboardInterrupt
            if key == "\b":
                del line[-1:]
            elif len(line) < LINE:
                line += key.encode("utf-8")

else:

    def _ask(prompt: str) -> bytearray:
        import termios

        try:
            terminal = os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY)
        except OSError:
            raise PasswordNotAskable from None
        try:
            before = termios.tcgetattr(terminal)
            silent = _silent(terminal, before)

            def begin(*_: object) -> None:
                os.write(terminal, prompt.encode("utf-8"))
                # TCSAFLUSH: keys typed ahead while the echo was on are thrown away
                termios.tcsetattr(terminal, termios.TCSAFLUSH, silent)

            # who stops and continues it comes back with the shell's own settings, the echo among them
            continued = signal.signal(signal.SIGCONT, begin)
            try:
                begin()
                buffer = bytearray(LINE)
                with memoryview(buffer) as view:
                    count = os.readv(terminal, [view])
            finally:
                signal.signal(signal.SIGCONT, continued)
                termios.tcsetattr(terminal, termios.TCSAFLUSH, before)
                os.write(terminal, b"\n")
        finally:
            os.close(terminal)
        return _line(buffer, count)

    def _silent(terminal: int, before: list[Any]) -> list[Any]:
        """The settings for a question: no echo, and no key that would leave the shell without one (Ctrl-Z, Ctrl-\\)."""
        import termios

        silent = [*before]
        silent[3] &= ~termios.ECHO
        keys = silent[6] = [*before[6]]
        for name in ("VSUSP", "VDSUSP", "VQUIT"):
            if hasattr(termios, name):
                keys[getattr(termios, name)] = bytes([os.fpathconf(terminal, "PC_VDISABLE")])
        return silent
