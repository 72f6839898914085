"""Mending: what failed on its way out or in, and was given up, is tried again by a person, or dropped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from valvomo.commands.channels.delivery import note_change, write
from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.settings.changes import note_changed
from valvomo.commands.work import Work
from valvomo.db import conversations
from valvomo.db.dispatches import Note
from valvomo.domain.access.actor import UserRole
from valvomo.domain.access.acts import Act
from valvomo.domain.conversations.delivery import Delivery, DeliveryProblem, may_send_again
from valvomo.domain.conversations.model import Conversation
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
        return await _mend(work, conversation, row, drop=command.drop)
    return Refusal(Reason.NOT_FOUND)


@dataclass(frozen=True, slots=True, kw_only=True)
class MendMessage(Command):
    """The same by who speaks with the customer: a message (its number) goes again, or is dropped."""

    conversation_id: str
    seq: int
    drop: bool = False


@handles(MendMessage)
async def mend_message(work: Work, command: MendMessage) -> Outcome:
    """Who may reply may have it sent again, while the channel takes it; who may write a note may drop it."""
    act = Act.NOTE if command.drop else Act.REPLY
    conversation = await work.lock_for(command.conversation_id, act)
    if isinstance(conversation, Refusal):
        return conversation
    found = await work.tx.value("dispatches.of_message", work.organization_id, conversation.id, command.seq)
    if found is None:
        return Refusal(Reason.NOT_GIVEN_UP)
    (row,) = await work.tx.rows("dispatches.lock", work.organization_id, [found])
    return await _mend(work, conversation, row, drop=command.drop)


async def _mend(work: Work, conversation: Conversation, row: Any, *, drop: bool) -> Outcome:
    house_id, one = work.organization_id, row["message_id"]
    if not may_send_again(Delivery(row["state"])) or row["dropped_at"] is not None:
        return Refusal(Reason.NOT_GIVEN_UP)
    await work.tx.run("dispatches.drop" if drop else "dispatches.again", house_id, one, work.now)
    noted = Note(
        message_id=one,
        conversation_id=conversation.id,
        seq=row["seq"],
        state=(Delivery.FAILED if drop else Delivery.QUEUED).value,
        provider_id=None,
        problem=DeliveryProblem.DROPPED.value if drop else None,
        detail=row["detail"] if drop else None,
    )
    if noted.seq is not None:
        await write(work, [noted], [(conversation, note_change(work, conversation, noted))])
    outcome = "dropped" if drop else Delivery.QUEUED.value
    _note_list(work, "dispatch", (one, conversation.customer_name), ("failed", outcome))
    return {"id": one}


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
