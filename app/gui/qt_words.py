"""Qt's own words (file dialogs, message boxes, menus of text fields) in the language of the program."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QTranslator

from app.wording import language

_installed: list[QTranslator] = []


def follow() -> None:
    """Takes the language in use; English is what Qt speaks by itself."""
    while _installed:
        QCoreApplication.removeTranslator(_installed.pop())
    translator = QTranslator()
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    if language.current() != "en" and translator.load(f"qtbase_{language.current()}", folder):
        QCoreApplication.installTranslator(translator)
        _installed.append(translator)
