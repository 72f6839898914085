"""Media: the files that customers' messages bring over channels, from the announcement to the attachment.

A message says at once what comes with it. A job fetches each file, keeps it as it keeps any other that a customer
brings, and then it is the message's: in one transaction, so that it is so once, whatever dies meanwhile.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from valvomo.commands.bot_letters import attachment_to_bot
from valvomo.commands.conversations.messages import Posted
from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.work import Work
from valvomo.db import attachments, bots, conversations, messages
from valvomo.db.attachments import upload_of
from valvomo.db.journal import Fact
from valvomo.domain.access.actor import ActorKind, system_refusal
from valvomo.domain.access.sight import read_refusal
from valvomo.domain.attachments.attached import Progress, PublicAttachment, public_attachment
from valvomo.domain.attachments.limits import Limits
from valvomo.domain.attachments.media import (
    Brought,
    MediaProblem,
    MediaState,
    PublicMedium,
    expected,
    may_fetch_again,
    problem_found,
)
from valvomo.domain.conversations.fold import fold
from valvomo.domain.conversations.media import MediaChanged
from valvomo.domain.conversations.message import digest_of
from valvomo.domain.conversations.model import Conversation
from valvomo.domain.refusals import Reason, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachMedia(Command):
    """Make a file that came with a message its attachment: the upload that was made of it has been looked into."""

    media_id: str
    upload_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FailMedia(Command):
    """A file that came with a message is not to be had. `detail` is the provider's own word."""

    media_id: str
    problem: MediaProblem
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchMediaAgain(Command):
    """Have a file fetched again that could not be had."""

    conversation_id: str
    media_id: str


async def announced(
    work: Work, conversation: Conversation, account_id: str, key: str
) -> tuple[PublicMedium, ...] | None:
    """What a message that is being taken in says of its files; None where it brings none."""
    rows = await work.tx.rows("media.brought", work.organization_id, account_id, key)
    if not rows:
        return None
    place = (work.organization_id, conversation.id)
    limits = (await attachments.limits(work.tx, [place])).get(place, Limits())
    brought = [
        Brought(
            id=row["id"], name=row["name"], media_type=row["media_type"],
            problem=MediaProblem(row["problem"]) if row["problem"] else None,
        )
        for row in rows
    ]  # fmt: skip
    return expected(brought, limits)


async def wanted(work: Work, conversation_id: str, posted: Posted, media: Sequence[PublicMedium]) -> None:
    """The message is there: its files are fetched from now on."""
    message = posted.message
    await work.tx.run(
        "media.taken_in", work.organization_id, conversation_id, message.id, message.seq,
        [one.id for one in media], [one.state.value for one in media], work.now,
        [one.problem.value if one.problem else None for one in media],
    )  # fmt: skip


@handles(AttachMedia)
async def attach_media(work: Work, command: AttachMedia) -> Outcome:
    """By the system alone. Nothing happens to what is not being fetched any more; `state` is how it is then."""
    found = await _fetched(work, command.media_id)
    if isinstance(found, Refusal):
        return found
    conversation, row = found
    uploads = await attachments.lock(work.tx, [(work.organization_id, command.upload_id)])
    upload = uploads.get((work.organization_id, command.upload_id))
    if row["state"] != MediaState.FETCHING or upload is None:
        return {"state": row["state"]}
    if upload.progress is Progress.REFUSED and upload.problem is not None:
        await _fail(work, conversation, row, (problem_found(upload.problem), ""))
        return {"state": MediaState.FAILED.value}
    if upload.progress is not Progress.READY:
        return {"state": row["state"]}
    await attachments.take(work.tx, [(work.organization_id, upload.id, row["message_id"], row["seq"])])
    await work.tx.run(
        "media.settle", work.organization_id, row["id"], MediaState.FETCHED.value, None, None, upload.id
    )
    await _note(work, conversation, row, (MediaState.FETCHED, None))
    if conversation.bot_id:
        told = attachment_to_bot(row["message_id"], public_attachment(upload), conversation, work.now)
        await bots.tell(work.tx, [told], work.now)
    return {"state": MediaState.FETCHED.value}


@handles(FailMedia)
async def fail_media(work: Work, command: FailMedia) -> Outcome:
    """By the system alone."""
    found = await _fetched(work, command.media_id)
    if isinstance(found, Refusal):
        return found
    conversation, row = found
    if row["state"] == MediaState.FETCHING:
        await _fail(work, conversation, row, (command.problem, command.detail))
    return {}


@handles(FetchMediaAgain)
async def fetch_media_again(work: Work, command: FetchMediaAgain) -> Outcome:
    """Whoever may read the message. The provider is asked anew, and what it gives is judged anew."""
    if work.actor.kind is not ActorKind.USER:
        return Refusal(Reason.NOT_FOUND)
    conversation = await work.lock(command.conversation_id)
    if isinstance(conversation, Refusal):
        return conversation
    if refusal := read_refusal(work.actor, conversation):
        return refusal
    row = await work.tx.row("media.lock_one", work.organization_id, command.media_id)
    if row is None or row["conversation_id"] != conversation.id:
        return Refusal(Reason.NOT_FOUND)
    if row["state"] == MediaState.FAILED:
        if not may_fetch_again(await _medium(work, row)):
            return Refusal(Reason.MEDIA_FOR_GOOD)
        await work.tx.run("media.again", work.organization_id, row["id"], work.now)
        await _note(work, conversation, row, (MediaState.FETCHING, None))
    return {"id": row["id"]}


async def _fetched(work: Work, media_id: str) -> tuple[Conversation, Any] | Refusal:
    """The conversation, locked, and then the row: messages of a conversation change one after the other."""
    if refusal := system_refusal(work.actor):
        return refusal
    known = await work.tx.row("media.one", work.organization_id, media_id)
    if known is None or known["conversation_id"] is None:
        return Refusal(Reason.NOT_FOUND)
    conversation = await conversations.lock(work.tx, work.organization_id, known["conversation_id"])
    row = await work.tx.row("media.lock_one", work.organization_id, media_id)
    return Refusal(Reason.NOT_FOUND) if conversation is None or row is None else (conversation, row)


async def _fail(work: Work, conversation: Conversation, row: Any, why: tuple[MediaProblem, str]) -> None:
    problem, detail = why
    await work.tx.run(
        "media.settle",
        work.organization_id,
        row["id"],
        MediaState.FAILED.value,
        problem.value,
        detail[:200],
        None,
    )
    await _note(work, conversation, row, (MediaState.FAILED, problem))


async def _medium(work: Work, row: Any) -> PublicMedium:
    """As the message says it, which is what its reader knows of it."""
    said = await _message(work, row)
    return next(one for one in messages.media(said["media"]) or () if one.id == row["id"])


async def _message(work: Work, row: Any) -> Any:
    return await work.tx.row("media.message", work.organization_id, row["conversation_id"], row["seq"])


async def _note(
    work: Work, conversation: Conversation, row: Any, become: tuple[MediaState, MediaProblem | None]
) -> None:
    """Where the message is read, and the fact that says so."""
    state, problem = become
    said = await _message(work, row)
    place = (work.organization_id, row["conversation_id"], row["seq"])
    came = [upload_of(one) for one in await work.tx.rows("media.attached", *place)]
    files: tuple[PublicAttachment, ...] = tuple(map(public_attachment, came))
    media = [
        replace(one, state=state, problem=problem) if one.id == row["id"] else one
        for one in messages.media(said["media"]) or ()
        if one.id != row["id"] or state is not MediaState.FETCHED
    ]
    await work.tx.run(
        "media.note_message", *place, [asdict(one) for one in files], [asdict(one) for one in media]
    )
    event = MediaChanged(
        message_id=row["message_id"], seq=row["seq"], media_id=row["id"], state=state, problem=problem,
        digest=digest_of(said["text"], files),
    )  # fmt: skip
    after = fold(conversation, event, work.now)
    work.facts.append(
        Fact(
            event=event, actor_id=work.actor.id, actor_name=work.actor.name, at=work.now,
            conversation_id=after.id, version=after.version,
        )
    )  # fmt: skip
    await messages.write(work.tx, [], [], [after])
