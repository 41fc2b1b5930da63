"""The questions about files: which PDF, where the signed one goes, which key file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QStandardPaths, Qt
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from app.wording.language import text as _

Slot = Callable[[str], None]


def ask_pdf(parent: QWidget, chosen: Slot, folder: Path | None = None) -> None:
    """Asks for a PDF, first in `folder`, else among the person's documents; `chosen`, a bound method, gets its name."""
    start = str(folder or _documents())
    dialog = QFileDialog(parent, _("Choose a PDF"), start, _("PDF files (*.pdf *.PDF)"))
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    _open(dialog, chosen)


def ask_target(parent: QWidget, proposed: Path, source: Path, chosen: Slot) -> None:
    """Asks where to save, and before an existing file is replaced, which `source` never is.

    `chosen`, a bound method, gets the name.
    """
    dialog = TargetDialog(parent, proposed.absolute(), source)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix("pdf")
    _open(dialog, chosen)


def ask_key_file(parent: QWidget, chosen: Slot, folder: Path | None = None) -> None:
    """Asks for a key file, first in `folder`, else among the person's documents; `chosen` gets its name."""
    kinds = ";;".join((_("Key files (*.p12 *.pfx *.P12 *.PFX)"), _("All files (*)")))
    dialog = QFileDialog(parent, _("Choose a key file"), str(folder or _documents()), kinds)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    _open(dialog, chosen)


class TargetDialog(QFileDialog):
    """The question where to save; the original is refused here already."""

    def __init__(self, parent: QWidget, proposed: Path, source: Path) -> None:
        super().__init__(parent, _("Save the signed PDF as"), str(proposed), _("PDF files (*.pdf *.PDF)"))
        self._source = source
        self.refusal: QMessageBox | None = None

    def accept(self) -> None:
        from app.document.target import same_file
        from app.errors.document import TargetIsSource
        from app.wording.errors import words

        names = self.selectedFiles()
        if not names or not same_file(Path(names[0]), self._source):
            super().accept()
            return
        said = words(TargetIsSource(file=Path(names[0]).name))
        self.refusal = QMessageBox(QMessageBox.Icon.Warning, "Natsuin", said.title, parent=self)
        self.refusal.setTextFormat(Qt.TextFormat.PlainText)
        self.refusal.setInformativeText("\n".join(part for part in (said.happened, said.todo) if part))
        self.refusal.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.refusal.finished.connect(self._ask_again)
        self.refusal.open()

    def _ask_again(self) -> None:
        self.refusal = None
        self.hide()  # the system's own dialog is closed already, whatever Qt believes
        self.open()


def _documents() -> Path:
    """The person's documents, else their home folder: never the folder that the program was started in."""
    folder = Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation))
    return folder if folder.is_absolute() and folder.is_dir() else Path.home()


def _open(dialog: QFileDialog, chosen: Slot) -> None:
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.fileSelected.connect(chosen)
    dialog.open()


def show_folder(path: Path) -> bool:
    """Shows the folder of a file in the computer's own way, if it has one."""
    from PySide6.QtCore import QUrl
    from PySide6.QtGui import QDesktopServices

    return QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.absolute().parent)))
