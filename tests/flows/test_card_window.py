"""The card window with the demo card in all its variants: what it shows, what it reads, and what it forgets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget
from shiboken6 import isValid

from app.card.demo import Knobs
from app.card.keeper import Keeper
from app.card.status import ReaderStatus
from app.gui import background, card_watch, card_window, theme
from app.gui.buttons import Button
from app.gui.card_watch import READING, CardState, CardWatch, state_of
from app.gui.card_window import CardWindow
from app.gui.certificate_reading import ReadCertificate
from app.gui.marks import Pill
from app.gui.password_state import State
from app.gui.password_window import PasswordWindow
from app.gui.person_rows import MarkedText
from app.gui.reading_context import ReadingContext
from app.pki.holder import Holder
from app.wording import language

pytestmark = pytest.mark.window
NOW = datetime(2026, 11, 22, 1, 41, tzinfo=UTC)
Open = Callable[..., CardWindow]


@pytest.fixture
def lanes() -> Iterator[background.Lanes]:
    made = background.Lanes()
    yield made
    made.close()


@pytest.fixture
def opened(
    themed: QApplication, calm_gui_thread: None, qtbot: Any, lanes: background.Lanes, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Open]:
    """Opens the window over a demo card with these faults, once the card was looked at closely."""
    watches: list[CardWatch] = []

    def open_window(**knobs: Any) -> CardWindow:
        def keeper(old: Keeper | None, demo: bool) -> Keeper:
            return Keeper(demo=demo, knobs=Knobs(**knobs))

        monkeypatch.setattr(card_watch, "_new_keeper", keeper)
        watch = CardWatch(lanes)
        watches.append(watch)
        watch.start(demo=True)
        window = CardWindow(lanes, watch)
        with qtbot.waitActive(window):
            window.show()
            window.activateWindow()
        qtbot.waitUntil(lambda: watch.state != READING and (not wants_life(watch) or has_life(watch)), timeout=20000)
        return window

    yield open_window
    for widget in QApplication.topLevelWidgets():
        if isinstance(widget, CardWindow):
            widget.close()
    for watch in watches:
        watch.close()


def wants_life(watch: CardWatch) -> bool:
    return any(reader.card == "my-number" for reader in watch.readers)


def has_life(watch: CardWatch) -> bool:
    return any(reader.auth_not_after for reader in watch.readers)


@pytest.fixture
def shown(
    themed: QApplication, qtbot: Any, lanes: background.Lanes, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., CardWindow]]:
    """The window over readers as a keeper would tell of them, at a fixed moment; no keeper is asked."""
    monkeypatch.setattr(card_window, "now", lambda: NOW)
    windows: list[CardWindow] = []

    def show(*readers: ReaderStatus, state: CardState | None = None) -> CardWindow:
        watch = CardWatch(lanes)
        watch._show(readers, state or state_of(readers))
        window = CardWindow(lanes, watch)
        windows.append(window)
        with qtbot.waitExposed(window):
            window.show()
        return window

    yield show
    for window in windows:
        if isValid(window):
            window.close()


def mine(name: str = "Reader A 00", **other: Any) -> ReaderStatus:
    facts: dict[str, Any] = {
        "sign_certificate": True,
        "auth_certificate": True,
        "sign_tries_left": 5,
        "auth_tries_left": 3,
        "auth_not_before": "2022-03-05T01:00:00Z",
        "auth_not_after": "2027-02-17T14:59:59Z",
    }
    return ReaderStatus(name, "my-number", **{**facts, **other})


def looks(window: CardWindow, readers: tuple[ReaderStatus, ...]) -> None:
    """The readers were read again."""
    window._watch._show(readers, state_of(readers))


def moves(window: CardWindow, readers: tuple[ReaderStatus, ...]) -> None:
    """Something came or went, and the readers were read again."""
    window._watch.stirred.emit()
    looks(window, readers)


def texts(window: QWidget) -> str:
    """All that can be read now."""
    QApplication.processEvents()  # what was put into a layout just now appears
    labels = [label.text() for label in window.findChildren(QLabel) if label.isVisible()]
    pills = [pill.text() for pill in window.findChildren(Pill) if pill.isVisible()]
    return "\n".join([*labels, *pills])


def button(window: QWidget, text: str) -> Button:
    QApplication.processEvents()
    return next(each for each in window.findChildren(Button) if each.text() == text and each.isVisible())


def buttons(window: QWidget) -> set[str]:
    QApplication.processEvents()
    return {each.text() for each in window.findChildren(Button) if each.isVisible()}


def asked(qtbot: Any, window: CardWindow, state: State = State.TYPING) -> PasswordWindow:
    """The password window over it, in that state."""

    def ready() -> bool:
        password = window.controller.password_window
        return password is not None and password.isVisible() and password.state is state

    qtbot.waitUntil(ready, timeout=20000)
    password = window.controller.password_window
    assert password is not None
    return password


def begin_reading(qtbot: Any, window: CardWindow) -> PasswordWindow:
    button(window, "読み取る…").setFocus()
    QTest.keyClick(button(window, "読み取る…"), Qt.Key.Key_Return)
    return asked(qtbot, window)


# --- what lies on the reader --------------------------------------------------------------------------------


def test_a_usable_card_shows_all_that_needs_no_password(opened: Open) -> None:
    said = texts(opened())
    for part in (
        "見本のリーダー",
        "マイナンバーカード（見本）",
        "入っています",
        "有効期限（見込み）",
        "この日付は、カードのもう1つの証明書から読んだ見込みです。",
        "パスワードを入れると読めます",
        "残り 5 回 / 5",
        "残り 3 回 / 3",
        "Natsuinで使うのはこちらです",
        "確認した時刻",
        "残り回数を調べても回数は減りません",
        "練習中",
    ):
        assert part in said
    assert "花子" not in said


@pytest.mark.parametrize(
    ("knobs", "said"),
    [
        ({"token": "JPKIAPGPSETOKEN"}, "Android"),
        ({"token": "JPKIAPIOSTOKEN"}, "iPhone"),
        ({"token": "JPKIAPICCTOKEN"}, "住基カード（古いカード）です"),
        ({"token": "JPKIAPICCTOKEN9"}, "まだ対応していない新しいカードです"),
        ({"application": False}, "マイナンバーカードではありません"),
        ({"present": False}, "カードがありません"),
    ],
)
def test_what_is_no_usable_card_has_words_and_nothing_else(opened: Open, knobs: dict[str, Any], said: str) -> None:
    window = opened(**knobs)
    assert said in texts(window)
    assert "パスワードの残り回数" not in texts(window)
    assert "読み取る…" not in buttons(window)
    assert "診断する…" in buttons(window)


@pytest.mark.parametrize(
    ("knobs", "said"),
    [
        ({"sign_certificate": False}, "入っていません"),
        ({"sign_tries": 0}, "ロックされています"),
        ({"sign_tries": 2}, "残り 2 回 / 5"),
        ({"auth_tries": 1}, "残り 1 回 / 3"),
        ({"tells_tries": False}, "残り回数は不明です"),
        ({"expired": True}, "期限切れ"),
        ({"chunking": "61"}, "残り 5 回 / 5"),
        ({"end_of_file": 0x6282, "first_command_fails": True}, "残り 5 回 / 5"),
    ],
)
def test_variants_of_a_my_number_card(opened: Open, knobs: dict[str, Any], said: str) -> None:
    assert said in texts(opened(**knobs))


def test_a_card_without_the_certificate_guesses_no_date_and_tells_why(opened: Open) -> None:
    window = opened(sign_certificate=False)
    assert "見込み" not in texts(window)
    assert "有効期限" in texts(window)  # of the other certificate
    QTest.keyClick(button(window, "理由"), Qt.Key.Key_Space)
    assert "成年被後見人" in texts(window)
    assert window.explanations["absent"].head.hasFocus()


@pytest.mark.parametrize(
    ("ends", "pills"),
    [
        ("2031-02-17T14:59:59Z", {"あと 1548 日"}),
        ("2027-02-17T14:59:59Z", {"あと 87 日", "更新できます"}),
        ("2026-12-01T14:59:59Z", {"あと 9 日", "更新できます"}),
        ("2026-11-22T14:59:59Z", {"今日まで", "更新できます"}),
        ("2026-11-21T14:59:59Z", {"期限切れ"}),
        ("9999-12-31T23:59:59Z", set()),
    ],
)
def test_the_pills_of_the_estimated_validity(shown: Any, ends: str, pills: set[str]) -> None:
    group = shown(mine(auth_not_after=ends)).certificate
    assert {pill.text() for pill in group.findChildren(Pill)} == pills


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (CardState("no-reader"), "リーダーがありません"),
        (CardState("no-service"), "サービスが止まっています"),
        (READING, "調べています…"),
    ],
)
def test_without_any_reader(shown: Any, state: CardState, said: str) -> None:
    window = shown(state=state)
    assert said in texts(window)
    told: list[str] = []
    window.doctor_requested.connect(lambda: told.append("doctor"))
    if state is not READING:
        QTest.mouseClick(button(window, "診断する…"), Qt.MouseButton.LeftButton)
        assert told == ["doctor"]


def test_a_busy_card_offers_to_look_again(shown: Any) -> None:
    window = shown(ReaderStatus("Reader A 00", "other", problem="card-busy"))
    assert "カードをほかのアプリが使っています" in texts(window)
    asked_again: list[str] = []
    window._watch.refresh = lambda: asked_again.append("x")
    for each in [each for each in window.findChildren(Button) if each.text() == "もう一度調べる"]:
        QTest.mouseClick(each, Qt.MouseButton.LeftButton)
    assert len(asked_again) == 2  # in the row, and in the foot


def test_two_readers_with_one_card_are_both_named(shown: Any) -> None:
    window = shown(ReaderStatus("Reader A 00", "none"), mine("Reader B 00"))
    said = texts(window)
    assert "Reader A 00" in said
    assert "Reader B 00" in said
    assert "残り 5 回 / 5" in said
    assert "このカードを表示" not in buttons(window)


def test_of_two_cards_one_is_shown_and_the_other_can_be_chosen(shown: Any) -> None:
    window = shown(mine("Reader A 00", sign_tries_left=3), mine("Reader B 00", sign_tries_left=4))
    assert "残り 3 回 / 5" in texts(window)
    QTest.keyClick(button(window, "このカードを表示"), Qt.Key.Key_Return)
    assert "残り 4 回 / 5" in texts(window)
    assert "残り 3 回 / 5" not in texts(window)


def test_it_follows_the_card(shown: Any) -> None:
    window = shown(mine())
    moves(window, (ReaderStatus("Reader A 00", "none"),))
    assert "残り 5 回 / 5" not in texts(window)
    assert "カードがありません" in texts(window)
    moves(window, (mine(sign_tries_left=1),))
    assert "残り 1 回 / 5" in texts(window)


def test_a_reader_cannot_write_html(shown: Any) -> None:
    window = shown(ReaderStatus("<b>evil</b>\u202e", "none"))
    assert "<b>evil</b>⟨U+202E⟩" in texts(window)


# --- reading the certificate --------------------------------------------------------------------------------


def test_reading_by_keyboard_shows_the_person_and_gives_the_card_back(
    opened: Open, qtbot: Any, own_home: Path, tmp_path: Path
) -> None:
    window = opened()
    password = begin_reading(qtbot, window)
    before = texts(password)
    for part in ("氏名", "住所", "生年月日", "性別", "残り 5 回", "保存も送信もしません", "署名はしません"):
        assert part in before
    assert password.sign_button.text() == "読み取る"
    QTest.keyClicks(password.field, "demo1234")
    QTest.keyClick(password.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "見本　花子" in texts(window), timeout=20000)
    said = texts(window)
    for part in ("東京都千代田区見本町一丁目２番３号", "1990年4月12日（平成2年）", "女性", "どこにも保存していません"):
        assert part in said
    assert "見込み" not in texts(window.certificate)  # the date is exact now
    watch = window._watch
    qtbot.waitUntil(lambda: not watch._busy and not watch.paused, timeout=10000)
    assert watch.readers[0].sign_tries_left == 5  # it answers: nobody holds it unlocked
    assert not [file for file in own_home.rglob("*") if file.is_file() and "花子".encode() in file.read_bytes()]

    QTest.keyClick(button(window, "表示を消す"), Qt.Key.Key_Space)
    assert "花子" not in texts(window)
    assert "読み取る…" in buttons(window)


def test_a_wrong_password_costs_one_try_and_is_told(opened: Open, qtbot: Any) -> None:
    window = opened()
    password = begin_reading(qtbot, window)
    QTest.keyClicks(password.field, "WRONG123")
    QTest.keyClick(password.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: password.state is State.TYPING and password.tries == 4, timeout=20000)
    QTest.keyClick(password, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: "残り 4 回 / 5" in texts(window), timeout=10000)
    assert not window.controller.busy


def test_four_digits_are_never_sent(opened: Open, qtbot: Any) -> None:
    window = opened()
    password = begin_reading(qtbot, window)
    QTest.keyClicks(password.field, "1234")
    QTest.keyClick(password.field, Qt.Key.Key_Return)
    assert "利用者証明用" in password.advice_line.text()
    assert password.state is State.TYPING
    QTest.keyClick(password, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not window._watch._busy, timeout=10000)
    assert "残り 5 回 / 5" in texts(window)


def test_the_last_try_wants_its_tick_and_a_lock_leads_to_the_ways_out(opened: Open, qtbot: Any) -> None:
    window = opened(sign_tries=1)
    window._watch.demo = False  # as a card of the person's own: practice sends nobody to an office
    password = begin_reading(qtbot, window)
    QTest.keyClicks(password.field, "WRONG123")
    QTest.keyClick(password.field, Qt.Key.Key_Return)
    assert password.state is State.TYPING
    assert password.sign_button.held
    QTest.keyClick(password.tick, Qt.Key.Key_Space)
    QTest.keyClick(password.sign_button, Qt.Key.Key_Space)
    asked(qtbot, window, State.LOCKED)
    assert "何も読み取っていません" in texts(password)
    QTest.keyClick(button(password, "手続きの案内を開く"), Qt.Key.Key_Space)
    assert window.explanations["locked"].head.isChecked()
    assert "市区町村の窓口（どの場合でも）" in texts(window)
    qtbot.waitUntil(lambda: "ロックされているため、読み取れません" in texts(window), timeout=10000)
    assert "読み取る…" not in buttons(window)


def test_a_lost_answer_is_unknown_and_only_the_counter_is_read(opened: Open, qtbot: Any) -> None:
    window = opened(pulled_after="VERIFY")
    password = begin_reading(qtbot, window)
    QTest.keyClicks(password.field, "DEMO1234")
    QTest.keyClick(password.field, Qt.Key.Key_Return)
    asked(qtbot, window, State.UNKNOWN)
    assert "何も読み取っていません" in texts(password)
    QTest.keyClick(button(password, "残り回数を確かめる"), Qt.Key.Key_Space)
    assert asked(qtbot, window).tries == 5
    password.reject()
    assert "花子" not in texts(window)


def test_a_fault_of_the_card_is_said_in_the_window(shown: Any) -> None:
    from app.errors.card import CardChanged

    window = shown(mine())
    window._not_read(CardChanged())
    assert "別のカードです" in texts(window)
    moves(window, (mine(),))
    assert "別のカードです" not in texts(window)


def test_nothing_is_asked_while_the_card_is_at_work(shown: Any) -> None:
    window = shown(mine())
    window._watch.take(shown)
    QTest.mouseClick(button(window, "読み取る…"), Qt.MouseButton.LeftButton)
    assert window.controller.password_window is None


READ = ReadCertificate(
    Holder("渡邉　善郎", "01000", "9", "319470800", "東京都清瀬市𠮷田", "00000010"),
    datetime(2026, 1, 5, tzinfo=UTC),
    datetime(2031, 2, 17, 14, 59, 59, tzinfo=UTC),
)


def with_person(window: CardWindow) -> CardWindow:
    window._read_of = window._current()
    window._was_read(READ)
    assert "渡邉　善郎" in texts(window)
    return window


def test_stand_in_characters_are_marked_and_explained(shown: Any) -> None:
    window = with_person(shown(mine()))
    said = texts(window)
    for part in ("下線の文字", "1947年8月（日は不明）（昭和22年）", "記載なし", "2031年2月17日"):
        assert part in said
    name, address = window.findChildren(MarkedText)
    assert name.accessibleName() == "渡邉（代替文字）　善郎"
    assert [(part.start, part.length) for part in name._formats()] == [(1, 1)]
    assert [(part.start, part.length) for part in address._formats()] == [(6, 2)]  # as Qt counts 𠮷
    assert all(part.format.fontUnderline() for part in name._formats())


@pytest.mark.parametrize(
    "after",
    [
        (ReaderStatus("Reader A 00", "none"),),
        (mine(),),  # the same card, lifted and put back
        (mine("Reader B 00"),),
        (),
    ],
)
def test_what_was_read_goes_when_anything_comes_or_goes(shown: Any, after: tuple[ReaderStatus, ...]) -> None:
    window = with_person(shown(mine()))
    moves(window, after)
    assert "善郎" not in texts(window)
    assert window._read is None


def test_what_was_read_stays_while_only_the_counter_is_read_again(shown: Any) -> None:
    window = with_person(shown(mine()))
    looks(window, (mine(sign_tries_left=4),))
    assert "善郎" in texts(window)


def test_a_card_put_back_while_the_password_is_asked_keeps_what_is_read_from_it(shown: Any) -> None:
    window = shown(mine("Reader A 00"), mine("Reader B 00", sign_tries_left=2))
    window._read_of = window._current()
    window.controller.password_window = PasswordWindow(window, ReadingContext("Reader A 00", False))
    window._watch.stirred.emit()
    window.controller.password_window = None
    window._was_read(READ)
    looks(window, (mine("Reader A 00"), mine("Reader B 00", sign_tries_left=2)))
    assert "善郎" in texts(window)
    looks(window, (ReaderStatus("Reader A 00", "none"), mine("Reader B 00", sign_tries_left=2)))
    assert "善郎" not in texts(window)


@pytest.mark.parametrize(
    "after", [(mine(auth_not_after="2030-01-01T14:59:59Z"),), (ReaderStatus("Reader A 00", "none"),)]
)
def test_a_card_swapped_meanwhile_does_not_get_the_persons_name(shown: Any, after: tuple[ReaderStatus, ...]) -> None:
    window = with_person(shown(mine()))
    looks(window, after)
    assert "善郎" not in texts(window)


def test_what_was_read_goes_with_the_window_and_appears_in_no_printed_form(shown: Any, qtbot: Any) -> None:
    window = with_person(shown(mine()))
    assert "善郎" not in repr(READ)
    window.close()
    assert window._read is None


# --- the window itself --------------------------------------------------------------------------------------


def test_every_control_is_named_and_reached_by_tab(shown: Any, qtbot: Any) -> None:
    window = shown(mine())
    controls = {
        each for each in window.findChildren(QAbstractButton) if each.isVisible() and each.focusPolicy() != Qt.NoFocus
    }
    assert len(controls) == 11  # check, read, look again, close, seven explanations
    assert all(each.accessibleName() or each.text() for each in controls)
    reached = set()
    window.again.setFocus()
    for _ in range(len(controls) + 1):
        focus = QApplication.focusWidget()
        assert focus is not None
        reached.add(focus)
        QTest.keyClick(focus, Qt.Key.Key_Tab)
    assert controls <= reached


def focused(window: CardWindow) -> str:
    """The name of what has the keyboard."""
    QApplication.processEvents()
    widget = window.focusWidget()
    assert isinstance(widget, QAbstractButton)
    return widget.accessibleName() or widget.text()


def rounds(window: CardWindow) -> list[QWidget]:
    """Where real Tab keys go, once around."""
    QApplication.processEvents()
    begin = window.focusWidget()
    out = [begin]
    while len(out) < 40:
        QTest.keyClick(window.focusWidget(), Qt.Key.Key_Tab)
        if window.focusWidget() is begin:
            break
        out.append(window.focusWidget())
    return out


def heights(window: CardWindow, widgets: list[QWidget]) -> list[int]:
    return [
        widget.mapTo(window, widget.rect().topLeft()).y() + window.area.verticalScrollBar().value()
        for widget in widgets
    ]


@pytest.mark.parametrize(
    ("readers", "first"),
    [
        ((mine(),), "署名用の証明書を読み取る"),
        ((mine(sign_tries_left=0),), "診断する…"),
        ((ReaderStatus("Reader A 00", "none"),), "診断する…"),
        ((), "診断する…"),
    ],
)
def test_it_opens_with_the_keyboard_where_it_can_be_seen(shown: Any, readers: Any, first: str) -> None:
    window = shown(*readers)
    assert focused(window) == first
    assert window.area.verticalScrollBar().value() == 0


def test_what_is_most_likely_wanted_gets_the_keyboard_when_the_card_comes(shown: Any) -> None:
    window = shown(state=READING)
    assert focused(window) == "もう一度調べる"
    looks(window, (mine(),))
    assert focused(window) == "署名用の証明書を読み取る"


@pytest.mark.parametrize("again", [False, True], ids=["at first", "after more looks"])
def test_tab_goes_from_the_top_to_the_bottom(shown: Any, again: bool) -> None:
    window = shown(mine())
    if again:
        looks(window, (ReaderStatus("Reader A 00", "none"),))
        looks(window, (mine(auth_tries_left=0),))
    button(window, "診断する…").setFocus()
    seen = rounds(window)
    assert heights(window, seen[:-2]) == sorted(heights(window, seen[:-2]))
    assert seen[-2:] == [window.again, window.close_button]
    assert len(seen) == len([each for each in window.findChildren(QAbstractButton) if each.isVisible()])
    assert window.certificate is not None
    assert window.certificate.first in seen


def test_a_new_look_leaves_the_keyboard_where_it_is(shown: Any) -> None:
    window = shown(mine(), ReaderStatus("Reader B 00", "none"))
    for name in ("診断する…", "もう一度調べる"):
        button(window, name).setFocus()
        for left in (4, 3):
            looks(window, (mine(sign_tries_left=left), ReaderStatus("Reader B 00", "none")))
            assert focused(window) == name
    window.explain("lost")
    looks(window, (mine(),))
    assert window.explanations["lost"].head.hasFocus()


def test_after_reading_the_keyboard_is_on_what_hides_it(shown: Any) -> None:
    window = shown(mine())
    with_person(window)
    assert focused(window) == "読み取った内容の表示を消す"
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_Return)
    assert focused(window) == "署名用の証明書を読み取る"


def a_new_card(old: Keeper | None, demo: bool) -> Keeper:
    if old is not None:
        old.close()
    return Keeper(demo=demo)


def test_in_practice_a_lock_is_undone_by_practising_again(opened: Open, qtbot: Any, monkeypatch: Any) -> None:
    window = opened(sign_tries=0)
    monkeypatch.setattr(card_watch, "_new_keeper", a_new_card)
    QTest.keyClick(button(window, "練習をやり直す"), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window._watch.state.tries == 5, timeout=20000)
    assert "練習をやり直す" not in buttons(window)


def test_a_real_card_is_not_practised_again(shown: Any) -> None:
    assert "練習をやり直す" not in buttons(shown(mine(sign_tries_left=0)))


def test_explanations_open_and_close_by_keyboard(shown: Any) -> None:
    window = shown(mine())
    lost = window.explanations["lost"]
    assert "0120-95-0178" not in texts(window)
    lost.head.setFocus()
    QTest.keyClick(lost.head, Qt.Key.Key_Return)
    assert "0120-95-0178" in texts(window)
    assert lost.head.accessibleDescription() == "開いています"
    QTest.keyClick(lost.head, Qt.Key.Key_Space)
    assert "0120-95-0178" not in texts(window)


@pytest.mark.parametrize("name", language.LANGUAGES)
@pytest.mark.parametrize("width", [560, 739, 740, 760])
def test_nothing_is_cut_off_at_the_right(shown: Any, qtbot: Any, name: str, width: int) -> None:
    language.use(name)
    window = with_person(shown(mine(), mine("Reader B 00", sign_tries_left=0, auth_tries_left=0)))
    window.resize(width, 700)
    for explanation in window.explanations.values():
        explanation.head.setChecked(True)

    def fits() -> bool:
        page, port = window.area.widget(), window.area.viewport()
        return (
            window.width() == width and page.width() <= port.width() and page.minimumSizeHint().width() <= port.width()
        )

    qtbot.waitUntil(fits, timeout=3000)
    window._choose("Reader B 00")
    qtbot.waitUntil(fits, timeout=3000)


def test_it_speaks_another_language_at_once(shown: Any) -> None:
    window = shown(mine())
    language.use("en")
    window.translate()
    assert "Tries left of the passwords" in texts(window)
    assert "Natsuin" in window.windowTitle()
    assert "残り" not in texts(window)


def test_it_follows_the_theme(shown: Any) -> None:
    window = with_person(shown(mine()))

    def ground() -> str:
        QApplication.processEvents()
        return window.grab().toImage().pixelColor(6, 6).name().upper()

    assert ground() == theme.LIGHT.win
    theme.choose("dark")
    theme.apply()
    assert ground() == theme.DARK.win
