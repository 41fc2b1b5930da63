"""A main window on which a file can be dropped anywhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QMainWindow

if TYPE_CHECKING:
    from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent


class FileTarget(QMainWindow):
    """Opens the one PDF that is dropped, and shows while it is dragged whether it will."""

    def __init__(self) -> None:
        super().__init__()
        self.setAcceptDrops(True)

    def open(self, path: Path) -> None:
        """A file was dropped."""
        raise NotImplementedError

    def show_drag(self, kind: str) -> None:
        """What is over the window: "one" that can be opened, "refused", or "" when nothing is any more."""
        raise NotImplementedError

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        from app.gui.dragging import dragged_pdf

        fit = dragged_pdf(event) is not None
        self.show_drag("one" if fit else "refused")
        event.acceptProposedAction() if fit else event.accept()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.show_drag("")

    def dropEvent(self, event: QDropEvent) -> None:
        from app.gui.dragging import dragged_pdf

        self.show_drag("")
        path = dragged_pdf(event)
        if path is not None:
            event.acceptProposedAction()
            self.open(path)
