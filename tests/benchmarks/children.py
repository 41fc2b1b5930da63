"""Prints what the document children cost: start, the first picture, a file of 49,000 objects, a deflate bomb.

Run by `make bench`; every figure is the median of several runs, in milliseconds of the clock.
"""

from __future__ import annotations

import statistics
import tempfile
import time
import zlib
from collections.abc import Callable
from pathlib import Path

from app.document.child import DocumentChild
from app.document.facts import Block, Line, RevisionOrder
from app.document.render import Renderer
from app.errors.document import DocumentTooLarge

PAGES = 24_600
BLOCK = Block((Line("電子署名", "label"), Line("山田　太郎", "name"), Line("2026-11-22 10:42 JST", "note")))


def order(place: tuple[int, float, float, float, float] | None) -> RevisionOrder:
    return RevisionOrder(
        field=None,
        place=place,
        block=BLOCK if place else None,
        subfilter="ETSI.CAdES.detached",
        signed_at="2026-11-22T10:42:00+09:00",
    )


def flat(pages: int) -> bytes:
    """A PDF whose pages hang on one flat /Kids array, two objects a page."""
    kids = b" ".join(b"%d 0 R" % (3 + 2 * index) for index in range(pages))
    out = bytearray(b"%PDF-1.7\n")
    table = [b"0000000000 65535 f \n"]
    bodies = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count %d/Kids[%b]>>" % (pages, kids)]
    for index in range(pages):
        bodies.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<<>>>>/Contents %d 0 R>>"
            % (4 + 2 * index)
        )
        bodies.append(b"<</Length 40>>stream\n%b\nendstream" % b"0 0 m 100 100 l S".ljust(40))
    for number, body in enumerate(bodies, 1):
        table.append(b"%010d 00000 n \n" % len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n%btrailer\n<</Size %d/Root 1 0 R>>\n" % (len(table), b"".join(table), len(table))
    return bytes(out + b"startxref\n%d\n%%%%EOF\n" % start)


def bomb(gigabytes: int) -> bytes:
    """A page whose content is that large and stands in a few kilobytes."""
    squeeze = zlib.compressobj(9)
    first = squeeze.compress(bytes(1 << 20)) + squeeze.flush(zlib.Z_FULL_FLUSH)
    again = squeeze.compress(bytes(1 << 20)) + squeeze.flush(zlib.Z_FULL_FLUSH)
    content = zlib.compress(first + again * (1024 * gigabytes - 1) + b"\x03\x00", 9)
    page = flat(1)
    stream = b"<</Length %d/Filter[/FlateDecode/FlateDecode]>>stream\n%b\nendstream" % (len(content), content)
    cut = page.index(b"4 0 obj") + len(b"4 0 obj\n")
    end = page.index(b"\nendobj", cut)
    shift = len(stream) - (end - cut)
    start = page.rindex(b"startxref\n") + len(b"startxref\n")
    position = int(page[start:].split()[0])
    return page[:cut] + stream + page[end:start] + b"%d\n%%%%EOF\n" % (position + shift)


def median(times: int, work: Callable[[], float]) -> str:
    return f"{statistics.median(work() for _ in range(times)) * 1000:8.0f} ms"


def clock(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def first_picture(path: Path) -> float:
    def work() -> None:
        with Renderer(path) as renderer:
            renderer.open()
            renderer.picture(1, 1.5)
            ends.append(time.perf_counter())

    ends: list[float] = []
    begun = time.perf_counter()
    work()
    return ends[0] - begun


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        small, large, hostile = (Path(folder, name) for name in ("small.pdf", "large.pdf", "bomb.pdf"))
        small.write_bytes(flat(3))
        large.write_bytes(flat(PAGES))
        hostile.write_bytes(bomb(4))
        print(f"render child: start to first picture      {median(9, lambda: first_picture(small))}")
        print(f"  the same, {PAGES} pages             {median(5, lambda: first_picture(large))}")

        def inspect_small() -> float:
            with DocumentChild(small) as child:
                return clock(child.inspect)

        print(f"document child: start and inspection      {median(7, inspect_small)}")
        visible, invisible = order((-1, 20, 20, 69, 25)), order(None)
        with DocumentChild(small) as child:
            child.inspect()

            def prepare(wish: RevisionOrder) -> float:
                return clock(lambda: child.prepare(wish))

            print(f"  prepare, visible, first time            {median(1, lambda: prepare(visible))}")
            print(f"  prepare, visible, again                 {median(9, lambda: prepare(visible))}")
            print(f"  prepare, invisible                      {median(9, lambda: prepare(invisible))}")
        with DocumentChild(large) as child:
            print(f"{2 * PAGES + 2} objects: start and inspection     {median(1, lambda: clock(child.inspect))}")
            print(f"  inspection again                        {median(3, lambda: clock(child.inspect))}")
            print(f"  prepare on the last page                {median(3, lambda: prepare(visible))}")
            print(f"  bytes added                             {len(child.prepare(visible).suffix):8d}")
            memory = Path(f"/proc/{child._child.pid}/status").read_text()
            for name in ("VmHWM", "VmPeak"):
                kilobytes = int(next(line for line in memory.splitlines() if line.startswith(name)).split()[1])
                print(f"  {name}                                  {kilobytes // 1024:8d} MiB")

        def overrun() -> None:
            with Renderer(hostile) as renderer:
                renderer.open()
                try:
                    renderer.picture(1, 1)
                except DocumentTooLarge:
                    return
                raise SystemExit("a deflate bomb was drawn")

        print(f"deflate bomb ({hostile.stat().st_size} bytes): refused after     {median(1, lambda: clock(overrun))}")


if __name__ == "__main__":
    main()
