"""What stands behind the occupancy of one agent: exactly the time that it is worked out of, to whom it may be shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sample_floor import AATU, AINO, ALL_ON, BILLING, EINO, HOUSE, SAARA, SULO, SUPPORT, Floor

from valvomo.commands.bookkeeping import Bookkeeper
from valvomo.commands.conversations.force_close import ForceClose
from valvomo.commands.conversations.serve import Pick
from valvomo.domain.access.actor import Actor
from valvomo.domain.access.supervision import AgentFigures
from valvomo.domain.agents.presence import Presence
from valvomo.domain.refusals import Reason, Refusal
from valvomo.protocol.figure_details import Attended, AttendedItem
from valvomo.protocol.figures import HistoryItem
from valvomo.queries import figures
from valvomo.queries.figure_attended import attended
from valvomo.queries.figure_questions import Question

pytestmark = pytest.mark.slow


async def pages(
    floor: Floor, actor: Actor, question: Question, limit: int = 2
) -> tuple[Attended, list[AttendedItem]]:
    """The first page, and what is on all of them together."""
    first, items, cursor = None, list[AttendedItem](), None
    while True:
        async with floor.database.reading() as tx:
            page = await attended(tx, actor, question, floor.clock(), cursor=cursor, limit=limit)
        assert not isinstance(page, Refusal), page
        first, items, cursor = first or page, [*items, *page.items], page.next
        assert len(page.items) <= limit
        assert (page.there, page.handled) == (first.there, first.handled), "of all pages, on each"
        if cursor is None:
            return first, items


async def by_agent(floor: Floor, actor: Actor, question: Question) -> dict[str | None, HistoryItem]:
    await Bookkeeper(floor.database).keep(HOUSE)
    async with floor.database.reading() as tx:
        found = await figures.history(tx, actor, replace(question, by=frozenset({"agent"})), floor.clock())
    assert not isinstance(found, Refusal)
    return {one.agent: one for one in found.items}


async def a_day(floor: Floor) -> Question:
    """Aino is there 0 to 100, has one of support 10 to 40, one of billing from 20 on; Eino is there and has nothing."""
    await floor.set_supervision(replace(ALL_ON, agent_figures=AgentFigures.ALL))
    begin = floor.clock()
    await floor.set_presence(AINO, Presence.BUSY)
    await floor.set_presence(EINO, Presence.DO_NOT_DISTURB)
    support, billing = await floor.start(), await floor.start(queue=BILLING)
    floor.clock.advance(10)
    await floor.done(AINO, Pick(conversation_id=support))
    floor.clock.advance(10)
    await floor.done(AINO, Pick(conversation_id=billing))
    floor.clock.advance(20)
    await floor.done(SAARA, ForceClose(conversation_id=support, reason="test"))
    floor.clock.advance(60)
    await floor.set_presence(AINO, Presence.AWAY)
    floor.clock.advance(100)
    return Question(since=begin, until=floor.clock(), agents=(AINO.id,))


async def test_the_list_is_the_time_that_the_figure_is_worked_out_of(floor: Floor) -> None:
    question = await a_day(floor)
    for since, told in ((0, [100.0, 90.0]), (15, [85.0, 85.0]), (30, [70.0, 70.0])):
        near = replace(question, since=question.since + timedelta(seconds=since))
        whole = (await by_agent(floor, SAARA, near))[AINO.id]
        first, items = await pages(floor, SAARA, near)
        assert [first.there, first.handled] == told
        assert whole.occupancy == pytest.approx(first.handled / first.there)
        assert sum((one.until - one.since).total_seconds() for one in items) == first.there
        busy = [one for one in items if one.conversations or one.elsewhere]
        assert sum((one.until - one.since).total_seconds() for one in busy) == first.handled


async def test_others_queues_are_told_by_their_number_alone(floor: Floor) -> None:
    question = await a_day(floor)
    await Bookkeeper(floor.database).keep(HOUSE)
    for actor, told in (
        (SAARA, [(0, 0), (1, 0), (1, 1), (0, 1)]),
        (SULO, [(0, 0), (0, 1), (1, 1), (1, 0)]),
        (AATU, [(0, 0), (1, 0), (2, 0), (1, 0)]),
    ):
        _, items = await pages(floor, actor, question)
        assert [(len(one.conversations), one.elsewhere) for one in items] == told, actor.id
        names = {each.customer for one in items for each in one.conversations}
        assert (None in names) is (actor is AATU), "who supervises nothing reads no names"


async def test_whose_times_are_shown_is_policy(floor: Floor) -> None:
    await floor.set_presence(SAARA, Presence.BUSY)
    question = await a_day(floor)
    await Bookkeeper(floor.database).keep(HOUSE)

    async def told(actor: Actor, asked: Question = question) -> object:
        async with floor.database.reading() as tx:
            found = await attended(tx, actor, asked, floor.clock(), cursor=None, limit=9)
        return found.reason if isinstance(found, Refusal) else len(found.items)

    assert await told(AINO) is Reason.ROLE_NEEDED
    for narrowed in (
        replace(question, agents=()), replace(question, agents=(AINO.id, EINO.id)),
        replace(question, queues=(SUPPORT,)), replace(question, channels=("live_chat",)),
    ):  # fmt: skip
        assert await told(SAARA, narrowed) is Reason.MALFORMED
    await floor.set_supervision(replace(ALL_ON, agent_figures=AgentFigures.TEAM_LEAD))
    assert await told(SAARA) == 4
    hers = replace(question, agents=(SAARA.id,))
    assert (await told(SULO), await told(SULO, hers)) == (4, 0), "she serves in no queue of his"
    assert await told(AATU) is Reason.ROLE_NEEDED
    await floor.set_supervision(replace(ALL_ON, agent_figures=AgentFigures.ALL))
    assert await told(SULO, hers) == 1
    await floor.set_supervision(ALL_ON)
    assert await told(SAARA) is Reason.AGENT_FIGURES_OFF


async def test_who_was_there_and_had_nothing_to_do_is_among_the_agents(floor: Floor) -> None:
    question = replace(await a_day(floor), agents=())
    items = await by_agent(floor, SAARA, question)
    assert (items[EINO.id].occupancy, items[EINO.id].answered) == (0, 0)
    assert "onni" not in items, "who was not there is not"
    first, pieces = await pages(floor, SAARA, replace(question, agents=(EINO.id,)))
    assert (first.there, first.handled, len(pieces)) == (200, 0, 1)


async def test_what_goes_on_ends_now(floor: Floor) -> None:
    question = replace(await a_day(floor), agents=(EINO.id,))
    later = replace(question, until=floor.clock() + timedelta(days=1))
    await Bookkeeper(floor.database).keep(HOUSE)
    assert (await pages(floor, SAARA, later))[0].there == 200
    ahead = replace(later, since=floor.clock() + timedelta(hours=1))
    assert await pages(floor, SAARA, ahead) == (Attended(there=0, handled=0, items=[]), [])
