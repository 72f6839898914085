"""Alert rules: administrators make them (spec 3 *Administrator*)."""

import msgspec
from litestar import delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from valvomo.commands.settings.alert_rules import AlertRule
from valvomo.domain.access.actor import Actor
from valvomo.domain.alerts.conditions import Condition
from valvomo.edge.http.parameters import Cursor, Limit, PathId
from valvomo.edge.http.resources import changed, changes_of, created, listed, removed, shown
from valvomo.edge.parts import Parts
from valvomo.protocol.alerts import (
    AlertRuleDocument,
    ChangeAlertRuleRequest,
    ConditionBody,
    CreateAlertRuleRequest,
)
from valvomo.protocol.pages import Page
from valvomo.queries.alerts import ALERT_RULES

TAGS = ("alert-rules",)
ONE = "/alert-rules/{alert_rule_id:str}"
PartsArg = NamedDependency[Parts]
ActorArg = NamedDependency[Actor]
KeyArg = NamedDependency[str | None]


@get("/alert-rules", tags=TAGS, operation_id="listAlertRules", summary="List alert rules")
async def list_alert_rules(
    parts: PartsArg, actor: ActorArg, cursor: Cursor = None, limit: Limit = 100
) -> Page[AlertRuleDocument]:
    """In order of their making."""
    return await listed(parts, actor, ALERT_RULES, cursor=cursor, limit=limit)


@post(
    "/alert-rules", status_code=201, tags=TAGS, operation_id="createAlertRule", summary="Create an alert rule"
)
async def create_alert_rule(
    data: JSONBody[CreateAlertRuleRequest], parts: PartsArg, actor: ActorArg, key: KeyArg
) -> AlertRuleDocument:
    """It looks from now on."""
    given = {name: getattr(data, name) for name in data.__struct_fields__}
    new = AlertRule(**{**given, "conditions": conditions_of(data.conditions)})
    return await created(parts, actor, ALERT_RULES, new=new, key=key)


@get(ONE, tags=TAGS, operation_id="getAlertRule", summary="One alert rule")
async def get_alert_rule(alert_rule_id: PathId, parts: PartsArg, actor: ActorArg) -> AlertRuleDocument:
    """As it is now."""
    return await shown(parts, actor, ALERT_RULES, alert_rule_id)


@patch(ONE, tags=TAGS, operation_id="changeAlertRule", summary="Change an alert rule")
async def change_alert_rule(
    alert_rule_id: PathId,
    data: JSONBody[ChangeAlertRuleRequest],
    parts: PartsArg,
    actor: ActorArg,
    key: KeyArg,
) -> AlertRuleDocument:
    """What is left out stays as it is. What the rule has raised is over."""
    changes = changes_of(data)
    if data.conditions is not None:
        changes["conditions"] = conditions_of(data.conditions)
    return await changed(parts, actor, ALERT_RULES, resource_id=alert_rule_id, changes=changes, key=key)


@delete(ONE, status_code=204, tags=TAGS, operation_id="removeAlertRule", summary="Remove an alert rule")
async def remove_alert_rule(alert_rule_id: PathId, parts: PartsArg, actor: ActorArg, key: KeyArg) -> None:
    """What it has raised stays in the list, and is over."""
    await removed(parts, actor, ALERT_RULES, resource_id=alert_rule_id, key=key)


def conditions_of(given: tuple[ConditionBody, ...]) -> tuple[Condition, ...]:
    """As the rules know them."""
    return msgspec.convert(msgspec.to_builtins(given), tuple[Condition, ...])


ROUTES = (list_alert_rules, create_alert_rule, get_alert_rule, change_alert_rule, remove_alert_rule)
