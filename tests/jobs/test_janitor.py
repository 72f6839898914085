"""Connections that ended unnoticed, with their process or without, are lost connections."""

from __future__ import annotations

import asyncio

import pytest
from sample_floor import AINO, EINO, HOUSE, SAARA, Floor

from valvomo.commands.agents.connection import AgentConnect, AgentDisconnect, EndWatching
from valvomo.commands.agents.focus import ReportFocus
from valvomo.commands.agents.serving import EndServing
from valvomo.commands.conversations.connection import CustomerConnect
from valvomo.commands.conversations.join import Join
from valvomo.commands.conversations.monitor import Monitor
from valvomo.commands.conversations.serve import Park
from valvomo.domain.access.actor import Actor, system
from valvomo.domain.agents.presence import Presence
from valvomo.domain.conversations.join import ParticipantLeft
from valvomo.domain.conversations.model import Role, State
from valvomo.domain.conversations.monitor import MonitorStopped
from valvomo.domain.figures.focus import Told
from valvomo.domain.refusals import Reason
from valvomo.jobs.janitor import Janitor
from valvomo.queries.verify import verify

pytestmark = pytest.mark.slow


def janitor(floor: Floor, process_id: str, **live: Actor) -> Janitor:
    """Of a process that has these connections."""
    return Janitor(floor.database, floor.executor, floor.clock, process_id=process_id, live=lambda: live)


async def test_the_connections_of_the_dead_are_lost(floor: Floor) -> None:
    dead = janitor(floor, "dead")
    alive = janitor(floor, "alive")
    await dead.begin()
    await alive.begin()
    one = await floor.accepted("chat")
    await floor.done(AINO, AgentConnect(connection_id="a", process_id="dead"))
    guest = await floor.guest(one)
    await floor.done(guest, CustomerConnect(conversation_id=one, connection_id="c", process_id="dead"))
    await alive.round()
    assert (await floor.agent(AINO)).chosen is Presence.AVAILABLE
    await floor.pass_unseen(11)
    await alive.round()
    after = await floor.get(one)
    assert after.customer_online is False
    assert "reconnect" in after.deadlines
    assert "agent_gone" in after.deadlines
    assert (await floor.agent(AINO)).chosen is Presence.OFFLINE
    assert await floor.sql("SELECT 1 FROM connections WHERE organization_id = $1", HOUSE) == []


async def test_a_process_that_ends_says_so(floor: Floor) -> None:
    going = janitor(floor, "going")
    staying = janitor(floor, "staying")
    await going.begin()
    await floor.done(AINO, AgentConnect(connection_id="a", process_id="going"))
    await going.end()
    await staying.round()
    assert (await floor.agent(AINO)).chosen is Presence.OFFLINE


async def test_an_end_that_could_not_be_noted_is_noted_later(floor: Floor) -> None:
    own = janitor(floor, "own", live=EINO)
    await own.begin()
    await floor.done(AINO, AgentConnect(connection_id="gone", process_id="own"))
    await floor.done(EINO, AgentConnect(connection_id="gone too", process_id="own"))
    await floor.done(EINO, AgentConnect(connection_id="live", process_id="own"))
    await own.round()
    await own.round()
    assert await connections(floor) == ["gone", "gone too", "live"]
    floor.clock.advance(11)
    one = await floor.accepted("chat")
    guest = await floor.guest(one)
    await floor.done(guest, CustomerConnect(conversation_id=one, connection_id="young", process_id="own"))
    await own.round()
    assert await connections(floor) == ["gone", "gone too", "live", "young"]
    await own.round()
    assert await connections(floor) == ["live", "young"]
    assert (await floor.agent(AINO)).chosen is Presence.OFFLINE
    assert (await floor.agent(EINO)).chosen is Presence.AVAILABLE
    assert (await floor.get(one)).customer_online is True
    floor.clock.advance(11)
    await own.round()
    await own.round()
    assert await connections(floor) == ["live"]
    after = await floor.get(one)
    assert after.customer_online is False
    assert "reconnect" in after.deadlines


async def test_a_beginning_that_could_not_be_noted_is_noted_later(floor: Floor) -> None:
    one = await floor.accepted("chat")
    guest = await floor.guest(one)
    own = janitor(floor, "own", agent=AINO, guest=guest)
    await own.begin()
    await floor.done(AINO, AgentConnect(connection_id="before", process_id="process-1"))
    await floor.done(AINO, AgentDisconnect(connection_id="before", process_id="process-1"))
    assert "agent_gone" in (await floor.get(one)).deadlines
    await own.round()
    assert await connections(floor) == [], "it may just be being noted"
    await own.round()
    assert await connections(floor) == ["agent", "guest"]
    after = await floor.get(one)
    assert (after.customer_online, after.deadlines) == (True, {})
    assert (await floor.agent(AINO)).chosen is Presence.AVAILABLE
    facts = len(await floor.all_facts())
    await own.round()
    await own.round()
    assert len(await floor.all_facts()) == facts, "once"


async def test_what_others_took_for_dead_is_noted_again(floor: Floor) -> None:
    cut_off, others = janitor(floor, "own", agent=AINO), janitor(floor, "others")
    await cut_off.begin()
    await floor.done(AINO, AgentConnect(connection_id="agent", process_id="own"))
    await cut_off.round()
    await floor.pass_unseen(11)
    await others.round()
    assert (await floor.agent(AINO)).chosen is Presence.OFFLINE
    assert await connections(floor) == []
    await cut_off.round()
    await cut_off.round()
    assert await connections(floor) == ["agent"]
    assert (await floor.agent(AINO)).chosen is Presence.AVAILABLE


async def test_noting_a_connection_twice_is_noting_it_once(floor: Floor) -> None:
    for _ in range(2):
        await floor.done(AINO, AgentConnect(connection_id="a", process_id="process-1"))
    await floor.done(AINO, AgentDisconnect(connection_id="a", process_id="process-1"))
    assert (await floor.agent(AINO)).chosen is Presence.OFFLINE


WIRE = {"connection_id": "s", "process_id": "process-1"}


async def watched(floor: Floor) -> tuple[str, str]:
    """Two chats of Aino's: Saara monitors the first and has joined the second, and is connected."""
    monitored, joined = await floor.accepted("chat"), await floor.accepted("chat")
    await floor.done(SAARA, AgentConnect(**WIRE))
    await floor.done(SAARA, Monitor(conversation_id=monitored))
    await floor.done(SAARA, Join(conversation_id=joined))
    return monitored, joined


async def parts(floor: Floor, *ids: str) -> list[Role | None]:
    return [(await floor.get(one)).role_of(SAARA.id) for one in ids]


@pytest.mark.parametrize("presence", [Presence.AVAILABLE, Presence.OFFLINE])
async def test_a_supervisor_who_closed_the_browser_is_out_in_time(floor: Floor, presence: Presence) -> None:
    ids = await watched(floor)
    await floor.set_presence(SAARA, presence)
    await floor.done(SAARA, AgentDisconnect(**WIRE))
    before = await floor.get(ids[0])
    sweeper = janitor(floor, "process-1")
    floor.clock.advance(150)
    await sweeper.round()
    assert await parts(floor, *ids) == [Role.MONITOR, Role.SUPERVISOR]
    floor.clock.advance(1)
    await sweeper.round()
    assert await parts(floor, *ids) == [None, None]
    stopped, left = [(await floor.facts(one))[-1] for one in ids]
    assert isinstance(stopped.event, MonitorStopped)
    assert isinstance(left.event, ParticipantLeft)
    assert (stopped.actor_id, stopped.audited, stopped.event.cause) == (
        "system:janitor",
        True,
        "connection_lost",
    )
    assert (left.actor_id, left.audited, left.event.cause) == ("system:janitor", True, "connection_lost")
    after = await floor.get(ids[0])
    assert (after.version, after.revision) == (before.version + 1, before.revision)
    facts = len(await floor.all_facts())
    floor.clock.advance(600)
    await sweeper.round()
    assert len(await floor.all_facts()) == facts, "once"


async def test_it_ends_once_though_several_look(floor: Floor) -> None:
    ids = await watched(floor)
    await floor.done(SAARA, AgentDisconnect(**WIRE))
    floor.clock.advance(151)
    await asyncio.gather(*(janitor(floor, f"process-{number}").round() for number in range(4)))
    for one in ids:
        ends = [event.kind for event in await floor.events(one)][2:]
        assert ends in (["monitor_started", "monitor_stopped"], ["supervisor_joined", "participant_left"])


async def test_who_is_back_in_time_goes_on(floor: Floor) -> None:
    ids = await watched(floor)
    await floor.done(SAARA, AgentDisconnect(**WIRE))
    floor.clock.advance(149)
    await floor.done(SAARA, AgentConnect(**WIRE))
    floor.clock.advance(600)
    await janitor(floor, "process-1", s=SAARA).round()
    await janitor(floor, "another one, to whom she is not connected").round()
    assert await parts(floor, *ids) == [Role.MONITOR, Role.SUPERVISOR]


async def test_who_is_back_but_not_noted_yet_goes_on(floor: Floor) -> None:
    ids = await watched(floor)
    await floor.done(SAARA, AgentDisconnect(**WIRE))
    floor.clock.advance(600)
    own = janitor(floor, "process-1", again=SAARA)
    for _ in range(3):
        await own.round()
    assert await parts(floor, *ids) == [Role.MONITOR, Role.SUPERVISOR]


async def test_it_ends_though_the_house_was_started_anew_meanwhile(floor: Floor) -> None:
    ids = await watched(floor)
    await floor.pass_unseen(11)
    await janitor(floor, "anew").round()
    await floor.pass_unseen(100)
    await janitor(floor, "and again").round()
    assert await parts(floor, *ids) == [Role.MONITOR, Role.SUPERVISOR]
    await floor.pass_unseen(51)
    await janitor(floor, "once more").round()
    assert await parts(floor, *ids) == [None, None]


async def test_who_works_by_the_interface_alone_is_not_gone(floor: Floor) -> None:
    one = await floor.accepted("chat")
    await floor.done(SAARA, Monitor(conversation_id=one))
    floor.clock.advance(3600)
    await janitor(floor, "process-1").round()
    assert await parts(floor, one) == [Role.MONITOR]
    assert (await floor.get(one)).owner_id == AINO.id


async def test_nobody_but_the_house_ends_another_ones_watching(floor: Floor) -> None:
    ids = await watched(floor)
    await floor.done(SAARA, AgentDisconnect(**WIRE))
    floor.clock.advance(600)
    refusal = await floor.refused(EINO, EndWatching(person_id=SAARA.id))
    assert refusal.reason is Reason.ROLE_NEEDED
    assert await parts(floor, *ids) == [Role.MONITOR, Role.SUPERVISOR]


async def test_what_somebody_got_while_being_disabled_is_taken_from_them(floor: Floor) -> None:
    served, parked = await floor.accepted("persistent"), await floor.accepted("persistent")
    await floor.done(AINO, Park(conversation_id=parked))
    others = await floor.accepted("persistent", by=EINO)
    await floor.sql("UPDATE users SET disabled = true WHERE id = $1", AINO.id)
    assert len((await verify(floor.database)).findings) == 2
    await janitor(floor, "process-1").round()
    for one in (served, parked):
        now = await floor.get(one)
        assert (now.state, now.owner_id) == (State.OPEN, None)
    assert (await floor.get(others)).owner_id == EINO.id
    agent = await floor.agent(AINO)
    assert (agent.load, agent.chosen) == (0, Presence.OFFLINE)
    assert (await verify(floor.database)).clean


async def test_nobody_but_the_house_takes_what_somebody_serves(floor: Floor) -> None:
    one = await floor.accepted("chat")
    assert (await floor.refused(SAARA, EndServing(person_id=AINO.id))).reason is Reason.ROLE_NEEDED
    await floor.done(system(HOUSE, "janitor"), EndServing(person_id=AINO.id))
    assert (await floor.get(one)).owner_id == AINO.id, "she serves"


async def connections(floor: Floor) -> list[str]:
    return [
        row["id"]
        for row in await floor.sql("SELECT id FROM connections WHERE process_id = $1 ORDER BY id", "own")
    ]


async def test_what_was_in_front_is_forgotten_when_no_question_reaches_it(floor: Floor) -> None:
    one = await floor.accepted()
    floor.clock.advance(30)
    await floor.done(AINO, ReportFocus(spans=(Told(conversation_id=one, ago=20, seconds=20),)))
    sweeper = janitor(floor, "process-1")
    for days, left in ((399, 1), (2, 0)):
        floor.clock.advance(days * 86_400)
        await sweeper.round()
        assert len(await floor.sql("SELECT * FROM focus_times")) == left
    assert await floor.sql("SELECT * FROM focus_heads") == []
