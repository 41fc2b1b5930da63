"""`natsuin card`."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from app.cli.speaking import DONE, print_json, print_line
from app.errors.card import NoReader

if TYPE_CHECKING:
    from app.card.keeper import Keeper


def card(options: argparse.Namespace) -> int:
    """`natsuin card`."""
    from app.card.keeper import named
    from app.wording.readers import reader_lines

    with open_keeper(options.demo) as keeper:
        readers = keeper.readers(thorough=True)
    if not readers:
        raise NoReader
    if options.reader:
        readers = (named(readers, options.reader),)
    if options.json:
        print_json({"version": 1, "readers": [asdict(reader) for reader in readers]})
    else:
        now = datetime.now(UTC)
        for reader in readers:
            for line in reader_lines(reader, now, demo=options.demo):
                print_line(line)
    return DONE


@contextlib.contextmanager
def open_keeper(demo: bool) -> Iterator[Keeper]:
    """A keeper for one command, which gives the card back at the end of it."""
    from app.card.keeper import Keeper

    keeper = Keeper(demo=demo)
    try:
        yield keeper
    finally:
        keeper.close()
