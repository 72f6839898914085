"""Write a template: a text that the provider has approved, filled in, while its channel takes no free text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import msgspec

from valvomo.commands.conversations.messages import Letter, PostMessage, post_all
from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.work import Work
from valvomo.db import conversations
from valvomo.domain.access.actor import ActorKind
from valvomo.domain.access.sight import may_see
from valvomo.domain.conversations.template import Template, filled, values_refusal, words_of
from valvomo.domain.refusals import Reason, Refusal, malformed


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteTemplate(Command):
    """Send a template of the conversation's account. `values` are by its places, such as `body.1`.

    The same `client_id` of the same author again is the first message, never a second.
    """

    conversation_id: str
    name: str
    language: str
    values: Mapping[str, str]
    client_id: str


@handles(WriteTemplate)
async def write_template(work: Work, command: WriteTemplate) -> Outcome:
    """The message, as the customer reads it, with what the provider is told instead of it."""
    house = work.organization_id
    conversation = await conversations.lock(work.tx, house, command.conversation_id)
    if conversation is None or work.actor.kind is ActorKind.CUSTOMER or not may_see(work.actor, conversation):
        return Refusal(Reason.NOT_FOUND)
    place = (house, conversation.account_id, command.name, command.language)
    row = await work.tx.row("message_templates.one", *place) if conversation.account_id else None
    if row is None:
        return malformed("body.name", "is no template that the channel account of this conversation has")
    template = msgspec.convert(row["body"], Template)
    if refusal := values_refusal(template, command.values):
        return refusal
    message = PostMessage(
        conversation_id=command.conversation_id,
        text=words_of(template, command.values),
        client_id=command.client_id,
    )
    outcomes, batch = await post_all(
        work.tx, [Letter(actor=work.actor, command=message, template=True)], work.now
    )
    if isinstance(outcomes[0], Refusal):
        return outcomes[0]
    work.facts.extend(batch.facts.get(house, ()))
    if not outcomes[0].repeated:
        sent_as = asdict(filled(template, command.values))
        await work.tx.run("message_templates.send_as", house, outcomes[0].message.id, sent_as)
    return outcomes[0].told()
