"""What a signing program may append to a file: its signature, and nothing else. Runs in the verifying child.

The revision was made by a process that had read the file and may have been taken over by it. This one has not talked
to that process. It compares what the last revision wrote with the state before it, object by object, and knows every
place where `app.document.prepare` writes; its cost is that of the objects that were written.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader, process_data_at_eof

from app.verification import reading

Key = tuple[int, int]
Place = tuple[Key, tuple[str, ...]]
"""An object's number and generation, and the keys that lead into its direct parts."""

CHUNK = 1 << 20
_FIELD = {"/Type", "/Subtype", "/FT", "/T", "/V", "/F", "/P", "/Rect", "/AP"}
_VALUE = {"/Type", "/Filter", "/SubFilter", "/M", "/ByteRange", "/Contents", "/Name", "/Reason", "/Location"}
_OTHER_LOOKS = ("/AS", "/MK", "/BS", "/Border")
_UPDATE_KEYS = {"/Size", "/Prev", "/ID"}
_LONGEST_OBJECT_HEAD = 32
_MISSING = object()


class _UnexpectedChange(Exception):
    pass


def is_only_a_signature(reader: PdfFileReader, stream: BinaryIO, source: Path) -> bool:
    """Whether the open file is `source` and one revision more, which holds one new signature with its look and what
    a form and a page need to know of it."""
    try:
        with source.open("rb") as before:
            _expect(_starts_with(stream, before))
            _check_tables(reader, stream, before)
        _Revision(reader).check()
    except MemoryError:
        raise
    except Exception:  # whatever cannot be read is not what we wrote
        return False
    return True


def _expect(condition: object) -> None:
    if not condition:
        raise _UnexpectedChange


def _starts_with(stream: BinaryIO, before: BinaryIO) -> bool:
    stream.seek(0)
    while expected := before.read(CHUNK):
        if stream.read(len(expected)) != expected:
            return False
    return True


def _check_tables(reader: PdfFileReader, stream: BinaryIO, before: BinaryIO) -> None:
    """One new table behind the old bytes, which goes on from the newest old one, lists all that follows, and nothing
    else; no old one lists what stands there."""
    size = before.seek(0, os.SEEK_END)
    before.seek(-1, os.SEEK_END)
    old_start = process_data_at_eof(before)
    xrefs = reader.xrefs
    last = xrefs.total_revisions - 1
    _expect(last >= 1 and not xrefs.hybrid_xrefs_present)
    for revision in range(last):
        _expect(xrefs.get_xref_container_info(revision).end_location <= size)
        _expect(all(offset < size for _, offset in xrefs.get_xref_data(revision).standard_xrefs.values()))
    _expect(xrefs.get_startxref_for_revision(last - 1) == old_start)
    new = xrefs.get_xref_data(last)
    _expect(xrefs.get_xref_container_info(last).start_location >= size)
    _expect(not new.freed and not new.xrefs_in_objstm)
    _expect(all(offset >= size for _, offset in new.standard_xrefs.values()))
    _expect(not reading.stray_objects(reader, stream, max(size - _LONGEST_OBJECT_HEAD, 0)))
    _expect(not reading.has_unsigned_tail(reader, stream))


class _Revision:
    """The last revision of a file against the state before it."""

    def __init__(self, reader: PdfFileReader) -> None:
        self.reader = reader
        self.last = reader.xrefs.total_revisions - 1
        self.then = reader.get_historical_resolver(self.last - 1)
        info = reader.xrefs.get_xref_container_info(self.last)
        self.table = None if info.stream_ref is None else _key(info.stream_ref)
        written = {_key(reference) for reference in reader.xrefs.explicit_refs_in_revision(self.last)}
        self.fresh = {key for key in written if self._is_free(key)}
        self.edited = written - self.fresh

    def check(self) -> None:
        """Raises when anything was written that a signature does not need."""
        self._check_trailer()
        self._check_numbers()
        fresh = self.fresh - {self.table}
        values = {key for key in fresh if "/ByteRange" in self._dictionary(key)}
        _expect(len(values) == 1)
        (value,) = values
        fields = {key for key in fresh - values if _points_at(self._dictionary(key), "/V", value)}
        edits = list(self._edits())
        if fields:
            _expect(len(fields) == 1)
            look = self._check_new_field(next(iter(fields)), value, edits)
        else:
            look = self._check_old_field(value, edits)
        _expect(fresh == values | fields | self._parts(look, values | fields))

    def _check_trailer(self) -> None:
        then, now = self.then.trailer_view, self.reader.trailer.flatten(self.last)
        for key in (set(then) | set(now)) - _UPDATE_KEYS:
            _expect(reading.same(_raw(then, key), _raw(now, key)))
        if "/ID" in then:
            _expect(then["/ID"][0].original_bytes == now["/ID"][0].original_bytes)

    def _check_numbers(self) -> None:
        """New objects have numbers that nothing of the file used."""
        size = int(self.then.trailer_view["/Size"])
        _expect(all(number >= size and generation == 0 for number, generation in self.fresh))
        _expect(self.table is None or self.table in self.fresh)

    def _check_new_field(self, field: Key, value: Key, edits: list[tuple[Place, Any, Any]]) -> Any:
        """A field that is its own widget: on one page and in the form, once each. Returns its appearance."""
        new = self._dictionary(field)
        _expect(set(new) <= _FIELD and new["/FT"] == "/Sig" and new["/Subtype"] == "/Widget")
        _expect(set(self._dictionary(value)) <= _VALUE)
        page = new.raw_get("/P")
        _expect(isinstance(page, generic.IndirectObject) and not self._is_free(_key(page)))
        at_page = (_key(page), ("/Annots",))
        old_page = self.then.get_object(page.reference)
        at_annotations, annotations = self._entry((_key(page), ()), old_page, "/Annots", generic.ArrayObject)
        at_form, form = self._form()
        at_fields, fields = self._entry(at_form, form, "/Fields", generic.ArrayObject)
        seen = []
        for place, before, after in edits:
            if place == at_annotations and annotations is not None:
                _expect(_grew(before, after, field))
                seen.append("annotations")
            elif place == at_page and annotations is None:
                _expect(_grew(None, after, field))
                seen.append("annotations")
            elif place == at_fields and fields is not None:
                _expect(_grew(before, after, field))
                seen.append("fields")
            elif place == (at_form[0], (*at_form[1], "/Fields")) and form is not None and fields is None:
                _expect(_grew(None, after, field))
                seen.append("fields")
            elif place == (self._root(), ("/AcroForm",)) and form is None:
                _expect(set(after) == {"/Fields", "/SigFlags"} and after["/SigFlags"] == 3)
                _expect(_grew(None, after.raw_get("/Fields"), field))
                seen.append("fields")
            else:
                self._check_common(place, before, after)
        _expect(sorted(seen) == ["annotations", "fields"])
        return new.raw_get("/AP") if "/AP" in new else None

    def _check_old_field(self, value: Key, edits: list[tuple[Place, Any, Any]]) -> Any:
        """A field that was empty gets its value, and its widget perhaps another look. Returns that."""
        filled = [place for place, _, after in edits if place[1] == ("/V",) and _is_pointer(after, value)]
        _expect(len(filled) == 1)
        field = filled[0][0]
        old = self.then.get_object(generic.Reference(*field, self.then))
        _expect(set(self._dictionary(value)) <= (_VALUE | {"/Reference"} if "/Lock" in old else _VALUE))
        if "/Reference" in self._dictionary(value):
            _expect(all(item["/TransformMethod"] == "/FieldMDP" for item in self._dictionary(value)["/Reference"]))
        kids = _items(old.get("/Kids"))
        widgets = {field, *(_key(kid) for kid in kids if isinstance(kid, generic.IndirectObject))}
        dressed = set()
        look = None
        for place, before, after in edits:
            holder, path = place
            if place == filled[0]:
                empty = self._old(before) if isinstance(before, generic.IndirectObject) else before
                _expect(empty in (None, _MISSING) or isinstance(empty, generic.NullObject))
            elif holder in widgets and path[:1] == ("/AP",):
                dressed.add(holder)
                look = _raw(self._dictionary(holder), "/AP")
            elif holder in widgets and len(path) == 1 and path[0] in _OTHER_LOOKS:
                dressed.add(holder)
                _expect(after is _MISSING)
            else:
                self._check_common(place, before, after)
        _expect(len(dressed) <= 1)
        return look

    def _check_common(self, place: Place, before: Any, after: Any) -> None:
        """What any signature may need: the form's flags, the catalog's version and extension."""
        form, _ = self._form()
        root = self._root()
        extensions, old = self._entry((root, ()), self.then.root, "/Extensions", generic.DictionaryObject)
        if place == (form[0], (*form[1], "/SigFlags")):
            _expect(isinstance(after, generic.NumberObject) and after == 3)
        elif place == (form[0], (*form[1], "/NeedAppearances")):
            _expect(after is _MISSING)
        elif place == (root, ("/Version",)):
            _expect(type(after) is generic.NameObject and after == "/1.7")
        elif place == (root, ("/Extensions",)) and old is None:
            _expect(set(after) == {"/ESIC"} and _is_plain(after))
        else:
            _expect(_below(place, extensions, "/ESIC"))
            _expect(after is not _MISSING and _is_plain(after))

    def _edits(self) -> Iterator[tuple[Place, Any, Any]]:
        for key in self.edited:
            then = self.then.get_object(generic.Reference(*key, self.then))
            now = self.reader.get_object(generic.Reference(*key, self.reader))
            yield from _differences((key, ()), then, now)

    def _parts(self, look: Any, others: set[Key]) -> set[Key]:
        """The new objects that an appearance consists of."""
        if look is not None:
            _expect(isinstance(look, generic.DictionaryObject) and set(look) == {"/N"})
        found: set[Key] = set()
        waiting = [] if look is None else [look]
        while waiting:
            item = waiting.pop()
            if isinstance(item, generic.IndirectObject):
                key = _key(item)
                if key not in self.fresh or key in found:
                    continue
                _expect(key not in others and key != self.table)
                found.add(key)
                item = self.reader.get_object(item.reference)
            if isinstance(item, generic.DictionaryObject):
                waiting += [item.raw_get(name) for name in item]
            elif isinstance(item, generic.ArrayObject):
                waiting += _items(item)
        return found

    def _root(self) -> Key:
        return _key(self.then.trailer_view.raw_get("/Root"))

    def _form(self) -> tuple[Place, Any]:
        """Where the form stood, and what it was; None where there was none."""
        return self._entry((self._root(), ()), self.then.root, "/AcroForm", generic.DictionaryObject)

    def _entry(self, place: Place, holder: Any, name: str, kind: type) -> tuple[Place, Any]:
        """Where the value of an entry stood, and what it was; None unless it was of that kind."""
        raw = _raw(holder, name) if isinstance(holder, generic.DictionaryObject) else _MISSING
        if isinstance(raw, generic.IndirectObject):
            return (_key(raw), ()), _of_kind(self._old(raw), kind)
        return (place[0], (*place[1], name)), _of_kind(raw, kind)

    def _old(self, pointer: Any) -> Any:
        return None if self._is_free(_key(pointer)) else self.then.get_object(pointer.reference)

    def _is_free(self, key: Key) -> bool:
        return self.reader.xrefs.get_historical_ref(generic.Reference(*key, self.reader), self.last - 1) is None

    def _dictionary(self, key: Key) -> Any:
        value = self.reader.get_object(generic.Reference(*key, self.reader))
        return value if isinstance(value, generic.DictionaryObject) else {}


def _differences(place: Place, then: Any, now: Any) -> Iterator[tuple[Place, Any, Any]]:
    """Where two values differ, dictionaries entry by entry, arrays as a whole."""
    both = (then, now)
    if all(isinstance(one, generic.DictionaryObject) and not isinstance(one, generic.StreamObject) for one in both):
        for name in {*then, *now}:
            yield from _differences((place[0], (*place[1], name)), _raw(then, name), _raw(now, name))
    elif not reading.same(then, now):
        yield place, then, now


def _raw(dictionary: Any, name: str) -> Any:
    return dictionary.raw_get(name) if name in dictionary else _MISSING


def _of_kind(value: Any, kind: type) -> Any:
    return value if isinstance(value, kind) else None


def _items(array: Any) -> list[Any]:
    return [array.raw_get(index) for index in range(len(array))] if isinstance(array, generic.ArrayObject) else []


def _key(pointer: Any) -> Key:
    _expect(isinstance(pointer, (generic.IndirectObject, generic.Reference)))
    return (pointer.idnum, pointer.generation)


def _is_pointer(value: Any, key: Key) -> bool:
    return isinstance(value, generic.IndirectObject) and _key(value) == key


def _points_at(dictionary: Any, name: str, key: Key) -> bool:
    return name in dictionary and _is_pointer(dictionary.raw_get(name), key)


def _grew(then: Any, now: Any, key: Key) -> bool:
    """Whether an array got one reference more, at its end."""
    if not isinstance(now, generic.ArrayObject):
        return False
    *old, last = _items(now)
    expected = _items(then)
    return (
        _is_pointer(last, key)
        and len(old) == len(expected)
        and all(reading.same(one, other) for one, other in zip(old, expected, strict=True))
    )


def _is_plain(value: Any) -> bool:
    """Whether a value leads nowhere else."""
    if isinstance(value, generic.DictionaryObject):
        return all(_is_plain(value.raw_get(name)) for name in value)
    return not isinstance(value, generic.IndirectObject) and all(map(_is_plain, _items(value)))


def _below(place: Place, root: Place, name: str) -> bool:
    path = (*root[1], name)
    return place[0] == root[0] and place[1][: len(path)] == path
