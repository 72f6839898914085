"""Starting a conversation for somebody who has nothing but the key of a web page."""

from __future__ import annotations

from valvomo.commands.conversations.start import RenewToken, StartConversation
from valvomo.domain.access.actor import Actor, ActorKind, system
from valvomo.domain.customers.identity import Identity
from valvomo.edge.http.refused import done
from valvomo.edge.parts import Parts
from valvomo.protocol.requests import StartByCustomer
from valvomo.protocol.texts.catalogue import text
from valvomo.queries.customers import Entrance


async def started(
    parts: Parts,
    where: tuple[Entrance, Identity | None],
    data: StartByCustomer,
    *,
    language: str,
    key: str | None,
) -> str:
    """A token of the conversation that this key starts, or has started; `where` names whom the site has signed too."""
    workstream, identity = where[0].workstream, where[1]
    known = identity.name if identity else None
    name = (known or data.name or "").strip() or text(language, ("role", "customer")).capitalize()
    stranger = Actor(
        id=f"widget:{workstream.id}",
        organization_id=workstream.organization_id,
        name=name,
        kind=ActorKind.CUSTOMER,
        language=language,
    )
    command = StartConversation(
        channel=workstream.channel,
        workstream_id=workstream.id,
        customer_name=name,
        email=data.email,
        phone=data.phone,
        identity=identity,
        subject=data.subject.strip(),
        language=language,
        answers=data.answers,
        context=data.context,
        consent=data.consent,
        version=data.version,
        text_language=data.text_language or None,
        issue_token=True,
    )
    outcome = done(await parts.executor.execute(stranger, command, key))
    if "token" in outcome.result:
        return str(outcome.result["token"])
    return await renewed(parts, workstream.organization_id, str(outcome.result["id"]))


async def renewed(parts: Parts, organization_id: str, conversation_id: str) -> str:
    """Another token of a conversation, for its customer, whom the caller has made sure of."""
    renewal = RenewToken(conversation_id=conversation_id)
    again = done(await parts.executor.execute(system(organization_id, "widget"), renewal))
    return str(again.result["token"])
