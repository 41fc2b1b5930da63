"""A private pcscd (`box`) and demo cards in its virtual readers (`vcard`, `make_vcard`)."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest
from box import READERS, Box, missing
from vcard import VirtualCard

from app.card.demo import SIGN_PASSWORD, DemoCard, Knobs
from app.card.demo_certificate import DemoIdentity
from app.card.keeper import Keeper


@pytest.fixture(scope="session")
def _box() -> Iterator[Box]:
    reason = missing()
    if reason:
        pytest.skip(reason)
    box = Box()
    os.environ.update(box.environment)
    try:
        yield box
    finally:
        box.close()


@pytest.fixture
def box(_box: Box) -> Iterator[Box]:
    """A running pcscd of one's own; this process and its children use it."""
    _box.start()
    yield _box
    _box.stop()


@pytest.fixture(scope="session")
def identity() -> DemoIdentity:
    """One pair of keys for all cards: making them takes time."""
    return DemoIdentity()


@pytest.fixture
def make_vcard(box: Box, identity: DemoIdentity) -> Iterator[Callable[..., VirtualCard]]:
    """`make_vcard(Knobs(…), slot=0, insert=True, password=…)`: a card with these faults, on the first or the second
    reader."""
    made: list[VirtualCard] = []

    def make(
        knobs: Knobs | None = None, *, slot: int = 0, insert: bool = True, password: str = SIGN_PASSWORD
    ) -> VirtualCard:
        usual = knobs is None or (not knobs.expired and knobs.name == Knobs().name)
        chip = DemoCard(knobs, identity if usual else None, password)
        card = VirtualCard(chip, box.port + slot, READERS[slot])
        made.append(card)
        if insert:
            card.insert()
        return card

    yield make
    for card in made:
        card.remove(wait=False)


@pytest.fixture
def vcard(make_vcard: Callable[..., VirtualCard]) -> VirtualCard:
    """A faultless card on the first reader."""
    return make_vcard()


@pytest.fixture
def keeper(box: Box) -> Iterator[Keeper]:
    """A real keeper on the private pcscd."""
    with Keeper() as keeper:
        yield keeper
