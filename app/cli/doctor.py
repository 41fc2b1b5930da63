"""`natsuin doctor`."""

from __future__ import annotations

import argparse

from app.cli.card import open_keeper
from app.cli.speaking import COULD_NOT, DONE, print_json, print_line


def doctor(options: argparse.Namespace) -> int:
    """`natsuin doctor`: done when nothing is in the way of a signature."""
    from app.card.doctor import examine
    from app.wording.doctor import lines

    with open_keeper(demo=False) as keeper:
        diagnosis = examine(keeper, options.reader)
    if options.json:
        print_json(diagnosis.plain())
    else:
        for line in lines(diagnosis):
            print_line(line)
    return DONE if diagnosis.well else COULD_NOT
