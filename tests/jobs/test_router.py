"""The router at work: offers and orphans as ordinary facts, and one router at a time."""

from __future__ import annotations

import asyncio

import pytest
from sample_floor import AINO, DESERTED, EINO, HOUSE, SAARA, Floor

from valvomo.commands.conversations.offers import RejectOffer
from valvomo.db import decisions
from valvomo.db.doorbell import Doorbell
from valvomo.domain.agents.presence import Presence
from valvomo.domain.conversations.model import State
from valvomo.jobs.router import Router

pytestmark = pytest.mark.slow


@pytest.fixture
def router(floor: Floor) -> Router:
    return Router(floor.database, floor.executor, Doorbell(), floor.clock)


async def test_what_waits_is_offered_to_who_is_free(floor: Floor, router: Router) -> None:
    one = await floor.start("chat")
    await router.round()
    after = await floor.get(one)
    assert after.state is State.ACTIVE
    assert after.offer is not None
    assert (after.offer.by_id, after.offer.by_role) == (None, "router")


async def test_nobody_present_means_waiting_on(floor: Floor, router: Router) -> None:
    async with floor.database.transaction() as tx:
        people = await tx.rows("agents.all", HOUSE)
    for row in people:
        await floor.sql("UPDATE agents SET chosen = $1 WHERE id = $2", Presence.AWAY.value, row["id"])
    one = await floor.start("chat")
    await router.round()
    after = await floor.get(one)
    assert (after.state, after.orphaned) == (State.OPEN, False)


async def test_a_queue_without_members_makes_an_orphan_once(floor: Floor, router: Router) -> None:
    one = await floor.start("chat", queue=DESERTED)
    await router.round()
    await router.round()
    assert (await floor.get(one)).orphaned
    assert [event.kind for event in await floor.events(one)] == ["conversation_started", "orphaned"]


async def test_members_who_come_take_it_from_the_orphans_though_they_are_away(floor: Floor) -> None:
    one = await floor.start("chat", queue=DESERTED)
    await Router(floor.database, floor.executor, Doorbell(), floor.clock).round()
    await floor.sql("UPDATE agents SET chosen = 'away' WHERE id = $1", AINO.id)
    await floor.sql(
        "INSERT INTO queue_members (organization_id, queue_id, user_id) VALUES ($1, $2, $3)",
        HOUSE,
        DESERTED,
        AINO.id,
    )
    router = Router(floor.database, floor.executor, Doorbell(), floor.clock)
    await router.round()
    await router.route(HOUSE)
    assert not (await floor.get(one)).orphaned
    assert [event.kind for event in await floor.events(one)][1:] == ["orphaned", "no_longer_orphaned"]
    async with floor.database.reading() as tx:
        kept = await decisions.of_conversation(tx, HOUSE, one, 50)
    assert sorted(one.decision.outcome for one in kept) == ["orphaned", "waiting"]


async def test_what_everybody_declines_three_times_is_an_orphan(floor: Floor, router: Router) -> None:
    one = await floor.start("chat")
    for _ in range(9):
        await router.round()
        offer = (await floor.get(one)).offer
        if offer is None:
            break
        agent = next(actor for actor in (AINO, EINO, SAARA) if actor.id == offer.agent_id)
        await floor.done(agent, RejectOffer(conversation_id=one, reason="no"))
    await router.round()
    after = await floor.get(one)
    assert after.orphaned
    assert set(after.declines.values()) == {3}


async def test_two_routers_offer_once(floor: Floor) -> None:
    ids = [await floor.start("chat") for _ in range(4)]
    routers = [Router(floor.database, floor.executor, Doorbell(), floor.clock) for _ in range(3)]
    await asyncio.gather(*(router.round() for router in routers))
    for one in ids:
        made = [event for event in await floor.events(one) if event.kind == "offer_made"]
        assert len(made) <= 1
    loads = [await floor.agent(actor) for actor in (AINO, EINO)]
    assert all(agent.load <= agent.capacity for agent in loads)
