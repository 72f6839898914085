"""Adjust accounts: the same change for many at once, by what is added and what is taken away (spec 3 *Users*)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar

from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.settings.changes import within_constraints
from valvomo.commands.settings.users import Profile, locked, profile_of, rewrite
from valvomo.commands.work import Work
from valvomo.db.people import SERVING
from valvomo.domain.access.actor import UserRole
from valvomo.domain.refusals import Reason, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustUser(Command):
    """Set capacity, limits and hours where they are given (empty `hours_id`: none), add and take skills and queues.

    What is both added and taken away is added. `limits` are replaced as a whole.
    """

    role: ClassVar[UserRole | None] = UserRole.ADMINISTRATOR
    user_id: str
    capacity: int | None = None
    limits: Mapping[str, int] | None = None
    hours_id: str | None = None
    add_skills: Mapping[str, int] = field(default_factory=dict)
    remove_skills: frozenset[str] = frozenset()
    add_queues: frozenset[str] = frozenset()
    remove_queues: frozenset[str] = frozenset()


@handles(AdjustUser)
@within_constraints
async def adjust_user(work: Work, command: AdjustUser) -> Outcome:
    """Only for accounts that can hold conversations: for the others all of this means nothing."""
    row = await locked(work, command.user_id)
    if row is None:
        return Refusal(Reason.NOT_FOUND)
    before = profile_of(row)
    if not SERVING & before.roles:
        return Refusal(Reason.AGENT_NOT_SERVING, {"agent": before.name})
    return await rewrite(work, row, _adjusted(before, command))


def _adjusted(profile: Profile, command: AdjustUser) -> Profile:
    kept = {one: level for one, level in profile.skills.items() if one not in command.remove_skills}
    return replace(
        profile,
        capacity=profile.capacity if command.capacity is None else command.capacity,
        limits=profile.limits if command.limits is None else command.limits,
        hours_id=profile.hours_id if command.hours_id is None else command.hours_id,
        skills={**kept, **command.add_skills},
        queues=(profile.queues - command.remove_queues) | command.add_queues,
    )
