"""The agent's acts on what they serve: pick, release, park, resume, end, complete, details (spec 1 §4)."""

from __future__ import annotations

from dataclasses import dataclass

from valvomo.commands.conversations.resolve import resolved, unknown_disposition
from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.work import Work
from valvomo.domain.access.acts import Act, keeps_records
from valvomo.domain.agents.capacity import exceeded_by
from valvomo.domain.conversations import details, ending, pick, queueing
from valvomo.domain.conversations.model import Channel
from valvomo.domain.conversations.resolve import Resolution
from valvomo.domain.refusals import Reason, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick(Command):
    """Take an open conversation out of one's queue."""

    conversation_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Release(Command):
    """Give it back to its queue."""

    conversation_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Park(Command):
    """Put it aside until the customer writes or one resumes it."""

    conversation_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume(Command):
    """Go on with what one parked."""

    conversation_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class End(Command):
    """End it: wrap-up, or resolved for a record."""

    conversation_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Complete(Command):
    """Complete wrap-up."""

    conversation_id: str
    disposition: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeDetails(Command):
    """Set details; None leaves one as it is."""

    conversation_id: str
    subject: str | None = None
    priority: int | None = None
    tags: tuple[str, ...] | None = None
    language: str | None = None
    disposition: str | None = None


@handles(Pick)
async def pick_it(work: Work, command: Pick) -> Outcome:
    """May take the agent over their limit; the excess is kept."""
    conversation = await work.lock_for(command.conversation_id, Act.PICK)
    if isinstance(conversation, Refusal):
        return conversation
    agent = await work.lock_agent(work.actor.id)
    if agent is None:
        return Refusal(Reason.AGENT_NOT_SERVING, {"agent": work.actor.name})
    return await work.decide(conversation, pick.pick(agent, conversation))


@handles(Release)
async def release(work: Work, command: Release) -> Outcome:
    """Open again, its age kept."""
    conversation = await work.lock_for(command.conversation_id, Act.RELEASE)
    if isinstance(conversation, Refusal):
        return conversation
    workstream = await work.workstream(conversation)
    auto_close_at = workstream.auto_close(workstream.timers.auto_close_open, work.now)
    queue = await work.queue_name(conversation.queue_id)
    return await work.decide(
        conversation, queueing.release(work.actor.id, conversation, auto_close_at, queue)
    )


@handles(Park)
async def park(work: Work, command: Park) -> Outcome:
    """Waiting, at no cost."""
    conversation = await work.lock_for(command.conversation_id, Act.PARK)
    if isinstance(conversation, Refusal):
        return conversation
    workstream = await work.workstream(conversation)
    auto_close_at = workstream.auto_close(workstream.timers.auto_close_waiting, work.now)
    return await work.decide(conversation, queueing.park(work.actor.id, conversation, auto_close_at))


@handles(Resume)
async def resume(work: Work, command: Resume) -> Outcome:
    """Active with the same agent; may take them over their limit, like picking."""
    conversation = await work.lock_for(command.conversation_id, Act.RESUME)
    if isinstance(conversation, Refusal):
        return conversation
    agent = await work.lock_agent(work.actor.id)
    excess = exceeded_by(agent, conversation.units, conversation.channel) if agent else 0
    resumed = queueing.Resumed(
        agent_id=work.actor.id,
        agent_name=work.actor.name,
        cause="agent",
        units=conversation.units,
        excess_units=excess,
    )
    return await work.decide(conversation, (resumed,))


@handles(End)
async def end(work: Work, command: End) -> Outcome:
    """The workstream says what wrap-up holds."""
    conversation = await work.lock_for(command.conversation_id, Act.END)
    if isinstance(conversation, Refusal):
        return conversation
    if conversation.channel is Channel.RECORD:
        return await resolved(work, conversation, Resolution())
    workstream = await work.workstream(conversation)
    return await work.decide(conversation, ending.end(work.actor.id, conversation, workstream, work.now))


@handles(Complete)
async def complete(work: Work, command: Complete) -> Outcome:
    """Closed."""
    conversation = await work.lock_for(command.conversation_id, Act.COMPLETE)
    if isinstance(conversation, Refusal):
        return conversation
    if refusal := await unknown_disposition(work, conversation, command.disposition):
        return refusal
    return await work.decide(conversation, ending.complete(work.actor.id, conversation, command.disposition))


@handles(ChangeDetails)
async def change_details(work: Work, command: ChangeDetails) -> Outcome:
    """While it is active or in wrap-up."""
    conversation = await work.lock_for(command.conversation_id, Act.DETAILS)
    if isinstance(conversation, Refusal):
        return conversation
    if refusal := await unknown_disposition(work, conversation, command.disposition):
        return refusal
    change = details.DetailsChanged(
        by_id=work.actor.id,
        subject=command.subject,
        priority=command.priority,
        tags=command.tags,
        language=command.language,
        disposition=command.disposition,
    )
    watches = keeps_records(work.actor, conversation)
    return await work.decide(
        conversation, details.change_details(work.actor.id, conversation, change, watches=watches)
    )
