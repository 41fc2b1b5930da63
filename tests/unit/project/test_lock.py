"""The locks: hashes everywhere, no address of any index, and the libraries known to be broken left out."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
LOCKS = ("requirements.lock", "requirements-test.lock")


@pytest.mark.parametrize("name", LOCKS)
def test_every_requirement_is_pinned_and_hashed(name: str) -> None:
    blocks = re.split(r"\n(?=\S)", (ROOT / name).read_text("ascii").strip())
    assert len(blocks) > 20
    for block in blocks:
        assert re.match(r"[a-z0-9-]+==\S+", block), block[:60]
        assert "--hash=sha256:" in block, block[:60]


@pytest.mark.parametrize("name", LOCKS)
def test_no_index_is_named(name: str) -> None:
    assert re.search(r"https?://|--(extra-)?index-url|--find-links", (ROOT / name).read_text("ascii")) is None


@pytest.mark.parametrize("name", LOCKS)
def test_the_broken_qt_binding_stays_out_below_python_3_12(name: str) -> None:
    pins = re.findall(r"^pyside6-essentials==(\S+) ; (.*?) \\$", (ROOT / name).read_text("ascii"), re.M)
    assert [marker for version, marker in pins if version == "6.12.0"] in ([], ["python_full_version >= '3.12'"])
    assert [version for version, marker in pins if "< '3.12'" in marker] != ["6.12.0"]
