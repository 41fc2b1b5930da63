"""Qt's own words (file dialogs, message boxes, menus of text fields) in the language of the program."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QTranslator

from app.wording import language
from app.wording.language import text as _

_installed: list[QTranslator] = []


class Missing(QTranslator):
    """What Qt's own catalogue has lost: the words of its file dialog that were reworded since."""

    def isEmpty(self) -> bool:
        return False

    def translate(  # an empty text would be a translation
        self, context: str, source: str, _disambiguation: str | None = None, _n: int = -1
    ) -> str | None:
        """The words, or None for the next catalogue."""
        known = {
            ("QFileDialog", "&Look in:"): _("&Look in:"),
            ("QFileDialog", "Files of &type:"): _("Files of &type:"),
            ("QAbstractFileIconProvider", "Drive"): _("Drive"),
            ("QAbstractFileIconProvider", "Folder"): _("Folder"),
            ("QAbstractFileIconProvider", "Shortcut"): _("Shortcut"),
        }
        return known.get((context, source))


def follow() -> None:
    """Takes the language in use; English is what Qt speaks by itself."""
    while _installed:
        QCoreApplication.removeTranslator(_installed.pop())
    if language.current() == "en":
        return
    translator = QTranslator()
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    found = translator.load(f"qtbase_{language.current()}", folder)
    for each in (Missing(), translator) if found else (Missing(),):  # the last is asked first
        QCoreApplication.installTranslator(each)
        _installed.append(each)
