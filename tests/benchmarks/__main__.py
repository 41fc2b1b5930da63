"""`make bench`: every table, one after another. Figures, never a verdict."""

from __future__ import annotations

from tests.benchmarks import children, first_paint, signing

for title, table in (
    ("First paint and first page", first_paint.main),
    ("Document children", children.main),
    ("One signature", signing.main),
):
    print(f"\n== {title}", flush=True)
    table()
