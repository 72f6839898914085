"""A call that is never ended does not hold its agent for ever (spec 1 §2, voice active)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sample_floor import AINO, HOUSE, TIMER, Floor
from sample_lines import happens, lay_lines, rings

from valvomo.commands.conversations.fire_timers import FireTimers
from valvomo.domain.conversations.ending import Ended
from valvomo.domain.conversations.model import Channel, State
from valvomo.domain.conversations.workstream import default_timers

pytestmark = pytest.mark.slow
LIMIT = timedelta(seconds=7200)


@pytest.fixture
async def lines(floor: Floor) -> Floor:
    await lay_lines(floor, HOUSE, AINO.id)
    return floor


async def accepted(floor: Floor) -> str:
    one = await rings(floor)
    for what in ("picked_up", "taken"):
        await happens(floor, what, one)
    return one


async def later(floor: Floor, one: str, span: timedelta) -> None:
    floor.clock.now += span
    await floor.do(TIMER, FireTimers(conversation_id=one))


@pytest.mark.parametrize("channel", Channel)
def test_calls_alone_have_a_limit_unless_it_is_said_otherwise(channel: Channel) -> None:
    usual = 7200 if channel in {Channel.VOICE, Channel.VIDEO} else None
    assert default_timers(channel).auto_end_active == usual


async def test_after_it_the_agent_wraps_up(lines: Floor) -> None:
    one = await accepted(lines)
    assert (await lines.get(one)).deadlines["talk"] == lines.clock.now + LIMIT
    await later(lines, one, LIMIT - timedelta(seconds=1))
    assert (await lines.get(one)).state is State.ACTIVE
    await later(lines, one, timedelta(seconds=2))
    now = await lines.get(one)
    assert (now.state, now.call, "talk" in now.deadlines) == (State.WRAP_UP, None, False)
    causes = [fact.event.cause for fact in await lines.all_facts() if isinstance(fact.event, Ended)]
    assert causes == ["too_long"]


async def test_who_only_waits_has_none(lines: Floor) -> None:
    one = await rings(lines)
    assert "talk" not in (await lines.get(one)).deadlines
    await lines.sql(
        "UPDATE workstreams SET timers = timers || '{\"auto_end_active\": null}' WHERE id = 'line'"
    )
    for what in ("picked_up", "taken"):
        await happens(lines, what, one)
    assert "talk" not in (await lines.get(one)).deadlines


async def test_while_nobody_speaks_with_them_it_does_not_run(lines: Floor) -> None:
    one = await rings(lines)
    for what in ("callback", "taken", "missed"):
        await happens(lines, what, one)
    waits = await lines.get(one)
    assert (waits.state, "talk" in waits.deadlines) == (State.OPEN, False)
    lines.clock.now = waits.deadlines["recall"]
    await lines.do(TIMER, FireTimers(conversation_id=one))
    await happens(lines, "taken", one)
    assert (await lines.get(one)).deadlines["talk"] == lines.clock.now + LIMIT
