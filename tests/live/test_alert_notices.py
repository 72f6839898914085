"""Whoever an alert is assigned to hears of it in person, now or when they come back, and nobody else does."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sample_floor import AATU, AINO, BILLING, SAARA, SULO, SUPPORT
from sample_stage import Stage

from valvomo.bus.local import LocalBus
from valvomo.commands.alerts.attending import AssignAlert
from valvomo.commands.settings.alert_rules import AlertRule
from valvomo.commands.settings.resources import CreateResource
from valvomo.db.doorbell import Doorbell
from valvomo.domain.alerts.conditions import Condition, ConditionKind
from valvomo.jobs.alarms import Alarms

pytestmark = pytest.mark.slow

WAITS = (Condition(kind=ConditionKind.FIGURE, name="in_queue", at_least=1),)
BOTH = replace(SULO, supervised=frozenset({BILLING, SUPPORT}))


async def raised(stage: Stage, **more: Any) -> str:
    """An alert about Support, which Saara and Sulo supervise."""
    floor = stage.floor
    await floor.sql("INSERT INTO queue_supervisors VALUES ('organization-1', $1, $2)", SUPPORT, SULO.id)
    new = AlertRule(name="Somebody waits", conditions=WAITS, **more)
    await floor.done(AATU, CreateResource(resource=new))
    await floor.start("chat")
    await Alarms(floor.database, floor.executor, Doorbell(LocalBus()), floor.clock).round()
    return str((await floor.sql("SELECT id FROM alerts"))[0]["id"])


def notices(reader: Any) -> list[tuple[str, str]]:
    return [(item["code"], item["facts"]["by"]) for item in reader.told("me") if item.get("kind") == "notice"]


async def test_who_is_assigned_hears_of_it_and_nobody_else(stage: Stage) -> None:
    sulo, saara, aino = stage.reader(BOTH), stage.reader(SAARA), stage.reader(AINO)
    for one in (sulo, saara, aino):
        await one.watch("me")
    alert = await raised(stage)
    await stage.floor.done(SAARA, AssignAlert(alert_id=alert, user_id=SULO.id))
    await stage.settle()
    assert notices(sulo) == [("alert_assigned", "Saara")]
    (item,) = [one for one in sulo.told("me") if one.get("kind") == "notice"]
    assert (item["alert"], item["facts"]["rule"], item["facts"]["queue"]) == (
        alert,
        "Somebody waits",
        "Support",
    )
    assert notices(saara) == notices(aino) == []
    await stage.floor.done(SAARA, AssignAlert(alert_id=alert, user_id=SAARA.id))
    await stage.settle()
    assert notices(saara) == [], "who takes it knows"


async def test_a_rule_that_assigns_tells_too(stage: Stage) -> None:
    sulo = stage.reader(BOTH)
    await sulo.watch("me")
    await raised(stage, assign_to=SULO.id)
    await stage.settle()
    assert [code for code, _ in notices(sulo)] == ["alert_yours"]


async def test_who_was_away_hears_of_it_on_return_and_who_supervises_no_more_does_not(stage: Stage) -> None:
    alert = await raised(stage)
    await stage.settle()
    seen = stage.room.floor.position
    await stage.floor.done(SAARA, AssignAlert(alert_id=alert, user_id=SULO.id))
    await stage.settle()
    again, lost = stage.reader(BOTH), stage.reader(SULO)
    await again.watch("me", since=seen)
    await lost.watch("me", since=seen)
    assert notices(again) == [("alert_assigned", "Saara")]
    assert notices(lost) == []
