"""What happened to a file after each of its signatures: pyHanko's difference analysis, in a child of its own.

Its cost grows with objects times signatures, and it fails on dangling references: whatever keeps it from an answer is
"unknown", never "permitted", and "forbidden" is only what it says itself.
"""

from __future__ import annotations

import contextlib
from typing import Any

from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import DEFAULT_DIFF_POLICY
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from app.channel import Channel
from app.errors.document import AnalysisUnfinished
from app.verification import reading
from app.verification.looks import Looks


def serve(channel: Channel) -> None:
    """Serves `open` and `compare`: one signature a call, so that an answer counts when a later one is late."""
    reading.silence()
    stack = contextlib.ExitStack()
    analysis: list[_Analysis] = []

    def open_(blobs: list[bytearray], path: str, state: list[int], encrypted: bool = False) -> None:
        stack.close()
        analysis.clear()
        reader, stream = stack.enter_context(reading.opened(path, blobs[0] if encrypted else None))
        if reading.state(stream) != state:
            raise AnalysisUnfinished
        analysis.append(_Analysis(reader))

    def compare(blobs: list[bytearray], index: int) -> dict[str, Any]:
        return analysis[0].compare(index)

    with stack:
        channel.serve({"open": open_, "compare": compare})


class _Analysis:
    def __init__(self, reader: PdfFileReader) -> None:
        self.reader = reader
        self.fields = reading.signature_fields(reader)

    def compare(self, index: int) -> dict[str, Any]:
        """`changes` (permitted or forbidden) and reason codes for the signature in one of the filled fields, which are
        counted, not named: nothing keeps an attacker from using a name twice."""
        name, _, field = self.fields[index]
        signature = EmbeddedPdfSignature(self.reader, field, name)
        signature.compute_integrity_info(diff_policy=DEFAULT_DIFF_POLICY)
        if not signature.summarise_integrity_info()["docmdp_ok"]:
            return {"changes": "forbidden", "reasons": []}
        looks = Looks(self.reader, self.fields, signature.signed_revision)
        return {"changes": "permitted", "reasons": looks.reasons()}
