"""The words that stand inside a visible signature."""

from __future__ import annotations

from app.signing.request import StampLabels
from app.wording.language import text as _


def stamp_labels() -> StampLabels:
    """The labels of the visible block in the language in use."""
    return StampLabels(
        heading=_("Electronic signature"), practice=_("SPECIMEN"), reason=_("Reason: "), location=_("Place: ")
    )
