"""Files of a conversation, for the bot that has it: brought as agents bring them, and of what is public alone."""

from __future__ import annotations

from typing import Any

from litestar import Request, delete, get, post
from litestar.di import NamedDependency

from valvomo.commands.attachments.uploading import BeginUpload, ForgetUpload
from valvomo.domain.access.actor import Actor
from valvomo.edge.http.attachments import Ids, KeyArg, Name, asked, content_type, documents, received
from valvomo.edge.http.parameters import PathId
from valvomo.edge.http.refused import done, found
from valvomo.edge.http.uploads import Upload as UploadOperation
from valvomo.edge.parts import Parts
from valvomo.protocol.attachments import AttachmentDocument, Attachments
from valvomo.queries import attachments

TAGS = ("bot",)
ALL = "/conversations/{conversation_id:str}/attachments"


@post(
    ALL,
    tags=TAGS,
    status_code=201,
    request_max_body_size=None,
    operation_class=UploadOperation,
    operation_id="uploadBotAttachment",
    summary="Upload a file",
)
async def upload_file(
    request: Request[Any, Any, Any],
    conversation_id: PathId,
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    key: KeyArg,
    name: Name,
) -> AttachmentDocument:
    """The body is the file and `Content-Type` what it is. Kept for a day, until a message takes it.

    Within the same bounds as agents' files: those of the workstream, of the channel, and of the account it leaves by.
    """
    wanted = BeginUpload(conversation_id=conversation_id, name=name, media_type=content_type(request))
    return await received(request, parts, actor, (wanted, key))


@get(ALL, tags=TAGS, operation_id="getBotAttachments", summary="Files by their ids, with links")
async def get_files(
    conversation_id: PathId, parts: NamedDependency[Parts], actor: NamedDependency[Actor], ids: Ids
) -> Attachments:
    """How far uploads are, and links for minutes to what messages have that the customer can read."""
    async with parts.reader.reading() as tx:
        uploads = found(await attachments.of_bot(tx, actor, conversation_id, asked(ids)))
    return documents(parts, actor, uploads)


@delete(
    f"{ALL}/{{attachment_id:str}}",
    tags=TAGS,
    operation_id="forgetBotAttachment",
    summary="Take an upload back",
)
async def forget_file(
    conversation_id: PathId,
    attachment_id: PathId,
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    key: KeyArg,
) -> None:
    """The bot's own that no message has taken. What a message has stays."""
    forget = ForgetUpload(upload_id=attachment_id, conversation_id=conversation_id)
    done(await parts.executor.execute(actor, forget, key))


ROUTES = (upload_file, get_files, forget_file)
