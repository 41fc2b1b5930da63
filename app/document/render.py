"""Pictures of pages by PDFium, in a process that loads nothing else: what the person sees is drawn here.

Form fields and signature appearances are drawn only when the form environment stands before the first page is
touched. PDFium's fonts for documents that embed none are set at birth: it does not ask fontconfig.
"""

from __future__ import annotations

import ctypes
import os
import sys
from array import array
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from app import assets
from app.channel import Answer, Channel
from app.errors.document import EncryptionUnsupported, PageNotFound, PdfPasswordRequired, PdfUnreadable
from app.isolation import MIB, Child, ChildFailure, Limits
from app.secret import Secret

LIMITS = Limits(seconds=20, memory=1536 * MIB)
ERRORS = (EncryptionUnsupported, PageNotFound, PdfPasswordRequired, PdfUnreadable)
REGION = 64 * MIB
LOADED_PAGES = 4
_PASSWORD, _SECURITY = 4, 5  # FPDF_GetLastError


@dataclass(frozen=True, slots=True)
class Picture:
    """Pixels, four bytes each: blue, green, red, unused. `data` is shared memory, valid until the next call."""

    width: int
    height: int
    stride: int
    data: memoryview


class Renderer:
    """Draws the pages of one file in a child.

    Calls come from one thread at a time; `cancel` may come from any. Every call may raise DocumentTooSlow,
    DocumentTooLarge, DocumentProcessDied, Cancelled.
    """

    def __init__(self, path: Path, limits: Limits = LIMITS) -> None:
        self._child = Child(
            "app.document.render:serve", limits, errors=ERRORS, shared_bytes=REGION, options=[str(path)]
        )

    def open(self, password: Secret | None = None) -> tuple[tuple[float, float], ...]:
        """Opens the file and tells the sizes (pt, as seen) of all pages.

        Raises PdfPasswordRequired, EncryptionUnsupported, PdfUnreadable.
        """
        view = password.view() if password is not None else None
        try:
            sizes = array("f", bytes(self._call("open", [] if view is None else [view]).blobs[0]))
        finally:
            if view is not None:
                view.release()
        return tuple(zip(sizes[::2], sizes[1::2], strict=True))

    def picture(self, page: int, scale: float, clip: tuple[int, int, int, int] | None = None) -> Picture:
        """Draws a page (from 1) at `scale` px per pt, or only the part `clip` (x, y, w, h px) of it.

        What does not fit into the shared memory is drawn smaller (whole pages) or cut below (parts): look at
        the picture's own size. Raises PageNotFound, PdfUnreadable.
        """
        return self._picture(self._call("picture", page=page, scale=scale, clip=clip))

    def picture_of(self, document: bytes, scale: float) -> Picture:
        """Draws the first page of another document, given as bytes: a block's preview. Raises PdfUnreadable."""
        return self._picture(self._call("picture_of", [document], scale=scale))

    def cancel(self) -> None:
        """Ends the child at once; a call under way raises Cancelled."""
        self._child.cancel()

    def close(self) -> None:
        """Ends the child."""
        self._child.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _call(self, method: str, blobs: list[Any] | None = None, **arguments: Any) -> Answer:
        try:
            return self._child.call(method, blobs=blobs or (), **arguments)
        except ChildFailure as failure:
            raise PdfUnreadable(detail=failure.kind) from None

    def _picture(self, answer: Answer) -> Picture:
        width, height = (int(length) for length in answer.value)
        assert self._child.shared is not None
        if not (width > 0 and height > 0 and width * height * 4 <= REGION):
            raise PdfUnreadable(detail="picture")
        return Picture(width, height, width * 4, memoryview(self._child.shared)[: width * height * 4])


# --- the child's side -----------------------------------------------------------------------------------


class _Service:
    def __init__(self, channel: Channel, path: str) -> None:
        import pypdfium2_raw

        from app.document.fonts import FOLDERS

        self._pdfium: Any = pypdfium2_raw
        self._path = path
        self._open: _Document | None = None
        assert channel.shared is not None
        self._region = (ctypes.c_ubyte * REGION).from_buffer(channel.shared)
        folders = [str(assets.path("fonts")), *map(os.path.expanduser, FOLDERS.get(sys.platform, ()))]
        self._folders = (ctypes.c_char_p * (len(folders) + 1))(*(folder.encode() for folder in folders), None)
        config = self._pdfium.FPDF_LIBRARY_CONFIG(version=2)
        config.m_pUserFontPaths = ctypes.cast(self._folders, type(config.m_pUserFontPaths))
        self._pdfium.FPDF_InitLibraryWithConfig(config)

    def open(self, blobs: list[bytearray]) -> Answer:
        if self._open is not None:
            self._open.close()
            self._open = None
        password = bytes(blobs[0]) if blobs else None
        handle = self._pdfium.FPDF_LoadDocument(self._path.encode(), password)
        self._open = _Document(self._pdfium, handle)
        return Answer(None, [self._open.sizes().tobytes()])

    def picture(self, blobs: list[bytearray], page: int, scale: float, clip: list[int] | None) -> tuple[int, int]:
        if self._open is None:
            raise PdfUnreadable(detail="not-open")
        return self._open.draw(self._region, page, scale, clip)

    def picture_of(self, blobs: list[bytearray], scale: float) -> tuple[int, int]:
        data = bytes(blobs[0])
        document = _Document(self._pdfium, self._pdfium.FPDF_LoadMemDocument(data, len(data), None))
        try:
            return document.draw(self._region, 1, scale, None)
        finally:
            document.close()


class _Document:
    """An open document with its form environment and the pages used last. Raises where PDFium refused it."""

    def __init__(self, pdfium: Any, handle: Any) -> None:
        if not handle:
            error = pdfium.FPDF_GetLastError()
            if error == _PASSWORD:
                raise PdfPasswordRequired
            if error == _SECURITY:
                raise EncryptionUnsupported
            raise PdfUnreadable(detail=f"pdfium-{error}")
        self._pdfium = pdfium
        self._handle = handle
        self._pages: OrderedDict[int, Any] = OrderedDict()
        self._info = pdfium.FPDF_FORMFILLINFO(version=2)
        self._form = None
        if pdfium.FPDF_GetFormType(handle) != pdfium.FORMTYPE_NONE:
            self._form = pdfium.FPDFDOC_InitFormFillEnvironment(handle, self._info)
        self._count = pdfium.FPDF_GetPageCount(handle)
        if self._count < 1:
            self.close()
            raise PdfUnreadable(detail="no-pages")

    def sizes(self) -> array[float]:
        size = self._pdfium.FS_SIZEF()
        sizes = array("f")
        for index in range(self._count):
            if not self._pdfium.FPDF_GetPageSizeByIndexF(self._handle, index, size):
                raise PdfUnreadable(detail="page-size")
            sizes.append(size.width)
            sizes.append(size.height)
        return sizes

    def draw(self, region: Any, number: int, scale: float, clip: list[int] | None) -> tuple[int, int]:
        page = self._page(number)
        width, height = self._pdfium.FPDF_GetPageWidthF(page), self._pdfium.FPDF_GetPageHeightF(page)
        if clip is None:
            scale = min(scale, (REGION / 4 / max(width * height, 1)) ** 0.5 * 0.999)
        whole = max(1, round(width * scale)), max(1, round(height * scale))
        x, y, w, h = clip or (0, 0, *whole)
        w, h = max(1, min(w, whole[0] - x)), max(1, min(h, whole[1] - y))
        w = min(w, REGION // 4)
        h = min(h, REGION // (w * 4))
        bitmap = self._pdfium.FPDFBitmap_CreateEx(w, h, self._pdfium.FPDFBitmap_BGRx, region, w * 4)
        if not bitmap:
            raise PdfUnreadable(detail="picture")
        try:
            self._pdfium.FPDFBitmap_FillRect(bitmap, 0, 0, w, h, 0xFFFFFFFF)
            self._pdfium.FPDF_RenderPageBitmap(bitmap, page, -x, -y, *whole, 0, self._pdfium.FPDF_ANNOT)
            if self._form:
                self._pdfium.FPDF_FFLDraw(self._form, bitmap, page, -x, -y, *whole, 0, self._pdfium.FPDF_ANNOT)
        finally:
            self._pdfium.FPDFBitmap_Destroy(bitmap)
        return w, h

    def close(self) -> None:
        while self._pages:
            self._drop()
        if self._form:
            self._pdfium.FPDFDOC_ExitFormFillEnvironment(self._form)
        self._pdfium.FPDF_CloseDocument(self._handle)

    def _page(self, number: int) -> Any:
        if not 1 <= number <= self._count:
            raise PageNotFound(page=number, pages=self._count)
        if number in self._pages:
            self._pages.move_to_end(number)
            return self._pages[number]
        page = self._pdfium.FPDF_LoadPage(self._handle, number - 1)
        if not page:
            raise PdfUnreadable(detail="page")
        if self._form:
            self._pdfium.FORM_OnAfterLoadPage(page, self._form)
        self._pages[number] = page
        if len(self._pages) > LOADED_PAGES:
            self._drop()
        return page

    def _drop(self) -> None:
        _, page = self._pages.popitem(last=False)
        if self._form:
            self._pdfium.FORM_OnBeforeClosePage(page, self._form)
        self._pdfium.FPDF_ClosePage(page)


def serve(channel: Channel, path: str) -> None:
    """The render child: draws pages of one file until its parent is done with it."""
    service = _Service(channel, path)
    channel.serve({"open": service.open, "picture": service.picture, "picture_of": service.picture_of})
