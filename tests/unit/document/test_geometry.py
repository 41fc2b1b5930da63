"""The same box, told in mm as seen and in user space, on every page there can be."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.document.facts import Page
from app.document.geometry import MM, page_number, placed, seen_box, upright, user_rectangle
from app.errors.document import PageNotFound, PlaceOffPage

A4 = (0.0, 0.0, 595.276, 841.89)
ROTATIONS = (0, 90, 180, 270)
coordinates = st.floats(-5000, 5000)
lengths = st.floats(1, 3000)


@st.composite
def pages(draw: st.DrawFn) -> Page:
    x, y = draw(coordinates), draw(coordinates)
    return Page((x, y, x + draw(lengths), y + draw(lengths)), draw(st.sampled_from(ROTATIONS)))


@given(pages(), st.tuples(coordinates, coordinates, lengths, lengths))
def test_there_and_back(page: Page, box: tuple[float, float, float, float]) -> None:
    assert seen_box(page, user_rectangle(page, box)) == pytest.approx(box, abs=1e-6)


@given(pages())
def test_the_whole_page_is_the_whole_page(page: Page) -> None:
    width, height = page.size
    assert user_rectangle(page, (0, 0, width / MM, height / MM)) == pytest.approx(page.box, abs=1e-6)


@pytest.mark.parametrize(
    ("rotation", "corner"),
    [(0, (0, 842)), (90, (0, 0)), (180, (595, 0)), (270, (595, 842))],
)
def test_the_top_left_as_seen(rotation: int, corner: tuple[float, float]) -> None:
    x0, y0, x1, y1 = user_rectangle(Page((0, 0, 595, 842), rotation), (0, 0, 10 / MM, 10 / MM))
    assert corner[0] in (pytest.approx(x0), pytest.approx(x1))
    assert corner[1] in (pytest.approx(y0), pytest.approx(y1))
    assert min(x0, y0) >= -1e-9
    assert (x1 - x0, y1 - y0) == pytest.approx((10, 10))


@pytest.mark.parametrize("rotation", ROTATIONS)
def test_an_upright_form_fills_its_turned_box_from_the_origin(rotation: int) -> None:
    a, b, c, d, e, f = upright(rotation, 200, 70)
    turned = [(a * x + c * y + e, b * x + d * y + f) for x in (0, 200) for y in (0, 70)]
    size = (70, 200) if rotation in (90, 270) else (200, 70)
    assert (min(x for x, _ in turned), min(y for _, y in turned)) == (0, 0)
    assert (max(x for x, _ in turned), max(y for _, y in turned)) == size
    seen_up = {0: (0, 1), 90: (-1, 0), 180: (0, -1), 270: (1, 0)}[rotation]
    assert (c, d) == seen_up, "what is up in the form is up on the page as seen"


def test_pages_are_counted_from_one_and_minus_one_is_the_last() -> None:
    assert page_number(12, -1) == 12
    assert page_number(12, 1) == 1
    for wanted in (0, 13, -2):
        with pytest.raises(PageNotFound) as error:
            page_number(12, wanted)
        assert error.value.facts == {"page": wanted, "pages": 12}


@pytest.mark.parametrize(
    "box", [(-1, 0, 40, 20), (0, -1, 40, 20), (180, 0, 40, 20), (0, 290, 40, 20), (0, 0, 0, 20), (math.nan, 0, 40, 20)]
)
def test_a_box_that_sticks_out_is_refused(box: tuple[float, float, float, float]) -> None:
    with pytest.raises(PlaceOffPage):
        placed([Page(A4, 0)], (1, *box))


def test_a_box_may_touch_the_edge_in_spite_of_rounding() -> None:
    number, _ = placed([Page(A4, 0), Page(A4, 90)], (-1, 257, 190, 40, 20))
    assert number == 2
