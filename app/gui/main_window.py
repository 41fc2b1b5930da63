"""The main window: start page and document page, practice strip, files dropped anywhere.

It is shown before it is built: `FirstView` holds the place, and a module that only a later part needs is loaded by it.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QApplication, QMainWindow

from app import settings as app_settings
from app.errors.base import Cancelled, UserError
from app.gui import theme
from app.gui.background import Job, Lanes
from app.gui.delivery import attach, submit
from app.gui.dragging import Droppable
from app.gui.first_view import FirstView
from app.gui.opening import OpenedPdf, open_pdf
from app.gui.signer_choice import SignerChoice
from app.settings import Settings
from app.wording import language
from app.wording.language import text as _
from app.wording.plain import shown

if TYPE_CHECKING:
    from PySide6.QtGui import QCloseEvent, QPaintEvent
    from PySide6.QtWidgets import QStackedWidget, QWidget

    from app.gui.card_watch import CardState, CardWatch
    from app.gui.card_windows import CardWindows
    from app.gui.document_page import DocumentPage
    from app.gui.page_pictures import PagePictures
    from app.gui.practice import PracticeStrip
    from app.gui.start_page import StartPage
    from app.signing.sign import SigningResult

START_SIZE = (1120, 740)
DOCUMENT_SIZE = (1280, 806)
MINIMUM = (880, 480)
# loaded one at a time, with a breath between two, so that a first page that arrives is painted at once
DOCUMENT_MODULES = ("app.gui.icons", "app.gui.banner", "app.gui.placing_view", "app.gui.document_page")
BREATH_MS = 8


class MainWindow(Droppable, QMainWindow):
    """One window, one document."""

    first_painted = Signal()
    page_painted = Signal()
    settled = Signal()

    stack: QStackedWidget

    def __init__(self, lanes: Lanes, settings: Settings, *, demo: bool) -> None:
        super().__init__()
        self.lanes = lanes
        self.demo = demo
        self.strip: PracticeStrip | None = None
        self.document_page: DocumentPage | None = None
        self._start: StartPage | None = None
        self._settings = settings
        self._painted = self._page_shown = self._started = False
        self._first: FirstView | None = None
        self._building: Iterator[None] = iter(())
        self._opening: Job | None = None
        self._arrived: tuple[OpenedPdf, PagePictures] | None = None
        self._name = ""
        self._others: tuple[Path, ...] = ()
        self._check_next = False
        self._practice_folder: Path | None = None
        self._result: SigningResult | None = None
        self._watch: CardWatch | None = None
        self.signer = SignerChoice(lanes, self)
        self._card_windows: CardWindows | None = None
        self.setMinimumSize(*MINIMUM)
        self.setAcceptDrops(True)
        self.setWindowTitle("Natsuin")

    def begin(self, opening: Job | None, path: Path | None, others: Sequence[Path] = ()) -> None:
        """The first thing to show: a file that is being opened already, or the start page.

        `others` were named too; the window says that they were not opened.
        """
        self._first = FirstView(demo=self.demo, document=opening is not None)
        self._first.page_painted.connect(self._page_painted)
        self.setCentralWidget(self._first)
        self._building = self._steps(document=opening is not None)
        self._others = tuple(others)
        if opening is not None and path is not None:
            self.expect(opening, path)

    @property
    def card_watch(self) -> CardWatch:
        """The card's state; nothing is watched before the window is there."""
        if self._watch is None:
            from app.gui.card_watch import CardWatch

            self._watch = CardWatch(self.lanes, self)
            self._watch.changed.connect(self._card_changed)
        return self._watch

    @property
    def card_windows(self) -> CardWindows:
        """The windows about the card, none of which is there before it is wanted."""
        if self._card_windows is None:
            from app.gui.card_windows import CardWindows

            self._card_windows = CardWindows(self.lanes, self.card_watch, self)
        return self._card_windows

    # --- building ---------------------------------------------------------------------------------------

    def _build_on(self) -> None:
        """The next step of building; between two steps, events are served."""
        for _step in self._building:
            QTimer.singleShot(0 if self._page_shown else BREATH_MS, self._build_on)
            return

    def _build_all(self) -> None:
        """Every step that is left, at once."""
        for _step in self._building:
            pass

    def _steps(self, *, document: bool) -> Iterator[None]:
        for name in DOCUMENT_MODULES if document else ():
            import_module(name)
            yield
        theme.load_fonts()
        theme.apply()
        self._shortcuts()
        stack = self._new_stack()
        if document:
            self._page()
            yield
        self._put(stack)
        if self._arrived is not None:
            (opened, pictures), self._arrived = self._arrived, None
            self._show_opened(opened, pictures)
        elif self._opening is not None:
            self._page().show_name(self._name)
            self.stack.setCurrentWidget(self._page())
        else:
            self._show_start()
            self._start_rest()

    def _new_stack(self) -> QWidget:
        from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

        central = QWidget()
        central.setProperty("ground", "win")
        column = QVBoxLayout(central)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.strip = None
        if self.demo:
            from app.gui.practice import PracticeStrip

            self.strip = PracticeStrip()
            self.strip.leave.clicked.connect(self.end_practice)
            column.addWidget(self.strip)
        self.stack = QStackedWidget()
        column.addWidget(self.stack, 1)
        self._start = None
        self.document_page = None
        return central

    def _put(self, central: QWidget) -> None:
        """Puts what was built in the place of what was there."""
        self._first = None
        self.setCentralWidget(central)

    @property
    def start_page(self) -> StartPage:
        """The start page, built when it is needed first."""
        if self._start is None:
            from app.gui.start_page import StartPage

            page = StartPage(demo=self.demo)
            page.choose_requested.connect(self.choose)
            page.check_requested.connect(self.choose_to_check)
            page.practice_requested.connect(self.practise)
            page.language_chosen.connect(self.use_language)
            page.renew_requested.connect(self.card_watch.renew)
            page.card_requested.connect(self.card_windows.open_card)
            page.doctor_requested.connect(self.card_windows.open_doctor)
            page.show_card(self.card_watch.state)
            self.stack.addWidget(page)
            self._start = page
        return self._start

    def _show_start(self) -> None:
        self.stack.setCurrentWidget(self.start_page)
        self.start_page.drop_zone.choose.setFocus()

    def _shortcuts(self) -> None:
        from PySide6.QtGui import QKeySequence, QShortcut

        for keys, slot in (
            ("Ctrl+O", self.choose),
            ("Ctrl+W", self.go_home),
            ("Ctrl+Shift+K", self.card_windows.open_card),
            ("Ctrl+Q", self.close),
        ):
            QShortcut(QKeySequence(keys), self, slot)

    def fit_to_screen(self, size: tuple[int, int]) -> None:
        """The default size, or what the screen has room for."""
        room = self.screen().availableSize()
        self.resize(min(size[0], room.width()), min(size[1], room.height()))

    # --- language and practice --------------------------------------------------------------------------

    def use_language(self, name: str) -> None:
        """Changes the language at once and remembers it."""
        from app.gui import qt_words

        language.use(name)
        qt_words.follow()
        self._settings = Settings(language=name, theme=self._settings.theme)
        self.lanes.document.start(app_settings.save, self._settings)  # nothing depends on the outcome
        QTimer.singleShot(0, self._rebuild)

    def _rebuild(self) -> None:
        if not self.close_document():
            return
        self._put(self._new_stack())
        self._show_start()
        if self._card_windows is not None:
            self._card_windows.translate()

    def practise(self) -> None:
        """Enters the practice mode with the sample document."""
        from app.gui.practice import copy_sample

        if not self._set_demo(True):
            return
        self._name = ""
        submit(
            self.lanes.document,
            copy_sample,
            _("Sample contract"),
            succeeded=self._sample_copied,
            failed=self._open_failed,
        )

    def end_practice(self) -> None:
        """Back to the person's own card; a document of the person's own is opened again."""
        page = self.document_page
        source = page.source if page is not None and self.stack.currentWidget() is page else None
        if self._set_demo(False) and source is not None and source.parent != self._practice_folder:
            self.open(source)

    def _set_demo(self, demo: bool) -> bool:
        if not (self.card_windows.stop() and self.close_document()):
            return False
        self.demo = demo
        QTimer.singleShot(0, self._rebuild)
        self.card_watch.start(demo=demo)
        return True

    def _sample_copied(self, path: Path) -> None:
        self._practice_folder = path.parent
        self.open(path)

    # --- files ------------------------------------------------------------------------------------------

    def choose(self) -> None:
        """Asks for a PDF to sign."""
        self._ask_file(check=False)

    def choose_to_check(self) -> None:
        """Asks for a PDF whose signatures are to be checked."""
        self._ask_file(check=True)

    def _ask_file(self, *, check: bool) -> None:
        from app.gui.file_dialogs import ask_pdf

        self._check_next = check
        ask_pdf(self, self._file_chosen, self.document_page.folder if self.document_page else None)

    def _file_chosen(self, name: str) -> None:
        self.open(Path(name), check=self._check_next)

    def open(self, path: Path, *, check: bool = False) -> None:
        """Opens a file in the background; what is shown stays until it is there."""
        self.expect(self.lanes.pictures.start(open_pdf, path), path, check=check)

    def expect(self, job: Job, path: Path, *, check: bool = False) -> None:
        """Waits for a file that is being opened."""
        self._opening, self._name = job, path.name
        self._check_next = check
        attach(job, succeeded=self._opened, failed=self._open_failed)

    def _opened(self, opened: OpenedPdf) -> None:
        from app.gui.page_layout import PageLayout
        from app.gui.page_pictures import PagePictures

        self._opening = None
        self.setWindowTitle(f"{shown(opened.snapshot.source.name)} — Natsuin")
        pictures = PagePictures(opened.renderer, self.lanes.pictures)
        if self._first is not None:  # the window is not built yet
            self._arrived = (opened, pictures)
            self._first.show_pages(PageLayout.of(opened.sizes), pictures)
        else:
            self._show_opened(opened, pictures)

    def _show_opened(self, opened: OpenedPdf, pictures: PagePictures) -> None:
        if self.document_page is not None and self.document_page.at_work:
            self._arrived = (opened, pictures)
            return
        if self._start is not None:
            self._start.clear_problem()
        page = self._page()
        page.show_document(opened, pictures, check=self._check_next, result=self._result)
        if self._result is not None:
            page.show_result(self._result)
        self._result = None
        if self._others:
            page.show_others(self._others)
            self._others = ()
        self.stack.setCurrentWidget(page)

    def _page(self) -> DocumentPage:
        """The document page, built when it is needed first."""
        if self.document_page is None:
            from app.gui.document_page import DocumentPage

            page = DocumentPage(self.lanes, self.card_watch, self.signer, demo=self.demo)
            page.home_requested.connect(self.go_home)
            page.open_requested.connect(self.choose)
            page.signed.connect(self._signed)
            page.unsigned.connect(self._not_signed)
            page.card_requested.connect(self.card_windows.open_card)
            page.guidance_requested.connect(self.card_windows.open_guidance)
            page.doctor_requested.connect(self.card_windows.open_doctor)
            page.ready.connect(self._page_painted)
            page.ready.connect(self._start_rest)
            self.stack.addWidget(page)
            self.document_page = page
        return self.document_page

    def _signed(self, result: SigningResult) -> None:
        self._result = result
        if self._arrived is not None:
            (opened, _pictures), self._arrived = self._arrived, None
            self._others = (opened.snapshot.source,)
            self.lanes.pictures.start(opened.close)
        self.open(result.target)

    def _not_signed(self) -> None:
        """A file that has arrived meanwhile is shown now."""
        if self._first is None and self._arrived is not None:
            (opened, pictures), self._arrived = self._arrived, None
            self._show_opened(opened, pictures)

    def _open_failed(self, error: Exception) -> None:
        from app.wording.errors import words

        self._opening = None
        if isinstance(error, Cancelled) or not isinstance(error, UserError):
            return
        if self.document_page is not None and not self.close_document():
            self.document_page.say_problem(error, self._name)
            return
        self._build_all()
        self._start_rest()
        said = words(error)
        file = "" if "file" in error.facts else shown(self._name)
        self.start_page.show_problem(said.title, "\n".join(part for part in (file, said.happened, said.todo) if part))
        self._show_start()

    def close_document(self) -> bool:
        """Leaves the document; False, and it stays, while a password is on its way for it."""
        if self.document_page is not None:
            return self.document_page.leave()
        return True

    def go_home(self) -> None:
        """Back to the start page."""
        if self.close_document():
            self._show_start()
            self.setWindowTitle("Natsuin")

    # --- the card ---------------------------------------------------------------------------------------

    def _card_changed(self, state: CardState) -> None:
        if self._start is not None:
            self._start.show_card(state)

    # --- events -----------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            self.first_painted.emit()
            QTimer.singleShot(0, self._build_on)

    def _page_painted(self) -> None:
        self._page_shown = True
        self.page_painted.emit()

    def _start_rest(self) -> None:
        """What had to wait for the first paint, and for the first page."""
        from app.gui import qt_words
        from app.gui.icons import window_icon

        if not self._started:
            self._started = True
            qt_words.follow()
            QApplication.setWindowIcon(window_icon())
            self.card_watch.start(demo=self.demo)
            gc.freeze()
            gc.enable()
            self.settled.emit()

    def show_drag(self, kind: str) -> None:
        if self._start is not None:
            self._start.drop_zone.show_drag(kind)

    def closeEvent(self, event: QCloseEvent) -> None:
        if not (self.card_windows.stop() and self.close_document()):  # a password is on its way: its window says so
            event.ignore()
            return
        self.card_windows.close()
        if self._arrived is not None:
            self.lanes.pictures.start(self._arrived[0].close)
        if self._watch is not None:
            self._watch.close()
        if self._practice_folder is not None:
            from app.gui.practice import remove

            self.lanes.document.start(remove, self._practice_folder)
        event.accept()
        QApplication.quit()
