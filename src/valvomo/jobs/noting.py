"""Noting: what came of messages that were sent, of all accounts together; a commit for whatever is known by then."""

from __future__ import annotations

from collections.abc import Sequence

from valvomo.commands.channels.delivery import NoteDeliveries, Told
from valvomo.commands.execute import Executor
from valvomo.db.batches import Batches
from valvomo.domain.access.actor import system

MOST = 64
Answers = tuple[str, tuple[Told, ...]]
"""An organization, and what came of messages of it."""


class Noting:
    """One for a process."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor
        self._answers: Batches[Answers, None] = Batches(self._note_all, MOST, singly=True)

    async def note(self, organization_id: str, told: Sequence[Told]) -> None:
        """It is noted when this returns. Raises what noting these raises, whatever is wrong with others."""
        await self._answers.ask((organization_id, tuple(told)))

    async def _note_all(self, answers: Sequence[Answers]) -> list[None]:
        houses: dict[str, list[Told]] = {}
        for organization_id, told in answers:
            houses.setdefault(organization_id, []).extend(told)
        for organization_id, some in houses.items():
            await self._executor.execute(system(organization_id, "channel"), NoteDeliveries(told=tuple(some)))
        return [None] * len(answers)
