"""`natsuin verify`."""

from __future__ import annotations

import argparse
from pathlib import Path

from app.cli.speaking import DONE, DOUBTFUL, NO_SIGNATURE, print_answers, print_json


def verify(options: argparse.Namespace) -> int:
    """`natsuin verify`."""
    from app.document.snapshot import Snapshot
    from app.pki.anchors import anchors_from
    from app.verification.verify import verify as verify_file

    anchors = [der for name in options.trust or () for der in anchors_from(Path(name))]
    with Snapshot.take(Path(options.positional)) as snapshot:
        report = verify_file(snapshot.path, anchors=anchors)
    if options.json:
        print_json(report.plain())
    else:
        print_answers(report)
    return {"good": DONE, "none": NO_SIGNATURE}.get(report.verdict, DOUBTFUL)
