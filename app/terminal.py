"""Reading a line from the terminal without echo, into a buffer that can be wiped (getpass leaves copies)."""

from __future__ import annotations

import os
import sys

from app.errors import PasswordNotAskable

LINE = 256


def ask(prompt: str) -> bytearray:
    """Shows `prompt` and reads one line unseen; the line end is left out. Raises PasswordNotAskable without a
    terminal, KeyboardInterrupt on Ctrl-C (the terminal is as it was before)."""
    return _ask(prompt)


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
            silent = [*before]
            silent[3] &= ~termios.ECHO
            os.write(terminal, prompt.encode("utf-8"))
            # TCSAFLUSH: keys typed ahead while the echo was on are thrown away
            termios.tcsetattr(terminal, termios.TCSAFLUSH, silent)
            try:
                buffer = bytearray(LINE)
                with memoryview(buffer) as view:
                    count = os.readv(terminal, [view])
            finally:
                termios.tcsetattr(terminal, termios.TCSAFLUSH, before)
                os.write(terminal, b"\n")
        finally:
            os.close(terminal)
        end = buffer.find(b"\n", 0, count)
        end = count if end < 0 else end
        buffer[end:] = bytes(LINE - end)
        del buffer[end:]
        return buffer
