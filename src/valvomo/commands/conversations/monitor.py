"""Monitor and stop monitoring (spec 1 §3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.work import Work
from valvomo.domain.access.acts import Act
from valvomo.domain.conversations import monitor as rules
from valvomo.domain.refusals import Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Monitor(Command):
    """Read along, unseen."""

    act: ClassVar[Act | None] = Act.MONITOR
    conversation_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StopMonitor(Command):
    """Stop reading along."""

    conversation_id: str


@handles(Monitor)
async def monitor(work: Work, command: Monitor) -> Outcome:
    """Silent unless the organization shows agents that they are monitored."""
    conversation = await work.lock_for(command.conversation_id, Act.MONITOR)
    if isinstance(conversation, Refusal):
        return conversation
    shown = work.supervision.show_agents_monitored
    return await work.decide(
        conversation, rules.monitor((work.actor.id, work.actor.name), conversation, shown=shown)
    )


@handles(StopMonitor)
async def stop_monitor(work: Work, command: StopMonitor) -> Outcome:
    """Always possible for who monitors."""
    conversation = await work.lock_for(command.conversation_id, Act.STOP_MONITOR)
    if isinstance(conversation, Refusal):
        return conversation
    return await work.decide(conversation, rules.stop_monitor((work.actor.id, work.actor.name), conversation))
