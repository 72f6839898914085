"""Settings that routing goes by: queues, workstreams, accounts. What cannot work is refused with the place."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sample_floor import AATU, AINO, BILLING, CASES, EINO, HOUSE, OTHER_HOUSE, SAARA, SUPPORT, Floor
from sample_queues import AFTERNOONS, hours, opens, overflows, skill, template

from valvomo.commands.conversations.assign import AssignToAgent
from valvomo.commands.conversations.offers import RejectOffer
from valvomo.commands.settings.adjusting import AdjustUser
from valvomo.commands.settings.queues import ChangeQueue, CreateQueue, QueueSettings, RemoveQueue
from valvomo.commands.settings.users import ChangeUser, CreateUser, Profile
from valvomo.commands.settings.workstreams import ChangeWorkstream, CreateWorkstream
from valvomo.db import house
from valvomo.domain.access.actor import UserRole
from valvomo.domain.agents.events import SettingChanged
from valvomo.domain.agents.skills import Need
from valvomo.domain.conversations.model import Channel
from valvomo.domain.conversations.offers import OfferAccepted, OfferMade
from valvomo.domain.conversations.workstream import Workstream
from valvomo.domain.refusals import Reason, Refusal
from valvomo.domain.routing.facts import Method, SkillMatch
from valvomo.domain.routing.overflow import OverflowRule, Remedy, Trigger
from valvomo.domain.routing.rules import Condition, Operator, QueueRule, SkillRule

WORDS = OverflowRule(trigger=Trigger.CLOSED, remedy=Remedy.MESSAGE, texts={"en": "Later."})
MOVE = OverflowRule(trigger=Trigger.LENGTH, over=5, remedy=Remedy.QUEUE, queue_id=BILLING)
FINNISH = Condition(field="language", values=("fi",))
TO_BILLING = QueueRule(name="Billing", queue_id=BILLING, conditions=(FINNISH,))
ASKS = SkillRule(name="Finnish", conditions=(FINNISH,), needs=(Need(skill_id="finnish", level=2),))


async def change(floor: Floor) -> SettingChanged:
    """The last change, as it is audited."""
    fact = (await floor.all_facts())[-1]
    assert isinstance(fact.event, SettingChanged)
    assert (fact.audited, fact.actor_id) == (True, AATU.id)
    return fact.event


def place(refusal: Refusal) -> str:
    """Where a malformed request is malformed."""
    assert refusal.reason is Reason.MALFORMED, refusal
    errors: Any = refusal.facts["errors"]
    return str(errors[0]["at"])


async def test_a_queue_with_all_its_rules_and_the_audit_of_its_change(floor: Floor) -> None:
    await hours(floor)
    settings = QueueSettings(
        name="Night", method=Method.MOST_IDLE, match=SkillMatch.EXACT, hours_id=AFTERNOONS, overflow=(WORDS, MOVE)
    )  # fmt: skip
    made = str((await floor.done(AATU, CreateQueue(settings=settings))).result["id"])
    created = (await change(floor)).after
    assert created is not None
    assert {**created, "overflow": tuple(created["overflow"])} == settings.shown()  # type: ignore[arg-type]
    await floor.done(AATU, ChangeQueue(queue_id=made, overflow=(MOVE,), method=Method.ROUND_ROBIN))
    changed = await change(floor)
    assert changed.after is not None
    assert set(changed.after) == {"method", "overflow"}
    assert changed.before is not None
    assert changed.before["method"] == "most_idle"
    await floor.done(AATU, ChangeQueue(queue_id=made, name="Nights"))
    await floor.done(AATU, ChangeQueue(queue_id=made, hours_id=""))
    assert (await change(floor)).after == {"hours_id": None}
    (row,) = await floor.sql("SELECT * FROM queues WHERE id = $1", made)
    assert (row["name"], row["match"], row["hours_id"]) == ("Nights", "exact", None)


@pytest.mark.parametrize(
    ("at", "rule"),
    [
        ("overflow.1.texts", replace(WORDS, texts={})),
        ("overflow.1.texts", replace(WORDS, texts={"en": " "})),
        ("overflow.1.over", replace(WORDS, trigger=Trigger.WAIT)),
        ("overflow.1.queue_id", replace(MOVE, queue_id=None)),
        ("overflow.1.queue_id", replace(MOVE, queue_id=SUPPORT)),
        ("overflow.1.queue_id", replace(MOVE, queue_id=CASES)),
        ("overflow.1.queue_id", replace(MOVE, queue_id="nowhere")),
    ],
)
async def test_overflow_that_cannot_work_is_refused(floor: Floor, at: str, rule: OverflowRule) -> None:
    assert place(await floor.refused(AATU, ChangeQueue(queue_id=SUPPORT, overflow=(WORDS, rule)))) == at


async def test_hours_must_be_the_houses_own(floor: Floor) -> None:
    await hours(floor, "theirs", house=OTHER_HOUSE)
    refusal = await floor.refused(AATU, ChangeQueue(queue_id=SUPPORT, hours_id="theirs"))
    assert refusal.reason is Reason.UNKNOWN_TARGET


async def test_a_queue_that_a_rule_leads_into_stays(floor: Floor) -> None:
    made = str((await floor.done(AATU, CreateQueue(settings=QueueSettings(name="New")))).result["id"])
    to_it = [{"trigger": "closed", "remedy": "queue", "queue_id": made}]
    await overflows(floor, *to_it)
    assert (await floor.refused(AATU, RemoveQueue(queue_id=made))).reason is Reason.IN_USE
    await overflows(floor)
    rule = QueueRule(name="New", queue_id=made)
    await floor.done(AATU, ChangeWorkstream(workstream_id="chat", queue_rules=(rule,)))
    assert (await floor.refused(AATU, RemoveQueue(queue_id=made))).reason is Reason.IN_USE
    await floor.done(AATU, ChangeWorkstream(workstream_id="chat", queue_rules=()))
    # Its own rules are no reason for it to stay.
    await overflows(floor, *to_it, queue=made)
    await floor.done(AATU, RemoveQueue(queue_id=made))


async def effective(floor: Floor, workstream: str = "chat") -> Workstream:
    async with floor.database.reading() as tx:
        return await house.workstream(tx, HOUSE, workstream)


async def test_rules_are_kept_and_audited(floor: Floor) -> None:
    await skill(floor, "finnish")
    command = ChangeWorkstream(
        workstream_id="chat", queue_rules=(TO_BILLING,), skill_rules=(ASKS,), affinity=False
    )
    await floor.done(AATU, command)
    changed = await change(floor)
    assert changed.after is not None
    assert set(changed.after) == {"queue_rules", "skill_rules", "affinity"}
    now = await effective(floor)
    assert (now.queue_rules, now.skill_rules, now.affinity) == ((TO_BILLING,), (ASKS,), False)
    await floor.done(AATU, ChangeWorkstream(workstream_id="chat", units=2))
    assert (await effective(floor)).queue_rules == (TO_BILLING,)
    created = CreateWorkstream(
        name="New", channel=Channel.LIVE_CHAT, queue_id=SUPPORT, queue_rules=(TO_BILLING,)
    )
    made = await floor.done(AATU, created)
    assert (await effective(floor, str(made.result["id"]))).queue_rules == (TO_BILLING,)


def ruled(**what: Any) -> QueueRule:
    return replace(TO_BILLING, conditions=(FINNISH, replace(FINNISH, **what)))


UNSOUND: dict[str, tuple[tuple[QueueRule, ...], tuple[SkillRule, ...]]] = {
    "queue_rules.0.queue_id": ((replace(TO_BILLING, queue_id=CASES),), ()),
    "queue_rules.1.queue_id": ((TO_BILLING, QueueRule(name="Other", queue_id="nowhere")), ()),
    "queue_rules.1.name": ((TO_BILLING, replace(TO_BILLING, name=" billing")), ()),
    "queue_rules.0.conditions.1.field": ((ruled(field="colour"),), ()),
    "queue_rules.0.conditions.1.values": ((ruled(values=()),), ()),
    "skill_rules.0.needs.0.skill_id": ((), (replace(ASKS, needs=(Need(skill_id="theirs"),)),)),
    "skill_rules.0.needs.0.level": ((), (replace(ASKS, needs=(Need(skill_id="finnish", level=6),)),)),
    "skill_rules.0.conditions.0.field": ((), (replace(ASKS, conditions=(replace(FINNISH, field="answers."),)),)),
    "skill_rules.0.conditions.0.values": (
        (), (replace(ASKS, conditions=(replace(FINNISH, operator=Operator.IS_SET),)),),
    ),
}  # fmt: skip


@pytest.mark.parametrize("at", UNSOUND)
async def test_rules_that_cannot_work_are_refused(floor: Floor, at: str) -> None:
    await skill(floor, "finnish")
    await skill(floor, "theirs", house=OTHER_HOUSE)
    queue_rules, skill_rules = UNSOUND[at]
    command = ChangeWorkstream(workstream_id="chat", queue_rules=queue_rules, skill_rules=skill_rules)
    assert place(await floor.refused(AATU, command)) == at


async def test_a_template_says_how_agents_are_asked(floor: Floor) -> None:
    await template(floor, seconds=20, auto_accept=True)
    await floor.done(AATU, ChangeWorkstream(workstream_id="chat", template_id="gentle"))
    assert (await change(floor)).after == {"template_id": "gentle"}
    now = await effective(floor)
    assert (now.timers.offer, now.auto_accept, now.sound, now.desktop) == (20, True, False, False)
    one = await floor.start()
    await floor.done(SAARA, AssignToAgent(conversation_id=one, agent_id=AINO.id))
    made, accepted = (await floor.events(one))[-2:]
    assert isinstance(made, OfferMade)
    assert (made.offer.expires_at - made.offer.made_at).seconds == 20
    assert isinstance(accepted, OfferAccepted)
    assert accepted.auto
    await floor.done(AATU, ChangeWorkstream(workstream_id="chat", units=2))
    assert (await effective(floor)).timers.offer == 20
    await floor.done(AATU, ChangeWorkstream(workstream_id="chat", template_id=""))
    now = await effective(floor)
    assert (now.timers.offer, now.auto_accept, now.sound, now.desktop) == (120, False, True, True)
    await template(floor, "theirs", house=OTHER_HOUSE)
    refusal = await floor.refused(AATU, ChangeWorkstream(workstream_id="chat", template_id="theirs"))
    assert refusal.reason is Reason.UNKNOWN_TARGET


async def test_fixed_reasons_are_the_only_ones_for_rejecting(floor: Floor) -> None:
    await template(floor, reject_reasons=["Busy", "Not mine"])
    await floor.done(AATU, ChangeWorkstream(workstream_id="chat", template_id="gentle"))
    for reason in ("Busy", None):
        one = await floor.start()
        await floor.done(SAARA, AssignToAgent(conversation_id=one, agent_id=AINO.id))
        refusal = await floor.refused(AINO, RejectOffer(conversation_id=one, reason="No fun"))
        assert place(refusal) == "reason"
        await floor.done(AINO, RejectOffer(conversation_id=one, reason=reason))
        assert (await floor.get(one)).declines == {AINO.id: 1}
    free = await floor.start("persistent")
    await floor.done(SAARA, AssignToAgent(conversation_id=free, agent_id=AINO.id))
    await floor.done(AINO, RejectOffer(conversation_id=free, reason="No fun"))


async def test_skills_and_hours_of_accounts(floor: Floor) -> None:
    for name in ("finnish", "cakes"):
        await skill(floor, name)
    await skill(floor, "theirs", house=OTHER_HOUSE)
    await hours(floor)
    profile = Profile(
        email="new@example.com", name="New", roles=frozenset({UserRole.AGENT}), skills={"finnish": 3},
        hours_id=AFTERNOONS,
    )  # fmt: skip
    made = str((await floor.done(AATU, CreateUser(profile=profile))).result["id"])
    agent = await floor.agent(replace(AINO, id=made))
    assert (agent.skills, agent.on_duty) == ({"finnish": 3}, False)
    floor.clock.advance(4 * 3600)
    assert (await floor.agent(replace(AINO, id=made))).on_duty
    await floor.done(AATU, ChangeUser(user_id=made, skills={"cakes": 1, "finnish": 5}))
    assert (await change(floor)).after == {"skills": {"cakes": 1, "finnish": 5}}
    await floor.done(AATU, ChangeUser(user_id=made, hours_id=""))
    floor.clock.advance(-4 * 3600)
    agent = await floor.agent(replace(AINO, id=made))
    assert (agent.skills, agent.on_duty) == ({"cakes": 1, "finnish": 5}, True)
    assert (
        await floor.refused(AATU, ChangeUser(user_id=made, skills={"theirs": 1}))
    ).reason is Reason.UNKNOWN_TARGET
    assert (
        await floor.refused(AATU, ChangeUser(user_id=made, hours_id="theirs"))
    ).reason is Reason.UNKNOWN_TARGET
    assert place(await floor.refused(AATU, ChangeUser(user_id=made, skills={"cakes": 6}))) == "skills.cakes"
    await floor.done(AATU, ChangeUser(user_id=made, roles=frozenset({UserRole.AUDITOR})))
    assert await floor.sql("SELECT FROM agent_skills WHERE agent_id = $1", made) == []


async def test_who_is_off_duty_is_asked_only_with_an_override(floor: Floor) -> None:
    await hours(floor)
    await floor.done(AATU, ChangeUser(user_id=AINO.id, hours_id=AFTERNOONS))
    ask = AssignToAgent(conversation_id=await floor.start(), agent_id=AINO.id)
    assert (await floor.refused(SAARA, ask)).reason is Reason.OFF_DUTY
    await floor.done(SAARA, replace(ask, override_presence=True))
    floor.clock.advance(4 * 3600)
    await floor.done(SAARA, replace(ask, conversation_id=await floor.start()))


async def test_adjusting_adds_and_takes_away(floor: Floor) -> None:
    await skill(floor, "finnish", aino=2)
    await skill(floor, "cakes", aino=4)
    adjust = AdjustUser(
        user_id=AINO.id, capacity=9, add_skills={"finnish": 5}, remove_skills=frozenset({"cakes", "finnish"}),
        add_queues=frozenset({"deserted"}), remove_queues=frozenset({BILLING}),
    )  # fmt: skip
    await floor.done(AATU, adjust)
    agent = await floor.agent(AINO)
    assert (agent.capacity, agent.limits, agent.skills) == (9, {"record": 1}, {"finnish": 5})
    assert agent.queues == {SUPPORT, "deserted"}
    assert (await floor.do(AATU, adjust)).position is None  # type: ignore[union-attr]
    await floor.done(AATU, AdjustUser(user_id=EINO.id, limits={}))
    assert (await floor.agent(EINO)).limits == {}
    assert (await floor.refused(AATU, AdjustUser(user_id="nobody"))).reason is Reason.NOT_FOUND
    assert (await floor.refused(AATU, AdjustUser(user_id=AATU.id))).reason is Reason.AGENT_NOT_SERVING
    assert (await floor.refused(SAARA, adjust)).reason is Reason.ROLE_NEEDED
    unknown = AdjustUser(user_id=AINO.id, add_queues=frozenset({"nowhere"}))
    assert (await floor.refused(AATU, unknown)).reason is Reason.UNKNOWN_TARGET


async def test_a_queue_that_opens_is_open_at_once(floor: Floor) -> None:
    await hours(floor, "never", {})
    for hours_id, now_open in (("never", False), (None, True)):
        await opens(floor, hours_id)
        async with floor.database.reading() as tx:
            queue = await house.queue(tx, HOUSE, SUPPORT, floor.clock())
        assert queue is not None
        assert (queue.open, queue.opens_at) == (now_open, None)
