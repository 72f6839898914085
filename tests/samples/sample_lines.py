"""Telephone lines on a floor: a queue and a workstream for voice, a trunk's account, and calls over it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sample_floor import AINO, EINO, HOUSE, INES, ROUTER
from sample_routing import ask

from valvomo.commands.agents.presence import SetPresence
from valvomo.commands.conversations.consent import AnswerConsent, ShowNotice
from valvomo.commands.conversations.fire_timers import FireTimers
from valvomo.commands.conversations.offers import AcceptOffer
from valvomo.commands.conversations.start import StartConversation
from valvomo.commands.conversations.telephone import (
    AnswerTelephone,
    ForwardCall,
    LoseTelephone,
    ReceiveCall,
    RequestCallback,
)
from valvomo.domain.access.actor import system
from valvomo.domain.agents.presence import Presence
from valvomo.domain.conversations.call_marks import Line
from valvomo.domain.conversations.model import Channel

if TYPE_CHECKING:
    from sample_floor import Floor

LINES, TRUNK = "lines", "trunk"
CALLS = system(HOUSE, "calls")
CALLER = "+358401234567"
OWN_NUMBER = "+358931001000"


async def lay_lines(floor: Floor, house: str, *agents: str) -> None:
    """The queue `lines` of these agents, the workstream `line`, which calls back, and the account `trunk`.

    A call that is never ended ends two hours after it was accepted.
    """
    at = floor.clock.now
    await floor.sql(
        "INSERT INTO queues (organization_id, id, name, kind, created_at) VALUES ($1, $2, 'Lines', 'voice', $3)",
        house, LINES, at,
    )  # fmt: skip
    await floor.sql(
        "INSERT INTO workstreams (organization_id, id, name, channel, key, queue_id, units, wrap_up, timers, consent,"
        " created_at) SELECT organization_id, 'line', 'line', 'voice', organization_id || '-line', $2, units, wrap_up,"
        " timers || $4, 'none', $3 FROM workstreams WHERE organization_id = $1 AND id = 'chat'",
        house, LINES, at, {"auto_end_active": 7200},
    )  # fmt: skip
    for agent in agents:
        await floor.sql("INSERT INTO queue_members VALUES ($1, $2, $3)", house, LINES, agent)
    await floor.sql(
        "INSERT INTO channel_accounts (organization_id, id, provider, name, workstream_id, settings, secrets, begins,"
        " created_at) VALUES ($1, $2, 'twilio_voice', 'Trunk', 'line', $4, '', true, $3)",
        house, TRUNK, at, {"number": OWN_NUMBER},
    )  # fmt: skip
    await floor.sql("UPDATE workstreams SET callback_account_id = $1 WHERE id = 'line'", TRUNK)


async def call_from_window(floor: Floor) -> str:
    """A customer calls from a page; the conversation's id."""
    begun = StartConversation(channel=Channel.VOICE, customer_name="Kaisa", workstream_id="line")
    return str((await floor.done(INES, begun)).result["id"])


async def rings(floor: Floor, caller: str = CALLER, name: str = "", *, vouched: bool = True) -> str:
    """Somebody calls; the conversation's id."""
    number = len(await floor.sql("SELECT 1 FROM conversations"))
    ringing = ReceiveCall(
        account_id=TRUNK,
        trunk_call=name or f"CA{number}",
        caller=caller,
        process_id="process-1",
        vouched=vouched,
    )
    return str((await floor.done(CALLS, ringing)).result["id"])


async def happens(floor: Floor, what: str, one: str) -> None:
    """What becomes of a telephone, by the words of scripted steps."""
    conversation = await floor.get(one)
    call = conversation.call
    named = {"conversation_id": one, "call_id": call.id if call else ""}
    match what:
        case "callback":
            await floor.do(CALLS, RequestCallback(conversation_id=one))
        case "taken":
            for agent in (EINO, AINO):
                await floor.do(agent, SetPresence(agent_id=agent.id, presence=Presence.AVAILABLE))
                await floor.do(ROUTER, ask(one, agent.id))
                await floor.do(agent, AcceptOffer(conversation_id=one))
            await floor.do(CALLS, FireTimers(conversation_id=one))
        case "missed" | "hung_up" | "cut_off":
            why = {"missed": "busy", "cut_off": "failed"}.get(what, what)
            await floor.do(CALLS, LoseTelephone(**named, why=why))
        case "picked_up":
            await floor.do(CALLS, AnswerTelephone(**named))
        case "hears":
            await floor.do(CALLS, ShowNotice(conversation_id=one, version=1, text_language="en"))
        case "agrees" | "declines":
            yes = what == "agrees"
            command = AnswerConsent(conversation_id=one, answer=yes, version=1, text_language="en")
            await floor.do(CALLS, command)
        case "forwarded":
            by = conversation.owner_id or ""
            await floor.do(CALLS, ForwardCall(conversation_id=one, number=CALLER, by_id=by))
        case _:
            raise AssertionError(what)


async def line_of(floor: Floor, one: str) -> Line | None:
    """How the customer's telephone is."""
    call = (await floor.get(one)).call
    return call.telephone.line if call is not None and call.telephone is not None else None
