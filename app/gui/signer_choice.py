"""What signs in this session: the card, unless the person has chosen a key file. Forgotten with the window."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.gui.delivery import submit

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from app.gui.background import Lanes


class SignerChoice(QObject):
    """`key_file` is None for the card. `changed`: another one signs now.

    `refused`: the file of this name was chosen and cannot sign, with the UserError that says why.
    """

    changed = Signal()
    refused = Signal(str, object)

    def __init__(self, lanes: Lanes, window: QWidget) -> None:
        super().__init__(window)
        self._lanes, self._window = lanes, window
        self.key_file: Path | None = None
        self._asked = Path()

    def use_card(self) -> None:
        """The card signs."""
        self._use(None)

    def ask(self) -> None:
        """Asks for a key file; one that cannot sign is told of at once and not taken."""
        from app.gui.file_dialogs import ask_key_file

        ask_key_file(self._window, self._chosen, self.key_file.parent if self.key_file else None)

    def _chosen(self, name: str) -> None:
        self._asked = Path(name)
        submit(self._lanes.document, _looked_at, self._asked, succeeded=self._use, failed=self._refuse)

    def _refuse(self, error: Exception) -> None:
        self.refused.emit(self._asked.name, error)

    def _use(self, file: Path | None) -> None:
        if file != self.key_file:
            self.key_file = file
            self.changed.emit()


def _looked_at(file: Path) -> Path:
    from app.pki.keyfile import KeyFile

    KeyFile(file).attempts_remaining()
    return file
