"""What happened to a file after each of its signatures: pyHanko's difference analysis, in a child of its own.

Its cost grows with objects times signatures, and it fails on dangling references: whatever keeps it from an answer is
"unknown", never "permitted", and "forbidden" is only what it says itself.
"""

from __future__ import annotations

import contextlib
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import DEFAULT_DIFF_POLICY
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from app.channel import Channel
from app.errors import AnalysisUnfinished
from app.verification import reading

# keys of a widget that decide what is seen in its place (ISO 32000-2 12.5.6.19)
_LOOK = ("/AP", "/AS", "/V", "/MK", "/DA", "/Rect", "/F", "/DV", "/Q", "/DS", "/RV")
_MOST_OBJECTS = 20_000


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
        looks_different = self._a_field_looks_different(signature.signed_revision)
        return {"changes": "permitted", "reasons": ["field-appearance-changed"] if looks_different else []}

    def _a_field_looks_different(self, revision: int) -> bool:
        """Whether a field of the signed revision is drawn otherwise now. Form filling is that, too: permitted, but not
        what the signer saw. A signature put into a field that was empty then is not."""
        then = self.reader.get_historical_resolver(revision)
        try:
            waiting = [(item, False) for item in _items(then.root["/AcroForm"].raw_get("/Fields"), then)]
        except KeyError:
            return False
        seen: set[Any] = set()
        while waiting:
            item, is_signature = waiting.pop()
            if not isinstance(item, generic.IndirectObject) or item.reference in seen:
                continue
            seen.add(item.reference)
            old = then.get_object(item.reference)
            if not isinstance(old, generic.DictionaryObject):
                continue
            is_signature = old["/FT"] == "/Sig" if "/FT" in old else is_signature
            if is_signature and "/V" not in old:
                continue
            if self._differs(old, item.reference, is_signature, revision):
                return True
            if "/Kids" in old:
                waiting += [(kid, is_signature) for kid in _items(old.raw_get("/Kids"), then)]
        return False

    def _differs(self, old: Any, reference: Any, is_signature: bool, revision: int) -> bool:
        new = self.reader.get_object(reference)
        if not isinstance(new, generic.DictionaryObject):
            return True
        for key in _LOOK:
            if is_signature and key == "/V":
                continue
            before = old.raw_get(key) if key in old else None
            after = new.raw_get(key) if key in new else None
            if before != after or (after is not None and self._touched_since(after, revision)):
                return True
        return False

    def _touched_since(self, start: Any, revision: int) -> bool:
        """Whether anything that an object consists of was written after `revision`."""
        waiting, seen = [start], set()
        while waiting:
            item = waiting.pop()
            if isinstance(item, generic.IndirectObject):
                if item.reference in seen:
                    continue
                seen.add(item.reference)
                if len(seen) > _MOST_OBJECTS:
                    raise AnalysisUnfinished
                try:
                    if self.reader.xrefs.get_last_change(item.reference) > revision:
                        return True
                except KeyError:  # a dangling reference is null, then and now
                    continue
                item = self.reader.get_object(item.reference)
            if isinstance(item, generic.DictionaryObject):
                waiting += [item.raw_get(key) for key in item]
            elif isinstance(item, generic.ArrayObject):
                waiting += [item.raw_get(index) for index in range(len(item))]
        return False


def _items(array: Any, handler: Any) -> list[Any]:
    if isinstance(array, generic.IndirectObject):
        array = handler.get_object(array.reference)
    return [array.raw_get(index) for index in range(len(array))] if isinstance(array, generic.ArrayObject) else []
