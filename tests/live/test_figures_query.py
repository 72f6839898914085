"""Figures over HTTP and in the live stream are the same figures; those of the past add up (spec 1 §8)."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest
from sample_floor import AINO, BILLING, EINO, SAARA, SULO, SUPPORT
from sample_stage import Stage

from valvomo.commands.conversations.assign import AssignToAgent
from valvomo.commands.conversations.connection import CustomerEnd
from valvomo.commands.conversations.force_close import ForceClose
from valvomo.commands.conversations.offers import AcceptOffer, RejectOffer
from valvomo.commands.conversations.serve import Pick
from valvomo.domain.refusals import Refusal
from valvomo.queries import figures

pytestmark = pytest.mark.slow


async def test_the_live_figures_are_those_of_the_stream(stage: Stage) -> None:
    floor = stage.floor
    one = await floor.start("chat")
    await floor.start("chat", queue=BILLING)
    floor.clock.advance(30)
    await floor.done(AINO, Pick(conversation_id=one))
    await stage.settle()
    for actor in (SAARA, SULO, AINO):
        reader = stage.reader(actor)
        await reader.watch("figures")
        async with floor.database.reading() as tx:
            asked = await figures.live(tx, actor, floor.clock())
        assert msgspec.json.decode(msgspec.json.encode(asked.items)) == list(reader.rows["figures"].values())


async def test_the_past_adds_up(stage: Stage) -> None:
    floor = stage.floor
    begin = floor.clock()
    accepted, left, forced = [await floor.start("chat") for _ in range(3)]
    floor.clock.advance(20)
    await floor.done(SAARA, AssignToAgent(conversation_id=accepted, agent_id=AINO.id))
    await floor.done(AINO, RejectOffer(conversation_id=accepted))
    await floor.done(SAARA, AssignToAgent(conversation_id=accepted, agent_id=EINO.id))
    await floor.done(EINO, AcceptOffer(conversation_id=accepted))
    await floor.done(await floor.guest(left), CustomerEnd(conversation_id=left))
    await floor.done(SAARA, ForceClose(conversation_id=forced, reason="test"))
    await floor.write(EINO, accepted, "good day")
    end = floor.clock.now + timedelta(days=1)
    async with floor.database.reading() as tx:
        whole = await figures.history(tx, SAARA, (begin, end), frozenset())
        parted = await figures.history(tx, SAARA, (begin, end), frozenset({"day", "queue"}))
        late = await figures.history(tx, SAARA, (end, end + timedelta(days=1)), frozenset())
        wrong = await figures.history(tx, SAARA, (end, begin), frozenset())
    assert not isinstance(whole, Refusal)
    assert not isinstance(parted, Refusal)
    assert not isinstance(late, Refusal)
    assert isinstance(wrong, Refusal)
    item = whole.items[0]
    assert (item.started, item.abandoned, item.force_closed, item.speed_of_answer) == (3, 1, 1, 20)
    assert item.first_response == 20
    assert (item.service_level.within, item.service_level.ratio) == (1, 0.5)
    assert msgspec.to_builtins(item.offers) == {"offered": 2, "accepted": 1, "rejected": 1, "expired": 0}
    assert {one.queue for one in parted.items} == {SUPPORT, "cases"}
    assert {one.day for one in parted.items} == {"2026-03-02", "2026-03-03"}
    assert sum(one.started for one in parted.items) == 3
    assert late.items[0].started == 0
