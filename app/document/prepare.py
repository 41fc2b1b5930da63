"""The revision with the empty signature: an incremental update (ISO 32000-2 7.5.6, 12.8.1). Runs in the child.

Only the bytes to append are made; the file itself is read where needed and never copied. Dates and producer in
/Info and XMP stay as they are: a signature changes nothing but itself.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.extensions import DeveloperExtension, DevExtensionMultivalued
from pyhanko.pdf_utils.generic import pdf_date, pdf_name, pdf_string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from app.document.facts import Block, PreparedRevision, RevisionOrder
from app.document.fields import FieldNode, top_names
from app.document.geometry import Rectangle, placed, upright
from app.document.objects import Key, entry, rectangle
from app.document.pdf import OpenPdf
from app.document.stamp import drawn
from app.errors.document import FieldAlreadySigned, FieldNotFound, SigningNotPermitted, WouldBreakSignature, XfaForm

PRINT, LOCKED = 4, 128
ESIC = DeveloperExtension(
    prefix_name=pdf_name("/ESIC"),
    base_version=pdf_name("/1.7"),
    extension_level=1,
    compare_by_level=True,
    multivalued=DevExtensionMultivalued.NEVER,
)


def prepare(pdf: OpenPdf, order: RevisionOrder) -> PreparedRevision:
    """Writes the update that an order describes, /ByteRange filled in and /Contents zero.

    Raises SigningNotPermitted, WouldBreakSignature, XfaForm, FieldNotFound, FieldAlreadySigned, PageNotFound,
    PlaceOffPage, BoxTooSmall, GlyphMissing, FontMissing.
    """
    _check(pdf)
    pdf.reader.resolved_objects.clear()  # an earlier preparation has changed the objects it touched
    writer = IncrementalPdfFileWriter.from_reader(pdf.reader)
    signature = _Signature(order)
    signature_pointer = writer.add_object(signature.dictionary)
    if order.field is not None:
        node = _existing(pdf, order.field)
        name, page = node.facts.name, node.facts.page if node.facts.visible else None
        _sign_field(writer, node, signature_pointer, signature.dictionary)
        if page is not None and node.widget is not None:
            widget = _update(writer, node.widget)
            _dress(writer, widget, order.block, pdf.tree.pages[page - 1].rotation, rectangle(entry(widget, "/Rect")))
    else:
        if not pdf.new_fields:
            raise SigningNotPermitted(detail="permissions")
        if not pdf.new_field_allowed:
            raise WouldBreakSignature
        name, page = _new_name(pdf), None
        number, area = 1, (0.0, 0.0, 0.0, 0.0)
        if order.place is not None:
            number, area = placed(pdf.tree.pages, order.place)
            page = number
        widget = _add_field(writer, pdf.tree.keys[number - 1], name, area, signature_pointer)
        if page is not None:
            _dress(writer, widget, order.block, pdf.tree.pages[page - 1].rotation, area)
    _mark_form(writer, signed_before=any(node.facts.signed for node in pdf.fields))
    if order.subfilter.startswith("ETSI.") and writer.output_version < (2, 0):
        writer.register_extension(ESIC)
        writer.update_root()
    suffix = _Suffix(pdf.size, _needs_line_end(pdf))
    writer._write_updated_section(suffix)
    signature.close(suffix)
    return PreparedRevision(suffix.getvalue(), signature.contents, name, page)


def _check(pdf: OpenPdf) -> None:
    if pdf.refusal:
        raise SigningNotPermitted(detail=pdf.refusal)
    if pdf.xfa:
        raise XfaForm


def _existing(pdf: OpenPdf, name: str) -> FieldNode:
    for node in pdf.fields:
        if node.facts.name == name:
            if node.facts.signed:
                raise FieldAlreadySigned(field=name)
            if any(lock.covers(name) for lock in pdf.restrictions.locks):
                raise WouldBreakSignature
            return node
    raise FieldNotFound(field=name)


def _new_name(pdf: OpenPdf) -> str:
    taken = top_names(pdf.reader)
    number = 1
    while f"Signature{number}" in taken:
        number += 1
    return f"Signature{number}"


def _sign_field(
    writer: IncrementalPdfFileWriter, node: FieldNode, pointer: generic.IndirectObject, signature: Any
) -> None:
    field = _update(writer, node.field)
    field["/V"] = pointer
    lock = entry(field, "/Lock")
    if lock is not None:
        parameters = generic.DictionaryObject(
            {pdf_name(key): lock.raw_get(key) for key in ("/Action", "/Fields", "/P") if key in lock}
        )
        parameters["/Type"] = pdf_name("/TransformParams")
        parameters["/V"] = pdf_name("/1.2")
        reference = generic.DictionaryObject(
            {
                pdf_name("/Type"): pdf_name("/SigRef"),
                pdf_name("/TransformMethod"): pdf_name("/FieldMDP"),
                pdf_name("/Data"): generic.IndirectObject(writer.root_ref.idnum, writer.root_ref.generation, writer),
                pdf_name("/TransformParams"): parameters,
            }
        )
        signature["/Reference"] = generic.ArrayObject([reference])


def _add_field(
    writer: IncrementalPdfFileWriter, page_key: Key, name: str, area: Rectangle, pointer: generic.IndirectObject
) -> generic.DictionaryObject:
    """A new field merged with its one widget, in the form and on the page."""
    page_pointer = generic.IndirectObject(*page_key, writer)
    widget = generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/Annot"),
            pdf_name("/Subtype"): pdf_name("/Widget"),
            pdf_name("/FT"): pdf_name("/Sig"),
            pdf_name("/T"): pdf_string(name),
            pdf_name("/V"): pointer,
            pdf_name("/F"): generic.NumberObject(PRINT | LOCKED),
            pdf_name("/P"): page_pointer,
            pdf_name("/Rect"): _numbers(area),
        }
    )
    widget_pointer = writer.add_object(widget)
    page = page_pointer.get_object()
    annotations = entry(page, "/Annots")
    if isinstance(annotations, generic.ArrayObject):
        annotations.append(widget_pointer)
        writer.update_container(annotations)
    else:
        page["/Annots"] = generic.ArrayObject([widget_pointer])
        writer.mark_update(page_pointer)
    fields = _fields(writer)
    fields.append(widget_pointer)
    writer.update_container(fields)
    return widget


def _dress(
    writer: IncrementalPdfFileWriter, widget: Any, block: Block | None, rotation: int, area: Rectangle | None
) -> None:
    """Gives a widget its appearance, upright on the page as seen (ISO 32000-2 12.5.5)."""
    assert area is not None
    width, height = area[2] - area[0], area[3] - area[1]
    if rotation in (90, 270):
        width, height = height, width
    form = generic.StreamObject(
        {
            pdf_name("/Type"): pdf_name("/XObject"),
            pdf_name("/Subtype"): pdf_name("/Form"),
            pdf_name("/BBox"): _numbers((0, 0, width, height)),
            pdf_name("/Matrix"): _numbers(upright(rotation, width, height)),
            pdf_name("/Resources"): generic.DictionaryObject(),
        },
        stream_data=drawn(block, width, height) if block else b"",
    )
    form.compress()
    widget["/AP"] = generic.DictionaryObject({pdf_name("/N"): writer.add_object(form)})
    for name in ("/AS", "/MK", "/BS", "/Border"):
        widget.pop(name, None)  # other viewers' leave to draw something else


def _numbers(values: Iterable[float]) -> generic.ArrayObject:
    return generic.ArrayObject(generic.FloatObject(f"{value:.3f}") for value in values)


def _fields(writer: IncrementalPdfFileWriter) -> generic.ArrayObject:
    form = entry(writer.root, "/AcroForm")
    if not isinstance(form, generic.DictionaryObject):
        form = generic.DictionaryObject({pdf_name("/Fields"): generic.ArrayObject()})
        writer.root["/AcroForm"] = form
        writer.update_root()
    fields = entry(form, "/Fields")
    if not isinstance(fields, generic.ArrayObject):
        fields = generic.ArrayObject()
        form["/Fields"] = fields
        writer.update_container(form)
    return fields


def _mark_form(writer: IncrementalPdfFileWriter, *, signed_before: bool) -> None:
    """/SigFlags: signatures exist, append only. Viewers must not make appearances anew in a signed file; where
    somebody has signed with that flag already, taking it away would change what he signed."""
    form = entry(writer.root, "/AcroForm")
    drop = "/NeedAppearances" in form and not signed_before
    if entry(form, "/SigFlags") != 3 or drop:
        form["/SigFlags"] = generic.NumberObject(3)
        if drop:
            form.pop("/NeedAppearances")
        writer.update_container(form)


def _update(writer: IncrementalPdfFileWriter, key: Key) -> Any:
    pointer = generic.IndirectObject(*key, writer)
    writer.mark_update(pointer)
    return pointer.get_object()


def _needs_line_end(pdf: OpenPdf) -> bool:
    pdf.reader.stream.seek(pdf.size - 1)
    return pdf.reader.stream.read(1) not in (b"\n", b"\r")


class _Suffix(io.BytesIO):
    """The bytes after a file of `base` bytes, which tells and seeks positions of the whole file."""

    def __init__(self, base: int, line_end: bool) -> None:
        super().__init__()
        self._base = base
        if line_end:
            self.write(b"\n")

    def tell(self) -> int:
        return self._base + super().tell()

    def patch(self, position: int, data: bytes) -> None:
        """Overwrites bytes at a position of the whole file."""
        self.getbuffer()[position - self._base : position - self._base + len(data)] = data


class _Placeholder(generic.PdfObject):  # type: ignore[misc]
    """Bytes written as they are (encryption never touches them), and where they stand."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.span = (0, 0)

    def write_to_stream(self, stream: Any, handler: Any = None, container_ref: Any = None) -> None:
        start = stream.tell()
        stream.write(self._data)
        self.span = (start, start + len(self._data))


class _Signature:
    """The signature dictionary with room for the CMS (ISO 32000-2 table 255)."""

    def __init__(self, order: RevisionOrder) -> None:
        self._range = _Placeholder(b"[" + b" " * 62 + b"]")
        self._contents = _Placeholder(b"<" + b"0" * (2 * order.reserve) + b">")
        self.dictionary = generic.DictionaryObject(
            {
                pdf_name("/Type"): pdf_name("/Sig"),
                pdf_name("/Filter"): pdf_name("/Adobe.PPKLite"),
                pdf_name("/SubFilter"): pdf_name("/" + order.subfilter),
                pdf_name("/M"): pdf_date(datetime.fromisoformat(order.signed_at)),
                pdf_name("/ByteRange"): self._range,
                pdf_name("/Contents"): self._contents,
            }
        )
        for key, value in (("/Name", order.name), ("/Reason", order.reason), ("/Location", order.location)):
            if value:
                self.dictionary[key] = pdf_string(value)

    @property
    def contents(self) -> tuple[int, int]:
        return self._contents.span

    def close(self, suffix: _Suffix) -> None:
        """Fills /ByteRange in, once everything stands where it will."""
        start, end = self._contents.span
        suffix.patch(self._range.span[0], b"[0 %d %d %d" % (start, end, suffix.tell() - end))
