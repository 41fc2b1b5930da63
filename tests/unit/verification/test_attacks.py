"""What attackers and broken programs do to signed files. None of it may come out good."""

from __future__ import annotations

import asyncio
import random
import re

import pytest

from app.errors.base import UserError
from app.pki import trust
from app.verification import check
from app.verification.report import REASONS, SignatureReport, VerificationReport

EVIL = b"BT /F1 18 Tf 40 120 Td (I owe you 900 yen.) Tj ET"


def only(report):
    assert len(report.signatures) == 1
    assert report.verdict != "good"
    return report.signatures[0]


def evil_page() -> bytes:
    return b"<</Length %d>>stream\n%s\nendstream" % (len(EVIL), EVIL)


def test_a_byte_of_the_page_flipped(judge, signed):
    signature = only(judge(signed.replace(b"100 yen", b"900 yen")))
    assert (signature.intact, signature.verdict) == (False, "bad")
    assert "digest-mismatch" in signature.reasons


@pytest.mark.parametrize(
    "tail",
    [
        b"\n4 0 obj\n" + evil_page() + b"\nendobj\n",
        b"\n4 0 obj\n" + evil_page() + b"\nendobj\nxref\n4 1\n0000000000 00000 n \ntrailer<<>>\nstartxref\n1\n",
        b"x",
    ],
    ids=["object", "table without end mark", "one byte"],
)
def test_bytes_behind_the_end_that_nobody_signed(judge, signed, tail):
    signature = only(judge(signed + tail))
    assert (signature.intact, signature.verdict) == (True, "bad")
    assert "unsigned-bytes" in signature.reasons


def test_bytes_behind_the_end_hidden_by_a_second_end_mark(judge, signed):
    last = re.findall(rb"startxref\s+\d+", signed)[-1]
    try:
        report = judge(signed + b"4 0 obj\n" + evil_page() + b"\nendobj\n" + last + b"\n%%EOF\n")
    except UserError:
        return
    assert only(report).verdict == "bad"


def test_objects_that_no_table_lists(judge, forge, signed):
    hidden = signed + b"4 0 obj\n" + evil_page() + b"\nendobj\n"
    signature = only(judge(forge.update(hidden, {90: b"<<>>"})))
    assert signature.verdict in ("caution", "bad")
    assert "unlisted-objects" in signature.reasons


def test_the_page_replaced_in_an_update(judge, forge, signed):
    signature = only(judge(forge.update(signed, {4: evil_page()})))
    assert (signature.intact, signature.changes, signature.verdict) == (True, "forbidden", "bad")


def test_the_look_of_a_field_replaced_in_an_update(judge, forge, signed):
    form = b"<</Type/XObject/Subtype/Form/BBox[0 0 160 20]/Length %d>>stream\n%s\nendstream" % (len(EVIL), EVIL)
    signature = only(judge(forge.update(signed, {7: form})))
    assert signature.changes == "forbidden" or "field-appearance-changed" in signature.reasons


def test_a_field_laid_over_the_page(judge, forge, signed):
    page = (
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents 4 0 R/Annots[6 0 R 60 0 R]"
        b"/Resources<</Font<</F1 5 0 R>>>>>>"
    )
    note = b"<</Type/Annot/Subtype/FreeText/Rect[0 0 300 200]/Contents(900 yen)/DA(/F1 12 Tf)/F 4>>"
    signature = only(judge(forge.update(signed, {3: page, 60: note})))
    assert signature.verdict == "bad"


def ranges_of(data: bytes) -> list[int]:
    return [int(number) for number in re.findall(rb"/ByteRange\s*\[([^\]]*)\]", data)[-1].split()]


@pytest.mark.parametrize(
    "bend",
    [
        lambda r: [r[0], r[1] - 40, r[2], r[3]],
        lambda r: [r[0], r[1], r[2] + 40, r[3] - 40],
        lambda r: [r[0], r[1] - 40, r[2] + 40, r[3] - 40],
        lambda r: [9, r[1] - 9, r[2], r[3]],
        lambda r: [r[0], r[1], r[2], r[3] + 999],
        lambda r: [r[0], r[1], r[2], r[3] - 300],
        lambda r: [r[0], r[1], r[2], 1],
        lambda r: [r[0], r[1]],
        lambda r: [r[0], 10, 10, r[1] - 10, r[2], r[3]],
        lambda r: [0, 0, 0, 0],
        lambda r: [],
        lambda r: [r[2], r[3], r[0], r[1]],
        lambda r: [-1, r[1] + 1, r[2], r[3]],
    ],
)
def test_byte_range_games_with_a_signature_that_fits_them(judge, forge, hanako, signed, bend):
    ranges = bend(ranges_of(signed))
    try:
        data = asyncio.run(forge.sign_again(signed, hanako, ranges))
    except (OSError, ValueError, AssertionError):  # not even a digest can be made over such ranges
        data = signed.replace(b" ".join(b"%d" % n for n in ranges_of(signed)), b" ".join(b"%d" % n for n in ranges))
    signature = only(judge(data))
    assert signature.verdict == "bad"


def test_the_forge_can_sign_again(judge, forge, hanako, signed):
    data = asyncio.run(forge.sign_again(signed, hanako, ranges_of(signed)))
    assert judge(data).verdict == "good"


def test_wrapping_by_a_second_byte_range_in_the_gap(judge, signed):
    """The signed tail is moved down, and what the old offsets meet is the attacker's (Mladenov et al. 2019, SWA)."""
    _, length, resume, rest = ranges_of(signed)
    table = int(re.findall(rb"startxref\s+(\d+)", signed)[-1])
    cms_bytes = 4 + int(signed[length + 5 : length + 9], 16)
    contents = signed[length : length + 1 + 2 * cms_bytes] + b">"  # without its padding: room for the attacker
    evil_at = table - 300
    assert evil_at > length + len(contents) + 100
    old_table = signed[table : signed.index(b"startxref", table)]
    new_table = old_table.replace(b"trailer", b"4 1\n%010d 00000 n \ntrailer" % evil_at)
    end = b"startxref\n%d\n%%%%EOF\n%%" % table
    moved_to = table + len(new_table) + len(end)
    head = (
        contents
        + b"/Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/ByteRange [0 %d %d %d]>>\nendobj\n"
        % (length, moved_to, rest)
    )
    body = b"4 0 obj\n" + evil_page() + b"\nendobj\n"
    wrapped = head.ljust(evil_at - length) + body.ljust(table - evil_at) + new_table + end
    data = signed[:length] + wrapped + signed[resume:]
    assert data[moved_to:] == signed[resume:]
    assert only(judge(data)).verdict == "bad"


def test_a_second_field_of_the_same_name(judge, forge, authority, signed):
    """The later signature, over everything, must not speak for the earlier one."""
    evil = forge.update(signed, {4: evil_page()})
    later = forge.sign(evil, forge.holder(authority, "偽　者"), "Signature2")
    renamed = later.replace(b"/T (Signature2)", b"/T (Signature1)")
    assert renamed != later
    data = asyncio.run(forge.sign_again(renamed, forge.holder(authority, "偽　者"), ranges_of(renamed), last=True))
    report = judge(data)
    assert [signature.field for signature in report.signatures] == ["Signature1", "Signature1"]
    assert [signature.changes for signature in report.signatures] == ["forbidden", "none"]
    assert report.verdict == "bad"


@pytest.mark.parametrize("content", [b"", b"\0" * 200, b"no ASN.1 at all", b"\x30\x84\xff\xff\xff\xff", b"\x30\x00"])
def test_garbage_for_contents(judge, signed, content):
    _, length, resume, _ = ranges_of(signed)
    filled = content.hex().encode().ljust(resume - length - 2, b"0")
    signature = only(judge(signed[: length + 1] + filled + signed[resume - 1 :]))
    assert (signature.intact, signature.verdict) == (False, "bad")
    assert "unreadable" in signature.reasons


def test_a_signature_value_of_another_document(judge, forge, hanako, signed):
    other = forge.sign(forge.pdf().replace(b"100", b"200"), hanako)
    _, length, resume, _ = ranges_of(signed)
    _, from_, to, _ = ranges_of(other)
    data = signed[:length] + other[from_:to].ljust(resume - length)[: resume - length] + signed[resume:]
    assert only(judge(data)).verdict == "bad"


def test_an_issuer_of_the_same_name_with_another_key(judge, forge):
    forger = forge.authority("forger")
    signature = only(judge(forge.sign(forge.pdf(), forge.holder(forger))))
    assert (signature.intact, signature.trusted, signature.verdict) == (True, "no", "caution")
    assert "unknown-jpki-generation" in signature.reasons


def test_a_signature_with_sha1(judge, forge, hanako):
    signature = only(judge(forge.sign(forge.pdf(), hanako, digest="sha1", pades=False)))
    assert signature.verdict == "caution"
    assert "weak-digest" in signature.reasons


def test_a_certificate_that_is_not_for_signing(judge, forge, authority):
    cipher = forge.holder(authority, usage={"key_encipherment": True})
    try:
        data = forge.sign(forge.pdf(), cipher)
    except Exception:  # pyHanko's signer may refuse to
        pytest.skip("the library does not sign with it")
    assert "certificate-not-for-signing" in only(judge(data)).reasons


def test_a_certificate_that_another_one_signed(judge, forge, authority, hanako):
    """A holder is no authority: what its key issued has no path."""
    false = forge.holder(type(hanako)(hanako.certificate, hanako.private), "偽　者")
    false = type(false)(false.certificate, false.private, (hanako.certificate, authority.certificate))
    signature = only(judge(forge.sign(forge.pdf(), false)))
    assert (signature.trusted, signature.verdict) == ("no", "caution")


def judged_here(data: bytes, path, anchors=()) -> list[SignatureReport]:
    """In this process, for tests that pin a test CA or need many runs."""
    path.write_bytes(data)
    facts = check.check([bytearray(anchor) for anchor in anchors], str(path))["signatures"]
    for fact in facts:
        del fact["index"]
        fact["changes"] = fact["changes"] or "permitted"
    return [signature.judged() for signature in VerificationReport.from_plain({"signatures": facts}).signatures]


def test_pinned_issuers_are_known_by_fingerprint_and_key(monkeypatch, tmp_path, forge, authority, signed):
    monkeypatch.setattr(trust, "JPKI_PINS", {3: trust.fingerprint(authority.certificate)})
    monkeypatch.setattr(trust, "JPKI_KEY_IDENTIFIERS", {authority.asn1.key_identifier.hex(): 3})
    path = tmp_path / "f.pdf"
    (genuine,) = judged_here(signed, path)
    assert (genuine.trusted, genuine.verdict, genuine.revocation) == ("jpki", "good", "not-checked")
    forger = forge.authority("forger")
    false = forge.holder(forger)
    both = type(false)(false.certificate, false.private, (authority.certificate, forger.certificate))
    (signature,) = judged_here(forge.sign(forge.pdf(), both), path)
    assert (signature.trusted, signature.verdict) == ("no", "caution")
    (bare,) = judged_here(forge.sign(forge.pdf(), forge.holder(authority, embed_issuer=False)), path)
    assert (bare.trusted, bare.verdict) == ("no", "caution")
    assert "issuer-certificate-missing" in bare.reasons
    (given,) = judged_here(
        forge.sign(forge.pdf(), forge.holder(authority, embed_issuer=False)), path, [authority.certificate]
    )
    assert (given.trusted, given.verdict) == ("jpki", "good")


def test_no_mutation_of_a_signed_byte_is_good(tmp_path, authority, signed):
    chance = random.Random(20261122)
    _, length, resume, rest = ranges_of(signed)
    places = [*range(length), *range(resume, resume + rest)]
    assert judged_here(signed, tmp_path / "f.pdf", [authority.certificate])[0].verdict == "good"
    for _ in range(60):
        data = bytearray(signed)
        for place in chance.sample(places, chance.choice((1, 1, 1, 3))):
            data[place] ^= 1 << chance.randrange(8)
        try:
            reports = judged_here(bytes(data), tmp_path / "f.pdf", [authority.certificate])
        except UserError:
            continue
        assert all(report.verdict == "bad" for report in reports)
        assert all(set(report.reasons) <= REASONS.keys() for report in reports)


def test_mutations_of_the_signature_value_never_raise(tmp_path, authority, signed):
    chance = random.Random(7)
    _, length, resume, _ = ranges_of(signed)
    used = len(signed[length:resume].rstrip(b"0>"))
    for _ in range(60):
        data = bytearray(signed)
        place = length + 1 + chance.randrange(used - 2)
        data[place] = ord(chance.choice("0123456789abcdef"))
        try:
            reports = judged_here(bytes(data), tmp_path / "f.pdf", [authority.certificate])
        except UserError:
            continue
        for report in reports:
            # a byte outside what is signed (an unsigned part of the CMS) may be anything
            assert report.verdict in ("good", "caution", "bad")
            assert set(report.reasons) <= REASONS.keys()
