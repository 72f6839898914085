"""When a customer on a channel may be told their place: at the beginning, and then at most every so many minutes."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_talk import AT, accepted, an_open

from valvomo.domain.conversations.model import Channel, Conversation
from valvomo.domain.conversations.place import SETTLES, TOLD_IN, PlaceTold, place_due

MINUTE = timedelta(minutes=1)
LATER = AT + 10 * MINUTE


def one(**values: Any) -> Conversation:
    return an_open(Channel.SMS).but(account_id="a", **values)


def told(at: datetime) -> PlaceTold:
    return PlaceTold(place=4, at=at)


@pytest.mark.parametrize(
    ("conversation", "minutes", "before", "due"),
    [
        (one(), 5, None, True),
        (one(), 0, None, False),
        (one(), 5, told(LATER - 5 * MINUTE), True),
        (one(), 5, told(LATER - 4 * MINUTE), False),
        (one(session_queued_at=LATER - SETTLES), 5, None, True),
        (one(session_queued_at=LATER - SETTLES / 2), 5, None, False),
        (one(window_closed=True), 5, None, False),
        (one(orphaned=True), 5, None, False),
        (one(outbound=True, unanswered_since=None), 5, None, False),
        (one(outbound=True, unanswered_since=AT), 5, None, True),
        (one().but(account_id=None), 5, None, False),
        (accepted(Channel.SMS).but(account_id="a"), 5, None, False),
    ],
)
def test_when_it_is_due(
    conversation: Conversation, minutes: int, before: PlaceTold | None, due: bool
) -> None:
    assert place_due(conversation, minutes, before, LATER) is due


@pytest.mark.parametrize("channel", list(Channel))
def test_where_words_come_at_once(channel: Channel) -> None:
    there = an_open(channel).but(account_id="a")
    assert place_due(there, 5, None, LATER) is (channel in TOLD_IN)
    assert Channel.EMAIL not in TOLD_IN


@given(minutes=st.integers(1, 1440), looks=st.lists(st.integers(0, 7200), max_size=60))
def test_two_are_never_nearer_than_the_setting(minutes: int, looks: list[int]) -> None:
    moments: list[datetime] = []
    for seconds in sorted(looks):
        at = AT + timedelta(seconds=seconds)
        if place_due(one(), minutes, told(moments[-1]) if moments else None, at):
            moments.append(at)
    gaps = [after - before for before, after in itertools.pairwise(moments)]
    assert all(gap >= timedelta(minutes=minutes) for gap in gaps)
