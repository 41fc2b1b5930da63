"""The program with windows: from the arguments to the first paint, in that order of haste."""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from pathlib import Path

from app import settings as app_settings
from app.gui.background import Lanes
from app.isolation import undumpable
from app.settings import Settings, SettingsRefused
from app.wording import language


def main(arguments: Sequence[str]) -> int:
    """Runs the window until it is closed; returns the exit code."""
    demo = "--demo" in arguments
    files = [Path(argument) for argument in arguments if argument != "--demo"]
    unknown = [argument for argument in arguments if argument.startswith("-") and argument != "--demo"]
    if unknown:
        return _refuse(unknown[0])
    undumpable()  # the password is typed here: no core file, no look from outside
    gc.disable()  # nothing that a start makes is garbage; the window enables it when it is complete
    lanes = Lanes()
    opening = None
    if files:
        # the render child starts while Qt is still loading
        from app.gui.opening import open_pdf

        opening = lanes.pictures.start(open_pdf, files[0])
    settings = _settings()

    from PySide6.QtWidgets import QApplication

    from app.gui import theme
    from app.gui.main_window import DOCUMENT_SIZE, START_SIZE, MainWindow

    app = QApplication([sys.argv[0], "-style", "fusion"])
    app.setApplicationName("Natsuin")
    app.setApplicationDisplayName("Natsuin")
    app.setDesktopFileName("natsuin")
    theme.choose(settings.theme)
    window = MainWindow(lanes, settings, demo=demo)
    window.fit_to_screen(DOCUMENT_SIZE if opening else START_SIZE)
    window.begin(opening, files[0] if files else None, files[1:])
    window.show()
    code = app.exec()
    lanes.close()
    return int(code)


def _settings() -> Settings:
    """The settings, whose language is spoken from now on."""
    try:
        settings = app_settings.load()
    except SettingsRefused:
        settings = Settings()
    language.use(settings.language or language.preferred())
    return settings


def _refuse(option: str) -> int:
    """The same words as on the command line."""
    from app.errors.usage import WrongUsage
    from app.wording.errors import words

    _settings()
    print(words(WrongUsage(detail=option)), file=sys.stderr)
    return 2
