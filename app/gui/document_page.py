"""One open document: toolbar, pages, and the panel in which it is signed or judged."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from app.errors.base import UserError
from app.errors.registry import by_code
from app.gui.background import Lanes
from app.gui.banner import Banner
from app.gui.card_problem import still_true
from app.gui.card_watch import CardState, CardWatch
from app.gui.delivery import submit
from app.gui.document_frame import DocumentFrame
from app.gui.field_item import Box
from app.gui.inspection import Inspected, facts_line, inspect, only_looked_at, verify
from app.gui.opening import OpenedPdf
from app.gui.page_layout import PageLayout
from app.gui.page_pictures import PagePictures
from app.gui.placing_view import BOX, NO_PLACE
from app.gui.preview import PreviewOrder, SignaturePreview
from app.gui.signer_choice import SignerChoice
from app.gui.stage import Stage
from app.wording.errors import words
from app.wording.language import text as _
from app.wording.plain import shown

if TYPE_CHECKING:
    from app.document.facts import Block, PdfDocument
    from app.gui.sign_panel import SignPanel
    from app.gui.signing_controller import SigningController
    from app.signing.request import SigningRequest
    from app.signing.sign import SigningResult


class DocumentPage(DocumentFrame):
    """Shows an opened file and lets it be signed."""

    signed = Signal(object)
    unsigned = Signal()
    ready = Signal()
    card_requested = Signal()
    guidance_requested = Signal()
    doctor_requested = Signal()

    def __init__(
        self, lanes: Lanes, watch: CardWatch, signer: SignerChoice, *, demo: bool, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._lanes, self._watch, self._signer, self._demo = lanes, watch, signer, demo
        self._opened: OpenedPdf | None = None
        self._inspected: Inspected | None = None
        self._obstacle = ""
        self._count_banner: Banner | None = None
        self._check_when_ready = False
        self._invisible = False
        self._target: Path | None = None
        self._overwrite = False
        self._result: SigningResult | None = None
        self._problem: UserError | None = None
        self._panel: SignPanel | None = None
        self._controller: SigningController | None = None
        self._preview = SignaturePreview(lanes, self._preview_order, self)
        self._connect()
        watch.changed.connect(self._card_changed)
        watch.owned.connect(self._refresh)
        self.unsigned.connect(self._refresh)
        signer.changed.connect(self._signer_changed)
        signer.refused.connect(self._key_file_refused)
        self._card_changed(watch.state)

    # --- building ---------------------------------------------------------------------------------------

    def _connect(self) -> None:
        self.toolbar.check.connect(self.check)
        self.toolbar.card.connect(self.card_requested)
        self.view.page_changed.connect(self._page_changed)
        self.view.changed.connect(self._place_changed)
        self.view.first_picture.connect(self._first_picture)
        self._preview.drawn.connect(self.view.show_preview)
        self._preview.refused.connect(self.say_problem)
        for keys, slot in (("Ctrl+Return", self.sign), ("Ctrl+Shift+V", self.check)):
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
            panel.card_line.renew.connect(self._watch.renew)
            panel.signer_line.card_chosen.connect(self._signer.use_card)
            panel.signer_line.file_requested.connect(self._signer.ask)
            panel.card_line.details.connect(self.card_requested)
            panel.show_card(self._watch.state, demo=self._demo)
            self._signer_changed()
        return self._panel

    @property
    def controller(self) -> SigningController:
        """What leads a signature through, built when it is needed first."""
        if self._controller is None:
            from app.gui.signing_controller import SigningController

            self._controller = SigningController(self._lanes, self._watch, self)
            self._controller.signed.connect(self.signed)
            self._controller.failed.connect(self.say_problem)
            for ended in (self._controller.failed, self._controller.stopped):
                ended.connect(self.unsigned)
            self._controller.guidance_requested.connect(self.guidance_requested)
            self._controller.doctor_requested.connect(self.doctor_requested)
        return self._controller

    # --- the document -----------------------------------------------------------------------------------

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
        self.toolbar.show_file(name, facts_line(len(opened.sizes), opened.snapshot.size, None))
        self.toolbar.show_page(1, len(opened.sizes))
        self.view.show_pages(PageLayout.of(opened.sizes), pictures)
        self.view.setAccessibleName(self.view.page_name(shown(name)))
        self.view.setFocus()
        if result is not None and result.page:
            self.view.go_to(result.page)
            if box is not None and page_of_box == result.page:
                self.view.reveal(page_of_box, box.x, box.y, box.w, box.h)
        self._refresh()

    @property
    def at_work(self) -> bool:
        """Whether a password is on its way: the document cannot be left before the outcome."""
        return self._controller is not None and self._controller.submitted

    def leave(self) -> bool:
        """Closes the document in the background, and ends what was begun with it; False while it is `at_work`."""
        if self.at_work:
            return False
        if self._controller is not None and self._controller.busy:
            self._controller.stop()
        self.view.leave()
        self.view.remove()
        self.view.allow(placing=False)
        self._preview.forget()
        self.view.show_preview(None)
        self.banners.clear()
        if self._panel is not None:
            self._panel.clear_banner()
            self._panel.show_fields(())
            self._panel.show_target(None)
            self._show_side(self._panel)
        if self._inspected is not None:
            self._lanes.document.start(self._inspected.child.close)
        if self._opened is not None:
            self._lanes.pictures.start(self._opened.close)
        self._opened = self._inspected = self._result = self._target = None
        self._obstacle, self._invisible, self._overwrite = "", False, False
        self._count_banner = None
        return True

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
            inspect,
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
        self._obstacle, fields = inspected.obstacle, document.empty_fields
        facts = facts_line(len(self._opened.sizes), self._opened.snapshot.size, document)
        self.toolbar.show_file(self._opened.snapshot.source.name, facts)
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
            self._obstacle = error.code
            self.banners.show_banner(*only_looked_at(error))
            self._refresh()

    def _show_document_banner(self, document: PdfDocument) -> None:
        if self._obstacle:
            said = words(by_code(self._obstacle, {}))
            self.banners.show_banner("bad", said.title, f"{said.happened}\n{said.todo}")
        if document.signatures and self._result is None:
            count = len(document.signatures)
            self._count_banner = self.banners.show_banner("info", _("This PDF holds {n} signatures", n=count), "")
            self._count_banner.add_button(_("Check"), self.check)

    # --- the place --------------------------------------------------------------------------------------

    def _place_changed(self) -> None:
        if self.view.box is not None:
            self._invisible = False
            self._preview.ask_soon()
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
        self._preview.ask_soon()

    def _preview_order(self) -> PreviewOrder | None:
        box = self.view.box
        if box is None or self._inspected is None or self._opened is None:
            return None
        return PreviewOrder(
            self._inspected.child, self._opened.renderer, self._block(), (box.w, box.h), self.view.device_scale()
        )

    def _block(self) -> Block:
        request = self._request()
        assert request is not None
        name = _("(name in the certificate)") if self._key_file else _("(name on the card)")
        block = request.block(name, datetime.now().astimezone())
        assert block is not None
        return block

    # --- the output -------------------------------------------------------------------------------------

    @property
    def source(self) -> Path | None:
        """The open file."""
        return self._opened.snapshot.source if self._opened is not None else None

    @property
    def folder(self) -> Path | None:
        """Where the open document lies; the copy for practice lies nowhere that matters."""
        return self._opened.snapshot.source.absolute().parent if self._opened and not self._demo else None

    def _ask_target(self) -> None:
        from app.gui.file_dialogs import ask_target

        assert self._target is not None
        assert self._opened is not None
        ask_target(self, self._target, self._opened.snapshot.source, self._target_chosen)

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
        self.controller.begin(request, self._inspected.child, self._key_file)
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

    def say_problem(self, error: UserError, file: str = "") -> None:
        """Says it in the panel."""
        self._problem = error
        said = words(error)
        told = [shown(file), said.happened, said.todo]
        self.panel.show_banner("bad", said.title, "\n".join(part for part in told if part))

    def _key_file_refused(self, name: str, error: Exception) -> None:
        if isinstance(error, UserError):
            self.say_problem(error, name)

    @property
    def _key_file(self) -> Path | None:
        """What signs instead of the card; practice knows the demo card only."""
        return None if self._demo else self._signer.key_file

    def _signer_changed(self) -> None:
        if self._panel is not None:
            self._panel.clear_banner()
            self._panel.signer_line.show_signer(self._key_file, demo=self._demo)
            self._preview.ask_soon()
            self._refresh()

    def _card_changed(self, state: CardState) -> None:
        if self._panel is not None:
            if self._problem is not None and not still_true(self._problem, state):
                self._panel.clear_banner()
            self._panel.show_card(state, demo=self._demo)
            self._refresh()

    def _refresh(self) -> None:
        """The panel says what is decided, and the button what is missing."""
        if self._panel is None:
            return
        where = self.view.where(invisible=self._invisible)
        self._show_place(where)
        stage = Stage(
            obstacle=bool(self._obstacle),
            inspected=self._inspected is not None,
            busy=self._inspected is not None and self.controller.busy,
            placed=where != NO_PLACE,
            card=self._watch.state,
            demo=self._demo,
            key_file=self._key_file is not None,
            card_free=self._controller is None or self._watch.free_for(self._controller),
        )
        self.panel.show_primary(*stage.words())
        self.panel.show_closed(stage.obstacle)

    def _show_place(self, where: str) -> None:
        view = self.view
        if where == BOX and view.box is not None:
            self.panel.place_fields.show_box(view.page_of_box, view.layout_.pages, view.box)
        new_box = self._inspected is None or self._inspected.document.new_field_allowed
        self.panel.show_place(where, view.place_words(where), new_box=new_box)

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
        self._show_side(panel, checking=True)
        submit(
            self._lanes.document, verify, self._opened.snapshot, succeeded=panel.show_report, failed=panel.show_error
        )

    def show_result(self, result: SigningResult) -> None:
        """The panel after signing; the signed file is open already."""
        from app.gui.result_panel import ResultPanel

        panel = ResultPanel()
        panel.folder_requested.connect(self._show_folder)
        panel.another_requested.connect(self.open_requested)
        self._show_side(panel)
        panel.show_result(result)

    def _show_side(self, panel: QWidget, *, checking: bool = False) -> None:
        if self._count_banner is not None:
            self._count_banner.setVisible(not checking)
        self.side.show_panel(panel, lasting=panel is self._panel, checking=checking)
        self.side.fit(self.width())

    def back_to_signing(self) -> None:
        """The signing panel again."""
        self._show_side(self.panel)

    def _show_folder(self) -> None:
        from app.gui.file_dialogs import show_folder
        from app.gui.result_panel import ResultPanel

        panel = self.side.currentWidget()
        if isinstance(panel, ResultPanel) and self._result is not None and not show_folder(self._result.target):
            panel.show_path()

    def _page_changed(self, page: int) -> None:
        self.toolbar.show_page(page, self.view.layout_.pages)
        if self._opened is not None:
            self.view.setAccessibleName(self.view.page_name(shown(self._opened.snapshot.source.name)))
