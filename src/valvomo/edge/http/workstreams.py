"""Workstreams: everybody may read them, administrators change them (spec 2)."""

from datetime import UTC, datetime, timedelta

import msgspec
from litestar import get, patch, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from valvomo.commands.settings.workstreams import ChangeWorkstream, CreateWorkstream
from valvomo.domain.access.actor import Actor
from valvomo.domain.attachments.limits import Limits
from valvomo.domain.conversations.call_marks import USUAL_DAYS, Kept
from valvomo.domain.refusals import malformed
from valvomo.domain.routing.rules import Arrival, QueueRule, SkillRule
from valvomo.edge.http.given import as_rules, given
from valvomo.edge.http.parameters import Cursor, Limit, PathId
from valvomo.edge.http.refused import Refused, done, found
from valvomo.edge.parts import Parts
from valvomo.protocol.attachments import LimitsBody
from valvomo.protocol.pages import Page
from valvomo.protocol.settings import WorkstreamDocument
from valvomo.protocol.settings_requests import ChangeWorkstreamRequest, CreateWorkstreamRequest
from valvomo.protocol.timers import TimersRequest
from valvomo.protocol.trying import TriedDocument, TryRequest
from valvomo.queries import settings, trying
from valvomo.queries.trying import Trial

TAGS = ("workstreams",)
ONE = "/workstreams/{workstream_id:str}"
FURTHEST = timedelta(days=366)
"""From now, in either direction, a sample may arrive."""


@get("/workstreams", tags=TAGS, operation_id="listWorkstreams", summary="List workstreams")
async def list_workstreams(
    parts: NamedDependency[Parts], actor: NamedDependency[Actor], cursor: Cursor = None, limit: Limit = 100
) -> Page[WorkstreamDocument]:
    """In order of their making."""
    async with parts.reader.reading() as tx:
        return found(await settings.workstreams(tx, actor, cursor=cursor, limit=limit))


@post(
    "/workstreams", status_code=201, tags=TAGS, operation_id="createWorkstream", summary="Create a workstream"
)
async def create_workstream(
    data: JSONBody[CreateWorkstreamRequest],
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    key: NamedDependency[str | None],
) -> WorkstreamDocument:
    """With its public key and the first version of what its customers are told or asked."""
    command = CreateWorkstream(
        name=data.name,
        channel=data.channel,
        queue_id=data.queue,
        units=data.units,
        allowed_presences=data.allowed_presences,
        auto_accept=data.auto_accept,
        wrap_up=data.wrap_up,
        timers=_timers(data.timers),
        consent=data.consent,
        origins=data.origins,
        queue_rules=as_rules(data.queue_rules, QueueRule),
        skill_rules=as_rules(data.skill_rules, SkillRule),
        affinity=data.affinity,
        template_id=data.template_id,
        bot_id=data.bot_id,
        attachments=_limits(data.attachments),
        announced=data.announced,
        place_minutes=data.place_minutes,
        survey_minutes=data.survey_minutes,
        calls_kept=data.calls_kept or Kept.OFF,
        calls_days=data.calls_days or USUAL_DAYS,
        callback_account_id=given(data.callback_account),
        texts=data.texts,
    )
    made = done(await parts.executor.execute(actor, command, key))
    return await _document(parts, actor, str(made.result["id"]))


@get(ONE, tags=TAGS, operation_id="getWorkstream", summary="One workstream")
async def get_workstream(
    workstream_id: PathId, parts: NamedDependency[Parts], actor: NamedDependency[Actor]
) -> WorkstreamDocument:
    """As it is now."""
    return await _document(parts, actor, workstream_id)


@patch(ONE, tags=TAGS, operation_id="changeWorkstream", summary="Change a workstream")
async def change_workstream(
    workstream_id: PathId,
    data: JSONBody[ChangeWorkstreamRequest],
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    key: NamedDependency[str | None],
) -> WorkstreamDocument:
    """What is left out stays as it is. The channel cannot be changed."""
    command = ChangeWorkstream(
        workstream_id=workstream_id,
        name=data.name,
        queue_id=data.queue,
        units=data.units,
        allowed_presences=data.allowed_presences,
        auto_accept=data.auto_accept,
        wrap_up=data.wrap_up,
        timers=_timers(data.timers),
        consent=data.consent,
        origins=data.origins,
        queue_rules=None if data.queue_rules is None else as_rules(data.queue_rules, QueueRule),
        skill_rules=None if data.skill_rules is None else as_rules(data.skill_rules, SkillRule),
        affinity=data.affinity,
        template_id=given(data.template_id),
        bot_id=given(data.bot_id),
        attachments=_limits(data.attachments),
        announced=data.announced,
        place_minutes=data.place_minutes,
        survey_minutes=data.survey_minutes,
        calls_kept=data.calls_kept,
        calls_days=data.calls_days,
        callback_account_id=given(data.callback_account),
    )
    done(await parts.executor.execute(actor, command, key))
    return await _document(parts, actor, workstream_id)


@post(f"{ONE}/try", status_code=200, tags=TAGS, operation_id="tryRules", summary="Try rules on a sample")
async def try_rules(
    workstream_id: PathId,
    data: JSONBody[TryRequest],
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
) -> TriedDocument:
    """Where a conversation would come to, and why: by rules that need not be saved yet. Nothing is written."""
    sample = data.sample
    arrival = Arrival(
        channel="",
        language=sample.language,
        subject=sample.subject,
        customer_name=sample.customer.name,
        email=sample.customer.email,
        phone=sample.customer.phone,
        known=sample.customer.known,
        answers=sample.answers,
        context=sample.context,
    )
    trial = Trial(
        arrival=arrival,
        at=_moment(sample.at, parts.clock()),
        queue_rules=None if data.queue_rules is None else as_rules(data.queue_rules, QueueRule),
        skill_rules=None if data.skill_rules is None else as_rules(data.skill_rules, SkillRule),
    )
    async with parts.reader.reading() as tx:
        return found(await trying.tried(tx, actor, workstream_id, trial))


def _moment(at: datetime | None, now: datetime) -> datetime:
    """When it would arrive, now if nothing is said. Calendars end somewhere, so that it has to be near."""
    if at is None:
        return now
    if abs(at - now) > FURTHEST:
        raise Refused(malformed("body.sample.at", "a moment within a year from now"))
    return at.astimezone(UTC)


def _timers(body: TimersRequest | None) -> dict[str, int | None]:
    told: dict[str, int | None] = {} if body is None else msgspec.to_builtins(body)
    return told


def _limits(body: LimitsBody | None) -> Limits | None:
    return None if body is None else msgspec.convert(msgspec.to_builtins(body), Limits)


async def _document(parts: Parts, actor: Actor, workstream_id: str) -> WorkstreamDocument:
    async with parts.reader.reading() as tx:
        return found(await settings.workstream(tx, actor, workstream_id))


ROUTES = (list_workstreams, create_workstream, get_workstream, change_workstream, try_rules)
