"""What the router decided, done in one transaction: offers, orphans, and the decisions that explain them."""

from __future__ import annotations

from dataclasses import dataclass

from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.work import Work
from valvomo.db import agents, conversations, decisions
from valvomo.domain.access.actor import system_refusal
from valvomo.domain.agents.capacity import Agent, holding
from valvomo.domain.conversations import assign as rules
from valvomo.domain.conversations.event import postponed_until
from valvomo.domain.conversations.model import Conversation, OfferKind
from valvomo.domain.conversations.offers import MAX_DECLINES
from valvomo.domain.conversations.queueing import NoLongerOrphaned, Orphaned
from valvomo.domain.conversations.targets import Asking
from valvomo.domain.conversations.workstream import Workstream
from valvomo.domain.refusals import Reason, Refusal
from valvomo.domain.routing.choosing import Decision
from valvomo.domain.routing.choosing import Outcome as Decided


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Offer this open conversation to this agent; without one, nobody will take it, for this cause.

    Without either, somebody may take it again, though nobody can be asked now.
    """

    conversation_id: str
    agent_id: str | None = None
    cause: str | None = None
    decision: Decision | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Route(Command):
    """Do these steps, each decided again on locked facts; never over a limit.

    `kept` are decisions to leave as it is what waits, each with the others for whom the same is true; `rules` is the
    version of the settings by which all of this was decided.
    """

    steps: tuple[Step, ...] = ()
    kept: tuple[tuple[Decision, tuple[Decision, ...]], ...] = ()
    rules: int = 0


@handles(Route)
async def route(work: Work, command: Route) -> Outcome:
    """What somebody else was faster with is left out and named in `refused`; a lone step that is refused is a no."""
    if refusal := system_refusal(work.actor):
        return refusal
    organization_id = work.organization_id
    found = await conversations.lock_many(
        work.tx, [(organization_id, one.conversation_id) for one in command.steps]
    )
    asked = [one.agent_id for one in command.steps if one.agent_id]
    seats = await agents.lock(work.tx, organization_id, asked, work.now) if asked else {}
    streams: dict[str, Workstream] = {}
    refused: dict[str, object] = {}
    done: list[Step] = []
    for step in command.steps:
        outcome = await _do(work, step, found.get((organization_id, step.conversation_id)), (seats, streams))
        if isinstance(outcome, Refusal) and len(command.steps) == 1 and not command.kept:
            return outcome
        if isinstance(outcome, Refusal):
            refused[step.conversation_id] = outcome.reason.value
        else:
            done.append(step)
    await _keep(work, command, done)
    return {"refused": refused}


async def _do(
    work: Work,
    step: Step,
    conversation: Conversation | None,
    known: tuple[dict[str, Agent], dict[str, Workstream]],
) -> Refusal | None:
    if conversation is None:
        return Refusal(Reason.NOT_FOUND)
    if refusal := rules.assign_refusal(conversation):
        return refusal
    if step.decision is not None and step.decision.waiting.queue_id != conversation.queue_id:
        return Refusal(Reason.CHANGED_MEANWHILE, {"queue": conversation.queue_id})
    if until := postponed_until(conversation):
        return Refusal(Reason.CHANGED_MEANWHILE, {"until": until})
    if step.agent_id is None:
        if conversation.orphaned is (step.cause is None):
            event = NoLongerOrphaned() if step.cause is None else Orphaned(cause=step.cause)
            await work.record(conversation, (event,))
        return None
    return await _offer(work, conversation, step.agent_id, known)


async def _offer(
    work: Work,
    conversation: Conversation,
    agent_id: str,
    known: tuple[dict[str, Agent], dict[str, Workstream]],
) -> Refusal | None:
    seats, streams = known
    agent = seats.get(agent_id)
    if agent is None:
        return Refusal(Reason.UNKNOWN_TARGET, {"agent": agent_id})
    if conversation.declines.get(agent_id, 0) >= MAX_DECLINES:
        return Refusal(Reason.DECLINED_TOO_OFTEN, {"agent": agent.name})
    stream = streams.get(conversation.workstream_id) or await work.workstream(conversation)
    streams[conversation.workstream_id] = stream
    asking = Asking(offer_id=work.new_id(), kind=OfferKind.ASSIGNMENT, by_id=None, by_role="router")
    events = rules.assign_to_agent(conversation, stream, agent, asking, at=work.now)
    if isinstance(events, Refusal):
        return events
    await work.record(conversation, events)
    seats[agent_id] = holding(agent, conversation.units, conversation.channel)
    return None


async def _keep(work: Work, command: Route, done: list[Step]) -> None:
    """Who was asked, and every decision that took effect, or that is to wait."""
    asked = sorted({one.agent_id for one in done if one.agent_id is not None})
    if asked:
        await work.tx.run("agents.touch_asked", work.organization_id, asked, work.now)
    # That it waits on again is told with the decision to leave it as it is, which is in `kept`.
    took = [one.decision for one in done if one.decision and one.decision.outcome is not Decided.WAITING]
    own = [(work.new_id(), one) for one in took]
    alike: list[tuple[str, Decision, str]] = []
    for head, others in command.kept:
        own.append((work.new_id(), head))
        alike += [(work.new_id(), one, own[-1][0]) for one in others]
    moment = decisions.Moment(work.organization_id, command.rules, work.now)
    await decisions.write(work.tx, moment, own)
    await decisions.write_alike(work.tx, moment, alike)
