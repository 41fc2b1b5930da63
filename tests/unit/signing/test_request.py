"""From a decision to a revision: what stands in the block, and in the signature dictionary."""

from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from app.document.facts import Page, PdfDocument
from app.document.snapshot import Snapshot
from app.errors.usage import TextUnusable
from app.signing.placement import SignaturePlacement, suggested
from app.signing.profile import PADES_B_B
from app.signing.request import SigningRequest, StampLabels, seen_time

WHEN = datetime(2026, 11, 22, 10, 42, 7, tzinfo=timezone(timedelta(hours=9)))
LABELS = StampLabels("電子署名", "見本", "理由：", "場所：")


@pytest.fixture
def make(tmp_path: Path) -> Any:
    source = tmp_path / "a.pdf"
    source.write_bytes(b"%PDF")
    snapshot = Snapshot.take(source)

    def request(**changes: Any) -> SigningRequest:
        values: dict[str, Any] = {
            "snapshot": snapshot,
            "document": PdfDocument((Page((0, 0, 595, 842), 0),), (), "none", (), True),
            "target": tmp_path / "b.pdf",
            "overwrite": False,
            "placement": SignaturePlacement(1, 100, 200, 69, 25),
            "field": None,
            "labels": LABELS,
            "profile": PADES_B_B,
        }
        return SigningRequest(**{**values, **changes})

    yield request
    snapshot.close()


def lines(request: SigningRequest, name: str | None = "山田　太郎") -> list[tuple[str, str]]:
    block = request.block(name, WHEN)
    assert block is not None
    return [(line.role, line.text) for line in block.lines]


def test_heading_name_and_time(make: Any) -> None:
    assert lines(make()) == [("label", "電子署名"), ("name", "山田　太郎"), ("note", "2026-11-22 10:42 JST")]


def test_a_certificate_without_a_name_leaves_the_line_out(make: Any) -> None:
    assert lines(make(), None) == [("label", "電子署名"), ("note", "2026-11-22 10:42 JST")]


def test_reason_and_place_stand_in_block_and_dictionary(make: Any) -> None:
    request = make(reason="契約の締結", location="東京")
    assert lines(request)[-2:] == [("note", "理由：契約の締結"), ("note", "場所：東京")]
    order = request.order("山田　太郎", WHEN)
    assert (order.reason, order.location, order.signed_at) == ("契約の締結", "東京", "2026-11-22T10:42:07+09:00")


def test_practice_wears_its_word_and_the_real_thing_does_not(make: Any) -> None:
    assert make(demo=True).block("x", WHEN).practice == "見本"
    assert make().block("x", WHEN).practice == ""


def test_an_invisible_signature_has_no_block(make: Any) -> None:
    assert make(placement=None).block("x", WHEN) is None


def test_an_order_travels_as_plain_data(make: Any) -> None:
    from app.document.facts import RevisionOrder

    order = make(reason="r").order("山田", WHEN)
    assert RevisionOrder.from_plain(order.plain()) == order


@pytest.mark.parametrize(("hours", "zone"), [(9, "JST"), (0, "UTC+00:00"), (-5, "UTC-05:00")])
def test_times_name_their_zone(hours: int, zone: str) -> None:
    assert seen_time(datetime(2026, 1, 2, 3, 4, tzinfo=timezone(timedelta(hours=hours)))) == f"2026-01-02 03:04 {zone}"


@pytest.mark.parametrize("size", [(210, 297), (297, 210), (100, 60), (50, 20), (2000, 3000), (30, 300)])
def test_the_suggested_place_lies_on_the_page(size: tuple[float, float]) -> None:
    place = suggested(1, *size)
    assert place.x >= 0
    assert place.y >= 0
    assert place.x + place.w <= size[0]
    assert place.y + place.h <= size[1]
    if size == (210, 297):
        assert (place.x + place.w, place.y + place.h) == (190, 277)


@pytest.mark.parametrize("text", ["a\u202eb", "a\nb", "a\x1b[31m", "\udcff", "a" * 201])
def test_what_nobody_can_see_stands_in_no_signature(make: Any, text: str) -> None:
    for name in ("reason", "location"):
        with pytest.raises(TextUnusable):
            make(**{name: text}).order("x", WHEN)
