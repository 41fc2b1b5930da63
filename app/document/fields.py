"""Signature fields (ISO 32000-2 12.7.5.5) and what earlier signatures forbid (DocMDP, FieldMDP, field locks)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader

from app.document.facts import SignatureField
from app.document.geometry import seen_box
from app.document.objects import Key, entry, items, key_of, number, rectangle, text
from app.document.pages import PageTree
from app.document.rawdict import RawObjects
from app.errors.document import PdfUnreadable

FIELD_LIMIT = 200_000
DEPTH_LIMIT = 100
_SIGNATURE = (b"/Sig",)


@dataclass(frozen=True, slots=True)
class FieldNode:
    """A signature field and the objects that make it; `widget` is the field itself where the two are merged."""

    facts: SignatureField
    field: Key
    widget: Key | None


@dataclass(frozen=True, slots=True)
class Lock:
    """Which fields a FieldMDP transform or a field lock freezes: `action` is /All, /Include or /Exclude."""

    action: str
    fields: tuple[str, ...]

    def covers(self, name: str) -> bool:
        """Whether a field of that full name is frozen; a name stands for the fields below it as well."""
        named = any(name == field or name.startswith(field + ".") for field in self.fields)
        return {"/All": True, "/Include": named, "/Exclude": not named}.get(self.action, True)


@dataclass(frozen=True, slots=True)
class Restrictions:
    """What the signatures of a file demand of every later change: the strictest /P (None: no word), and the locks."""

    level: int | None
    certified: bool
    locks: tuple[Lock, ...]


def read_fields(reader: PdfFileReader, tree: PageTree) -> tuple[FieldNode, ...]:
    """All signature fields in document order, whether signed or not."""
    found = []
    for name, key, node, signed in _signature_nodes(reader):
        widgets = [(key, node)] if entry(node, "/Rect") is not None else []
        for kid in items(entry(node, "/Kids")):
            kid_key = key_of(kid)
            if kid_key is not None and isinstance(kid.get_object(), generic.DictionaryObject):
                widgets.append((kid_key, kid.get_object()))
        page = box = widget = None
        if widgets:
            widget, dictionary = widgets[0]
            page = _page_of(reader, tree, widget, dictionary)
            rect = rectangle(entry(dictionary, "/Rect"))
            if page is not None and rect is not None:
                box = seen_box(tree.pages[page - 1], rect)
        found.append(FieldNode(SignatureField(name, page, box, signed), key, widget))
    return tuple(found)


def top_names(reader: PdfFileReader) -> set[str]:
    """The partial names in use at the root of the form."""
    form = entry(reader.root, "/AcroForm")
    raw = RawObjects(reader)
    names = set()
    for pointer in items(entry(form, "/Fields")):
        key = key_of(pointer)
        plain = raw.dictionary(key) if key is not None and not reader.encrypted else None
        token = plain[b"/T"][0] if plain and b"/T" in plain else b""
        if token[:1] == b"(" and token.isascii() and b"\\" not in token:
            names.add(token[1:-1].decode("ascii"))
        else:
            names.add(text(entry(pointer.get_object(), "/T")))
    return names


def read_restrictions(reader: PdfFileReader, fields: tuple[FieldNode, ...]) -> Restrictions:
    """Gathers DocMDP, FieldMDP and /Lock of all *signed* fields, and the certification of the catalog."""
    levels: list[int] = []
    locks: list[Lock] = []
    certification = entry(entry(reader.root, "/Perms"), "/DocMDP")
    signatures = [certification]
    for node in fields:
        if node.facts.signed:
            field = reader.get_object(generic.Reference(*node.field, reader))
            signatures.append(entry(field, "/V"))
            lock = entry(field, "/Lock")
            if lock is not None:
                locks.append(_lock(lock))
                levels.extend(_level(lock, None))
    for signature in signatures:
        for pointer in items(entry(signature, "/Reference")):
            reference = pointer.get_object()
            parameters = entry(reference, "/TransformParams")
            method = entry(reference, "/TransformMethod")
            if method == "/DocMDP":
                levels.extend(_level(parameters, 2))
            elif method == "/FieldMDP":
                locks.append(_lock(parameters))
                levels.extend(_level(parameters, None))
    return Restrictions(min(levels, default=None), certification is not None, tuple(locks))


def _level(parameters: Any, default: int | None) -> Iterator[int]:
    value = number(entry(parameters, "/P"))
    level = default if value is None else int(value)
    if level is not None:
        yield level if level in (1, 2, 3) else 1


def _lock(parameters: Any) -> Lock:
    names = tuple(text(pointer.get_object()) for pointer in items(entry(parameters, "/Fields")))
    return Lock(text(entry(parameters, "/Action")), names)


def _signature_nodes(reader: PdfFileReader) -> Iterator[tuple[str, Key, Any, bool]]:
    """Full name, object, dictionary and whether signed, of every terminal signature field."""
    form = entry(reader.root, "/AcroForm")
    waiting = [(pointer, "", None, False, 0) for pointer in reversed(items(entry(form, "/Fields")))]
    raw = RawObjects(reader)
    seen: set[Key] = set()
    while waiting:
        pointer, above, kind, signed, depth = waiting.pop()
        key = key_of(pointer)
        if key is None or key in seen:
            continue
        if depth > DEPTH_LIMIT or len(seen) > FIELD_LIMIT:
            raise PdfUnreadable(detail="form-tree")
        seen.add(key)
        plain = raw.dictionary(key)
        if plain is not None and plain.get(b"/FT", _SIGNATURE) != _SIGNATURE and b"/Kids" not in plain:
            continue  # thousands of these in some forms
        node = pointer.get_object()
        if not isinstance(node, generic.DictionaryObject):
            continue
        partial = text(entry(node, "/T"))
        name = ".".join(part for part in (above, partial) if part)
        kind = entry(node, "/FT") or kind
        signed = signed or entry(node, "/V") is not None
        children = [kid for kid in items(entry(node, "/Kids")) if entry(kid.get_object(), "/T") is not None]
        if children:
            waiting.extend((kid, name, kind, signed, depth + 1) for kid in reversed(children))
        elif kind == "/Sig":
            yield name, key, node, signed


def _page_of(reader: PdfFileReader, tree: PageTree, widget: Key, dictionary: Any) -> int | None:
    """The page whose /Annots hold the widget; /P is only a hint, and often wrong or missing."""
    keys = list(tree.keys)
    if "/P" in dictionary:
        hint = key_of(dictionary.raw_get("/P"))
        if hint in tree.numbers:
            keys.insert(0, hint)
    raw = RawObjects(reader)
    for key in keys:
        plain = raw.dictionary(key)
        if plain is not None and b"/Annots" not in plain:
            continue
        page = reader.get_object(generic.Reference(*key, reader))
        if any(key_of(pointer) == widget for pointer in items(entry(page, "/Annots"))):
            return tree.numbers[key]
    return None
