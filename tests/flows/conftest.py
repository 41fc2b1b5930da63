"""A display, the window in practice mode, a document of our own; and no call of the core on the GUI thread."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from papers import paper
from PySide6.QtWidgets import QApplication

from app import isolation
from app.gui import background, theme
from app.gui.buttons import KeyboardFocus
from app.gui.main_window import MainWindow
from app.settings import Settings


@pytest.fixture(scope="session")
def qapp_args(display: None) -> list[str]:
    """The application is made after the display."""
    return ["natsuin", "-style", "fusion"]


@pytest.fixture
def themed(qapp: QApplication) -> QApplication:
    """The application as people see it."""
    theme.load_fonts()
    theme.choose("light")
    theme.apply()
    return qapp


@pytest.fixture(autouse=True)
def resting_hands() -> None:
    """Nobody has touched the keyboard yet."""
    KeyboardFocus.by_keyboard = False


@pytest.fixture
def calm_gui_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Starting a child, or calling one, on the GUI thread is a fault."""
    for name in ("__init__", "call", "close"):
        real = getattr(isolation.Child, name)

        def guarded(*arguments: Any, _real: Any = real, **named: Any) -> Any:
            assert not background.in_gui_thread(), "the core was called on the GUI thread"
            return _real(*arguments, **named)

        monkeypatch.setattr(isolation.Child, name, guarded)


@pytest.fixture
def window(themed: QApplication, calm_gui_thread: None, qtbot: Any) -> Iterator[MainWindow]:
    """The main window in practice mode, shown and with the demo card read."""
    lanes = background.Lanes()
    made = MainWindow(lanes, Settings(), demo=True)
    made.begin(None, None)
    made.resize(1280, 806)
    with qtbot.waitExposed(made):
        made.show()
    qtbot.waitUntil(lambda: made.card_watch.state.ready, timeout=15000)
    yield made
    made.close()
    lanes.close()
    made.deleteLater()


@pytest.fixture
def contract(tmp_path: Path) -> Path:
    """Two A4 pages."""
    path = tmp_path / "契約書.pdf"
    path.write_bytes(paper(2))
    return path
