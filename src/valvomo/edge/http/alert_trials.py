"""Trials of alert rules: what a rule, new or changed, would have raised in the last days."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import msgspec
from litestar import post
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import JSONBody
from litestar.response import Stream

from valvomo.commands.looking_back import TryRule
from valvomo.domain.access.actor import Actor, UserRole
from valvomo.domain.access.looking_back import stretch_of
from valvomo.edge.http.alert_rules import TAGS, conditions_of
from valvomo.edge.http.refused import Refused, done, found
from valvomo.edge.parts import Parts
from valvomo.live.replay.rule_trial import RuleTrial
from valvomo.protocol.alert_trials import AlertTrialLine, TryAlertRuleRequest
from valvomo.queries.listing import role_refusal

LINES = "application/x-ndjson"


@post(
    "/alert-rules/trial",
    status_code=200,
    tags=TAGS,
    operation_id="tryAlertRule",
    summary="What a rule would have raised",
    responses={
        200: ResponseSpec(AlertTrialLine, generate_examples=False, media_type=LINES, description="Lines.")
    },
)
async def try_alert_rule(
    data: JSONBody[TryAlertRuleRequest], parts: NamedDependency[Parts], actor: NamedDependency[Actor]
) -> Stream:
    """Lines of JSON as they come: progress, and at last the result. Nothing is raised, and nobody is told.

    The past is judged as live alarms judge it, in one trial at a time of an organization; who hangs up ends it. Names
    of customers are told to those who may see their conversations. The look is in the audit log.
    """
    if refusal := role_refusal(actor, UserRole.ADMINISTRATOR):
        raise Refused(refusal)
    trial = found(await parts.rule_trials.begin(actor, data, conditions_of(data.conditions)))
    since, until = stretch_of(trial.since, trial.until)
    done(await parts.executor.execute(actor, TryRule(since=since, until=until)))
    lines = told(parts, trial, quiet_hours=data.quiet_hours_id is not None)
    # A proxy that collects what it passes on would hide the progress.
    return Stream(lines, media_type=LINES, headers={"X-Accel-Buffering": "no"})


async def told(parts: Parts, trial: RuleTrial, *, quiet_hours: bool) -> AsyncGenerator[bytes]:
    """The lines as they come."""
    lines = parts.rule_trials.lines(trial, quiet_hours=quiet_hours)
    try:
        async for line in lines:
            yield msgspec.json.encode(line) + b"\n"
    finally:
        await lines.aclose()


ROUTES = (try_alert_rule,)
