"""Measure: readings of customers' messages into their conversations, many in one commit (spec 1 §8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from valvomo.commands.conversations.reroute import rerouted
from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.work import Work
from valvomo.db import conversations
from valvomo.domain.access.actor import system_refusal
from valvomo.domain.conversations import measure as rules


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureSentiment(Command):
    """What a model says of messages, by conversation, in the order in which they were written."""

    readings: Mapping[str, tuple[rules.Measured, ...]] = field(default_factory=dict)


@handles(MeasureSentiment)
async def measure_sentiment(work: Work, command: MeasureSentiment) -> Outcome:
    """By the system alone. What is closed or has been measured meanwhile is left out; `measured` counts the rest."""
    if refusal := system_refusal(work.actor):
        return refusal
    organization_id, shown = work.organization_id, work.supervision.show_agents_sentiment
    found = await conversations.lock_many(work.tx, [(organization_id, one) for one in command.readings])
    measured = 0
    for (_, one), conversation in found.items():
        now = conversation
        for reading in command.readings[one]:
            events = await rerouted(work, now, rules.measure(reading, now, shown=shown))
            if events:
                now = await work.record(now, events)
                measured += 1
    return {"measured": measured}
