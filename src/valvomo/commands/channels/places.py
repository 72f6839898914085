"""Tell a customer who waits on a channel their place in the queue."""

from __future__ import annotations

from dataclasses import dataclass

from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.work import Work
from valvomo.db import conversations, dispatches
from valvomo.db.dispatches import HouseWords
from valvomo.domain.access.actor import system_refusal
from valvomo.domain.conversations.place import PlaceTold, place_due
from valvomo.protocol.texts.catalogue import text


@dataclass(frozen=True, slots=True, kw_only=True)
class TellPlace(Command):
    """The customer waits at this place, 1 is next."""

    conversation_id: str
    place: int


@handles(TellPlace)
async def tell_place(work: Work, command: TellPlace) -> Outcome:
    """Nothing when somebody else is at it, when it is not due any more, or when they know that place already."""
    if refusal := system_refusal(work.actor):
        return refusal
    conversation = await conversations.lock_free(work.tx, work.organization_id, command.conversation_id)
    if conversation is None:
        return {}
    key = (work.organization_id, conversation.id)
    row = await work.tx.row("channels.place", *key)
    if row is None:
        return {}
    told = None if row["place_at"] is None else PlaceTold(place=row["place"], at=row["place_at"])
    if not place_due(conversation, row["place_minutes"], told, work.now):
        return {}
    if told is not None and told.place == command.place:
        return {}
    await work.tx.run("channels.note_place", *key, command.place, work.now)
    code = "next" if command.place == 1 else "later"
    words = text(conversation.language, ("place", code), {"place": command.place})
    said = HouseWords(
        organization_id=work.organization_id, conversation_id=conversation.id, id=work.new_id(), text=words
    )
    await dispatches.write(work.tx, [said], work.now)
    return {"place": command.place}
