"""What if: other staff, skills, capacity or rules, played in virtual time beside the server."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import msgspec
from litestar import get, post
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import JSONBody
from litestar.response import Stream

from valvomo.domain.access.actor import Actor
from valvomo.domain.refusals import Reason, Refusal
from valvomo.edge.http.refused import Refused, found
from valvomo.edge.parts import Parts
from valvomo.protocol.problems import problem_of
from valvomo.protocol.whatif import WhatIfHouse, WhatIfLine, WhatIfProblem, WhatIfRequest
from valvomo.queries.whatif import house
from valvomo.queries.whatif.laboratory import Experimenting, TooLongError

TAGS = ("what-if",)
LINES = "application/x-ndjson"


@get("/whatif", tags=TAGS, operation_id="whatIfHouse", summary="What can be changed")
async def whatif_house(parts: NamedDependency[Parts], actor: NamedDependency[Actor]) -> WhatIfHouse:
    """Agents whom the caller may see, queues, workstreams, skills and hours, as they are today."""
    async with parts.reader.reading() as tx:
        return found(await house.described(tx, actor, parts.clock()))


@post(
    "/whatif",
    status_code=200,
    tags=TAGS,
    operation_id="whatIf",
    summary="Play a load in today's house and in a changed one",
    responses={
        200: ResponseSpec(WhatIfLine, generate_examples=False, media_type=LINES, description="Lines.")
    },
)
async def whatif(
    data: JSONBody[WhatIfRequest], parts: NamedDependency[Parts], actor: NamedDependency[Actor]
) -> Stream:
    """Lines of JSON as they come: progress, and at last the result, or the problem for which there is none.

    Nothing of the house is changed. An organization has one experiment at a time; who hangs up ends it.
    """
    if refusal := house.whatif_refusal(actor):
        raise Refused(refusal)
    running = found(await parts.laboratory.begin(actor, data, parts.clock()))
    # A proxy that collects what it passes on would hide the progress.
    return Stream(told(running, actor.language), media_type=LINES, headers={"X-Accel-Buffering": "no"})


async def told(running: Experimenting, language: str) -> AsyncGenerator[bytes]:
    """The lines as they are answered; the last may be a problem in the caller's language."""
    lines = running.lines()
    try:
        async for line in lines:
            yield line
    except TooLongError:
        problem = problem_of(Refusal(Reason.WHATIF_TOO_LONG), language)
        last = WhatIfProblem(type=problem.type, title=problem.title, detail=problem.detail)
        yield msgspec.json.encode(last) + b"\n"
    finally:
        await lines.aclose()


ROUTES = (whatif_house, whatif)
