"""Erase: what was written in a conversation that was closed long ago, by the house's rule; the system's to do."""

from __future__ import annotations

from dataclasses import dataclass

from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.work import Work
from valvomo.db import erasing
from valvomo.domain.conversations.erased import WrittenErased
from valvomo.domain.refusals import Refusal
from valvomo.domain.retention.rule import is_due


@dataclass(frozen=True, slots=True, kw_only=True)
class EraseWritten(Command):
    """Its days are over."""

    conversation_id: str


@handles(EraseWritten)
async def erase_written(work: Work, command: EraseWritten) -> Outcome:
    """All of it in this transaction, by the rule as it is now; nothing where it is not due, or gone already."""
    locked = await work.lock_as_system(command.conversation_id)
    if isinstance(locked, Refusal):
        return locked
    rule = await erasing.rule(work.tx, work.organization_id, statement="house.share_organization")
    if not is_due(rule, locked.closed_at, locked.erased_at, work.now):
        return {"erased": False}
    gone = await erasing.erase(work.tx, locked)
    event = WrittenErased(messages=locked.seq, files=gone.files, facts=gone.facts, seal=gone.seal)
    await work.record(locked, (event,))
    return {"erased": True}
