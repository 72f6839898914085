"""Create, change and remove queues (spec 1 §1)."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any, ClassVar

import msgspec

from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.settings.changes import note_changed, note_created, note_removed, within_constraints
from valvomo.commands.settings.kinds import DispositionCode, QuickReply
from valvomo.commands.settings.withdrawing import end_unrightful
from valvomo.commands.work import Work
from valvomo.db.routing_places import overflow_rules
from valvomo.domain.access.actor import UserRole
from valvomo.domain.refusals import Reason, Refusal, malformed
from valvomo.domain.routing.facts import Method, SkillMatch
from valvomo.domain.routing.overflow import OverflowRule, unsound
from valvomo.domain.sentiment.levels import Level

_UNSOUND = {
    "queue_id": "no other queue of this kind",
    "texts": "words are needed",
    "over": "at least 1 is needed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueSettings:
    """What a queue is. Members and supervisors are users' ids.

    `kind` is messaging, voice or record; a higher `priority` is served first by agents of several queues. Without
    hours it is always open. At the sentiment of `sentiment_alert_agent` or worse the agent is hinted at it, at that of
    `sentiment_alert_supervisor` supervisors are alerted; without one, never.
    """

    name: str
    kind: str = "messaging"
    priority: int = 0
    service_level_seconds: int = 60
    short_abandon_seconds: int = 5
    method: Method = Method.FREE_CAPACITY
    match: SkillMatch = SkillMatch.CLOSEST
    hours_id: str | None = None
    overflow: tuple[OverflowRule, ...] = ()
    sentiment_alert_agent: Level | None = None
    sentiment_alert_supervisor: Level | None = None
    members: frozenset[str] = frozenset()
    supervisors: frozenset[str] = frozenset()

    def shown(self) -> dict[str, object]:
        """As kept with facts."""
        return {
            "name": self.name,
            "kind": self.kind,
            "priority": self.priority,
            "service_level_seconds": self.service_level_seconds,
            "short_abandon_seconds": self.short_abandon_seconds,
            "method": self.method.value,
            "match": self.match.value,
            "hours_id": self.hours_id,
            "overflow": msgspec.to_builtins(self.overflow, order="deterministic"),
            "sentiment_alert_agent": self.sentiment_alert_agent,
            "sentiment_alert_supervisor": self.sentiment_alert_supervisor,
            "members": sorted(self.members),
            "supervisors": sorted(self.supervisors),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateQueue(Command):
    """A new queue."""

    role: ClassVar[UserRole | None] = UserRole.ADMINISTRATOR
    settings: QueueSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeQueue(Command):
    """Change what is given; None leaves a thing as it is. The kind stays: what waits there is of that kind.

    Empty `hours_id` means none: always open; an empty sentiment means none: no alert. Overflow rules are replaced as a
    whole.
    """

    role: ClassVar[UserRole | None] = UserRole.ADMINISTRATOR
    queue_id: str
    name: str | None = None
    priority: int | None = None
    service_level_seconds: int | None = None
    short_abandon_seconds: int | None = None
    method: Method | None = None
    match: SkillMatch | None = None
    hours_id: str | None = None
    overflow: tuple[OverflowRule, ...] | None = None
    sentiment_alert_agent: str | None = None
    sentiment_alert_supervisor: str | None = None
    members: frozenset[str] | None = None
    supervisors: frozenset[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveQueue(Command):
    """Remove a queue that no workstream, no rule and no conversation, past ones included, has anything to do with."""

    role: ClassVar[UserRole | None] = UserRole.ADMINISTRATOR
    queue_id: str


@handles(CreateQueue)
@within_constraints
async def create_queue(work: Work, command: CreateQueue) -> Outcome:
    """Queue and people in one commit."""
    queue, queue_id = command.settings, work.new_id()
    await work.tx.row("house.lock_organization", work.organization_id)
    if refusal := await _refusal(work, queue_id, queue):
        return refusal
    await work.tx.run("settings.create_queue", *_row(work, queue_id, queue), queue.kind, work.now)
    await _write_people(work, queue_id, queue)
    note_created(work, "queue", (queue_id, queue.name), queue.shown())
    return {"id": queue_id}


@handles(ChangeQueue)
@within_constraints
async def change_queue(work: Work, command: ChangeQueue) -> Outcome:
    """Effective at the next event."""
    before = await _lock(work, command.queue_id)
    if isinstance(before, Refusal):
        return before
    names = (one.name for one in fields(QueueSettings) if one.name != "kind")
    given = {name: value for name in names if (value := getattr(command, name)) is not None}
    after = replace(before, **given)
    after = replace(
        after,
        hours_id=after.hours_id or None,
        sentiment_alert_agent=_level(after.sentiment_alert_agent),
        sentiment_alert_supervisor=_level(after.sentiment_alert_supervisor),
    )
    if refusal := await _refusal(work, command.queue_id, after):
        return refusal
    await work.tx.run("settings.change_queue", *_row(work, command.queue_id, after))
    await _write_people(work, command.queue_id, after)
    note_changed(work, "queue", (command.queue_id, after.name), (before.shown(), after.shown()))
    await end_unrightful(work, work.supervision)
    return {"id": command.queue_id}


@handles(RemoveQueue)
@within_constraints
async def remove_queue(work: Work, command: RemoveQueue) -> Outcome:
    """The foreign keys judge whether it is in use, where there are any: rules name queues without them."""
    before = await _lock(work, command.queue_id)
    if isinstance(before, Refusal):
        return before
    if await work.tx.value("settings.queue_in_rules", work.organization_id, command.queue_id):
        return Refusal(Reason.IN_USE)
    await _remove_words(work, command.queue_id)
    await work.tx.run("settings.remove_queue", work.organization_id, command.queue_id)
    note_removed(work, "queue", (command.queue_id, before.name), before.shown())
    return {"id": command.queue_id}


async def _remove_words(work: Work, queue_id: str) -> None:
    """What agents say, and what conversations come to, in this queue alone goes with it; each has a fact of its own."""
    for kind in (QuickReply, DispositionCode):
        for row in await work.tx.rows(f"resources.{kind.rows}_of", work.organization_id, queue_id):
            one = kind.of(row)
            await work.tx.run(f"resources.remove_{kind.subject}", work.organization_id, row["id"])
            note_removed(work, kind.subject, (row["id"], one.name), one.shown())


def queue_settings_of(row: Any) -> QueueSettings:
    """A row of `settings.queues`."""
    return QueueSettings(
        name=row["name"],
        kind=row["kind"],
        priority=row["priority"],
        service_level_seconds=row["service_level_seconds"],
        short_abandon_seconds=row["short_abandon_seconds"],
        method=Method(row["method"]),
        match=SkillMatch(row["match"]),
        hours_id=row["hours_id"],
        overflow=overflow_rules(row["overflow"]),
        sentiment_alert_agent=_level(row["sentiment_alert_agent"]),
        sentiment_alert_supervisor=_level(row["sentiment_alert_supervisor"]),
        members=frozenset(row["member_ids"]),
        supervisors=frozenset(row["supervisor_ids"]),
    )


def _level(word: str | None) -> Level | None:
    return Level(word) if word else None


async def _lock(work: Work, queue_id: str) -> QueueSettings | Refusal:
    await work.tx.row("house.lock_organization", work.organization_id)
    row = await work.tx.row("settings.queues", work.organization_id, "", queue_id, 1)
    return queue_settings_of(row) if row else Refusal(Reason.NOT_FOUND)


async def _refusal(work: Work, queue_id: str, queue: QueueSettings) -> Refusal | None:
    hours = (work.organization_id, queue.hours_id)
    if queue.hours_id is not None and not await work.tx.value("settings.known_hours", *hours):
        return Refusal(Reason.UNKNOWN_TARGET, {"hours": queue.hours_id})
    rows = await work.tx.rows("settings.queue_kinds", work.organization_id) if queue.overflow else []
    at = unsound(queue.overflow, queue_id, {row["id"]: row["kind"] for row in rows}, queue.kind)
    return malformed(f"overflow.{at}", _UNSOUND[at.partition(".")[2]]) if at else None


def _row(work: Work, queue_id: str, queue: QueueSettings) -> tuple[object, ...]:
    return (
        work.organization_id, queue_id, queue.name, queue.priority, queue.service_level_seconds, queue.method.value,
        queue.match.value, queue.hours_id, msgspec.to_builtins(queue.overflow),
        queue.sentiment_alert_agent, queue.sentiment_alert_supervisor, queue.short_abandon_seconds,
    )  # fmt: skip


async def _write_people(work: Work, queue_id: str, queue: QueueSettings) -> None:
    where = (work.organization_id, queue_id)
    await work.tx.run("settings.drop_members", *where, sorted(queue.members))
    await work.tx.run("settings.add_members", *where, sorted(queue.members))
    await work.tx.run("settings.drop_supervisors", *where, sorted(queue.supervisors))
    await work.tx.run("settings.add_supervisors", *where, sorted(queue.supervisors))
