"""Reading foreign PDF objects without believing them: entries, rectangles and strings of any type."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from pyhanko.pdf_utils import generic

from app.document.geometry import Rectangle

Key = tuple[int, int]
"""Object number and generation."""

COORDINATE_LIMIT = 1e9


def entry(dictionary: Any, name: str) -> Any:
    """The value, references followed and nulls as None; None as well where there is no dictionary."""
    if not isinstance(dictionary, generic.DictionaryObject):
        return None
    try:
        return dictionary[name]
    except KeyError:
        return None


def items(array: Any) -> list[Any]:
    """The elements with references as they are; empty for anything that is no array."""
    return list(array.iterate()) if isinstance(array, generic.ArrayObject) else []


def key_of(pointer: Any) -> Key | None:
    """What a reference points to; None for a direct object."""
    return (pointer.idnum, pointer.generation) if isinstance(pointer, generic.IndirectObject) else None


def number(value: Any) -> float | None:
    """A PDF number; None for anything else."""
    return float(value) if isinstance(value, (int, float, Decimal)) else None


def rectangle(value: Any) -> Rectangle | None:
    """A PDF rectangle with its corners in order; None for anything else."""
    if not isinstance(value, generic.ArrayObject) or len(value) != 4:
        return None
    a, b, c, d = (number(value[index]) for index in range(4))
    if a is None or b is None or c is None or d is None:
        return None
    try:
        return ordered(a, b, c, d)
    except ValueError:
        return None


def ordered(a: float, b: float, c: float, d: float) -> Rectangle:
    """The rectangle between two opposite corners. Raises ValueError beyond `COORDINATE_LIMIT`."""
    if not all(abs(coordinate) < COORDINATE_LIMIT for coordinate in (a, b, c, d)):
        raise ValueError
    return (min(a, c), min(b, d), max(a, c), max(b, d))


def text(value: Any) -> str:
    """A PDF string or name as text; empty for anything else."""
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bytes):
        return value.decode("latin-1")
    return ""
