"""What a file is, before anybody signs it: pages, fields, protection, obstacles."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from app.document.child import DocumentChild
from app.document.facts import PdfDocument
from app.document.pdf import open_pdf
from app.errors.document import EncryptionUnsupported, PdfPasswordRequired, PdfUnreadable, SigningNotPermitted, XfaForm
from app.secret import Secret


def inspect(path: Path, password: str | None = None) -> PdfDocument:
    with closing(open_pdf(path, None if password is None else password.encode())) as pdf:
        return pdf.facts()


def inspect_in_child(path: Path, password: str | None = None) -> PdfDocument:
    with DocumentChild(path) as child:
        return child.inspect(None if password is None else Secret.taking(bytearray(password.encode())))


def protect(path: Path, user: str, owner: str, *options: str, bits: str = "256") -> Path:
    target = path.with_name("protected.pdf")
    weak = ["--allow-weak-crypto"] if bits != "256" else []
    command = ["qpdf", *weak, "--encrypt", user, owner, bits, *options, "--", str(path), str(target)]
    subprocess.run(command, check=True)
    return target


def test_boxes_and_rotation_are_inherited_intersected_and_normalised(paper: Callable[..., Path]) -> None:
    facts = inspect(
        paper(
            pages=(
                "",
                "/CropBox[50 60 300 400]/Rotate 90",
                "/MediaBox[-100 -200 100 100]/CropBox[-50 -500 900 50]/Rotate -90",
                "/MediaBox[600 800 0 0]/Rotate 450",
                "/CropBox[900 900 990 990]",
            ),
            tree="/MediaBox[0 0 595 842]/Rotate 180",
        )
    )
    assert [(page.box, page.rotation) for page in facts.pages] == [
        ((0, 0, 595, 842), 180),
        ((50, 60, 300, 400), 90),
        ((-50, -200, 100, 50), 270),
        ((0, 0, 600, 800), 90),
        ((0, 0, 595, 842), 180),  # a CropBox beside the page is none
    ]
    assert facts.pages[1].size == (340, 250)
    assert facts.encryption == "none"
    assert facts.obstacles == ()
    assert facts.new_field_allowed


def test_a_page_without_any_box_is_as_large_as_pdfium_makes_it(paper: Callable[..., Path]) -> None:
    assert inspect(paper(tree="")).pages[0].box == (0, 0, 612, 792)


@pytest.mark.parametrize("kids", ["2 0 R", "4 0 R 4 0 R", "99 0 R", "<</Type/Page>>", ""])
def test_a_page_tree_that_cannot_be_followed(paper: Callable[..., Path], kids: str) -> None:
    path = paper()
    path.write_bytes(path.read_bytes().replace(b"/Kids[4 0 R]", b"/Kids[" + kids.encode() + b"]"))
    fixed = path.with_name("fixed.pdf")
    data = path.read_bytes()
    start = data.rindex(b"xref\n0")
    objects = [data.index(b"%d 0 obj" % n) for n in range(1, 5)]
    table = b"0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % offset for offset in objects)
    fixed.write_bytes(
        data[:start] + b"xref\n0 5\n" + table + b"trailer\n<</Size 5/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % start
    )
    with pytest.raises(PdfUnreadable):
        inspect_in_child(fixed)


@pytest.mark.parametrize("content", [b"", b"hello", b"%PDF-1.7\n", b"\x00" * 5000, b"%PDF-1.7\nstartxref\n9\n%%EOF"])
def test_what_is_no_pdf(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "no.pdf"
    path.write_bytes(content)
    with pytest.raises(PdfUnreadable):
        inspect_in_child(path)


def test_fields_merged_with_their_widget_or_above_it_named_in_full(paper: Callable[..., Path]) -> None:
    facts = inspect(
        paper(
            pages=("", "/Rotate 90/Annots[8 0 R 9 0 R]"),
            catalog="/AcroForm<</Fields[6 0 R 10 0 R 11 0 R]>>",
            more=(
                "<</T(party)/Kids[7 0 R 8 0 R]>>",
                "<</Parent 6 0 R/T(first)/FT/Sig/Kids[9 0 R]>>",
                "<</Parent 6 0 R/T(second)/FT/Sig/Subtype/Widget/Rect[0 0 72 144]/V 12 0 R>>",
                "<</Parent 7 0 R/Subtype/Widget/Rect[72 72 144 216]/P 4 0 R>>",
                "<</T(text)/FT/Tx>>",
                "<</T<FEFF7F72540D>/FT/Sig/Rect[0 0 0 0]>>",
                "<</Type/Sig/Filter/Adobe.PPKLite/Contents<00>>>",
            ),
        )
    )
    first, second, third = facts.fields
    assert (first.name, first.page, first.signed, first.visible) == ("party.first", 2, False, True)
    assert first.box == pytest.approx((25.4, 25.4, 50.8, 25.4))
    assert (second.name, second.page, second.signed) == ("party.second", 2, True)
    assert (third.name, third.page, third.box, third.visible) == ("署名", None, None, False)
    assert [field.name for field in facts.signatures] == ["party.second"]


@pytest.mark.parametrize("bits", ["40", "128", "256"])
def test_passwords(paper: Callable[..., Path], bits: str) -> None:
    path = protect(paper(), "open sesame", "owner", bits=bits)
    for wrong in (None, "", "wrong", "日本語のパスワード"):
        with pytest.raises(PdfPasswordRequired):
            inspect(path, wrong)
    assert inspect(path, "open sesame").encryption == "password"
    assert inspect(path, "owner").encryption == "password"


def test_a_password_beyond_ascii(paper: Callable[..., Path]) -> None:
    assert inspect(protect(paper(), "合言葉", "owner"), "合言葉").encryption == "password"


@pytest.mark.parametrize(
    ("options", "obstacles", "new_field"),
    [
        ((), (), True),
        (("--modify=annotate",), (), False),
        (("--modify=form",), (), False),
        (("--modify=assembly",), (SigningNotPermitted.code,), False),
        (("--modify=none",), (SigningNotPermitted.code,), False),
    ],
)
def test_permissions(
    paper: Callable[..., Path], options: tuple[str, ...], obstacles: tuple[str, ...], new_field: bool
) -> None:
    path = protect(paper(), "", "owner", *options)
    facts = inspect(path)
    assert (facts.encryption, facts.obstacles, facts.new_field_allowed) == ("empty-password", obstacles, new_field)
    owner = inspect(path, "owner")
    assert (owner.obstacles, owner.new_field_allowed) == ((), True)


def test_encryption_for_certificates(paper: Callable[..., Path]) -> None:
    path = paper(
        more=("<</Filter/Adobe.PubSec/SubFilter/adbe.pkcs7.s4/V 1/Recipients[<00>]>>",), trailer=b"/Encrypt 5 0 R"
    )
    with pytest.raises(EncryptionUnsupported):
        inspect(path)


@pytest.mark.parametrize("xfa", ["7 0 R", "[(template) 7 0 R]"])
def test_xfa_forms_are_an_obstacle(paper: Callable[..., Path], xfa: str) -> None:
    stream = "<</Length 6>>stream\n<xfa/>\nendstream"
    facts = inspect(paper(catalog=f"/AcroForm<</Fields[]/XFA {xfa}>>", more=("null", "null", stream)))
    assert facts.obstacles == (XfaForm.code,)


@pytest.mark.parametrize("xfa", ["null", "[]"])
def test_an_empty_xfa_entry_is_none(paper: Callable[..., Path], xfa: str) -> None:
    assert inspect(paper(catalog=f"/AcroForm<</Fields[]/XFA {xfa}>>")).obstacles == ()


def signed_with(paper: Callable[..., Path], reference: str, lock: str = "", perms: bool = False) -> Path:
    return paper(
        catalog="/AcroForm<</Fields[5 0 R 7 0 R]/SigFlags 3>>" + ("/Perms<</DocMDP 6 0 R>>" if perms else ""),
        more=(
            f"<</T(a)/FT/Sig/V 6 0 R{lock}>>",
            f"<</Type/Sig/Filter/Adobe.PPKLite/Contents<00>/Reference[{reference}]>>",
            "<</T(b)/FT/Sig>>",
        ),
    )


@pytest.mark.parametrize(
    ("reference", "lock", "perms", "obstacle", "new_field"),
    [
        ("", "", False, False, True),
        ("<</TransformMethod/DocMDP/TransformParams<</P 1>>>>", "", True, True, False),
        ("<</TransformMethod/DocMDP/TransformParams<</P 2>>>>", "", True, False, False),
        ("<</TransformMethod/DocMDP>>", "", True, False, False),
        ("<</TransformMethod/DocMDP/TransformParams<</P 3>>>>", "", True, False, False),
        ("<</TransformMethod/FieldMDP/TransformParams<</Action/All>>>>", "", False, False, False),
        ("<</TransformMethod/FieldMDP/TransformParams<</Action/Exclude/Fields[(b)]>>>>", "", False, False, False),
        ("<</TransformMethod/FieldMDP/TransformParams<</Action/Include/Fields[(c)]>>>>", "", False, False, True),
        ("", "/Lock<</Action/Include/Fields[(c)]/P 1>>", False, True, False),
        ("", "/Lock<</Action/All>>", False, False, False),
    ],
)
def test_what_earlier_signatures_demand(
    paper: Callable[..., Path], reference: str, lock: str, perms: bool, obstacle: bool, new_field: bool
) -> None:
    facts = inspect(signed_with(paper, reference, lock, perms))
    assert facts.obstacles == ((SigningNotPermitted.code,) if obstacle else ())
    assert facts.new_field_allowed is new_field


def test_the_lock_of_a_field_that_nobody_signed_binds_nobody(paper: Callable[..., Path]) -> None:
    facts = inspect(paper(catalog="/AcroForm<</Fields[5 0 R]>>", more=("<</T(a)/FT/Sig/Lock<</Action/All/P 1>>>>",)))
    assert facts.obstacles == ()
    assert facts.new_field_allowed


def test_facts_survive_the_channel(paper: Callable[..., Path]) -> None:
    facts = inspect(paper(pages=("", "/Rotate 90"), catalog="/AcroForm<</Fields[6 0 R]>>", more=("<</T(a)/FT/Sig>>",)))
    assert PdfDocument.from_plain(facts.plain()) == facts


def test_the_child_says_the_same(paper: Callable[..., Path]) -> None:
    path = protect(paper(pages=("", "/Rotate 90")), "pw", "owner")
    assert inspect_in_child(path, "pw") == inspect(path, "pw")
    with pytest.raises(PdfPasswordRequired):
        inspect_in_child(path)
