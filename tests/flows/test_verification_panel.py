"""The panels after signing and checking: one card a signature, newest first and open, foreign names as plain text."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from app.errors.document import PdfUnreadable
from app.gui.result_panel import ResultPanel
from app.gui.verification_panel import VerificationPanel
from app.signing.sign import SigningResult
from app.verification.report import SignatureReport, VerificationReport

pytestmark = pytest.mark.window

CARD = SignatureReport(
    field="Signature1",
    intact=True,
    covers_whole_file=False,
    changes="permitted",
    trusted="jpki",
    holder="青葉　健一",
    level="pades-b-b",
    claimed_time="2026-11-20T16:05:00+09:00",
    proven_time=None,
    revocation="not-checked",
    reasons=("validity-not-proven",),
)
NEWER = replace(CARD, field="Signature2", holder="山田　太郎", changes="none", covers_whole_file=True)


def report(*signatures: SignatureReport) -> VerificationReport:
    return VerificationReport(tuple(signature.judged() for signature in signatures))


def shown(widget: QWidget) -> list[str]:
    return [label.text() for label in widget.findChildren(QLabel) if label.isVisible() and label.text()]


@pytest.fixture
def panel(qtbot: QtBot) -> VerificationPanel:
    made = VerificationPanel()
    made.resize(420, 900)
    qtbot.addWidget(made)
    made.show()
    return made


def test_the_newest_signature_comes_first_and_is_open(panel: VerificationPanel) -> None:
    panel.show_report(report(CARD, NEWER))
    newer, older = panel.cards
    assert (newer.opened, older.opened) == (True, False)
    assert "山田　太郎" in shown(newer)
    assert "変わっていませんか" in shown(newer)
    assert "変わっていませんか" not in shown(older)


def test_an_older_one_opens_and_shows_its_details(panel: VerificationPanel) -> None:
    panel.show_report(report(CARD, NEWER))
    older = panel.cards[1]
    QTest.mouseClick(older.toggle, Qt.MouseButton.LeftButton)
    QTest.mouseClick(older.details_button, Qt.MouseButton.LeftButton)
    assert "Signature1" in shown(older)
    assert "PAdES B-B" in shown(older)


def test_an_altered_file_warns_and_names_nobody_in_the_heading(panel: VerificationPanel) -> None:
    panel.show_report(report(replace(CARD, intact=False, trusted="no", reasons=("digest-mismatch",))))
    assert panel.banner is not None
    assert "変えられています" in panel.banner.title()
    assert "青葉　健一" not in shown(panel.cards[0])


def test_a_file_without_signatures_offers_to_sign(panel: VerificationPanel, qtbot: QtBot) -> None:
    panel.show_report(VerificationReport(()))
    assert panel.cards == []
    with qtbot.waitSignal(panel.sign_requested):
        QTest.mouseClick(panel.sign_button, Qt.MouseButton.LeftButton)


def test_an_error_is_told_in_its_words(panel: VerificationPanel) -> None:
    panel.show_error(PdfUnreadable(detail="x"))
    assert panel.banner is not None
    assert panel.banner.title() == "PDFを開けません"


def test_the_panel_can_be_closed_while_it_works(panel: VerificationPanel, qtbot: QtBot) -> None:
    panel.show_working()
    with qtbot.waitSignal(panel.closed):
        QTest.mouseClick(panel.close_button, Qt.MouseButton.LeftButton)


def test_a_foreign_name_stays_plain_text(panel: VerificationPanel) -> None:
    panel.show_report(report(replace(NEWER, holder='<img src="/etc/hostname">\u202e')))
    for label in panel.findChildren(QLabel):
        assert label.textFormat() is Qt.TextFormat.PlainText
        assert "\u202e" not in label.text()


@pytest.mark.parametrize(("demo", "title"), [(False, "署名しました"), (True, "練習の署名ができました")])
def test_the_result_says_where_it_is_and_what_was_checked(qtbot: QtBot, tmp_path: Path, demo: bool, title: str) -> None:
    target = tmp_path / "契約書_署名済み.pdf"
    target.write_bytes(b"%PDF")
    ours = replace(NEWER, trusted="demo" if demo else "jpki")
    panel = ResultPanel()
    qtbot.addWidget(panel)
    panel.show()
    panel.show_result(
        SigningResult(
            target=target,
            source_sha256="0" * 64,
            target_sha256="1" * 64,
            holder="山田　太郎",
            profile="pades-b-b",
            field="Signature2",
            page=1,
            signed_at=datetime.now(UTC),
            demo=demo,
            report=report(CARD, ours),
        )
    )
    words = shown(panel)
    assert title in words
    assert "契約書_署名済み.pdf" in words
    assert ("山田　太郎" in words) is not demo
    with qtbot.waitSignal(panel.folder_requested):
        QTest.mouseClick(panel.folder_button, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(panel.another_requested):
        QTest.mouseClick(panel.another_button, Qt.MouseButton.LeftButton)
