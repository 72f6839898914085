"""Somebody looks at the floor as it was, or searches transcripts: nothing changes, and the audit log says so."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from valvomo.commands.execute import Done, Executor
from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.work import Work
from valvomo.domain.access.actor import Actor, UserRole
from valvomo.domain.access.looking_back import stretch_of
from valvomo.domain.agents.events import LookedBack, Searched
from valvomo.domain.refusals import Refusal

AGAIN = timedelta(minutes=30)
"""Somebody who looks at the same stretch of the past after so long looks at it again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LookBack(Command):
    """Look at the floor as it was from `since` to `until`, or at its timeline."""

    role: ClassVar[UserRole | None] = UserRole.SUPERVISOR
    since: datetime
    until: datetime
    view: str = "floor"


@dataclass(frozen=True, slots=True, kw_only=True)
class TryRule(Command):
    """Look through the past for what an alert rule would have raised."""

    role: ClassVar[UserRole | None] = UserRole.ADMINISTRATOR
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Search(Command):
    """Search transcripts for `words`; `seen` messages are shown."""

    role: ClassVar[UserRole | None] = UserRole.SUPERVISOR
    words: str
    seen: int
    since: datetime | None
    until: datetime | None


@handles(LookBack)
async def look_back(work: Work, command: LookBack) -> Outcome:
    """The fact is all there is."""
    work.note(LookedBack(since=command.since, until=command.until, view=command.view))
    return {}


@handles(TryRule)
async def try_rule(work: Work, command: TryRule) -> Outcome:
    """The fact is all there is."""
    work.note(LookedBack(since=command.since, until=command.until, view="rule"))
    return {}


@handles(Search)
async def search(work: Work, command: Search) -> Outcome:
    """The fact is all there is."""
    work.note(Searched(words=command.words, seen=command.seen, since=command.since, until=command.until))
    return {}


async def noted(
    executor: Executor, actor: Actor, stretch: tuple[datetime, datetime], view: str = "floor"
) -> Done | Refusal:
    """Note that the actor looks at a stretch of the past; once for the same hours while they are at it."""
    since, until = stretch_of(*stretch)
    key = f"look-back:{view}:{since.isoformat()}:{until.isoformat()}:{_turn(executor)}"
    return await executor.execute(actor, LookBack(since=since, until=until, view=view), key)


async def search_noted(executor: Executor, actor: Actor, command: Search, page: str | None) -> Done | Refusal:
    """Note that the actor searches; once for the same page (a cursor) of the same while they are at it."""
    asked = repr((command, page)).encode()
    key = f"search:{hashlib.sha256(asked).hexdigest()}:{_turn(executor)}"
    return await executor.execute(actor, command, key)


def _turn(executor: Executor) -> int:
    return int(executor.clock().timestamp() // AGAIN.total_seconds())
