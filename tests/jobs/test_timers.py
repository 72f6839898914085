"""Timers fire once, whichever process gets there first, and after a restart too (spec 1 §2)."""

from __future__ import annotations

import asyncio

import pytest
from sample_floor import AINO, SAARA, Floor

from valvomo.commands.conversations.assign import AssignToAgent
from valvomo.db.doorbell import Doorbell
from valvomo.domain.agents.presence import Presence
from valvomo.domain.conversations.model import State
from valvomo.jobs.timers import Timers

pytestmark = pytest.mark.slow


def timers(floor: Floor) -> Timers:
    return Timers(floor.database, floor.executor, Doorbell(), floor.clock)


async def test_an_offer_expires_once_with_many_processes(floor: Floor) -> None:
    one = await floor.start("chat")
    await floor.done(SAARA, AssignToAgent(conversation_id=one, agent_id=AINO.id))
    pause = await timers(floor).round()
    assert pause is not None
    assert 119 <= pause <= 120
    floor.clock.advance(121)
    await asyncio.gather(*(timers(floor).round() for _ in range(4)))
    assert (await floor.get(one)).state is State.OPEN
    assert [event.kind for event in await floor.events(one)].count("offer_expired") == 1
    assert (await floor.agent(AINO)).presence is Presence.INACTIVE


async def test_nothing_due_changes_nothing(floor: Floor) -> None:
    await floor.start("chat")
    before = await floor.everything()
    await timers(floor).round()
    assert await floor.everything() == before


async def test_one_that_cannot_fire_does_not_hold_up_others(floor: Floor) -> None:
    stuck, other = await floor.start("chat"), await floor.start("chat")
    floor.clock.advance(1300)
    job = timers(floor)
    async with floor.database.transaction() as tx:
        await tx.row("conversations.lock", "organization-1", stuck)
        await job.round()
        assert (await floor.get(other)).state is State.CLOSED
        assert (await floor.get(stuck)).state is State.OPEN
    floor.clock.advance(6)
    await job.round()
    assert (await floor.get(stuck)).state is State.CLOSED
