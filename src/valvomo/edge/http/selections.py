"""The same for many things at once: each by itself in its own transaction, each with its own outcome."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import NamedTuple

import structlog

from valvomo.commands.execute import Done
from valvomo.commands.registry import Command
from valvomo.domain.access.actor import Actor
from valvomo.domain.refusals import Reason, Refusal
from valvomo.edge.parts import Parts
from valvomo.protocol.bulk import BulkOutcome, BulkOutcomes
from valvomo.protocol.problems import problem_of

AT_A_TIME = 4
"""Of one selection; the rest of the house must be able to work meanwhile."""

log = structlog.get_logger(__name__)


class Selection(NamedTuple):
    """Things (ids) below a path, and what is to be done with each."""

    path: str
    ids: Iterable[str]
    command: Callable[[str], Command]


async def each(parts: Parts, actor: Actor, selection: Selection, key: str | None) -> BulkOutcomes:
    """Each thing once, in its own transaction, with a key of its own made from the request's."""
    turns = asyncio.Semaphore(AT_A_TIME)

    async def one(thing: str) -> BulkOutcome:
        async with turns:
            own_key = f"{key}:{thing}" if key else None
            outcome = await _tried(parts, actor, selection.command(thing), own_key)
        if isinstance(outcome, Refusal):
            problem = problem_of(outcome, actor.language, f"{selection.path}/{thing}")
            return BulkOutcome(id=thing, ok=False, problem=problem.document())
        state = outcome.result.get("state")
        return BulkOutcome(id=thing, ok=True, state=str(state) if state else None)

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(thing)) for thing in dict.fromkeys(selection.ids)]
    items = [task.result() for task in tasks]
    done = sum(item.ok for item in items)
    return BulkOutcomes(items=items, done=done, refused=len(items) - done)


async def _tried(parts: Parts, actor: Actor, command: Command, key: str | None) -> Done | Refusal:
    """One that breaks is told as its own outcome: what became of the others must be answered too."""
    try:
        return await parts.executor.execute(actor, command, key)
    except Exception:
        log.exception("bulk.failed", command=type(command).__name__)
        return Refusal(Reason.INTERNAL)
