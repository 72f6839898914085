"""Create, change and remove what other settings are made with: skills, hours, presences, templates, words (spec 3).

What is particular to one kind of them stands in `kinds`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.settings.alert_rules import AlertRule
from valvomo.commands.settings.changes import note_changed, note_created, note_removed, within_constraints
from valvomo.commands.settings.kinds import KINDS, CustomPresence, OpeningHours, Resource, Skill
from valvomo.commands.work import Work
from valvomo.db import hours
from valvomo.domain.access.actor import UserRole
from valvomo.domain.refusals import Reason, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateResource(Command):
    """A new one."""

    role: ClassVar[UserRole | None] = UserRole.ADMINISTRATOR
    resource: Resource

    async def ready(self) -> None:
        """The calendar of its region."""
        await self.resource.refusal()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeResource(Command):
    """Change what is given, by the names of the kind's fields."""

    role: ClassVar[UserRole | None] = UserRole.ADMINISTRATOR
    subject: str
    resource_id: str
    changes: Mapping[str, Any]

    async def ready(self) -> None:
        """The calendar of another region."""
        if self.subject == OpeningHours.subject and self.changes.get("region"):
            await hours.is_region(self.changes["region"])


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveResource(Command):
    """Remove one that nothing refers to."""

    role: ClassVar[UserRole | None] = UserRole.ADMINISTRATOR
    subject: str
    resource_id: str


@handles(CreateResource)
@within_constraints
async def create_resource(work: Work, command: CreateResource) -> Outcome:
    """Its row and its fact."""
    resource, resource_id = command.resource, work.new_id()
    if refusal := await resource.refusal():
        return refusal
    await work.tx.run(
        f"resources.create_{resource.subject}",
        work.organization_id,
        resource_id,
        work.now,
        *resource.columns(),
    )
    note_created(work, resource.subject, (resource_id, resource.name), resource.shown())
    return {"id": resource_id}


@handles(ChangeResource)
@within_constraints
async def change_resource(work: Work, command: ChangeResource) -> Outcome:
    """Effective at the next event."""
    before = await _lock(work, command.subject, command.resource_id)
    if isinstance(before, Refusal):
        return before
    after = replace(before, **command.changes)
    if refusal := await after.refusal():
        return refusal
    if await _means_other(work, command.resource_id, before, after):
        return Refusal(Reason.IN_USE)
    await work.tx.run(
        f"resources.change_{after.subject}", work.organization_id, command.resource_id, *after.columns()
    )
    note_changed(work, after.subject, (command.resource_id, after.name), (before.shown(), after.shown()))
    return {"id": command.resource_id}


@handles(RemoveResource)
@within_constraints
async def remove_resource(work: Work, command: RemoveResource) -> Outcome:
    """The foreign keys judge whether it is in use, and what they cannot see is asked."""
    before = await _lock(work, command.subject, command.resource_id)
    if isinstance(before, Refusal):
        return before
    if await _asked_for(work, command.resource_id, before):
        return Refusal(Reason.IN_USE)
    await work.tx.run(f"resources.remove_{before.subject}", work.organization_id, command.resource_id)
    note_removed(work, before.subject, (command.resource_id, before.name), before.shown())
    return {"id": command.resource_id}


async def _lock(work: Work, subject: str, resource_id: str) -> Resource | Refusal:
    await work.tx.row("house.lock_organization", work.organization_id)
    kind = AlertRule if subject == AlertRule.subject else KINDS[subject]
    row = await work.tx.row(f"resources.{kind.rows}", work.organization_id, "", resource_id, 1)
    return kind.of(row) if row else Refusal(Reason.NOT_FOUND)


async def _means_other(work: Work, resource_id: str, before: Resource, after: Resource) -> bool:
    """Whether agents have chosen a custom presence that would stand for something else than what they chose."""
    if not isinstance(before, CustomPresence) or not isinstance(after, CustomPresence):
        return False
    if before.presence is after.presence:
        return False
    await work.tx.row("resources.lock_presence", work.organization_id, resource_id)
    return bool(await work.tx.value("resources.presence_chosen", work.organization_id, resource_id))


async def _asked_for(work: Work, resource_id: str, resource: Resource) -> bool:
    """Whether a skill stands in a rule of a workstream, where no foreign key can see it."""
    if not isinstance(resource, Skill):
        return False
    return bool(await work.tx.value("resources.skill_asked_for", work.organization_id, resource_id))
