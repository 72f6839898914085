"""Files of a conversation, for its customer: with the token, and of what is public alone."""

from __future__ import annotations

from typing import Any

from litestar import Request, delete, get, post
from litestar.di import NamedDependency

from valvomo.commands.attachments.uploading import BeginUpload, ForgetUpload
from valvomo.domain.access.actor import Actor
from valvomo.edge.http.attachments import Ids, KeyArg, Name, asked, content_type, documents, received
from valvomo.edge.http.parameters import PathId
from valvomo.edge.http.refused import done
from valvomo.edge.http.uploads import Upload as UploadOperation
from valvomo.edge.parts import Parts
from valvomo.protocol.attachments import AttachmentDocument, Attachments
from valvomo.queries import attachments
from valvomo.queries.customers import Guest

TAGS = ("widget",)


@post(
    "/attachments",
    tags=TAGS,
    status_code=201,
    opt={"pace": "upload"},
    request_max_body_size=None,
    operation_class=UploadOperation,
    operation_id="uploadOwnAttachment",
    summary="Upload a file",
)
async def upload_own(
    request: Request[Any, Any, Any],
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    guest: NamedDependency[Guest],
    key: KeyArg,
    name: Name,
) -> AttachmentDocument:
    """The body is the file and `Content-Type` what it is. Kept for a day, until a message takes it."""
    wanted = BeginUpload(conversation_id=guest.conversation_id, name=name, media_type=content_type(request))
    return await received(request, parts, actor, (wanted, key))


@get("/attachments", tags=TAGS, operation_id="getOwnAttachments", summary="Files by their ids, with links")
async def get_own(
    parts: NamedDependency[Parts], actor: NamedDependency[Actor], guest: NamedDependency[Guest], ids: Ids
) -> Attachments:
    """How far uploads are, and links for minutes to what messages have that the customer can read."""
    async with parts.reader.reading() as tx:
        uploads = await attachments.of_customer(tx, guest, asked(ids))
    return documents(parts, actor, uploads)


@delete(
    "/attachments/{attachment_id:str}",
    tags=TAGS,
    opt={"pace": "customer"},
    operation_id="forgetOwnAttachment",
    summary="Take an upload back",
)
async def forget_own(
    attachment_id: PathId,
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    guest: NamedDependency[Guest],
    key: KeyArg,
) -> None:
    """One's own that no message has taken. What a message has stays."""
    forget = ForgetUpload(upload_id=attachment_id, conversation_id=guest.conversation_id)
    done(await parts.executor.execute(actor, forget, key))


ROUTES = (upload_own, get_own, forget_own)
