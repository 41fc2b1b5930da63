"""What a PDF is, as plain facts: pages, fields, signatures, protection, obstacles. Pure data, no parsing.

Lengths are points in user space (1/72 inch; UserUnit is not applied, as PDFium shows it), pages count from 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Page:
    """One page: the visible box (CropBox ∩ MediaBox) as x0, y0, x1, y1 in user space, and /Rotate in 0…270."""

    box: tuple[float, float, float, float]
    rotation: int

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in points as the page is seen."""
        width, height = self.box[2] - self.box[0], self.box[3] - self.box[1]
        return (height, width) if self.rotation in (90, 270) else (width, height)


@dataclass(frozen=True, slots=True)
class SignatureField:
    """A signature field (ISO 32000-2 12.7.5.5): its full name, page (None: nowhere), seen box in mm, signed or not."""

    name: str
    page: int | None
    box: tuple[float, float, float, float] | None
    signed: bool

    @property
    def visible(self) -> bool:
        """Whether it has an area on a page."""
        return self.page is not None and self.box is not None and self.box[2] > 0 and self.box[3] > 0


@dataclass(frozen=True, slots=True)
class PdfDocument:
    """The facts of one snapshot.

    `encryption`: none, empty-password, password. `obstacles`: codes of `app.errors` that keep every signature
    out of it. `new_field_allowed`: whether earlier signatures permit a further field.
    """

    pages: tuple[Page, ...]
    fields: tuple[SignatureField, ...]
    encryption: str
    obstacles: tuple[str, ...]
    new_field_allowed: bool

    @property
    def signatures(self) -> tuple[SignatureField, ...]:
        return tuple(field for field in self.fields if field.signed)

    @property
    def empty_fields(self) -> tuple[SignatureField, ...]:
        return tuple(field for field in self.fields if not field.signed)

    def plain(self) -> dict[str, Any]:
        """As plain data for the channel; pages as five numbers each, for there may be many."""
        return {
            "pages": [[*page.box, page.rotation] for page in self.pages],
            "fields": [asdict(field) for field in self.fields],
            "encryption": self.encryption,
            "obstacles": self.obstacles,
            "new_field_allowed": self.new_field_allowed,
        }

    @classmethod
    def from_plain(cls, data: Mapping[str, Any]) -> PdfDocument:
        """The inverse of `plain`, for data that came over a channel."""
        return cls(
            pages=tuple(
                Page((float(a), float(b), float(c), float(d)), int(rotation)) for a, b, c, d, rotation in data["pages"]
            ),
            fields=tuple(
                SignatureField(
                    str(f["name"]),
                    None if f["page"] is None else int(f["page"]),
                    None if f["box"] is None else tuple(map(float, f["box"])),  # type: ignore[arg-type]
                    bool(f["signed"]),
                )
                for f in data["fields"]
            ),
            encryption=str(data["encryption"]),
            obstacles=tuple(map(str, data["obstacles"])),
            new_field_allowed=bool(data["new_field_allowed"]),
        )


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the visible block; `role`: label (small), name (large), note (small)."""

    text: str
    role: str


@dataclass(frozen=True, slots=True)
class Block:
    """What stands in the visible field: lines from top to bottom, and the practice word across it ("" for none)."""

    lines: tuple[Line, ...]
    practice: str = ""

    def plain(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_plain(cls, data: Mapping[str, Any]) -> Block:
        return cls(tuple(Line(**line) for line in data["lines"]), str(data["practice"]))


@dataclass(frozen=True, slots=True)
class RevisionOrder:
    """What `prepare` shall write.

    One of: `field` (an existing empty one), `place` (page, then x, y, w, h in mm from the top left of the page
    as seen; page -1 is the last), or neither: an invisible new field. `block` is drawn when the field has an
    area. `signed_at` is ISO 8601 with offset and becomes /M. `reserve`: bytes of CMS that must fit.
    """

    field: str | None
    place: tuple[int, float, float, float, float] | None
    block: Block | None
    subfilter: str
    signed_at: str
    reason: str = ""
    location: str = ""
    name: str = ""
    reserve: int = 8192

    def plain(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_plain(cls, data: Mapping[str, Any]) -> RevisionOrder:
        values = dict(data)
        if values["place"] is not None:
            page, *box = values["place"]
            values["place"] = (int(page), *map(float, box))
        if values["block"] is not None:
            values["block"] = Block.from_plain(values["block"])
        return cls(**values)


@dataclass(frozen=True, slots=True)
class PreparedRevision:
    """An incremental update with an empty /Contents: `suffix` is appended to the snapshot's bytes.

    `contents` is the half-open span of the /Contents value in the whole file, angle brackets included: what lies
    outside it is the ByteRange. `page` counts from 1, None for a field without a page or an area.
    """

    suffix: bytes
    contents: tuple[int, int]
    field: str
    page: int | None
