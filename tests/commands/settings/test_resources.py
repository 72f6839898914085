"""Skills, hours, presences, templates, quick replies, dispositions: their rules, and the facts of their changes."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from valvomo.commands.agents.presence import SetPresence
from valvomo.commands.execute import Done
from valvomo.commands.settings.kinds import (
    KINDS,
    CustomPresence,
    DispositionCode,
    OfferTemplate,
    OpeningHours,
    QuickReply,
    Resource,
    Skill,
)
from valvomo.commands.settings.queues import RemoveQueue
from valvomo.commands.settings.resources import ChangeResource, CreateResource, RemoveResource
from valvomo.commands.settings.users import ChangeUser
from valvomo.db import agents, journal
from valvomo.demo.organization import create_sample
from valvomo.domain.agents.events import SettingChanged
from valvomo.domain.agents.presence import Presence
from valvomo.domain.refusals import Reason, Refusal
from valvomo.domain.routing.hours import Span

NOBODY = "01890000-0000-7000-8000-000000000000"
EACH: dict[str, Resource] = {
    "skill": Skill(name="New"),
    "hours": OpeningHours(name="New", time_zone="Europe/Helsinki"),
    "presence": CustomPresence(name="New", presence=Presence.AWAY),
    "template": OfferTemplate(name="New", seconds=30),
    "quick_reply": QuickReply(name="new", texts={"en": "New"}),
    "disposition": DispositionCode(name="new"),
}
"""One of each kind, by subject."""


async def did(house: Any, command: Any, person: str = "admin") -> str:
    done = await house.do(person, command)
    assert isinstance(done, Done), done
    return str(done.result.get("id"))


async def refused(house: Any, command: Any, person: str = "admin") -> Refusal:
    found = await house.do(person, command)
    assert isinstance(found, Refusal), found
    return found


async def why(house: Any, command: Any, person: str = "admin") -> Reason:
    return (await refused(house, command, person)).reason


async def create(house: Any, resource: Resource) -> str:
    return await did(house, CreateResource(resource=resource))


def change(subject: str, resource_id: str, **changes: Any) -> ChangeResource:
    return ChangeResource(subject=subject, resource_id=resource_id, changes=changes)


def remove(subject: str, resource_id: str) -> RemoveResource:
    return RemoveResource(subject=subject, resource_id=resource_id)


async def last_change(house: Any) -> SettingChanged:
    async with house.database.reading() as tx:
        facts = await journal.after(tx, house.sample.organization_id, 0, 1000)
    assert facts[-1].audited
    assert isinstance(facts[-1].event, SettingChanged)
    return facts[-1].event


async def sql(house: Any, statement: str, *values: Any) -> None:
    async with house.database._pool.acquire() as link:
        await link.execute(statement, *values)


def test_there_is_one_of_each_kind() -> None:
    assert list(EACH) == list(KINDS)


@pytest.mark.parametrize("subject", EACH)
@pytest.mark.parametrize("person", ["saara", "aino"])
async def test_only_administrators_change_them(house: Any, subject: str, person: str) -> None:
    one = await create(house, EACH[subject])
    tries = [
        CreateResource(resource=EACH[subject]), change(subject, one, name="Theirs"), remove(subject, one),
    ]  # fmt: skip
    for command in tries:
        assert await why(house, command, person) is Reason.ROLE_NEEDED


@pytest.mark.parametrize("subject", EACH)
async def test_another_organizations_are_not_there(house: Any, subject: str) -> None:
    one = await create(house, EACH[subject])
    other = await create_sample(house.executor, "-", name="Other", domain="other.example")
    admin = await other.actor(house.database, "admin")
    for command in (change(subject, one, name="theirs"), remove(subject, one), remove(subject, NOBODY)):
        assert await house.executor.execute(admin, command) == Refusal(Reason.NOT_FOUND)
    made = await house.executor.execute(admin, CreateResource(resource=EACH[subject]))
    assert isinstance(made, Done), "the same name is free there"


@pytest.mark.parametrize("subject", EACH)
async def test_every_change_is_a_fact_with_before_and_after(house: Any, subject: str) -> None:
    one = await create(house, EACH[subject])
    made = await last_change(house)
    assert (made.subject, made.subject_id, made.before) == (subject, one, None)
    assert made.after is not None
    assert made.after["name"] == EACH[subject].name
    await did(house, change(subject, one, name="renamed"))
    changed = await last_change(house)
    assert (changed.name, changed.before, changed.after) == (
        "renamed", {"name": EACH[subject].name}, {"name": "renamed"},
    )  # fmt: skip
    again = await house.do("admin", change(subject, one, name="renamed"))
    assert again.position is None
    await did(house, remove(subject, one))
    gone = await last_change(house)
    assert (gone.subject_id, gone.before, gone.after) == (one, {**made.after, "name": "renamed"}, None)
    assert await why(house, change(subject, one, name="x")) is Reason.NOT_FOUND


@pytest.mark.parametrize("subject", EACH)
async def test_names_are_taken_once(house: Any, subject: str) -> None:
    of = EACH[subject]
    first, second = await create(house, of), await create(house, replace(of, name="second"))
    assert await why(house, CreateResource(resource=replace(of, name="NEW"))) is Reason.NAME_TAKEN
    assert await why(house, change(subject, second, name="New")) is Reason.NAME_TAKEN
    await did(house, change(subject, first, name="NEW"))


async def test_the_same_command_again_makes_no_second_one(house: Any) -> None:
    command = CreateResource(resource=Skill(name="Once"))
    first, again = await house.do("admin", command, "k"), await house.do("admin", command, "k")
    assert (again.repeated, again.result) == (True, first.result)
    other = CreateResource(resource=EACH["template"])
    assert await house.do("admin", other, "k") == Refusal(Reason.KEY_REUSED)


async def test_a_skill_stays_while_somebody_has_it_or_a_rule_asks_for_it(house: Any) -> None:
    skill, sample = await create(house, EACH["skill"]), house.sample
    await did(house, ChangeUser(user_id=sample.people["aino"], skills={skill: 3}))
    assert await why(house, remove("skill", skill)) is Reason.IN_USE
    await did(house, ChangeUser(user_id=sample.people["aino"], skills={}))
    rules = [{"name": "r", "conditions": [], "needs": [{"skill_id": skill, "level": 2}], "priority": 0}]
    await sql(
        house, "UPDATE workstreams SET skill_rules = $1::jsonb WHERE id = $2", rules, sample.workstreams["Web chat"]
    )  # fmt: skip
    assert await why(house, remove("skill", skill)) is Reason.IN_USE
    await sql(house, "UPDATE workstreams SET skill_rules = '[]'")
    await did(house, remove("skill", skill))


@pytest.mark.parametrize("statement", ["UPDATE queues SET hours_id = $1", "UPDATE agents SET hours_id = $1"])
async def test_hours_stay_while_somebody_goes_by_them(house: Any, statement: str) -> None:
    hours = await create(house, EACH["hours"])
    await sql(house, statement, hours)
    assert await why(house, remove("hours", hours)) is Reason.IN_USE
    await sql(house, statement, None)
    await did(house, remove("hours", hours))


async def test_a_template_stays_while_a_workstream_uses_it(house: Any) -> None:
    template = await create(house, EACH["template"])
    await sql(house, "UPDATE workstreams SET template_id = $1", template)
    assert await why(house, remove("template", template)) is Reason.IN_USE
    await sql(house, "UPDATE workstreams SET template_id = NULL")
    await did(house, remove("template", template))


async def test_a_presence_stays_what_it_is_while_somebody_has_chosen_it(house: Any) -> None:
    presence = await create(house, EACH["presence"])
    aino = house.sample.people["aino"]
    await did(house, SetPresence(agent_id=aino, status_id=presence), "aino")
    assert await why(house, remove("presence", presence)) is Reason.IN_USE
    assert await why(house, change("presence", presence, presence=Presence.BUSY)) is Reason.IN_USE
    await did(
        house, change("presence", presence, name="Pause", names={"fi": "Tauko"}, presence=Presence.AWAY)
    )
    await did(house, SetPresence(agent_id=aino, presence=Presence.AWAY), "aino")
    await did(house, change("presence", presence, presence=Presence.BUSY))
    await did(house, remove("presence", presence))


async def test_choosing_a_presence_and_changing_it_do_not_pass_each_other(house: Any) -> None:
    presence, aino = await create(house, EACH["presence"]), house.sample.people["aino"]
    stands_for = Presence.AWAY
    for other in (Presence.BUSY, Presence.AWAY) * 5:
        await did(house, SetPresence(agent_id=aino, presence=Presence.OFFLINE), "aino")
        chosen, changed = await asyncio.gather(
            house.do("aino", SetPresence(agent_id=aino, status_id=presence)),
            house.do("admin", change("presence", presence, presence=other)),
        )
        assert isinstance(chosen, Done)
        stands_for = other if isinstance(changed, Done) else stands_for
        async with house.database.reading() as tx:
            agent = (await agents.everybody(tx, house.sample.organization_id, house.clock()))[aino]
        assert (agent.chosen, agent.status_id) == (stands_for, presence)


async def test_nobody_stands_for_what_cannot_be_chosen(house: Any) -> None:
    inactive = CustomPresence(name="Asleep", presence=Presence.INACTIVE)
    assert await why(house, CreateResource(resource=inactive)) is Reason.MALFORMED


@pytest.mark.parametrize(
    ("changes", "at"),
    [
        ({"time_zone": "Europe/Nowhere"}, "time_zone"),
        ({"time_zone": ""}, "time_zone"),
        ({"time_zone": "../../etc/passwd"}, "time_zone"),
        ({"region": "XX"}, "region"),
        ({"region": "DE-XX"}, "region"),
        ({"weekly": {3: (Span(480, 960), Span(900, 1000))}}, "weekly.3.1"),
        ({"weekly": {0: (Span(960, 480),)}}, "weekly.0.0"),
        ({"special": {date(2026, 12, 24): (Span(0, 60), Span(60, 60))}}, "special.2026-12-24.1"),
    ],
)
async def test_hours_that_cannot_be(house: Any, changes: dict[str, Any], at: str) -> None:
    hours = await create(house, EACH["hours"])
    fields = {"name": "Other", "time_zone": "Europe/Helsinki", **changes}
    for command in (change("hours", hours, **changes), CreateResource(resource=OpeningHours(**fields))):
        found = await refused(house, command)
        assert found.reason is Reason.MALFORMED
        errors: Any = found.facts["errors"]
        assert [one["at"] for one in errors] == [at]


async def test_a_calendar_is_read_before_the_transaction_and_not_in_it(
    house: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first one of a process takes so long that the database would end the transaction."""
    read_within = dict[str, bool]()

    def known(region: str) -> bool:
        pool = house.database.statistics()
        read_within.setdefault(region, pool.size > pool.idle)
        return True

    monkeypatch.setattr("valvomo.db.hours.known_region", known)
    hours = await create(house, EACH["hours"])
    other = OpeningHours(name="Other", time_zone="Europe/Oslo", region="NO")
    await did(house, CreateResource(resource=other))
    await did(house, change("hours", hours, region="SE"))
    aino = await house.actor("aino")
    for command in (change("hours", hours, region="DK"), change("hours", hours, region="IS")):
        await house.executor.execute(aino, command)
    assert read_within == {"NO": False, "SE": False}


async def test_facts_show_times_as_the_clock_does(house: Any) -> None:
    hours = await create(house, EACH["hours"])
    await did(house, change("hours", hours, region="FI", weekly={0: (Span(480, 1440),)}))
    changed = await last_change(house)
    assert changed.before == {"region": "", "weekly": {}}
    assert changed.after == {"region": "FI", "weekly": {"0": [["08:00", "24:00"]]}}


@pytest.mark.parametrize("kind", [QuickReply, DispositionCode])
async def test_words_are_for_one_queue_or_for_all(house: Any, kind: type[Resource]) -> None:
    more: dict[str, Any] = {"texts": {"en": "x"}} if kind is QuickReply else {}
    sales, night = house.sample.queues["Sales"], house.sample.queues["Night desk"]

    def of(queue: str | None) -> Any:
        return kind(name="same", queue_id=queue, **more)  # type: ignore[call-arg]

    mine = await create(house, of(sales))
    await create(house, of(None))
    theirs = await create(house, of(night))
    assert await why(house, CreateResource(resource=of(sales))) is Reason.NAME_TAKEN
    assert await why(house, change(kind.subject, mine, queue_id=None)) is Reason.NAME_TAKEN
    assert await why(house, CreateResource(resource=of(NOBODY))) is Reason.UNKNOWN_TARGET
    assert await why(house, change(kind.subject, mine, queue_id=NOBODY)) is Reason.UNKNOWN_TARGET
    await did(house, RemoveQueue(queue_id=night))
    assert await why(house, remove(kind.subject, theirs)) is Reason.NOT_FOUND


async def test_words_that_go_with_their_queue_are_in_the_audit_log(house: Any) -> None:
    night = house.sample.queues["Night desk"]
    await create(house, QuickReply(name="all", texts={"en": "x"}))
    mine = [
        await create(house, QuickReply(name="hello", queue_id=night, texts={"en": "Hello"})),
        await create(house, DispositionCode(name="asleep", queue_id=night)),
    ]
    await did(house, RemoveQueue(queue_id=night))
    async with house.database.reading() as tx:
        facts = (await journal.after(tx, house.sample.organization_id, 0, 1000))[-3:]
    assert all(one.audited for one in facts)
    gone = [one.event for one in facts if isinstance(one.event, SettingChanged)]
    assert [(one.subject, one.subject_id, one.name) for one in gone] == [
        ("quick_reply", mine[0], "hello"), ("disposition", mine[1], "asleep"), ("queue", night, "Night desk"),
    ]  # fmt: skip
    assert gone[0].before == {"name": "hello", "queue_id": night, "texts": {"en": "Hello"}}
    assert [one.after for one in gone] == [None, None, None]


async def test_words_stay_where_their_queue_does(house: Any) -> None:
    support = house.sample.queues["Support"]
    mine = await create(house, QuickReply(name="hello", queue_id=support, texts={"en": "Hello"}))
    assert await why(house, RemoveQueue(queue_id=support)) is Reason.IN_USE
    assert (await last_change(house)).subject_id == mine
    await did(house, remove("quick_reply", mine))


async def test_a_quick_reply_says_something_and_reasons_are_named_once(house: Any) -> None:
    assert await why(house, CreateResource(resource=QuickReply(name="x", texts={}))) is Reason.MALFORMED
    twice = OfferTemplate(name="x", seconds=30, reject_reasons=("a", "a"))
    assert await why(house, CreateResource(resource=twice)) is Reason.MALFORMED
