"""The program as its own process, driven through the X server by xdotool: nothing of ours makes these events."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from person import Window, wait
from strangers import pdfsig, qpdf_is_content

pytestmark = [
    pytest.mark.window,
    pytest.mark.skipif(not shutil.which("xdotool"), reason="xdotool is not here"),
    pytest.mark.skipif(not shutil.which("openbox"), reason="openbox is not here"),
]


@pytest.fixture
def window(display: None, contract: Path, own_home: Path) -> Iterator[Window]:
    made = Window(contract, own_home)
    yield made
    made.end()


def test_a_box_is_drawn_and_the_document_signed(window: Window, contract: Path) -> None:
    before = contract.read_bytes()
    target = contract.with_name("契約書_見本.pdf")
    window.place_and_sign()
    window.sign("demo1234", target)
    assert contract.read_bytes() == before
    assert "Signature is Valid" in pdfsig(target)
    assert "Total document signed" in pdfsig(target)
    assert qpdf_is_content(target)
    wait(lambda: window.named("契約書_見本.pdf.*Natsuin"))


def test_killed_while_the_password_is_asked_nothing_is_left(window: Window, contract: Path) -> None:
    before = contract.read_bytes()
    window.place_and_sign()
    window.type_password("demo12")
    children = Path(f"/proc/{window.process.pid}/task/{window.process.pid}/children").read_text().split()
    window.process.kill()
    window.process.wait(10)
    assert contract.read_bytes() == before
    assert [path.name for path in contract.parent.iterdir()] == [contract.name]
    wait(lambda: not [child for child in children if Path(f"/proc/{child}/exe").exists()], 10)
