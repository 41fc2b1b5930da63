"""The password field with real key events: what it takes, what it refuses, and that nothing comes out of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QGuiApplication, QInputMethodEvent, QKeyEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.gui import password_field
from app.gui.password_field import PasswordField
from app.gui.password_rules import FILE_RULE
from app.secret import Secret

pytestmark = pytest.mark.window


@pytest.fixture
def field(qtbot: QtBot) -> Iterator[PasswordField]:
    made = PasswordField()
    made.resize(480, 50)
    qtbot.addWidget(made)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    made.setFocus()
    yield made
    QGuiApplication.clipboard().clear()


@pytest.fixture
def of_file(qtbot: QtBot) -> Iterator[PasswordField]:
    """The same for a key file, whose password has no rule."""
    made = PasswordField(rule=FILE_RULE)
    made.resize(480, 50)
    qtbot.addWidget(made)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    made.setFocus()
    yield made
    QGuiApplication.clipboard().clear()


def content(secret: Secret) -> str:
    with secret.view() as view:
        return bytes(view).decode()


def clipboard() -> str:
    return QGuiApplication.clipboard().text()


def press(field: PasswordField, sequence: QKeySequence.StandardKey) -> None:
    QTest.keySequence(field, QKeySequence(sequence))


def test_small_letters_are_raised(field: PasswordField) -> None:
    QTest.keyClicks(field, "abC12z")
    assert content(field.take()) == "ABC12Z"


def test_full_width_is_halved_and_blanks_round_a_paste_are_cut(field: PasswordField) -> None:
    QGuiApplication.clipboard().setText("  ａＢ１２ｘ９\n")
    press(field, QKeySequence.StandardKey.Paste)
    assert content(field.take()) == "AB12X9"


def test_a_forbidden_character_is_named_and_not_taken(field: PasswordField, qtbot: QtBot) -> None:
    with qtbot.waitSignal(field.refused) as refused:
        QTest.keyClicks(field, "AB-")
    assert refused.args == ["-", False]
    assert field.count() == 2


@pytest.mark.parametrize("typed", ["WRONG-12-3", "漢", "A" * 17, "A" * 16 + "-"])
def test_what_is_not_taken_spoils_the_field_until_it_is_deleted_key_by_key(field: PasswordField, typed: str) -> None:
    taken = typed.partition("-")[0].partition("漢")[0][:16]
    if typed == "漢":
        forced = QInputMethodEvent()
        forced.setCommitString("漢1")
        QApplication.sendEvent(field, forced)
        typed = "漢1"
    else:
        QTest.keyClicks(field, typed)
    assert field.spoilt
    assert content(field.secret) == taken, "what comes after it is not taken either"
    assert str(len(typed)) in field.accessibleDescription()
    for left in range(len(typed) - len(taken) - 1, -1, -1):
        QTest.keyClick(field, Qt.Key.Key_Backspace)
        assert field.spoilt == bool(left)
    assert content(field.secret) == taken
    QTest.keyClick(field, Qt.Key.Key_Backspace)
    QTest.keyClicks(field, "7")
    assert content(field.secret) == taken[:-1] + "7"


@pytest.mark.parametrize("way", ["delete", "clear", "select all", "paste", "take"])
def test_a_spoilt_field_begins_anew(field: PasswordField, way: str) -> None:
    QTest.keyClicks(field, "AB-CD")
    if way == "delete":
        QTest.keyClick(field, Qt.Key.Key_Delete)
    elif way == "clear":
        field.clear()
    elif way == "select all":
        press(field, QKeySequence.StandardKey.SelectAll)
    elif way == "take":
        field.take().wipe()
    if way == "paste":
        QGuiApplication.clipboard().setText("x1")
        field.paste()
    else:
        QTest.keyClicks(field, "x1")
    assert content(field.secret) == "X1"
    assert not field.spoilt


def test_untaken_characters_are_seen(field: PasswordField) -> None:
    QTest.keyClicks(field, "ABC")
    for revealed in (False, True):
        field.eye.setChecked(revealed)
        before = field.grab().toImage()
        QTest.keyClicks(field, "-")
        assert field.grab().toImage() != before
        QTest.keyClick(field, Qt.Key.Key_Backspace)
        assert field.grab().toImage() == before


@pytest.mark.parametrize("clipboard", ["ABC_123", "B" * 17, "", " \n"])
def test_a_paste_that_was_not_taken_spoils_what_stands_there(field: PasswordField, clipboard: str) -> None:
    QTest.keyClicks(field, "OLD123")
    press(field, QKeySequence.StandardKey.SelectAll)
    QGuiApplication.clipboard().setText(clipboard)
    field.paste()
    assert field.spoilt
    assert content(field.secret) == "OLD123"
    QTest.keyClicks(field, "9")
    assert content(field.secret) == "OLD123", "nothing is added to what the person means to have replaced"
    QGuiApplication.clipboard().setText("NEW123")
    field.paste()
    assert content(field.secret) == "NEW123"
    assert not field.spoilt


def test_an_empty_field_is_not_what_was_pasted_either(of_file: PasswordField) -> None:
    """A key file may have no password: the empty field would be sent."""
    QGuiApplication.clipboard().setText("語" * 86)
    of_file.paste()
    assert of_file.spoilt
    QTest.keyClicks(of_file, "a")
    assert not of_file.spoilt
    assert content(of_file.secret) == "a"


def test_the_keyboard_is_seen_in_a_red_field(field: PasswordField) -> None:
    field.show_wrong(True)
    field._blink.stop()
    field._caret = False
    here = field.grab().toImage()
    field.eye.setFocus()
    assert not field.hasFocus()
    assert field.grab().toImage() != here


def test_a_paste_with_a_forbidden_character_is_refused_whole(field: PasswordField, qtbot: QtBot) -> None:
    QGuiApplication.clipboard().setText("ABC_123")
    with qtbot.waitSignal(field.refused) as refused:
        field.paste()
    assert refused.args == ["_", True]
    assert field.count() == 0


def test_the_seventeenth_character_is_refused(field: PasswordField, qtbot: QtBot) -> None:
    with qtbot.waitSignal(field.overflowed):
        QTest.keyClicks(field, "A" * 17)
    assert field.count() == 16
    QGuiApplication.clipboard().setText("B" * 17)
    with qtbot.waitSignal(field.overflowed):
        field.paste()
    assert field.count() == 16


def test_nothing_is_copied_cut_or_dragged_out(field: PasswordField) -> None:
    QGuiApplication.clipboard().setText("before")
    QTest.keyClicks(field, "SECRET99")
    for key in (
        QKeySequence.StandardKey.SelectAll,
        QKeySequence.StandardKey.Copy,
        QKeySequence.StandardKey.SelectAll,
        QKeySequence.StandardKey.Cut,
    ):
        press(field, key)
    assert clipboard() == "before"
    assert field.count() == 8
    assert not field.acceptDrops()
    QTest.mouseDClick(field, Qt.MouseButton.LeftButton)
    assert "SECRET99" not in QGuiApplication.clipboard().text(QGuiApplication.clipboard().Mode.Selection)


def test_backspace_takes_one_and_select_all_takes_everything(field: PasswordField) -> None:
    QTest.keyClicks(field, "ABCDEF")
    QTest.keyClick(field, Qt.Key.Key_Backspace)
    assert field.count() == 5
    press(field, QKeySequence.StandardKey.SelectAll)
    QTest.keyClicks(field, "x")
    assert content(field.secret) == "X"
    QTest.keyClick(field, Qt.Key.Key_Delete)
    assert field.count() == 0


def test_the_input_method_is_off(field: PasswordField) -> None:
    assert not field.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)
    assert not QGuiApplication.inputMethod().isVisible()


def test_the_eye_hides_again_when_the_window_loses_focus(field: PasswordField) -> None:
    QTest.keyClicks(field, "ABCDEF")
    QTest.mouseClick(field.eye, Qt.MouseButton.LeftButton)
    assert field.revealed
    QApplication.sendEvent(field, QEvent(QEvent.Type.WindowDeactivate))
    assert not field.revealed


def test_the_eye_hides_again_after_a_while(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    assert password_field.REVEALED_MS == 10_000
    monkeypatch.setattr(password_field, "REVEALED_MS", 30)
    field = PasswordField()
    qtbot.addWidget(field)
    field.show()
    QTest.mouseClick(field.eye, Qt.MouseButton.LeftButton)
    assert field.revealed
    qtbot.waitUntil(lambda: not field.revealed, timeout=1000)


def test_dots_and_revealed_letters_look_different_and_dots_tell_no_letters(field: PasswordField) -> None:
    QTest.keyClicks(field, "ABCDEF")
    dots = field.grab().toImage()
    press(field, QKeySequence.StandardKey.SelectAll)
    QTest.keyClicks(field, "UVWXYZ")
    assert field.grab().toImage() == dots
    field.eye.setChecked(True)
    assert field.grab().toImage() != dots


def test_a_screen_reader_hears_the_number_only(field: PasswordField) -> None:
    QTest.keyClicks(field, "SECRET99")
    assert "8" in field.accessibleDescription()
    assert "SECRET" not in field.accessibleDescription() + field.accessibleName()


def test_take_hands_over_and_begins_anew(field: PasswordField) -> None:
    QTest.keyClicks(field, "ABCDEF")
    taken = field.take()
    assert len(taken) == 6
    assert field.count() == 0
    assert field.secret is not taken
    taken.wipe()


def test_clearing_wipes_the_buffer(field: PasswordField) -> None:
    QTest.keyClicks(field, "ABCDEF")
    buffer = field.secret._buffer
    field.clear()
    assert bytes(buffer) == bytes(16)


def test_an_input_method_that_is_forced_upon_it_is_listened_to(field: PasswordField, qtbot: QtBot) -> None:
    composing, done = QInputMethodEvent("あ", []), QInputMethodEvent()
    done.setCommitString("ａＢ１２")
    QApplication.sendEvent(field, composing)
    assert field.count() == 0
    QApplication.sendEvent(field, done)
    assert content(field.secret) == "AB12"
    done.setCommitString("漢")
    with qtbot.waitSignal(field.refused) as refused:
        QApplication.sendEvent(field, done)
    assert refused.args == ["漢", False]
    for question in Qt.InputMethodQuery:
        answer = field.inputMethodQuery(question)
        assert "AB12" not in str(answer), "nor does it learn what is there"


# --- the password of a key file


def test_every_character_counts_and_is_kept_as_it_is(of_file: PasswordField) -> None:
    QTest.keyClicks(of_file, "Ab c-_{}@ z")
    assert content(of_file.take()) == "Ab c-_{}@ z"


def test_any_text_may_be_pasted_but_its_line_end_is_cut(of_file: PasswordField) -> None:
    QGuiApplication.clipboard().setText(" 合言葉　𠮷Ａé \r\n")
    of_file.paste()
    assert of_file.count() == 9
    assert content(of_file.take()) == " 合言葉　𠮷Ａé "


@pytest.mark.parametrize("control", ["\t", "\n", "\x00", "\x7f", "\u2028"])
def test_what_nobody_can_type_is_refused(of_file: PasswordField, qtbot: QtBot, control: str) -> None:
    QGuiApplication.clipboard().setText(f"a{control}b")
    pasted = QGuiApplication.clipboard().text()
    with qtbot.waitSignal(of_file.refused) as refused:
        of_file.paste()
    assert refused.args == [pasted[1], True]
    assert of_file.count() == 0


def test_backspace_takes_a_whole_character(of_file: PasswordField) -> None:
    QGuiApplication.clipboard().setText("aé語𠮷")
    of_file.paste()
    for left in ("aé語", "aé", "a", "", ""):
        QTest.keyClick(of_file, Qt.Key.Key_Backspace)
        assert content(of_file.secret) == left
        assert of_file.count() == len(left)


def test_255_bytes_are_the_most(of_file: PasswordField, qtbot: QtBot) -> None:
    QGuiApplication.clipboard().setText("語" * 86)
    with qtbot.waitSignal(of_file.overflowed):
        of_file.paste()
    assert of_file.count() == 0
    QGuiApplication.clipboard().setText("語" * 85)
    of_file.paste()
    with qtbot.waitSignal(of_file.overflowed):
        QTest.keyClicks(of_file, "x")
    assert of_file.count() == 85
    of_file.eye.setChecked(True)
    of_file.grab()  # far more than there is room for


def test_letters_of_the_third_level_are_letters(of_file: PasswordField) -> None:
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
    QApplication.sendEvent(of_file, QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_At, both, "@"))
    assert content(of_file.secret) == "@"
    QApplication.sendEvent(
        of_file, QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier, "d")
    )
    assert content(of_file.secret) == "@"


def test_caps_lock_is_noticed_where_capitals_matter(field: PasswordField, of_file: PasswordField) -> None:
    heard: list[tuple[str, bool]] = []
    field.caps_lock.connect(lambda on: heard.append(("card", on)))
    of_file.caps_lock.connect(lambda on: heard.append(("file", on)))
    shift, none = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.NoModifier
    for text, modifier in (("a", none), ("A", shift), ("A", none), ("a", shift), ("1", none), ("ä", none)):
        for each in (field, of_file):
            QApplication.sendEvent(each, QKeyEvent(QEvent.Type.KeyPress, 0, modifier, text))
    assert heard == [("file", False), ("file", False), ("file", True), ("file", True)]


def test_what_is_pasted_is_as_secret_as_what_is_typed(of_file: PasswordField) -> None:
    QGuiApplication.clipboard().setText("秘密 Secret")
    of_file.paste()
    QGuiApplication.clipboard().setText("before")
    for key in (QKeySequence.StandardKey.SelectAll, QKeySequence.StandardKey.Copy, QKeySequence.StandardKey.Cut):
        press(of_file, key)
    assert clipboard() == "before"
    assert "秘密" not in of_file.accessibleDescription() + of_file.accessibleName()
    buffer = of_file.secret._buffer
    of_file.clear()
    assert not any(buffer)
