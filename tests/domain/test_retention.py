"""What is removed when, and what of a fact is words."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from valvomo.domain.conversations.ask import SupervisorAsked
from valvomo.domain.conversations.bots import SILENT, Escalated
from valvomo.domain.conversations.details import DetailsChanged
from valvomo.domain.conversations.erased import WORDS_IN, erased
from valvomo.domain.conversations.event import Event
from valvomo.domain.conversations.events import EVENTS
from valvomo.domain.conversations.message import MessagePosted, Visibility
from valvomo.domain.conversations.overflowing import Overflowed
from valvomo.domain.conversations.queueing import Parked
from valvomo.domain.conversations.record_change import RecordChanged
from valvomo.domain.retention.rule import FEWEST_DAYS, MOST_DAYS, RetentionRule, closed_before, is_due

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
WORDS = {
    "subject", "note", "answers", "context", "summary", "description", "outcome", "record", "fields", "before",
    "digest", "offer", "transfer", "text",
}  # fmt: skip
"""Names under which facts hold what people wrote, or its digest."""
KEPT = {"status": "old"}
CHANGED = RecordChanged(
    by_id="a", subject="s", status="new", fields={"f": "x"}, before={"subject": "t", "fields.f": "y", **KEPT}
)
POSTED = MessagePosted(
    message_id="m",
    seq=1,
    public_seq=1,
    author_id="a",
    author_role="primary",
    visibility=Visibility.PUBLIC,
    digest="d",
)
MOMENTS = st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("days", "closed_at", "erased_at", "due"),
    [
        (None, NOW - 9999 * DAY, None, False),
        (30, None, None, False),
        (30, NOW - 30 * DAY, None, True),
        (30, NOW - 30 * DAY + timedelta(microseconds=1), None, False),
        (30, NOW - 31 * DAY, NOW - DAY, False),
        (1, NOW - DAY, None, True),
        (MOST_DAYS, NOW - 365 * DAY, None, False),
    ],
    ids=[
        "no rule", "not closed", "on its day", "a moment before it", "gone already", "the fewest days", "most days",
    ],
)  # fmt: skip
def test_what_is_due(
    days: int | None, closed_at: datetime | None, erased_at: datetime | None, due: bool
) -> None:
    assert is_due(RetentionRule(written_days=days), closed_at, erased_at, NOW) is due


@given(days=st.integers(FEWEST_DAYS, MOST_DAYS), closed_at=MOMENTS, now=MOMENTS, later=st.integers(0, 10**6))
def test_what_is_due_stays_due_and_fewer_days_take_no_less(
    days: int, closed_at: datetime, now: datetime, later: int
) -> None:
    rule = RetentionRule(written_days=days)
    if is_due(rule, closed_at, None, now):
        assert is_due(rule, closed_at, None, now + timedelta(seconds=later))
        assert is_due(RetentionRule(written_days=max(FEWEST_DAYS, days - 1)), closed_at, None, now)
        assert now - closed_at >= timedelta(days=days)
    before = closed_before(rule, now)
    assert before is not None
    assert before < now


def test_no_kind_of_fact_keeps_words_unseen() -> None:
    """A kind with such a field is known to hold words; what the house has said itself when it overflows is its own."""
    holding = {one for one in EVENTS.values() if {each.name for each in fields(one)} & WORDS}  # type: ignore[arg-type]
    assert holding - {Overflowed} == set(WORDS_IN)


@pytest.mark.parametrize(
    ("event", "left"),
    [
        (DetailsChanged(by_id="a", subject="s", priority=2), DetailsChanged(by_id="a", subject="", priority=2)),
        (DetailsChanged(by_id="a", language="fi"), DetailsChanged(by_id="a", language="fi")),
        (CHANGED, replace(CHANGED, subject="", fields={"f": None}, before={"subject": None, "fields.f": None, **KEPT})),
        (
            Escalated(bot_id="b", bot_name="B", reason="own words", by_role="bot", summary="s", answers={"q": "a"}),
            Escalated(bot_id="b", bot_name="B", reason="", by_role="bot"),
        ),
        (
            Escalated(bot_id="b", bot_name="B", reason=SILENT, by_role="system"),
            Escalated(bot_id="b", bot_name="B", reason=SILENT, by_role="system"),
        ),
        (
            SupervisorAsked(by_id="a", by_name="A", by_role="agent", note="n"),
            SupervisorAsked(by_id="a", by_name="A", by_role="agent"),
        ),
        (POSTED, replace(POSTED, digest="")),
        (Parked(agent_id="a", auto_close_at=NOW), Parked(agent_id="a", auto_close_at=NOW)),
    ],
    ids=[
        "details", "no words", "record", "a bot's own reason", "a code of the house", "note", "message", "nothing",
    ],
)  # fmt: skip
def test_what_is_left_of_a_fact(event: Event, left: Event) -> None:
    assert erased(event) == left
    assert erased(left) == left
