"""The person in a certificate as rows: name, address, birth date, sex; stand-in characters are marked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QTextCharFormat, QTextLayout

from app.gui import theme
from app.gui.card_rows import Row
from app.gui.labels import Paragraph
from app.wording import person
from app.wording.language import text as _

if TYPE_CHECKING:
    from app.pki.holder import Holder


class MarkedText(Paragraph):
    """A name or an address whose stand-ins are underlined on a ground of their own."""

    def __init__(self, runs: tuple[person.Run, ...], role: str = "body") -> None:
        self._runs = runs
        super().__init__("".join(run.text for run in runs), role, "text")
        self.setAccessibleName(person.spoken_runs(runs))

    @property
    def has_stand_ins(self) -> bool:
        """Whether anything is marked."""
        return any(run.stand_in for run in self._runs)

    def _formats(self) -> list[QTextLayout.FormatRange]:
        tokens = theme.current()
        marked = QTextCharFormat()
        marked.setFontUnderline(True)
        marked.setForeground(tokens.color("warn"))
        marked.setBackground(tokens.color("warn_soft"))
        out, start = [], 0
        for run in self._runs:
            length = len(run.text.encode("utf-16-le")) // 2  # as Qt counts
            if run.stand_in:
                part = QTextLayout.FormatRange()
                part.start, part.length, part.format = start, length, marked
                out.append(part)
            start += length
        return out


def person_rows(holder: Holder) -> list[Row]:
    """A row for each of the four facts."""
    name = MarkedText(person.runs(holder.name or "", holder.name_flags), "h2")
    address = MarkedText(person.runs(holder.address or "", holder.address_flags))
    rows = [
        _row("id-card", _("Name"), name if holder.name else _missing()),
        _row("house", _("Address"), address if holder.address else _missing()),
        _row("calendar", _("Date of birth"), Paragraph(person.birth_words(holder.birth), "body", "text")),
        _row("user", _("Sex"), Paragraph(person.sex_words(holder.sex), "body", "text")),
    ]
    if name.has_stand_ins or address.has_stand_ins:
        last = rows[1] if address.has_stand_ins else rows[0]
        last.body.addWidget(Paragraph(person.stand_in_note()))
    return rows


def _missing() -> Paragraph:
    return Paragraph(_("Not in the certificate"), "body", "text2")


def _row(icon: str, title: str, value: Paragraph) -> Row:
    row = Row(icon, "text2", title)
    row.body.addWidget(value)
    return row
