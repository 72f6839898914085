"""How the past is asked about over HTTP, and what has to be written down before some of it is answered."""

import hashlib
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, TypeVar

import msgspec
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from valvomo.commands.figures.see_agents import SeeAgentFigures
from valvomo.domain.access.actor import Actor
from valvomo.domain.conversations.model import Channel
from valvomo.domain.figures.entries import CLOSED
from valvomo.domain.refusals import Refusal
from valvomo.edge.http.parameters import in_utc
from valvomo.edge.http.refused import done, found
from valvomo.edge.parts import Parts
from valvomo.queries.figure_questions import DIMENSIONS, DIRECTIONS, UNITS, Question, days_of

USUAL = timedelta(days=7)
NOTED_EVERY = 600
"""Seconds within which the same look of the same person is one entry of the audit log."""
T = TypeVar("T")

By = StrEnum("By", [(name.upper(), name) for name in (*UNITS, *DIMENSIONS)])  # type: ignore[misc]  # mypy wants its members literally
Outcome = StrEnum("Outcome", [(name.upper(), name) for name in (*CLOSED, "ongoing")])  # type: ignore[misc]  # mypy wants its members literally
Direction = StrEnum("Direction", [(name.upper(), name) for name in DIRECTIONS])  # type: ignore[misc]  # mypy wants its members literally
_SEVERAL = "Several may be given; all if none is."
Directions = Annotated[
    list[Direction] | None,
    QueryParameter(max_items=2, description="Who wrote first: the customer (in) or the house (out)."),
]
Words = Annotated[list[str] | None, QueryParameter(max_items=100, description=_SEVERAL)]


def question_of(
    parts: NamedDependency[Parts],
    *,
    since: Annotated[
        datetime | None, QueryParameter(name="from", description="A week before the end if not given.")
    ] = None,
    until: Annotated[
        datetime | None, QueryParameter(name="to", description="Now if not given; not included.")
    ] = None,
    by: Annotated[
        list[By] | None,
        QueryParameter(
            max_items=10, description="One interval, and any of queue, agent, channel, language, outcome."
        ),
    ] = None,
    queue: Words = None,
    agent: Words = None,
    channel: Annotated[list[Channel] | None, QueryParameter(max_items=20, description=_SEVERAL)] = None,
    language: Words = None,
    outcome: Annotated[
        list[Outcome] | None,
        QueryParameter(max_items=10, description=f"What conversations were closed as. {_SEVERAL}"),
    ] = None,
    direction: Directions = None,
) -> Question:
    """What is asked."""
    end = in_utc("to", until) if until else parts.clock()
    return Question(
        since=in_utc("from", since) if since else end - USUAL,
        until=end,
        by=frozenset(one.value for one in by or ()),
        queues=tuple(queue or ()),
        agents=tuple(agent or ()),
        channels=tuple(one.value for one in channel or ()),
        languages=tuple(language or ()),
        outcomes=tuple(one.value for one in outcome or ()),
        directions=tuple(one.value for one in direction or ()),
    )


async def answered(
    parts: Parts,
    actor: Actor,
    question: Question,
    view: str,
    answer: Callable[[Any], Awaitable[T | Refusal]],
    names: Callable[[T], bool] = lambda _: False,
) -> T:
    """The answer, with everything counted until now; where it is about individuals, once that is in the audit log.

    It is where agents are told apart, and where the answer `names` any.
    """
    await parts.bookkeeper.keep(actor.organization_id)
    async with parts.reader.reading() as tx:
        told = found(await answer(tx))
        days = await days_of(tx, actor, question)
    if question.of_agents or names(told):
        look = SeeAgentFigures(view=view, since=days[0], until=days[1], agents=question.agents)
        await note_look(parts, actor, look)
    return told


async def note_look(parts: Parts, actor: Actor, look: SeeAgentFigures) -> None:
    """Who looked, at whom, at which days. Not being able to write it down is not being able to look."""
    window = int(parts.clock().timestamp()) // NOTED_EVERY
    digest = hashlib.sha256(msgspec.json.encode([msgspec.to_builtins(look), window])).hexdigest()
    done(await parts.executor.execute(actor, look, f"look:{digest}"))
