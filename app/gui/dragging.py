"""Files dragged over the window."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent


def dragged_pdf(event: QDropEvent) -> Path | None:
    """The one PDF that is being dragged, if it is one."""
    paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
    return paths[0] if len(paths) == 1 and paths[0].suffix.lower() == ".pdf" else None


class Droppable:
    """Mixed in before a window's class: the window shows what would happen, and opens the one PDF let go over it."""

    def show_drag(self, kind: str) -> None:
        """What is over the window: one (a PDF), refused, or nothing."""
        raise NotImplementedError

    def open(self, path: Path) -> None:
        """Opens a PDF."""
        raise NotImplementedError

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        fit = dragged_pdf(event) is not None
        self.show_drag("one" if fit else "refused")
        event.acceptProposedAction() if fit else event.accept()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.show_drag("")

    def dropEvent(self, event: QDropEvent) -> None:
        self.show_drag("")
        path = dragged_pdf(event)
        if path is not None:
            event.acceptProposedAction()
            self.open(path)
