"""The areas of the document page (toolbar, banners, pages, panel) and the ways between them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.gui.banner import BannerPlace
from app.gui.document_toolbar import DocumentToolbar
from app.gui.frames import Divider
from app.gui.placing_view import PlacingView
from app.gui.side import Side
from app.wording.language import text as _
from app.wording.plain import shown


class DocumentFrame(QWidget):
    """Toolbar, pages and panel, without a document."""

    home_requested = Signal()
    open_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._build()
        self._lead()

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.toolbar = DocumentToolbar()
        column.addWidget(self.toolbar)
        column.addWidget(Divider())
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        field = QWidget()
        canvas = QVBoxLayout(field)
        canvas.setContentsMargins(0, 0, 0, 0)
        canvas.setSpacing(0)
        self.banners = BannerPlace()
        canvas.addLayout(self.banners)
        field.setProperty("ground", "canvas")
        field.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.view = PlacingView()
        canvas.addWidget(self.view, 1)
        row.addWidget(field, 1)
        row.addWidget(Divider(vertical=True))
        self.side = Side()
        row.addWidget(self.side)
        column.addLayout(row, 1)
        QWidget.setTabOrder(self.toolbar.check_button, self.view)

    def _lead(self) -> None:
        bar, view = self.toolbar, self.view
        bar.home.connect(self.home_requested)
        bar.open.connect(self.open_requested)
        bar.page_chosen.connect(self._go_to)
        bar.page_up.connect(self._page_up)
        bar.page_down.connect(self._page_down)
        bar.zoom_in.connect(view.zoom_in)
        bar.zoom_out.connect(view.zoom_out)
        bar.fit.connect(view.fit_width)
        view.zoom_changed.connect(bar.show_zoom)
        for keys, slot in (
            ("Ctrl++", view.zoom_in),
            ("Ctrl+=", view.zoom_in),
            ("Ctrl+-", view.zoom_out),
            ("Ctrl+0", view.fit_width),
            ("Ctrl+G", self._focus_page_number),
            ("F6", self._next_area),
            ("Shift+F6", self._next_area),
        ):
            QShortcut(QKeySequence(keys), self, slot)

    def show_name(self, name: str) -> None:
        """The name of a file that is still being opened."""
        self.toolbar.show_file(name, "")

    def show_others(self, files: Sequence[Path]) -> None:
        """Says which files were named too and not opened."""
        names = _(", ").join(shown(file.name) for file in files)
        self.banners.show_banner("info", _("Only one PDF is opened at a time"), _("Not opened: {names}", names=names))

    def _go_to(self, page: int) -> None:
        self.view.go_to(page)
        self.view.setFocus()

    def _page_up(self) -> None:
        self.view.go_to(self.view.page - 1)

    def _page_down(self) -> None:
        self.view.go_to(self.view.page + 1)

    def _focus_page_number(self) -> None:
        self.toolbar.number.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _next_area(self) -> None:
        areas = (self.toolbar.home_button, self.view, self.side.main_button())
        owners = (self.toolbar, self.view, self.side)
        focus = self.focusWidget()
        here = next(
            (i for i, owner in enumerate(owners) if focus and (focus is owner or owner.isAncestorOf(focus))), -1
        )
        areas[(here + 1) % len(areas)].setFocus(Qt.FocusReason.TabFocusReason)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.side.fit(self.width())
