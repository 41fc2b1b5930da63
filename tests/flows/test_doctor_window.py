"""The reader doctor's window with real keys: it looks in its lane, again when a card comes, and is left at any time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from doctor_cases import CASES, LINUX, READER, Case, KeeperOf, my_number_card
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QDesktopServices, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from app.card import surroundings
from app.card.examination import Finding, Greeting
from app.card.host import Host
from app.errors.base import Cancelled
from app.gui import background, doctor_window
from app.gui.card_watch import CardState, CardWatch
from app.gui.doctor_window import MINIMUM, DoctorWindow
from app.wording import language
from app.wording.doctor import OFFICIAL_LIST

pytestmark = pytest.mark.window
Open = Callable[..., DoctorWindow]
EMPTY = Case("no-card", LINUX, Greeting(0, {READER: False}))
FULL = Case("ready", LINUX, Greeting(0, {READER: True}), {READER: my_number_card()})


class Watching(CardWatch):
    """A watch that looks at nothing by itself: the test says what happens."""

    refreshed = 0

    def happen(self, state: str) -> None:
        self._show((), CardState(state))

    def refresh(self) -> None:
        self.refreshed += 1


@pytest.fixture
def lanes() -> Iterator[background.Lanes]:
    made = background.Lanes()
    yield made
    made.close()


@pytest.fixture
def watch(themed: QApplication, lanes: background.Lanes) -> Iterator[Watching]:
    made = Watching(lanes)
    made.state = CardState("no-card")
    yield made
    made.deleteLater()


@pytest.fixture
def open_window(
    qtbot: QtBot,
    watch: Watching,
    lanes: background.Lanes,
    calm_gui_thread: None,
    monkeypatch: pytest.MonkeyPatch,
) -> Open:
    """`open_window(case, keeper=…)`: the window over this computer and card, when it has looked (`wait`)."""

    def opened(case: Case, *, keeper: Any = None, wait: bool = True) -> DoctorWindow:
        put(case, watch, monkeypatch, keeper)
        made = DoctorWindow(lanes, watch)
        qtbot.addWidget(made)
        with qtbot.waitActive(made):
            made.show()
            made.activateWindow()
        if wait:
            qtbot.waitUntil(lambda: not made.looking, timeout=10000)
        return made

    return opened


def put(case: Case, watch: Watching, monkeypatch: pytest.MonkeyPatch, keeper: Any = None) -> None:
    """What the next look will find."""

    def survey() -> Host:
        assert not background.in_gui_thread()
        return case.host

    monkeypatch.setattr(surroundings, "survey", survey)
    monkeypatch.setattr(surroundings, "programs", lambda: ("firefox-esr",))
    watch.keeper = keeper or case.keeper()  # type: ignore[assignment]


def press(window: QWidget, key: Qt.Key) -> None:
    QTest.keyClick(window.window().focusWidget() or window, key)


def click(widget: QWidget) -> None:
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


def states(window: DoctorWindow) -> list[str]:
    return [row.state for row in window.rows]


def texts(widget: QWidget) -> list[str]:
    return [label.text() for label in widget.findChildren(QLabel) if label.isVisibleTo(widget) and label.text()]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.code}-{case.host.platform}-{case.host.sandbox}")
@pytest.mark.parametrize("name", ["ja", "en"])
def test_every_state_is_shown_whole_at_the_smallest_width(open_window: Open, case: Case, name: str) -> None:
    language.use(name)
    window = open_window(case)
    window.resize(MINIMUM[0], 640)
    QTest.qWait(20)
    failed = [row for row in window.rows if row.state == "failed"]
    assert [row.instructions is not None for row in window.rows] == [row in failed for row in window.rows]
    for row in window.rows:
        for child in row.findChildren(QWidget):
            if child.isVisible():
                right = child.mapTo(row, child.rect().topRight()).x()
                assert right <= row.width(), f"{child} sticks out"
    if failed:
        assert failed[0].instructions is not None
        assert failed[0].instructions.again.isVisible()
        assert window.focusWidget() is failed[0].instructions.again


def test_the_picture_of_a_missing_card_fits_the_window(open_window: Open) -> None:
    window = open_window(EMPTY)
    assert (window.width(), window.height()) == (680, 640)
    bar = window.findChildren(doctor_window.QScrollArea)[0].verticalScrollBar()
    assert bar.maximum() == 0, "nothing is below the edge"
    assert states(window) == ["ok", "ok", "failed", "not-looked-at", "not-looked-at"]


def test_it_looks_again_by_itself_when_a_card_comes(
    open_window: Open, watch: Watching, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    window = open_window(EMPTY)
    put(FULL, watch, monkeypatch)
    watch.happen("ready")
    qtbot.waitUntil(lambda: states(window) == ["ok"] * 5, timeout=10000)
    assert not window.findChildren(QWidget, "instructions")
    assert window.headline.accessibleName() == window.headline.text()
    put(EMPTY, watch, monkeypatch)
    watch.happen("no-card")
    qtbot.waitUntil(lambda: states(window)[2] == "failed", timeout=10000)


def test_a_change_during_a_look_is_looked_at_afterwards_once(
    open_window: Open, watch: Watching, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    begun, go_on = threading.Event(), threading.Event()

    class Slow(KeeperOf):
        def call(self, method: str, *, reader: str = "", **options: Any) -> Any:
            begun.set()
            assert go_on.wait(10)
            return super().call(method, reader=reader, **options)

    window = open_window(EMPTY, keeper=Slow(EMPTY.greeting, {}), wait=False)
    assert begun.wait(10)
    assert window.looking
    after = FULL.keeper()
    put(FULL, watch, monkeypatch, after)
    watch.happen("reading")
    watch.happen("ready")
    go_on.set()
    qtbot.waitUntil(lambda: not window.looking and states(window) == ["ok"] * 5, timeout=10000)
    assert after.looks == [READER]


def test_whatever_stirs_at_the_readers_is_looked_at_although_the_cards_state_is_the_same(
    open_window: Open, watch: Watching, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    window = open_window(FULL)
    again = FULL.keeper()
    put(FULL, watch, monkeypatch, again)
    for _ in range(5):
        watch.stirred.emit()
    qtbot.waitUntil(lambda: again.looks == [READER], timeout=10000)
    QTest.qWait(2 * doctor_window.SOON_MS)
    assert again.looks == [READER], "what comes together is looked at once"
    assert states(window) == ["ok"] * 5


def test_return_looks_again_and_keeps_the_old_result_in_view_meanwhile(
    open_window: Open, watch: Watching, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    window = open_window(EMPTY)
    row = window.rows[2]
    steps = row.instructions
    assert steps is not None
    go_on = threading.Event()

    class Slow(KeeperOf):
        def call(self, method: str, *, reader: str = "", **options: Any) -> Any:
            assert go_on.wait(10)
            return super().call(method, reader=reader, **options)

    put(EMPTY, watch, monkeypatch, Slow(EMPTY.greeting, {}))
    press(window, Qt.Key.Key_Return)
    assert window.looking
    assert row.instructions is steps
    assert steps.again.held
    press(window, Qt.Key.Key_Return)  # inert
    go_on.set()
    qtbot.waitUntil(lambda: not window.looking, timeout=10000)
    assert row.instructions is steps, "the same fault is not built anew"
    assert not steps.again.held
    assert window.focusWidget() is steps.again


@pytest.mark.parametrize("during", [True, False])
def test_escape_closes_at_any_time_and_nothing_comes_after(
    open_window: Open, watch: Watching, qtbot: QtBot, during: bool
) -> None:
    go_on = threading.Event()

    class Slow(KeeperOf):
        def call(self, method: str, *, reader: str = "", **options: Any) -> Any:
            assert not during or go_on.wait(10)
            return super().call(method, reader=reader, **options)

    window = open_window(EMPTY, keeper=Slow(EMPTY.greeting, {}), wait=not during)
    press(window, Qt.Key.Key_Escape)
    assert not window.isVisible()
    assert not window.looking
    before = states(window)
    go_on.set()
    QTest.qWait(100)
    assert states(window) == before
    watch.happen("ready")
    QTest.qWait(2 * doctor_window.SOON_MS)
    assert not window.looking, "who is not there looks at nothing"


def test_it_can_be_shown_again(open_window: Open, watch: Watching, monkeypatch: Any, qtbot: QtBot) -> None:
    window = open_window(EMPTY)
    window.close()
    put(FULL, watch, monkeypatch)
    window.show()
    qtbot.waitUntil(lambda: not window.looking, timeout=10000)
    assert states(window) == ["ok"] * 5


def test_without_a_keeper_it_starts_one_of_its_own_and_ends_it(
    open_window: Open, watch: Watching, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    made: list[KeeperOf] = []

    def new() -> KeeperOf:
        made.append(FULL.keeper())
        return made[-1]

    monkeypatch.setattr(doctor_window, "Keeper", new)
    window = open_window(EMPTY)
    watch.keeper = None
    monkeypatch.setattr(surroundings, "survey", lambda: FULL.host)
    window.check_again()
    qtbot.waitUntil(lambda: not window.looking, timeout=10000)
    assert states(window) == ["ok"] * 5
    assert [keeper.closed for keeper in made] == [True]


def test_a_keeper_of_its_own_that_hangs_is_ended_when_the_window_closes(
    open_window: Open, watch: Watching, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, ended = threading.Event(), threading.Event()

    class Hanging(KeeperOf):
        def call(self, method: str, *, reader: str = "", **options: Any) -> Any:
            begun.set()
            assert ended.wait(10), "nobody ended it"
            raise Cancelled

        def kill(self) -> None:
            ended.set()

    window = open_window(EMPTY)
    watch.keeper = None
    monkeypatch.setattr(doctor_window, "Keeper", lambda: Hanging(None, {}))
    window.check_again()
    assert begun.wait(10)
    press(window, Qt.Key.Key_Escape)
    assert ended.is_set()
    assert not window.isVisible()


def test_in_practice_it_looks_at_the_real_readers_and_says_so(
    themed: QApplication, lanes: background.Lanes, qtbot: QtBot, calm_gui_thread: None, monkeypatch: Any
) -> None:
    practice = CardWatch(lanes)
    practice.demo = True
    practice.keeper = KeeperOf(None, {})  # type: ignore[assignment]
    monkeypatch.setattr(surroundings, "survey", lambda: LINUX)
    window = DoctorWindow(lanes, practice)
    qtbot.addWidget(window)
    window.show()
    qtbot.waitUntil(lambda: not window.looking, timeout=20000)
    assert any("本物のリーダー" in text for text in texts(window))
    assert window.diagnosis is not None
    assert window.diagnosis.checks[0].code != "program-fault", "the practice card's keeper was not asked"
    assert "Natsuin demo" not in str(window.diagnosis.plain())
    window.close()


def test_copying_puts_the_report_into_the_clipboard_and_says_so(open_window: Open) -> None:
    window = open_window(FULL)
    click(window.copy_button)
    copied = QGuiApplication.clipboard().text()
    assert "[ok] ready" in copied
    assert "1101547" not in copied
    assert any("コピーしました" in text for text in texts(window))


def test_there_is_nothing_to_copy_before_the_first_result(open_window: Open) -> None:
    go_on = threading.Event()

    class Slow(KeeperOf):
        def call(self, method: str, *, reader: str = "", **options: Any) -> Any:
            assert go_on.wait(10)
            return super().call(method, reader=reader, **options)

    QGuiApplication.clipboard().setText("before")
    window = open_window(EMPTY, keeper=Slow(EMPTY.greeting, {}), wait=False)
    click(window.copy_button)
    assert QGuiApplication.clipboard().text() == "before"
    assert window.copy_button.held
    go_on.set()


def test_the_official_list_is_named_first_and_opened_only_then(
    open_window: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toString()) or True)
    window = open_window(next(case for case in CASES if case.code == "no-reader"))
    steps = window.rows[1].instructions
    assert steps is not None
    assert OFFICIAL_LIST not in texts(window)
    click(steps.listed)
    assert OFFICIAL_LIST in texts(window)
    assert opened == []
    assert steps.address is not None
    assert window.focusWidget() is steps.address.open_button
    press(window, Qt.Key.Key_Return)
    assert opened == [OFFICIAL_LIST]


def test_a_computer_without_browser_is_told_to_type_the_address(
    open_window: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda _url: False)
    window = open_window(next(case for case in CASES if case.code == "no-reader"))
    steps = window.rows[1].instructions
    assert steps is not None
    click(steps.listed)
    assert steps.address is not None
    click(steps.address.open_button)
    assert "入力してください" in steps.address.words.text()


def test_how_to_place_the_card_is_shown_as_a_picture_and_hidden_again(open_window: Open) -> None:
    window = open_window(EMPTY)
    steps = window.rows[2].instructions
    assert steps is not None
    click(steps.placing)
    assert any("置き型" in text for text in texts(steps))
    click(steps.placing)
    assert not any("置き型" in text for text in texts(steps))


def test_a_command_can_be_copied(open_window: Open) -> None:
    window = open_window(next(case for case in CASES if case.code == "library-missing"))
    copies = [
        button
        for button in window.findChildren(doctor_window.Button)
        if button.accessibleName() == "コマンドをコピー" and button.isVisible()
    ]
    click(copies[0])
    assert QGuiApplication.clipboard().text() == "sudo apt install pcscd libccid"


def test_every_row_and_button_has_a_name_for_the_ear(open_window: Open) -> None:
    window = open_window(EMPTY)
    assert [row.accessibleName().rpartition(", ")[2] for row in window.rows] == [
        "問題ありません",
        "問題ありません",
        "直すところがあります",
        "まだ調べていません",
        "まだ調べていません",
    ]
    for button in window.findChildren(doctor_window.Button):
        interface = QAccessible.queryAccessibleInterface(button)
        assert interface is not None
        assert button.text() or button.accessibleName()


def test_the_keyboard_reaches_everything(open_window: Open) -> None:
    window = open_window(EMPTY)
    seen = set()
    for _ in range(12):
        press(window, Qt.Key.Key_Tab)
        focus = window.focusWidget()
        seen.add(focus.text() if isinstance(focus, doctor_window.Button) else "")
    assert {"もう一度調べる", "置き方を図で見る", "結果をコピー", "閉じる"} <= seen


def test_a_fault_of_our_own_is_told_as_one(open_window: Open) -> None:
    class Broken(KeeperOf):
        def call(self, method: str, *, reader: str = "", **options: Any) -> Any:
            raise RuntimeError("something inside")

    window = open_window(EMPTY, keeper=Broken(None, {}))
    assert states(window)[0] == "failed"
    assert not any("something inside" in text for text in texts(window))
    assert not window.looking


def test_busy_cards_name_who_could_hold_them_and_are_waited_for(open_window: Open, watch: Watching) -> None:
    window = open_window(Case("", LINUX, Greeting(0, {READER: True}), {READER: Finding("card-busy")}))
    assert any("firefox-esr" in text for text in texts(window.rows[2]))
    assert watch.refreshed == 1
