"""Starting a conversation for somebody who has nothing but the key of a web page."""

from __future__ import annotations

from valvomo.commands.conversations.start import RenewToken, StartConversation
from valvomo.domain.access.actor import Actor, ActorKind, system
from valvomo.edge.http.refused import done
from valvomo.edge.parts import Parts
from valvomo.protocol.requests import StartByCustomer
from valvomo.protocol.texts.catalogue import text
from valvomo.queries.customers import Entrance


async def started(
    parts: Parts, entrance: Entrance, data: StartByCustomer, *, language: str, key: str | None
) -> str:
    """The token of the new conversation, or another token of the one that this key has started before."""
    workstream = entrance.workstream
    name = (data.name or "").strip() or text(language, ("role", "customer")).capitalize()
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
    renewal = RenewToken(conversation_id=str(outcome.result["id"]))
    again = done(await parts.executor.execute(system(workstream.organization_id, "widget"), renewal))
    return str(again.result["token"])
