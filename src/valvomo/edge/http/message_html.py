"""What a customer's mail looked like: a link that shows it, for whoever may read the message."""

from __future__ import annotations

from litestar import get
from litestar.di import NamedDependency

from valvomo.domain.access.actor import Actor
from valvomo.edge.http.parameters import PathId
from valvomo.edge.http.refused import found
from valvomo.edge.parts import Parts
from valvomo.files.links import Opening
from valvomo.protocol.messages import MessageHtml
from valvomo.queries import message_html


@get(
    "/conversations/{conversation_id:str}/messages/{message_id:str}/html",
    tags=("messages",),
    operation_id="getMessageHtml",
    summary="What a message looked like",
)
async def get_message_html(
    conversation_id: PathId, message_id: PathId, parts: NamedDependency[Parts], actor: NamedDependency[Actor]
) -> MessageHtml:
    """A link for minutes to what a mail looked like (`html` of the message).

    Nothing in it runs, and nothing is fetched from elsewhere.
    """
    async with parts.reader.reading() as tx:
        about = found(await message_html.about(tx, actor, conversation_id, message_id))
    url, until = parts.files.links.link(actor.organization_id, message_id, Opening.HTML, parts.clock())
    return MessageHtml(url=url, until=until, remote=about.remote, cut=about.cut)


ROUTES = (get_message_html,)
