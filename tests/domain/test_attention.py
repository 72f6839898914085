"""Attention: each part, what it is worth, and what it says when."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sample_waiting import NOON, waits

from valvomo.domain.attention.parts import Part, attention, score, value, waiting_since
from valvomo.domain.conversations.model import Conversation, State

ACTIVE = replace(waits("one"), state=State.ACTIVE, owner_id="aino", owner_name="Aino", first_accepted_at=NOON)


def named(conversation: Conversation, name: str) -> Part | None:
    return next((part for part in attention(conversation, 60) if part.name == name), None)


@pytest.mark.parametrize(("minutes", "worth"), [(0.5, 0), (1, 10), (2, 20), (3.5, 35), (30, 60)])
def test_waiting_beyond_the_service_level_grows(minutes: float, worth: float) -> None:
    part = named(waits("one"), "waiting")
    assert part is not None
    assert value(part, NOON + timedelta(minutes=minutes)) == worth


@pytest.mark.parametrize(("minutes", "worth"), [(0.9, 0), (1, 5), (3, 15), (60, 40)])
def test_an_unanswered_customer_draws_attention(minutes: float, worth: float) -> None:
    part = named(replace(ACTIVE, unanswered_since=NOON), "unanswered")
    assert part is not None
    assert value(part, NOON + timedelta(minutes=minutes)) == worth


def test_a_bot_answers_by_itself() -> None:
    assert named(replace(ACTIVE, unanswered_since=NOON, bot_id="bot"), "unanswered") is None


def test_orphans_declines_and_transfers() -> None:
    one = replace(waits("one"), orphaned=True, declines={"aino": 2, "eino": 1}, transfers=3)
    worth = {part.name: part.base for part in attention(one, 60) if part.per_minute == 0}
    assert worth == {"orphaned": 50, "declined": 24, "transferred": 20}
    assert attention(replace(ACTIVE, transfers=1), 60) == ()
    assert named(replace(one, declines={"aino": 9}), "declined") == Part(name="declined", base=40)
    assert named(replace(one, transfers=9), "transferred") == Part(name="transferred", base=30)


def test_the_score_is_the_sum() -> None:
    one = replace(waits("one"), orphaned=True)
    assert score(attention(one, 60), NOON + timedelta(minutes=2)) == 70


def test_waiting_ends_with_acceptance_and_begins_anew_in_a_queue() -> None:
    assert waiting_since(waits("one", 5)) == NOON - timedelta(minutes=5)
    assert waiting_since(ACTIVE) is None
    back = replace(waits("one", 5), first_accepted_at=NOON, session_queued_at=NOON)
    assert waiting_since(back) == NOON
    assert waiting_since(replace(waits("one", 5), state=State.ACTIVE)) == NOON - timedelta(minutes=5)
