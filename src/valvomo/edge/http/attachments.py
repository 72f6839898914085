"""Files of a conversation, for staff: bring one, ask how far it is, and get links that open it (spec 2)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from litestar import Request, delete, get, post
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from valvomo.commands.attachments.uploading import BeginUpload, ForgetUpload
from valvomo.commands.channels.media import FetchMediaAgain
from valvomo.domain.access.actor import Actor
from valvomo.domain.attachments.attached import Upload
from valvomo.domain.attachments.kinds import INLINE, Kind, kind_of
from valvomo.domain.conversations.message import Visibility
from valvomo.domain.refusals import malformed
from valvomo.edge.http.origin import header
from valvomo.edge.http.parameters import PathId
from valvomo.edge.http.refused import Refused, done, found
from valvomo.edge.http.uploads import Upload as UploadOperation
from valvomo.edge.parts import Parts
from valvomo.files.links import Opening
from valvomo.protocol.attachments import (
    AttachmentAllowance,
    AttachmentDocument,
    AttachmentLinks,
    Attachments,
    attachment_allowance,
    attachment_document,
)
from valvomo.queries import attachments

TAGS = ("conversations",)
MOST_ASKED = 100
"""Files at a time."""

KeyArg = NamedDependency[str | None]
Name = Annotated[
    str,
    QueryParameter(
        min_length=1, max_length=1000, description="The file's name, as its sender has it. Only shown."
    ),
]
Ids = Annotated[
    str,
    QueryParameter(
        min_length=1, max_length=MOST_ASKED * 37, description="Ids of files, with commas between them."
    ),
]


@post(
    "/conversations/{conversation_id:str}/attachments",
    tags=TAGS,
    status_code=201,
    request_max_body_size=None,
    operation_class=UploadOperation,
    operation_id="uploadAttachment",
    summary="Upload a file",
)
async def upload_attachment(
    request: Request[Any, Any, Any],
    conversation_id: PathId,
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    key: KeyArg,
    name: Name,
    visibility: Annotated[Visibility, QueryParameter()] = Visibility.PUBLIC,
) -> AttachmentDocument:
    """The body is the file and `Content-Type` what it is. Kept for a day, until a message takes it.

    Judged by what is in it: `ready`, or `refused` for a reason; `scanning` while that cannot be said yet.
    """
    wanted = _wanted(request, conversation_id, name, visibility)
    return await received(request, parts, actor, (wanted, key))


@get(
    "/conversations/{conversation_id:str}/attachments",
    tags=TAGS,
    operation_id="getAttachments",
    summary="Files by their ids, with links",
)
async def get_attachments(
    conversation_id: PathId, parts: NamedDependency[Parts], actor: NamedDependency[Actor], ids: Ids
) -> Attachments:
    """How far uploads are, and links for minutes to what messages have that the caller may read."""
    async with parts.reader.reading() as tx:
        uploads = found(await attachments.of_house(tx, actor, conversation_id, asked(ids)))
    return documents(parts, actor, uploads)


@get(
    "/conversations/{conversation_id:str}/attachments/allowance",
    tags=TAGS,
    operation_id="getAttachmentAllowance",
    summary="What may go with a message",
)
async def get_attachment_allowance(
    conversation_id: PathId,
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    visibility: Annotated[Visibility, QueryParameter()] = Visibility.PUBLIC,
) -> AttachmentAllowance:
    """By the workstream's limits and, for what the customer reads, by the channel and the account it leaves by."""
    public = visibility is Visibility.PUBLIC
    async with parts.reader.asking() as tx:
        known = found(await attachments.allowed(tx, actor, conversation_id, public=public))
    return attachment_allowance(known, actor.language)


@delete(
    "/conversations/{conversation_id:str}/attachments/{attachment_id:str}",
    tags=TAGS,
    operation_id="forgetAttachment",
    summary="Take an upload back",
)
async def forget_attachment(
    conversation_id: PathId,
    attachment_id: PathId,
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    key: KeyArg,
) -> None:
    """One's own that no message has taken. What a message has stays."""
    forget = ForgetUpload(upload_id=attachment_id, conversation_id=conversation_id)
    done(await parts.executor.execute(actor, forget, key))


@post(
    "/conversations/{conversation_id:str}/media/{media_id:str}/fetch",
    tags=TAGS,
    status_code=204,
    operation_id="fetchMediaAgain",
    summary="Fetch a file again that came with a message",
)
async def fetch_media_again(
    conversation_id: PathId,
    media_id: PathId,
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    key: KeyArg,
) -> None:
    """One that could not be had (`media` of the message). Nothing happens while it is being fetched already."""
    again = FetchMediaAgain(conversation_id=conversation_id, media_id=media_id)
    done(await parts.executor.execute(actor, again, key))


async def received(
    request: Request[Any, Any, Any], parts: Parts, actor: Actor, asked_for: tuple[BeginUpload, str | None]
) -> AttachmentDocument:
    """Take in the body of this request; `asked_for` is as what, and the key that it came with."""
    length = header(request.scope["headers"], b"content-length") or ""
    announced = int(length) if length.isdigit() and len(length) < 16 else 0  # noqa: PLR2004 - more is no length
    wanted, key = asked_for
    upload = found(
        await parts.files.intake.receive(actor, wanted, request.stream(), announced=announced, key=key)
    )
    return attachment_document(upload, actor.language)


def documents(parts: Parts, actor: Actor, uploads: Sequence[Upload]) -> Attachments:
    """The files, with links to those that messages have."""
    ordered = sorted(uploads, key=lambda one: one.id)
    return Attachments(
        items=[attachment_document(one, actor.language, _links(parts, one)) for one in ordered]
    )


def asked(ids: str) -> list[str]:
    """The ids of a question."""
    named = ids.split(",")
    if len(named) > MOST_ASKED:
        raise Refused(malformed("query.ids", f"{MOST_ASKED} at most"))
    return named


def _wanted(
    request: Request[Any, Any, Any], conversation_id: str, name: str, visibility: Visibility
) -> BeginUpload:
    return BeginUpload(
        conversation_id=conversation_id, name=name, media_type=content_type(request), visibility=visibility
    )


def content_type(request: Request[Any, Any, Any]) -> str:
    """What the sender says that the body is; the rest of it is of no use and may be long."""
    return (header(request.scope["headers"], b"content-type") or "")[:200]


def _links(parts: Parts, upload: Upload) -> AttachmentLinks | None:
    if upload.message_id is None:
        return None
    kind = kind_of(upload.media_type)
    now = parts.clock()

    def link(opening: Opening) -> str:
        return parts.files.links.link(upload.organization_id, upload.id, opening, now)[0]

    return AttachmentLinks(
        until=parts.files.links.link(upload.organization_id, upload.id, Opening.DOWNLOAD, now)[1],
        download=link(Opening.DOWNLOAD),
        whole=link(Opening.WHOLE) if kind in INLINE else None,
        thumbnail=link(Opening.THUMBNAIL) if kind is Kind.IMAGE else None,
    )


ROUTES = (upload_attachment, get_attachments, get_attachment_allowance, forget_attachment, fetch_media_again)
