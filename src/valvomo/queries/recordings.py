"""The recordings of a conversation, for who may read it."""

from __future__ import annotations

from valvomo.db import floor, recordings
from valvomo.db.transaction import Transaction
from valvomo.domain.access.actor import Actor
from valvomo.domain.access.sight import read_refusal
from valvomo.domain.refusals import Refusal
from valvomo.protocol.recordings import RecordingItem, Recordings, TrackItem
from valvomo.queries.conversations import seen


async def of_conversation(tx: Transaction, actor: Actor, conversation_id: str) -> Recordings | Refusal:
    """All of them, with who speaks in each track."""
    conversation = await seen(tx, actor, conversation_id)
    if isinstance(conversation, Refusal):
        return conversation
    if refusal := read_refusal(actor, conversation):
        return refusal
    rows = await tx.rows("recordings.of_conversation", actor.organization_id, conversation_id)
    tracks = await recordings.tracks(tx, actor.organization_id, [row["id"] for row in rows])
    people = (await floor.lookups(tx, actor.organization_id)).people
    names = {**people, conversation.contact_id: conversation.customer_name}
    return Recordings(
        items=tuple(
            RecordingItem(
                id=row["id"],
                began_at=row["began_at"],
                state=row["state"],
                keep_until=row["keep_until"],
                tracks=tuple(
                    TrackItem(
                        id=one.id,
                        name=names.get(one.person_id, ""),
                        part=one.part,
                        began=one.began,
                        seconds=one.seconds,
                    )
                    for one in tracks[row["id"]]
                ),
            )
            for row in rows
        )
    )
