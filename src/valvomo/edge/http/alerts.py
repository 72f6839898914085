"""Alerts: what is raised, and what supervisors do about it (spec 3 *Alerts*)."""

from typing import Annotated

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, Parameter

from valvomo.commands.alerts.attending import AcknowledgeAlert, AssignAlert, ClearAlert
from valvomo.commands.registry import Command
from valvomo.domain.access.actor import Actor
from valvomo.edge.http.parameters import Cursor, Limit, PathId
from valvomo.edge.http.refused import done, found
from valvomo.edge.parts import Parts
from valvomo.protocol.alerts import AlertCandidates, AlertDocument, AssignAlertRequest
from valvomo.protocol.pages import Page
from valvomo.queries import alerts

TAGS = ("alerts",)
ONE = "/alerts/{alert_id:str}"
PartsArg = NamedDependency[Parts]
ActorArg = NamedDependency[Actor]
KeyArg = NamedDependency[str | None]


@get("/alerts", tags=TAGS, operation_id="listAlerts", summary="List alerts")
async def list_alerts(
    parts: PartsArg,
    actor: ActorArg,
    cursor: Cursor = None,
    limit: Limit = 100,
    cleared: Annotated[bool, Parameter(description="Those that are over too.")] = False,
) -> Page[AlertDocument]:
    """Of the queues that one supervises, newest first. The topic `raised` says when this list has changed."""
    async with parts.reader.reading() as tx:
        return found(await alerts.listed(tx, actor, cleared=cleared, cursor=cursor, limit=limit))


@get(ONE, tags=TAGS, operation_id="getAlert", summary="One alert")
async def get_alert(alert_id: PathId, parts: PartsArg, actor: ActorArg) -> AlertDocument:
    """As it is now, also when it is over."""
    async with parts.reader.reading() as tx:
        return found(await alerts.single(tx, actor, alert_id))


@post(
    f"{ONE}/acknowledge",
    status_code=200,
    tags=TAGS,
    operation_id="acknowledgeAlert",
    summary="Acknowledge an alert",
)
async def acknowledge_alert(alert_id: PathId, parts: PartsArg, actor: ActorArg, key: KeyArg) -> AlertDocument:
    """I have seen it; whoever comes second is told that somebody has."""
    return await _done(parts, actor, AcknowledgeAlert(alert_id=alert_id), key)


@get(
    f"{ONE}/candidates",
    tags=TAGS,
    operation_id="alertCandidates",
    summary="To whom an alert may be assigned",
)
async def alert_candidates(alert_id: PathId, parts: PartsArg, actor: ActorArg) -> AlertCandidates:
    """Supervisors of its queue, by name."""
    async with parts.reader.reading() as tx:
        return found(await alerts.candidates(tx, actor, alert_id))


@post(f"{ONE}/assign", status_code=200, tags=TAGS, operation_id="assignAlert", summary="Assign an alert")
async def assign_alert(
    alert_id: PathId, data: JSONBody[AssignAlertRequest], parts: PartsArg, actor: ActorArg, key: KeyArg
) -> AlertDocument:
    """To a supervisor of its queue, oneself included. Whoever it is assigned to by another gets a notice."""
    return await _done(parts, actor, AssignAlert(alert_id=alert_id, user_id=data.user), key)


@post(f"{ONE}/clear", status_code=200, tags=TAGS, operation_id="clearAlert", summary="Clear an alert")
async def clear_alert(alert_id: PathId, parts: PartsArg, actor: ActorArg, key: KeyArg) -> AlertDocument:
    """It has been seen to. It may be raised again once its rule has cooled down."""
    return await _done(parts, actor, ClearAlert(alert_id=alert_id), key)


async def _done(parts: Parts, actor: Actor, command: Command, key: str | None) -> AlertDocument:
    outcome = done(await parts.executor.execute(actor, command, key))
    async with parts.reader.reading() as tx:
        return found(await alerts.single(tx, actor, str(outcome.result["id"])))


ROUTES = (list_alerts, get_alert, acknowledge_alert, alert_candidates, assign_alert, clear_alert)
