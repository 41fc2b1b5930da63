"""Whoever is quick, doubles a press or leaves in the middle: one reading, one password, one owner of the card."""

from __future__ import annotations

import gc
import os
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from papers import paper
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from test_signing_window import opened, password_window

from app.card.demo import Knobs
from app.card.keeper import Keeper
from app.gui import background, card_watch, signing_controller
from app.gui.banner import Banner
from app.gui.certificate_reading import ReadCertificate
from app.gui.document_page import DocumentPage
from app.gui.main_window import MainWindow
from app.gui.password_state import State
from app.gui.password_window import PasswordWindow
from app.gui.result_panel import ResultPanel
from app.pki.holder import Holder
from app.settings import Settings

pytestmark = pytest.mark.window
LEFT = Qt.MouseButton.LeftButton


class Gate:
    """Counts the calls of one name, and keeps them waiting while it is closed."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.waiting = 0
        self._shut = ""
        self._open = threading.Event()
        self._open.set()

    def shut(self, name: str) -> None:
        self._shut = name
        self._open.clear()

    def open(self) -> None:
        self._open.set()

    def pass_(self, name: str) -> None:
        self.calls.append(name)
        if name == self._shut:
            self.waiting += 1
            assert self._open.wait(30)

    def sent(self) -> int:
        return self.calls.count("unlock")


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    """Stands before the keeper and before the rehearsal."""
    made = Gate()
    call, rehearse = Keeper.call, signing_controller._rehearse

    def gated(self: Keeper, method: str, **arguments: Any) -> Any:
        made.pass_(method)
        return call(self, method, **arguments)

    def gated_rehearsal(*arguments: Any) -> Any:
        made.pass_("rehearsal")
        return rehearse(*arguments)

    monkeypatch.setattr(Keeper, "call", gated)
    monkeypatch.setattr(signing_controller, "_rehearse", gated_rehearsal)
    yield made
    made.open()


Make = Callable[..., MainWindow]


@pytest.fixture
def make(themed: Any, calm_gui_thread: None, qtbot: Any, gate: Gate, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    """The main window in practice, with a demo card of these faults."""
    made: list[tuple[MainWindow, background.Lanes]] = []

    def window(**knobs: Any) -> MainWindow:
        def keeper(old: Keeper | None, demo: bool) -> Keeper:
            if old is not None:
                old.close()
            return Keeper(demo=True, knobs=Knobs(**knobs))

        monkeypatch.setattr(card_watch, "_new_keeper", keeper)
        lanes = background.Lanes()
        main = MainWindow(lanes, Settings(), demo=True)
        main.begin(None, None)
        main.resize(1280, 806)
        with qtbot.waitExposed(main):
            main.show()
        qtbot.waitUntil(lambda: main.card_watch.state.ready, timeout=20000)
        made.append((main, lanes))
        return main

    yield window
    gate.open()
    for main, lanes in made:
        qtbot.waitUntil(main.close, timeout=20000)
        lanes.close()
        main.deleteLater()


def begun(qtbot: Any, window: MainWindow, path: Path) -> DocumentPage:
    """The page where 署名 was just pressed."""
    page = opened(qtbot, window, path)
    QTest.mouseClick(page.panel.bottom_right, LEFT)
    QTest.mouseClick(page.panel.primary, LEFT)
    return page


def asked(qtbot: Any, window: MainWindow, path: Path) -> tuple[DocumentPage, PasswordWindow]:
    page = begun(qtbot, window, path)
    return page, password_window(qtbot, page)


def shown_questions() -> list[PasswordWindow]:
    return [each for each in QApplication.topLevelWidgets() if isinstance(each, PasswordWindow) and each.isVisible()]


def send(password: PasswordWindow, typed: str) -> None:
    QTest.keyClicks(password.field, typed)
    QTest.keyClick(password.field, Qt.Key.Key_Return)
    assert password.state is State.SIGNING


def free(qtbot: Any, window: MainWindow) -> None:
    """The watch reads again, and the card answers: nobody holds it."""
    watch = window.card_watch
    qtbot.waitUntil(lambda: not watch.paused and not watch._busy and watch.state.state == "ready", timeout=20000)


# --- one reading ------------------------------------------------------------------------------------------


def test_a_doubled_press_reads_once_and_nothing_is_sent_meanwhile(
    qtbot: Any, make: Make, gate: Gate, contract: Path
) -> None:
    page, password = asked(qtbot, make(tells_tries=False), contract)
    again, before = password.tries_line.again, gate.calls.count("attempts")
    QTest.keyClicks(password.field, "DEMO1234")
    gate.shut("attempts")
    QTest.mouseClick(again, LEFT)
    QTest.mouseClick(again, LEFT)
    password.recheck_requested.emit()
    qtbot.waitUntil(lambda: gate.waiting == 1)
    assert again.held
    assert password.sign_button.held
    QTest.keyClick(password.field, Qt.Key.Key_Return)
    assert password.state is State.TYPING
    gate.open()
    qtbot.waitUntil(lambda: not password.sign_button.held, timeout=20000)
    assert gate.calls.count("attempts") == before + 1
    send_again = password.sign_button
    QTest.mouseClick(send_again, LEFT)
    qtbot.waitUntil(lambda: isinstance(page.side.currentWidget(), ResultPanel), timeout=30000)
    assert gate.calls.count("attempts") == before + 1
    assert gate.sent() == 1


def test_the_unknown_outcome_is_looked_into_once(qtbot: Any, make: Make, gate: Gate, contract: Path) -> None:
    _page, password = asked(qtbot, make(pulled_after="VERIFY"), contract)
    send(password, "WRONG123")
    qtbot.waitUntil(lambda: password.state is State.UNKNOWN, timeout=20000)
    before = gate.calls.count("attempts")
    check = password._page.first
    gate.shut("attempts")
    QTest.mouseClick(check, LEFT)
    QTest.mouseClick(check, LEFT)
    assert check.held
    gate.open()
    qtbot.waitUntil(lambda: password.state is State.TYPING, timeout=20000)
    gate.shut("unlock")
    send(password, "WRONG123")
    qtbot.wait(300)
    assert password.state is State.SIGNING
    assert gate.calls.count("attempts") == before + 1
    gate.open()


def test_nothing_but_the_outcome_ends_what_was_submitted(qtbot: Any, make: Make, gate: Gate, contract: Path) -> None:
    window = make()
    page, password = asked(qtbot, window, contract)
    gate.shut("unlock")
    before = gate.calls.count("attempts")
    send(password, "WRONG123")
    QTest.keyClick(password, Qt.Key.Key_Escape)
    password.close()
    password.recheck_requested.emit()
    window.card_watch.stirred.emit()
    page.controller.stop()
    qtbot.wait(200)
    assert password.state is State.SIGNING
    assert password.isVisible()
    assert page.controller.busy
    assert gate.calls.count("attempts") == before
    gate.open()
    qtbot.waitUntil(lambda: password.state is State.TYPING and password.tries == 4, timeout=20000)
    assert gate.sent() == 1


def test_an_answer_to_who_has_gone_is_not_taken_for_the_next_one(
    qtbot: Any, make: Make, gate: Gate, contract: Path
) -> None:
    window = make()
    gate.shut("attempts")
    page = begun(qtbot, window, contract)
    qtbot.waitUntil(lambda: gate.waiting == 1, timeout=20000)
    first = page.controller._reading
    assert first is not None
    page.controller.stop()
    QTest.mouseClick(page.panel.primary, LEFT)
    qtbot.waitUntil(lambda: page.controller.password_window is not None, timeout=20000)
    gate.open()
    password = password_window(qtbot, page)
    assert page.controller._key is not first.key
    send(password, "DEMO1234")
    qtbot.waitUntil(lambda: isinstance(page.side.currentWidget(), ResultPanel), timeout=30000)


# --- one owner of the card --------------------------------------------------------------------------------


def test_a_card_at_work_for_a_signature_is_not_read(qtbot: Any, make: Make, gate: Gate, contract: Path) -> None:
    window = make()
    window.card_windows.open_card()
    card = window.card_windows.card
    assert card is not None
    qtbot.waitUntil(lambda: card.certificate is not None, timeout=20000)
    gate.shut("rehearsal")
    page = begun(qtbot, window, contract)
    assert card.certificate is not None
    assert card.certificate.first is not None
    assert card.certificate.first.held
    card.certificate.read_requested.emit()
    gate.open()
    password = password_window(qtbot, page)
    assert shown_questions() == [password]
    assert not card.controller.busy
    card.controller.finish()
    assert window.card_watch.paused, "who has not taken the card cannot give it back"
    QTest.keyClick(password, Qt.Key.Key_Escape)
    free(qtbot, window)
    assert card.certificate.first is not None
    assert not card.certificate.first.held


def test_a_card_that_is_being_read_does_not_sign(qtbot: Any, make: Make, gate: Gate, contract: Path) -> None:
    window = make()
    page = opened(qtbot, window, contract)
    QTest.mouseClick(page.panel.bottom_right, LEFT)
    window.card_windows.open_card()
    card = window.card_windows.card
    assert card is not None
    qtbot.waitUntil(lambda: card.certificate is not None, timeout=20000)
    gate.shut("attempts")
    card._read_certificate()
    page._refresh()
    assert page.panel.primary.held
    page.controller.begin(page._request(), page._inspected.child)  # type: ignore[arg-type, union-attr]
    assert not page.controller.busy
    gate.open()
    qtbot.waitUntil(lambda: len(shown_questions()) == 1, timeout=20000)
    card.close()
    free(qtbot, window)
    assert not page.panel.primary.held


# --- leaving ----------------------------------------------------------------------------------------------


def home(window: MainWindow, _other: Path) -> None:
    window.go_home()


def end_of_practice(window: MainWindow, _other: Path) -> None:
    window.end_practice()


def another_file(window: MainWindow, other: Path) -> None:
    window.open(other)


def other_language(window: MainWindow, _other: Path) -> None:
    window.go_home()
    window.use_language("en")


def no_file(window: MainWindow, other: Path) -> None:
    window.open(other.with_name("none.pdf"))


WAYS = (home, end_of_practice, another_file, other_language, no_file)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("moment", ["rehearsal", "attempts"])
def test_who_leaves_before_the_question_is_not_asked(
    qtbot: Any, make: Make, gate: Gate, contract: Path, tmp_path: Path, way: Any, moment: str
) -> None:
    other = tmp_path / "other.pdf"
    other.write_bytes(paper())
    window = make()
    gate.shut(moment)
    page = begun(qtbot, window, contract)
    controller = page.controller
    qtbot.waitUntil(lambda: gate.waiting == 1, timeout=20000)
    way(window, other)
    qtbot.waitUntil(lambda: not window.card_watch.paused, timeout=20000)
    assert not controller.busy
    gate.open()
    free(qtbot, window)
    qtbot.wait(200)
    assert shown_questions() == []
    assert gate.sent() == 0
    window.use_language("ja")
    QApplication.processEvents()


@pytest.mark.parametrize("moment", ["rehearsal", "attempts"])
def test_the_main_window_closes_in_the_middle_of_a_reading(
    qtbot: Any, make: Make, gate: Gate, contract: Path, moment: str
) -> None:
    window = make()
    gate.shut(moment)
    page = begun(qtbot, window, contract)
    qtbot.waitUntil(lambda: gate.waiting == 1, timeout=20000)
    keeper = window.card_watch.keeper
    assert keeper is not None
    assert window.close()
    assert not page.controller.busy
    gate.open()
    qtbot.waitUntil(lambda: keeper.pid is None, timeout=20000)
    assert shown_questions() == []
    assert gate.sent() == 0


def test_a_password_on_its_way_holds_document_practice_and_window(
    qtbot: Any, make: Make, gate: Gate, contract: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.pdf"
    other.write_bytes(paper())
    window = make()
    page, password = asked(qtbot, window, contract)
    gate.shut("unlock")
    send(password, "DEMO1234")
    window.go_home()
    window.end_practice()
    window.open(other)
    qtbot.waitUntil(lambda: window._arrived is not None, timeout=20000)
    assert not window.close()
    assert window.isVisible()
    assert window.stack.currentWidget() is page
    assert page.source == contract
    assert password.state is State.SIGNING
    gate.open()
    qtbot.waitUntil(lambda: isinstance(page.side.currentWidget(), ResultPanel), timeout=30000)
    assert page.toolbar.name.text() == "契約書_見本.pdf"
    assert "other.pdf" in " ".join(each.accessibleName() for each in page.findChildren(Banner))


def test_a_file_that_came_too_early_is_shown_when_nothing_was_signed(
    qtbot: Any, make: Make, gate: Gate, contract: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.pdf"
    other.write_bytes(paper())
    window = make()
    page, password = asked(qtbot, window, contract)
    gate.shut("unlock")
    send(password, "WRONG123")
    window.open(other)
    qtbot.waitUntil(lambda: window._arrived is not None, timeout=20000)
    gate.open()
    qtbot.waitUntil(lambda: password.tries == 4, timeout=20000)
    assert page.source == contract
    QTest.keyClick(password, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: page.source == other, timeout=20000)
    free(qtbot, window)


def test_the_card_window_stays_while_its_password_is_on_its_way(qtbot: Any, make: Make, gate: Gate) -> None:
    window = make()
    card, password = reading(qtbot, window)
    gate.shut("unlock")
    send(password, "WRONG123")
    card.close()
    assert not window.close()
    assert card.isVisible()
    gate.open()
    qtbot.waitUntil(lambda: password.state is State.TYPING and password.tries == 4, timeout=20000)
    card.close()
    free(qtbot, window)


@pytest.mark.parametrize("state", ["reading", "typing", "signing"])
def test_the_end_of_the_keeper_ends_no_way_out(qtbot: Any, make: Make, gate: Gate, contract: Path, state: str) -> None:
    window = make()
    if state == "reading":
        gate.shut("attempts")
        page = begun(qtbot, window, contract)
        qtbot.waitUntil(lambda: gate.waiting == 1, timeout=20000)
    else:
        page, password = asked(qtbot, window, contract)
    if state == "signing":
        gate.shut("unlock")
        send(password, "DEMO1234")
        qtbot.waitUntil(lambda: gate.waiting == 1, timeout=20000)
    keeper = window.card_watch.keeper
    assert keeper is not None
    assert keeper.pid is not None
    os.kill(keeper.pid, signal.SIGKILL)
    gate.open()
    if state == "typing":
        send(password, "DEMO1234")
    qtbot.waitUntil(lambda: bool(shown_questions()) and shown_questions()[0].state is not State.SIGNING, timeout=20000)
    (password,) = shown_questions()
    assert not page.controller.submitted
    QTest.keyClick(password, Qt.Key.Key_Escape)
    assert not page.controller.busy
    free(qtbot, window)


# --- what stays -------------------------------------------------------------------------------------------


def reading(qtbot: Any, window: MainWindow) -> Any:
    window.card_windows.open_card()
    card = window.card_windows.card
    assert card is not None
    qtbot.waitUntil(lambda: card.certificate is not None, timeout=20000)
    card._read_certificate()
    qtbot.waitUntil(lambda: len(shown_questions()) == 1, timeout=20000)
    (password,) = shown_questions()
    assert password.state is State.TYPING
    return card, password


def test_of_the_person_nothing_is_left_when_the_card_window_is_closed(qtbot: Any, make: Make) -> None:
    window = make()
    card, password = reading(qtbot, window)
    send(password, "DEMO1234")
    qtbot.waitUntil(lambda: card._read is not None, timeout=20000)
    assert [each for each in gc.get_objects() if isinstance(each, Holder)], "there is something to be forgotten"
    free(qtbot, window)
    card.close()
    qtbot.waitUntil(lambda: window.card_windows.card is None, timeout=5000)
    gc.collect()
    assert [type(each).__name__ for each in gc.get_objects() if isinstance(each, Holder | ReadCertificate)] == []


# --- Return -----------------------------------------------------------------------------------------------


def press_return(password: PasswordWindow, *, repeated: bool = False) -> None:
    none, kind = Qt.KeyboardModifier.NoModifier, QEvent.Type.KeyPress
    QApplication.sendEvent(password.field, QKeyEvent(kind, Qt.Key.Key_Return, none, "\r", repeated))


def test_a_held_return_sends_nothing(qtbot: Any, make: Make, gate: Gate, contract: Path) -> None:
    _page, password = asked(qtbot, make(), contract)
    QTest.keyClicks(password.field, "DEMO1234")
    press_return(password, repeated=True)
    assert password.state is State.TYPING
    press_return(password)
    assert password.state is State.SIGNING


def test_a_return_just_after_the_tries_were_read_is_not_meant_for_them(qtbot: Any, make: Make, contract: Path) -> None:
    _page, password = asked(qtbot, make(), contract)
    QTest.keyClicks(password.field, "WRONG123")
    password.show_typing(3)
    press_return(password)
    assert password.state is State.TYPING
    qtbot.waitUntil(lambda: password._shown.elapsed() > 600, timeout=5000)
    press_return(password)
    assert password.state is State.SIGNING
