"""Candidates for assign, transfer and consult: the same rules that will judge the choice, asked beforehand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from valvomo.db import floor, house
from valvomo.db.hours import at_hand
from valvomo.db.transaction import Transaction
from valvomo.domain.access.actor import Actor
from valvomo.domain.access.acts import Act, act_refusal
from valvomo.domain.agents.capacity import Agent
from valvomo.domain.agents.presence import Presence
from valvomo.domain.agents.skills import match, shortfall
from valvomo.domain.conversations.model import Conversation, OfferKind
from valvomo.domain.conversations.targets import (
    Asking,
    Queue,
    agent_refusal,
    excess_of,
    queue_kind,
    queue_refusal,
)
from valvomo.domain.conversations.workstream import Workstream
from valvomo.domain.refusals import Reason, Refusal
from valvomo.domain.routing.facts import SkillMatch
from valvomo.protocol.candidates import AgentCandidate, Candidates, QueueCandidate, Skill
from valvomo.protocol.lookups import Lookups
from valvomo.protocol.problems import problem_of
from valvomo.queries.conversations import seen


class Purpose(StrEnum):
    """What somebody is looked for."""

    ASSIGN = "assign"
    TRANSFER = "transfer"
    CONSULT = "consult"


_ACTS: Mapping[Purpose, tuple[Act, ...]] = {
    Purpose.ASSIGN: (Act.ASSIGN_AGENT, Act.ASSIGN_QUEUE),
    Purpose.TRANSFER: (
        Act.TRANSFER_AGENT, Act.TRANSFER_QUEUE, Act.TRANSFER_WHEN_CALL_ENDS, Act.HAND_OVER,
    ),
    Purpose.CONSULT: (Act.CONSULT,),
}  # fmt: skip
_KINDS = {
    Purpose.ASSIGN: OfferKind.ASSIGNMENT,
    Purpose.TRANSFER: OfferKind.TRANSFER,
    Purpose.CONSULT: OfferKind.CONSULT,
}
_NEAREST = (
    Presence.AVAILABLE, Presence.BUSY, Presence.DO_NOT_DISTURB, Presence.AWAY, Presence.INACTIVE, Presence.OFFLINE,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Search:
    """What every candidate is judged by."""

    actor: Actor
    conversation: Conversation
    workstream: Workstream
    purpose: Purpose
    names: Lookups
    skills: Mapping[str, str]
    match: SkillMatch

    @property
    def asking(self) -> Asking:
        owner = self.conversation.owner_id == self.actor.id
        return Asking(
            offer_id="",
            kind=_KINDS[self.purpose],
            by_id=self.actor.id,
            by_role="agent" if owner else "supervisor",
        )


async def of_conversation(
    tx: Transaction, actor: Actor, conversation_id: str, purpose: Purpose, *, everybody: bool, at: datetime
) -> Candidates | Refusal:
    """Agents of its queue by fit (all of them for a transfer or consult on request), and queues.

    Refused as the act itself would be, if the actor could not choose any of them.
    """
    conversation = await seen(tx, actor, conversation_id)
    if isinstance(conversation, Refusal):
        return conversation
    names = await floor.lookups(tx, actor.organization_id)
    refusals = [act_refusal(act, actor, conversation, names.supervision) for act in _ACTS[purpose]]
    if refusals[0] is not None and None not in refusals:
        return refusals[0]
    workstream = await house.workstream(tx, actor.organization_id, conversation.workstream_id)
    rows = await tx.rows("house.queues", actor.organization_id)
    await at_hand((row["hours"] for row in rows), at)
    search = _Search(
        actor=actor,
        conversation=conversation,
        workstream=workstream,
        purpose=purpose,
        names=names,
        skills=await house.skills(tx, actor.organization_id),
        match=next(SkillMatch(row["match"]) for row in rows if row["id"] == conversation.queue_id),
    )
    everywhere = everybody and purpose is not Purpose.ASSIGN
    seats = (await floor.seats(tx, actor.organization_id, at)).values()
    counts = await tx.rows("lists.waiting", actor.organization_id)
    waiting = {row["queue_id"]: row["waiting"] for row in counts}
    return Candidates(
        units=0 if purpose is Purpose.CONSULT else conversation.units,
        agents=_by_fit(
            search, [one for one, _ in seats if everywhere or conversation.queue_id in one.queues]
        ),
        queues=[_queue(search, house.queue_of(row, at), waiting.get(row["id"], 0)) for row in rows],
    )


def _agent(search: _Search, agent: Agent) -> AgentCandidate:
    refusal = _refusal(search, agent, presence=False, capacity=False)
    overrides: tuple[str, ...] = ()
    # The act takes them of a supervisor alone; who asks for advice serves the conversation themselves.
    supervising = search.asking.by_role == "supervisor"
    if refusal and supervising and _refusal(search, agent, presence=True, capacity=True) is None:
        overrides = _needed(search, agent)
    queues = [search.names.queues[one].name for one in agent.queues if one in search.names.queues]
    return AgentCandidate(
        id=agent.id,
        name=agent.name,
        presence=agent.presence.value,
        load=agent.load,
        capacity=agent.capacity,
        exceeded_by=excess_of(search.conversation, agent, search.asking.kind),
        skills=_skills(search, agent),
        match=match(search.conversation.needs, agent.skills),
        available=refusal is None,
        queues=tuple(sorted(queues, key=str.lower)),
        overrides=overrides,
        **_why(search, refusal),
    )


def _by_fit(search: _Search, agents: Iterable[Agent]) -> list[AgentCandidate]:
    """As the router would ask, as far as skills count in this queue: who lacks the least before who has most room."""
    needs = () if search.match is SkillMatch.NONE else search.conversation.needs
    found = [(_agent(search, agent), shortfall(needs, agent.skills)) for agent in agents]
    return [one for one, _ in sorted(found, key=lambda pair: _fit(*pair))]


def _skills(search: _Search, agent: Agent) -> tuple[Skill, ...]:
    """Those asked for first."""
    asked = {need.skill_id for need in search.conversation.needs}
    known = [
        (one not in asked, search.skills.get(one, one).lower(), one, level)
        for one, level in agent.skills.items()
    ]
    return tuple(Skill(name=search.skills.get(one, one), level=level) for _, _, one, level in sorted(known))


def _needed(search: _Search, agent: Agent) -> tuple[str, ...]:
    without_presence = _refusal(search, agent, presence=False, capacity=True)
    without_capacity = _refusal(search, agent, presence=True, capacity=False)
    needed = (("override_presence", without_presence), ("override_capacity", without_capacity))
    return tuple(name for name, refusal in needed if refusal is not None)


def _refusal(search: _Search, agent: Agent, *, presence: bool, capacity: bool) -> Refusal | None:
    asking = replace(search.asking, override_presence=presence, override_capacity=capacity)
    role = search.conversation.role_of(agent.id)
    if search.purpose is Purpose.CONSULT and role is not None and role.value != "monitor":
        return Refusal(Reason.ALREADY_IN_CONVERSATION, {"role": role.value})
    return agent_refusal(search.conversation, search.workstream, agent, asking)


def _queue(search: _Search, queue: Queue, waiting: int) -> QueueCandidate:
    refusal = _queue_refusal(search, queue)
    return QueueCandidate(
        id=queue.id,
        name=queue.name,
        kind=queue.kind,
        waiting=waiting,
        members=queue.members,
        available=refusal is None,
        **_why(search, refusal),
    )


def _queue_refusal(search: _Search, queue: Queue) -> Refusal | None:
    """A bot hands over to its own queue too, and colleagues of any queue may be consulted."""
    facts = {"queue": queue.name}
    if search.purpose is Purpose.CONSULT:
        return Refusal(Reason.NO_MEMBERS, facts) if queue.members == 0 else None
    own = queue.id == search.conversation.queue_id
    if own and search.conversation.bot_id and queue.kind == queue_kind(search.conversation.channel):
        return None
    return queue_refusal(search.conversation, queue)


def _why(search: _Search, refusal: Refusal | None) -> dict[str, Any]:
    if refusal is None:
        return {"reason": None, "reason_text": None}
    problem = problem_of(refusal, search.actor.language)
    return {"reason": problem.type, "reason_text": problem.detail}


def _fit(one: AgentCandidate, missing: int) -> tuple[object, ...]:
    """The free before those who need an override, the impossible last; then who lacks least, then who has most room."""
    rank = 0 if one.available else 1 if one.overrides else 2
    used = one.load / one.capacity if one.capacity else 1.0
    return (
        rank,
        missing,
        one.exceeded_by,
        _NEAREST.index(Presence(one.presence)),
        used,
        one.name.lower(),
        one.id,
    )
