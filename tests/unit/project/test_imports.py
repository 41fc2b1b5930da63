"""The import rules of the architecture, and what the first window must not wait for."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]

EARLY = [
    "app.settings",
    "app.wording.errors",
    "app.wording.language",
    "app.signing.request",
    "app.signing.profile",
    "app.signing.placement",
    "app.document.child",
    "app.document.render",
    "app.card.keeper",
    "app.command",
]
OWN_OR_STANDARD = set(sys.stdlib_module_names) | {"app", "__main__", "__mp_main__"}


def test_layers_and_bans_hold() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports"))], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("module", EARLY)
def test_rooms_the_window_enters_first_load_no_third_party_library(module: str) -> None:
    code = (
        f"import sys; before = set(sys.modules); import {module}; "
        "print(*sorted({name.partition('.')[0] for name in set(sys.modules) - before}))"
    )
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) <= OWN_OR_STANDARD


def test_every_package_marker_is_empty() -> None:
    assert [path for path in (ROOT / "app").rglob("__init__.py") if path.read_text()] == []


def test_no_file_grows_beyond_what_one_reads_in_a_sitting() -> None:
    lengths = {path.name: len(path.read_text("utf-8").splitlines()) for path in (ROOT / "app").rglob("*.py")}
    assert {name: length for name, length in lengths.items() if length > 450} == {}
