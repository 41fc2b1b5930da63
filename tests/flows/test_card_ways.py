"""The ways to the card window: start page, toolbar, keyboard, locked password; one window, and its end."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.gui.buttons import Button
from app.gui.card_watch import CardState
from app.gui.card_window import CardWindow
from app.gui.document_page import DocumentPage
from app.gui.main_window import MainWindow
from app.gui.password_state import State

pytestmark = pytest.mark.window
CONTROL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


def document_page(qtbot: Any, window: MainWindow, path: Path) -> DocumentPage:
    window.open(path)
    qtbot.waitUntil(lambda: window.document_page is not None, timeout=15000)
    page = window.document_page
    assert page is not None
    qtbot.waitUntil(lambda: page.panel.primary.text() == "位置を決めてください", timeout=20000)
    return page


def activate(qtbot: Any, window: MainWindow) -> None:
    """Shortcuts are for the window that has the keyboard."""
    with qtbot.waitActive(window):
        window.activateWindow()


def asked(page: DocumentPage) -> bool:
    password = page.controller.password_window
    return password is not None and password.isVisible() and password.state is State.TYPING


def card_windows() -> list[CardWindow]:
    QApplication.processEvents()
    return [each for each in QApplication.topLevelWidgets() if isinstance(each, CardWindow) and each.isVisible()]


def test_from_the_start_page_by_keyboard_and_only_once(qtbot: Any, window: MainWindow) -> None:
    link = window.start_page.card.details_link
    assert link.text() == "カードの詳細"
    link.setFocus()
    QTest.keyClick(link, Qt.Key.Key_Return)
    (first,) = card_windows()
    activate(qtbot, window)
    QTest.keyClick(window, Qt.Key.Key_K, CONTROL_SHIFT)
    assert card_windows() == [first]
    qtbot.waitUntil(lambda: any(reader.auth_not_after for reader in window.card_watch.readers), timeout=20000)
    QTest.keyClick(first, Qt.Key.Key_Escape)
    activate(qtbot, window)
    QTest.keyClick(window, Qt.Key.Key_K, CONTROL_SHIFT)
    (second,) = card_windows()
    assert second is not first  # the first was on its way out already


def test_from_the_toolbar_of_a_document(qtbot: Any, window: MainWindow, contract: Path) -> None:
    page = document_page(qtbot, window, contract)
    QTest.mouseClick(page.toolbar.card_button, Qt.MouseButton.LeftButton)
    assert len(card_windows()) == 1


def test_from_the_card_line_when_something_is_wrong(qtbot: Any, window: MainWindow, contract: Path) -> None:
    line = document_page(qtbot, window, contract).panel.card_line
    assert not line.details_link.isVisible()
    line.show_state(CardState("no-certificate", "Reader", 5, False), demo=False)
    QTest.mouseClick(line.details_link, Qt.MouseButton.LeftButton)
    assert len(card_windows()) == 1


def test_from_a_locked_password_to_the_ways_out(qtbot: Any, window: MainWindow, contract: Path) -> None:
    page = document_page(qtbot, window, contract)
    page.view.place_bottom_right()
    QTest.keyClick(window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)

    qtbot.waitUntil(lambda: asked(page), timeout=20000)
    password = page.controller.password_window
    assert password is not None
    password._context = replace(password._context, demo=False)  # practice sends nobody to an office
    password.show_locked()
    guide = next(each for each in password.findChildren(Button) if each.text() == "手続きの案内を開く")
    guide.setFocus()
    QTest.keyClick(guide, Qt.Key.Key_Return)
    (card,) = card_windows()
    assert card.explanations["locked"].head.isChecked()
    assert not page.controller.busy
    assert not list(contract.parent.glob("*見本*"))


def test_the_reader_is_checked_while_the_password_window_waits_for_a_card(
    qtbot: Any, window: MainWindow, contract: Path
) -> None:
    """A window that blocks all others must not block the one that helps it on."""
    page = document_page(qtbot, window, contract)
    page.view.place_bottom_right()
    QTest.keyClick(window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: asked(page), timeout=20000)
    password = page.controller.password_window
    assert password is not None
    password.show_waiting()
    link = next(each for each in password.findChildren(Button) if each.text() == "リーダーの診断")
    link.setFocus()
    QTest.keyClick(link, Qt.Key.Key_Return)
    doctor = window.card_windows.doctor
    assert doctor is not None
    qtbot.waitActive(doctor)
    QTest.keyClick(doctor, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not window.card_windows.doctor_is_open, timeout=5000)
    assert password.state is State.WAITING
    assert page.controller.busy


def test_the_reader_can_be_checked_where_there_is_none(window: MainWindow) -> None:
    card = window.start_page.card
    assert not card.diagnose_link.isVisible()
    for state in ("no-reader", "no-service"):
        card.show_state(CardState(state), demo=False)
        assert card.diagnose_link.isVisible()


def test_the_reader_doctor_opens_from_the_card_window(qtbot: Any, window: MainWindow) -> None:
    window.card_windows.open_card()
    (card,) = card_windows()
    button = next(each for each in card.findChildren(Button) if each.text() == "診断する…")
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    doctor = window.card_windows.doctor
    assert doctor is not None
    assert doctor.isVisible()


def test_it_speaks_the_language_of_the_main_window(qtbot: Any, window: MainWindow) -> None:
    window.card_windows.open_card()
    window.use_language("en")
    (card,) = card_windows()
    qtbot.waitUntil(lambda: card.close_button.text() == "Close", timeout=5000)


def test_it_goes_with_the_main_window(qtbot: Any, window: MainWindow) -> None:
    window.card_windows.open_card()
    assert len(card_windows()) == 1
    window.close()
    assert card_windows() == []


def test_the_end_of_practice_shows_no_more_of_the_demo_card(qtbot: Any, window: MainWindow) -> None:
    window.card_windows.open_card()
    (card,) = card_windows()
    qtbot.waitUntil(lambda: card.certificate is not None, timeout=20000)
    window.end_practice()
    assert card.certificate is None
