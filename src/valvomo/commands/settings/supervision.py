"""The four switches for supervisors' acts and their narrowing (spec 1 §3)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar

from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.settings.changes import note_changed
from valvomo.commands.settings.withdrawing import end_unrightful
from valvomo.commands.work import Work
from valvomo.db import house
from valvomo.domain.access.actor import UserRole
from valvomo.domain.access.supervision import AgentFigures, Right, Supervision
from valvomo.domain.refusals import Reason, Refusal

Narrowing = Mapping[str, frozenset[Right]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSupervision(Command):
    """Set what is given: `switches` on or off, narrowing as a whole, None leaves a thing as it is.

    `denied_to` takes rights from supervisors, `denied_in` in queues, by id.
    """

    role: ClassVar[UserRole | None] = UserRole.ADMINISTRATOR
    switches: Mapping[Right, bool] = field(default_factory=dict)
    denied_to: Narrowing | None = None
    denied_in: Narrowing | None = None
    show_agents_monitored: bool | None = None
    show_agents_sentiment: bool | None = None
    show_agents_surveys: bool | None = None
    agent_figures: AgentFigures | None = None


@handles(ChangeSupervision)
async def change_supervision(work: Work, command: ChangeSupervision) -> Outcome:
    """Effective with the next command and the next row that anybody sees."""
    before = await house.supervision(work.tx, work.organization_id, lock=True)
    after = _changed(before, command)
    if refusal := await _unknown(work, after):
        return refusal
    states = (shown(before), shown(after))
    if note_changed(work, "supervision", (work.organization_id, "supervision"), states):
        await work.tx.run("house.set_supervision", work.organization_id, stored(after))
        await end_unrightful(work, after)
    return shown(after)


def stored(supervision: Supervision) -> dict[str, object]:
    """As it is kept with the organization."""
    return {
        "on": sorted(supervision.on),
        "denied_to": _sorted(supervision.denied_to),
        "denied_in": _sorted(supervision.denied_in),
        "show_agents_monitored": supervision.show_agents_monitored,
        "show_agents_sentiment": supervision.show_agents_sentiment,
        "show_agents_surveys": supervision.show_agents_surveys,
        "agent_figures": supervision.agent_figures.value,
    }


def shown(supervision: Supervision) -> dict[str, object]:
    """As people see it: each switch by its name."""
    switches = {right.value: right in supervision.on for right in Right}
    return {**switches, **{name: value for name, value in stored(supervision).items() if name != "on"}}


def _changed(supervision: Supervision, command: ChangeSupervision) -> Supervision:
    off = {right for right, on in command.switches.items() if not on}
    on = {right for right, on in command.switches.items() if on}
    monitored, sentiment = command.show_agents_monitored, command.show_agents_sentiment
    surveys = command.show_agents_surveys
    return replace(
        supervision,
        on=supervision.on - off | on,
        denied_to=supervision.denied_to if command.denied_to is None else _without_empty(command.denied_to),
        denied_in=supervision.denied_in if command.denied_in is None else _without_empty(command.denied_in),
        show_agents_monitored=supervision.show_agents_monitored if monitored is None else monitored,
        show_agents_sentiment=supervision.show_agents_sentiment if sentiment is None else sentiment,
        show_agents_surveys=supervision.show_agents_surveys if surveys is None else surveys,
        agent_figures=command.agent_figures or supervision.agent_figures,
    )


def _without_empty(narrowing: Narrowing) -> Narrowing:
    return {who: rights for who, rights in narrowing.items() if rights}


def _sorted(narrowing: Narrowing) -> dict[str, list[Right]]:
    return {who: sorted(rights) for who, rights in sorted(narrowing.items())}


async def _unknown(work: Work, supervision: Supervision) -> Refusal | None:
    people = await _missing(work, "settings.known_users", supervision.denied_to)
    queues = await _missing(work, "settings.known_queues", supervision.denied_in)
    if people or queues:
        return Refusal(Reason.UNKNOWN_TARGET, {"denied_to": people, "denied_in": queues})
    return None


async def _missing(work: Work, statement: str, ids: Collection[str]) -> list[str]:
    if not ids:
        return []
    known = {row["id"] for row in await work.tx.rows(statement, work.organization_id, sorted(ids))}
    return sorted(set(ids) - known)
