"""The bar above the pages: home, open, the file and its facts, pages, zoom, checking."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtGui import QFocusEvent, QFontMetrics, QIntValidator, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.gui.buttons import Button
from app.gui.frames import Divider
from app.gui.labels import ElidedLabel, Label
from app.wording.language import text as _
from app.wording.plain import shown

HEIGHT = 56
NARROW = 1024


class PageNumber(QLineEdit):
    """The page in view; type another to go there."""

    chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__("1")
        self.setProperty("kind", "page")
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setAccessibleName(_("Go to page"))
        self._page = 1
        self.returnPressed.connect(self._entered)
        self.editingFinished.connect(self._restore)

    def show_page(self, page: int, pages: int) -> None:
        """Shows a page's number."""
        self._page = page
        self.setValidator(QIntValidator(1, max(pages, 1), self))
        self.setFixedWidth(QFontMetrics(self.font()).horizontalAdvance(str(pages)) + 18)
        self.setText(str(page))

    def _entered(self) -> None:
        self.chosen.emit(int(self.text()))

    def _restore(self) -> None:
        if not self.hasAcceptableInput():
            self.setText(str(self._page))

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.selectAll()


class DocumentToolbar(QWidget):
    """Buttons and facts; it only tells what was pressed."""

    home = Signal()
    open = Signal()
    page_chosen = Signal(int)
    page_up = Signal()
    page_down = Signal()
    zoom_in = Signal()
    zoom_out = Signal()
    fit = Signal()
    check = Signal()
    card = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("ground", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(HEIGHT)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 0, 12, 0)
        row.setSpacing(2)
        self.home_button = self._button("", "house", _("Start page"), self.home)
        self.open_button = self._button(_("Open"), "folder-open", _("Open another PDF"), self.open)
        row.addWidget(self.home_button)
        row.addWidget(self.open_button)
        self._divide(row)
        names = QVBoxLayout()
        names.setSpacing(0)
        names.addStretch(1)
        self.name = ElidedLabel("", "h3")
        self.facts = ElidedLabel("", "caption", "text2")
        names.addWidget(self.name)
        names.addWidget(self.facts)
        names.addStretch(1)
        row.addLayout(names, 1)
        row.addSpacing(8)
        row.addWidget(self._button("", "chevron-up", _("Previous page"), self.page_up))
        self.number = PageNumber()
        self.number.chosen.connect(self.page_chosen)
        row.addWidget(self.number)
        self._pages = Label("", "body", "text2")
        row.addWidget(self._pages)
        row.addSpacing(6)
        row.addWidget(self._button("", "chevron-down", _("Next page"), self.page_down))
        self._divide(row)
        row.addWidget(self._button("", "minus", _("Zoom out"), self.zoom_out))
        self._zoom = Label("100 %", "body", "text2")
        self._zoom.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._zoom.setFixedWidth(52)
        row.addWidget(self._zoom)
        row.addWidget(self._button("", "plus", _("Zoom in"), self.zoom_in))
        row.addWidget(self._button("", "maximize", _("Fit the width"), self.fit))
        self._divide(row)
        self.check_button = self._button(_("Check signatures"), "shield-check", _("Check signatures"), self.check)
        row.addWidget(self.check_button)
        self.card_button = self._button(_("Card"), "id-card", _("About the card"), self.card)
        row.addWidget(self.card_button)

    def _button(self, text: str, icon: str, name: str, told: SignalInstance) -> Button:
        made = Button(text, "ghost", icon)
        made.setAccessibleName(name)
        made.setToolTip(name if not text else "")
        made.clicked.connect(told)
        return made

    def _divide(self, row: QHBoxLayout) -> None:
        row.addSpacing(8)
        line = Divider(vertical=True)
        line.setFixedHeight(HEIGHT)
        row.addWidget(line)
        row.addSpacing(8)

    def show_file(self, name: str, facts: str) -> None:
        """The file's name and what is known of it."""
        self.name.setText(shown(name))
        self.facts.setText(facts)

    def show_page(self, page: int, pages: int) -> None:
        """The page in view."""
        self.number.show_page(page, pages)
        self._pages.setText(f"/ {pages}")

    def show_zoom(self, zoom: float) -> None:
        """The zoom in per cent."""
        self._zoom.setText(f"{zoom * 100:.0f} %")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.width() < NARROW
        self.facts.setVisible(not narrow)
        words = (
            (self.open_button, _("Open")),
            (self.check_button, _("Check signatures")),
            (self.card_button, _("Card")),
        )
        for button, text in words:
            wanted = "" if narrow else text
            if button.text() != wanted:
                button.setText(wanted)
                button.setToolTip(button.accessibleName() if narrow else "")
