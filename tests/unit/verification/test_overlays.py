"""Fields that are laid over a page after it was signed, and forms that are drawn otherwise: never good."""

from __future__ import annotations

import io

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name, pdf_string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers

WHOLE_PAGE = (0, 0, 300, 200)
EVIL = b"1 1 1 rg 0 0 300 200 re f BT /F1 18 Tf 40 120 Td (I owe you 900 yen.) Tj ET"


def _array(*values):
    return generic.ArrayObject(
        generic.FloatObject(value) if isinstance(value, (int, float)) else value for value in values
    )


def _dictionary(**entries):
    return generic.DictionaryObject({pdf_name("/" + key): value for key, value in entries.items()})


def _written(writer):
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _look(writer):
    form = generic.StreamObject(
        {pdf_name("/Type"): pdf_name("/XObject"), pdf_name("/Subtype"): pdf_name("/Form")}, stream_data=EVIL
    )
    form["/BBox"] = _array(*WHOLE_PAGE)
    return _dictionary(N=writer.add_object(form))


def _script():
    return _dictionary(S=pdf_name("/JavaScript"), JS=pdf_string("app.alert(1)"))


def _widget(writer, rect=WHOLE_PAGE, **more):
    page = writer.root["/Pages"]["/Kids"].raw_get(0)
    return _dictionary(
        Type=pdf_name("/Annot"), Subtype=pdf_name("/Widget"), F=generic.NumberObject(4), P=page, Rect=_array(*rect),
        **more,
    )  # fmt: skip


def _add(writer, field, widgets=()):
    """Puts a field into the form and its widgets (or itself) onto the page."""
    form = writer.root["/AcroForm"]
    form["/Fields"].append(field)
    writer.update_container(form["/Fields"])
    page = writer.root["/Pages"]["/Kids"][0]
    for widget in widgets or [field]:
        page["/Annots"].append(widget)
    writer.update_container(page["/Annots"])


def laid_over(data, rect=WHOLE_PAGE, **more):
    """An empty signature field over the page."""
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    made = {key: value(writer) if callable(value) else value for key, value in more.items()}
    field = _widget(writer, rect, FT=pdf_name("/Sig"), T=pdf_string("Over"), **made)
    _add(writer, writer.add_object(field))
    return _written(writer)


def laid_over_by_a_kid(data):
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    field = writer.add_object(_dictionary(FT=pdf_name("/Sig"), T=pdf_string("Over")))
    kid = writer.add_object(_widget(writer, AP=_look(writer), Parent=field))
    field.get_object()["/Kids"] = generic.ArrayObject([kid])
    _add(writer, field, [kid])
    return _written(writer)


def stamped_over(data, stamper, look=_look, box=WHOLE_PAGE):
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    fields.append_signature_field(writer, fields.SigFieldSpec("Stamp", box=box))
    (field,) = [
        f.get_object() for f in writer.root["/AcroForm"]["/Fields"] if f.get_object()["/T"] == "Stamp"
    ]  # fmt: skip
    if look:
        field["/AP"] = look(writer)
    else:
        field.pop("/AP", None)
    return _timestamped(writer, stamper)


def _timestamped(writer, stamper):
    out = signers.PdfTimeStamper(stamper, field_name="Stamp").timestamp_pdf(writer, "sha256")
    return bytes(out.getbuffer())


ATTACKS = {
    "an appearance": lambda data: laid_over(data, AP=_look),
    "an appearance of a kid": laid_over_by_a_kid,
    "a background": lambda data: laid_over(data, MK=_dictionary(BG=_array(1, 1, 1), CA=pdf_string("900 yen"))),
    "an action": lambda data: laid_over(data, A=_script()),
    "further actions": lambda data: laid_over(data, AA=_dictionary(E=_script())),
    "actions without an area": lambda data: laid_over(data, (0, 0, 0, 0), AA=_dictionary(PV=_script())),
    "a rectangle of another kind": lambda data: laid_over(data, (0, 0, 300), AP=_look),
}


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
def test_an_unsigned_field_over_the_page_is_bad(judge, signed, attack):
    (signature,) = judge(attack(signed)).signatures
    assert (signature.intact, signature.verdict) == (True, "bad")
    assert signature.changes == "forbidden" or "unsigned-appearance" in signature.reasons


def test_an_object_that_waited_in_the_signed_part_is_no_better(judge, forge, hanako):
    """It was there when the page was signed, but nothing showed it."""
    waiting = (
        b"<</Type/Annot/Subtype/Widget/FT/Sig/T(Over)/F 4/Rect[0 0 300 200]/P 3 0 R/AP<</N 21 0 R>>>>",
        b"<</Type/XObject/Subtype/Form/BBox[0 0 300 200]/Length %d>>stream\n%s\nendstream" % (len(EVIL), EVIL),
    )
    signed = forge.sign(forge.update(forge.pdf(), {20: waiting[0], 21: waiting[1]}), hanako)
    assert judge(signed).verdict == "good"
    writer = IncrementalPdfFileWriter(io.BytesIO(signed))
    _add(writer, generic.IndirectObject(20, 0, writer))
    (signature,) = judge(_written(writer)).signatures
    assert signature.verdict == "bad"


def test_an_empty_place_for_a_signature_is_no_accusation_but_not_good(judge, signed):
    (signature,) = judge(laid_over(signed, (10, 10, 90, 40))).signatures
    assert (signature.changes, signature.verdict) == ("permitted", "caution")


def test_an_invisible_empty_field_stays_permitted(judge, signed):
    (signature,) = judge(laid_over(signed, (0, 0, 0, 0))).signatures
    assert (signature.changes, signature.verdict) == ("permitted", "good")


def test_a_visible_timestamp_is_an_overlay_and_an_invisible_one_is_not(judge, forge, signed):
    stamper = forge.stamper(forge.authority("clock", cn="Clock CA"), forge.now)
    (covered,) = judge(stamped_over(signed, stamper)).signatures
    assert covered.verdict == "bad"
    assert "unsigned-appearance" in covered.reasons
    (framed,) = judge(stamped_over(signed, stamper, look=None)).signatures
    assert framed.verdict == "caution"
    (invisible,) = judge(stamped_over(signed, stamper, look=None, box=None)).signatures
    assert (invisible.changes, invisible.verdict) == ("permitted", "good")


def test_a_timestamp_in_a_visible_field_that_was_empty_is_an_overlay(judge, forge, hanako):
    stamper = forge.stamper(forge.authority("clock", cn="Clock CA"), forge.now)
    writer = IncrementalPdfFileWriter(io.BytesIO(forge.pdf()))
    fields.append_signature_field(writer, fields.SigFieldSpec("Stamp", box=WHOLE_PAGE))
    signed = forge.sign(_written(writer), hanako)
    writer = IncrementalPdfFileWriter(io.BytesIO(signed))
    (field,) = [f for f in writer.root["/AcroForm"]["/Fields"] if f.get_object()["/T"] == "Stamp"]
    field.get_object()["/AP"] = _look(writer)
    writer.mark_update(field)
    (signature,) = judge(_timestamped(writer, stamper)).signatures
    assert signature.verdict == "bad"


def test_a_second_person_may_sign_visibly(judge, forge, hanako, signed):
    report = judge(forge.sign(signed, hanako, "Signature2", box=(10, 10, 120, 60)))
    assert [signature.changes for signature in report.signatures] == ["permitted", "none"]
    assert report.verdict == "good"


def _form_changed(data, change):
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    form = writer.root["/AcroForm"]
    change(writer, form)
    writer.update_container(form)
    return _written(writer)


def _font(writer):
    return writer.add_object(
        _dictionary(Type=pdf_name("/Font"), Subtype=pdf_name("/Type1"), BaseFont=pdf_name("/Symbol"))
    )


def _in_field(key, value):
    def change(writer, form):
        field = form["/Fields"].raw_get(0)
        field.get_object()[key] = value
        writer.mark_update(field)

    return change


def _other_font(writer, form):
    form["/DR"]["/Font"]["/F1"] = _font(writer)


FORMS = {
    "viewers draw anew": lambda writer, form: form.__setitem__("/NeedAppearances", generic.BooleanObject(True)),
    "another font": _other_font,
    "another default look": lambda writer, form: form.__setitem__("/DA", pdf_string("/F1 0 Tf 1 g")),
    "another alignment": lambda writer, form: form.__setitem__("/Q", generic.NumberObject(2)),
    "no default look": lambda writer, form: form.pop("/DA"),
    "password": _in_field("/Ff", generic.NumberObject(1 << 13)),
    "shorter": _in_field("/MaxLen", generic.NumberObject(1)),
    "choices": _in_field("/Opt", generic.ArrayObject([pdf_string("900")])),
    "another name": _in_field("/TU", pdf_string("900 yen")),
    "action": _in_field("/A", _script()),
    "actions": _in_field("/AA", _dictionary(F=_script())),
}


@pytest.mark.parametrize("change", FORMS.values(), ids=FORMS.keys())
def test_a_form_that_is_drawn_otherwise_is_not_good(judge, signed, change):
    (signature,) = judge(_form_changed(signed, change)).signatures
    assert signature.verdict in ("caution", "bad")
    assert signature.changes == "forbidden" or "field-appearance-changed" in signature.reasons


def test_a_font_of_the_form_replaced_in_its_place(judge, forge, hanako):
    data = forge.pdf().replace(b"/DR<</Font<</F1 5 0 R>>>>", b"/DR 8 0 R                ")
    data = forge.update(data, {8: b"<</Font<</F1 9 0 R>>>>", 9: b"<</Type/Font/Subtype/Type1/BaseFont/Courier>>"})
    signed = forge.sign(data, hanako)
    assert judge(signed).verdict == "good"
    later = forge.update(signed, {9: b"<</Type/Font/Subtype/Type1/BaseFont/Symbol>>"})
    (signature,) = judge(later).signatures
    assert signature.verdict in ("caution", "bad")


def test_a_flag_that_nobody_sees_is_no_change_of_look(judge, signed):
    (signature,) = judge(_form_changed(signed, _in_field("/Ff", generic.NumberObject(1)))).signatures
    assert (signature.changes, signature.verdict) == ("permitted", "good")
