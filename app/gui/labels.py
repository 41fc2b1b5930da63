"""Text on the windows. Every text is drawn as plain text: Qt would read foreign names as HTML."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QResizeEvent, QTextLayout, QTextLine, QTextOption
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from app.gui import theme

SHORTEST_LAST = 4


def repolish(widget: QWidget) -> None:
    """Lets the style sheet look again at the dynamic properties of a widget."""
    if not widget.testAttribute(Qt.WidgetAttribute.WA_WState_Polished):
        return  # not shown yet: it will be looked at then
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    widget.update()


def plain_tip(text: str) -> str:
    """A tool tip that Qt cannot take for HTML."""
    return text.replace("&", "&amp;").replace("<", "&lt;").join(("<span>", "</span>")) if "<" in text else text


class Label(QLabel):
    """One line (or fixed lines) of plain text in a role of the type scale and a colour token."""

    def __init__(self, text: str = "", role: str = "body", tone: str = "text", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.role, self.tone = role, tone
        self.setFont(theme.font(role))
        self.setProperty("tone", tone)
        self.setMinimumHeight(theme.line_height(role))
        self.setText(text)

    def set_tone(self, tone: str) -> None:
        """Changes the colour token."""
        if tone != self.tone:
            self.tone = tone
            self.setProperty("tone", tone)
            repolish(self)


class Paragraph(Label):
    """Wrapping plain text with a line height of 150 %.

    No last line holds less than `SHORTEST_LAST` characters of Japanese where the line before can spare some.
    """

    def __init__(self, text: str = "", role: str = "caption", tone: str = "text2", parent: QWidget | None = None):
        super().__init__(text, role, tone, parent)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAlignment(Qt.AlignmentFlag.AlignLeft)

    def _layout(self, width: int) -> tuple[QTextLayout, int]:
        pitch = round(theme.ROLES[self.role][0] * 1.5)
        layout = QTextLayout(self.text().replace("\n", "\u2028"), theme.font(self.role))
        option = QTextOption(self.alignment())
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        layout.setTextOption(option)
        layout.setFormats(self._formats())
        lines = _break(layout, max(width, 1), pitch)
        narrower = _before_orphans(layout, width)
        if narrower and _break(layout, max(width, 1), pitch, narrower) != lines:
            _break(layout, max(width, 1), pitch)
        return layout, lines * pitch

    def _formats(self) -> list[QTextLayout.FormatRange]:
        """Parts of the text that look different."""
        return []

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._layout(width)[1]

    def setText(self, text: str) -> None:
        super().setText(text)
        self._take_room()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._take_room()

    def _take_room(self) -> None:
        # layouts ask for a height at a width, scroll areas only for the smallest height: tell both
        if self.testAttribute(Qt.WidgetAttribute.WA_Resized) or self.isVisible():
            self.setMinimumHeight(self.heightForWidth(self.width()))

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(theme.font(self.role))
        natural = max((metrics.horizontalAdvance(line) for line in self.text().split("\n")), default=0) + 2
        width = self.width() if self.testAttribute(Qt.WidgetAttribute.WA_WState_Created) else min(natural, 280)
        return QSize(min(natural, 280), self.heightForWidth(max(width, 80)))

    def minimumSizeHint(self) -> QSize:
        return QSize(40, theme.line_height(self.role))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(theme.current().color(self.tone))
        self._layout(self.width())[0].draw(painter, QPointF(0, 0))
        painter.end()


def _break(layout: QTextLayout, width: float, pitch: int, narrower: Mapping[int, float] = MappingProxyType({})) -> int:
    """Breaks into lines of that width, some `narrower` by so many px; how many lines there are."""
    layout.beginLayout()
    count = 0
    while (line := layout.createLine()).isValid():
        narrow = narrower.get(count, 0.0)
        line.setLineWidth(max(width - narrow, 1))
        left = {Qt.AlignmentFlag.AlignHCenter: narrow / 2, Qt.AlignmentFlag.AlignRight: narrow}
        align = layout.textOption().alignment() & Qt.AlignmentFlag.AlignHorizontal_Mask
        line.setPosition(QPointF(left.get(align, 0.0), count * pitch + (pitch - line.height()) / 2))
        count += 1
    layout.endLayout()
    return count


def _before_orphans(layout: QTextLayout, width: float) -> dict[int, float]:
    """The lines before last lines that are too short, and by how many px they would have to end earlier."""
    text, found = layout.text(), {}
    for index in range(1, layout.lineCount()):
        line, before = layout.lineAt(index), layout.lineAt(index - 1)
        start, end = line.textStart(), line.textStart() + line.textLength()
        last = text[start:end].rstrip("\u2028 ")
        ends_paragraph = end >= len(text) or text[end - 1] == "\u2028"
        begins_paragraph = text[start - 1] == "\u2028"
        if ends_paragraph and not begins_paragraph and 0 < len(last) < SHORTEST_LAST and max(last) > "\u2e7f":
            end_of_before = _x(before, start - (SHORTEST_LAST - len(last)))
            found[index - 1] = width - (end_of_before - before.x()) - 0.5
    return found


def _x(line: QTextLine, position: int) -> float:
    x: object = line.cursorToX(position)  # with the position that it is, unlike what its stub says
    value = x[0] if isinstance(x, tuple) else x
    assert isinstance(value, float)
    return value


class ElidedLabel(Label):
    """One line that is shortened in the middle when it does not fit; the whole text is the tool tip then."""

    def __init__(self, text: str = "", role: str = "body", tone: str = "text", parent: QWidget | None = None) -> None:
        super().__init__(text, role, tone, parent)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def minimumSizeHint(self) -> QSize:
        return QSize(60, theme.line_height(self.role))

    def sizeHint(self) -> QSize:
        width = QFontMetrics(self.font()).horizontalAdvance(self.text())
        return QSize(width + 2, theme.line_height(self.role))

    def paintEvent(self, event: QPaintEvent) -> None:
        shown = QFontMetrics(self.font()).elidedText(self.text(), Qt.TextElideMode.ElideMiddle, self.width())
        tip = self.text() if shown != self.text() else ""
        if tip != self.toolTip():
            self.setToolTip(plain_tip(tip))
        painter = QPainter(self)
        painter.setFont(self.font())
        painter.setPen(theme.current().color(self.tone))
        painter.drawText(self.rect(), int(self.alignment() | Qt.AlignmentFlag.AlignVCenter), shown)
        painter.end()
