"""See figures of individual agents: who looked is in the audit log, before anything is answered."""

from __future__ import annotations

from dataclasses import dataclass

from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.work import Work
from valvomo.domain.agents.events import FiguresSeen


@dataclass(frozen=True, slots=True, kw_only=True)
class SeeAgentFigures(Command):
    """Look at them; that the actor may is asked with the question itself. `agents` are ids, none for all."""

    view: str
    since: str
    until: str
    agents: tuple[str, ...] = ()


@handles(SeeAgentFigures)
async def see_agent_figures(work: Work, command: SeeAgentFigures) -> Outcome:
    """One fact. A screen that keeps itself up to date gives one key for a while, and is noted once."""
    work.note(
        FiguresSeen(
            view=command.view, since=command.since, until=command.until, agents=tuple(sorted(command.agents))
        )
    )
    return {"view": command.view}
