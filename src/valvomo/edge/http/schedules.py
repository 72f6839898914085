"""Reports by mail at their times, for supervisors and administrators."""

from __future__ import annotations

from litestar import delete, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from valvomo.commands.figures.schedules import ScheduleReport, StopReport
from valvomo.domain.access.actor import Actor
from valvomo.edge.http.parameters import PathId
from valvomo.edge.http.refused import done, found
from valvomo.edge.parts import Parts
from valvomo.protocol.pages import Page
from valvomo.protocol.schedules import ScheduleDocument, ScheduleRequest
from valvomo.queries import schedules

TAGS = ("figures",)


@get("/report-schedules", tags=TAGS, operation_id="listReportSchedules", summary="Scheduled reports")
async def list_schedules(
    parts: NamedDependency[Parts], actor: NamedDependency[Actor]
) -> Page[ScheduleDocument]:
    """One's own; everybody's for administrators."""
    async with parts.reader.reading() as tx:
        return found(await schedules.listed(tx, actor))


@post(
    "/report-schedules",
    status_code=201,
    tags=TAGS,
    operation_id="scheduleReport",
    summary="Send a report by mail at its times",
)
async def schedule_report(
    data: JSONBody[ScheduleRequest],
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    key: NamedDependency[str | None],
) -> ScheduleDocument:
    """With the figures that the caller sees when it is due, and in the caller's language."""
    command = ScheduleReport(
        name=data.name,
        every=data.every,
        minute=data.minute,
        recipients=data.recipients,
        queues=data.queues,
        language=actor.language,
        purpose=data.purpose,
    )
    made = done(await parts.executor.execute(actor, command, key)).result
    async with parts.reader.reading() as tx:
        page = found(await schedules.listed(tx, actor))
    return next(one for one in page.items if one.id == made["id"])


@delete(
    "/report-schedules/{schedule_id:str}",
    status_code=204,
    tags=TAGS,
    operation_id="stopReport",
    summary="No more of it",
)
async def stop_report(
    schedule_id: PathId,
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    key: NamedDependency[str | None],
) -> None:
    """By its owner, or an administrator."""
    done(await parts.executor.execute(actor, StopReport(schedule_id=schedule_id), key))


ROUTES = (list_schedules, schedule_report, stop_report)
