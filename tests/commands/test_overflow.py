"""Overflow: what a queue does to whoever comes into it, however they come (T16, T17)."""

from __future__ import annotations

from typing import Any

from sample_floor import AINO, BILLING, INES, SAARA, STRANGER, SULO, SUPPORT, TIMER, Floor
from sample_queues import hours, opens, overflows

from valvomo.commands.agents.connection import AgentConnect, AgentDisconnect
from valvomo.commands.conversations import assign, serve, transfer
from valvomo.commands.conversations.overflow_while_waiting import ApplyOverflow
from valvomo.commands.conversations.start import StartConversation
from valvomo.domain.agents.presence import Presence
from valvomo.domain.conversations.model import Channel, State
from valvomo.domain.conversations.overflowing import Overflowed
from valvomo.domain.conversations.queueing import Queued
from valvomo.domain.refusals import Reason
from valvomo.jobs.overflow import Overflow
from valvomo.queries.verify import verify

WIRE = {"connection_id": "c1", "process_id": "process-1"}
SHUT: dict[str, Any] = {"trigger": "closed", "remedy": "close", "texts": {"en": "Closed.", "fi": "Kiinni."}}
SAY: dict[str, Any] = {"trigger": "closed", "remedy": "message", "texts": {"en": "Tomorrow."}}
TO_BILLING: dict[str, Any] = {"trigger": "closed", "remedy": "queue", "queue_id": BILLING}
TOO_MANY: dict[str, Any] = {"trigger": "length", "over": 2, "remedy": "queue", "queue_id": BILLING}


async def overflowed(floor: Floor, conversation: str) -> list[tuple[str, str, str | None]]:
    """What was done about it: remedy, in which queue, to which."""
    events = await floor.events(conversation)
    return [(one.remedy.value, one.queue_name, one.to_name) for one in events if isinstance(one, Overflowed)]


async def shut(floor: Floor, *rules: dict[str, Any], queue: str = SUPPORT) -> None:
    """The queue is closed, and has these rules."""
    if not await floor.sql("SELECT FROM hours"):
        await hours(floor)
    await opens(floor, "afternoons", queue)
    await overflows(floor, *rules, queue=queue)


async def test_an_open_queue_does_nothing(floor: Floor) -> None:
    await overflows(floor, SHUT, TOO_MANY)
    conversation = await floor.get(await floor.start())
    assert (conversation.state, conversation.queue_id, conversation.version) == (State.OPEN, SUPPORT, 1)


async def test_a_start_that_is_turned_away_is_closed_with_the_reason_told(floor: Floor) -> None:
    await shut(floor, SHUT)
    start = StartConversation(
        channel=Channel.LIVE_CHAT,
        customer_name="Kaisa",
        workstream_id="chat",
        language="fi",
        issue_token=True,
    )
    done = await floor.done(INES, start)
    assert done.result["state"] == "closed"
    assert str(done.result["token"]).startswith("vc_")
    now = await floor.get(str(done.result["id"]))
    assert (now.closed_as, now.deadlines, now.holds) == ("overflow", {}, {})
    (event,) = [one for one in await floor.events(now.id) if isinstance(one, Overflowed)]
    assert event.text == "Kiinni."
    assert (await verify(floor.database)).clean


async def test_a_message_is_said_and_they_wait_on(floor: Floor) -> None:
    await shut(floor, SAY)
    now = await floor.get(await floor.start())
    assert (now.state, now.queue_id) == (State.OPEN, SUPPORT)
    assert now.overflowed == (f"{SUPPORT}:closed:0:message",)
    assert await overflowed(floor, now.id) == [("message", "Support", None)]


async def test_moves_follow_each_other_and_end_where_somebody_may_serve(floor: Floor) -> None:
    await shut(floor, SAY, TO_BILLING)
    await overflows(floor, {**TOO_MANY, "over": 1, "queue_id": "deserted"}, queue=BILLING)
    first, second = await floor.start(), await floor.start()
    for one in (first, second):
        # Nobody serves in the deserted queue: moving anybody there would be no remedy.
        assert (await floor.get(one)).queue_id == BILLING
    assert await overflowed(floor, first) == [("message", "Support", None), ("queue", "Support", "Billing")]
    assert (await verify(floor.database)).clean


async def test_it_is_too_long_when_as_many_wait_as_the_rule_says(floor: Floor) -> None:
    await overflows(floor, TOO_MANY)
    started = [await floor.start() for _ in range(4)]
    queues = [(await floor.get(one)).queue_id for one in started]
    assert queues == [SUPPORT, SUPPORT, BILLING, BILLING]
    await floor.done(AINO, serve.Pick(conversation_id=started[0]))
    assert (await floor.get(await floor.start())).queue_id == SUPPORT


async def test_a_closed_queue_is_refused_as_a_target_with_when_it_opens(floor: Floor) -> None:
    await shut(floor, queue=BILLING)
    waiting, served = await floor.start(), await floor.accepted()
    for actor, command in (
        (SAARA, assign.AssignToQueue(conversation_id=waiting, queue=BILLING)),
        (SAARA, transfer.TransferToQueue(conversation_id=served, queue=BILLING)),
        (AINO, transfer.TransferToQueue(conversation_id=served, queue="billing")),
    ):
        refusal = await floor.refused(actor, command)
        assert refusal.reason is Reason.QUEUE_CLOSED
        assert refusal.facts["opens_at"] == floor.clock.now.replace(hour=13)
    floor.clock.advance(4 * 3600)
    await floor.done(SAARA, assign.AssignToQueue(conversation_id=waiting, queue=BILLING))


async def test_what_is_moved_by_people_is_judged_where_it_comes_to(floor: Floor) -> None:
    full = {"trigger": "length", "over": 1, "remedy": "message", "texts": {"en": "Busy."}}
    await overflows(floor, full, queue=BILLING)
    assert await overflowed(floor, await floor.start(queue=BILLING)) == []
    assigned, served = await floor.start(), await floor.accepted()
    await floor.done(SAARA, assign.AssignToQueue(conversation_id=assigned, queue=BILLING))
    await floor.done(AINO, transfer.TransferToQueue(conversation_id=served, queue=BILLING))
    for one in (assigned, served):
        assert await overflowed(floor, one) == [("message", "Billing", None)]


async def test_a_release_at_night_is_told_so_and_not_closed(floor: Floor) -> None:
    served = await floor.accepted()
    await shut(floor, SHUT, SAY)
    done = await floor.done(AINO, serve.Release(conversation_id=served))
    assert done.result["state"] == "open"
    assert await overflowed(floor, served) == [("message", "Support", None)]
    assert (await floor.agent(AINO)).load == 0
    assert (await verify(floor.database)).clean


async def test_the_clock_does_not_close_what_was_served(floor: Floor) -> None:
    served, new = await floor.accepted(), await floor.start()
    await floor.done(AINO, serve.Release(conversation_id=served))
    await shut(floor, SHUT)
    job = Overflow(floor.database, floor.executor, floor.clock)
    await job.round()
    assert [(await floor.get(one)).state for one in (served, new)] == [State.OPEN, State.CLOSED]
    outcome = await floor.done(TIMER, ApplyOverflow(conversation_id=served))
    assert outcome.position is None


async def test_an_agent_gone_brings_it_before_the_rules_too(floor: Floor) -> None:
    served = await floor.accepted()
    await floor.done(AINO, AgentConnect(**WIRE))
    await floor.done(AINO, AgentDisconnect(**WIRE))
    await shut(floor, TO_BILLING)
    floor.clock.advance(90)
    await floor.fire(served)
    now = await floor.get(served)
    assert (now.state, now.queue_id, now.owner_id) == (State.OPEN, BILLING, None)


async def test_who_writes_at_night_into_what_was_parked_is_told(floor: Floor) -> None:
    parked = await floor.accepted("persistent")
    await floor.done(AINO, serve.Park(conversation_id=parked))
    await floor.set_presence(AINO, Presence.OFFLINE)
    await shut(floor, SAY)
    await floor.write(await floor.guest(parked), parked, "Hello?")
    now = await floor.get(parked)
    assert (now.state, now.affinity_id) == (State.OPEN, AINO.id)
    assert await overflowed(floor, parked) == [("message", "Support", None)]
    assert (await verify(floor.database)).clean


async def test_a_rule_is_applied_again_only_after_somebody_has_served(floor: Floor) -> None:
    await shut(floor, SAY)
    waiting = await floor.start()
    await floor.done(SAARA, assign.AssignToQueue(conversation_id=waiting, queue=BILLING))
    await opens(floor, None)
    await overflows(floor, {**TOO_MANY, "over": 1, "remedy": "message", "texts": {"en": "Long."}})
    await floor.start()
    await floor.done(SULO, assign.AssignToQueue(conversation_id=waiting, queue=SUPPORT))
    told = [("message", "Support", None)]
    assert await overflowed(floor, waiting) == told * 2
    for queue, who in ((BILLING, SAARA), (SUPPORT, SULO)):
        await floor.done(who, assign.AssignToQueue(conversation_id=waiting, queue=queue))
    assert await overflowed(floor, waiting) == told * 2
    await floor.done(AINO, serve.Pick(conversation_id=waiting))
    await floor.done(AINO, serve.Release(conversation_id=waiting))
    assert await overflowed(floor, waiting) == told * 3
    kinds = [type(one) for one in await floor.events(waiting)]
    assert kinds[-2:] == [Queued, Overflowed]


async def test_another_house_is_not_counted(floor: Floor) -> None:
    await overflows(floor, {**TOO_MANY, "over": 1})
    elsewhere = StartConversation(channel=Channel.LIVE_CHAT, customer_name="Kaisa", workstream_id="chat")
    for _ in range(2):
        await floor.done(STRANGER, elsewhere)
    assert (await floor.get(await floor.start())).queue_id == SUPPORT
