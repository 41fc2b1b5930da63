"""Between the original and the output lies one signature and nothing else, whatever the document's process wrote."""

from __future__ import annotations

import io
from contextlib import closing
from pathlib import Path

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name, pdf_string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import copy_into_new_writer
from pyhanko.sign import fields

from app.document.facts import Block, Line, RevisionOrder
from app.document.pdf import open_pdf
from app.document.prepare import prepare
from app.verification import reading
from app.verification.appended import is_only_a_signature

CORPUS = Path(__file__).resolve().parents[4] / "shared" / "corpus"
FILES = sorted(path for path in CORPUS.rglob("*") if path.suffix in (".pdf", ".fuzz"))
BLOCK = Block((Line("山田　太郎", "name"),))
EVIL = b"BT /F1 18 Tf 40 120 Td (I owe you 900 yen.) Tj ET"


def order(**changes) -> RevisionOrder:
    values = {"field": None, "place": None, "block": BLOCK, "subfilter": "ETSI.CAdES.detached"}
    return RevisionOrder(**{**values, "signed_at": "2026-11-22T10:42:00+09:00", "reason": "契約", **changes})


VISIBLE = {"place": (1, 10, 10, 60, 20)}


def suffix(path: Path, **changes) -> bytes:
    with closing(open_pdf(path)) as pdf:
        return prepare(pdf, order(**changes)).suffix


def passes(path: Path, appended: bytes) -> bool:
    target = path.with_name("signed.pdf")
    target.write_bytes(path.read_bytes() + appended)
    with reading.opened(str(target), None) as (reader, stream):
        return is_only_a_signature(reader, stream, path)


@pytest.fixture
def paper(tmp_path, forge):
    """Writes the forge's page, or other bytes, with replaced or further objects."""

    def write(objects=None, data=None) -> Path:
        path = tmp_path / "paper.pdf"
        data = data or forge.pdf()
        path.write_bytes(forge.update(data, objects) if objects else data)
        return path

    return write


def page(annotations: bytes) -> bytes:
    return (
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents 4 0 R%s/Resources<</Font<</F1 5 0 R>>>>>>"
        % annotations
    )


SHAPES = {
    "direct": {},
    "no form": {1: b"<</Type/Catalog/Pages 2 0 R>>"},
    "a form that is none": {1: b"<</Type/Catalog/Pages 2 0 R/AcroForm null>>"},
    "no annotations": {3: page(b"")},
    "annotations apart": {3: page(b"/Annots 20 0 R"), 20: b"[6 0 R]"},
    "form apart": {1: b"<</Type/Catalog/Pages 2 0 R/AcroForm 20 0 R>>", 20: b"<</Fields[6 0 R]/NeedAppearances true>>"},
    "fields apart": {1: b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields 20 0 R/SigFlags 1>>>>", 20: b"[6 0 R]"},
    "form and fields apart": {
        1: b"<</Type/Catalog/Pages 2 0 R/AcroForm 20 0 R>>", 20: b"<</Fields 21 0 R>>", 21: b"[6 0 R]",
    },
    "a form without fields": {1: b"<</Type/Catalog/Pages 2 0 R/AcroForm 20 0 R>>", 20: b"<</DA(/F1 9 Tf)>>"},
    "extensions": {1: b"<</Type/Catalog/Pages 2 0 R/Extensions<</ADBE<</BaseVersion/1.7/ExtensionLevel 3>>>>>>"},
    "extensions apart": {1: b"<</Type/Catalog/Pages 2 0 R/Extensions 20 0 R>>", 20: b"<<>>"},
    "a wrong count": {2: b"<</Type/Pages/Kids[3 0 R]/Count 2147483647>>"},
    "a negative count": {2: b"<</Type/Pages/Kids[3 0 R]/Count -7>>"},
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())
@pytest.mark.parametrize("wish", [{}, VISIBLE], ids=["invisible", "visible"])
def test_a_new_field_passes(paper, shape, wish):
    path = paper(shape)
    assert passes(path, suffix(path, **wish))


FIELD = b"/FT/Sig/T(here)"
WIDGET = b"/Type/Annot/Subtype/Widget/F 4/Rect[10 10 90 40]/P 3 0 R/MK<<>>"
PLACES = {
    "merged": {6: b"<<%s%s>>" % (FIELD, WIDGET)},
    "a kid": {6: b"<<%s/Kids[20 0 R]>>" % FIELD, 20: b"<<%s/Parent 6 0 R/AP<</N 7 0 R>>>>" % WIDGET,
              3: page(b"/Annots[20 0 R]")},
    "invisible": {6: b"<<%s/Type/Annot/Subtype/Widget/Rect[0 0 0 0]/P 3 0 R>>" % FIELD},
    "without a widget": {6: b"<<%s>>" % FIELD, 3: page(b"")},
    "locking": {6: b"<<%s%s/Lock<</Type/SigFieldLock/Action/All>>>>" % (FIELD, WIDGET)},
    "a null value": {6: b"<<%s%s/V null>>" % (FIELD, WIDGET)},
}  # fmt: skip


@pytest.mark.parametrize("shape", PLACES.values(), ids=PLACES.keys())
def test_an_empty_field_that_was_there_passes(paper, shape):
    path = paper(shape)
    assert passes(path, suffix(path, field="here"))


def encrypted(data: bytes) -> bytes:
    writer = copy_into_new_writer(PdfFileReader(io.BytesIO(data)))
    writer.encrypt("owner", "", pdf_mac=False)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def with_streams(data: bytes) -> bytes:
    """The same with a cross-reference stream and compressed objects."""
    writer = copy_into_new_writer(PdfFileReader(io.BytesIO(data)), {"stream_xrefs": True})
    compressed = writer.prepare_object_stream()
    for (generation, number), item in list(writer.objects.items()):
        if "/Parent" in item or "/Kids" in item:
            compressed.add_object(number, item)
            del writer.objects[generation, number]
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize("form", [encrypted, with_streams])
@pytest.mark.parametrize("wish", [{}, VISIBLE], ids=["invisible", "visible"])
def test_other_kinds_of_files_pass(paper, forge, form, wish):
    path = paper(data=form(forge.pdf()))
    assert passes(path, suffix(path, **wish))


def test_a_signed_file_passes(paper, signed):
    path = paper(data=signed)
    assert passes(path, suffix(path, **VISIBLE))


@pytest.mark.skipif(not FILES, reason="the corpus of real PDFs is not here")
def test_real_files_pass(tmp_path):
    made = 0
    for file in FILES:
        path = tmp_path / "paper.pdf"
        path.write_bytes(file.read_bytes())
        for wish in ({}, {"place": (-1, 0, 0, 30, 12)}):
            try:
                appended = suffix(path, **wish)
            except Exception:  # cannot be signed: the affair of other tests
                continue
            made += 1
            assert passes(path, appended), file.name
    assert made


def tampered(monkeypatch, path, tamper, **changes) -> bytes:
    """What a document process would answer that changes more than it says."""
    honest = IncrementalPdfFileWriter._write_updated_section

    def write(self, stream):
        tamper(self)
        honest(self, stream)

    with monkeypatch.context() as patch:
        patch.setattr(IncrementalPdfFileWriter, "_write_updated_section", write)
        return suffix(path, **changes)


def _page(writer):
    return writer.root["/Pages"]["/Kids"][0]


def _new_widget(writer):
    return next(item for item in writer.objects.values() if isinstance(item, generic.DictionaryObject) and "/P" in item)


def _stream(content: bytes):
    return generic.StreamObject(stream_data=content)


def other_content(writer):
    pointer = _page(writer).raw_get("/Contents")
    writer.objects[(0, pointer.idnum)] = _stream(EVIL)


def other_content_by_number(writer):
    _page(writer)["/Contents"] = writer.add_object(_stream(EVIL))
    writer.update_container(_page(writer))


def another_annotation(writer):
    note = generic.DictionaryObject({pdf_name("/Subtype"): pdf_name("/FreeText"), pdf_name("/DA"): pdf_string("/F1")})
    _page(writer)["/Annots"].append(writer.add_object(note))


def annotation_lost(writer):
    del _page(writer)["/Annots"][0]


def another_field(writer):
    writer.root["/AcroForm"]["/Fields"].append(
        writer.add_object(
            generic.DictionaryObject({pdf_name("/FT"): pdf_name("/Sig"), pdf_name("/T"): pdf_string("x")})
        )
    )


def form_entry(writer):
    writer.root["/AcroForm"]["/DA"] = pdf_string("/F1 0 Tf 1 g")


def another_font(writer):
    writer.root["/AcroForm"]["/DR"]["/Font"]["/F1"] = writer.add_object(generic.DictionaryObject())


def field_value(writer):
    field = writer.root["/AcroForm"]["/Fields"].raw_get(0)
    field.get_object()["/V"] = pdf_string("900")
    writer.mark_update(field)


def open_action(writer):
    writer.root["/OpenAction"] = generic.DictionaryObject({pdf_name("/S"): pdf_name("/JavaScript")})
    writer.update_root()


def other_pages(writer):
    writer.root["/Pages"]["/Kids"].append(writer.root["/Pages"]["/Kids"].raw_get(0))
    writer.update_container(writer.root["/Pages"]["/Kids"])


def widget_acts(writer):
    _new_widget(writer)["/A"] = generic.DictionaryObject({pdf_name("/S"): pdf_name("/JavaScript")})


def widget_with_a_background(writer):
    _new_widget(writer)["/MK"] = generic.DictionaryObject()


def certified(writer):
    value = next(item for item in writer.objects.values() if "/ByteRange" in item)
    value["/Reference"] = generic.ArrayObject([generic.DictionaryObject()])


def unused_object(writer):
    writer.add_object(_stream(EVIL))


def other_root(writer):
    root = generic.DictionaryObject(writer.root)
    writer._root = generic.IndirectObject(writer.add_object(root).idnum, 0, writer)


def other_info(writer):
    writer.trailer["/Info"] = writer.add_object(generic.DictionaryObject())


TAMPERING = [
    *(other_content, other_content_by_number, another_annotation, annotation_lost, another_field, form_entry),
    *(another_font, field_value, open_action, other_pages, widget_acts, widget_with_a_background, certified),
    *(unused_object, other_root, other_info),
]


@pytest.mark.parametrize("tamper", TAMPERING, ids=lambda tamper: tamper.__name__)
def test_more_than_a_signature_does_not_pass(monkeypatch, paper, tamper):
    path = paper()
    assert passes(path, suffix(path, **VISIBLE))
    assert not passes(path, tampered(monkeypatch, path, tamper, **VISIBLE))


@pytest.mark.parametrize("tamper", [other_content, field_value, open_action, unused_object], ids=lambda t: t.__name__)
@pytest.mark.parametrize("shape", ["merged", "a kid", "invisible"])
def test_nor_beside_a_field_that_was_there(monkeypatch, paper, tamper, shape):
    path = paper(PLACES[shape])
    assert not passes(path, tampered(monkeypatch, path, tamper, field="here"))


@pytest.mark.parametrize("tamper", [other_content, unused_object], ids=lambda tamper: tamper.__name__)
@pytest.mark.parametrize("form", [encrypted, with_streams])
def test_nor_in_other_kinds_of_files(monkeypatch, paper, forge, form, tamper):
    path = paper(data=form(forge.pdf()))
    assert not passes(path, tampered(monkeypatch, path, tamper))


def test_nor_do_two_revisions(paper, forge):
    path = paper()
    original = path.read_bytes()
    changed = forge.update(original, {4: b"<</Length %d>>stream\n%s\nendstream" % (len(EVIL), EVIL)})
    path.write_bytes(changed)
    appended = changed[len(original) :] + suffix(path)
    path.write_bytes(original)
    assert not passes(path, appended)


def test_nor_a_revision_that_leaves_one_out(paper, forge):
    """The file's own last revision is skipped by pointing to the one before it."""
    old = forge.pdf()
    path = paper(data=old)
    padded = forge.update(old, {4: b"<</Length %d>>stream\n%s\nendstream" % (len(EVIL), EVIL)})
    path.write_bytes(padded)
    appended = suffix(path)
    starts = [int(line) for line in padded.split() if line.isdigit() and padded[int(line) :][:4] == b"xref"]
    skipped = appended.replace(b"/Prev %d" % starts[-1], b"/Prev %d" % starts[0])
    assert skipped != appended
    assert not passes(path, skipped)


def test_nor_objects_that_no_table_lists(paper):
    path = paper()
    appended = suffix(path)
    table = appended.index(b"xref\n")
    hidden = b"4 0 obj\n<</Length 0>>stream\n\nendstream\nendobj\n"
    moved = appended[:table] + hidden + appended[table:]
    old = path.stat().st_size + table
    moved = moved.replace(b"startxref\n%d" % old, b"startxref\n%d" % (old + len(hidden)))
    assert not passes(path, moved)


def test_nor_another_original(paper):
    path = paper()
    appended = suffix(path)
    path.with_name("signed.pdf").write_bytes(path.read_bytes() + appended)
    path.write_bytes(path.read_bytes().replace(b"100 yen", b"900 yen"))
    with reading.opened(str(path.with_name("signed.pdf")), None) as (reader, stream):
        assert not is_only_a_signature(reader, stream, path)


def test_nor_a_signature_without_any_field(paper, monkeypatch):
    def nameless(writer):
        _new_widget(writer).pop("/V")

    path = paper()
    assert not passes(path, tampered(monkeypatch, path, nameless))


def test_nor_what_strangers_write(paper, forge, hanako):
    """Another program's revision may be honest, but it is not ours."""
    path = paper()
    data = path.read_bytes()
    assert not passes(path, forge.sign(data, hanako, box=(10, 10, 60, 60))[len(data) :])


def test_an_empty_file_of_fields_by_pyhanko(paper):
    path = paper()
    writer = IncrementalPdfFileWriter(io.BytesIO(path.read_bytes()))
    fields.append_signature_field(writer, fields.SigFieldSpec("here", box=(10, 10, 90, 40)))
    out = io.BytesIO()
    writer.write(out)
    path.write_bytes(out.getvalue())
    assert passes(path, suffix(path, field="here"))
