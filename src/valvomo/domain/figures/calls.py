"""Figures of calls: what a fact adds to them, and their formulas (spec 1 §8).

An agent has a call from when they have the conversation and it is in a call, until either ends: one entry each for
how long that was, how much of it was talk, and how much hold. So the same formula holds for queues, agents, channels.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from valvomo.domain.calls.hearing import Part
from valvomo.domain.conversations.call_marks import Call, Line
from valvomo.domain.conversations.call_quality import CallRated
from valvomo.domain.conversations.event import ongoing_call
from valvomo.domain.conversations.model import Conversation, State
from valvomo.domain.figures.entries import Counter, Entry
from valvomo.domain.figures.sums import Sums
from valvomo.domain.figures.turn import Turn

POOR = 3.1
"""A call whose worst minute was below this had a time in which many are dissatisfied (ITU-T G.107 Annex B)."""


def called(turn: Turn) -> Iterator[Entry]:
    """A stretch of hold that ends, and an agent's part in a call that does."""
    before = turn.before
    since = has_call_since(before) if before is not None else None
    if before is None or since is None:
        return
    owner, over = before.owner_id, _over(before, turn.after)
    hold = 0
    if (held := held_since(before)) is not None and (over or held_since(turn.after) is None):
        entry = turn.entry(Counter.HOLD, agent_id=owner, since=held)
        hold = entry.ms or 0
        yield entry
    if over:
        whole = turn.entry(Counter.CALL, agent_id=owner, since=since)
        held_ms = min(turn.spent.hold + hold, whole.ms or 0)
        yield whole
        for counter, ms in ((Counter.CALL_TALK, (whole.ms or 0) - held_ms), (Counter.CALL_HOLD, held_ms)):
            yield turn.entry(counter, agent_id=owner, since=turn.at - timedelta(milliseconds=ms))


def counted_of_call(event: CallRated, conversation_id: str, at: datetime) -> tuple[Entry, ...]:
    """How the ways of a call did, be its conversation closed or not; a thousand times the score for a duration."""
    found: list[Entry] = []
    for one in event.ways:
        plain = Entry(
            counter=Counter.QUALITY_CUSTOMER if one.part == Part.CUSTOMER.value else Counter.QUALITY_AGENT,
            at=at,
            conversation_id=conversation_id,
            queue_id=one.queue_id,
            channel=event.channel.value,
            language=event.language,
            agent_id=one.agent_id,
            ms=round(1000 * one.mean),
            outbound=event.outbound,
        )
        found.append(plain)
        if one.worst < POOR:
            found.append(replace(plain, counter=Counter.QUALITY_POOR, ms=round(1000 * one.worst)))
    return tuple(found)


def has_call_since(conversation: Conversation) -> datetime | None:
    """Since when its agent has it in a call; None while nobody has, or there is no call: one that rings is none yet."""
    call = ongoing_call(conversation)
    if call is None or _rings(call) or not conversation.accepted or conversation.state is not State.ACTIVE:
        return None
    accepted = conversation.accepted_at
    return None if accepted is None or conversation.owner_id is None else max(call.since, accepted)


def held_since(conversation: Conversation) -> datetime | None:
    """Since when its agent has the customer of a call on hold."""
    call, since = ongoing_call(conversation), has_call_since(conversation)
    return None if call is None or since is None or call.held_since is None else max(call.held_since, since)


def calls(sums: Sums) -> int:
    """Times that an agent had a call which they have no longer."""
    return sums.counts[Counter.CALL]


def call_talk_time(sums: Sums) -> float | None:
    """Sum of time that agents had calls, hold left out / times that an agent had one, in seconds."""
    return _mean(sums, Counter.CALL_TALK)


def hold_time(sums: Sums) -> float | None:
    """Sum of time that customers of calls were on hold / times that an agent had a call, in seconds."""
    return _mean(sums, Counter.CALL_HOLD)


def holds(sums: Sums) -> int:
    """Times that the customer of a call was on hold; one that goes over to another agent is two."""
    return sums.counts[Counter.HOLD]


def longest_hold(sums: Sums) -> float | None:
    """The longest time that a customer was on hold without a break, in seconds; None where nobody was."""
    return sums.longest[Counter.HOLD] / 1000 if sums.counts[Counter.HOLD] else None


def call_quality(sums: Sums) -> float | None:
    """Sum of the scores of customers' and agents' ways into calls / their number, from 1 to 4.4."""
    return _mean(sums, Counter.QUALITY_CUSTOMER, Counter.QUALITY_AGENT)


def call_quality_of_agents(sums: Sums) -> float | None:
    """Sum of the scores of agents' ways into calls / their number, from 1 to 4.4."""
    return _mean(sums, Counter.QUALITY_AGENT)


def poor_ways(sums: Sums) -> int:
    """Ways into calls whose worst minute was below 3.1."""
    return sums.counts[Counter.QUALITY_POOR]


def in_call(conversations: Iterable[Conversation]) -> int:
    """Number of conversations that an agent has in a call now (`has_call_since`, by which they are listed too)."""
    return sum(has_call_since(one) is not None for one in conversations)


def on_hold(conversations: Iterable[Conversation]) -> int:
    """Number of those whose customer is on hold now."""
    return sum(held_since(one) is not None for one in conversations)


def _rings(call: Call) -> bool:
    return call.telephone is not None and call.telephone.line is not Line.UP


def _over(before: Conversation, after: Conversation) -> bool:
    """Whether the agent who had the call has it no longer."""
    was, now = ongoing_call(before), ongoing_call(after)
    same = was is not None and now is not None and was.id == now.id
    return not same or after.owner_id != before.owner_id or has_call_since(after) is None


def _mean(sums: Sums, *counters: str) -> float | None:
    number = sum(sums.counts[one] for one in counters)
    return sum(sums.ms[one] for one in counters) / number / 1000 if number else None
