"""Templates in a conversation: which there are, and writing one while the channel takes no free text."""

import uuid_utils
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from valvomo.commands.conversations.write_template import WriteTemplate
from valvomo.domain.access.actor import Actor
from valvomo.edge.http.parameters import PathId
from valvomo.edge.http.refused import done, found
from valvomo.edge.parts import Parts
from valvomo.protocol.message_templates import MessageTemplateDocument, WriteTemplateRequest
from valvomo.protocol.messages import MessageItem
from valvomo.queries import message_templates, messages

TAGS = ("messages",)
ONE = "/conversations/{conversation_id:str}/message-templates"


@get(ONE, tags=TAGS, operation_id="listMessageTemplates", summary="Templates to choose from")
async def list_message_templates(
    conversation_id: PathId, parts: NamedDependency[Parts], actor: NamedDependency[Actor]
) -> list[MessageTemplateDocument]:
    """Those that the provider of its channel account has approved, as an administrator last had them looked up."""
    async with parts.reader.reading() as tx:
        return found(await message_templates.of_conversation(tx, actor, conversation_id))


@post(ONE, tags=TAGS, operation_id="writeTemplate", summary="Write a template")
async def write_template(
    conversation_id: PathId,
    data: JSONBody[WriteTemplateRequest],
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    key: NamedDependency[str | None],
) -> MessageItem:
    """The message as the customer reads it. It may be written after the reply window has closed."""
    command = WriteTemplate(
        conversation_id=conversation_id,
        name=data.name,
        language=data.language,
        values=data.values,
        client_id=data.client_id or key or str(uuid_utils.uuid7()),
    )
    return messages.item(done(await parts.executor.execute(actor, command)).result, actor)


ROUTES = (list_message_templates, write_template)
