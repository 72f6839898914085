"""Search in transcripts: what the caller may read, and nothing else."""

from datetime import datetime
from typing import Annotated

from litestar import get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from valvomo.commands.looking_back import Search, search_noted
from valvomo.domain.access.actor import Actor, UserRole
from valvomo.domain.conversations.model import Channel
from valvomo.edge.http.parameters import Cursor, Limit, in_utc
from valvomo.edge.http.refused import done, found
from valvomo.edge.parts import Parts
from valvomo.protocol.pages import Page
from valvomo.protocol.searching import SearchHit
from valvomo.queries import search as searching
from valvomo.queries.search import Sought

Words = Annotated[
    str,
    QueryParameter(
        min_length=1, max_length=200, description='As in search fields: words, "phrases", or, -without.'
    ),
]
Several = Annotated[list[str] | None, QueryParameter(max_items=100, description="Several may be given.")]
Channels = Annotated[list[Channel] | None, QueryParameter(description="Several may be given.")]
Since = Annotated[datetime | None, QueryParameter(name="from", description="Written then or later.")]
Until = Annotated[datetime | None, QueryParameter(name="to", description="Written before.")]


@get("/search", tags=("search",), operation_id="search", summary="Search transcripts")
async def search(
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    q: Words,
    since: Since = None,
    until: Until = None,
    queue: Several = None,
    agent: Several = None,
    channel: Channels = None,
    cursor: Cursor = None,
    limit: Limit = 30,
) -> Page[SearchHit]:
    """Messages that hold the words, the latest first: of conversations that the caller may read, closed ones too.

    Words are found in all their forms in English, Finnish, Swedish, German, French and Spanish, by the language of
    the conversation; notes and whispers are among them for whoever reads the transcript. A page may be short and not
    the last. What supervisors search for is noted in the audit log.
    """
    sought = Sought(
        words=q,
        since=in_utc("from", since) if since else None,
        until=in_utc("to", until) if until else None,
        queues=tuple(queue or ()),
        agents=tuple(agent or ()),
        channels=tuple(one.value for one in channel or ()),
    )
    async with parts.reader.reading() as tx:
        page = found(await searching.found(tx, actor, sought, cursor=cursor, limit=limit))
    if actor.is_(UserRole.SUPERVISOR):
        look = Search(words=q, seen=len(page.items), since=sought.since, until=sought.until)
        done(await search_noted(parts.executor, actor, look, cursor))
    return page


ROUTES = (search,)
