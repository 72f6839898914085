"""Somebody looks at the floor as it was: nothing changes, and the audit log says so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from valvomo.commands.execute import Done, Executor
from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.work import Work
from valvomo.domain.access.actor import Actor, UserRole
from valvomo.domain.access.looking_back import stretch_of
from valvomo.domain.agents.events import LookedBack
from valvomo.domain.refusals import Refusal

AGAIN = timedelta(minutes=30)
"""Somebody who looks at the same stretch of the past after so long looks at it again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LookBack(Command):
    """Look at the floor as it was from `since` to `until`."""

    role: ClassVar[UserRole | None] = UserRole.SUPERVISOR
    since: datetime
    until: datetime


@handles(LookBack)
async def look_back(work: Work, command: LookBack) -> Outcome:
    """The fact is all there is."""
    work.note(LookedBack(since=command.since, until=command.until))
    return {}


async def noted(executor: Executor, actor: Actor, moment: datetime) -> Done | Refusal:
    """Note that the actor looks at this moment; once for each stretch while they are at it."""
    since, until = stretch_of(moment)
    turn = int(executor.clock().timestamp() // AGAIN.total_seconds())
    key = f"look-back:{since.isoformat()}:{turn}"
    return await executor.execute(actor, LookBack(since=since, until=until), key)
