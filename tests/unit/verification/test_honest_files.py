"""Files that nobody tampered with."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pyhanko.sign.fields import MDPPerm

from app.errors.document import FileNotFound, PdfUnreadable


def only(report):
    assert len(report.signatures) == 1
    return report.signatures[0]


def test_one_signature(judge, signed):
    report = judge(signed)
    signature = only(report)
    assert report.verdict == signature.verdict == "good"
    assert (signature.field, signature.intact, signature.covers_whole_file) == ("Signature1", True, True)
    assert (signature.changes, signature.trusted, signature.revocation) == ("none", "given", "not-checked")
    assert signature.holder == "署名　花子"
    assert signature.level == "pades-b-b"
    assert signature.claimed_time is not None
    assert signature.proven_time is None
    assert signature.reasons == ("validity-not-proven",)


def test_no_signature(judge, forge):
    report = judge(forge.pdf())
    assert (report.verdict, report.signatures) == ("none", ())


def test_no_pdf(judge, verifier, tmp_path):
    with pytest.raises(PdfUnreadable):
        judge(b"I am no PDF.\n")
    with pytest.raises(FileNotFound):
        verifier.verify(tmp_path / "missing.pdf")


def test_two_signers_in_turn(judge, forge, authority, signed):
    taro = forge.holder(authority, "試験　太郎")
    first, second = judge(forge.sign(signed, taro, "Signature2", box=(150, 40, 250, 90))).signatures
    assert (first.field, first.changes, first.covers_whole_file, first.verdict) == (
        "Signature1",
        "permitted",
        False,
        "good",
    )
    assert (second.holder, second.changes, second.covers_whole_file, second.verdict) == (
        "試験　太郎",
        "none",
        True,
        "good",
    )


def fill_form(forge, data: bytes) -> bytes:
    content = b"/Tx BMC BT /F1 12 Tf 2 4 Td (500) Tj ET EMC"
    look = b"/Type/XObject/Subtype/Form/BBox[0 0 160 20]/Resources<</Font<</F1 5 0 R>>>>"
    return forge.update(
        data,
        {
            6: b"<</Type/Annot/Subtype/Widget/FT/Tx/T(amount)/F 4/Rect[40 40 200 60]/P 3 0 R/DA(/F1 12 Tf)"
            b"/AP<</N 50 0 R>>/V(500)>>",
            50: b"<<%s/Length %d>>stream\n%s\nendstream" % (look, len(content), content),
        },
    )


@pytest.mark.parametrize("certify", [None, MDPPerm.FILL_FORMS])
def test_a_form_filled_after_signing_is_permitted_and_said(judge, forge, hanako, certify):
    signature = only(judge(fill_form(forge, forge.sign(forge.pdf(), hanako, certify=certify))))
    assert signature.intact
    assert signature.changes == "permitted"
    assert "field-appearance-changed" in signature.reasons
    assert signature.verdict == "caution"


def test_a_certification_without_changes(judge, forge, hanako):
    data = forge.sign(forge.pdf(), hanako, certify=MDPPerm.NO_CHANGES)
    assert only(judge(data)).verdict == "good"
    assert only(judge(fill_form(forge, data))).changes == "forbidden"


def test_the_registrys_format_is_cms(judge, forge, hanako):
    signature = only(judge(forge.sign(forge.pdf(), hanako, pades=False)))
    assert (signature.level, signature.verdict) == ("cms", "good")


def test_a_blank_tail_is_no_change(judge, signed):
    signature = only(judge(signed + b"\n \r\n\0"))
    assert "unsigned-bytes" not in signature.reasons


def test_unknown_issuer_is_shown_not_refused(judge, forge, signed):
    stranger = forge.authority("stranger", cn="Stranger")
    data = forge.sign(forge.pdf(), forge.holder(stranger, None, cn="Max Müller"))
    signature = only(judge(data))
    assert (signature.intact, signature.trusted, signature.verdict) == (True, "no", "caution")
    assert signature.holder == "Max Müller"
    assert "issuer-unknown" in signature.reasons


def test_the_practice_card_proves_nothing_even_when_its_authority_is_given(judge, forge):
    demo = forge.demo_authority()
    data = forge.sign(forge.pdf(), forge.holder(demo, "見本　花子"))
    for anchors in ((), (demo.certificate,)):
        signature = only(judge(data, *anchors))
        assert (signature.intact, signature.trusted, signature.verdict) == (True, "demo", "caution")
        assert signature.holder == "見本　花子"


def test_a_timestamp_proves_a_time_only_with_an_anchor(judge, forge, hanako, authority):
    clock = forge.authority("clock", cn="Clock CA")
    when = hanako.asn1.not_valid_before + timedelta(days=10)
    data = forge.sign(forge.pdf(), hanako, stamper=forge.stamper(clock, when))
    known = only(judge(data, authority.certificate, clock.certificate))
    assert (known.level, known.proven_time, known.verdict) == ("pades-b-t", when.isoformat(timespec="seconds"), "good")
    assert "validity-not-proven" not in known.reasons
    unknown = only(judge(data, authority.certificate))
    assert (unknown.level, unknown.proven_time, unknown.verdict) == ("pades-b-t", None, "good")
    assert {"timestamp-issuer-unknown", "validity-not-proven"} <= set(unknown.reasons)


def test_an_ended_certificate_is_caution_unless_a_time_is_proven(judge, forge, authority):
    clock = forge.authority("clock", cn="Clock CA")
    anchors = (authority.certificate, clock.certificate)
    ended = forge.holder(authority, since=forge.now - timedelta(days=900), until=forge.now - timedelta(days=200))
    claimed = only(judge(forge.sign(forge.pdf(), ended), *anchors))
    assert (claimed.intact, claimed.trusted, claimed.verdict) == (True, "given", "caution")
    assert "certificate-not-valid-now" in claimed.reasons
    in_time = forge.sign(forge.pdf(), ended, stamper=forge.stamper(clock, forge.now - timedelta(days=500)))
    assert only(judge(in_time, *anchors)).verdict == "good"
    late = only(judge(forge.sign(forge.pdf(), ended, stamper=forge.stamper(clock, forge.now)), *anchors))
    assert (late.trusted, late.verdict) == ("given", "bad")
    assert "certificate-invalid-at-proven-time" in late.reasons
