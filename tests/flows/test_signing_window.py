"""A person opens a PDF, draws a box, types the password once, and has a signed file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

from app.card.demo import READER
from app.card.keeper import CardKey
from app.errors.card import CardChanged, PasswordIncorrect
from app.gui.document_page import DocumentPage
from app.gui.main_window import MainWindow
from app.gui.password_state import State
from app.gui.password_window import PasswordWindow
from app.gui.result_panel import ResultPanel
from app.secret import Secret

pytestmark = pytest.mark.window
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def opened(qtbot: Any, window: MainWindow, path: Path) -> DocumentPage:
    """The document page once the file was looked at and inspected."""
    window.open(path)
    qtbot.waitUntil(lambda: window.document_page is not None, timeout=15000)
    page = window.document_page
    assert page is not None
    qtbot.waitUntil(lambda: page.panel.primary.text() == "位置を決めてください", timeout=20000)
    return page


def drag(page: DocumentPage, start: QPoint, end: QPoint) -> None:
    """A drag with the left button, in steps as a hand makes them."""
    port = page.view.viewport()
    QTest.mouseMove(port, start)
    QTest.mousePress(port, LEFT, NONE, start)
    for step in range(1, 6):
        QTest.mouseMove(port, start + (end - start) * step / 5, 10)
        QApplication.processEvents()
    QTest.mouseRelease(port, LEFT, NONE, end)


def at(page: DocumentPage, number: int, x: float, y: float) -> QPoint:
    """A point in mm on a page, in the viewport."""
    return page.view.to_px(number, x, y, 0, 0).topLeft().toPoint()


def password_window(qtbot: Any, page: DocumentPage) -> PasswordWindow:
    """The password window, ready for typing."""

    def ready() -> bool:
        window = page.controller.password_window
        return window is not None and window.isVisible() and window.state is State.TYPING

    qtbot.waitUntil(ready, timeout=20000)
    window = page.controller.password_window
    assert window is not None
    return window


def test_from_the_box_to_the_signed_file(qtbot: Any, window: MainWindow, contract: Path) -> None:
    before = hashlib.sha256(contract.read_bytes()).hexdigest()
    page = opened(qtbot, window, contract)
    assert page.panel.primary.held

    drag(page, at(page, 1, 60, 40), at(page, 1, 140, 70))
    box = page.view.box
    assert box is not None
    assert page.view.page_of_box == 1
    assert (box.x, box.y) == (pytest.approx(60, abs=0.5), pytest.approx(40, abs=0.5))
    assert (box.w, box.h) == (pytest.approx(80, abs=0.6), pytest.approx(30, abs=0.6))

    drag(page, at(page, 1, 100, 55), at(page, 1, 110, 65))
    moved = page.view.box
    assert moved is not None
    assert moved.x - box.x == pytest.approx(10, abs=0.6)
    assert (moved.w, moved.h) == (box.w, box.h)

    corner = page.view.to_px(1, moved.x + moved.w, moved.y + moved.h, 0, 0).topLeft().toPoint()
    drag(page, corner, corner + QPoint(-40, -20))
    resized = page.view.box
    assert resized is not None
    assert (resized.x, resized.y) == (moved.x, moved.y)
    assert resized.w < moved.w

    fields = page.panel.place_fields
    fields.wide.setFocus()
    fields.wide.selectAll()
    QTest.keyClicks(fields.wide, "69")
    QTest.keyClick(fields.wide, Qt.Key.Key_Return)
    assert page.view.box is not None
    assert page.view.box.w == 69.0

    assert page.panel.primary.text() == "パスワードを入力して署名…"
    QTest.mouseClick(page.panel.primary, LEFT)
    password = password_window(qtbot, page)
    QTest.keyClicks(password.field, "demo1234")
    QTest.keyClick(password.field, Qt.Key.Key_Return)

    qtbot.waitUntil(lambda: isinstance(page.side.currentWidget(), ResultPanel), timeout=30000)
    target = contract.with_name("契約書_見本.pdf")
    assert target.read_bytes().startswith(contract.read_bytes())
    assert hashlib.sha256(contract.read_bytes()).hexdigest() == before
    assert page.toolbar.name.text() == "契約書_見本.pdf"


def test_a_wrong_password_asks_again_with_the_tries_left(qtbot: Any, window: MainWindow, contract: Path) -> None:
    page = opened(qtbot, window, contract)
    QTest.mouseClick(page.panel.bottom_right, LEFT)
    QTest.mouseClick(page.panel.primary, LEFT)
    password = password_window(qtbot, page)
    QTest.keyClicks(password.field, "WRONG123")
    QTest.keyClick(password.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: password.state is State.TYPING and password.tries == 4, timeout=20000)
    assert password.field.count() == 0
    QTest.keyClick(password, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not page.controller.busy, timeout=5000)
    assert not list(contract.parent.glob("*見本*"))
    qtbot.waitUntil(lambda: window.card_watch.state.tries == 4, timeout=10000)


def test_all_by_keyboard(qtbot: Any, window: MainWindow, contract: Path) -> None:
    page = opened(qtbot, window, contract)
    view = page.view
    QTest.keyClick(view, Qt.Key.Key_PageDown)
    assert view.page == 2
    QTest.keyClick(view, Qt.Key.Key_N)
    start = view.box
    assert start is not None
    assert view.page_of_box == 2
    QTest.keyClick(view, Qt.Key.Key_Left)
    QTest.keyClick(view, Qt.Key.Key_Up, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(view, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    box = view.box
    assert box is not None
    assert (box.x, box.y, box.w) == pytest.approx((start.x - 1, start.y - 5, start.w + 1))
    QTest.keyClick(view, Qt.Key.Key_PageUp, Qt.KeyboardModifier.AltModifier)
    assert view.page_of_box == 1
    qtbot.waitUntil(lambda: "署名欄、1ページ" in view.accessibleDescription(), timeout=3000)
    QTest.keyClick(view, Qt.Key.Key_Delete)
    assert view.box is None
    QTest.keyClick(view, Qt.Key.Key_N)
    QTest.keyClick(window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    password_window(qtbot, page).reject()


def test_a_dropped_file_is_opened(qtbot: Any, window: MainWindow, contract: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(contract))])
    drop = QDropEvent(QPointF(300, 300), Qt.DropAction.CopyAction, data, LEFT, NONE)
    window.dropEvent(drop)  # sent as an event, it would go to the target of a real drag
    qtbot.waitUntil(lambda: window.document_page is not None, timeout=15000)
    assert not window.document_page.view.acceptDrops()  # type: ignore[union-attr]


def test_what_is_no_pdf_is_said_in_words(qtbot: Any, window: MainWindow, tmp_path: Path) -> None:
    path = tmp_path / "letter.pdf"
    path.write_text("no PDF")
    window.open(path)
    qtbot.waitUntil(lambda: window.start_page.banner is not None, timeout=15000)
    assert window.start_page.banner.title() == "PDFを開けません"


def test_the_language_changes_at_once_and_stays(qtbot: Any, window: MainWindow) -> None:
    window.use_language("en")
    qtbot.waitUntil(lambda: window.start_page.drop_zone.choose.text() == "Choose a PDF…", timeout=5000)
    from app import settings

    qtbot.waitUntil(lambda: settings.load().language == "en", timeout=5000)


def test_tries_that_went_elsewhere_are_shown_before_the_password_goes(
    qtbot: Any, window: MainWindow, contract: Path
) -> None:
    page = opened(qtbot, window, contract)
    QTest.mouseClick(page.panel.bottom_right, LEFT)
    QTest.mouseClick(page.panel.primary, LEFT)
    dialog = password_window(qtbot, page)
    keeper, left = page.controller._watch.keeper, []

    def use_one_elsewhere() -> None:
        with pytest.raises(PasswordIncorrect) as caught, keeper.key(READER).unlock(Secret.taking(bytearray(b"WRONG1"))):
            pass
        left.append(caught.value.attempts_remaining)

    page.controller.lane.start(use_one_elsewhere)
    qtbot.waitUntil(lambda: left == [4], timeout=20000)
    QTest.keyClicks(dialog.field, "WRONG2")
    QTest.keyClick(dialog.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: dialog.state is State.TYPING and dialog.tries == 4, timeout=20000)
    assert dialog.field.count() == 0
    QTest.keyClicks(dialog.field, "DEMO1234")
    QTest.keyClick(dialog.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: isinstance(page.side.currentWidget(), ResultPanel), timeout=30000)


def test_another_card_is_not_given_the_password_and_going_on_reads_its_tries(
    qtbot: Any, window: MainWindow, contract: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[int] = []

    @contextmanager
    def swapped(self: CardKey, secret: Secret) -> Iterator[None]:
        sent.append(len(secret))
        raise CardChanged
        yield

    page = opened(qtbot, window, contract)
    QTest.mouseClick(page.panel.bottom_right, LEFT)
    QTest.mouseClick(page.panel.primary, LEFT)
    password = password_window(qtbot, page)
    with monkeypatch.context() as patched:
        patched.setattr(CardKey, "unlock", swapped)
        QTest.keyClicks(password.field, "DEMO1234")
        QTest.keyClick(password.field, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: password.state is State.CHANGED, timeout=20000)
    assert sent == [8]
    assert page.controller.busy, "nothing has ended yet"
    go_on = next(each for each in password.findChildren(QPushButton) if each.text() == "置いてあるカードで続ける")
    QTest.mouseClick(go_on, LEFT)
    qtbot.waitUntil(lambda: password.state is State.TYPING, timeout=20000)
    assert password.field.count() == 0
    assert password.tries == 5
    QTest.keyClicks(password.field, "DEMO1234")
    QTest.keyClick(password.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: isinstance(page.side.currentWidget(), ResultPanel), timeout=30000)
