"""What the window says in states that are not the usual one, and how the keyboard gets about in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.document.facts import SignatureField
from app.errors.base import UserError
from app.errors.card import (
    CardBusy,
    CardRemoved,
    CardRemovedWhileSigning,
    CertificateExpired,
    NoCard,
    NotMyNumberCard,
    OutcomeUnknown,
)
from app.errors.document import DiskFull, PdfUnreadable
from app.gui.buttons import RING, Button
from app.gui.card_line import CardLine, sentence
from app.gui.card_problem import still_true
from app.gui.card_watch import READING, CardState
from app.gui.document_page import DocumentPage
from app.gui.first_view import side_width
from app.gui.main_window import MainWindow
from app.gui.sign_panel import FieldButton
from app.gui.stage import Stage
from app.wording import language

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


@pytest.mark.parametrize("name", language.LANGUAGES)
@pytest.mark.parametrize("width", [side_width(880) - 40, side_width(1280) - 40, 420])
def test_the_name_of_the_card_is_whole_and_the_tries_stand_beside_or_below_it(
    themed: QApplication, qtbot: Any, name: str, width: int
) -> None:
    language.use(name)
    line = CardLine()
    qtbot.addWidget(line)
    line.setFixedWidth(width)
    line.show()
    for tries in (5, 1):
        line.show_state(CardState("ready", "SONY FeliCa RC-S300/S 00 00", tries, True), demo=False)
        QApplication.processEvents()
        for label in (line._title, line._tries):
            assert label.width() >= label.sizeHint().width()
            assert label.mapTo(line, label.rect().topRight()).x() < line.width()
    beside = line._tries.mapTo(line, line._tries.rect().topLeft()).y() < line._below.geometry().bottom()
    assert beside or width < 420
    assert not (beside and name == "en" and width < 300)


def test_a_locked_demo_card_sends_nobody_to_an_office(window: MainWindow) -> None:
    assert "役所" not in sentence(CardState("locked"), demo=True)
    assert "練習" in sentence(CardState("locked"), demo=True)
    window.start_page.card.show_state(CardState("locked", "reader", 0, True), demo=True)
    button = next(part for part in window.start_page.card.findChildren(Button) if part.isVisible())
    assert button.text() == "練習をやり直す"


def failing(qtbot: Any, window: MainWindow, contract: Path, error: UserError, state: str) -> DocumentPage:
    """The page after a signing that failed, the card in the state that the error is about."""
    page = opened(qtbot, window, contract)
    window.card_watch.take(window)  # so that what is shown below stays
    window.card_watch._show((), CardState(state))
    page.controller.failed.emit(error)
    assert page.panel.banner is not None
    return page


@pytest.mark.parametrize(
    ("error", "state"),
    [(NotMyNumberCard(), "other-card"), (NoCard(), "no-card"), (CardBusy(), "busy"), (CardRemoved(), "no-card")],
)
def test_a_message_that_came_from_the_card_goes_when_the_card_says_otherwise(
    qtbot: Any, window: MainWindow, contract: Path, error: UserError, state: str
) -> None:
    page = failing(qtbot, window, contract, error, state)
    window.card_watch._show((), READING)
    window.card_watch._show((), CardState(state, "the same in another reader"))
    assert page.panel.banner is not None
    window.card_watch._show((), CardState("ready", "reader", 5, True))
    assert page.panel.banner is None


@pytest.mark.parametrize("error", [OutcomeUnknown(), CardRemovedWhileSigning(), DiskFull(megabytes=2)])
def test_a_message_of_what_has_happened_stays_whatever_card_comes(
    qtbot: Any, window: MainWindow, contract: Path, error: UserError
) -> None:
    page = failing(qtbot, window, contract, error, "no-card")
    window.card_watch._show((), CardState("ready", "reader", 5, True))
    assert page.panel.banner is not None


def test_a_key_file_that_has_expired_has_nothing_to_do_with_the_card() -> None:
    assert still_true(CertificateExpired(key="file"), CardState("no-card"))
    assert not still_true(CertificateExpired(key="card"), CardState("no-card"))


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
