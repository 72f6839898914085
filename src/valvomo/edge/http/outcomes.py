"""The answer to a command: the state of the conversation after it, as the caller or its customer may see it."""

from __future__ import annotations

from valvomo.commands.registry import Command
from valvomo.domain.access.actor import Actor
from valvomo.domain.refusals import Refusal
from valvomo.edge.http.refused import done
from valvomo.edge.parts import Parts
from valvomo.protocol.customer import PublicConversation
from valvomo.protocol.rows import ConversationDocument
from valvomo.protocol.views import Departed
from valvomo.queries import conversations, customers
from valvomo.queries.customers import Guest

After = ConversationDocument | Departed


async def carried_out(parts: Parts, actor: Actor, command: Command, key: str | None) -> After:
    """Carry it out once; a refusal is raised."""
    outcome = done(await parts.executor.execute(actor, command, key))
    return await state_of(parts, actor, str(outcome.result["id"]))


async def state_of(parts: Parts, actor: Actor, conversation_id: str) -> After:
    """As it is now; an act may have been the last that the caller had to do with it."""
    async with parts.reader.reading() as tx:
        found = await conversations.document(tx, actor, conversation_id)
    return Departed(id=conversation_id, departed=True) if isinstance(found, Refusal) else found


async def carried_out_own(
    parts: Parts, who: tuple[Actor, Guest], command: Command, key: str | None
) -> PublicConversation:
    """The same for a customer, in their own conversation."""
    done(await parts.executor.execute(who[0], command, key))
    return await own_state(parts, who[1])


async def own_state(parts: Parts, guest: Guest) -> PublicConversation:
    """The customer's conversation as it is now."""
    async with parts.reader.reading() as tx:
        return await customers.conversation(tx, guest, parts.clock())
