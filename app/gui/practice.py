"""The practice mode: the strip that says so, and the sample document in a folder of its own."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app import assets
from app.gui import theme
from app.gui.buttons import Button
from app.gui.first_view import STRIP
from app.gui.labels import Label
from app.gui.marks import Picture
from app.wording.language import text as _


class PracticeStrip(QWidget):
    """The amber strip of the practice mode."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(STRIP)
        row = QHBoxLayout(self)
        row.setContentsMargins(28, 0, 20, 0)
        row.setSpacing(8)
        row.addWidget(Picture("graduation-cap", "warn", 18))
        row.addWidget(Label(_("Practice: a demo card. What you sign here is not a real signature"), "caption", "warn"))
        row.addStretch(1)
        self.leave = Button(_("End practice"), "link")
        self.leave.setFont(theme.font("caption"))
        row.addWidget(self.leave)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme.current()
        painter = QPainter(self)
        painter.fillRect(self.rect(), tokens.color("warn_soft"))
        painter.fillRect(0, self.height() - 1, self.width(), 1, tokens.color("warn_line"))
        painter.end()


def copy_sample(name: str) -> Path:
    """A copy of the sample document under this name, in a new folder."""
    folder = Path(tempfile.mkdtemp(prefix="natsuin-practice-"))
    return Path(shutil.copy(assets.path("sample.pdf"), folder / f"{name}.pdf"))


def remove(folder: Path) -> None:
    """Takes the folder of the sample away, with what was signed in it."""
    shutil.rmtree(folder, ignore_errors=True)
