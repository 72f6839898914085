"""Callbacks that anybody may ask for: to which countries, and how many."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sample_floor import AINO, EINO, HOUSE, ROUTER, SAARA, TIMER, Floor
from sample_lines import CALLER, CALLS, LINES, OWN_NUMBER, TRUNK, happens, lay_lines, line_of, rings
from sample_routing import ask

from valvomo.commands.agents.presence import SetPresence
from valvomo.commands.conversations.assign import AssignToAgent
from valvomo.commands.conversations.fire_timers import FireTimers
from valvomo.commands.conversations.offers import AcceptOffer
from valvomo.commands.conversations.overflow_while_waiting import ApplyOverflow
from valvomo.commands.conversations.serve import Pick
from valvomo.commands.conversations.telephone import LoseTelephone, RequestCallback
from valvomo.db.doorbell import Doorbell
from valvomo.domain.agents.presence import Presence
from valvomo.domain.conversations.call_marks import Line
from valvomo.domain.conversations.model import State
from valvomo.domain.conversations.telephone import (
    LIMITED_FOR,
    MOST_BY_ITSELF,
    MOST_TO_NUMBER,
    RECALL_AFTER,
)
from valvomo.domain.refusals import Reason, Refusal
from valvomo.jobs.overflow import Overflow
from valvomo.jobs.router import Router
from valvomo.queries import routing

pytestmark = pytest.mark.slow
ABROAD = "+46812345678"
HELPER = replace(EINO, queues=frozenset({LINES}))
OVERSEER = replace(SAARA, supervised=frozenset({LINES}))


@pytest.fixture
async def lines(floor: Floor) -> Floor:
    await lay_lines(floor, HOUSE, AINO.id)
    return floor


async def set_up(floor: Floor, **settings: object) -> None:
    await floor.sql(
        "UPDATE channel_accounts SET settings = $1 WHERE id = $2", {"number": OWN_NUMBER, **settings}, TRUNK
    )


async def asked(floor: Floor, number: str = "", caller: str = CALLER) -> Reason | None:
    """Somebody calls, presses the key and is gone; why nobody will call them back."""
    one = await rings(floor, caller)
    outcome = await floor.do(CALLS, RequestCallback(conversation_id=one, number=number))
    if isinstance(outcome, Refusal):
        assert await line_of(floor, one) is Line.UP, "nothing half done"
        await floor.do(CALLS, LoseTelephone(conversation_id=one, call_id=one, why="hung_up"))
        return outcome.reason
    assert await line_of(floor, one) is Line.WANTED
    return None


async def test_who_calls_from_a_country_that_is_not_called_is_not_called_back(lines: Floor) -> None:
    assert await asked(lines, caller=ABROAD) is Reason.COUNTRY_FORBIDDEN
    assert await asked(lines) is None
    await set_up(lines, countries="SE")
    assert await asked(lines, caller=ABROAD) is None
    assert await asked(lines) is Reason.COUNTRY_FORBIDDEN
    assert len(await lines.sql("SELECT 1 FROM callbacks")) == 2, "what is refused is not counted"


async def test_the_customer_in_their_window_is_told_so(lines: Floor) -> None:
    one = await rings(lines)
    command = RequestCallback(conversation_id=one, number=ABROAD)
    refused = await lines.refused(await lines.guest(one), command)
    assert (refused.reason, refused.facts) == (Reason.COUNTRY_FORBIDDEN, {"country": "SE"})


async def test_one_number_is_called_back_three_times_an_hour(lines: Floor) -> None:
    found = [await asked(lines) for _ in range(MOST_TO_NUMBER + 1)]
    assert found == [None] * MOST_TO_NUMBER + [Reason.CALLED_BACK_TOO_OFTEN]
    # However it is written, and from wherever it is asked for.
    assert await asked(lines, "+358 40 123 45 67", "+358931001999") is Reason.CALLED_BACK_TOO_OFTEN
    assert await asked(lines, caller="+358931001999") is None
    lines.clock.now += LIMITED_FOR - timedelta(seconds=1)
    assert await asked(lines) is Reason.CALLED_BACK_TOO_OFTEN
    lines.clock.now += timedelta(seconds=2)
    assert await asked(lines) is None


async def test_so_many_callbacks_are_taken_over_an_account_within_an_hour(lines: Floor) -> None:
    await set_up(lines, callbacks_per_hour=2)
    numbers = [f"+35893100200{last}" for last in range(4)]
    found = [await asked(lines, caller=one) for one in numbers]
    assert found == [None, None, Reason.CALLBACKS_FULL, Reason.CALLBACKS_FULL]
    await set_up(lines, callbacks_per_hour=3)
    assert await asked(lines, caller=numbers[2]) is None
    await set_up(lines, callbacks_per_hour=0)
    lines.clock.now += LIMITED_FOR + timedelta(seconds=1)
    assert await asked(lines, caller=numbers[3]) is Reason.CALLBACKS_FULL


async def test_of_many_who_ask_at_once_no_more_are_taken(lines: Floor) -> None:
    ones = [await rings(lines, f"+35893100300{last}") for last in range(6)]
    commands = [RequestCallback(conversation_id=one, number=CALLER) for one in ones]
    outcomes = await asyncio.gather(*(lines.do(CALLS, command) for command in commands))
    refused = [one.reason for one in outcomes if isinstance(one, Refusal)]
    assert refused == [Reason.CALLED_BACK_TOO_OFTEN] * (len(ones) - MOST_TO_NUMBER)


async def unreached(floor: Floor) -> str:
    """Somebody is called back and the line is busy; the conversation's id."""
    one = await rings(floor)
    for what in ("callback", "taken", "missed"):
        await happens(floor, what, one)
    return one


async def with_helper(floor: Floor) -> str:
    """The same, where another agent serves in the queue by now."""
    one = await unreached(floor)
    await floor.sql("INSERT INTO queue_members VALUES ($1, $2, $3)", HOUSE, LINES, HELPER.id)
    for agent in (AINO, HELPER):
        await floor.done(agent, SetPresence(agent_id=agent.id, presence=Presence.AVAILABLE))
    return one


async def test_who_was_not_reached_is_called_again_from_their_place_by_itself(lines: Floor) -> None:
    one = await unreached(lines)
    queued_at = (await lines.get(one)).queued_at
    for _ in range(MOST_BY_ITSELF - 1):
        waits = await lines.get(one)
        assert (waits.state, waits.owner_id, waits.holds) == (State.OPEN, None, {})
        assert (waits.queued_at, waits.affinity_id) == (queued_at, AINO.id)
        lines.clock.now += RECALL_AFTER - timedelta(seconds=1)
        await lines.do(TIMER, FireTimers(conversation_id=one))
        assert (await lines.get(one)).version == waits.version, "not yet"
        lines.clock.now += timedelta(seconds=2)
        await lines.do(TIMER, FireTimers(conversation_id=one))
        assert (await lines.get(one)).deadlines.keys() == {"auto_close"}
        for what in ("taken", "missed"):
            await happens(lines, what, one)
    now = await lines.get(one)
    assert (now.state, now.owner_id, list(now.deadlines)) == (State.ACTIVE, AINO.id, ["talk"])
    assert await line_of(lines, one) is Line.MISSED
    dialled = [fact for fact in await lines.all_facts() if fact.event.kind == "telephone_dialled"]
    assert len(dialled) == MOST_BY_ITSELF


async def test_nobody_is_asked_before_that_and_then_the_one_who_called_them(lines: Floor) -> None:
    one = await with_helper(lines)
    router = Router(lines.database, lines.executor, Doorbell(), lines.clock)
    routed = await router.route(HOUSE)
    assert (routed.offers, routed.orphans) == ((), ())
    assert (await lines.refused(ROUTER, ask(one, HELPER.id))).reason is Reason.CHANGED_MEANWHILE
    until = (await lines.get(one)).deadlines["recall"]
    async with lines.database.reading() as tx:
        why = await routing.of_conversation(tx, OVERSEER, one, lines.clock())
    assert not isinstance(why, Refusal)
    assert why.now is not None
    assert (why.now.outcome, why.now.postponed, why.now.agent, why.place) == ("waiting", until, None, None)
    assert [(said.outcome, said.postponed) for said in why.why[:1]] == [("waiting", until)]
    lines.clock.now = until
    await lines.done(TIMER, FireTimers(conversation_id=one))
    [asked] = (await router.route(HOUSE)).offers
    assert (asked.agent_id, asked.affinity) == (AINO.id, True)
    offer = (await lines.get(one)).offer
    assert offer is not None
    assert offer.agent_id == AINO.id


async def test_where_nobody_serves_any_more_that_is_said_when_it_is_time(lines: Floor) -> None:
    one = await unreached(lines)
    await lines.sql("DELETE FROM queue_members WHERE queue_id = $1", LINES)
    router = Router(lines.database, lines.executor, Doorbell(), lines.clock)
    assert (await router.route(HOUSE)).orphans == ()
    lines.clock.now = (await lines.get(one)).deadlines["recall"]
    await lines.done(TIMER, FireTimers(conversation_id=one))
    await router.route(HOUSE)
    assert (await lines.get(one)).orphaned


async def test_overflow_leaves_them_alone_until_then(lines: Floor) -> None:
    one = await unreached(lines)
    rules = [{"trigger": "wait", "remedy": "message", "over": 30, "texts": {"en": "It takes longer."}}]
    await lines.sql("UPDATE queues SET overflow = $1 WHERE id = $2", rules, LINES)

    async def told() -> bool:
        await lines.done(TIMER, ApplyOverflow(conversation_id=one))
        await Overflow(lines.database, lines.executor, lines.clock).round()
        return bool((await lines.get(one)).overflowed)

    lines.clock.now += RECALL_AFTER
    assert not await told()
    await lines.done(TIMER, FireTimers(conversation_id=one))
    assert not await told(), "they wait from now on"
    lines.clock.now += timedelta(seconds=31)
    assert await told()


@pytest.mark.parametrize("how", ["picked", "assigned"])
async def test_whoever_takes_them_before_that_calls_them_at_once(lines: Floor, how: str) -> None:
    one = await with_helper(lines)
    lines.clock.now += timedelta(seconds=10)
    if how == "picked":
        await lines.done(HELPER, Pick(conversation_id=one))
    else:
        await lines.done(OVERSEER, AssignToAgent(conversation_id=one, agent_id=HELPER.id))
        await lines.done(HELPER, AcceptOffer(conversation_id=one))
    await lines.do(TIMER, FireTimers(conversation_id=one))
    assert await line_of(lines, one) is Line.DIALLING
    lines.clock.now += RECALL_AFTER + timedelta(seconds=1)
    await lines.do(TIMER, FireTimers(conversation_id=one))
    assert await line_of(lines, one) is Line.DIALLING, "no timer of before fires"


async def test_nobody_is_known_by_a_number_that_they_only_say_is_theirs(lines: Floor) -> None:
    """Who calls writes there what they like; the customer whose number it is must be shown to nobody for it."""
    known = await lines.get(await rings(lines))
    forged = [await lines.get(await rings(lines, vouched=False)) for _ in range(2)]
    assert len({one.contact_id for one in (known, *forged)}) == 3
    assert {one.customer_name for one in forged} == {CALLER}, "the number is shown all the same"
    assert (await lines.get(await rings(lines))).contact_id == known.contact_id


async def test_nor_is_a_number_kept_for_whom_nobody_vouches(lines: Floor) -> None:
    forged = await lines.get(await rings(lines, vouched=False))
    assert await lines.sql("SELECT 1 FROM identities WHERE value = $1", CALLER) == []
    assert (await lines.get(await rings(lines))).contact_id != forged.contact_id
