"""The three answers about a signature, as the result and the verification panel show them."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.gui.labels import Paragraph
from app.gui.marks import Picture
from app.wording.language import text as _
from app.wording.outcomes import Answer, Answers

ICONS = {"ok": "circle-check", "neutral": "circle-question", "warn": "triangle-alert", "bad": "circle-x"}
INKS = {"ok": "ok", "neutral": "text2", "warn": "warn", "bad": "bad"}


class AnswerRows(QWidget):
    """Three questions, always in the same order; `compact`: one line each, without question and detail."""

    def __init__(self, answers: Answers, *, compact: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8 if compact else 14)
        unchecked = _("What we could not check")
        questions = (
            (_("Has it changed?"), answers.changed),
            (_("Whose signature is it?"), answers.who),
            (unchecked, answers.unchecked),
        )
        for question, answer in questions:
            if compact:
                title = _("{question}: {answer}", question=question, answer=answer.title)
                words = [Paragraph(title if question == unchecked else answer.title, "body", "text")]
            else:
                words = _spelled_out(question, answer)
            row = QHBoxLayout()
            row.setSpacing(12)
            side = 20 if compact else 22
            row.addWidget(Picture(ICONS[answer.tone], INKS[answer.tone], side), 0, Qt.AlignmentFlag.AlignTop)
            lines = QVBoxLayout()
            lines.setSpacing(0)
            for line in words:
                lines.addWidget(line)
            row.addLayout(lines, 1)
            column.addLayout(row)


def _spelled_out(question: str, answer: Answer) -> list[Paragraph]:
    lines = [
        Paragraph(question, "caption", "text2"),
        Paragraph(answer.title, "strong", "bad" if answer.tone == "bad" else "text"),
    ]
    if answer.detail:
        lines.append(Paragraph(answer.detail, "caption", "text2"))
    return lines
