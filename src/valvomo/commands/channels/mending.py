"""Mending: what failed on its way out or in, and was given up, is tried again by a person, or dropped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from valvomo.commands.channels.delivery import note_change, write
from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.settings.changes import note_changed
from valvomo.commands.work import Work
from valvomo.db import conversations
from valvomo.db.dispatches import Note
from valvomo.domain.access.actor import UserRole
from valvomo.domain.conversations.delivery import Delivery, may_send_again
from valvomo.domain.refusals import Reason, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class SendAgain(Command):
    """Have a message sent again that has failed; `drop` it instead, and it stays failed and leaves the list."""

    role: ClassVar[UserRole | None] = UserRole.ADMINISTRATOR
    account_id: str
    message_id: str
    drop: bool = False


@handles(SendAgain)
async def send_again(work: Work, command: SendAgain) -> Outcome:
    """The conversation is locked before its message."""
    house_id, one = work.organization_id, command.message_id
    for found in await work.tx.rows("dispatches.conversations_of", house_id, [one]):
        conversation = await conversations.lock(work.tx, house_id, found["conversation_id"])
        (row,) = await work.tx.rows("dispatches.lock", house_id, [one])
        if conversation is None or row["account_id"] != command.account_id:
            break
        if not may_send_again(Delivery(row["state"])) or row["dropped_at"] is not None:
            return Refusal(Reason.NOT_GIVEN_UP)
        if command.drop:
            await work.tx.run("dispatches.drop", house_id, one, work.now)
        else:
            await work.tx.run("dispatches.again", house_id, one, work.now)
            noted = Note(
                message_id=one, conversation_id=conversation.id, seq=row["seq"], state=Delivery.QUEUED.value,
                provider_id=None, problem=None, detail=None,
            )  # fmt: skip
            if noted.seq is not None:
                await write(work, [noted], [note_change(work, conversation, noted)])
        outcome = "dropped" if command.drop else Delivery.QUEUED.value
        _note_list(work, "dispatch", (one, conversation.customer_name), ("failed", outcome))
        return {"id": one}
    return Refusal(Reason.NOT_FOUND)


@dataclass(frozen=True, slots=True, kw_only=True)
class TryAgain(Command):
    """Have an arrival taken in again that was given up; `drop` it instead, and it becomes part of nothing."""

    role: ClassVar[UserRole | None] = UserRole.ADMINISTRATOR
    account_id: str
    key: str
    drop: bool = False


@handles(TryAgain)
async def try_again(work: Work, command: TryAgain) -> Outcome:
    """Its words are not in the fact: they are a customer's."""
    if await work.tx.row("dispatches.arrival", work.organization_id, command.account_id, command.key) is None:
        return Refusal(Reason.NOT_FOUND)
    name = "dispatches.drop_arrival" if command.drop else "dispatches.arrival_again"
    done = await work.tx.run(name, work.organization_id, command.account_id, command.key, work.now)
    if not done.endswith(" 1"):
        return Refusal(Reason.NOT_GIVEN_UP)
    outcome = "dropped" if command.drop else "waiting"
    _note_list(work, "arrival", (command.account_id, command.key), ("given_up", outcome))
    return {"id": command.key}


def _note_list(work: Work, subject: str, thing: tuple[str, str], states: tuple[str, str]) -> None:
    note_changed(work, subject, thing, ({"state": states[0]}, {"state": states[1]}))
