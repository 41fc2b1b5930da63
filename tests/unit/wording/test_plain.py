"""Strangers' strings are shown as what they are."""

from hypothesis import given
from hypothesis import strategies as st

from app.wording.plain import shown


def test_direction_tricks_become_visible() -> None:
    assert shown("invoice\u202efdp.exe") == "invoice⟨U+202E⟩fdp.exe"


def test_names_keep_their_variant_kanji() -> None:
    assert shown("葛\U000e0100城") == "葛\U000e0100城"


def test_terminal_escapes_do_not_reach_the_terminal() -> None:
    assert "\x1b" not in shown("\x1b[2Jgone")


@given(st.text(max_size=2000))
def test_the_result_is_one_line_of_bounded_length(text: str) -> None:
    result = shown(text)
    assert "\n" not in result
    assert "\r" not in result
    assert len(result) <= 300
