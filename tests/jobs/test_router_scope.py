"""What wakes the router, what it keeps of its decisions, and several routers at once."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable
from typing import Any

import pytest
from sample_floor import AATU, AINO, BILLING, EINO, HOUSE, ONNI, SAARA, SUPPORT, Floor

from valvomo.commands.agents.presence import SetPresence
from valvomo.commands.conversations import serve
from valvomo.commands.conversations.connection import CustomerEnd
from valvomo.commands.conversations.force_close import ForceClose
from valvomo.commands.conversations.offers import AcceptOffer
from valvomo.commands.settings.queues import ChangeQueue
from valvomo.commands.settings.users import ChangeUser
from valvomo.db import decisions
from valvomo.db.decisions import RecordedDecision
from valvomo.db.doorbell import Doorbell
from valvomo.domain.access.actor import Actor
from valvomo.domain.agents.presence import Presence
from valvomo.domain.conversations.model import State
from valvomo.domain.refusals import Reason
from valvomo.domain.routing.choosing import Outcome, decide
from valvomo.domain.routing.facts import ALGORITHM
from valvomo.domain.routing.route import Routed
from valvomo.domain.routing.route import serve as made
from valvomo.jobs import router as job
from valvomo.jobs.janitor import Janitor
from valvomo.jobs.router import Router


@pytest.fixture
def router(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> Router:
    """One that looks at everything once and then never again, so that what wakes it is all it has to go by."""
    monkeypatch.setattr(job, "FULL_SHARE", 1e9)
    return Router(floor.database, floor.executor, Doorbell(), floor.clock)


async def present(floor: Floor, *people: Actor) -> None:
    """These and nobody else."""
    for one in (AINO, EINO, ONNI, SAARA):
        chosen = Presence.AVAILABLE if one in people else Presence.AWAY
        await floor.done(one, SetPresence(agent_id=one.id, presence=chosen))


async def asked(floor: Floor, conversations: Iterable[str]) -> dict[str, str]:
    """Who is asked to take which."""
    found = {one: (await floor.get(one)).offer for one in conversations}
    return {one: offer.agent_id for one, offer in found.items() if offer is not None}


async def kept(floor: Floor, conversation_id: str) -> list[RecordedDecision]:
    async with floor.database.reading() as tx:
        return await decisions.of_conversation(tx, HOUSE, conversation_id, 50)


async def test_someone_who_becomes_available_is_asked(floor: Floor, router: Router) -> None:
    await present(floor)
    one = await floor.start("chat")
    await router.round()
    assert await asked(floor, [one]) == {}
    await floor.done(EINO, SetPresence(agent_id=EINO.id, presence=Presence.AVAILABLE))
    await router.round()
    assert await asked(floor, [one]) == {one: "eino"}


async def test_capacity_that_becomes_free_is_used(floor: Floor, router: Router) -> None:
    await present(floor, AINO)
    await floor.sql("UPDATE agents SET capacity = 1 WHERE id = 'aino'")
    first, second = await floor.start("unblocked"), await floor.start("chat")
    await router.round()
    assert await asked(floor, [first, second]) == {first: "aino"}
    await floor.done(AINO, AcceptOffer(conversation_id=first))
    await router.round()
    assert await asked(floor, [second]) == {}
    await floor.done(AINO, serve.End(conversation_id=first))
    await router.round()
    assert await asked(floor, [second]) == {second: "aino"}


@pytest.mark.parametrize("how", ["abandoned", "force_closed"])
async def test_who_was_only_asked_is_free_again(floor: Floor, router: Router, how: str) -> None:
    """Nothing that ends the conversation names the agent who was asked to take it."""
    await present(floor, AINO)
    await floor.sql("UPDATE agents SET capacity = 1 WHERE id = 'aino'")
    first, second = await floor.start("chat"), await floor.start("chat")
    for _ in range(3):
        await router.round()
    assert await asked(floor, [first, second]) == {first: "aino"}
    if how == "abandoned":
        await floor.done(await floor.guest(first), CustomerEnd(conversation_id=first))
    else:
        await floor.done(SAARA, ForceClose(conversation_id=first, reason="spam"))
    await router.round()
    assert await asked(floor, [second]) == {second: "aino"}


@pytest.mark.parametrize("what", ["capacity", "member"])
async def test_a_changed_setting_is_heard_of(floor: Floor, router: Router, what: str) -> None:
    await present(floor, ONNI)
    await floor.sql("UPDATE agents SET capacity = 0 WHERE id = 'onni'")
    one = await floor.start("chat", queue=BILLING if what == "capacity" else SUPPORT)
    await router.round()
    assert await asked(floor, [one]) == {}
    if what == "member":
        await floor.sql("UPDATE agents SET capacity = 2 WHERE id = 'onni'")
        await floor.done(AATU, ChangeQueue(queue_id=SUPPORT, members=frozenset({"onni"})))
    else:
        await floor.done(AATU, ChangeUser(user_id="onni", capacity=2))
    await router.round()
    assert await asked(floor, [one]) == {one: "onni"}


async def test_only_queues_in_which_something_changed_are_looked_at(
    floor: Floor, router: Router, monkeypatch: pytest.MonkeyPatch
) -> None:
    await present(floor)
    await floor.start("chat", queue=BILLING)
    await router.round()
    looked: list[Collection[str] | None] = []

    def spied(*args: Any, queues: Collection[str] | None, **named: Any) -> Routed:
        looked.append(queues)
        return made(*args, queues=queues, **named)

    monkeypatch.setattr(job, "serve", spied)
    await floor.start("chat", queue=SUPPORT)
    await router.round()
    await router.round()
    await floor.done(ONNI, SetPresence(agent_id=ONNI.id, presence=Presence.BUSY))
    await router.round()
    assert looked == [{SUPPORT}, set(), {BILLING, "cases"}]


async def test_every_decision_is_kept_and_can_be_made_again(floor: Floor, router: Router) -> None:
    await present(floor, AINO, EINO)
    await floor.sql("UPDATE agents SET capacity = 1")
    ids = [await floor.start("chat") for _ in range(4)]
    await router.round()
    offered = await asked(floor, ids)
    assert len(offered) == 2
    for one in ids:
        [found] = await kept(floor, one)
        decision = found.decision
        assert decision.waiting.id == one
        assert found.algorithm == ALGORITHM
        assert decision.agent_id == offered.get(one)
        again = decide(
            decision.waiting, decision.workstream, decision.queue, [each.seat for each in decision.considered]
        )
        assert again == decision
    first_waiting, second_waiting = [(await kept(floor, one))[0] for one in ids[2:]]
    assert first_waiting.decision.reasons == {Reason.NO_CAPACITY: 2, Reason.PRESENCE_NOT_ALLOWED: 1}
    assert (first_waiting.shared, second_waiting.shared) == (False, True)


async def test_why_something_waits_is_told_once_and_again_when_it_is_another_reason(
    floor: Floor, router: Router
) -> None:
    await present(floor)
    one = await floor.start("chat")
    for priority in range(3):
        await floor.done(AATU, ChangeQueue(queue_id=SUPPORT, priority=priority))
        await router.round()
    assert [found.decision.outcome for found in await kept(floor, one)] == [Outcome.WAITING]
    await floor.sql("UPDATE agents SET capacity = 0 WHERE id = 'eino'")
    await floor.done(EINO, SetPresence(agent_id=EINO.id, presence=Presence.BUSY))
    await router.round()
    assert len(await kept(floor, one)) == 1, "not more often than once a minute"
    floor.clock.advance(61)
    await floor.done(EINO, SetPresence(agent_id=EINO.id, presence=Presence.BUSY))
    await floor.done(AATU, ChangeQueue(queue_id=SUPPORT, priority=9))
    await router.round()
    assert [set(found.decision.reasons) for found in await kept(floor, one)] == [
        {Reason.PRESENCE_NOT_ALLOWED, Reason.NO_CAPACITY},
        {Reason.PRESENCE_NOT_ALLOWED},
    ]


async def test_three_routers_at_once_never_offer_twice_nor_over_a_limit(floor: Floor) -> None:
    await present(floor, AINO, EINO, SAARA)
    await floor.sql("UPDATE agents SET capacity = 3")
    routers = [Router(floor.database, floor.executor, Doorbell(), floor.clock) for _ in range(3)]
    ids: list[str] = []
    for _ in range(4):
        ids += [await floor.start("chat") for _ in range(4)]
        await asyncio.gather(*(one.round() for one in routers))
    for one in ids:
        made = [event for event in await floor.events(one) if event.kind == "offer_made"]
        assert len(made) <= 1
    states = [(await floor.get(one)).state for one in ids]
    assert states.count(State.ACTIVE) == 9, "three agents of three units, all in use"
    assert [(await floor.agent(one)).load for one in (AINO, EINO, SAARA)] == [3, 3, 3]


async def test_who_was_asked_least_lately_is_asked_next(floor: Floor, router: Router) -> None:
    await present(floor, AINO, EINO)
    await floor.sql("UPDATE queues SET method = 'round_robin'")
    turns = []
    for _ in range(4):
        one = await floor.start("unblocked")
        await router.round()
        [agent] = (await asked(floor, [one])).values()
        turns.append(agent)
        actor = AINO if agent == "aino" else EINO
        await floor.done(actor, AcceptOffer(conversation_id=one))
        await floor.done(actor, serve.End(conversation_id=one))
        floor.clock.advance(1)
    assert turns in (["aino", "eino"] * 2, ["eino", "aino"] * 2)


async def test_decisions_are_swept_after_three_months(floor: Floor, router: Router) -> None:
    await present(floor)
    one = await floor.start("chat")
    await router.round()
    sweeper = Janitor(floor.database, floor.executor, floor.clock, process_id="sweeper", live=dict)
    floor.clock.advance(89 * 86_400)
    await sweeper.round()
    assert len(await kept(floor, one)) == 1
    floor.clock.advance(2 * 86_400)
    await sweeper.round()
    assert await kept(floor, one) == []
