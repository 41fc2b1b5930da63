"""Small honest PDFs, written by hand so that nothing of ours has a say in them."""

from __future__ import annotations


def paper(
    pages: int = 1,
    *,
    rotate: int = 0,
    media: tuple[float, float, float, float] = (0, 0, 595, 842),
    crop: tuple[float, float, float, float] | None = None,
    words: str = "A page of a contract",
    catalog: str = "",
    objects: dict[int, bytes] | None = None,
) -> bytes:
    """A PDF 1.7 with a cross-reference table and one line of text a page.

    `catalog` is put into the catalogue, `objects` (number ≥ 1000 → body) into the file.
    """
    bodies: dict[int, bytes] = {}
    kids = " ".join(f"{10 + 2 * n} 0 R" for n in range(pages))
    bodies[1] = f"<</Type/Catalog/Pages 2 0 R {catalog}>>".encode()
    bodies[2] = f"<</Type/Pages/Count {pages}/Kids[{kids}]>>".encode()
    bodies[3] = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
    box = " ".join(map(str, media))
    seen = f"/CropBox[{' '.join(map(str, crop))}]" if crop else ""
    for n in range(pages):
        text = f"BT /F 18 Tf {media[0] + 72} {media[3] - 100} Td ({words} {n + 1}) Tj ET".encode()
        bodies[10 + 2 * n] = (
            f"<</Type/Page/Parent 2 0 R/MediaBox[{box}]{seen}/Rotate {rotate}/Contents {11 + 2 * n} 0 R"
            "/Resources<</Font<</F 3 0 R>>>>>>"
        ).encode()
        bodies[11 + 2 * n] = b"<</Length %d>>stream\n%s\nendstream" % (len(text), text)
    bodies.update(objects or {})
    return assembled(bodies)


def assembled(bodies: dict[int, bytes]) -> bytes:
    """A file of these objects; object 1 is the catalogue."""
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    offsets = {}
    for number, body in sorted(bodies.items()):
        offsets[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    size = max(bodies) + 1
    out += b"xref\n0 1\n0000000000 65535 f \n"
    for number, offset in offsets.items():
        out += b"%d 1\n%010d 00000 n \n" % (number, offset)
    out += b"trailer\n<</Size %d/Root 1 0 R/ID[<00><00>]>>\nstartxref\n%d\n%%%%EOF\n" % (size, start)
    return bytes(out)
