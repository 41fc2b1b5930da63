"""Asks this computer of its smart-card service and its USB readers, without a word to either. Facts only.

Nothing is started or changed, and nothing is asked of the network. The part for Windows and macOS has been run on
stand-ins of those systems' answers only.
"""

from __future__ import annotations

import sys

from app.card.host import Host


def survey() -> Host:
    """The facts of this computer, now."""
    if sys.platform == "win32":
        from app.card.host_windows import survey as look
    elif sys.platform == "darwin":
        from app.card.host_macos import survey as look
    else:
        from app.card.host_linux import survey as look
    return look()


def programs() -> tuple[str, ...]:
    """Other programs that could be holding a card now, by their names; empty where that cannot be told."""
    if not sys.platform.startswith("linux"):
        return ()
    from app.card.host_linux import programs as look

    return look()
