"""Reports of focus on PostgreSQL: what counts, what is refused with nothing half done, and the figures made of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sample_floor import AINO, EINO, HOUSE, INES, ONNI, SAARA, STRANGER, Floor, reason

from valvomo.commands.agents.focus import ReportFocus
from valvomo.commands.bookkeeping import Bookkeeper
from valvomo.commands.conversations.join import Join, TakeOver
from valvomo.commands.conversations.serve import Complete, End, Park, Resume
from valvomo.domain.access.actor import Actor
from valvomo.domain.access.supervision import AgentFigures, Supervision
from valvomo.domain.figures.focus import Told
from valvomo.domain.refusals import Reason
from valvomo.protocol.figures import HistoryItem
from valvomo.queries import figures
from valvomo.queries.figure_questions import Question


def report(*spans: tuple[str, float, float]) -> ReportFocus:
    return ReportFocus(
        spans=tuple(Told(conversation_id=one, ago=ago, seconds=lasted) for one, ago, lasted in spans)
    )


async def kept(floor: Floor) -> dict[tuple[str, str], list[int]]:
    """Milliseconds by conversation and agent, stretch by stretch."""
    found: dict[tuple[str, str], list[int]] = {}
    for row in await floor.sql("SELECT * FROM focus_times ORDER BY since"):
        found.setdefault((row["conversation_id"], row["agent_id"]), []).append(row["ms"])
    return found


async def past(floor: Floor, actor: Actor = SAARA, **how: Any) -> list[HistoryItem]:
    await Bookkeeper(floor.database).keep(HOUSE)
    now = floor.clock.now
    question = Question(since=now - timedelta(days=1), until=now + timedelta(days=1), **how)
    async with floor.database.reading() as tx:
        found = await figures.history(tx, actor, question, now)
    return list(found.items)  # type: ignore[union-attr]


async def test_reports_add_up_by_stretch_and_leave_no_fact(floor: Floor) -> None:
    one = await floor.accepted()
    before = len(await floor.all_facts())
    for _ in range(2):
        floor.clock.advance(30)
        await floor.done(AINO, report((one, 30, 20)))
    assert await kept(floor) == {(one, AINO.id): [40_000]}
    assert len(await floor.all_facts()) == before


async def test_a_span_over_the_end_is_parted_and_what_was_parked_is_left_out(floor: Floor) -> None:
    one = await floor.accepted("persistent")
    floor.clock.advance(10)
    await floor.done(AINO, Park(conversation_id=one))
    floor.clock.advance(20)
    await floor.done(AINO, Resume(conversation_id=one))
    floor.clock.advance(30)
    await floor.done(AINO, End(conversation_id=one))
    floor.clock.advance(5)
    await floor.done(AINO, Complete(conversation_id=one, disposition="resolved"))
    floor.clock.advance(10)
    await floor.done(AINO, report((one, 80, 75)))
    assert await kept(floor) == {(one, AINO.id): [10_000, 30_000, 5_000]}
    [whole] = await past(floor)
    assert (whole.handle_time, whole.focus_time, whole.focus_share) == (45, 45, 1)


async def test_who_had_it_before_may_still_report_that_and_no_more(floor: Floor) -> None:
    one = await floor.accepted()
    floor.clock.advance(20)
    await floor.done(SAARA, Join(conversation_id=one))
    await floor.done(SAARA, TakeOver(conversation_id=one))
    floor.clock.advance(10)
    await floor.done(AINO, report((one, 25, 25)))
    await floor.done(SAARA, report((one, 10, 10)))
    assert await kept(floor) == {(one, AINO.id): [15_000], (one, SAARA.id): [10_000]}
    floor.clock.advance(30)
    refusal = await floor.refused(AINO, report((one, 30, 30)))
    assert (refusal.reason, refusal.facts["owner"]) == (Reason.NOT_YOURS, SAARA.name)


@pytest.mark.parametrize("who", [EINO, ONNI, INES, STRANGER, SAARA])
async def test_who_never_served_it_reports_nothing(floor: Floor, who: Actor) -> None:
    one = await floor.accepted()
    floor.clock.advance(30)
    expected = Reason.NOT_YOURS if who in (INES, SAARA) else Reason.NOT_FOUND
    assert reason(await floor.do(who, report((one, 20, 20)))) is expected
    assert reason(await floor.do(who, report(("nothing", 20, 20)))) is Reason.NOT_FOUND
    assert await kept(floor) == {}
    assert await floor.sql("SELECT * FROM focus_heads") == []


async def test_a_report_counts_whole_or_not_at_all(floor: Floor) -> None:
    mine, theirs = await floor.accepted(), await floor.accepted(by=EINO)
    floor.clock.advance(30)
    await floor.refused(AINO, report((mine, 30, 10), (theirs, 20, 10)))
    assert await kept(floor) == {}
    await floor.done(AINO, report((mine, 30, 15)))
    await floor.done(AINO, report((mine, 30, 15)))
    for again in (report((mine, 15, 14), (mine, 10, 5)), report((mine, 10, 11))):
        assert reason(await floor.do(AINO, again)) is Reason.MALFORMED
    assert await kept(floor) == {(mine, AINO.id): [15_000]}


async def test_the_same_report_again_with_its_key_counts_once(floor: Floor) -> None:
    one = await floor.accepted()
    floor.clock.advance(30)
    for _ in range(2):
        await floor.do(AINO, report((one, 30, 30)), "key-1")
    assert await kept(floor) == {(one, AINO.id): [30_000]}


async def test_figures_by_queue_agent_and_outcome(floor: Floor) -> None:
    await floor.set_supervision(Supervision(agent_figures=AgentFigures.ALL))
    one, other = await floor.accepted(), await floor.accepted(by=EINO)
    floor.clock.advance(40)
    await floor.done(AINO, report((one, 40, 30)))
    await floor.done(AINO, End(conversation_id=one))
    await floor.done(EINO, End(conversation_id=other))
    floor.clock.advance(10)
    await floor.done(AINO, Complete(conversation_id=one, disposition="resolved"))
    await floor.done(EINO, Complete(conversation_id=other, disposition="resolved"))
    [whole] = await past(floor)
    assert (whole.handle_time, whole.focus_time, whole.focus_share) == (50, 15, 0.3)
    queues = await past(floor, by=frozenset({"queue"}))
    assert {it.queue: it.focus_time for it in queues} == {"support": 15, "cases": None}
    agents = await past(floor, by=frozenset({"agent"}))
    told = {it.agent: (it.handle_time, it.focus_time, it.focus_share) for it in agents if it.served}
    assert told == {AINO.id: (50, 30, 0.6), EINO.id: (50, None, None)}
    outcomes = await past(floor, by=frozenset({"outcome"}))
    assert {it.outcome: it.focus_time for it in outcomes} == {"completed": 15}
    assert [it.focus_time for it in await past(floor, outcomes=("abandoned",))] == [None]
    days = await past(floor, by=frozenset({"day"}))
    assert [it.focus_time for it in days if it.handled] == [15]
