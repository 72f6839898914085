"""Alarms: raised when conditions begin to hold, by facts or by the clock alone; once; over when they hold no more."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sample_floor import AATU, AINO, HOUSE, SAARA, SULO, SUPPORT, Floor

from valvomo.bus.local import LocalBus
from valvomo.commands.alerts.attending import AcknowledgeAlert, AssignAlert, ClearAlert
from valvomo.commands.alerts.raising import EndAlert, RaiseAlert
from valvomo.commands.conversations.ask import AskSupervisor
from valvomo.commands.conversations.force_close import ForceClose
from valvomo.commands.conversations.mute import Mute
from valvomo.commands.conversations.serve import Pick
from valvomo.commands.settings.alert_rules import AlertRule
from valvomo.commands.settings.kinds import OpeningHours
from valvomo.commands.settings.resources import ChangeResource, CreateResource, RemoveResource
from valvomo.db.doorbell import Doorbell
from valvomo.domain.alerts.conditions import Condition, ConditionKind
from valvomo.domain.refusals import Reason
from valvomo.domain.routing.hours import Span
from valvomo.jobs.alarms import Alarms
from valvomo.jobs.janitor import Janitor
from valvomo.protocol.texts.catalogue import text

pytestmark = pytest.mark.slow

SCORE = (Condition(kind=ConditionKind.ATTENTION, at_least=30),)
ASKED = (Condition(kind=ConditionKind.EVENT, events=("supervisor_asked",), within=300),)
FULL = (Condition(kind=ConditionKind.FIGURE, name="in_queue", at_least=2),)


def alarms(floor: Floor, *, leads: bool = True) -> Alarms:
    return Alarms(floor.database, floor.executor, Doorbell(LocalBus()), floor.clock, leads=lambda: leads)


async def rule(floor: Floor, conditions: tuple[Condition, ...], **more: Any) -> str:
    new = AlertRule(name="Look", conditions=conditions, **more)
    return str((await floor.done(AATU, CreateResource(resource=new))).result["id"])


async def raised(floor: Floor) -> list[Any]:
    return await floor.sql("SELECT * FROM alerts ORDER BY raised_at, id")


async def test_a_score_that_grows_by_itself_raises_when_it_gets_there_and_the_moment_is_known(
    floor: Floor,
) -> None:
    await rule(floor, SCORE)
    one = await floor.start("chat")
    job = alarms(floor)
    pause = await job.round()
    assert pause == pytest.approx(180), "a minute of service level, then 10 and 10 a minute"
    assert await raised(floor) == []
    floor.clock.advance(179)
    await job.round()
    assert await raised(floor) == []
    floor.clock.advance(1)
    await job.round()
    (alert,) = await raised(floor)
    assert (alert["rule_name"], alert["queue_id"], alert["conversation_id"]) == ("Look", SUPPORT, one)
    await job.round()
    await alarms(floor).round()
    assert len(await raised(floor)) == 1, "the same process and another one find it raised"
    await floor.done(AINO, Pick(conversation_id=one))
    await job.round()
    (alert,) = await raised(floor)
    assert alert["cleared_as"] == "no_longer"


async def test_what_is_muted_raises_nothing(floor: Floor) -> None:
    await rule(floor, SCORE)
    one = await floor.start("chat")
    await floor.done(SAARA, Mute(conversation_id=one, minutes=30))
    job = alarms(floor)
    floor.clock.advance(600)
    await job.round()
    assert await raised(floor) == []
    floor.clock.advance(1200)
    await job.round()
    assert len(await raised(floor)) == 1


async def test_an_event_raises_and_stays_until_somebody_has_seen_to_it(floor: Floor) -> None:
    rule_id = await rule(floor, ASKED, cool_down=60, webhook=True, emails=("boss@example.org",))
    await floor.sql(
        "INSERT INTO webhooks (organization_id, id, url, secret, created_at)"
        " VALUES ('organization-1', 'w', 'https://example.org', 's', now())"
    )
    one = await floor.accepted("chat")
    job = alarms(floor)
    await job.round()
    await floor.done(AINO, AskSupervisor(conversation_id=one, note="He shouts"))
    await job.round()
    (alert,) = await raised(floor)
    letters = await floor.sql("SELECT kind, body FROM outbox WHERE kind = 'alert.raised'")
    assert [(row["kind"], row["body"]["conversation"]) for row in letters] == [("alert.raised", one)]
    (mail,) = await floor.sql("SELECT * FROM mails")
    assert (mail["recipient"], "Look" in mail["subject"]) == ("boss@example.org", True)
    assert "shouts" not in mail["body"]
    floor.clock.advance(400)
    await job.round()
    assert (await raised(floor))[0]["cleared_at"] is None, "what happened stays happened"
    await floor.done(SAARA, AcknowledgeAlert(alert_id=alert["id"]))
    assert (
        await floor.refused(SAARA, AcknowledgeAlert(alert_id=alert["id"]))
    ).reason is Reason.ALERT_ACKNOWLEDGED
    await floor.done(SAARA, AssignAlert(alert_id=alert["id"], user_id=SAARA.id))
    assert (
        await floor.refused(SAARA, AssignAlert(alert_id=alert["id"], user_id=AINO.id))
    ).reason is Reason.UNKNOWN_TARGET
    await floor.done(SAARA, ClearAlert(alert_id=alert["id"]))
    assert (await floor.refused(SAARA, ClearAlert(alert_id=alert["id"]))).reason is Reason.ALERT_CLEARED
    await job.round()
    assert len(await raised(floor)) == 1
    assert (await floor.done(AATU, RemoveResource(subject="alert_rule", resource_id=rule_id))).position


async def test_an_event_while_nobody_judged_is_not_missed(floor: Floor) -> None:
    await rule(floor, ASKED)
    one = await floor.accepted("chat")
    await alarms(floor).round()
    await floor.done(AINO, AskSupervisor(conversation_id=one))
    floor.clock.advance(900)
    await alarms(floor, leads=False).round()
    assert await raised(floor) == []
    await alarms(floor).round()
    assert len(await raised(floor)) == 1


async def test_figures_raise_for_their_queue_and_a_closed_conversation_ends_its_alert(floor: Floor) -> None:
    await rule(floor, FULL, queues=(SUPPORT,), assign_to=SAARA.id)
    job = alarms(floor)
    first = await floor.start("chat")
    await job.round()
    assert await raised(floor) == []
    await floor.start("chat")
    await job.round()
    (alert,) = await raised(floor)
    assert (alert["conversation_id"], alert["about"], alert["assigned_to"]) == (None, SUPPORT, "saara")
    await floor.done(SAARA, ForceClose(conversation_id=first, reason="test"))
    await job.round()
    assert (await raised(floor))[0]["cleared_as"] == "no_longer"
    await rule_of_one(floor, job)


async def rule_of_one(floor: Floor, job: Alarms) -> None:
    score = AlertRule(name="Any", conditions=(Condition(kind=ConditionKind.ATTENTION, at_least=10),))
    await floor.done(AATU, CreateResource(resource=score))
    floor.clock.advance(120)
    await job.round()
    alert = (await raised(floor))[-1]
    await floor.done(SAARA, ForceClose(conversation_id=alert["conversation_id"], reason="test"))
    await job.round()
    assert (await raised(floor))[-1]["cleared_as"] == "closed"


async def test_quiet_hours_and_cooling_down_hold_it_back(floor: Floor) -> None:
    always = OpeningHours(
        name="Always", time_zone="UTC", weekly={day: (Span(0, 24 * 60),) for day in range(7)}
    )
    hours = str((await floor.done(AATU, CreateResource(resource=always))).result["id"])
    rule_id = await rule(floor, FULL, quiet_hours_id=hours, cool_down=60)
    await floor.start("chat")
    await floor.start("chat")
    job = alarms(floor)
    await job.round()
    assert await raised(floor) == []
    assert (
        await floor.refused(AATU, RemoveResource(subject="hours", resource_id=hours))
    ).reason is Reason.IN_USE
    change = ChangeResource(subject="alert_rule", resource_id=rule_id, changes={"quiet_hours_id": None})
    await floor.done(AATU, change)
    await job.round()
    (alert,) = await raised(floor)
    await floor.done(SAARA, ClearAlert(alert_id=alert["id"]))
    for _ in range(2):
        floor.clock.advance(25)
        await job.round()
    assert len(await raised(floor)) == 1, "it cools down"
    floor.clock.advance(25)
    await job.round()
    assert len(await raised(floor)) == 2
    await floor.done(
        AATU, ChangeResource(subject="alert_rule", resource_id=rule_id, changes={"enabled": False})
    )
    await job.round()
    assert [one["cleared_as"] for one in await raised(floor)] == ["by_hand", "rule_changed"]


async def test_only_the_system_raises_and_only_supervisors_of_the_queue_attend(floor: Floor) -> None:
    rule_id = await rule(floor, FULL)
    raising = RaiseAlert(rule_id=rule_id, queue_id=SUPPORT)
    for command in (raising, EndAlert(alert_id="x", cause="closed")):
        assert (await floor.refused(SAARA, command)).reason is Reason.ROLE_NEEDED
    await floor.start("chat")
    await floor.start("chat")
    await alarms(floor).round()
    (alert,) = await raised(floor)
    assert (await floor.refused(AINO, ClearAlert(alert_id=alert["id"]))).reason is Reason.ROLE_NEEDED
    assert (await floor.refused(SULO, ClearAlert(alert_id=alert["id"]))).reason is Reason.NOT_FOUND


async def test_letters_are_in_the_language_of_whoever_gets_them(floor: Floor) -> None:
    await floor.sql("UPDATE users SET language = 'fi' WHERE id = 'saara'")
    await floor.sql(
        "UPDATE organizations SET languages = '{sv,en}', time_zone = 'Europe/Helsinki' WHERE id = $1", HOUSE
    )
    floor.clock.now = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    await rule(floor, FULL, emails=("Saara@example.com", "sulo@example.com", "boss@example.org"))
    await floor.start("chat")
    await floor.start("chat")
    await alarms(floor).round()
    bodies = {row["recipient"]: row["body"] for row in await floor.sql("SELECT * FROM mails")}
    languages = {
        "Saara@example.com": ("fi", "25.10.2026 3.30.00"),
        "sulo@example.com": ("en", "25 Oct 2026, 03:30:00"),
        "boss@example.org": ("sv", "25 okt. 2026 03:30:00"),
    }
    assert bodies == {
        one: text(
            language, ("alert_mail", "text"),
            {"rule": "Look", "queue": "Support", "at": f"{at} (Europe/Helsinki)"},
        )
        for one, (language, at) in languages.items()
    }  # fmt: skip


async def test_what_was_cleared_is_kept_for_a_while(floor: Floor) -> None:
    await rule(floor, FULL)
    await floor.start("chat")
    await floor.start("chat")
    job = alarms(floor)
    await job.round()
    (alert,) = await raised(floor)
    sweeper = Janitor(floor.database, floor.executor, floor.clock, process_id="process-1", live=dict)
    floor.clock.advance(100 * 86_400)
    await sweeper.round()
    assert len(await raised(floor)) == 1, "nobody has seen to it"
    await floor.done(SAARA, ClearAlert(alert_id=alert["id"]))
    for days, left in ((89, 1), (2, 0)):
        floor.clock.advance(days * 86_400)
        await sweeper.round()
        assert len(await raised(floor)) == left
