"""What the document's process answers is looked at before the card signs it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from app.document.facts import PreparedRevision, RevisionOrder
from app.errors.document import SelfCheckFailed
from app.signing.sign import _prepared

SIZE = 1000
ORDER = RevisionOrder(None, None, None, "ETSI.CAdES.detached", "2026-11-22T10:42:00+09:00", reserve=8)
ROOM = b"<" + b"0" * 16 + b">"
HONEST = PreparedRevision(b"ten bytes " + ROOM + b" and the rest", (1010, 1028), "Signature1", None)


def answered(revision: PreparedRevision) -> PreparedRevision:
    request: Any = SimpleNamespace(snapshot=SimpleNamespace(size=SIZE, path=Path("a.pdf")))
    child: Any = SimpleNamespace(prepare=lambda order: revision)
    return _prepared(request, child, ORDER)


def test_an_honest_answer_is_taken() -> None:
    assert answered(HONEST) == HONEST
    assert answered(replace(HONEST, page=3)).page == 3


@pytest.mark.parametrize(
    "changes",
    [
        {"contents": (10, 28)},
        {"contents": (990, 1008)},
        {"contents": (1010, 1026)},
        {"contents": (1011, 1029)},
        {"contents": (1028, 1010)},
        {"contents": (1010, 1028 + SIZE)},
        {"contents": (2**70, 2**70 + 18)},
        {"suffix": HONEST.suffix[:20]},
        {"suffix": HONEST.suffix.replace(b"000", b"0x0", 1)},
        {"suffix": HONEST.suffix.replace(b">", b"]")},
        {"page": "3"},
        {"page": 3.0},
        {"page": True},
        {"field": 7},
    ],
)
def test_another_one_is_not(changes: Any) -> None:
    with pytest.raises(SelfCheckFailed):
        answered(replace(HONEST, **changes))
