"""Force close (T16, spec 1 §3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.work import Work
from valvomo.domain.access.acts import Act
from valvomo.domain.conversations import force_close as rules
from valvomo.domain.refusals import Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class ForceClose(Command):
    """End it now, whatever its state, with a reason that is kept."""

    act: ClassVar[Act | None] = Act.FORCE_CLOSE
    conversation_id: str
    reason: str


@handles(ForceClose)
async def force_close(work: Work, command: ForceClose) -> Outcome:
    """Everybody in it is told that a supervisor ended it."""
    conversation = await work.lock_for(command.conversation_id, Act.FORCE_CLOSE)
    if isinstance(conversation, Refusal):
        return conversation
    by = (work.actor.id, work.actor.name)
    return await work.decide(conversation, rules.force_close(by, conversation, command.reason))
