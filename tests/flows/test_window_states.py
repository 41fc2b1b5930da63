"""What the window says in states that are not the usual one, and how the keyboard gets about in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.document.facts import SignatureField
from app.errors.document import PdfUnreadable
from app.gui.buttons import RING, Button
from app.gui.card_line import sentence
from app.gui.card_watch import CardState
from app.gui.document_page import DocumentPage
from app.gui.main_window import MainWindow
from app.gui.sign_panel import FieldButton
from app.gui.stage import Stage

pytestmark = pytest.mark.window


def opened(qtbot: Any, window: MainWindow, path: Path) -> DocumentPage:
    window.open(path)
    qtbot.waitUntil(lambda: window.document_page is not None, timeout=15000)
    page = window.document_page
    assert page is not None
    qtbot.waitUntil(lambda: page.panel.primary.text() == "位置を決めてください", timeout=20000)
    return page


@pytest.mark.parametrize(
    "state",
    ["no-card", "no-reader", "no-service", "locked", "no-certificate", "busy", "other-card", "unsupported", "reading"],
)
def test_the_button_names_what_the_card_lacks(state: str) -> None:
    card = CardState(state)
    text, reason = Stage(obstacle=False, inspected=True, busy=False, placed=True, card=card, demo=False).words()
    assert reason
    assert (text == "カードを置いてください") == (state == "no-card")


def test_a_locked_demo_card_sends_nobody_to_an_office(window: MainWindow) -> None:
    assert "役所" not in sentence(CardState("locked"), demo=True)
    assert "練習" in sentence(CardState("locked"), demo=True)
    window.start_page.card.show_state(CardState("locked", "reader", 0, True), demo=True)
    button = next(part for part in window.start_page.card.findChildren(Button) if part.isVisible())
    assert button.text() == "練習をやり直す"


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space])
def test_enter_presses_what_has_the_keyboard(qtbot: Any, window: MainWindow, key: Qt.Key) -> None:
    start = window.start_page
    pressed: list[str] = []
    for part in (start.drop_zone.choose, start.check):
        part.clicked.disconnect()
        part.clicked.connect(lambda: pressed.append("x"))
        part.setFocus()
        QTest.keyClick(part, key)
    assert len(pressed) == 2


def test_the_practice_begins_at_choosing_a_pdf(qtbot: Any, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: QApplication.focusWidget() is window.start_page.drop_zone.choose, timeout=5000)


def test_the_ring_lies_all_round(qtbot: Any, window: MainWindow) -> None:
    tile = window.start_page.check
    tile.setFocus(Qt.FocusReason.TabFocusReason)
    ring = tile._ring
    assert ring is not None
    assert ring.isVisible()
    assert ring.visibleRegion().boundingRect().size() == ring.size()
    assert ring.width() == tile.width() + 2 * RING
    assert ring.mapToGlobal(ring.rect().center()) == tile.mapToGlobal(tile.rect().center())
    window.start_page.drop_zone.choose.setFocus()
    assert tile._ring is None


def test_the_ring_shows_where_the_program_leads_who_uses_the_keyboard(window: MainWindow) -> None:
    choose, tile = window.start_page.drop_zone.choose, window.start_page.check
    choose.clicked.disconnect()
    tile.setFocus(Qt.FocusReason.MouseFocusReason)
    choose.setFocus()
    assert choose._ring is None, "calm while the mouse is used"
    QTest.keyClick(choose, Qt.Key.Key_Return)
    tile.setFocus()
    assert tile._ring is not None
    QTest.mousePress(choose, Qt.MouseButton.LeftButton)
    QTest.mouseRelease(choose, Qt.MouseButton.LeftButton, pos=QPoint(-50, -50))
    tile.setFocus()
    assert tile._ring is None


def test_the_usual_place_is_on_the_last_page_or_the_one_gone_to(qtbot: Any, window: MainWindow, contract: Path) -> None:
    page = opened(qtbot, window, contract)
    page.panel.bottom_right.click()
    assert page.view.page_of_box == 2
    page.view.remove()
    page.view.go_to(2)
    page.view.go_to(1)
    page.view.place_bottom_right()
    assert page.view.page_of_box == 1


def test_a_box_over_text_is_told(qtbot: Any, window: MainWindow, contract: Path) -> None:
    page = opened(qtbot, window, contract)
    assert page.view.ink_under(1, 20, 20, 40, 14) > 0.02
    assert page.view.ink_under(1, 100, 200, 70, 24) == 0


def test_a_pdf_that_can_only_be_looked_at(qtbot: Any, window: MainWindow, contract: Path) -> None:
    page = opened(qtbot, window, contract)
    page._not_inspected(PdfUnreadable())
    assert "見ることはできます" in page.banners._banners[0].title()
    assert not page.panel.bottom_right.isVisible()
    assert not page.panel.invisible.isVisible()
    assert not page.panel.change_target.isVisible()
    assert page.panel.primary.text() == "署名できません"


def test_two_fields_of_one_page_are_told_apart(themed: QApplication) -> None:
    names = ("甲", "乙")
    fields = [SignatureField(name=name, page=1, box=(10.0, 10.0, 60.0, 20.0), signed=False) for name in names]
    texts = [FieldButton(field, alone=False).text() for field in fields]
    assert [name in text for name, text in zip(names, texts, strict=True)] == [True, True]


def test_the_end_of_practice_keeps_the_document(qtbot: Any, window: MainWindow, contract: Path) -> None:
    opened(qtbot, window, contract)
    assert window.strip is not None
    window.strip.leave.click()

    def again() -> bool:
        page = window.document_page
        return page is not None and page.source == contract and window.stack.currentWidget() is page

    qtbot.waitUntil(lambda: not window.demo and window.strip is None and again(), timeout=15000)
