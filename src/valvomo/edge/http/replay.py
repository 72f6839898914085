"""Replay: the floor as it was, how it went on, and when how much happened."""

from datetime import datetime, timedelta
from typing import Annotated

from litestar import get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from valvomo.commands.looking_back import noted
from valvomo.domain.access.actor import Actor
from valvomo.domain.access.looking_back import replay_refusal
from valvomo.edge.http.bodies import malformed
from valvomo.edge.http.parameters import LARGEST, in_utc
from valvomo.edge.http.refused import Refused, done, found
from valvomo.edge.parts import Parts
from valvomo.live.replay.watching import Between
from valvomo.protocol.replay import ReplayFloor, ReplaySteps, ReplayTimeline

TAGS = ("replay",)
DAY = timedelta(days=1)

Moment = Annotated[datetime | None, QueryParameter(description="The floor at this moment.")]
Position = Annotated[
    int | None, QueryParameter(ge=0, le=LARGEST, description="The floor after the fact at this position.")
]
Before = Annotated[
    int | None,
    QueryParameter(
        ge=0,
        le=LARGEST,
        description="The floor before the last change up to this position that the caller sees.",
    ),
]


@get("/replay", tags=TAGS, operation_id="replayFloor", summary="The floor as it was")
async def replay_floor(
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    at: Moment = None,
    position: Position = None,
    before: Before = None,
) -> ReplayFloor:
    """Rows, agents and figures at a moment, with the names and settings of that time.

    One of `at`, `position` and `before` is given. The caller sees of the past what they may see today, rows have no
    acts, and the look is noted in the audit log.
    """
    if [at, position, before].count(None) != 2:  # noqa: PLR2004 - two of three are missing
        raise Refused(malformed("query", "exactly one of at, position and before is needed"))
    if refusal := replay_refusal(actor):
        raise Refused(refusal)
    if at is not None:
        floor = found(await parts.replay.at(actor, in_utc("at", at)))
    elif position is not None:
        floor = found(await parts.replay.at_position(actor, position))
    else:
        floor = found(await parts.replay.before(actor, before or 0))
    done(await noted(parts.executor, actor, (floor.at, floor.at)))
    return floor


@get("/replay/steps", tags=TAGS, operation_id="replaySteps", summary="How it went on")
async def replay_steps(
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    after: Annotated[int, QueryParameter(ge=0, le=LARGEST, description="The position that is shown.")],
    until: Annotated[datetime, QueryParameter(description="How far to go on.")],
    limit: Annotated[int, QueryParameter(ge=1, le=500, description="At most so many steps.")] = 200,
) -> ReplaySteps:
    """Fact by fact what changed for the caller after a position: whole rows, and what went.

    Where `again` is true, names or the day changed there, and the floor is to be asked for anew at `position`.
    """
    page = found(await parts.replay.steps(actor, after, in_utc("until", until), limit))
    done(await noted(parts.executor, actor, (page.since, page.at)))
    return page


@get("/replay/timeline", tags=TAGS, operation_id="replayTimeline", summary="When how much happened")
async def replay_timeline(
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    since: Annotated[
        datetime | None, QueryParameter(name="from", description="A day before the end.")
    ] = None,
    until: Annotated[datetime | None, QueryParameter(name="to", description="Now if not given.")] = None,
    slots: Annotated[int, QueryParameter(ge=1, le=1000, description="At most so many.")] = 300,
) -> ReplayTimeline:
    """Counts of what happened in the caller's queues; alerts, forced closes, orphans and abandoned ones apart."""
    end = in_utc("to", until) if until else parts.clock()
    begin = in_utc("from", since) if since else end - DAY
    timeline = found(await parts.replay.timeline(actor, Between(since=begin, until=end, slots=slots)))
    done(await noted(parts.executor, actor, (begin, end), "timeline"))
    return timeline


ROUTES = (replay_floor, replay_steps, replay_timeline)
