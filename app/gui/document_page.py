"""One open document: toolbar, pages, and the panel in which it is signed or judged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QImage, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.errors import BoxTooSmall, FontMissing, GlyphMissing, UserError, by_code
from app.gui.background import Lanes
from app.gui.card_watch import CardState, CardWatch
from app.gui.components import Banner, Divider
from app.gui.delivery import submit
from app.gui.document_toolbar import DocumentToolbar
from app.gui.field_item import Box
from app.gui.first_view import SIDE, side_width
from app.gui.opening import OpenedPdf
from app.gui.page_layout import PageLayout
from app.gui.page_pictures import PagePictures
from app.gui.placing_view import BOX, FIELD, INVISIBLE, NO_PLACE, PlacingView
from app.wording.amounts import file_size, page_count
from app.wording.errors import words
from app.wording.language import text as _
from app.wording.plain import shown

if TYPE_CHECKING:
    from app.document.child import DocumentChild
    from app.document.facts import Block, PdfDocument
    from app.document.render import Renderer
    from app.document.snapshot import Snapshot
    from app.gui.sign_panel import SignPanel
    from app.gui.signing_controller import SigningController
    from app.signing.request import SigningRequest
    from app.signing.sign import SigningResult
    from app.verification.report import VerificationReport

PREVIEW_MS = 150
CHECKING_WIDTH = 420
ROOMY = 1200


@dataclass(frozen=True, slots=True)
class Inspected:
    """What the document child found, and the name proposed for the output."""

    child: DocumentChild
    document: PdfDocument
    target: Path


class DocumentPage(QWidget):
    """Shows an opened file and lets it be signed."""

    home_requested = Signal()
    open_requested = Signal()
    signed = Signal(object)
    ready = Signal()

    def __init__(self, lanes: Lanes, watch: CardWatch, *, demo: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lanes, self._watch, self._demo = lanes, watch, demo
        self._opened: OpenedPdf | None = None
        self._inspected: Inspected | None = None
        self._obstacle = ""
        self._check_when_ready = False
        self._invisible = False
        self._target: Path | None = None
        self._overwrite = False
        self._result: SigningResult | None = None
        self._panel: SignPanel | None = None
        self._checking: QWidget | None = None
        self._controller: SigningController | None = None
        self._preview_timer = QTimer(self, singleShot=True, interval=PREVIEW_MS)
        self._preview_timer.timeout.connect(self._ask_preview)
        self._preview_scale = 1.0
        self._build()
        self._connect()
        watch.changed.connect(self._card_changed)
        self._card_changed(watch.state)

    # --- building ---------------------------------------------------------------------------------------

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
        self._canvas = QWidget()
        canvas = QVBoxLayout(self._canvas)
        canvas.setContentsMargins(0, 0, 0, 0)
        canvas.setSpacing(0)
        self._banners = QVBoxLayout()
        self._banners.setContentsMargins(12, 0, 12, 0)
        canvas.addLayout(self._banners)
        self._canvas.setProperty("ground", "canvas")
        self._canvas.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.banner: Banner | None = None
        self.view = PlacingView()
        canvas.addWidget(self.view, 1)
        row.addWidget(self._canvas, 1)
        row.addWidget(Divider(vertical=True))
        self.side = QStackedWidget()
        self.side.setFixedWidth(SIDE)
        self.side.setProperty("ground", "panel")
        row.addWidget(self.side)
        column.addLayout(row, 1)
        QWidget.setTabOrder(self.toolbar.check_button, self.view)

    def _connect(self) -> None:
        bar, view = self.toolbar, self.view
        bar.home.connect(self.home_requested)
        bar.open.connect(self.open_requested)
        bar.page_chosen.connect(self._go_to)
        bar.page_up.connect(self._page_up)
        bar.page_down.connect(self._page_down)
        bar.zoom_in.connect(view.zoom_in)
        bar.zoom_out.connect(view.zoom_out)
        bar.fit.connect(view.fit_width)
        bar.check.connect(self.check)
        view.page_changed.connect(self._page_changed)
        view.zoom_changed.connect(bar.show_zoom)
        view.changed.connect(self._place_changed)
        view.first_picture.connect(self._first_picture)
        for keys, slot in (
            ("Ctrl++", view.zoom_in),
            ("Ctrl+=", view.zoom_in),
            ("Ctrl+-", view.zoom_out),
            ("Ctrl+0", view.fit_width),
            ("Ctrl+G", self._focus_page_number),
            ("Ctrl+Return", self.sign),
            ("Ctrl+Shift+V", self.check),
            ("F6", self._next_area),
            ("Shift+F6", self._next_area),
        ):
            QShortcut(QKeySequence(keys), self, slot)

    @property
    def panel(self) -> SignPanel:
        """The signing panel, built when the first page is on the screen."""
        if self._panel is None:
            from app.gui.sign_panel import SignPanel

            self._panel = panel = SignPanel()
            panel.place_requested.connect(self.view.place_bottom_right)
            panel.field_requested.connect(self.view.choose_field)
            panel.invisible_requested.connect(self._make_invisible)
            panel.replace_requested.connect(self._choose_again)
            panel.box_edited.connect(self._box_edited)
            panel.texts_changed.connect(self._texts_changed)
            panel.target_requested.connect(self._ask_target)
            panel.sign_requested.connect(self.sign)
            panel.show_card(self._watch.state, demo=self._demo)
            self.side.addWidget(panel)
            self._refresh()
        return self._panel

    @property
    def controller(self) -> SigningController:
        """What leads a signature through, built when it is needed first."""
        if self._controller is None:
            from app.gui.signing_controller import SigningController

            self._controller = SigningController(self._lanes, self._watch, self)
            self._controller.signed.connect(self.signed)
            self._controller.failed.connect(self._signing_failed)
            self._controller.stopped.connect(self._refresh)
        return self._controller

    # --- the document -----------------------------------------------------------------------------------

    def show_name(self, name: str) -> None:
        """The name of a file that is still being opened."""
        self.toolbar.show_file(name, "")

    def show_document(
        self,
        opened: OpenedPdf,
        pictures: PagePictures,
        *,
        check: bool = False,
        result: SigningResult | None = None,
    ) -> None:
        """Shows a file that the render child has open, beginning with the pictures there are."""
        box, page_of_box = self.view.box, self.view.page_of_box
        self.leave()
        self._opened, self._result = opened, result
        self._check_when_ready = check
        name = opened.snapshot.source.name
        self.toolbar.show_file(name, self._facts(None))
        self.toolbar.show_page(1, len(opened.sizes))
        self.view.show_pages(PageLayout.of(opened.sizes), pictures)
        self.view.setAccessibleName(self.view.page_name(shown(name)))
        self.view.setFocus()
        if result is not None and result.page:
            self.view.go_to(result.page)
            if box is not None and page_of_box == result.page:
                self.view.reveal(page_of_box, box.x, box.y, box.w, box.h)
        self._refresh()

    def leave(self) -> None:
        """Closes the document in the background."""
        self.view.leave()
        self.view.remove()
        self.view.show_preview(None)
        self._clear_banner()
        if self._panel is not None:
            self._panel.clear_banner()
            self._show_side(self._panel)
        if self._inspected is not None:
            self._lanes.document.start(self._inspected.child.close)
        if self._opened is not None:
            self._lanes.pictures.start(self._opened.close)
        self._opened = self._inspected = self._result = self._target = None
        self._obstacle, self._invisible, self._overwrite = "", False, False

    def _first_picture(self) -> None:
        """Only now is there time for everything else."""
        self.ready.emit()
        if self._opened is None or self._inspected is not None:
            return
        panel = self.panel
        if self._result is None:
            self._show_side(panel)
        self._refresh()
        submit(
            self._lanes.document,
            _inspect,
            self._opened.snapshot,
            _("_demo") if self._demo else _("_signed"),
            succeeded=self._inspected_now,
            failed=self._not_inspected,
        )

    def _inspected_now(self, inspected: Inspected) -> None:
        if self._opened is None or self._inspected is not None:
            self._lanes.document.start(inspected.child.close)
            return
        self._inspected, document = inspected, inspected.document
        self._target = inspected.target
        self._obstacle = document.obstacles[0] if document.obstacles else ""
        fields = document.empty_fields
        if not self._obstacle and not document.new_field_allowed and not any(field.visible for field in fields):
            self._obstacle = "would-break-signature"
        self.toolbar.show_file(self._opened.snapshot.source.name, self._facts(document))
        open_ = not self._obstacle and self._result is None
        self.view.allow(placing=open_, new_box=document.new_field_allowed, fields=fields)
        self.panel.show_fields(tuple(field for field in fields if field.visible) if open_ else ())
        self.panel.show_target(self._target)
        self._show_document_banner(document)
        self._refresh()
        if self._check_when_ready:
            self.check()

    def _not_inspected(self, error: Exception) -> None:
        if isinstance(error, UserError):
            said = words(error)
            self._obstacle = error.code
            self._show_banner("bad", said.title, f"{said.happened}\n{said.todo}")
            self._refresh()

    def _show_document_banner(self, document: PdfDocument) -> None:
        if self._obstacle:
            said = words(by_code(self._obstacle, {}))
            self._show_banner("bad", said.title, f"{said.happened}\n{said.todo}")
        elif document.signatures and self._result is None:
            count = len(document.signatures)
            banner = self._show_banner("info", _("This PDF holds {n} signatures", n=count), "")
            banner.add_button(_("Check"), self.check)

    def _facts(self, document: PdfDocument | None) -> str:
        assert self._opened is not None
        parts = [page_count(len(self._opened.sizes)), file_size(self._opened.snapshot.size)]
        if document is not None:
            count = len(document.signatures)
            parts.append(_("signatures: {n}", n=count) if count else _("not signed"))
        return _(" · ").join(parts)

    # --- the place --------------------------------------------------------------------------------------

    def _place_changed(self) -> None:
        if self.view.box is not None:
            self._invisible = False
            self._preview_timer.start()
        self._refresh()

    def _make_invisible(self) -> None:
        self.view.remove()
        self._invisible = True
        self._refresh()

    def _choose_again(self) -> None:
        self._invisible = False
        self.view.remove()
        self.view.setFocus()

    def _box_edited(self, page: int, x: float, y: float, w: float, h: float) -> None:
        box = Box(x, y, w, h, self.view.page_mm(page)).clamped()
        self.view.place(page, box)
        self.view.reveal(page, box.x, box.y, box.w, box.h)

    def _texts_changed(self) -> None:
        parts = (self.panel.reason.text().strip(), self.panel.location.text().strip())
        self.panel.show_texts(shown(_(" · ").join(part for part in parts if part)))
        self._preview_timer.start()

    def _ask_preview(self) -> None:
        box = self.view.box
        if box is None or self._inspected is None or self._opened is None:
            return
        self._preview_scale = self.view.device_scale()
        submit(
            self._lanes.document,
            _preview,
            self._inspected.child,
            self._block(),
            box.w,
            box.h,
            succeeded=self._previewed,
            failed=self._not_previewed,
            key="preview",
        )

    def _previewed(self, document: bytes) -> None:
        if self._opened is not None:
            submit(
                self._lanes.pictures,
                _draw_preview,
                self._opened.renderer,
                document,
                self._preview_scale,
                succeeded=self.view.show_preview,
                failed=self._not_previewed,
                key="preview",
            )

    def _not_previewed(self, error: Exception) -> None:
        # the rehearsal will say the rest
        if isinstance(error, BoxTooSmall | FontMissing | GlyphMissing):
            self._say_problem(error)

    def _block(self) -> Block:
        request = self._request()
        assert request is not None
        block = request.block(_("(name on the card)"), datetime.now().astimezone())
        assert block is not None
        return block

    # --- the output -------------------------------------------------------------------------------------

    def _ask_target(self) -> None:
        from PySide6.QtWidgets import QFileDialog

        assert self._target is not None
        dialog = QFileDialog(self, _("Save the signed PDF as"), str(self._target), _("PDF files (*.pdf *.PDF)"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("pdf")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self._target_chosen)
        dialog.open()

    def _target_chosen(self, name: str) -> None:
        self._target = Path(name)
        self._overwrite = True  # the dialog has asked
        self.panel.show_target(self._target)

    # --- signing ----------------------------------------------------------------------------------------

    def sign(self) -> None:
        """Begins the signature, when nothing stands in its way."""
        request = self._request()
        if self.panel.primary.held or request is None or self._inspected is None:
            return
        self.panel.clear_banner()
        self.controller.begin(request, self._inspected.child)
        self._refresh()

    def _request(self) -> SigningRequest | None:
        if self._opened is None or self._inspected is None or self._target is None:
            return None
        from app.signing.profile import PADES_B_B
        from app.signing.request import SigningRequest
        from app.wording.stamp import stamp_labels

        return SigningRequest(
            snapshot=self._opened.snapshot,
            document=self._inspected.document,
            target=self._target,
            overwrite=self._overwrite,
            placement=self.view.placement,
            field=self.view.field.name if self.view.field is not None else None,
            labels=stamp_labels(),
            profile=PADES_B_B,
            reason=self.panel.reason.text().strip(),
            location=self.panel.location.text().strip(),
            demo=self._demo,
        )

    def _signing_failed(self, error: UserError) -> None:
        self._say_problem(error)
        self._refresh()

    def _say_problem(self, error: UserError) -> None:
        said = words(error)
        self.panel.show_banner("bad", said.title, f"{said.happened}\n{said.todo}")

    def _card_changed(self, state: CardState) -> None:
        if self._panel is not None:
            self._panel.show_card(state, demo=self._demo)
            self._refresh()

    def _refresh(self) -> None:
        """The panel says what is decided, and the button what is missing."""
        if self._panel is None:
            return
        view, panel = self.view, self.panel
        where, summary = NO_PLACE, ""
        if view.field is not None:
            where, summary = FIELD, _("Page {page}, the prepared field", page=view.page_of_box)
        elif view.box is not None:
            where, summary = BOX, _("Page {page}", page=view.page_of_box)
            panel.place_fields.show_box(view.page_of_box, view.layout_.pages, view.box)
        elif self._invisible:
            where, summary = INVISIBLE, _("Nothing is shown on the page")
        new_box = self._inspected is None or self._inspected.document.new_field_allowed
        panel.show_place(where, summary, new_box=new_box)
        sign = _("Enter password and sign…")
        if self._obstacle:
            panel.show_primary(_("Cannot be signed"), _("See the message above the pages"))
        elif self._inspected is None:
            panel.show_primary(_("Opening…"), _("The PDF is being read"))
        elif self.controller.busy:
            panel.show_primary(_("Checking…"), _("Everything is checked before the password"))
        elif where == NO_PLACE:
            panel.show_primary(_("Choose the place first"), _("Choose where the signature should stand first"))
        elif not self._watch.state.ready:
            panel.show_primary(_("Put the card on"), _("Put your My Number Card on the reader first"))
        else:
            panel.show_primary(sign, "")

    # --- checking ---------------------------------------------------------------------------------------

    def check(self) -> None:
        """Checks the signatures of the file and shows the answers beside it."""
        from app.gui.verification_panel import VerificationPanel

        if self._opened is None:
            return
        panel = VerificationPanel()
        panel.closed.connect(self.back_to_signing)
        panel.sign_requested.connect(self.back_to_signing)
        panel.show_working()
        self._checking = panel
        self._show_side(panel)
        submit(
            self._lanes.document, _verify, self._opened.snapshot, succeeded=panel.show_report, failed=panel.show_error
        )

    def show_result(self, result: SigningResult) -> None:
        """The panel after signing; the signed file is open already."""
        from app.gui.result_panel import ResultPanel

        panel = ResultPanel()
        panel.folder_requested.connect(self._show_folder)
        panel.another_requested.connect(self.open_requested)
        self._show_side(panel)
        panel.show_result(result)

    def _show_side(self, panel: QWidget) -> None:
        old = self.side.currentWidget()
        self.side.addWidget(panel)
        self.side.setCurrentWidget(panel)
        if old is not panel and old is not self._panel and old is not None:
            self.side.removeWidget(old)
            old.deleteLater()
            self._checking = panel if self._checking is panel else None
        self._size_side()

    def back_to_signing(self) -> None:
        """The signing panel again."""
        self._show_side(self.panel)

    def _show_folder(self) -> None:
        from PySide6.QtCore import QUrl
        from PySide6.QtGui import QDesktopServices

        if self._result is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._result.target.parent)))

    # --- small things -----------------------------------------------------------------------------------

    def _show_banner(self, kind: str, title: str, text: str) -> Banner:
        self._clear_banner()
        self.banner = Banner(kind, title, text)
        self._banners.setContentsMargins(12, 12, 12, 0)
        self._banners.addWidget(self.banner)
        return self.banner

    def show_others(self, files: Sequence[Path]) -> None:
        """Says which files were named too and not opened."""
        names = _(", ").join(shown(file.name) for file in files)
        self._show_banner("info", _("Only one PDF is opened at a time"), _("Not opened: {names}", names=names))

    def _clear_banner(self) -> None:
        if self.banner is not None:
            self._banners.setContentsMargins(12, 0, 12, 0)
            self.banner.hide()
            self.banner.deleteLater()
            self.banner = None

    def _page_changed(self, page: int) -> None:
        self.toolbar.show_page(page, self.view.layout_.pages)
        if self._opened is not None:
            self.view.setAccessibleName(self.view.page_name(shown(self._opened.snapshot.source.name)))

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
        areas = (self.toolbar.home_button, self.view, self.panel.primary)
        owners = (self.toolbar, self.view, self.side)
        focus = self.focusWidget()
        here = next(
            (i for i, owner in enumerate(owners) if focus and (focus is owner or owner.isAncestorOf(focus))), -1
        )
        areas[(here + 1) % len(areas)].setFocus(Qt.FocusReason.TabFocusReason)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._size_side()

    def _size_side(self) -> None:
        checking = self.side.currentWidget() is not None and self.side.currentWidget() is self._checking
        self.side.setFixedWidth(CHECKING_WIDTH if checking and self.width() >= ROOMY else side_width(self.width()))


def _inspect(snapshot: Snapshot, suffix: str) -> Inspected:
    from app.document.child import DocumentChild
    from app.document.target import default_target, free_target

    child = DocumentChild(snapshot.path)
    try:
        document = child.inspect(None)
    except BaseException:
        child.close()
        raise
    return Inspected(child, document, free_target(default_target(snapshot.source, suffix)))


def _preview(child: DocumentChild, block: Block, w: float, h: float) -> bytes:
    return child.preview(block, w, h)


def _draw_preview(renderer: Renderer, document: bytes, scale: float) -> QImage:
    drawn = renderer.picture_of(document, scale)
    return QImage(drawn.data, drawn.width, drawn.height, drawn.stride, QImage.Format.Format_RGB32).copy()


def _verify(snapshot: Snapshot) -> VerificationReport:
    from app.verification.verify import verify

    return verify(snapshot.path)
