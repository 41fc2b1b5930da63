"""What a page shows beyond its own content, then and now: fields that were changed, and fields that were added.

The difference analysis of the library permits form filling, a form's defaults, and any new signature field with any
appearance. That is what standards permit, but not what the signer saw.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader

from app.errors.document import AnalysisUnfinished
from app.verification import reading

REPLACED = "field-appearance-changed"
LAID_OVER = "unsigned-appearance"

# keys of a widget that decide what is seen in its place (ISO 32000-2 12.5.6.19), with all that they consist of
_LOOK = ("/AP", "/AS", "/V", "/MK", "/DA", "/Rect", "/F", "/DV", "/Q", "/DS", "/RV", "/MaxLen", "/Opt", "/TU")
# what it does; a destination leads to the whole document, so it is the entry alone that is compared
_ACTIONS = ("/A", "/AA")
# what a form gives to all its fields (ISO 32000-2 table 224)
_DEFAULTS = ("/NeedAppearances", "/DR", "/DA", "/Q")
_UNSEEN_FLAGS = 0b111  # read-only, required, no-export (ISO 32000-2 table 227)
_LISTS = ("/Annots", "/Fields", "/Kids")
_FRAME = {"/R", "/BC"}
_MOST_OBJECTS = 20_000
_MISSING = object()


class Looks:
    """Compares the newest state of a file with the one that a signature covers."""

    def __init__(self, reader: PdfFileReader, fields: list[tuple[str, Any, Any]], revision: int) -> None:
        self.reader = reader
        self.fields = fields
        self.revision = revision
        self.then: HistoricalResolver = reader.get_historical_resolver(revision)

    def reasons(self) -> list[str]:
        """Reason codes, each once."""
        found = set(self._added())
        if self._a_field_looks_different():
            found.add(REPLACED)
        return sorted(found)

    def _added(self) -> Iterator[str]:
        """Judges what was put into the form or onto a page since. A field that a person signed is listed as a
        signature itself; a timestamp is not, so what it shows is nobody's word."""
        signed: set[Any] = set()
        stamps: set[Any] = set()
        for _, value, field in self.fields:
            widgets = {field.container_ref, *_widgets(field)}
            if not reading.is_timestamp(value):
                signed |= widgets
            elif self._touched(field.raw_get("/V")):
                stamps |= widgets
        for reference in (self._newcomers() - signed) | stamps:
            item = self.reader.get_object(reference)
            if not isinstance(item, generic.DictionaryObject):
                continue
            has_area = _has_area(item)
            if any(key in item for key in _ACTIONS) or (has_area and _draws(item)):
                yield LAID_OVER
            elif has_area:
                yield REPLACED

    def _newcomers(self) -> set[Any]:
        """Everything that the lists of pages and fields hold now and did not hold then, whenever it was made."""
        found: set[Any] = set()
        xrefs = self.reader.xrefs
        for revision in range(self.revision + 1, xrefs.total_revisions):
            for reference in xrefs.explicit_refs_in_revision(revision) - xrefs.xref_stream_refs:
                if xrefs[reference] is None:
                    continue
                now = self.reader.get_object(reference)
                existed = xrefs.get_historical_ref(reference, self.revision) is not None
                then = self.then.get_object(reference) if existed else None
                if isinstance(now, generic.ArrayObject):
                    # a new array belongs to a changed dictionary, and is looked at there
                    found |= _references(now) - _references(then) if existed else set()
                else:
                    found |= _held(now, self.reader) - _held(then, self.then)
        return found

    def _a_field_looks_different(self) -> bool:
        """Whether a field of the signed revision is drawn otherwise now. Form filling is that, too: permitted, but not
        what the signer saw. A signature put into a field that was empty then is not."""
        try:
            form = self.then.root["/AcroForm"]
            waiting = [(item, False) for item in _items(form.raw_get("/Fields"), self.then)]
        except KeyError:
            return False
        seen: set[Any] = set()
        others = False
        while waiting:
            item, is_signature = waiting.pop()
            if not isinstance(item, generic.IndirectObject) or item.reference in seen:
                continue
            seen.add(item.reference)
            old = self.then.get_object(item.reference)
            if not isinstance(old, generic.DictionaryObject):
                continue
            is_signature = old["/FT"] == "/Sig" if "/FT" in old else is_signature
            if is_signature and "/V" not in old:
                continue
            others = others or not is_signature
            if self._differs(old, item.reference, is_signature):
                return True
            if "/Kids" in old:
                waiting += [(kid, is_signature) for kid in _items(old.raw_get("/Kids"), self.then)]
        # signatures show what they bring along; only other fields are drawn after the form's defaults
        return others and self._other_defaults(form)

    def _other_defaults(self, then: Any) -> bool:
        now = self.reader.root["/AcroForm"]
        return any(self._entry_differs(then, now, key) for key in _DEFAULTS)

    def _differs(self, old: Any, reference: Any, is_signature: bool) -> bool:
        look = [key for key in _LOOK if not (is_signature and key == "/V")]
        if self.reader.xrefs.get_last_change(reference) <= self.revision:
            return any(key in old and self._touched(old.raw_get(key)) for key in look)
        new = self.reader.get_object(reference)
        if not isinstance(new, generic.DictionaryObject):
            return True
        if any(self._entry_differs(old, new, key) for key in look):
            return True
        if not is_signature and _seen_flags(old) != _seen_flags(new):
            return True
        return any(not reading.same(_raw(old, key), _raw(new, key)) for key in _ACTIONS)

    def _entry_differs(self, old: Any, new: Any, key: str) -> bool:
        if key not in old and key not in new:
            return False
        after = _raw(new, key)
        return not reading.same(_raw(old, key), after) or self._touched(after)

    def _touched(self, start: Any) -> bool:
        """Whether anything that an object consists of was written after the signed revision."""
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
                    if self.reader.xrefs.get_last_change(item.reference) > self.revision:
                        return True
                except KeyError:  # a dangling reference is null, then and now
                    continue
                item = self.reader.get_object(item.reference)
            if isinstance(item, generic.DictionaryObject):
                waiting += [item.raw_get(key) for key in item]
            elif isinstance(item, generic.ArrayObject):
                waiting += [item.raw_get(index) for index in range(len(item))]
        return False


def _raw(dictionary: Any, key: str) -> Any:
    return dictionary.raw_get(key) if key in dictionary else _MISSING


def _items(array: Any, handler: Any) -> list[Any]:
    if isinstance(array, generic.IndirectObject):
        array = handler.get_object(array.reference)
    return [array.raw_get(index) for index in range(len(array))] if isinstance(array, generic.ArrayObject) else []


def _references(array: Any, handler: Any = None) -> set[Any]:
    return {item.reference for item in _items(array, handler) if isinstance(item, generic.IndirectObject)}


def _held(start: Any, handler: Any) -> set[Any]:
    """What the lists in a dictionary and its direct parts refer to, whether the list is direct or not."""
    found: set[Any] = set()
    waiting = [start]
    while waiting:
        item = waiting.pop()
        if isinstance(item, generic.DictionaryObject):
            for key in item:
                value = item.raw_get(key)
                if key in _LISTS:
                    found |= _references(value, handler)
                waiting.append(value)
        elif isinstance(item, generic.ArrayObject):
            waiting += [item.raw_get(index) for index in range(len(item))]
    return found


def _widgets(field: Any) -> set[Any]:
    """The kids of a field that are no fields themselves."""
    kids = _references(field.raw_get("/Kids"), field.container_ref.get_pdf_handler()) if "/Kids" in field else set()
    return {
        kid for kid in kids if isinstance(kid.get_object(), generic.DictionaryObject) and "/T" not in kid.get_object()
    }


def _seen_flags(field: Any) -> int:
    flags = field.get("/Ff", 0)
    return int(flags) & ~_UNSEEN_FLAGS if isinstance(flags, int) else -1


def _has_area(widget: Any) -> bool:
    """Whether something can be seen in its place; a rectangle that is none counts."""
    if "/Rect" not in widget:
        return False
    rectangle = widget["/Rect"]
    try:
        left, bottom, right, top = (float(rectangle[index]) for index in range(4))
    except (IndexError, KeyError, TypeError, ValueError):
        return True
    return len(rectangle) != 4 or not (left == right or bottom == top)


def _draws(widget: Any) -> bool:
    """Whether it brings something to see: an appearance that is not blank, or a viewer's own means beside a frame."""
    marks = widget.get("/MK")
    if isinstance(marks, generic.DictionaryObject) and not set(marks) <= _FRAME:
        return True
    waiting = [widget["/AP"]] if "/AP" in widget else []
    while waiting:
        item = waiting.pop()
        if isinstance(item, generic.StreamObject):
            if item.data.strip():
                return True
        elif isinstance(item, generic.DictionaryObject):
            if len(waiting) > _MOST_OBJECTS:
                raise AnalysisUnfinished
            waiting += [item[key] for key in item]
    return False
