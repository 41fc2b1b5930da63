"""The two questions about files: which PDF, and where the signed one goes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from app.wording.language import text as _

Slot = Callable[[str], None]


def ask_pdf(parent: QWidget, chosen: Slot) -> None:
    """Asks for a PDF; `chosen`, a bound method, gets its name."""
    dialog = QFileDialog(parent, _("Choose a PDF"), "", _("PDF files (*.pdf *.PDF)"))
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    _open(dialog, chosen)


def ask_target(parent: QWidget, proposed: Path, chosen: Slot) -> None:
    """Asks where to save, and before an existing file is replaced; `chosen`, a bound method, gets the name."""
    dialog = QFileDialog(parent, _("Save the signed PDF as"), str(proposed), _("PDF files (*.pdf *.PDF)"))
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix("pdf")
    _open(dialog, chosen)


def _open(dialog: QFileDialog, chosen: Slot) -> None:
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.fileSelected.connect(chosen)
    dialog.open()
