"""Noting: what came of messages that were sent, of all accounts together; a commit for whatever is known by then."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from valvomo.commands.channels.delivery import NoteDeliveries, Told
from valvomo.commands.execute import Executor
from valvomo.db.batches import Batches
from valvomo.domain.access.actor import system

MOST = 64
Answers = tuple[Told, ...]


class Noting:
    """One for a process. Organizations have commits of their own, so that none waits for another's locks."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor
        self._houses: dict[str, Batches[Answers, None]] = {}

    async def note(self, organization_id: str, told: Sequence[Told]) -> None:
        """It is noted when this returns. Raises what noting these raises, whatever is wrong with others."""
        answers = self._houses.get(organization_id)
        if answers is None:
            answers = self._houses[organization_id] = Batches(
                partial(self._note_all, organization_id), MOST, singly=True
            )
        await answers.ask(tuple(told))

    async def _note_all(self, organization_id: str, answers: Sequence[Answers]) -> list[None]:
        told = tuple(one for some in answers for one in some)
        await self._executor.execute(system(organization_id, "channel"), NoteDeliveries(told=told))
        return [None] * len(answers)
