"""What attention is kept from whom: mutes and pins from agents whatever they are shown, colleagues from each other."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sample_floor import AINO, ALL_ON, BEGIN, EINO, SAARA, Floor
from sample_stage import Reader, Stage

from valvomo.commands.conversations.monitor import Monitor
from valvomo.commands.conversations.mute import Mute, Pin
from valvomo.db import floor as stored
from valvomo.domain.access.actor import Actor
from valvomo.domain.refusals import Refusal
from valvomo.queries import agents, timeline

pytestmark = pytest.mark.slow


async def read(stage: Stage, one: str) -> list[Reader]:
    readers = [stage.reader(AINO), stage.reader(EINO)]
    for topic in ("board", "agents", "figures", "me"):
        for reader in readers:
            await reader.watch(topic)
    await readers[0].watch(f"conversation:{one}")
    return readers


async def numbers(floor: Floor, actor: Actor, one: str) -> list[tuple[int, str]]:
    async with floor.database.reading() as tx:
        page = await timeline.of_conversation(tx, actor, one, position=0, limit=50)
    assert not isinstance(page, Refusal)
    return [(item.position, item.kind) for item in page.items]


async def test_agents_who_are_shown_everything_cannot_count_mutes_and_pins(floor: Floor) -> None:
    shown = replace(ALL_ON, show_agents_monitored=True, show_agents_sentiment=True)
    await floor.set_supervision(shown)
    one = await floor.accepted("chat")
    stage = await Stage.open(floor)
    readers = await read(stage, one)
    heard, said = [reader.timeless() for reader in readers], await numbers(floor, AINO, one)
    await floor.done(SAARA, Mute(conversation_id=one))
    await floor.done(SAARA, Pin(conversation_id=one))
    await stage.settle()
    assert [reader.timeless() for reader in readers] == heard
    assert await numbers(floor, AINO, one) == said
    assert len(await numbers(floor, SAARA, one)) == len(said) + 2
    await floor.done(SAARA, Monitor(conversation_id=one))
    await stage.settle()
    (number, kind) = (await numbers(floor, AINO, one))[-1]
    assert (number, kind) == (len(said) + 1, "monitor_started")
    told = [item for item in readers[0].told(f"conversation:{one}") if item.get("event") == kind]
    assert [item["position"] for item in told] == [number]
    assert readers[0].rows["board"][one]["version"] == (await floor.get(one)).revision


async def test_who_is_silent_is_told_to_them_and_to_their_supervisors(floor: Floor) -> None:
    floor.clock.advance(59)
    await floor.accepted("chat")
    stage = await Stage.open(floor)
    for actor, knows in ((AINO, True), (SAARA, True), (EINO, False)):
        reader = stage.reader(actor)
        await reader.watch("agents")
        live = [part["name"] for part in reader.rows["agents"][AINO.id]["attention"]]
        async with floor.database.reading() as tx:
            rows = await agents.listed(tx, actor, floor.clock())
            single = await agents.one(tx, actor, AINO.id, floor.clock())
        (row,) = [row for row in rows if row.id == AINO.id]
        assert row == single
        assert live == [part.name for part in row.attention] == (["silent"] if knows else [])
        if knows:
            assert row.attention[0].began == BEGIN + timedelta(minutes=1)
            async with floor.database.reading() as tx:
                assert (await stored.quiet(tx, AINO.organization_id))[AINO.id] == row.attention[0].began
