"""Beginning conversations: an agent writes to a customer first."""

import uuid_utils
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from valvomo.commands.conversations.begin import BeginConversation, ChosenTemplate
from valvomo.domain.access.actor import Actor
from valvomo.edge.http.parameters import PathId
from valvomo.edge.http.refused import done, found
from valvomo.edge.parts import Parts
from valvomo.protocol.beginning import BeginConversationRequest, OutboundAccountDocument
from valvomo.protocol.message_templates import MessageTemplateDocument
from valvomo.protocol.rows import ConversationDocument
from valvomo.queries import conversations, message_templates

TAGS = ("conversations",)


@get("/outbound-accounts", tags=TAGS, operation_id="listOutboundAccounts", summary="Accounts to begin over")
async def list_outbound_accounts(
    parts: NamedDependency[Parts], actor: NamedDependency[Actor]
) -> list[OutboundAccountDocument]:
    """Those over which an administrator lets agents begin, of queues of the caller."""
    return [
        OutboundAccountDocument(
            id=one.id,
            name=one.name,
            channel=one.channel.value,
            free_text=one.free_text,
            templates=one.templates,
            most=one.most,
        )
        for one in await parts.channels.beginning.ways(actor)
    ]


@get(
    "/outbound-accounts/{account_id:str}/message-templates", tags=TAGS, operation_id="listOutboundTemplates",
    summary="Templates to begin with",
)  # fmt: skip
async def list_outbound_templates(
    account_id: PathId, parts: NamedDependency[Parts], actor: NamedDependency[Actor]
) -> list[MessageTemplateDocument]:
    """Those of an account over which the caller may begin."""
    ways = {one.id for one in await parts.channels.beginning.ways(actor)}
    async with parts.reader.reading() as tx:
        return found(await message_templates.of_account(tx, actor, account_id, allowed=account_id in ways))


@post(
    "/conversations/begin", status_code=201, tags=TAGS, operation_id="beginConversation",
    summary="Begin a conversation",
)  # fmt: skip
async def begin_conversation(
    data: JSONBody[BeginConversationRequest],
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    key: NamedDependency[str | None],
) -> ConversationDocument:
    """The caller has it at once. Where one goes on at this address, it is refused and says which (`conversation`)."""
    chosen = data.template
    command = BeginConversation(
        account_id=data.account,
        address=data.address,
        client_id=key or str(uuid_utils.uuid7()),
        text=data.text,
        template=ChosenTemplate(name=chosen.name, language=chosen.language, values=chosen.values)
        if chosen
        else None,
        contact_id=data.contact_id,
        customer_name=data.name.strip(),
        language=data.language,
    )
    begun = done(await parts.channels.beginning.begin(actor, command, key))
    async with parts.reader.reading() as tx:
        return found(await conversations.document(tx, actor, str(begun.result["id"])))


ROUTES = (list_outbound_accounts, list_outbound_templates, begin_conversation)
