"""A person signs with a key file in the window: chosen above the button, its password asked once, no card needed."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from keyfiles import PASSWORD, common, issued, key, middle, name, p12, root
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QMenu
from strangers import openssl_accepts, pdfsig, qpdf_is_content

from app.card.keeper import Keeper
from app.gui import background, card_watch
from app.gui.document_page import DocumentPage
from app.gui.main_window import MainWindow
from app.gui.password_state import State
from app.gui.password_window import PasswordWindow
from app.gui.result_panel import ResultPanel
from app.settings import Settings

pytestmark = pytest.mark.window
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def window(themed: Any, calm_gui_thread: None, qtbot: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[MainWindow]:
    """The main window where no reader is: the person's own, not the practice."""

    def no_reader(self: Keeper, **_named: Any) -> tuple[()]:
        return ()

    monkeypatch.setattr(Keeper, "readers", no_reader)
    lanes = background.Lanes()
    made = MainWindow(lanes, Settings(), demo=False)
    made.begin(None, None)
    made.resize(1280, 806)
    with qtbot.waitExposed(made):
        made.show()
    yield made
    made.close()
    lanes.close()
    made.deleteLater()


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "keys" / "行政書士.p12"
    path.parent.mkdir()
    path.write_bytes(common("p-384"))
    return path


def opened(qtbot: Any, window: MainWindow, path: Path) -> DocumentPage:
    window.open(path)
    qtbot.waitUntil(lambda: window.document_page is not None, timeout=15000)
    page = window.document_page
    assert page is not None
    qtbot.waitUntil(lambda: page.panel.primary.text() == "位置を決めてください", timeout=20000)
    return page


def menu_of(qtbot: Any, page: DocumentPage) -> QMenu:
    QTest.mouseClick(page.panel.signer_line.change, LEFT)
    line = page.panel.signer_line
    qtbot.waitUntil(lambda: any(menu.isVisible() for menu in line.findChildren(QMenu)), timeout=5000)
    return next(menu for menu in line.findChildren(QMenu) if menu.isVisible())


def choose(qtbot: Any, window: MainWindow, page: DocumentPage, file: Path) -> None:
    """As a person does it: the link, the menu, the file dialog."""
    menu = menu_of(qtbot, page)
    menu.actions()[1].trigger()
    menu.close()
    dialog = next(each for each in window.findChildren(QFileDialog) if each.isVisible())
    dialog.selectFile(str(file))
    dialog.accept()


def chosen(qtbot: Any, window: MainWindow, page: DocumentPage, file: Path) -> None:
    choose(qtbot, window, page, file)
    qtbot.waitUntil(lambda: window.signer.key_file == file, timeout=15000)


def password_window(qtbot: Any, page: DocumentPage) -> PasswordWindow:
    def ready() -> bool:
        window = page.controller.password_window
        return window is not None and window.isVisible() and window.state is State.TYPING

    qtbot.waitUntil(ready, timeout=20000)
    window = page.controller.password_window
    assert window is not None
    return window


def begun(qtbot: Any, page: DocumentPage) -> PasswordWindow:
    QTest.mouseClick(page.panel.bottom_right, LEFT)
    QTest.mouseClick(page.panel.primary, LEFT)
    return password_window(qtbot, page)


def texts(widget: Any) -> str:
    return " ".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())


def paste(window: PasswordWindow, text: str) -> None:
    QGuiApplication.clipboard().setText(text)
    window.field.paste()
    QGuiApplication.clipboard().clear()


def test_from_the_choice_to_the_signed_file_without_any_card(
    qtbot: Any, window: MainWindow, contract: Path, key_file: Path, tmp_path: Path
) -> None:
    before = contract.read_bytes()
    page = opened(qtbot, window, contract)
    QTest.mouseClick(page.panel.bottom_right, LEFT)
    qtbot.waitUntil(lambda: page.panel.primary.text() == "リーダーがありません", timeout=15000)
    chosen(qtbot, window, page, key_file)
    assert not page.panel.card_line.isVisible()
    assert page.panel.signer_line.file_box.isVisible()
    assert "行政書士.p12" in page.panel.signer_line.file_box.accessibleName()
    assert page.panel.primary.text() == "パスワードを入力して署名…"
    assert not page.panel.primary.held

    QTest.mouseClick(page.panel.primary, LEFT)
    password = password_window(qtbot, page)
    said = texts(password)
    assert "鍵ファイルのパスワードを入力" in said
    assert "鍵ファイル（行政書士.p12）" in said
    assert "一般の契約書（PAdES B-B）" in said
    assert "この鍵ファイルには回数の制限はありません" in said
    assert "カード" not in said
    assert "生年月日" not in said
    paste(password, PASSWORD)
    QTest.keyClick(password.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: isinstance(page.side.currentWidget(), ResultPanel), timeout=30000)

    target = contract.with_name("契約書_署名済み.pdf")
    assert target.read_bytes().startswith(before)
    assert contract.read_bytes() == before
    assert "Signature is Valid" in pdfsig(target)
    assert "SHA-384" in pdfsig(target)
    assert qpdf_is_content(target)
    authority = tmp_path / "root.pem"
    authority.write_bytes(root().certificate.public_bytes(Encoding.PEM))
    assert openssl_accepts(target, authority, tmp_path)
    assert "行政 花子（花子行政書士事務所）" in texts(page.side.currentWidget())
    assert "署名した人に" not in texts(page.side.currentWidget()), "it was signed here and now"
    assert page.side.currentWidget().folder_button._ring is not None, "where the keyboard is now"


def test_a_wrong_password_asks_again_and_locks_nothing(
    qtbot: Any, window: MainWindow, contract: Path, key_file: Path
) -> None:
    page = opened(qtbot, window, contract)
    chosen(qtbot, window, page, key_file)
    password = begun(qtbot, page)
    for _time in range(2):
        QTest.keyClicks(password.field, "wrong")
        QTest.keyClick(password.field, Qt.Key.Key_Return)
        assert password.state is State.SIGNING
        qtbot.waitUntil(lambda: password.state is State.TYPING, timeout=20000)
        assert password.field.count() == 0
        assert password.field.hasFocus()
        assert password.banner.title() == "パスワードが違います"
        assert "ロックされません" in password.banner.accessibleName()
        assert not password.tick.isVisible()
    paste(password, PASSWORD)
    QTest.mouseClick(password.sign_button, LEFT)
    qtbot.waitUntil(lambda: isinstance(page.side.currentWidget(), ResultPanel), timeout=30000)


def test_a_file_without_a_password_is_signed_with_by_the_button_alone(
    qtbot: Any, window: MainWindow, contract: Path, tmp_path: Path
) -> None:
    path = tmp_path / "open.p12"
    path.write_bytes(common("rsa-2048", password=None))
    page = opened(qtbot, window, contract)
    chosen(qtbot, window, page, path)
    password = begun(qtbot, page)
    QTest.mouseClick(password.sign_button, LEFT)
    qtbot.waitUntil(lambda: isinstance(page.side.currentWidget(), ResultPanel), timeout=30000)


def test_what_cannot_sign_is_told_of_when_it_is_chosen_and_not_taken(
    qtbot: Any, window: MainWindow, contract: Path, key_file: Path, tmp_path: Path
) -> None:
    page = opened(qtbot, window, contract)
    bad = tmp_path / "証明書だけ.p12"
    bad.write_bytes(root().der)
    choose(qtbot, window, page, bad)
    qtbot.waitUntil(lambda: page.panel.banner is not None, timeout=15000)
    assert page.panel.banner is not None
    assert page.panel.banner.title() == "この鍵ファイルでは署名できません"
    assert "証明書だけ.p12" in page.panel.banner.accessibleName()
    assert window.signer.key_file is None
    assert page.panel.card_line.isVisible()
    chosen(qtbot, window, page, key_file)
    assert page.panel.banner is None, "the message was about the other file"


def test_an_expired_certificate_is_told_of_in_the_panel(
    qtbot: Any, window: MainWindow, contract: Path, tmp_path: Path
) -> None:
    path = tmp_path / "old.p12"
    path.write_bytes(p12(issued(key("p-256"), name("x"), middle(), days=(-400, -35)), password="old"))
    page = opened(qtbot, window, contract)
    chosen(qtbot, window, page, path)
    password = begun(qtbot, page)
    QTest.keyClicks(password.field, "old")
    QTest.keyClick(password.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.panel.banner is not None, timeout=20000)
    assert page.panel.banner is not None
    assert page.panel.banner.title() == "証明書の期限が切れています"
    assert "窓口" not in page.panel.banner.accessibleName()
    assert not list(contract.parent.glob("*署名済み*"))


def test_a_file_that_went_away_meanwhile_is_told_of(
    qtbot: Any, window: MainWindow, contract: Path, key_file: Path
) -> None:
    page = opened(qtbot, window, contract)
    chosen(qtbot, window, page, key_file)
    key_file.unlink()
    QTest.mouseClick(page.panel.bottom_right, LEFT)
    QTest.mouseClick(page.panel.primary, LEFT)
    qtbot.waitUntil(lambda: page.panel.banner is not None, timeout=20000)
    assert page.panel.banner is not None
    assert page.panel.banner.title() == "鍵ファイルを読めません"
    assert not page.controller.busy


def test_the_choice_lasts_for_the_session_and_practice_knows_only_its_card(
    qtbot: Any, window: MainWindow, contract: Path, key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = opened(qtbot, window, contract)
    chosen(qtbot, window, page, key_file)
    page = opened(qtbot, window, contract)
    assert page.panel.signer_line.file_box.isVisible()
    window.use_language("en")
    qtbot.waitUntil(lambda: window.document_page is None, timeout=5000)
    window.use_language("ja")
    QApplication.processEvents()
    page = opened(qtbot, window, contract)
    assert page.panel.signer_line.file_box.isVisible()

    monkeypatch.undo()
    window.practise()
    qtbot.waitUntil(lambda: window.demo and window.document_page not in (None, page), timeout=20000)
    practice = window.document_page
    assert practice is not None
    qtbot.waitUntil(lambda: practice.panel.primary.text() == "位置を決めてください", timeout=20000)
    assert practice.panel.card_line.isVisible()
    assert not practice.panel.signer_line.change.isVisible()


def test_back_to_the_card(qtbot: Any, window: MainWindow, contract: Path, key_file: Path) -> None:
    page = opened(qtbot, window, contract)
    chosen(qtbot, window, page, key_file)
    menu = menu_of(qtbot, page)
    assert [action.isChecked() for action in menu.actions()] == [False, True]
    menu.actions()[0].trigger()
    menu.close()
    assert window.signer.key_file is None
    assert page.panel.card_line.isVisible()
    QTest.mouseClick(page.panel.bottom_right, LEFT)
    assert page.panel.primary.held


def test_nothing_remembers_the_key_file_beyond_the_session(
    qtbot: Any, window: MainWindow, contract: Path, key_file: Path, own_home: Path
) -> None:
    page = opened(qtbot, window, contract)
    chosen(qtbot, window, page, key_file)
    window.use_language("en")
    qtbot.waitUntil(lambda: any(own_home.rglob("settings.toml")), timeout=5000)
    for file in own_home.rglob("*"):
        if file.is_file():
            assert "行政書士".encode() not in file.read_bytes()


def test_the_card_s_state_does_not_disturb_who_signs_with_a_file(
    qtbot: Any, window: MainWindow, contract: Path, key_file: Path
) -> None:
    page = opened(qtbot, window, contract)
    chosen(qtbot, window, page, key_file)
    password = begun(qtbot, page)
    QTest.keyClicks(password.field, "half")
    window.card_watch.changed.emit(card_watch.CardState("no-service"))
    window.card_watch.stirred.emit()
    qtbot.wait(50)
    assert password.state is State.TYPING
    assert password.field.count() == 4
    QTest.keyClick(password, Qt.Key.Key_Escape)
    assert not page.controller.busy
    assert not page.panel.primary.held


def test_the_signed_file_verifies_from_the_command_line(
    qtbot: Any, window: MainWindow, contract: Path, tmp_path: Path
) -> None:
    path = tmp_path / "k.p12"
    path.write_bytes(common("p-521", "x"))
    page = opened(qtbot, window, contract)
    chosen(qtbot, window, page, path)
    password = begun(qtbot, page)
    QTest.keyClicks(password.field, "x")
    QTest.keyClick(password.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: isinstance(page.side.currentWidget(), ResultPanel), timeout=30000)
    words = [sys.executable, "-I", "-m", "app", "verify", "--json", str(contract.with_name("契約書_署名済み.pdf"))]
    (signature,) = json.loads(subprocess.run(words, capture_output=True, check=False).stdout)["signatures"]
    assert signature["intact"]
    assert signature["changes"] == "none"


def test_a_file_without_a_password_is_not_signed_with_by_a_doubled_return(
    qtbot: Any, window: MainWindow, contract: Path, tmp_path: Path
) -> None:
    bare = tmp_path / "bare.p12"
    bare.write_bytes(p12(issued(key("p-256"), name("x"), middle()), password=""))
    page = opened(qtbot, window, contract)
    chosen(qtbot, window, page, bare)
    password = begun(qtbot, page)
    QTest.keyClick(password.field, Qt.Key.Key_Return)
    QTest.keyClick(password.field, Qt.Key.Key_Return)
    assert password.state is State.TYPING
    assert not password.sign_button.hasFocus()
    qtbot.waitUntil(lambda: password._shown.elapsed() > 600, timeout=5000)
    QTest.keyClick(password.field, Qt.Key.Key_Return)
    assert password.state is State.TYPING, "no password at all: the button itself is pressed"
    QTest.keyClick(password.sign_button, Qt.Key.Key_Space)
    assert password.state is State.SIGNING
    qtbot.waitUntil(lambda: isinstance(page.side.currentWidget(), ResultPanel), timeout=30000)


def test_it_leaves_the_card_to_others(qtbot: Any, window: MainWindow, contract: Path, key_file: Path) -> None:
    page = opened(qtbot, window, contract)
    chosen(qtbot, window, page, key_file)
    somebody = object()
    assert window.card_watch.take(somebody)
    password = begun(qtbot, page)
    QTest.keyClick(password, Qt.Key.Key_Escape)
    assert not page.controller.busy
    assert window.card_watch.paused
    assert window.card_watch.free_for(somebody)
    window.card_watch.give_back(somebody)
