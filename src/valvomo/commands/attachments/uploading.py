"""Bring a file into a conversation: what is written of it in PostgreSQL, step by step.

A row is there before the first byte and until the last one is gone: so that nothing is kept that nobody knows of.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

from valvomo.commands.channels.abilities import carried
from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.work import Work
from valvomo.db import attachments, conversations
from valvomo.domain.access.actor import ActorKind
from valvomo.domain.access.sight import may_see
from valvomo.domain.attachments.attached import Problem
from valvomo.domain.attachments.kinds import TYPES, kind_of
from valvomo.domain.attachments.limits import (
    MOST_WAITING,
    Limits,
    Sent,
    Side,
    file_refusal,
    full_refusal,
    largest_of,
    outward_largest,
    outward_refusal,
    sending_refusal,
)
from valvomo.domain.attachments.names import shown_name
from valvomo.domain.conversations.message import Visibility, Words, posting_refusal
from valvomo.domain.conversations.model import Conversation, Role
from valvomo.domain.refusals import Reason, Refusal

_OUTSIDE = {ActorKind.CUSTOMER: Role.CUSTOMER, ActorKind.BOT: Role.BOT}
"""Who has no other side to write on than the public one."""
OURS_FOR = timedelta(minutes=2)
"""Whoever has brought a file looks into it; if they have not by then, a job does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BeginUpload(Command):
    """Bring a file to send with a message of this visibility. `media_type` is what the sender says that it is.

    `came`: with a customer's message that is there already, over a channel; whether they may write still is not asked.
    """

    bots_too: ClassVar[bool] = True
    conversation_id: str
    name: str
    media_type: str
    visibility: Visibility = Visibility.PUBLIC
    came: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishUpload(Command):
    """All bytes are here, and are what `media_type` says now. An upload's key is kept with this, its bytes known."""

    bots_too: ClassVar[bool] = True
    secret: ClassVar[frozenset[str]] = frozenset({"upload_id"})
    upload_id: str
    conversation_id: str
    name: str
    media_type: str
    size: int
    digest: str
    visibility: Visibility = Visibility.PUBLIC


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgetUpload(Command):
    """It did not come, is not to be had, or its author does not want it any more."""

    bots_too: ClassVar[bool] = True
    upload_id: str
    conversation_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleUpload(Command):
    """It was looked into: ready as it is now, or refused for a `problem`."""

    upload_id: str
    problem: Problem | None = None
    media_type: str = ""
    size: int = 0
    digest: str = ""
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PutOffUpload(Command):
    """It could not be looked into; it is tried again from then on."""

    upload_id: str
    due: datetime


def side_of(work: Work) -> Side:
    """Whose side the actor is on."""
    return Side.CUSTOMER if work.actor.kind is ActorKind.CUSTOMER else Side.HOUSE


@handles(BeginUpload)
async def begin_upload(work: Work, command: BeginUpload) -> Outcome:
    """Refused where the message itself would be, or the file by what is known of it.

    `largest` bytes of it are taken, and of those in the conversation that are `held` its side may have `total`.
    """
    conversation = await _seen(work, command.conversation_id)
    if isinstance(conversation, Refusal):
        return conversation
    side, limits = side_of(work), await _limits(work, conversation)
    public = command.visibility is Visibility.PUBLIC or work.actor.kind in _OUTSIDE
    sent = Sent(name=command.name, media_type=command.media_type, size=None)
    # What the sender says may be wrong, so that only what is known to us is held against the file by now.
    known = command.media_type in TYPES
    refusal = None
    if not command.came:
        refusal = posting_refusal(_words(work, conversation, command.visibility), conversation)
    refusal = refusal or (file_refusal if known else _nothing_at_all)(limits.of(side), sent)
    kind = kind_of(command.media_type) if known else None
    largest = largest_of(limits.of(side), kind)
    if refusal is None and public and side is Side.HOUSE:
        ability = await carried(work.tx, work.organization_id, conversation.account_id)
        refusal = outward_refusal(conversation.channel, sent if known else None, ability)
        largest = min(largest, outward_largest(conversation.channel, kind, ability))
    if refusal is not None:
        return refusal
    held = await _held(work, conversation, side)
    if refusal := full_refusal(limits.of(side), held):
        return refusal
    mine = (work.organization_id, conversation.id, work.actor.id)
    if not command.came and await work.tx.value("attachments.free_of", *mine) >= MOST_WAITING:
        return Refusal(Reason.ATTACHMENTS_WAITING, {"most": MOST_WAITING})
    one = work.new_id()
    await work.tx.run(
        "attachments.begin", work.organization_id, one, conversation.id, work.actor.id, side.value,
        shown_name(command.name, command.media_type), command.media_type, work.now,
    )  # fmt: skip
    return {"id": one, "largest": largest, "held": held, "total": limits.of(side).total}


@handles(FinishUpload)
async def finish_upload(work: Work, command: FinishUpload) -> Outcome:
    """Judged anew by what it is; scanned from now on. One after the other in a conversation: each is counted."""
    conversation = await work.lock(command.conversation_id)
    if isinstance(conversation, Refusal):
        return conversation
    side = side_of(work)
    limits = (await _limits(work, conversation)).of(side)
    sent = Sent(name=command.name, media_type=command.media_type, size=command.size)
    refusal = file_refusal(limits, sent) or full_refusal(
        limits, await _held(work, conversation, side), command.size
    )
    if refusal is not None:
        return refusal
    name = shown_name(command.name, command.media_type)
    row = await work.tx.row(
        "attachments.arrived", work.organization_id, command.upload_id, name, command.media_type, command.size,
        command.digest, work.now + OURS_FOR,
    )  # fmt: skip
    return Refusal(Reason.NOT_FOUND) if row is None else _told(row)


@handles(ForgetUpload)
async def forget_upload(work: Work, command: ForgetUpload) -> Outcome:
    """Its bytes are removed in a while. Not found when it is not the actor's, or a message's by now."""
    where = (work.organization_id, command.conversation_id, command.upload_id, work.actor.id)
    gone = await work.tx.value("attachments.forget", *where)
    return Refusal(Reason.NOT_FOUND) if gone is None else {"id": gone}


@handles(SettleUpload)
async def settle_upload(work: Work, command: SettleUpload) -> Outcome:
    """Not found when somebody else has settled it, or it is gone."""
    where = (work.organization_id, command.upload_id)
    if command.problem is not None:
        row = await work.tx.row("attachments.refused", *where, command.problem.value)
        return Refusal(Reason.NOT_FOUND) if row is None else _told(row)
    before = await work.tx.row("attachments.one", *where)
    if before is None:
        return Refusal(Reason.NOT_FOUND)
    name = shown_name(before["name"], command.media_type)
    row = await work.tx.row(
        "attachments.ready", *where, name, command.media_type, command.size, command.digest, command.width,
        command.height,
    )  # fmt: skip
    return Refusal(Reason.NOT_FOUND) if row is None else _told(row)


@handles(PutOffUpload)
async def put_off_upload(work: Work, command: PutOffUpload) -> Outcome:
    """Nothing else changes."""
    await work.tx.run("attachments.put_off", work.organization_id, command.upload_id, command.due)
    return {}


async def _seen(work: Work, conversation_id: str) -> Conversation | Refusal:
    conversation = await conversations.get(work.tx, work.organization_id, conversation_id)
    if conversation is None or not may_see(work.actor, conversation):
        return Refusal(Reason.NOT_FOUND)
    return conversation


async def _limits(work: Work, conversation: Conversation) -> Limits:
    key = (work.organization_id, conversation.id)
    return (await attachments.limits(work.tx, [key])).get(key, Limits())


async def _held(work: Work, conversation: Conversation, side: Side) -> int:
    """Bytes that this side has in the conversation."""
    where = (work.organization_id, conversation.id, side.value)
    return int(await work.tx.value("attachments.bytes_of", *where))


def _nothing_at_all(limits: Any, _sent: Sent) -> Refusal | None:
    return sending_refusal(limits)


def _words(work: Work, conversation: Conversation, visibility: Visibility) -> Words:
    outside = _OUTSIDE.get(work.actor.kind)
    role = outside or conversation.role_of(work.actor.id) or Role.MONITOR
    return Words(
        message_id="",
        author_id=work.actor.id,
        author_role=role.value,
        visibility=Visibility.PUBLIC if outside else visibility,
        digest="",
    )


def _told(row: Any) -> dict[str, object]:
    return dict(row)
