"""The password window with real key and mouse events: nothing is sent by accident, and nothing is left behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise

import pytest
from PySide6.QtCore import QEvent, QPoint, QRect, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.gui import password_window
from app.gui.marks import Pill
from app.gui.password_parts import Roll, SubjectBox
from app.gui.password_window import PasswordWindow, State
from app.gui.reading_context import ReadingContext
from app.gui.signing_context import PasswordContext
from app.secret import Secret
from app.signing.sign import Step
from app.wording import language

pytestmark = pytest.mark.window

CONTEXT = PasswordContext(
    "契約書.pdf", 12, 1_800_000, 12, "契約書_署名済み.pdf", "ab" * 32, False, reader="ACS ACR39U ICC Reader 00 00"
)
OF_FILE = replace(CONTEXT, reader="", key_file="行政書士.p12")


class Sent:
    """What the window let out."""

    def __init__(self, window: PasswordWindow) -> None:
        self.passwords: list[str] = []
        self.cancelled = 0
        window.submitted.connect(self.take)
        window.cancelled.connect(self.count)

    def take(self, secret: Secret) -> None:
        with secret, secret.view() as view:
            self.passwords.append(bytes(view).decode("ascii"))

    def count(self) -> None:
        self.cancelled += 1


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[PasswordWindow]:
    made = PasswordWindow(None, CONTEXT)
    qtbot.addWidget(made)
    with qtbot.waitActive(made):
        made.open()
        made.activateWindow()
    yield made
    made.finish()


@pytest.fixture
def of_file(qtbot: QtBot) -> Iterator[PasswordWindow]:
    """The window for a key file, ready for typing."""
    made = PasswordWindow(None, OF_FILE)
    qtbot.addWidget(made)
    with qtbot.waitActive(made):
        made.open()
        made.activateWindow()
    made.show_typing(None)
    yield made
    made.finish()


@pytest.fixture
def sent(window: PasswordWindow) -> Sent:
    return Sent(window)


def press(window: PasswordWindow, text: str, *keys: Qt.Key) -> None:
    QTest.keyClicks(window.field, text)
    for key in keys:
        QTest.keyClick(window.field, key)


def said(window: QWidget) -> str:
    return " ".join(label.text() for label in window.findChildren(QLabel) if label.isVisible())


def click(widget: QWidget) -> None:
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


def test_it_waits_for_a_card_first_and_then_asks(window: PasswordWindow) -> None:
    assert window.state is State.WAITING
    window.show_typing(5)
    assert window.state is State.TYPING
    assert window.field.hasFocus()
    assert window.sign_button.held


def test_return_submits_once_and_shows_the_signing(window: PasswordWindow, sent: Sent) -> None:
    window.show_typing(5)
    press(window, "abcd1234", Qt.Key.Key_Return, Qt.Key.Key_Return)
    assert sent.passwords == ["ABCD1234"]
    assert window.state is State.SIGNING
    assert window.field.count() == 0


def test_the_button_submits(window: PasswordWindow, sent: Sent) -> None:
    window.show_typing(5)
    press(window, "ABCD12")
    click(window.sign_button)
    assert sent.passwords == ["ABCD12"]


@pytest.mark.parametrize("typed", ["", "A", "ABC12"])
def test_too_short_is_never_sent(window: PasswordWindow, sent: Sent, typed: str) -> None:
    window.show_typing(5)
    press(window, typed, Qt.Key.Key_Return)
    click(window.sign_button)
    assert sent.passwords == []
    assert str(len(typed)) in window.advice_line.text()


def test_four_digits_are_answered_after_a_pause_and_nothing_is_sent(
    window: PasswordWindow, sent: Sent, qtbot: QtBot
) -> None:
    window.show_typing(5)
    press(window, "1234")
    assert "利用者証明用" not in window.advice_line.text()
    qtbot.waitUntil(lambda: "利用者証明用" in window.advice_line.text(), timeout=2 * password_window.PAUSE_MS)
    press(window, "5")
    assert "利用者証明用" not in window.advice_line.text()
    assert sent.passwords == []


def test_four_digits_and_return_are_answered_at_once(window: PasswordWindow, sent: Sent) -> None:
    window.show_typing(5)
    press(window, "1234", Qt.Key.Key_Return)
    assert "利用者証明用" in window.advice_line.text()
    assert sent.passwords == []


@pytest.mark.parametrize(
    ("typed", "said_of_it"),
    [("WRONG-12-3", "「-」"), ("WRONG 12", "空白"), ("A" * 17, "16 文字までです"), ("1234-", "「-」")],
)
@pytest.mark.parametrize("tries", [5, 1])
def test_what_was_not_typed_is_not_sent(
    window: PasswordWindow, sent: Sent, qtbot: QtBot, typed: str, said_of_it: str, tries: int
) -> None:
    window.show_typing(tries)
    window.tick.setChecked(True)
    press(window, typed, Qt.Key.Key_Return)
    assert window.field.hasFocus(), "on the last try Return must not lead on to the button"
    click(window.sign_button)
    assert window.sign_button.held
    assert said_of_it in window.sign_button.accessibleDescription()
    qtbot.wait(password_window.PAUSE_MS + 100)
    assert said_of_it in window.advice_line.text()
    assert "消して、入れ直してください" in window.advice_line.text()
    assert sent.passwords == []
    QTest.keyClick(window.field, Qt.Key.Key_Delete)
    assert said_of_it not in window.advice_line.text()
    press(window, "ABCD12", Qt.Key.Key_Return)
    if tries == 1:
        click(window.sign_button)
    assert sent.passwords == ["ABCD12"]


@pytest.mark.parametrize(
    ("clipboard", "why"),
    [
        ("AB\u3000CD", "空白"),
        ("AB\tCD", "空白"),
        ("AB\nCD", "空白"),
        ("AB_CD", "「_」"),
        ("A" * 17, "16 文字"),
        ("", "コピー"),
    ],
)
@pytest.mark.parametrize("old", ["", "OLD123"])
def test_a_paste_that_was_not_taken_is_said_and_nothing_is_sent(
    window: PasswordWindow, sent: Sent, clipboard: str, why: str, old: str
) -> None:
    window.show_typing(5)
    press(window, old)
    QApplication.clipboard().setText(clipboard)
    window.field.paste()
    advice = window.advice_line.text()
    assert "貼り付けていません" in advice
    assert why in advice
    assert ("前の文字が残っています" in advice) == bool(old)
    press(window, "", Qt.Key.Key_Return)
    click(window.sign_button)
    assert sent.passwords == []
    assert window.advice_line.text() == advice


def test_a_key_file_s_password_is_as_it_was_typed_or_not_sent(of_file: PasswordWindow) -> None:
    sent = Sent(of_file)
    press(of_file, "x" * 256, Qt.Key.Key_Return)
    assert "長すぎます" in of_file.advice_line.text()
    QTest.keyClick(of_file.field, Qt.Key.Key_Delete)
    QApplication.clipboard().setText("a\nb")
    of_file.field.paste()
    press(of_file, "", Qt.Key.Key_Return)
    assert "貼り付けていません" in of_file.advice_line.text()
    assert sent.passwords == []
    press(of_file, "b", Qt.Key.Key_Return)
    assert sent.passwords == ["b"]


@pytest.mark.parametrize("typed", ["ABCDEF", "123456"])
def test_only_one_kind_is_advised_against_but_not_blocked(window: PasswordWindow, sent: Sent, typed: str) -> None:
    window.show_typing(5)
    press(window, typed)
    assert "両方" in window.advice_line.text()
    press(window, "", Qt.Key.Key_Return)
    assert sent.passwords == [typed]


def test_a_wrong_password_empties_the_field_and_tells_what_is_left(window: PasswordWindow) -> None:
    window.show_typing(5)
    press(window, "ABCD1234", Qt.Key.Key_Return)
    window.show_wrong(4)
    assert window.state is State.TYPING
    assert window.field.count() == 0
    assert window.field.hasFocus()
    assert window.banner.isVisible()
    assert "4" in window.banner.accessibleName()


@pytest.mark.parametrize("wrong", [True, False])
def test_the_last_try_needs_the_tick_and_the_button_itself(window: PasswordWindow, sent: Sent, wrong: bool) -> None:
    window.show_wrong(1) if wrong else window.show_typing(1)
    assert window.cancel_button.text() == "今はやめる"
    press(window, "ABCD1234", Qt.Key.Key_Return)
    assert sent.passwords == []
    click(window.sign_button)
    assert sent.passwords == []
    click(window.tick)
    press(window, "", Qt.Key.Key_Return)
    assert sent.passwords == []
    assert window.sign_button.hasFocus()
    click(window.sign_button)
    assert sent.passwords == ["ABCD1234"]


def test_a_second_last_try_must_be_ticked_anew(window: PasswordWindow) -> None:
    window.show_typing(1)
    window.tick.setChecked(True)
    window.show_wrong(1)
    assert not window.tick.isChecked()


def test_unknown_tries_show_no_number_and_can_be_read_again(window: PasswordWindow, qtbot: QtBot) -> None:
    window.show_typing(None)
    assert "不明" in window.tries_line.accessibleName()
    with qtbot.waitSignal(window.recheck_requested):
        click(window.tries_line.again)


@pytest.mark.parametrize("way", ["show_typing", "show_wrong"])
def test_no_try_left_is_locked_and_asks_nothing(window: PasswordWindow, way: str) -> None:
    getattr(window, way)(0)
    assert window.state is State.LOCKED
    assert not window.field.isVisible()


def test_closing_while_signing_does_nothing(window: PasswordWindow, sent: Sent) -> None:
    window.show_typing(5)
    press(window, "ABCD1234", Qt.Key.Key_Return)
    window.close()
    window.reject()
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert window.isVisible()
    assert sent.cancelled == 0
    for step in Step:
        window.step_done(step)


@pytest.mark.parametrize("way", ["close", "escape", "button"])
def test_every_way_out_cancels_once_and_wipes(window: PasswordWindow, sent: Sent, way: str) -> None:
    window.show_typing(5)
    press(window, "SECRET99")
    buffer = window.field.secret._buffer
    if way == "close":
        window.close()
    elif way == "escape":
        QTest.keyClick(window, Qt.Key.Key_Escape)
    else:
        click(window.cancel_button)
    assert sent.cancelled == 1
    assert sent.passwords == []
    assert bytes(buffer) == bytes(16)


def test_a_removed_card_empties_the_field(window: PasswordWindow) -> None:
    window.show_typing(5)
    press(window, "SECRET99")
    window.show_removed_before()
    assert window.state is State.WAITING
    assert window.field.count() == 0


def test_an_unknown_outcome_only_reads_the_counter(window: PasswordWindow, sent: Sent, qtbot: QtBot) -> None:
    window.show_signing()
    window.show_unknown()
    with qtbot.waitSignal(window.recheck_requested):
        QTest.keyClick(window.focusWidget(), Qt.Key.Key_Space)
    assert sent.passwords == []


def test_a_busy_card_counts_seconds_and_goes_on(window: PasswordWindow) -> None:
    window.show_busy()
    window.show_busy()
    assert window.state is State.BUSY
    window.show_typing(5)
    assert window.state is State.TYPING


def test_reading_the_tries_again_keeps_what_was_typed(window: PasswordWindow) -> None:
    window.show_typing(None)
    press(window, "ABC")
    window.show_typing(5)
    assert window.field.count() == 3


def test_the_practice_password_is_shown_in_practice_only(window: PasswordWindow, qtbot: QtBot) -> None:
    window.show_typing(5)
    assert not window.demo_banner.isVisible()
    practice = PasswordWindow(None, PasswordContext("a.pdf", 1, 10, None, "a_見本.pdf", "00" * 32, True))
    qtbot.addWidget(practice)
    practice.show_typing(5)
    practice.open()
    assert practice.demo_banner.isVisible()
    practice.finish()


def test_the_fingerprint_waits_behind_a_link(window: PasswordWindow) -> None:
    window.show_typing(5)
    before = window.height()
    click(window.file_box.more)
    assert window.height() > before


def test_a_low_screen_gets_the_compact_form(window: PasswordWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    window.show_typing(5)
    tall = window.height()
    monkeypatch.setattr(password_window, "_TITLE_BAR", 100_000)
    window.show_typing(5)
    assert window.height() < 300 < tall


def test_keys_go_round_field_eye_tick_cancel_sign(window: PasswordWindow) -> None:
    window.show_typing(1)
    order = [window.field, window.field.eye, window.tick, window.cancel_button, window.sign_button]
    for here, there in pairwise(order):
        assert here.hasFocus()
        QTest.keyClick(here, Qt.Key.Key_Tab)
        assert there.hasFocus()


def test_return_never_shows_the_password(window: PasswordWindow, sent: Sent) -> None:
    window.show_typing(1)
    press(window, "SECRET99")
    window.file_box.more.setChecked(True)
    for here in (window.tick, window.file_box.more, window.file_box.copy, window.cancel_button, window.field):
        here.setFocus()
        for key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            QTest.keyClick(here, key)
            assert not window.field.revealed
            assert window.state is State.TYPING
    window.tick.setChecked(True)
    QTest.keyClick(window.tick, Qt.Key.Key_Return)
    assert not window.field.revealed
    assert not any(each.autoDefault() or each.isDefault() for each in window.findChildren(QPushButton))
    assert sent.passwords == []


def test_the_fingerprint_gives_the_keyboard_back_to_the_field(window: PasswordWindow) -> None:
    window.show_typing(5)
    click(window.file_box.more)
    assert window.field.hasFocus()
    click(window.file_box.copy)
    assert window.field.hasFocus()


@pytest.mark.parametrize("spoken", ["ja", "en"])
@pytest.mark.parametrize("tries", [5, 2, 1])
def test_nothing_overlaps_and_all_stays_on_the_screen(qtbot: QtBot, spoken: str, tries: int) -> None:
    language.use(spoken)
    window = PasswordWindow(None, PasswordContext("a.pdf", 1, 10, None, "a_見本.pdf", "00" * 32, True))
    qtbot.addWidget(window)
    with qtbot.waitActive(window):
        window.open()
    window.show_wrong(tries)
    press(window, "1234", Qt.Key.Key_Return)
    for opened in (True, False):
        window.file_box.more.setChecked(opened)
        column = [window.tries_line, window.field, window.advice_line, window.sign_button]
        if tries == 1:
            column.insert(3, window.tick)
        for above, below in pairwise(column):
            assert above.geometry().bottom() < below.geometry().top()
        height = window.height()
        window._fit()
        assert window.height() == height, "it took its whole room at once"
        assert window.sign_button.mapTo(window, window.sign_button.rect().bottomRight()).y() < window.height()
        assert window.screen().availableGeometry().contains(window.geometry())
    window.finish()


def test_a_locked_card_says_what_to_do_and_return_closes(window: PasswordWindow, sent: Sent) -> None:
    window.show_locked()
    said = " ".join(label.text() for label in window.findChildren(QLabel) if label.isVisible())
    assert "続けて5回まちがえました" in said
    assert "PDFは変わっていません" in said
    assert "市区町村" in said
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_Return)
    assert sent.cancelled == 1


def test_a_locked_demo_card_sends_nobody_anywhere(qtbot: QtBot) -> None:
    window = PasswordWindow(None, PasswordContext("a.pdf", 1, 10, None, "a_見本.pdf", "00" * 32, True))
    qtbot.addWidget(window)
    window.show_locked()
    window.open()
    said = " ".join(label.text() for label in window.findChildren(QLabel) if label.isVisible())
    assert "見本のカードのパスワードがロックされました" in said
    assert "本物のカードには影響ありません" in said
    assert "市区町村" not in said
    window.finish()


# --- what it is for, and with what


def test_the_destination_and_who_signs_stand_beside_the_file(
    window: PasswordWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.show_typing(5)
    assert "提出先：一般の契約書（PAdES B-B）" in said(window)
    assert "署名に使うもの：マイナンバーカード（ACS ACR39U ICC Reader 00 00）" in said(window)
    window.show_reader("Sony RC-S300")
    assert "マイナンバーカード（Sony RC-S300）" in said(window)
    monkeypatch.setattr(password_window, "_TITLE_BAR", 100_000)
    window.show_typing(5)
    assert not window.file_box.isVisible()
    assert "一般の契約書" in said(window)
    assert "マイナンバーカード（Sony RC-S300）" in said(window)


def test_practice_and_key_files_are_named_as_what_signs(qtbot: QtBot) -> None:
    for context, words in (
        (replace(CONTEXT, demo=True), "署名に使うもの：練習（見本のカード）"),
        (OF_FILE, "署名に使うもの：鍵ファイル（行政書士.p12）"),
        (replace(CONTEXT, reader=""), "署名に使うもの：マイナンバーカード"),
    ):
        made = PasswordWindow(None, context)
        qtbot.addWidget(made)
        made.show_typing(5)
        made.open()
        assert words in said(made)
        made.finish()


def test_a_hostile_reader_or_file_name_is_shown_harmlessly(qtbot: QtBot) -> None:
    made = PasswordWindow(None, replace(OF_FILE, key_file="a\u202e<b>\n.p12"))
    qtbot.addWidget(made)
    made.show_typing(None)
    made.open()
    assert "a⟨U+202E⟩<b> .p12" in said(made)
    made.finish()


# --- another card


def test_another_card_is_a_state_of_its_own_and_forgets_what_was_typed(
    window: PasswordWindow, sent: Sent, qtbot: QtBot
) -> None:
    window.show_typing(5)
    press(window, "SECRET99")
    buffer = window.field.secret._buffer
    window.show_changed()
    assert window.state is State.CHANGED
    assert bytes(buffer) == bytes(16)
    assert "別のカードです" in said(window)
    assert "回数は減っていません" in said(window)
    go_on = next(each for each in window.findChildren(QPushButton) if each.text() == "置いてあるカードで続ける")
    assert not go_on.hasFocus(), "going on with another card wants a deliberate press"
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_A)
    assert window.state is State.CHANGED
    with qtbot.waitSignal(window.recheck_requested):
        click(go_on)
    window.show_typing(3)
    assert window.field.count() == 0
    assert sent.passwords == []


def test_return_on_another_card_leaves(window: PasswordWindow, sent: Sent) -> None:
    window.show_changed()
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_Return)
    assert sent.cancelled == 1


# --- the ways on


def test_a_card_that_is_not_found_leads_to_the_doctor(window: PasswordWindow, qtbot: QtBot) -> None:
    for show in (window.show_waiting, lambda: (window.show_typing(5), window.show_removed_before())):
        show()
        doctor = next(each for each in window.findChildren(QPushButton) if each.text() == "リーダーの診断")
        assert doctor.x() < window.focusWidget().x()
        with qtbot.waitSignal(window.doctor_requested):
            click(doctor)


def test_a_locked_card_leads_to_the_guide(window: PasswordWindow, qtbot: QtBot) -> None:
    window.show_locked()
    guide = next(each for each in window.findChildren(QPushButton) if each.text() == "手続きの案内を開く")
    with qtbot.waitSignal(window.guidance_requested):
        click(guide)


# --- what is said, and that it fits


def test_the_title_names_the_password(window: PasswordWindow, of_file: PasswordWindow) -> None:
    assert window.windowTitle() == "署名用パスワード — Natsuin"
    assert of_file.windowTitle() == "鍵ファイルのパスワード — Natsuin"


@pytest.mark.parametrize("low", [False, True])
def test_practice_is_told_by_what_it_is_for(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, low: bool) -> None:
    screen(monkeypatch, 460 if low else 960)
    made = PasswordWindow(None, ReadingContext("Reader", demo=True))
    qtbot.addWidget(made)
    made.show_typing(5)
    made.open()
    assert "署名はしません" in said(made)
    assert "署名します" not in said(made)
    assert "練習です" in said(made)
    made.finish()


def test_it_is_the_password_that_is_locked_not_the_card(window: PasswordWindow) -> None:
    window.show_typing(1)
    assert "署名用パスワードがロックされ" in said(window)
    assert "カードがロック" not in said(window)


def test_with_both_passwords_locked_the_way_by_phone_is_not_offered(window: PasswordWindow) -> None:
    window.show_locked()
    assert "コンビニ" in said(window)
    window.other_locked = True
    window.show_locked()
    assert "コンビニ" not in said(window)
    assert "両方" in said(window)
    assert "市区町村" in said(window)


def test_the_waiting_page_follows_what_is_lacking(window: PasswordWindow) -> None:
    window.show_waiting("no-reader")
    assert "リーダーをつないでください" in said(window)
    window.show_removed_before("no-service")
    assert "ICカードの機能が止まっています" in said(window)
    assert "カードをリーダーに置いてください" not in said(window)
    window.show_waiting()
    assert "カードをリーダーに置いてください" in said(window)
    window.show_typing(5)
    window.show_removed_before("no-service")
    assert "回数は減っていません" in said(window)


STATES: dict[str, Callable[[PasswordWindow], object]] = {
    "waiting": lambda made: made.show_waiting(),
    "removed": lambda made: (made.show_typing(5), made.show_removed_before("no-service")),
    "typing": lambda made: made.show_typing(5),
    "two left": lambda made: made.show_typing(2),
    "last": lambda made: made.show_typing(1),
    "last and wrong": lambda made: made.show_wrong(1),
    "unknown tries": lambda made: made.show_wrong(None),
    "locked": lambda made: made.show_locked(),
    "at work": lambda made: made.show_signing(),
    "unknown": lambda made: made.show_unknown(),
    "changed": lambda made: made.show_changed(),
    "busy": lambda made: made.show_busy(),
}


def screen(monkeypatch: pytest.MonkeyPatch, room: int) -> None:
    """As many px of height as the window has on a screen."""
    height = QApplication.primaryScreen().availableGeometry().height()
    monkeypatch.setattr(password_window, "_TITLE_BAR", height - room)


def is_in_order(made: PasswordWindow) -> bool:
    """Whether all of the foot, and the field's eye, can be pressed, and nothing overlaps."""
    buttons = [each for each in made.findChildren(QPushButton) if each.isVisible()]
    places = [QRect(each.mapTo(made, QPoint(0, 0)), each.size()) for each in buttons if not in_box(each)]
    column = [made.tries_line, made.field, made.advice_line, made.tick, made.sign_button]
    parts = pairwise(part.geometry() for part in column if part.isVisible())
    inside = bool(places) and all(made.rect().contains(place) for place in places)
    return inside and all(above.bottom() < below.top() for above, below in parts)


def in_box(widget: QWidget) -> bool:
    """Whether it lies in what may scroll."""
    return isinstance(widget.parentWidget(), SubjectBox)


@pytest.mark.parametrize("spoken", ["ja", "en"])
@pytest.mark.parametrize("purpose", ["signing", "practice", "reading", "reading practice", "key file"])
def test_on_a_screen_of_960_by_500_the_buttons_never_leave_it(
    qtbot: QtBot, themed: QApplication, monkeypatch: pytest.MonkeyPatch, spoken: str, purpose: str
) -> None:
    language.use(spoken)
    screen(monkeypatch, 460)
    contexts = {
        "signing": CONTEXT,
        "practice": replace(CONTEXT, demo=True),
        "reading": ReadingContext("ACS ACR39U", demo=False),
        "reading practice": ReadingContext("ACS ACR39U", demo=True),
        "key file": OF_FILE,
    }
    made = PasswordWindow(None, contexts[purpose])
    qtbot.addWidget(made)
    made.open()
    for show in STATES.values():
        show(made)
        if made.state is State.TYPING:
            press(made, "1234-", Qt.Key.Key_Return)
        qtbot.waitUntil(lambda made=made: made.height() <= 460 and is_in_order(made))  # type: ignore[misc]
    made.finish()


def is_calm(made: PasswordWindow) -> bool:
    """Whether nothing scrolls."""
    return not any(roll.verticalScrollBar().maximum() for roll in made._page.findChildren(Roll) if roll.isVisible())


@pytest.mark.parametrize("spoken", ["ja", "en"])
def test_it_scrolls_only_where_the_screen_is_too_low(
    qtbot: QtBot, themed: QApplication, monkeypatch: pytest.MonkeyPatch, spoken: str
) -> None:
    language.use(spoken)
    for context in (replace(CONTEXT, demo=True), ReadingContext("Reader", demo=True)):
        made = PasswordWindow(None, context)
        qtbot.addWidget(made)
        made.open()
        for room, scrolls in ((960, False), (460, False), (240, True)):
            screen(monkeypatch, room)
            for show in STATES.values():
                show(made)
                qtbot.waitUntil(lambda made=made, calm=not scrolls: not calm or is_calm(made))  # type: ignore[misc]
            made.show_wrong(1)
            bar = made._roll.verticalScrollBar()
            qtbot.waitUntil(lambda bar=bar, scrolls=scrolls: bool(bar.maximum()) == scrolls)  # type: ignore[misc]
        made.finish()


def test_the_subject_and_the_practice_password_stay_in_sight_on_a_low_screen(
    qtbot: QtBot, themed: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen(monkeypatch, 460)
    for context in (CONTEXT, replace(CONTEXT, demo=True), ReadingContext("Reader", demo=True)):
        made = PasswordWindow(None, context)
        qtbot.addWidget(made)
        made.open()
        made.show_wrong(1)
        box = made._compact_box
        qtbot.waitUntil(
            lambda box=box: box.visibleRegion().boundingRect().size() == box.size()  # type: ignore[misc]
        )
        assert ("DEMO1234" in said(made)) == context.demo
        made.finish()


# --- a key file


def test_a_key_file_s_password_is_sent_as_it_is(of_file: PasswordWindow) -> None:
    sent: list[bytes] = []

    def take(secret: Secret) -> None:
        with secret, secret.view() as view:
            sent.append(bytes(view))

    of_file.submitted.connect(take)
    press(of_file, "a b-C", Qt.Key.Key_Return, Qt.Key.Key_Return)
    assert sent == [b"a b-C"]
    assert of_file.state is State.SIGNING
    of_file.show_wrong(None)
    assert of_file.state is State.TYPING
    press(of_file, "1234", Qt.Key.Key_Return)
    assert sent == [b"a b-C", b"1234"], "four digits are no other password here"
    of_file.show_wrong(None)
    click(of_file.sign_button)
    assert sent[-1] == b"", "a file may have none"


def test_a_key_file_has_no_tries_and_discloses_other_things(of_file: PasswordWindow) -> None:
    words = said(of_file)
    assert "この鍵ファイルには回数の制限はありません" in words
    assert "残り" not in words
    assert not of_file.tries_line.again.isVisible()
    assert "パスワードで" in words, "whose certificate it is, is known later"
    for gone in ("マイナンバー", "生年月日", "英大文字"):
        assert gone not in words + of_file.field.accessibleName() + of_file.tries_line.accessibleName()
    pills = [pill.accessibleName() for pill in of_file.findChildren(Pill)]
    assert pills == ["氏名", "会社・事務所", "役職・資格", "登録番号など"]


def test_caps_lock_is_said_where_it_matters_and_until_it_is_off(
    of_file: PasswordWindow, window: PasswordWindow
) -> None:
    window.show_typing(5)
    for made in (of_file, window):
        QTest.keyClick(made.field, Qt.Key.Key_A)
    QTest.keyClicks(of_file.field, "x")
    assert "Caps Lock" not in of_file.advice_line.text()
    for made in (of_file, window):
        QApplication.sendEvent(
            made.field, QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_A, Qt.KeyboardModifier.NoModifier, "A")
        )
    assert "Caps Lock" in of_file.advice_line.text()
    assert "Caps Lock" not in window.advice_line.text(), "small letters are raised anyway"
    QTest.keyClicks(of_file.field, "b")
    assert "Caps Lock" not in of_file.advice_line.text()


def test_the_steps_of_a_key_file_speak_of_no_card(of_file: PasswordWindow) -> None:
    of_file.show_signing()
    for step in (None, *Step):
        if step is not None:
            of_file.step_done(step)
        assert "カード" not in said(of_file)
    assert "鍵ファイルで署名しました" in said(of_file)


@pytest.mark.parametrize("spoken", ["ja", "en"])
def test_a_key_file_s_window_fits_and_has_a_compact_form(
    qtbot: QtBot, spoken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    language.use(spoken)
    made = PasswordWindow(None, OF_FILE)
    qtbot.addWidget(made)
    made.show_wrong(None)
    with qtbot.waitActive(made):
        made.open()
    pills = made.findChildren(Pill)
    assert all(pill.width() >= pill.sizeHint().width() for pill in pills), "no word is cut off"
    tall = made.height()
    monkeypatch.setattr(password_window, "_TITLE_BAR", 100_000)
    made.show_wrong(None)
    assert made.height() < 400 < tall
    made.finish()
