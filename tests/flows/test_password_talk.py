"""The talk about a password while cards, readers and services come and go: no tries of a card that is not there."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.card.keeper import CardKey, Keeper
from app.card.status import ReaderStatus
from app.channel import Answer
from app.errors.base import UserError
from app.errors.card import (
    CardBusy,
    CardChanged,
    CardRemoved,
    CardServiceUnavailable,
    NoCard,
    NoReader,
    NotMyNumberCard,
    PasswordIncorrect,
    ReaderNotFound,
    TriesChanged,
)
from app.gui import background
from app.gui.delivery import submit
from app.gui.password_state import State
from app.gui.password_talk import PasswordTalk
from app.gui.password_window import PasswordWindow
from app.gui.reading_context import ReadingContext
from app.secret import Secret

pytestmark = pytest.mark.window


class Desk(Keeper):
    """A keeper's answers to what lies on a reader: `card` with `tries`, or what is lacking."""

    def __init__(self) -> None:
        super().__init__()
        self.card, self.tries, self.lack = "first", 5, UserError()
        self.whole = True
        self.sent: list[str] = []
        self.looks = 0
        self.free = threading.Event()
        self.free.set()

    @property
    def pid(self) -> int:
        """It runs."""
        return 1

    def put(self, card: str, tries: int) -> None:
        self.card, self.tries, self.whole = card, tries, True

    def lose(self, lack: UserError) -> None:
        self.lack, self.whole = lack, False

    def call(self, method: str, **arguments: Any) -> Answer:
        if method == "release":
            return Answer(None)
        card, whole, lack = self.card, self.whole, self.lack
        self.free.wait(10)
        self.looks += method == "attempts"
        if not whole:
            raise lack
        if method == "attempts":
            return Answer({"card": card, "tries": self.tries})
        if arguments["card"] != card:
            raise CardChanged
        shown = arguments["shown"]
        if shown is not None and self.tries < shown:
            raise TriesChanged(attempts_remaining=self.tries)
        self.sent.append(card)
        self.tries -= 1
        raise PasswordIncorrect(attempts_remaining=self.tries)


class Watch(QObject):
    """What a talk needs of the watch."""

    stirred = Signal()
    hears = True

    def __init__(self, keeper: Keeper) -> None:
        super().__init__()
        self.keeper = keeper
        self.readers: tuple[ReaderStatus, ...] = ()

    def give_back(self, owner: object) -> None:
        pass


class Talk(PasswordTalk):
    """About the card in the only reader; what is done with the password is nothing."""

    def find(self, keeper: Keeper | None) -> CardKey:
        assert keeper is not None
        return keeper.key("Reader")

    def use(self, key: Any, secret: Secret) -> None:
        submit(self.lanes.card, _present, key, secret, succeeded=self.refused, failed=self.refused)


def _present(key: CardKey, secret: Secret) -> None:
    with secret, key.unlock(secret):
        pass


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def watch(desk: Desk) -> Watch:
    return Watch(desk)


@pytest.fixture
def talk(qtbot: QtBot, themed: QApplication, desk: Desk, watch: Any) -> Iterator[Talk]:
    parent = QWidget()
    qtbot.addWidget(parent)
    parent.show()
    lanes = background.Lanes()
    made = Talk(lanes, watch, parent)
    made._retry.setInterval(30)
    yield made
    desk.free.set()
    made.finish()
    lanes.close()


@pytest.fixture
def password(qtbot: QtBot, talk: Talk) -> PasswordWindow:
    """The window, five tries shown and a password typed."""
    talk.ask(ReadingContext("Reader", demo=False))
    window = talk.password_window
    assert window is not None
    qtbot.waitUntil(lambda: window.state is State.TYPING)
    with qtbot.waitActive(window):
        window.activateWindow()
    QTest.keyClicks(window.field, "ABCD1234")
    return window


def said(window: QWidget) -> str:
    return " ".join(label.text() for label in window.findChildren(QLabel) if label.isVisible())


def shows(qtbot: QtBot, window: PasswordWindow, state: State) -> None:
    qtbot.waitUntil(lambda: window.state is state)


def test_another_card_under_the_open_window_is_said_before_its_tries(
    qtbot: QtBot, talk: Talk, desk: Desk, watch: Watch, password: PasswordWindow
) -> None:
    desk.put("second", 1)
    watch.stirred.emit()
    shows(qtbot, password, State.CHANGED)
    assert "別のカードです" in said(password)
    assert password.field.count() == 0
    go_on = next(each for each in password.findChildren(QPushButton) if each.text() == "置いてあるカードで続ける")
    QTest.mouseClick(go_on, Qt.MouseButton.LeftButton)
    shows(qtbot, password, State.TYPING)
    assert password.tries == 1
    assert desk.sent == []


def test_nor_does_a_pause_without_any_card_make_another_one_the_same(
    qtbot: QtBot, desk: Desk, watch: Watch, password: PasswordWindow
) -> None:
    desk.lose(NoCard())
    watch.stirred.emit()
    shows(qtbot, password, State.WAITING)
    assert password.field.count() == 0
    assert "回数は減っていません" in said(password)
    desk.put("second", 1)
    watch.stirred.emit()
    shows(qtbot, password, State.CHANGED)


@pytest.mark.parametrize("error", [CardChanged, CardRemoved])
def test_a_card_that_was_changed_unnoticed_gets_no_password(
    qtbot: QtBot, desk: Desk, password: PasswordWindow, error: type[UserError]
) -> None:
    """Return comes before the watch tells."""
    desk.put("second", 1)
    if error is CardRemoved:
        desk.lose(CardRemoved())
    QTest.keyClick(password.field, Qt.Key.Key_Return)
    shows(qtbot, password, State.CHANGED if error is CardChanged else State.WAITING)
    desk.put("second", 1)
    shows(qtbot, password, State.CHANGED)
    assert desk.sent == []


def test_a_card_of_another_kind_is_another_card(
    qtbot: QtBot, desk: Desk, watch: Watch, password: PasswordWindow
) -> None:
    desk.lose(NotMyNumberCard())
    watch.stirred.emit()
    shows(qtbot, password, State.CHANGED)


def test_what_stirs_elsewhere_disturbs_nobody_who_types(
    qtbot: QtBot, talk: Talk, desk: Desk, watch: Watch, password: PasswordWindow
) -> None:
    desk.put("first", 5)
    looks = desk.looks
    password.cancel_button.setFocus()
    watch.stirred.emit()
    qtbot.waitUntil(lambda: desk.looks > looks and not talk._reading)
    assert password.field.count() == 8
    assert password.focusWidget() is password.cancel_button  # whatever the window manager does meanwhile


def test_no_password_is_sent_while_the_tries_are_read_and_none_are_read_while_one_is_on_its_way(
    qtbot: QtBot, talk: Talk, desk: Desk, watch: Watch, password: PasswordWindow
) -> None:
    desk.free.clear()
    watch.stirred.emit()
    QTest.keyClick(password.field, Qt.Key.Key_Return)
    assert password.state is State.TYPING
    assert password.sign_button.held
    desk.free.set()
    qtbot.waitUntil(lambda: not password.sign_button.held)
    looks = desk.looks
    desk.free.clear()
    QTest.keyClick(password.field, Qt.Key.Key_Return)
    assert password.state is State.SIGNING
    watch.stirred.emit()
    desk.free.set()
    qtbot.waitUntil(lambda: password.tries == 4)
    assert (desk.sent, desk.looks) == (["first"], looks)
    assert "パスワードが違います" in said(password)


@pytest.mark.parametrize(
    ("lack", "words"),
    [
        (NoCard, "カードをリーダーに置いてください"),
        (NoReader, "リーダーをつないでください"),
        (ReaderNotFound, "リーダーをつないでください"),
        (CardServiceUnavailable, "ICカードの機能が止まっています"),
    ],
)
@pytest.mark.parametrize("by", ["the watch", "Return"])
def test_what_is_lost_before_the_password_was_sent_is_waited_for(
    qtbot: QtBot, talk: Talk, desk: Desk, watch: Watch, password: PasswordWindow, lack: Any, words: str, by: str
) -> None:
    failed: list[Exception] = []
    talk.failed.connect(failed.append)
    desk.lose(lack(name="Reader") if lack is ReaderNotFound else lack())
    watch.stirred.emit() if by == "the watch" else QTest.keyClick(password.field, Qt.Key.Key_Return)
    shows(qtbot, password, State.WAITING)
    assert words in said(password)
    assert "回数は減っていません" in said(password)
    assert "リーダーの診断" in [each.text() for each in password.findChildren(QPushButton)]
    desk.put("first", 5)
    watch.stirred.emit()
    shows(qtbot, password, State.TYPING)
    assert password.tries == 5
    assert (desk.sent, failed) == ([], [])


def test_the_words_follow_while_it_waits(qtbot: QtBot, desk: Desk, watch: Watch, password: PasswordWindow) -> None:
    for lack, words in (
        (CardServiceUnavailable(), "ICカードの機能が止まっています"),
        (NoReader(), "リーダーをつないでください"),
        (NoCard(), "カードをリーダーに置いてください"),
    ):
        desk.lose(lack)
        watch.stirred.emit()
        qtbot.waitUntil(lambda words=words: words in said(password))  # type: ignore[misc]
    assert password.state is State.WAITING


def test_a_service_that_is_lost_after_the_password_was_right_is_another_matter(
    qtbot: QtBot, talk: Talk, desk: Desk, password: PasswordWindow
) -> None:
    failed: list[Exception] = []
    talk.failed.connect(failed.append)
    talk._accepted = True
    talk.refused(CardServiceUnavailable())
    assert [type(error) for error in failed] == [CardServiceUnavailable]


def test_a_card_that_another_program_took_is_waited_for(qtbot: QtBot, desk: Desk, password: PasswordWindow) -> None:
    desk.lose(CardBusy())
    QTest.keyClick(password.field, Qt.Key.Key_Return)
    shows(qtbot, password, State.BUSY)
    desk.put("first", 5)
    shows(qtbot, password, State.TYPING)
    assert desk.sent == []


@pytest.mark.parametrize("other", [0, 3, None])
def test_the_way_by_phone_needs_the_other_password(
    qtbot: QtBot, talk: Talk, desk: Desk, watch: Watch, other: int | None
) -> None:
    watch.readers = (ReaderStatus("Reader", "my-number", True, True, 0, other),)
    desk.put("first", 0)
    talk.ask(ReadingContext("Reader", demo=False))
    window = talk.password_window
    assert window is not None
    shows(qtbot, window, State.LOCKED)
    assert ("コンビニ" in said(window)) == (other != 0)


def test_tries_that_were_spent_elsewhere_are_said_before_anything_is_sent(
    qtbot: QtBot, desk: Desk, password: PasswordWindow
) -> None:
    desk.tries = 1
    QTest.mouseClick(password.sign_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: password.state is State.TYPING)
    assert desk.sent == []
    assert "残り回数" in password.banner.title()
    assert "送っていません" in said(password)
    assert password.tries == 1
    assert password.tick.isVisible()
    assert password.field.count() == 0
