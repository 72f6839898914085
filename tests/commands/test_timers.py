"""Durable timers: each deadline fires once, in the state it was set for, as the workstream says (spec 1 §2)."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sample_floor import AINO, EINO, HOUSE, ROUTER, SAARA, TIMER, Floor
from sample_lines import call_from_window, happens, lay_lines
from sample_routing import ask

from valvomo.commands.agents.connection import AgentConnect, AgentDisconnect
from valvomo.commands.conversations import serve
from valvomo.commands.conversations.assign import AssignToAgent
from valvomo.commands.conversations.call import AcceptCall, Elevate
from valvomo.commands.conversations.connection import CustomerConnect, CustomerDisconnect, HearCustomer
from valvomo.commands.conversations.consult import Consult
from valvomo.commands.conversations.fire_timers import FireTimers
from valvomo.commands.conversations.transfer import TransferToAgent
from valvomo.db import conversations
from valvomo.domain.access.actor import system
from valvomo.domain.agents.presence import Presence
from valvomo.domain.conversations.call_end import CallEnded
from valvomo.domain.conversations.ending import Abandoned, Ended
from valvomo.domain.conversations.model import Mode, Role, State
from valvomo.domain.refusals import Refusal
from valvomo.protocol.lookups import Lookups
from valvomo.protocol.rows import board_row
from valvomo.queries.verify import verify

WIRE = {"connection_id": "aino-1", "process_id": "process-1"}


async def due(floor: Floor) -> list[str]:
    """Conversations whose timers the job would take now."""
    async with floor.database.transaction() as tx:
        return [one for _, one in await conversations.due(tx, floor.clock(), 100)]


async def fires(floor: Floor, one: str, seconds: int) -> None:
    """Not a second before, then once."""
    floor.clock.advance(seconds - 1)
    assert await due(floor) == []
    assert (await floor.fire(one)).position is None
    floor.clock.advance(1)
    assert await due(floor) == [one]
    assert (await floor.fire(one)).position is not None
    assert await due(floor) == []
    assert (await floor.fire(one)).position is None
    assert (await verify(floor.database)).clean


async def test_an_offer_expires_and_the_agent_becomes_inactive(floor: Floor) -> None:
    one = await floor.start("persistent")
    await floor.done(SAARA, AssignToAgent(conversation_id=one, agent_id=AINO.id))
    await fires(floor, one, 120)
    now = await floor.get(one)
    assert (now.state, now.declines) == (State.OPEN, {"aino": 1})
    assert (await floor.facts(one))[-1].notify == ("saara",), "who asked hears of it"
    agent = await floor.agent(AINO)
    assert (agent.presence, agent.load) == (Presence.INACTIVE, 0)
    fact = (await floor.all_facts())[-1]
    assert (fact.kind, fact.actor_id) == ("presence_set", "system:timer")
    await floor.set_presence(AINO, Presence.AVAILABLE)
    assert (await floor.agent(AINO)).presence is Presence.AVAILABLE


async def test_who_is_away_by_hand_stays_away(floor: Floor) -> None:
    one = await floor.start("persistent")
    await floor.done(SAARA, AssignToAgent(conversation_id=one, agent_id=AINO.id))
    await floor.set_presence(AINO, Presence.AWAY)
    floor.clock.advance(120)
    await floor.fire(one)
    assert (await floor.agent(AINO)).presence is Presence.AWAY


async def test_a_transfer_expires_and_the_first_agent_keeps_it(floor: Floor) -> None:
    one = await floor.accepted()
    await floor.done(SAARA, TransferToAgent(conversation_id=one, agent_id=EINO.id))
    await fires(floor, one, 120)
    now = await floor.get(one)
    assert (now.state, now.owner_id, dict(now.holds)) == (State.ACTIVE, "aino", {"aino": 1})
    assert (await floor.agent(EINO)).presence is Presence.INACTIVE


async def test_a_consult_offer_expires_beside_a_transfer(floor: Floor) -> None:
    one = await floor.accepted()
    await floor.done(AINO, Consult(conversation_id=one, agent_id=SAARA.id))
    floor.clock.advance(60)
    await floor.done(AINO, TransferToAgent(conversation_id=one, agent_id=EINO.id))
    await fires(floor, one, 60)
    assert [offer.agent_id for offer in (await floor.get(one)).offers] == ["eino"]


async def test_what_the_customer_wrote_meanwhile_is_heard_when_nobody_took_it(floor: Floor) -> None:
    one = await floor.accepted("persistent")
    await floor.done(AINO, serve.Park(conversation_id=one))
    await floor.done(SAARA, TransferToAgent(conversation_id=one, agent_id=EINO.id))
    floor.clock.advance(10)
    await floor.write(await floor.guest(one), one, "Anybody there?")
    assert (await floor.get(one)).state is State.WAITING
    await fires(floor, one, 110)
    now = await floor.get(one)
    assert (now.state, now.owner_id) == (State.ACTIVE, "aino")


async def test_a_live_chat_whose_customer_is_gone_ends(floor: Floor) -> None:
    for accepted in (False, True):
        one = await (floor.accepted() if accepted else floor.start())
        guest, link = await floor.guest(one), {"connection_id": f"w-{one}", "process_id": "process-1"}
        await floor.done(guest, CustomerConnect(conversation_id=one, **link))
        await floor.done(guest, CustomerDisconnect(conversation_id=one, **link))
        await fires(floor, one, 180)
        now = await floor.get(one)
        assert (now.state, now.closed_as) == (
            (State.WRAP_UP, None) if accepted else (State.CLOSED, "abandoned")
        )


async def lost(floor: Floor, one: str) -> None:
    """The customer's window was open, and is gone."""
    guest, link = await floor.guest(one), {"connection_id": f"w-{one}", "process_id": "process-1"}
    await floor.done(guest, CustomerConnect(conversation_id=one, **link))
    await floor.done(guest, CustomerDisconnect(conversation_id=one, **link))


@pytest.mark.parametrize("accepted", [False, True], ids=["waiting", "served"])
async def test_a_call_from_a_window_that_is_gone_ends(floor: Floor, accepted: bool) -> None:
    await lay_lines(floor, HOUSE, AINO.id)
    one = await call_from_window(floor)
    if accepted:
        await happens(floor, "taken", one)
    await lost(floor, one)
    row = board_row(await floor.get(one), SAARA, Lookups())
    assert row.call is not None
    assert row.call.reconnect_by == floor.clock.now + timedelta(seconds=180)
    await fires(floor, one, 180)
    now = await floor.get(one)
    assert (now.state, now.closed_as) == ((State.WRAP_UP, None) if accepted else (State.CLOSED, "abandoned"))
    ended = (await floor.facts(one))[-1].event
    assert isinstance(ended, Ended | Abandoned)
    assert ended.cause == "customer_gone"


async def test_a_call_whose_agent_and_customer_are_gone_is_abandoned(floor: Floor) -> None:
    await lay_lines(floor, HOUSE, AINO.id)
    one = await call_from_window(floor)
    await happens(floor, "taken", one)
    await floor.done(AINO, AgentConnect(**WIRE))
    await floor.done(AINO, AgentDisconnect(**WIRE))
    await lost(floor, one)
    await fires(floor, one, 90)
    assert (await floor.get(one)).state is State.OPEN, "whoever is back finds the customer's place kept"
    await fires(floor, one, 90)
    assert (await floor.get(one)).closed_as == "abandoned"


async def test_who_is_back_in_a_call_in_time_stays_in_it(floor: Floor) -> None:
    await lay_lines(floor, HOUSE, AINO.id)
    one = await call_from_window(floor)
    await lost(floor, one)
    floor.clock.advance(179)
    link = {"connection_id": "again", "process_id": "process-1"}
    await floor.done(await floor.guest(one), CustomerConnect(conversation_id=one, **link))
    floor.clock.advance(900)
    assert await due(floor) == []
    assert (await floor.get(one)).state is State.OPEN


async def test_of_a_lasting_chat_only_the_call_ends_and_a_transfer_that_waited_for_that_is_made(
    floor: Floor,
) -> None:
    one = await floor.accepted("persistent")
    await floor.done(AINO, Elevate(conversation_id=one, mode=Mode.VOICE))
    guest = await floor.guest(one)
    await floor.done(guest, AcceptCall(conversation_id=one, mode=Mode.VOICE))
    await floor.done(AINO, TransferToAgent(conversation_id=one, agent_id=EINO.id, when_call_ends=True))
    await lost(floor, one)
    floor.clock.advance(180)
    assert (await floor.fire(one)).position is not None
    now = await floor.get(one)
    assert (now.state, now.mode, now.owner_id) == (State.ACTIVE, Mode.TEXT, AINO.id)
    assert [offer.agent_id for offer in now.offers] == [EINO.id]
    assert "reconnect" not in now.deadlines
    assert CallEnded(cause="customer_gone") in [fact.event for fact in await floor.facts(one)]
    assert (await verify(floor.database)).clean


async def test_a_customer_who_is_heard_in_the_call_has_their_time_anew(floor: Floor) -> None:
    await lay_lines(floor, HOUSE, AINO.id)
    one = await call_from_window(floor)
    await lost(floor, one)
    floor.clock.advance(178)
    refused = await floor.do(AINO, HearCustomer(conversation_id=one))
    assert isinstance(refused, Refusal), "nobody says so but whoever carries the call"
    await floor.done(system(HOUSE, "calls"), HearCustomer(conversation_id=one))
    await fires(floor, one, 180)
    heard = system(HOUSE, "calls")
    assert (await floor.done(heard, HearCustomer(conversation_id=one))).position is None, "it is over"


async def test_a_customer_who_is_back_in_time_stays(floor: Floor) -> None:
    one = await floor.accepted()
    guest = await floor.guest(one)
    first = {"conversation_id": one, "connection_id": "w1", "process_id": "process-1"}
    second = {**first, "connection_id": "w2"}
    await floor.done(guest, CustomerConnect(**first))
    await floor.done(guest, CustomerConnect(**second))
    await floor.done(guest, CustomerDisconnect(**first))
    assert (await floor.get(one)).deadlines == {}, "another window is open"
    await floor.done(guest, CustomerDisconnect(**second))
    floor.clock.advance(179)
    await floor.done(guest, CustomerConnect(**first))
    floor.clock.advance(10)
    assert await due(floor) == []
    assert (await floor.get(one)).customer_online is True


async def test_an_agent_gone_loses_what_they_serve(floor: Floor) -> None:
    one = await floor.accepted()
    await floor.done(AINO, AgentConnect(**WIRE))
    await floor.done(AINO, AgentDisconnect(**WIRE))
    await fires(floor, one, 90)
    now = await floor.get(one)
    assert (now.state, now.owner_id) == (State.OPEN, None)
    assert (await floor.agent(AINO)).load == 0


async def test_wrap_up_blocks_for_some_seconds_then_closes(floor: Floor) -> None:
    one = await floor.accepted("seconds")
    await floor.done(AINO, serve.End(conversation_id=one))
    assert (await floor.agent(AINO)).load == 1
    await fires(floor, one, 60)
    assert (await floor.agent(AINO)).load == 0
    assert (await floor.get(one)).state is State.WRAP_UP
    await fires(floor, one, 840)
    assert (await floor.get(one)).closed_as == "auto_closed"


async def test_wrap_up_that_never_blocks(floor: Floor) -> None:
    one = await floor.accepted("unblocked")
    await floor.done(AINO, serve.End(conversation_id=one))
    assert (await floor.agent(AINO)).load == 0
    await fires(floor, one, 900)


async def test_auto_close_of_open_and_waiting(floor: Floor) -> None:
    one = await floor.start()
    await fires(floor, one, 1200)
    assert (await floor.get(one)).closed_as == "auto_closed"
    two = await floor.accepted("persistent")
    await floor.done(AINO, serve.Park(conversation_id=two))
    await fires(floor, two, 28 * 24 * 3600)
    assert (await floor.get(two)).closed_as == "auto_closed"


async def test_a_timer_is_fired_by_one_of_two_processes(floor: Floor) -> None:
    one = await floor.start()
    await floor.done(ROUTER, ask(one, AINO.id))
    floor.clock.advance(120)
    await asyncio.gather(*(floor.do(TIMER, FireTimers(conversation_id=one)) for _ in range(4)))
    kinds = [event.kind for event in await floor.events(one)]
    assert kinds == ["conversation_started", "offer_made", "offer_expired"]


async def test_several_that_fell_due_while_nobody_looked(floor: Floor) -> None:
    """The server was down: the offer expires, and the chat that is open again has its own time from then on."""
    one = await floor.start()
    await floor.done(ROUTER, ask(one, AINO.id))
    floor.clock.advance(7200)
    await floor.fire(one)
    now = await floor.get(one)
    assert now.state is State.OPEN
    assert now.deadlines["auto_close"] > floor.clock()
    assert now.role_of("aino") is not Role.PRIMARY
