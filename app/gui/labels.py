"""Text on the windows. Every text is drawn as plain text: Qt would read foreign names as HTML."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QResizeEvent, QTextLayout, QTextOption
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from app.gui import theme


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
    """Wrapping plain text with a line height of 150 %."""

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
        layout.beginLayout()
        top = 0
        while (line := layout.createLine()).isValid():
            line.setLineWidth(max(width, 1))
            line.setPosition(QPointF(0, top + (pitch - line.height()) / 2))
            top += pitch
        layout.endLayout()
        return layout, top

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
