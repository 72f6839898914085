"""Figures: what the floor counts now, and what it counted before (spec 1 §8)."""

from enum import StrEnum
from typing import Annotated

from litestar import get
from litestar.di import NamedDependency, Provide
from litestar.params import QueryParameter

from valvomo.domain.access.actor import Actor
from valvomo.domain.figures.lists import LISTS
from valvomo.edge.http.figure_questions import Words, answered, question_of
from valvomo.edge.http.parameters import Cursor, Limit
from valvomo.edge.parts import Parts
from valvomo.protocol.figure_details import Attended, Course, EntryItem, Interventions, Spread
from valvomo.protocol.figures import History, LiveFigures
from valvomo.protocol.pages import Page
from valvomo.queries import figure_attended, figure_course, figure_details, figures
from valvomo.queries.figure_details import Wanted
from valvomo.queries.figure_questions import Question

TAGS = ("figures",)
QUESTION = {"question": Provide(question_of, sync_to_thread=False)}

List = StrEnum("List", [(name.upper(), name) for name in LISTS])  # type: ignore[misc]  # mypy wants its members literally
SpreadOf = StrEnum("SpreadOf", [(name.upper(), name) for name in figure_details.SPREADS])  # type: ignore[misc]  # mypy wants its members literally
SPREAD = SpreadOf("wait")
HOUR, MOST_MINUTES = 60, 180
Seconds = Annotated[int | None, QueryParameter(ge=0, le=2**31 - 1, description="Seconds.")]


@get(
    "/metrics/live", tags=TAGS, operation_id="liveFigures", summary="The live figures of the caller's queues"
)
async def live_figures(parts: NamedDependency[Parts], actor: NamedDependency[Actor]) -> LiveFigures:
    """As of now; the live topic `figures` shows the same and keeps showing it."""
    async with parts.reader.reading() as tx:
        return await figures.live(tx, actor, parts.clock())


@get(
    "/metrics/history",
    tags=TAGS,
    operation_id="figuresHistory",
    summary="Figures of the past",
    dependencies=QUESTION,
)
async def figures_history(
    parts: NamedDependency[Parts], actor: NamedDependency[Actor], question: NamedDependency[Question]
) -> History:
    """Intervals are those of the organization's time zone; at most 400 days.

    Figures of individual agents are there under the organization's policy only, and each look at them is in the
    audit log. `position` is how far the journal has been counted.
    """
    return await answered(
        parts, actor, question, "history", lambda tx: figures.history(tx, actor, question, parts.clock())
    )


@get("/metrics/course", tags=TAGS, operation_id="figuresCourse", summary="The course of the last minutes")
async def figures_course(
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    minutes: Annotated[
        int, QueryParameter(ge=1, le=MOST_MINUTES, description="How many, the last whole one included.")
    ] = HOUR,
    queue: Words = None,
) -> Course:
    """How many waited and what was counted in each of the last minutes, queue by queue."""
    question = figure_course.of_minutes(parts.clock(), minutes, queue or ())
    return await answered(
        parts, actor, question, "course", lambda tx: figure_course.course(tx, actor, question)
    )


@get(
    "/metrics/entries",
    tags=TAGS,
    operation_id="figureEntries",
    summary="Exactly what a figure counts",
    dependencies=QUESTION,
)
async def figure_entries(
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    question: NamedDependency[Question],
    of: Annotated[List, QueryParameter(description="Which figure.")],
    *,
    least: Seconds = None,
    below: Seconds = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[EntryItem]:
    """As many items as the figure says, of the same period and narrowed in the same way, the oldest first.

    With `least` or `below` only those whose duration is so, as a part of `/metrics/spread` counts them: from `least`
    up to `below`.
    """
    return await answered(
        parts,
        actor,
        question,
        "entries",
        lambda tx: figure_details.listed(
            tx, actor, question, Wanted(of.value, least, below), cursor=cursor, limit=limit
        ),
        names=lambda page: any(one.agent for one in page.items),
    )


@get(
    "/metrics/attended",
    tags=TAGS,
    operation_id="attended",
    summary="When an agent was there, and what they handled",
    dependencies=QUESTION,
)
async def attended(
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    question: NamedDependency[Question],
    *,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Attended:
    """The times that the occupancy of one `agent` is worked out of, the oldest first.

    Whoever is there is so for all of their work: nothing but the period and the agent narrows it.
    """
    return await answered(
        parts,
        actor,
        question,
        "attended",
        lambda tx: figure_attended.attended(tx, actor, question, parts.clock(), cursor=cursor, limit=limit),
    )


@get(
    "/metrics/spread",
    tags=TAGS,
    operation_id="figureSpread",
    summary="How durations are spread",
    dependencies=QUESTION,
)
async def figure_spread(
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    question: NamedDependency[Question],
    of: Annotated[SpreadOf, QueryParameter(description="Which duration.")] = SPREAD,
) -> Spread:
    """How many waits, first responses, responses or handle times took how long."""
    return await answered(
        parts,
        actor,
        question,
        "spread",
        lambda tx: figure_details.spread(tx, actor, question, of.value),
    )


@get(
    "/metrics/interventions",
    tags=TAGS,
    operation_id="interventions",
    summary="What supervisors did, and what followed",
    dependencies=QUESTION,
)
async def interventions(
    parts: NamedDependency[Parts], actor: NamedDependency[Actor], question: NamedDependency[Question]
) -> Interventions:
    """By act; by supervisor too where it is asked by `agent` and the policy shows individuals."""
    return await answered(
        parts,
        actor,
        question,
        "interventions",
        lambda tx: figure_details.interventions(tx, actor, question),
    )


ROUTES = (
    live_figures,
    figures_history,
    figures_course,
    figure_entries,
    attended,
    figure_spread,
    interventions,
)
