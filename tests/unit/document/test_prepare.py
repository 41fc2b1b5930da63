"""The revision with the empty signature: what it says, where it stands, and that it harms nothing before it."""

from __future__ import annotations

import io
import re
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from app.document.child import DocumentChild
from app.document.facts import Block, RevisionOrder
from app.document.pdf import open_pdf
from app.document.prepare import prepare
from app.errors.document import (
    BoxTooSmall,
    FieldAlreadySigned,
    FieldNotFound,
    PageNotFound,
    PlaceOffPage,
    SigningNotPermitted,
    WouldBreakSignature,
    XfaForm,
)

Seal = Callable[..., bytes]
Strangers = Callable[..., list[str]]
Order = Callable[..., RevisionOrder]
VALID = "- Signature Validation: Signature is Valid."
WHOLE = "- Total document signed"


def signed(path: Path, order: RevisionOrder, seal: Seal, password: str | None = None) -> Path:
    with closing(open_pdf(path, None if password is None else password.encode())) as pdf:
        revision = prepare(pdf, order)
    target = path.with_name(path.stem + "+.pdf")
    target.write_bytes(seal(path.read_bytes(), revision))
    return target


def reread(path: Path) -> PdfFileReader:
    return PdfFileReader(io.BytesIO(path.read_bytes()))


def test_an_invisible_signature(paper: Callable[..., Path], order: Order, seal: Seal, strangers: Strangers) -> None:
    path = signed(paper(), order(reason="契約", location="Tokyo", name="山田"), seal)
    said = strangers(path)
    assert VALID in said
    assert WHOLE in said
    signature = reread(path).root["/AcroForm"]["/Fields"][0]["/V"]
    assert {key: value for key, value in signature.items() if key not in ("/Contents", "/ByteRange")} == {
        "/Type": "/Sig",
        "/Filter": "/Adobe.PPKLite",
        "/SubFilter": "/adbe.pkcs7.detached",
        "/M": "D:20261122104200+09'00'",
        "/Name": "山田",
        "/Reason": "契約",
        "/Location": "Tokyo",
    }


def test_empty_entries_are_left_out(paper: Callable[..., Path], order: Order, seal: Seal) -> None:
    signature = reread(signed(paper(), order(), seal)).root["/AcroForm"]["/Fields"][0]["/V"]
    assert not {"/Reason", "/Location", "/Name"} & set(signature)


def test_only_bytes_are_added_and_few(paper: Callable[..., Path], order: Order, block: Block) -> None:
    path = paper()
    with closing(open_pdf(path)) as pdf:
        visible = prepare(pdf, order(place=(1, 20, 20, 69, 25), block=block))
        invisible = prepare(pdf, order())
    assert len(visible.suffix) < 25_000
    assert len(invisible.suffix) < 18_000
    assert (visible.page, invisible.page) == (1, None)
    assert b"%%EOF" in visible.suffix[-7:]


def test_the_byte_range_leaves_out_just_the_contents(paper: Callable[..., Path], order: Order) -> None:
    path = paper()
    with closing(open_pdf(path)) as pdf:
        revision = prepare(pdf, order(reserve=5000))
    whole = path.read_bytes() + revision.suffix
    start, end = revision.contents
    assert whole[start:end] == b"<" + b"0" * 10_000 + b">"
    found = re.findall(rb"/ByteRange \[0 (\d+) (\d+) (\d+) *\]", revision.suffix)
    assert [tuple(map(int, numbers)) for numbers in found] == [(start, end, len(whole) - end)]


def test_prepared_twice_the_second_is_as_good_as_the_first(
    paper: Callable[..., Path], order: Order, block: Block, seal: Seal, strangers: Strangers
) -> None:
    path = paper(pages=("/Annots[]",), catalog="/AcroForm<</Fields[]>>")
    with closing(open_pdf(path)) as pdf:
        first = prepare(pdf, order(place=(1, 20, 20, 69, 25), block=Block(block.lines[::2])))
        second = prepare(pdf, order(place=(1, 20, 20, 69, 25), block=block))
        again = prepare(pdf, order(place=(1, 20, 20, 69, 25), block=block))
    assert first.field == second.field == again.field == "Signature1"
    assert len(second.suffix) == len(again.suffix)
    target = path.with_name("second.pdf")
    target.write_bytes(seal(path.read_bytes(), second))
    assert VALID in strangers(target)
    annotations = re.findall(rb"/Annots \[(.*?)\]", second.suffix, re.DOTALL)
    assert [entries.count(b" R") for entries in annotations] == [1]


def test_pades_declares_its_extension_below_pdf_2(paper: Callable[..., Path], order: Order, seal: Seal) -> None:
    path = paper()
    with closing(open_pdf(path)) as pdf:
        assert b"/ESIC" in prepare(pdf, order(subfilter="ETSI.CAdES.detached")).suffix
        assert b"/ESIC" not in prepare(pdf, order()).suffix
    path.write_bytes(path.read_bytes().replace(b"%PDF-1.7", b"%PDF-2.0"))
    with closing(open_pdf(path)) as pdf:
        assert b"/ESIC" not in prepare(pdf, order(subfilter="ETSI.CAdES.detached")).suffix


def test_a_file_that_ends_without_a_line_end(
    paper: Callable[..., Path], order: Order, seal: Seal, strangers: Strangers
) -> None:
    path = paper()
    path.write_bytes(path.read_bytes().rstrip())
    assert VALID in strangers(signed(path, order(), seal))


@pytest.mark.parametrize("annotations", ["", "/Annots[]", "/Annots 5 0 R", "/Annots null", "/Annots 6 0 R"])
def test_annotations_direct_indirect_or_odd(
    paper: Callable[..., Path], order: Order, block: Block, seal: Seal, strangers: Strangers, annotations: str
) -> None:
    path = paper(pages=(annotations,), more=("[7 0 R]", "null", "<</Type/Annot/Subtype/Link/Rect[0 0 9 9]>>"))
    path = signed(path, order(place=(1, 20, 20, 69, 25), block=block), seal)
    assert VALID in strangers(path)
    annots = reread(path).root["/Pages"]["/Kids"][0]["/Annots"]
    assert annots[-1]["/T"] == "Signature1"
    assert annots[-1]["/F"] == 132
    assert len(annots) == (2 if "5 0 R" in annotations else 1)


def test_the_name_of_a_new_field_is_new(paper: Callable[..., Path], order: Order) -> None:
    path = paper(
        catalog="/AcroForm 5 0 R",
        more=("<</Fields 6 0 R>>", "[7 0 R 8 0 R]", "<</T(Signature1)/FT/Tx>>", "<</T(Signature2)/FT/Sig>>"),
    )
    with closing(open_pdf(path)) as pdf:
        assert prepare(pdf, order()).field == "Signature3"


def test_appearances_are_no_longer_to_be_made_anew(paper: Callable[..., Path], order: Order, seal: Seal) -> None:
    path = signed(paper(catalog="/AcroForm<</Fields[]/NeedAppearances true>>"), order(), seal)
    form = reread(path).root["/AcroForm"]
    assert form["/SigFlags"] == 3
    assert "/NeedAppearances" not in form


@pytest.mark.parametrize("kids", [False, True])
def test_an_existing_field_takes_the_block(
    paper: Callable[..., Path], order: Order, block: Block, seal: Seal, strangers: Strangers, kids: bool
) -> None:
    widget = "/Type/Annot/Subtype/Widget/Rect[100 100 300 170]/P 4 0 R/MK<</BC[1 0 0]>>"
    if kids:
        field, page = "<</T<FEFF4E59>/FT/Sig/Kids[6 0 R]>>", "/Annots[6 0 R]"
    else:
        field, page = f"<</T(b)/FT/Sig{widget}>>", "/Annots[5 0 R]"
    path = paper(pages=(page,), catalog="/AcroForm<</Fields[5 0 R]>>", more=(field, f"<<{widget}/Parent 5 0 R>>"))
    path = signed(path, order(field="乙" if kids else "b", block=block), seal)
    said = strangers(path)
    assert kids or VALID in said  # pdfsig does not look for /V above the widget
    reader = reread(path)
    assert validate_pdf_signature(reader.embedded_signatures[0], ValidationContext(trust_roots=[])).valid
    shown = reader.root["/Pages"]["/Kids"][0]["/Annots"][0]
    assert shown["/AP"]["/N"]["/BBox"][2] == 200
    assert reader.root["/AcroForm"]["/Fields"][0]["/V"]["/Type"] == "/Sig"
    with closing(open_pdf(path)) as pdf:
        assert pdf.facts().signatures[0].signed
        with pytest.raises(FieldAlreadySigned):
            prepare(pdf, order(field="乙" if kids else "b"))


def test_the_lock_of_a_field_binds_whoever_signs_it(paper: Callable[..., Path], order: Order, seal: Seal) -> None:
    lock = "/Lock<</Type/SigFieldLock/Action/Include/Fields[(b)]>>"
    path = paper(catalog="/AcroForm<</Fields[5 0 R 6 0 R]>>", more=(f"<</T(a)/FT/Sig{lock}>>", "<</T(b)/FT/Sig>>"))
    path = signed(path, order(field="a"), seal)
    reference = reread(path).root["/AcroForm"]["/Fields"][0]["/V"]["/Reference"][0]
    assert reference["/TransformMethod"] == "/FieldMDP"
    assert reference["/TransformParams"]["/Fields"] == ["b"]
    with closing(open_pdf(path)) as pdf, pytest.raises(WouldBreakSignature):
        prepare(pdf, order(field="b"))


def test_orders_that_cannot_be(paper: Callable[..., Path], order: Order, block: Block) -> None:
    with closing(open_pdf(paper(catalog="/AcroForm<</Fields[5 0 R]>>", more=("<</T(a)/FT/Tx>>",)))) as pdf:
        for wrong, error in (
            (order(field="a"), FieldNotFound),
            (order(place=(2, 0, 0, 40, 14), block=block), PageNotFound),
            (order(place=(1, 200, 0, 40, 14), block=block), PlaceOffPage),
            (order(place=(1, 0, 0, 20, 5), block=block), BoxTooSmall),
        ):
            with pytest.raises(error):
                prepare(pdf, wrong)
        prepare(pdf, order())


def test_obstacles_are_refused_here_too(paper: Callable[..., Path], order: Order) -> None:
    certified = paper(
        catalog="/AcroForm<</Fields[5 0 R 7 0 R]>>/Perms<</DocMDP 6 0 R>>",
        more=(
            "<</T(a)/FT/Sig/V 6 0 R>>",
            "<</Type/Sig/Contents<00>/Reference[<</TransformMethod/DocMDP/TransformParams<</P 1>>>>]>>",
            "<</T(b)/FT/Sig>>",
        ),
    )
    with closing(open_pdf(certified)) as pdf, pytest.raises(SigningNotPermitted) as refused:
        prepare(pdf, order(field="b"))
    assert refused.value.facts == {"detail": "certified"}
    form_only = certified.with_name("form-only.pdf")
    form_only.write_bytes(certified.read_bytes().replace(b"/P 1>>", b"/P 2>>"))
    with closing(open_pdf(form_only)) as pdf:
        with pytest.raises(WouldBreakSignature):
            prepare(pdf, order())
        assert prepare(pdf, order(field="b")).field == "b"
    with closing(open_pdf(paper(catalog="/AcroForm<</Fields[]/XFA[(a)(b)]>>"))) as pdf, pytest.raises(XfaForm):
        prepare(pdf, order())


@pytest.mark.parametrize("bits", ["40", "128", "256"])
def test_encrypted_files_stay_encrypted(
    paper: Callable[..., Path], order: Order, block: Block, seal: Seal, strangers: Strangers, bits: str
) -> None:
    plain, path = paper(), paper(name="encrypted.pdf")
    weak = ["--allow-weak-crypto"] if bits != "256" else []
    subprocess.run(["qpdf", *weak, "--encrypt", "pw", "owner", bits, "--", str(plain), str(path)], check=True)
    path = signed(path, order(place=(1, 20, 20, 69, 25), block=block, reason="secret reason"), seal, "pw")
    said = strangers(path, "pw")
    assert VALID in said
    assert WHOLE in said
    assert b"secret reason" not in path.read_bytes()
    reader = reread(path)
    reader.decrypt("pw")
    assert reader.root["/AcroForm"]["/Fields"][0]["/V"]["/Reason"] == "secret reason"


@pytest.mark.parametrize("streams", ["--object-streams=generate", "--object-streams=disable"])
def test_two_signatures_and_the_first_is_no_worse(
    paper: Callable[..., Path], order: Order, block: Block, seal: Seal, strangers: Strangers, streams: str
) -> None:
    path = paper(name="base.pdf")
    subprocess.run(["qpdf", streams, str(paper(pages=("", "/Rotate 90"))), str(path)], check=True)
    path = signed(path, order(place=(1, 20, 20, 69, 25), block=block), seal)
    path = signed(path, order(place=(-1, 20, 20, 69, 25), block=block), seal)
    path = signed(path, order(), seal)
    assert strangers(path).count(VALID) == 3
    signatures = reread(path).embedded_signatures
    for signature in signatures:
        status = validate_pdf_signature(signature, ValidationContext(trust_roots=[]))
        assert status.intact
        assert status.valid
        assert status.docmdp_ok
        assert status.modification_level in (ModificationLevel.NONE, ModificationLevel.FORM_FILLING)


def test_the_last_page_of_a_long_document(
    paper: Callable[..., Path], order: Order, block: Block, seal: Seal, strangers: Strangers
) -> None:
    path = paper(pages=("",) * 2000)
    with closing(open_pdf(path)) as pdf:
        assert len(pdf.facts().pages) == 2000
        revision = prepare(pdf, order(place=(-1, 20, 20, 69, 25), block=block))
    assert revision.page == 2000
    assert len(revision.suffix) < 25_000
    target = path.with_name("long.pdf")
    target.write_bytes(seal(path.read_bytes(), revision))
    assert VALID in strangers(target)
    assert reread(target).root["/Pages"]["/Kids"][1999]["/Annots"][0]["/T"] == "Signature1"


def test_the_child_prepares_the_same(paper: Callable[..., Path], order: Order, block: Block) -> None:
    path = paper()
    wish = order(place=(1, 20, 20, 69, 25), block=block)
    with closing(open_pdf(path)) as pdf, DocumentChild(path) as child:
        here, there = prepare(pdf, wish), child.prepare(wish)
        assert (here.contents, here.field, here.page) == (there.contents, there.field, there.page)
        assert len(here.suffix) == len(there.suffix)
        with pytest.raises(FieldNotFound):
            child.prepare(order(field="nowhere"))
        assert child.preview(block, 69, 25).startswith(b"%PDF-")
