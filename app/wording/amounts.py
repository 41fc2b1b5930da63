"""Sizes, page counts and times as people read them."""

from __future__ import annotations

from datetime import datetime

from app.wording.language import plural, text


def file_size(size: int) -> str:
    """Bytes as kB or MB (powers of 1,000, as file managers show them)."""
    if size < 1_000_000:
        return text("{n} kB", n=max(1, round(size / 1000)))
    return text("{n} MB", n=f"{size / 1_000_000:.1f}")


def page_count(pages: int) -> str:
    """A number of pages."""
    return plural("{n} page", "{n} pages", pages)


def clock(moment: str) -> str:
    """An RFC 3339 moment as date and time of this computer's zone; as it is, when it cannot be read."""
    try:
        return datetime.fromisoformat(moment).astimezone().strftime("%Y-%m-%d %H:%M")
    except ValueError:
        return moment
