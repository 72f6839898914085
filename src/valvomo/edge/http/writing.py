"""Writing a message, for staff and for customers: from a decoded request to the message as it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import uuid_utils

from valvomo.commands.conversations.messages import PostMessage
from valvomo.commands.execute import Done
from valvomo.domain.access.actor import Actor
from valvomo.domain.refusals import Reason, Refusal
from valvomo.edge.http.refused import Refused, done
from valvomo.edge.parts import Parts
from valvomo.protocol.customer import PublicMessageItem
from valvomo.protocol.messages import MessageItem
from valvomo.protocol.requests import CustomerWords, WriteMessage
from valvomo.queries import customers, messages
from valvomo.queries.customers import Guest


async def written_by_staff(
    parts: Parts, actor: Actor, wanted: tuple[str, WriteMessage], key: str | None
) -> MessageItem:
    """`wanted` is the conversation's id and what is written. Refusals are raised."""
    conversation_id, data = wanted
    command = PostMessage(
        conversation_id=conversation_id,
        text=data.text,
        visibility=data.visibility,
        attachments=data.attachments,
        client_id=data.client_id or key or str(uuid_utils.uuid7()),
    )
    return messages.item(posted_once(await parts.lane.post(actor, command), command, key), actor)


async def written_by_customer(
    parts: Parts, actor: Actor, wanted: tuple[Guest, CustomerWords], key: str | None
) -> PublicMessageItem:
    """`wanted` is whose conversation it is and what is written. Refusals are raised."""
    guest, data = wanted
    command = PostMessage(
        conversation_id=guest.conversation_id,
        text=data.text,
        attachments=data.attachments,
        client_id=data.client_id or key or str(uuid_utils.uuid7()),
    )
    return customers.message(posted_once(await parts.lane.post(actor, command), command, key), guest)


def posted_once(outcome: Done | Refusal, command: PostMessage, key: str | None) -> Mapping[str, object]:
    """The message. A `client_id` is one message, whatever is said with it (spec 1 §6); a key is one request."""
    posted = done(outcome)
    if posted.repeated and command.client_id == key and not _says(posted.result, command):
        raise Refused(Refusal(Reason.KEY_REUSED))
    return posted.result


def _says(kept: Mapping[str, Any], command: PostMessage) -> bool:
    files = [one["id"] for one in kept["attachments"]]
    return (kept["text"], kept["visibility"]) == (command.text, command.visibility) and set(files) == set(
        command.attachments
    )
