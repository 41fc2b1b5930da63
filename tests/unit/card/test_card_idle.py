"""A parent that is stopped cannot give the card back: the keeper's own clock does."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable

import pytest

from app.card.demo import READER, SIGN_PASSWORD, DemoCard, DemoSlots, Knobs
from app.card.holder import CardHolder
from app.card.idle import HOLDING, PATIENCE, IdleClock
from app.errors.card import CardRemovedWhileSigning
from app.secret import Secret

DIGEST = hashlib.sha256(b"message").digest()
Make = Callable[[Knobs], DemoCard]


def unlock(holder: CardHolder, clock: IdleClock) -> None:
    secret = Secret.taking(bytearray(SIGN_PASSWORD.encode()))
    clock.attended(lambda _: holder.unlock(READER, secret))([])


def test_an_unlocked_card_is_given_back_when_nobody_calls(make_card: Make) -> None:
    card = make_card(Knobs())
    with CardHolder(DemoSlots(card)) as holder, IdleClock(holder, 0.2) as clock:
        for _ in range(2):  # it counts again for the next password
            unlock(holder, clock)
            assert holder.unlocked
            time.sleep(0.4)
            assert not holder.unlocked
            assert card._verified == set()
            with pytest.raises(CardRemovedWhileSigning):
                holder.sign(DIGEST)


def test_every_call_begins_the_time_anew(make_card: Make) -> None:
    with CardHolder(DemoSlots(make_card(Knobs()))) as holder, IdleClock(holder, 0.3) as clock:
        unlock(holder, clock)
        for _ in range(6):
            time.sleep(0.1)
            clock.attended(lambda _: holder.readers())([])
        assert holder.unlocked
        time.sleep(0.5)
        assert not holder.unlocked


def test_a_call_under_way_is_not_cut_off(make_card: Make) -> None:
    with CardHolder(DemoSlots(make_card(Knobs(delay=0.5)))) as holder, IdleClock(holder, 0.2) as clock:
        unlock(holder, clock)
        assert len(clock.attended(lambda _: holder.sign(DIGEST))([])) == 256


def test_a_card_that_is_only_held_may_wait_for_its_password(make_card: Make) -> None:
    with CardHolder(DemoSlots(make_card(Knobs()))) as holder, IdleClock(holder, 0.1) as clock:
        unlock(holder, clock)
        holder.release()
        clock.attended(lambda _: holder.attempts(READER))([])
        held = holder._held
        assert held is not None
        time.sleep(0.3)
        assert holder._held is held


def test_a_locked_card_is_given_back_too_and_a_later_password_takes_it_again(make_card: Make) -> None:
    """A command that was stopped (Ctrl-Z) at its question does not keep the card from everybody for ever."""
    card = make_card(Knobs())
    with CardHolder(DemoSlots(card)) as holder, IdleClock(holder, 0.1, 0.4) as clock:
        clock.attended(lambda _: holder.attempts(READER))([])
        told = holder.card
        time.sleep(0.15)
        assert holder.holding, "its time is longer than that of an unlocked one"
        time.sleep(0.6)
        assert not holder.holding
        secret = Secret.taking(bytearray(SIGN_PASSWORD.encode()))
        clock.attended(lambda _: holder.unlock(READER, secret, told, 5))([])
        assert holder.unlocked
        time.sleep(0.3)
        assert not holder.holding, "unlocked, it has the shorter time"


def test_a_card_that_is_unlocked_while_it_is_held_has_the_shorter_time(make_card: Make) -> None:
    with CardHolder(DemoSlots(make_card(Knobs()))) as holder, IdleClock(holder, 0.2, 60) as clock:
        clock.attended(lambda _: holder.attempts(READER))([])
        unlock(holder, clock)
        time.sleep(0.5)
        assert not holder.holding


def test_it_is_a_minute_unlocked_and_ten_locked() -> None:
    assert (PATIENCE, HOLDING) == (60, 600)
