"""How calls do: what goes wrong in one while it goes on, and how its ways did once it is over."""

from __future__ import annotations

from dataclasses import dataclass

from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.work import Work
from valvomo.db import call_minutes
from valvomo.domain.calls.samples import rated
from valvomo.domain.conversations import call_quality as rules
from valvomo.domain.conversations.call_marks import TroubleKind
from valvomo.domain.conversations.call_quality import CallRated, WayRated
from valvomo.domain.conversations.event import ongoing_call
from valvomo.domain.refusals import Reason, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteTroubles(Command):
    """Everything that goes wrong in a call now, each with whose side it is. By whoever carries it."""

    conversation_id: str
    call_id: str
    troubles: frozenset[tuple[TroubleKind, str]] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class RateCall(Command):
    """Say how a call did that is over, of which minutes have been kept. By whoever finds it."""

    conversation_id: str
    call_id: str


@handles(NoteTroubles)
async def note_troubles(work: Work, command: NoteTroubles) -> Outcome:
    """What has begun and what has passed since it was last noted."""
    conversation = await work.lock_as_system(command.conversation_id)
    if isinstance(conversation, Refusal):
        return conversation
    decision = rules.note_troubles(conversation, command.call_id, command.troubles, at=work.now)
    return await work.decide(conversation, decision)


@handles(RateCall)
async def rate_call(work: Work, command: RateCall) -> Outcome:
    """Once for each minute that was kept, and not while the call goes on."""
    conversation = await work.lock_as_system(command.conversation_id)
    if isinstance(conversation, Refusal):
        return conversation
    call = ongoing_call(conversation)
    if call is not None and call.id == command.call_id:
        return Refusal(Reason.CALL_GOES_ON)
    key = (work.organization_id, command.conversation_id, command.call_id)
    ways = tuple(
        WayRated(
            person_id=one.whose.person_id,
            part=one.whose.part.value,
            agent_id=one.whose.agent_id,
            queue_id=one.whose.queue_id,
            mean=one.mean,
            worst=one.worst,
        )
        for one in rated(await call_minutes.rate(work.tx, key))
    )
    said = CallRated(
        call_id=command.call_id,
        ways=ways,
        channel=conversation.channel,
        language=conversation.language,
        outbound=conversation.outbound,
    )
    return await work.decide(conversation, (said,) if ways else ())
