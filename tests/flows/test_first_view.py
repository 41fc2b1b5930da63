"""What is seen before the window is built stands where the built window will have it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF
from PySide6.QtWidgets import QApplication

from app.gui import background, theme
from app.gui.application import main
from app.gui.banner import Banner
from app.gui.first_view import FirstView
from app.gui.main_window import MainWindow
from app.gui.opening import open_pdf
from app.gui.page_layout import PageLayout
from app.settings import Settings

pytestmark = pytest.mark.window


@pytest.mark.parametrize("size", [(1280, 806), (1000, 700), (1580, 980)])
@pytest.mark.parametrize("demo", [False, True])
def test_the_first_page_does_not_move(
    qtbot: Any, qapp: QApplication, contract: Path, size: tuple[int, int], demo: bool
) -> None:
    theme.choose("light")
    lanes = background.Lanes()
    window = MainWindow(lanes, Settings(), demo=demo)
    window.resize(*size)
    places = []

    def page_painted() -> None:
        first = window.centralWidget()
        if isinstance(first, FirstView):
            places.append(first.page_place(PageLayout.of(((595.0, 842.0), (595.0, 842.0)))))

    window.page_painted.connect(page_painted)
    with qtbot.waitSignal(window.settled, timeout=20000):
        window.begin(lanes.pictures.start(open_pdf, contract), contract)
        window.show()
    page = window.document_page
    assert page is not None
    assert page.toolbar.number.text() == "1"
    assert page.view.layout_.pages == 2
    if not places:  # the window was built before the picture came
        stand_in = FirstView(demo=demo, document=True)
        stand_in.resize(window.centralWidget().size())
        places.append(stand_in.page_place(page.view.layout_))
    corner = page.view.viewport().mapTo(window.centralWidget(), QPoint(0, 0))
    place, scale = places[0]
    assert place == page.view.page_px(1).translated(QPointF(corner))
    assert scale == page.view.device_scale() / page.view.devicePixelRatioF()
    window.close()
    lanes.close()
    window.deleteLater()


def test_a_file_that_was_not_opened_is_named(qtbot: Any, qapp: QApplication, contract: Path) -> None:
    lanes = background.Lanes()
    window = MainWindow(lanes, Settings(), demo=True)
    with qtbot.waitSignal(window.settled, timeout=20000):
        window.begin(lanes.pictures.start(open_pdf, contract), contract, [contract.with_name("付録.pdf")])
        window.show()
    assert window.document_page is not None
    banner = window.document_page.findChild(Banner)
    assert banner is not None
    assert "付録.pdf" in banner.accessibleName()
    window.close()
    lanes.close()
    window.deleteLater()


def test_an_unknown_option_is_no_file_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--dmeo", "contract.pdf"]) == 2
    assert "--dmeo" in capsys.readouterr().err


class FailedJob(background.Job):
    """Work that has ended before anybody asks for it."""

    def __init__(self, path: Path) -> None:
        super().__init__(open_pdf, (path,), None)
        self.run()


@pytest.mark.parametrize("finished", [True, False])
@pytest.mark.parametrize("kind", ["missing", "no-pdf"])
def test_a_file_that_cannot_be_opened_is_named_on_the_start_page(
    qtbot: Any, qapp: QApplication, tmp_path: Path, kind: str, finished: bool
) -> None:
    path = tmp_path / "契約書.pdf"
    if kind == "no-pdf":
        path.write_text("no PDF")
    lanes = background.Lanes()
    window = MainWindow(lanes, Settings(), demo=True)
    with qtbot.waitSignal(window.settled, timeout=20000):
        window.begin(FailedJob(path) if finished else lanes.pictures.start(open_pdf, path), path)
        window.show()
    qtbot.waitUntil(lambda: window.start_page.banner is not None, timeout=20000)
    assert window.stack.currentWidget() is window.start_page
    qtbot.waitUntil(lambda: window.start_page.isVisible(), timeout=5000)
    assert window.start_page.banner is not None
    assert "契約書.pdf" in window.start_page.banner.accessibleName()
    window.close()
    lanes.close()
    window.deleteLater()
