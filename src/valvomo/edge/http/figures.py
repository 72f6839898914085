"""Figures: what the floor counts now, and what it counted before (spec 1 §8)."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated

from litestar import get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from valvomo.domain.access.actor import Actor
from valvomo.domain.refusals import Refusal
from valvomo.edge.http.parameters import in_utc
from valvomo.edge.http.refused import Refused
from valvomo.edge.parts import Parts
from valvomo.protocol.figures import History, LiveFigures
from valvomo.queries import figures

TAGS = ("figures",)
USUAL = timedelta(days=7)


class By(StrEnum):
    """By what figures of the past are parted."""

    DAY = "day"
    QUEUE = "queue"


@get(
    "/metrics/live", tags=TAGS, operation_id="liveFigures", summary="The live figures of the caller's queues"
)
async def live_figures(parts: NamedDependency[Parts], actor: NamedDependency[Actor]) -> LiveFigures:
    """As of now; the live topic `figures` shows the same and keeps showing it."""
    async with parts.reader.reading() as tx:
        return await figures.live(tx, actor, parts.clock())


@get("/metrics/history", tags=TAGS, operation_id="figuresHistory", summary="Figures of the past")
async def figures_history(
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    *,
    since: Annotated[
        datetime | None, QueryParameter(name="from", description="A week ago if not given.")
    ] = None,
    until: Annotated[
        datetime | None, QueryParameter(name="to", description="Now if not given; not included.")
    ] = None,
    by: Annotated[list[By] | None, QueryParameter(description="`day`, `queue`, both, or neither.")] = None,
) -> History:
    """Days are those of the organization's time zone; at most 400 of them."""
    end = in_utc("to", until) if until else parts.clock()
    begin = in_utc("from", since) if since else end - USUAL
    async with parts.reader.reading() as tx:
        found = await figures.history(tx, actor, (begin, end), frozenset(one.value for one in by or ()))
    if isinstance(found, Refusal):
        raise Refused(found)
    return found


ROUTES = (live_figures, figures_history)
