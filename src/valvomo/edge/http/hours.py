"""Hours: everybody may read them, administrators change them (spec 3 *Administration*)."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from litestar import delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from valvomo.commands.settings.kinds import OpeningHours
from valvomo.domain.access.actor import Actor
from valvomo.domain.routing.hours import Span
from valvomo.edge.http.parameters import Cursor, Limit, PathId
from valvomo.edge.http.resources import changed, changes_of, created, listed, removed, shown
from valvomo.edge.parts import Parts
from valvomo.protocol.clock import spans_of
from valvomo.protocol.pages import Page
from valvomo.protocol.routing_settings import ChangeHoursRequest, CreateHoursRequest, HoursDocument
from valvomo.queries.resources import HOURS

TAGS = ("hours",)
ONE = "/hours/{hours_id:str}"
PartsArg = NamedDependency[Parts]
ActorArg = NamedDependency[Actor]
KeyArg = NamedDependency[str | None]


@get("/hours", tags=TAGS, operation_id="listHours", summary="List hours")
async def list_hours(
    parts: PartsArg, actor: ActorArg, cursor: Cursor = None, limit: Limit = 100
) -> Page[HoursDocument]:
    """In order of their making."""
    return await listed(parts, actor, HOURS, cursor=cursor, limit=limit)


@post("/hours", status_code=201, tags=TAGS, operation_id="createHours", summary="Create hours")
async def create_hours(
    data: JSONBody[CreateHoursRequest], parts: PartsArg, actor: ActorArg, key: KeyArg
) -> HoursDocument:
    """Opening hours of queues and working hours of agents: who has none is always open."""
    new = OpeningHours(
        name=data.name,
        time_zone=data.time_zone,
        region=data.region,
        weekly=_weekly(data.weekly),
        special=_special(data.special),
    )
    return await created(parts, actor, HOURS, new=new, key=key)


@get(ONE, tags=TAGS, operation_id="getHours", summary="Hours")
async def get_hours(hours_id: PathId, parts: PartsArg, actor: ActorArg) -> HoursDocument:
    """As they are now."""
    return await shown(parts, actor, HOURS, hours_id)


@patch(ONE, tags=TAGS, operation_id="changeHours", summary="Change hours")
async def change_hours(
    hours_id: PathId, data: JSONBody[ChangeHoursRequest], parts: PartsArg, actor: ActorArg, key: KeyArg
) -> HoursDocument:
    """What is left out stays as it is; `weekly` and `special` are replaced as a whole."""
    changes = changes_of(data)
    if data.weekly is not None:
        changes["weekly"] = _weekly(data.weekly)
    if data.special is not None:
        changes["special"] = _special(data.special)
    return await changed(parts, actor, HOURS, resource_id=hours_id, changes=changes, key=key)


@delete(ONE, status_code=204, tags=TAGS, operation_id="removeHours", summary="Remove hours")
async def remove_hours(hours_id: PathId, parts: PartsArg, actor: ActorArg, key: KeyArg) -> None:
    """Refused while a queue or an agent goes by them."""
    await removed(parts, actor, HOURS, resource_id=hours_id, key=key)


def _weekly(days: Mapping[str, Any]) -> dict[int, tuple[Span, ...]]:
    return {int(day): spans_of(times) for day, times in sorted(days.items())}


def _special(days: Mapping[date, Any]) -> dict[date, tuple[Span, ...]]:
    return {day: spans_of(times) for day, times in sorted(days.items())}


ROUTES = (list_hours, create_hours, get_hours, change_hours, remove_hours)
