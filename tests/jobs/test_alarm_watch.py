"""The watch over alert rules: trouble stays where it is, alerts go with their conversation, nothing is done idly."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sample_floor import AATU, AINO, BILLING, HOUSE, INES, OTHER_HOUSE, SAARA, SULO, SUPPORT, Floor

from valvomo.bus.local import LocalBus
from valvomo.commands.alerts.attending import ClearAlert
from valvomo.commands.conversations.ask import AskSupervisor
from valvomo.commands.conversations.force_close import ForceClose
from valvomo.commands.conversations.start import StartConversation
from valvomo.commands.conversations.transfer import TransferToQueue
from valvomo.commands.settings.alert_rules import AlertRule
from valvomo.commands.settings.resources import ChangeResource, CreateResource
from valvomo.db.doorbell import Doorbell
from valvomo.domain.access.actor import Actor
from valvomo.domain.alerts.conditions import Condition, ConditionKind
from valvomo.domain.conversations.model import Channel
from valvomo.jobs.alarm_sight import AlarmSight
from valvomo.jobs.alarms import Alarms
from valvomo.queries import alerts

pytestmark = pytest.mark.slow

SCORE = (Condition(kind=ConditionKind.ATTENTION, at_least=10),)
ASKED = (Condition(kind=ConditionKind.EVENT, events=("supervisor_asked",), within=300),)


def alarms(floor: Floor) -> Alarms:
    job = Alarms(floor.database, floor.executor, Doorbell(LocalBus()), floor.clock)
    job.rest = 0.0
    return job


async def rule(floor: Floor, conditions: tuple[Condition, ...], *, by: Actor = AATU, **more: Any) -> str:
    new = AlertRule(**{"name": "Look", "conditions": conditions, **more})
    return str((await floor.done(by, CreateResource(resource=new))).result["id"])


async def raised(floor: Floor, house: str = HOUSE) -> list[tuple[str, str, str | None]]:
    """Of each alert the rule's name, the queue, and as what it was cleared."""
    found = await floor.sql("SELECT * FROM alerts WHERE organization_id = $1 ORDER BY raised_at, id", house)
    return [(one["rule_name"], one["queue_id"], one["cleared_as"]) for one in found]


async def tries(floor: Floor) -> int:
    return floor.executor.tally.outcomes["RaiseAlert", "done"]


async def test_an_organization_in_trouble_keeps_no_other_from_being_warned(floor: Floor) -> None:
    assert HOUSE < OTHER_HOUSE
    await rule(floor, SCORE)
    await rule(floor, SCORE, by=replace(AATU, organization_id=OTHER_HOUSE))
    one = await floor.start("chat")
    there = StartConversation(channel=Channel.LIVE_CHAT, customer_name="Kaisa", workstream_id="chat")
    await floor.done(replace(INES, organization_id=OTHER_HOUSE), there)
    kept = (await floor.sql("SELECT body FROM conversations WHERE id = $1", one))[0]["body"]
    await floor.sql("UPDATE conversations SET body = '{}' WHERE id = $1", one)
    floor.clock.advance(600)
    job = alarms(floor)
    await job.round()
    assert await raised(floor, OTHER_HOUSE) == [("Look", SUPPORT, None)]
    assert job.statistics.failed > 0
    await floor.sql("UPDATE conversations SET body = $1 WHERE id = $2", kept, one)
    await job.round()
    assert await raised(floor) == [("Look", SUPPORT, None)], "as soon as it can be read"


async def test_who_is_in_trouble_is_left_alone_for_a_while(floor: Floor) -> None:
    await rule(floor, SCORE)
    one = await floor.start("chat")
    await floor.sql("UPDATE conversations SET body = '{}' WHERE id = $1", one)
    job = alarms(floor)
    job.rest = 3600.0
    await job.round()
    await job.round()
    assert job.statistics.failed == 1


async def test_a_rule_that_cannot_be_read_keeps_no_other_from_being_judged(floor: Floor) -> None:
    bad = await rule(floor, SCORE, name="Bad")
    await rule(floor, SCORE, name="Good")
    await floor.sql('UPDATE alert_rules SET conditions = \'[{"kind": "mystery"}]\' WHERE id = $1', bad)
    await floor.start("chat")
    floor.clock.advance(600)
    await alarms(floor).round()
    assert await raised(floor) == [("Good", SUPPORT, None)]


async def test_a_rule_that_cannot_raise_is_set_aside_and_tried_again(floor: Floor) -> None:
    await rule(floor, SCORE, name="Bad")
    await rule(floor, SCORE, name="Good")
    await floor.sql("ALTER TABLE alerts ADD CONSTRAINT broken CHECK (rule_name <> 'Bad') NOT VALID")
    await floor.start("chat")
    floor.clock.advance(600)
    job = alarms(floor)
    await job.round()
    assert await raised(floor) == [("Good", SUPPORT, None)]
    await floor.sql("ALTER TABLE alerts DROP CONSTRAINT broken")
    await job.round()
    assert len(await raised(floor)) == 1, "not before a minute is over"
    floor.clock.advance(60)
    await job.round()
    assert sorted(name for name, *_ in await raised(floor)) == ["Bad", "Good"]


async def names(floor: Floor, actor: Actor, *, cleared: bool = True) -> list[str | None]:
    """The customers of the alerts that this supervisor is shown."""
    async with floor.database.reading() as tx:
        page = await alerts.listed(tx, actor, cleared=cleared, cursor=None, limit=50)
    assert not hasattr(page, "reason")
    return [one.conversation.name if one.conversation else None for one in page.items]


async def test_an_alert_goes_with_its_conversation_to_another_queue(floor: Floor) -> None:
    await rule(floor, SCORE, cool_down=3600)
    one = await floor.accepted("chat")
    await floor.write(await floor.guest(one), one, "Hello?")
    floor.clock.advance(1800)
    job = alarms(floor)
    await job.round()
    assert await raised(floor) == [("Look", SUPPORT, None)]
    assert await names(floor, SAARA) == ["Kaisa"]
    await floor.done(AINO, TransferToQueue(conversation_id=one, queue=BILLING))
    assert await names(floor, SAARA) == [""], "from that moment on she is told no name of theirs"
    await job.round()
    assert await raised(floor) == [("Look", SUPPORT, "moved")]
    floor.clock.advance(900)
    await job.round()
    assert await raised(floor) == [("Look", SUPPORT, "moved"), ("Look", BILLING, None)], (
        "without cooling down"
    )
    assert (await names(floor, SULO), await names(floor, SAARA, cleared=False)) == (["Kaisa"], [])
    await alarms(floor).round()
    assert len(await raised(floor)) == 2


async def test_an_event_that_nobody_has_seen_to_goes_along_though_it_is_long_ago(floor: Floor) -> None:
    await rule(floor, ASKED, cool_down=3600)
    await rule(floor, ASKED, name="Support alone", queues=(SUPPORT,))
    one = await floor.accepted("chat")
    job = alarms(floor)
    await job.round()
    await floor.done(AINO, AskSupervisor(conversation_id=one))
    await job.round()
    floor.clock.advance(900)
    await floor.done(AINO, TransferToQueue(conversation_id=one, queue=BILLING))
    await job.round()
    assert sorted(await raised(floor), key=str) == [
        ("Look", BILLING, None),
        ("Look", SUPPORT, "moved"),
        ("Support alone", SUPPORT, "moved"),
    ]


async def test_conversations_are_looked_at_when_the_figures_of_a_rule_turn_and_not_whenever_they_change(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []
    look = AlarmSight.of_conversation

    def noted(self: AlarmSight, one: str) -> Any:
        looked.append(one)
        return look(self, one)

    monkeypatch.setattr(AlarmSight, "of_conversation", noted)
    busy = Condition(kind=ConditionKind.FIGURE, name="in_queue", at_least=3)
    await rule(floor, (busy, *SCORE))
    ids = [await floor.start("chat") for _ in range(2)]
    floor.clock.advance(900)
    job = alarms(floor)
    await job.round()
    assert (looked, await raised(floor)) == ([], [])
    ids.append(await floor.start("chat"))
    await job.round()
    assert sorted(looked) == sorted(ids)
    assert len(await raised(floor)) == 2, "the new one has no score yet"
    looked.clear()
    more = await floor.start("chat")
    await job.round()
    assert looked == [more]
    for one in ids[:2]:
        await floor.done(SAARA, ForceClose(conversation_id=one, reason="test"))
    await job.round()
    assert [cleared for *_, cleared in await raised(floor)] == ["closed", "closed"]


async def test_figures_that_hold_no_more_end_what_a_mixed_rule_raised(floor: Floor) -> None:
    busy = Condition(kind=ConditionKind.FIGURE, name="in_queue", at_least=2)
    await rule(floor, (busy, *SCORE))
    ids = [await floor.start("chat") for _ in range(2)]
    floor.clock.advance(900)
    job = alarms(floor)
    await job.round()
    assert len(await raised(floor)) == 2
    await floor.done(SAARA, ForceClose(conversation_id=ids[0], reason="test"))
    await job.round()
    assert sorted(str(cleared) for *_, cleared in await raised(floor)) == ["closed", "no_longer"]


async def test_while_it_cools_down_nothing_is_tried(floor: Floor) -> None:
    rule_id = await rule(floor, SCORE, cool_down=600)
    one = await floor.accepted("chat")
    guest = await floor.guest(one)
    await floor.write(guest, one, "Hello?")
    floor.clock.advance(1800)
    job = alarms(floor)
    await job.round()
    alert = (await floor.sql("SELECT id FROM alerts"))[0]["id"]
    await floor.done(SAARA, ClearAlert(alert_id=alert))
    await job.round()
    before = await tries(floor)
    for _ in range(5):
        floor.clock.advance(100)
        await floor.write(guest, one, "Hello??")
        assert await job.round() is not None
    assert await tries(floor) == before
    assert await job.round() == pytest.approx(100), "it is known when it has cooled down"
    floor.clock.advance(100)
    await job.round()
    assert [cleared for *_, cleared in await raised(floor)] == ["by_hand", None]
    alert = (await floor.sql("SELECT id FROM alerts WHERE cleared_at IS NULL"))[0]["id"]
    await floor.done(SAARA, ClearAlert(alert_id=alert))
    await job.round()
    change = ChangeResource(subject="alert_rule", resource_id=rule_id, changes={"cool_down": 0})
    await floor.done(AATU, change)
    floor.clock.advance(1)
    await job.round()
    assert len(await raised(floor)) == 3, "what is set now is what counts"


async def test_nothing_is_remembered_that_no_rule_asks_for_or_that_is_over(floor: Floor) -> None:
    await rule(floor, ASKED)
    job = alarms(floor)
    await job.round()
    ids = [await floor.accepted("chat") for _ in range(3)]
    await job.round()
    watch = job._watches[HOUSE]
    assert watch._sight._events == {}, "started and queued is what no rule names"
    for one in ids:
        await floor.done(AINO, AskSupervisor(conversation_id=one))
    await job.round()
    assert watch._sight._events.keys() == set(ids)
    for one in ids:
        await floor.done(SAARA, ForceClose(conversation_id=one, reason="test"))
    await job.round()
    assert (watch._sight._events, watch._due, watch._cools, watch._open) == ({}, {}, {}, {})
