"""An agent's connections: offline at once, back as before within 150 s (spec 1 §2)."""

from __future__ import annotations

import pytest
from sample_floor import AATU, AINO, INES, ONNI, ROUTER, SAARA, SULO, Floor
from sample_routing import ask

from valvomo.commands.agents.connection import AgentConnect, AgentDisconnect
from valvomo.commands.agents.presence import SetPresence
from valvomo.commands.conversations.transfer import TransferToAgent
from valvomo.domain.access.actor import Actor
from valvomo.domain.agents.presence import Presence
from valvomo.domain.conversations.model import State
from valvomo.domain.refusals import Reason

FIRST = {"connection_id": "c1", "process_id": "process-1"}
SECOND = {"connection_id": "c2", "process_id": "process-1"}


@pytest.mark.parametrize(
    "chosen", [Presence.AVAILABLE, Presence.BUSY, Presence.AWAY, Presence.DO_NOT_DISTURB]
)
@pytest.mark.parametrize(("seconds", "back"), [(149, True), (150, True), (151, False)])
async def test_presence_comes_back_within_its_time(
    floor: Floor, chosen: Presence, seconds: int, back: bool
) -> None:
    await floor.done(AINO, AgentConnect(**FIRST))
    await floor.set_presence(AINO, chosen)
    await floor.done(AINO, AgentDisconnect(**FIRST))
    assert (await floor.agent(AINO)).presence is Presence.OFFLINE
    floor.clock.advance(seconds)
    await floor.done(AINO, AgentConnect(**SECOND))
    assert (await floor.agent(AINO)).presence is (chosen if back else Presence.OFFLINE)


async def test_who_went_offline_by_hand_stays_offline(floor: Floor) -> None:
    await floor.done(AINO, AgentConnect(**FIRST))
    await floor.done(AINO, AgentDisconnect(**FIRST))
    await floor.done(AINO, AgentConnect(**FIRST))
    await floor.set_presence(AINO, Presence.OFFLINE)
    await floor.done(AINO, AgentDisconnect(**FIRST))
    await floor.done(AINO, AgentConnect(**FIRST))
    assert (await floor.agent(AINO)).presence is Presence.OFFLINE


async def test_only_the_last_window_counts(floor: Floor) -> None:
    one = await floor.accepted()
    await floor.done(AINO, AgentConnect(**FIRST))
    await floor.done(AINO, AgentConnect(**SECOND))
    before = await floor.get(one)
    await floor.done(AINO, AgentDisconnect(**FIRST))
    assert await floor.get(one) == before
    assert (await floor.agent(AINO)).presence is Presence.BUSY
    await floor.done(AINO, AgentDisconnect(**SECOND))
    assert "agent_gone" in (await floor.get(one)).deadlines


async def test_back_in_time_what_they_serve_is_theirs(floor: Floor) -> None:
    one = await floor.accepted()
    await floor.done(AINO, AgentConnect(**FIRST))
    await floor.done(AINO, AgentDisconnect(**FIRST))
    floor.clock.advance(89)
    await floor.done(AINO, AgentConnect(**SECOND))
    now = await floor.get(one)
    assert (now.owner_id, now.deadlines) == ("aino", {})
    assert [event.kind for event in await floor.events(one)][-2:] == ["owner_disconnected", "owner_returned"]


async def test_offers_to_them_are_withdrawn_without_blame(floor: Floor) -> None:
    one, two = await floor.start(), await floor.accepted(by=SAARA)
    await floor.done(AINO, AgentConnect(**FIRST))
    await floor.done(ROUTER, ask(one, AINO.id))
    await floor.done(SAARA, TransferToAgent(conversation_id=two, agent_id=AINO.id))
    await floor.done(AINO, AgentDisconnect(**FIRST))
    first, second = await floor.get(one), await floor.get(two)
    assert (first.state, first.declines, first.offers) == (State.OPEN, {}, ())
    assert (second.owner_id, second.offers) == ("saara", ())
    assert (await floor.facts(two))[-1].notify == ("saara",), "who asked hears of it"
    assert (await floor.agent(AINO)).load == 0


# Who sets Onni's presence (Billing, Cases), and why not.
SETTERS: list[tuple[Actor, Reason | None]] = [
    (ONNI, None), (SULO, None), (SAARA, None), (AINO, Reason.ROLE_NEEDED), (AATU, Reason.ROLE_NEEDED),
    (INES, Reason.INTEGRATION_ACCOUNT),
]  # fmt: skip


@pytest.mark.parametrize(("actor", "reason"), SETTERS, ids=lambda value: getattr(value, "name", ""))
async def test_who_may_set_a_presence(floor: Floor, actor: Actor, reason: Reason | None) -> None:
    command = SetPresence(agent_id=ONNI.id, presence=Presence.AWAY)
    if reason is not None:
        assert (await floor.refused(actor, command)).reason is reason
        return
    await floor.done(actor, command)
    fact = (await floor.all_facts())[-1]
    assert (fact.kind, fact.actor_id, fact.audited) == ("presence_set", actor.id, actor is not ONNI)
    assert (await floor.done(actor, command)).position is None, "it is so already"


async def test_presence_out_of_scope_unknown_or_not_to_be_chosen(floor: Floor) -> None:
    away = Presence.AWAY
    assert (
        await floor.refused(SULO, SetPresence(agent_id="saara", presence=away))
    ).reason is Reason.NOT_FOUND
    assert (
        await floor.refused(SULO, SetPresence(agent_id="nobody", presence=away))
    ).reason is Reason.NOT_FOUND
    inactive = SetPresence(agent_id=ONNI.id, presence=Presence.INACTIVE)
    assert (await floor.refused(ONNI, inactive)).reason is Reason.MALFORMED
