"""What all changes of settings have in common: the fact with before and after, and how constraints refuse."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import wraps
from typing import TypeVar

import asyncpg

from valvomo.commands.registry import Command, Outcome
from valvomo.commands.work import Work
from valvomo.domain.agents.events import SettingChanged
from valvomo.domain.refusals import Reason, Refusal

C = TypeVar("C", bound=Command)

REFUSALS: Mapping[str, Reason] = {
    "users_email": Reason.NAME_TAKEN,
    "sign_in_links_subject": Reason.CHANGED_MEANWHILE,
    "queues_name": Reason.NAME_TAKEN,
    "workstreams_name": Reason.NAME_TAKEN,
    "workstreams_key": Reason.NAME_TAKEN,
    "organizations_name": Reason.NAME_TAKEN,
    "skills_name": Reason.NAME_TAKEN,
    "hours_name": Reason.NAME_TAKEN,
    "presences_name": Reason.NAME_TAKEN,
    "templates_name": Reason.NAME_TAKEN,
    "quick_replies_name": Reason.NAME_TAKEN,
    "dispositions_name": Reason.NAME_TAKEN,
    "evaluation_forms_name": Reason.NAME_TAKEN,
    "sampling_rules_name": Reason.NAME_TAKEN,
    "sampling_rules_queue": Reason.UNKNOWN_TARGET,
    "workstreams_queue": Reason.IN_USE,
    "conversations_queue": Reason.IN_USE,
    "workstreams_template": Reason.IN_USE,
    "workstreams_bot": Reason.IN_USE,
    "bots_name": Reason.NAME_TAKEN,
    "bot_snippets_bot": Reason.UNKNOWN_TARGET,
    "queues_hours": Reason.IN_USE,
    "agents_hours": Reason.IN_USE,
    "agents_status": Reason.IN_USE,
    "agent_skills_skill": Reason.IN_USE,
    "queue_members_queue": Reason.UNKNOWN_TARGET,
    "queue_members_user": Reason.UNKNOWN_TARGET,
    "queue_supervisors_queue": Reason.UNKNOWN_TARGET,
    "queue_supervisors_user": Reason.UNKNOWN_TARGET,
    "api_tokens_user": Reason.UNKNOWN_TARGET,
    "alert_rules_name": Reason.NAME_TAKEN,
    "alert_rules_quiet_hours": Reason.UNKNOWN_TARGET,
    "alert_rules_assign_to": Reason.UNKNOWN_TARGET,
    "quick_replies_queue": Reason.UNKNOWN_TARGET,
    "dispositions_queue": Reason.UNKNOWN_TARGET,
    "channel_accounts_name": Reason.NAME_TAKEN,
    "channel_accounts_workstream": Reason.IN_USE,
    "channel_threads_account": Reason.IN_USE,
    "dispatches_account": Reason.IN_USE,
}
"""Constraints that a change of settings may run into: the database is the last judge, and this is its voice."""


def within_constraints(
    handler: Callable[[Work, C], Awaitable[Outcome]],
) -> Callable[[Work, C], Awaitable[Outcome]]:
    """The handler, refusing where a constraint of `REFUSALS` does; any other violation is a bug and passes."""

    @wraps(handler)
    async def judged(work: Work, command: C) -> Outcome:
        try:
            return await handler(work, command)
        except asyncpg.IntegrityConstraintViolationError as violated:
            constraint = str(getattr(violated, "constraint_name", ""))
            if constraint not in REFUSALS:
                raise
            # What a removal runs into is that something still refers to it, whatever else the constraint means.
            removes = type(command).__name__.startswith("Remove")
            return Refusal(Reason.IN_USE if removes else REFUSALS[constraint])

    return judged


def note_created(work: Work, subject: str, thing: tuple[str, str], after: Mapping[str, object]) -> None:
    """A setting came to be; `thing` is its id and its name."""
    work.note(SettingChanged(subject=subject, subject_id=thing[0], name=thing[1], after=dict(after)))


def note_removed(work: Work, subject: str, thing: tuple[str, str], before: Mapping[str, object]) -> None:
    """A setting is no more."""
    work.note(SettingChanged(subject=subject, subject_id=thing[0], name=thing[1], before=dict(before)))


def note_changed(
    work: Work,
    subject: str,
    thing: tuple[str, str],
    states: tuple[Mapping[str, object], Mapping[str, object]],
) -> bool:
    """A setting changed: what differs between the states before and after; False, and no fact, if nothing does."""
    before, after = states
    differing = [name for name in after if before.get(name) != after[name]]
    if differing:
        work.note(
            SettingChanged(
                subject=subject,
                subject_id=thing[0],
                name=thing[1],
                before={name: before.get(name) for name in differing},
                after={name: after[name] for name in differing},
            )
        )
    return bool(differing)
