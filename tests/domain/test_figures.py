"""Figures: each by the formula in its docstring (spec 1 §8)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sample_waiting import NOON, seat, waits

from valvomo.domain.agents.presence import Presence
from valvomo.domain.conversations.model import State
from valvomo.domain.figures import live, outcomes
from valvomo.domain.figures.history import days
from valvomo.domain.figures.outcomes import Outcome, ServiceLevel


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def outcome(accepted: float | None = None, closed: float | None = None, how: str | None = None) -> Outcome:
    return Outcome(
        queue_id="q",
        queued_at=NOON,
        accepted_at=None if accepted is None else after(accepted),
        closed_at=None if closed is None else after(closed),
        closed_as=how,
    )


FLOOR = [
    waits("open", 3),
    waits("orphan", 9, orphaned=True),
    replace(waits("offered", 5), state=State.ACTIVE),
    replace(waits("active", 60), state=State.ACTIVE, owner_id="aino", first_accepted_at=NOON),
    replace(waits("waiting", 60), state=State.WAITING, owner_id="aino"),
    replace(waits("wrapping", 60), state=State.WRAP_UP, owner_id="aino"),
]


def test_what_is_where() -> None:
    counted = (live.in_queue, live.orphans, live.active, live.waiting, live.wrap_up)
    assert [figure(FLOOR) for figure in counted] == [3, 1, 2, 1, 1]
    assert live.longest_wait_since(FLOOR) == NOON - timedelta(minutes=9)
    assert live.longest_wait_since(FLOOR[3:]) is None
    assert live.in_queue(FLOOR[3:]) == 0, "who is not counted as waiting has no longest wait either"


def test_agents_by_presence() -> None:
    agents = [
        seat("a"),
        seat("b", load=1),
        seat("c", load=2),
        seat("d", chosen=Presence.AWAY),
        seat("e", serves=False),
        seat("member", is_agent=False),
        seat("watches", is_agent=False, queues=frozenset()),
    ]
    counts = live.agents_by_presence([one.agent for one in agents])
    assert counts == {
        "available": 2, "busy": 1, "do_not_disturb": 1, "away": 1, "offline": 0, "inactive": 0,
    }  # fmt: skip


def test_service_level_and_its_variants() -> None:
    lot = [
        outcome(10), outcome(60), outcome(61), outcome(None, 3, "abandoned"), outcome(None, 30, "abandoned"),
        outcome(None, 30, "force_closed"), outcome(None, 30, "auto_closed"), outcome(),
    ]  # fmt: skip
    level = outcomes.service_level(lot, 60, NOON)
    assert level == ServiceLevel(within=2, accepted=3, abandoned=2, short=1)
    assert level.of_offered == 2 / 5
    assert level.of_accepted == 2 / 3
    assert level.without_short_abandons == 2 / 4
    assert ServiceLevel().of_offered is None
    assert level.plus(level).of_offered == level.of_offered


def test_buckets_are_apart_and_periods_half_open() -> None:
    lot = [
        outcome(None, 10, how)
        for how in ("abandoned", "force_closed", "auto_closed", "completed", "resolved")
    ]
    counted = (outcomes.abandoned, outcomes.force_closed, outcomes.auto_closed, outcomes.completed)
    assert [figure(lot, NOON) for figure in counted] == [1, 1, 1, 2]
    assert [figure(lot, NOON, after(10)) for figure in counted] == [0, 0, 0, 0]
    assert [figure(lot, after(10)) for figure in counted] == [1, 1, 1, 2]
    assert outcomes.started(lot, NOON) == 5
    assert outcomes.started(lot, after(1)) == 0


def test_speed_of_answer_is_the_mean_of_accepted() -> None:
    assert outcomes.speed_of_answer([outcome(10), outcome(30), outcome(None, 99, "abandoned")], NOON) == 20
    assert outcomes.speed_of_answer([outcome()], NOON) is None


def test_days_of_a_place_with_the_hour_that_is_missing() -> None:
    zone = ZoneInfo("Europe/Helsinki")
    since, until = datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 3, 30, 12, tzinfo=UTC)
    parts = list(days(since, until, zone))
    assert [day for day, _, _ in parts] == [date(2026, 3, 28), date(2026, 3, 29), date(2026, 3, 30)]
    assert [(end - begin) for _, begin, end in parts][1] is not None
    assert (
        sum(((end.astimezone(UTC) - begin.astimezone(UTC)) for _, begin, end in parts), timedelta())
        == until - since
    )
