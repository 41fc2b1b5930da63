"""Wrapped text: no last line of two lonely characters, and never a line more for it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from app.gui.labels import SHORTEST_LAST, Paragraph, _break

pytestmark = pytest.mark.window

SENTENCES = (
    "カードの読み取りには、リーダーの種類によって最大1日かかることがあります。",
    "パソコン側のサービス（PC/SC）が応答しません。リーダーを差し直してください。",
    "見本のカードで署名しました。新しいファイルを読み直して確かめ、すべて終わりました。",
    "Natsuin は PDF に署名します。「カード」を置いてください。",
)


def lines_of(paragraph: Paragraph, width: int) -> list[str]:
    layout, _height = paragraph._layout(width)
    lines = [layout.lineAt(index) for index in range(layout.lineCount())]
    return [layout.text()[line.textStart() : line.textStart() + line.textLength()] for line in lines]


def uncared(paragraph: Paragraph, width: int) -> tuple[int, int]:
    """How many lines it would have without any care, and how many characters the last of them."""
    layout, _height = paragraph._layout(width)
    count = _break(layout, width, 20)
    return count, layout.lineAt(count - 1).textLength()


@pytest.mark.parametrize("sentence", SENTENCES)
@pytest.mark.parametrize("role", ["caption", "body", "h3"])
def test_a_last_line_holds_some_characters_and_costs_no_line(themed: QApplication, sentence: str, role: str) -> None:
    paragraph = Paragraph(sentence, role)
    lonely = 0
    for width in range(160, 420):
        lines = lines_of(paragraph, width)
        count, last = uncared(paragraph, width)
        lonely += count > 1 and last < SHORTEST_LAST
        assert "".join(lines) == sentence
        assert len(lines) == count
        assert len(lines) == 1 or len(lines[-1]) >= SHORTEST_LAST, (width, lines)
        layout, _height = paragraph._layout(width)
        assert all(layout.lineAt(index).naturalTextWidth() <= width for index in range(len(lines)))
    assert lonely, "without any care there would be some"


def test_every_paragraph_of_a_text_is_cared_for_and_centred_lines_stay_in_the_middle(themed: QApplication) -> None:
    paragraph = Paragraph("\n".join(SENTENCES[:2]), "caption")
    for width in range(160, 420):
        lines = lines_of(paragraph, width)
        ends = [line.rstrip("\u2028") for line in lines if line.endswith("\u2028")] + [lines[-1]]
        assert len(ends) == 2
        assert all(len(line) >= SHORTEST_LAST for line in ends), (width, lines)
    paragraph.setAlignment(Qt.AlignmentFlag.AlignHCenter)
    layout, _height = paragraph._layout(364)
    for index in range(layout.lineCount()):
        shown = layout.lineAt(index).naturalTextRect()
        assert abs(shown.center().x() - 182) < 1


def test_a_short_text_and_a_narrow_room_stay_as_they_are(themed: QApplication) -> None:
    assert lines_of(Paragraph("ます。"), 300) == ["ます。"]
    assert lines_of(Paragraph("だれか\nます。"), 300) == ["だれか\u2028", "ます。"]
    assert "".join(lines_of(Paragraph("あいうえおかき"), 14)) == "あいうえおかき"
