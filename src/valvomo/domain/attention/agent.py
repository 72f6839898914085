"""The agent's share in the attention of what they serve: overloaded, silent. Told once, of the agent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from valvomo.domain.agents.capacity import Agent
from valvomo.domain.agents.presence import Presence
from valvomo.domain.attention.part import Part, weighted
from valvomo.domain.attention.rules import AttentionRules
from valvomo.domain.conversations.model import Conversation, State

SILENT_AFTER = timedelta(minutes=3)
"""So long an agent whose customers wait may write nothing in any of their conversations."""
OVERLOADED, SILENT = "overloaded", "silent"


def agent_parts(agent: Agent, quiet_since: datetime | None) -> tuple[Part, ...]:
    """What everything that this agent serves is worth because it is theirs, before any weights."""
    found = (overloaded(agent), silent(agent, quiet_since))
    return tuple(part for part in found if part is not None)


def overloaded(agent: Agent) -> Part | None:
    """They hold more units than their capacity: 10 for each unit above it, at most 30."""
    over = agent.load - agent.capacity
    if over <= 0:
        return None
    return Part(name=OVERLOADED, base=min(30, 10 * over), count=agent.load, limit=agent.capacity)


def silent(agent: Agent, quiet_since: datetime | None) -> Part | None:
    """They are connected and have written nothing in any of theirs for three minutes: 5, and 5 a minute, at most 30."""
    if quiet_since is None or agent.presence is Presence.OFFLINE:
        return None
    return Part(
        name=SILENT, base=5, per_minute=5, since=quiet_since + SILENT_AFTER, cap=30, began=quiet_since
    )


def quiet_since(agent_id: str, theirs: Iterable[Conversation]) -> datetime | None:
    """Since when the agent has surely written nothing in what they serve, to the minute; None while they serve nothing.

    A customer who waits for an answer since a moment says that there was none since; where nobody waits, the last words
    were the agent's. To the minute, so that who writes on and on is told of anew once a minute and not with each word;
    to the next one, which may be still to come, since before it they may have written.
    """
    moments = [_heard(one) for one in theirs if serves(agent_id, one)]
    return _next_minute(max(moments)) if moments else None


def serves(agent_id: str, conversation: Conversation) -> bool:
    """Whether the agent is in conversation there now."""
    return conversation.owner_id == agent_id and conversation.state is State.ACTIVE


def counting(conversation: Conversation, rules: AttentionRules) -> Mapping[str, float]:
    """Which of its agent's parts count for this conversation, and by which factor: silence where the customer waits."""
    if conversation.owner_id is None or conversation.state is not State.ACTIVE:
        return {}
    names = (OVERLOADED, SILENT) if conversation.unanswered_since else (OVERLOADED,)
    weights = ((name, rules.weight(conversation.queue_id, name)) for name in names)
    return {name: percent / 100 for name, percent in weights if percent > 0}


def counted(parts: Iterable[Part], conversation: Conversation, rules: AttentionRules) -> tuple[Part, ...]:
    """Those of the agent's parts that count for this conversation, with its queue's weights."""
    factors = counting(conversation, rules)
    found = (weighted(one, round(100 * factors[one.name])) for one in parts if one.name in factors)
    return tuple(part for part in found if part is not None)


def _next_minute(moment: datetime) -> datetime:
    whole = moment.replace(second=0, microsecond=0)
    return whole if whole == moment else whole + timedelta(minutes=1)


def _heard(conversation: Conversation) -> datetime:
    begun = conversation.accepted_at or conversation.created_at
    said = conversation.unanswered_since or conversation.last_message_at
    return begun if said is None else max(begun, said)
