"""Showing the folder of a signed file in the system's own program for files."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from app.gui.result_panel import ResultPanel


def show_folder(target: Path, panel: ResultPanel) -> None:
    """Opens it; where no program does, the panel shows the whole path."""
    if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(target.absolute().parent))):
        panel.show_path()
