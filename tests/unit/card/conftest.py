"""One demo identity for all cards of these tests: making keys takes time."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.card.demo import DemoCard, Knobs
from app.card.demo_certificate import DemoIdentity


@pytest.fixture(scope="session")
def identity() -> DemoIdentity:
    return DemoIdentity()


@pytest.fixture
def make_card(identity: DemoIdentity) -> Callable[[Knobs], DemoCard]:
    return lambda knobs: DemoCard(knobs, identity)


@pytest.fixture
def card(identity: DemoIdentity) -> DemoCard:
    return DemoCard(None, identity)
