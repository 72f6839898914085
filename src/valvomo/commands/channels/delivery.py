"""Delivery: how far messages have come, noted with the fact that says so; many messages in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from valvomo.commands.channels.parts import Parts
from valvomo.commands.channels.told import Told
from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.work import Work
from valvomo.db import conversations, dispatches, messages
from valvomo.db.dispatches import Note
from valvomo.db.journal import Fact
from valvomo.db.messages import PublicMessage
from valvomo.domain.access.actor import system_refusal
from valvomo.domain.conversations.delivery import Delivery, DeliveryChanged, DeliveryProblem
from valvomo.domain.conversations.fold import fold
from valvomo.domain.conversations.model import Conversation
from valvomo.domain.conversations.told import notified

__all__ = ["NoteDeliveries", "Told", "note_change", "take_note", "write"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteDeliveries(Command):
    """Note what came of messages that were sent, or could not be."""

    told: tuple[Told, ...]


@handles(NoteDeliveries)
async def note_deliveries(work: Work, command: NoteDeliveries) -> Outcome:
    """By the system alone."""
    if refusal := system_refusal(work.actor):
        return refusal
    await take_note(work, command.told)
    return {}


async def take_note(work: Work, told: Sequence[Told]) -> None:
    """All that this work is about: whatever of it says more than what is known.

    Conversations are locked before their dispatches.
    """
    house, ids = work.organization_id, sorted({one.message_id for one in told})
    found = await work.tx.rows("dispatches.conversations_of", house, ids)
    current = await conversations.lock_many(work.tx, ((house, row["conversation_id"]) for row in found))
    rows = {row["message_id"]: row for row in await work.tx.rows("dispatches.lock", house, ids)}
    notes = {row["message_id"]: _known(row) for row in rows.values()}
    before, parts = dict(current), await Parts.of(work, ids)
    changed: dict[tuple[str, str], Conversation] = {}
    for one in told:
        row = rows.get(one.message_id)
        said = parts.told(one, Delivery(notes[one.message_id].state)) if row is not None else None
        if row is None or said is None:
            continue
        noted = notes[one.message_id] = _noted(row, said, notes[one.message_id])
        if noted.seq is not None:
            key = (house, noted.conversation_id)
            current[key] = changed[key] = note_change(work, current[key], noted)
    moved = [one for one in notes.values() if one != _known(rows[one.message_id])]
    await parts.write(work)
    written = await write(work, moved, [(before[key], one) for key, one in changed.items()])
    if all(one.undelivered == before[key].undelivered for key, one in changed.items()):
        # Nobody's rights, offers or deadlines are others than before.
        work.said = tuple(written)


async def write(
    work: Work, notes: Sequence[Note], changed: Sequence[tuple[Conversation, Conversation]]
) -> list[PublicMessage]:
    """What has come further, and the conversations (before, after): most have nothing new but their versions.

    The messages as they are then.
    """
    found = await dispatches.note(work.tx, work.organization_id, notes) if notes else []
    for before, after in changed:
        if after.undelivered != before.undelivered:
            await conversations.save(work.tx, before, after)
    if counted := [after for before, after in changed if after.undelivered == before.undelivered]:
        await messages.write(work.tx, [], [], counted)
    return found


def note_change(work: Work, conversation: Conversation, noted: Note) -> Conversation:
    """The fact, and the conversation after it."""
    event = DeliveryChanged(
        message_id=noted.message_id,
        seq=noted.seq or 0,
        state=Delivery(noted.state),
        problem=DeliveryProblem(noted.problem) if noted.problem else None,
        minded=True,
    )
    people = notified(event, conversation)
    after = fold(conversation, event, work.now)
    work.facts.append(
        Fact(
            event=event, actor_id=work.actor.id, actor_name=work.actor.name, at=work.now,
            conversation_id=after.id, version=after.version,
            notify=tuple(one for one in people if one != work.actor.id),
        )
    )  # fmt: skip
    return after


def _known(row: Any) -> Note:
    names = ("message_id", "conversation_id", "seq", "state", "provider_id", "problem", "detail")
    return Note(**{name: row[name] for name in names})


def _noted(row: Any, told: Told, before: Note) -> Note:
    """A message that may have gone out twice says so for good; other remarks are of the newest state."""
    repeated = DeliveryProblem.POSSIBLY_REPEATED if row["possibly_repeated"] else None
    problem = told.problem or (repeated if told.state is not Delivery.FAILED else None)
    return Note(
        message_id=before.message_id,
        conversation_id=before.conversation_id,
        seq=before.seq,
        state=told.state.value,
        provider_id=told.provider_id or before.provider_id,
        problem=problem.value if problem else None,
        detail=told.detail or None,
    )
