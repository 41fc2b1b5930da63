"""Questions about files: in the program's language, in the right folder, and never over the original."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QStandardPaths
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QFileDialog, QLabel, QWidget
from pytestqt.qtbot import QtBot

from app.gui import qt_words
from app.gui.file_dialogs import TargetDialog, ask_pdf, ask_target
from app.gui.result_panel import FileBox
from app.wording import language

pytestmark = pytest.mark.window


class Asker(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.name = ""

    def chosen(self, name: str) -> None:
        self.name = name


@pytest.fixture
def asker(qtbot: QtBot) -> Asker:
    made = Asker()
    qtbot.addWidget(made)
    made.show()
    return made


def test_it_begins_where_the_document_is(asker: Asker, tmp_path: Path) -> None:
    ask_pdf(asker, asker.chosen, tmp_path)
    dialog = asker.findChild(QFileDialog)
    assert Path(dialog.directory().absolutePath()) == tmp_path
    dialog.reject()


def test_without_a_document_it_never_begins_in_the_working_directory(
    asker: Asker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QStandardPaths, "writableLocation", lambda _which: str(tmp_path))
    ask_pdf(asker, asker.chosen)
    dialog = asker.findChild(QFileDialog)
    assert Path(dialog.directory().absolutePath()) == tmp_path
    dialog.reject()


def test_the_original_is_refused_when_it_is_chosen(asker: Asker, tmp_path: Path, qtbot: QtBot) -> None:
    source = tmp_path / "a.pdf"
    source.write_bytes(b"%PDF")
    ask_target(asker, tmp_path / "a-signed.pdf", source, asker.chosen)
    dialog = asker.findChild(TargetDialog)
    dialog.selectFile(str(source))
    dialog.accept()
    assert dialog.refusal is not None
    assert "上書き" in dialog.refusal.text()
    dialog.refusal.accept()
    qtbot.waitUntil(lambda: dialog.refusal is None)
    assert dialog.isVisible()
    assert asker.name == ""
    dialog.selectFile(str(tmp_path / "b.pdf"))
    dialog.accept()
    assert asker.name == str(tmp_path / "b.pdf")


def test_qt_speaks_the_language_of_the_program(qtbot: QtBot) -> None:
    for spoken, word in (("ja", "いいえ(&N)"), ("en", "&No"), ("ja", "いいえ(&N)")):
        language.use(spoken)
        qt_words.follow()
        assert (QCoreApplication.translate("QPlatformTheme", "&No")) == word
    language.use("en")
    qt_words.follow()


def test_nothing_in_the_file_dialog_is_english(asker: Asker, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    language.use("ja")
    qt_words.follow()
    dialog = QFileDialog(asker, "PDF", str(tmp_path))
    dialog.setOption(QFileDialog.Option.DontUseNativeDialog)  # of this Qt, where the system has none
    dialog.setViewMode(QFileDialog.ViewMode.Detail)
    dialog.show()
    said = [widget.text() for kind in (QLabel, QAbstractButton) for widget in dialog.findChildren(kind)]
    assert [text for text in said if re.search("[A-Za-z]{3}", text)] == []
    assert {"場所(&I)：", "ファイルの種類(&T)："} <= set(said)
    dialog.reject()
    assert QCoreApplication.translate("QAbstractFileIconProvider", "Folder") == "フォルダー"
    assert QCoreApplication.translate("QFileDialog", "no such words") == "no such words"
    language.use("en")
    qt_words.follow()
    assert QCoreApplication.translate("QFileDialog", "&Look in:") == "&Look in:"


def test_the_whole_path_can_be_had(qtbot: QtBot, tmp_path: Path) -> None:
    box = FileBox(tmp_path / "a.pdf")
    qtbot.addWidget(box)
    box.show()
    box.copy_button.click()
    assert QGuiApplication.clipboard().text() == str(tmp_path / "a.pdf")
    assert not box.path_line.isVisible()
    box.show_path()
    assert box.path_line.selectedText() == str(tmp_path / "a.pdf")
