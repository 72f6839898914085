"""Evaluations on PostgreSQL: who may begin, fill, submit, reply and close; drawn by rule, once, given out evenly."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sample_floor import (
    AATU,
    AINO,
    BILLING,
    EINO,
    HOUSE,
    INES,
    ONNI,
    SAARA,
    STRANGER,
    SULO,
    SUPPORT,
    Floor,
    reason,
)

from valvomo.commands.conversations import serve
from valvomo.commands.conversations.force_close import ForceClose
from valvomo.commands.quality import draw
from valvomo.commands.quality.evaluations import (
    BeginEvaluation,
    CloseEvaluation,
    FillEvaluation,
    ReplyToEvaluation,
    SubmitEvaluation,
    TakeEvaluation,
)
from valvomo.commands.quality.forms import ChangeForm, CreateForm, CreateSamplingRule, RemoveSamplingRule
from valvomo.domain.access.actor import Actor
from valvomo.domain.agents.events import Evaluated, SettingChanged
from valvomo.domain.quality.form import Form, Question, QuestionKind, Section
from valvomo.domain.quality.sampling import SamplingRule
from valvomo.domain.refusals import Reason, Refusal
from valvomo.jobs.sampler import Sampler
from valvomo.protocol.quality import EvaluationDocument
from valvomo.queries import quality
from valvomo.queries.quality import EvaluationFilter

QUESTIONS = (
    Question(id="greeted", text="Greeted?", kind=QuestionKind.YES_NO),
    Question(id="tone", text="Tone?", kind=QuestionKind.SCALE, weight=3),
    Question(id="remark", text="Remark?", kind=QuestionKind.TEXT),
)
FORM = Form(sections=(Section(title="All", questions=QUESTIONS),))
ANSWERS: dict[str, str | int] = {"greeted": "yes", "tone": 3}


async def formed(floor: Floor, name: str = "Chat") -> str:
    return str((await floor.done(AATU, CreateForm(name=name, form=FORM))).result["id"])


async def closed(floor: Floor, by: Actor = AINO, **how: Any) -> str:
    one = await floor.accepted("chat", by, **how)
    floor.clock.advance(60)
    await floor.done(by, serve.End(conversation_id=one))
    await floor.done(by, serve.Complete(conversation_id=one))
    return one


async def begun(floor: Floor, form: str, by: Actor = SAARA) -> str:
    command = BeginEvaluation(conversation_id=await closed(floor), form_id=form)
    return str((await floor.done(by, command)).result["id"])


async def shown(floor: Floor, actor: Actor, one: str) -> EvaluationDocument | Refusal:
    async with floor.database.reading() as tx:
        return await quality.evaluation(tx, actor, one)


async def listed(floor: Floor, actor: Actor, **how: Any) -> list[str]:
    async with floor.database.reading() as tx:
        found = await quality.evaluations(tx, actor, EvaluationFilter(**how), cursor=None, limit=50)
    assert not isinstance(found, Refusal)
    return [one.id for one in found.items]


async def test_the_whole_course(floor: Floor) -> None:
    one = await begun(floor, await formed(floor))
    assert await listed(floor, SAARA) == [one]
    assert await listed(floor, AINO) == []
    await floor.refused(SAARA, SubmitEvaluation(evaluation_id=one))
    await floor.done(SAARA, FillEvaluation(evaluation_id=one, revision=1, answers=ANSWERS, comment="Good"))
    assert reason(await shown(floor, AINO, one)) is Reason.NOT_FOUND
    await floor.refused(AINO, ReplyToEvaluation(evaluation_id=one, text="But"))
    await floor.done(SAARA, SubmitEvaluation(evaluation_id=one))
    assert (
        await floor.refused(SAARA, FillEvaluation(evaluation_id=one, revision=1, answers={}))
    ).reason is Reason.EVALUATION_NOT_NOW
    found = await shown(floor, AINO, one)
    assert isinstance(found, EvaluationDocument)
    assert (found.points, found.acts, found.comment, found.section_points) == (
        62.5,
        ("reply",),
        "Good",
        (62.5,),
    )
    await floor.done(AINO, ReplyToEvaluation(evaluation_id=one, text="Thank you"))
    await floor.refused(AINO, ReplyToEvaluation(evaluation_id=one, text="And"))
    await floor.done(SAARA, CloseEvaluation(evaluation_id=one))
    await floor.refused(SAARA, CloseEvaluation(evaluation_id=one))
    found = await shown(floor, SAARA, one)
    assert isinstance(found, EvaluationDocument)
    assert (found.stage, found.reply, found.acts) == ("closed", "Thank you", ())
    facts = [
        (fact.event, fact.audited) for fact in await floor.all_facts() if isinstance(fact.event, Evaluated)
    ]
    assert [event.stage for event, _ in facts] == ["draft", "submitted", "replied", "closed"]
    assert facts[1][0].points == 62.5
    assert all(audited for _, audited in facts)


async def test_only_supervisors_of_the_queue_judge_what_they_may_read_and_not_themselves(
    floor: Floor,
) -> None:
    form = await formed(floor)
    one = BeginEvaluation(conversation_id=await closed(floor), form_id=form)
    for actor, why in (
        (AINO, Reason.ROLE_NEEDED), (AATU, Reason.ROLE_NEEDED), (INES, Reason.ROLE_NEEDED), (SULO, Reason.NOT_FOUND),
        (STRANGER, Reason.NOT_FOUND),
    ):  # fmt: skip
        assert (await floor.refused(actor, one)).reason is why
    active = await floor.accepted("chat", AINO)
    assert (
        await floor.refused(SAARA, replace(one, conversation_id=active))
    ).reason is Reason.EVALUATION_TOO_EARLY
    own = await closed(floor, SAARA)
    assert (await floor.refused(SAARA, replace(one, conversation_id=own))).reason is Reason.EVALUATION_OWN
    assert (await floor.refused(SAARA, replace(one, agent_id="onni"))).reason is Reason.UNKNOWN_TARGET
    assert (await floor.refused(SAARA, replace(one, form_id="nothing"))).reason is Reason.UNKNOWN_TARGET
    refused = await floor.accepted("consented", AINO, consent=False)
    await floor.done(SAARA, ForceClose(conversation_id=refused, reason="x"))
    assert (
        await floor.refused(SAARA, replace(one, conversation_id=refused))
    ).reason is Reason.CONSENT_REFUSED


async def test_nobody_else_sees_or_touches_one(floor: Floor) -> None:
    one = await begun(floor, await formed(floor))
    await floor.done(SAARA, FillEvaluation(evaluation_id=one, revision=1, answers=ANSWERS))
    await floor.done(SAARA, SubmitEvaluation(evaluation_id=one))
    for actor in (EINO, ONNI, SULO, STRANGER, AATU, INES):
        assert isinstance(await shown(floor, actor, one), Refusal)
        await floor.refused(actor, ReplyToEvaluation(evaluation_id=one, text="x"))
        await floor.refused(actor, CloseEvaluation(evaluation_id=one))
    assert await listed(floor, EINO) == await listed(floor, SULO) == []
    assert await listed(floor, replace(SULO, supervises_all=True)) == [one]
    assert await listed(floor, SAARA, stages=("draft",)) == []
    assert await listed(floor, SAARA, person="saara") == await listed(floor, AINO, person="aino") == [one]


async def test_what_is_judged_by_a_version_stays_so(floor: Floor) -> None:
    form = await formed(floor)
    one = await begun(floor, form)
    other = Form(sections=(Section(title="New", questions=QUESTIONS[:1]),))
    await floor.done(AATU, ChangeForm(form_id=form, form=other, name="Chats"))
    await floor.done(SAARA, FillEvaluation(evaluation_id=one, revision=1, answers=ANSWERS))
    await floor.refused(SAARA, FillEvaluation(evaluation_id=one, revision=1, answers={"nothing": "yes"}))
    found = await shown(floor, SAARA, one)
    assert isinstance(found, EvaluationDocument)
    assert (found.version, len(found.sections[0].questions)) == (1, 3)
    newer = await shown(floor, SAARA, await begun(floor, form))
    assert isinstance(newer, EvaluationDocument)
    assert (newer.version, newer.form.name) == (2, "Chats")
    await floor.done(AATU, ChangeForm(form_id=form, retired=True))
    await floor.refused(SAARA, BeginEvaluation(conversation_id=found.conversation, form_id=form))
    await floor.refused(AATU, CreateForm(name="CHATS", form=FORM))
    await floor.refused(AATU, CreateForm(name="Empty", form=Form(sections=())))
    await floor.refused(SAARA, CreateForm(name="Mine", form=FORM))


async def ruled(floor: Floor, **how: Any) -> str:
    form = await formed(floor, f"Form {floor.clock().isoformat()}")
    rule = SamplingRule(id="", queue_id=SUPPORT, **how)
    made = await floor.done(AATU, CreateSamplingRule(name=f"Rule {form}", form_id=form, rule=rule))
    return str(made.result["id"])


async def drawn(floor: Floor) -> list[dict[str, Any]]:
    await Sampler(floor.database, floor.executor, floor.clock).round()
    rows = await floor.sql("SELECT * FROM evaluations WHERE organization_id = $1 ORDER BY id", HOUSE)
    return [dict(row) for row in rows]


async def test_a_percentage_draws_what_is_closed_from_then_on_and_once(floor: Floor) -> None:
    before = await closed(floor)
    floor.clock.advance(1)
    rule = await ruled(floor, percent=100)
    ids = [await closed(floor) for _ in range(3)]
    other = await closed(floor, queue=BILLING)
    refused = await floor.accepted("consented", AINO, consent=False)
    await floor.done(SAARA, ForceClose(conversation_id=refused, reason="x"))
    floor.clock.advance(120)
    rows = await drawn(floor)
    assert [row["conversation_id"] for row in rows] == ids
    assert {before, other, refused}.isdisjoint(ids)
    assert await drawn(floor) == rows
    assert all(row["supervisor_id"] == "saara" and row["why"]["percent"] == 100 for row in rows)
    found = await shown(floor, SAARA, rows[0]["id"])
    assert isinstance(found, EvaluationDocument)
    assert found.why is not None
    assert found.why.rule.startswith("Rule")
    await floor.sql("UPDATE sampling_rules SET percent_to = $1", floor.clock() - timedelta(days=9))
    assert [row["id"] for row in (await drawn(floor))[:3]] == [row["id"] for row in rows]
    await floor.done(AATU, RemoveSamplingRule(rule_id=rule))
    await closed(floor)
    floor.clock.advance(120)
    assert len(await drawn(floor)) == len(await drawn(floor))


async def test_a_week_is_drawn_when_it_is_over_so_many_of_each_agent(floor: Floor) -> None:
    await ruled(floor, per_agent_week=2)
    for _ in range(4):
        await closed(floor, AINO)
    await closed(floor, EINO)
    own = await closed(floor, SAARA)
    assert await drawn(floor) == []
    floor.clock.advance(7 * 86_400)
    rows = await drawn(floor)
    assert sorted(row["agent_id"] for row in rows) == ["aino", "aino", "eino", "saara"]
    assert {(row["agent_id"], row["why"]["drawn"], row["why"]["of"]) for row in rows} == {
        ("aino", 2, 4), ("eino", 1, 1), ("saara", 1, 1),
    }  # fmt: skip
    # Nobody is given their own work; it waits for whoever supervises the queue beside them.
    assert [row["supervisor_id"] for row in rows if row["conversation_id"] == own] == [None]
    assert await drawn(floor) == rows


async def test_each_supervisor_gets_as_many_as_the_others(floor: Floor) -> None:
    await floor.sql("INSERT INTO queue_supervisors VALUES ($1, $2, 'sulo')", HOUSE, SUPPORT)
    await ruled(floor, percent=100)
    for _ in range(6):
        await closed(floor)
    floor.clock.advance(120)
    given = [row["supervisor_id"] for row in await drawn(floor)]
    assert (given.count("saara"), given.count("sulo")) == (3, 3)


async def test_a_rule_in_trouble_keeps_no_other_from_drawing(floor: Floor) -> None:
    broken = await ruled(floor, percent=100)
    floor.clock.advance(1)
    await ruled(floor, percent=100)
    one = await closed(floor)
    await floor.sql('UPDATE sampling_rules SET body = \'{"percent": "many"}\' WHERE id = $1', broken)
    floor.clock.advance(120)
    assert [row["conversation_id"] for row in await drawn(floor)] == [one]


@pytest.mark.parametrize("how", [{"percent": 100}, {"per_agent_week": 5}])
async def test_much_is_drawn_some_at_a_time_and_all_of_it_once(
    floor: Floor, monkeypatch: pytest.MonkeyPatch, how: dict[str, Any]
) -> None:
    monkeypatch.setattr(draw, "BATCH", 2)
    await floor.sql("INSERT INTO queue_supervisors VALUES ($1, $2, 'sulo')", HOUSE, SUPPORT)
    await ruled(floor, **how)
    ids = [await closed(floor) for _ in range(5)]
    floor.clock.advance(7 * 86_400)
    job = Sampler(floor.database, floor.executor, floor.clock)
    counts = []
    for pause in (0.0, 0.0, None, None):
        assert await job.round() == pause
        counts.append(await floor.sql("SELECT count(*) FROM evaluations"))
    assert [one[0]["count"] for one in counts] == [2, 4, 5, 5]
    rows = await drawn(floor)
    assert {row["conversation_id"] for row in rows} == set(ids)
    given = [row["supervisor_id"] for row in rows]
    assert sorted((given.count("saara"), given.count("sulo"))) == [2, 3]


async def test_a_week_that_had_begun_is_drawn_from_when_the_rule_was_made(floor: Floor) -> None:
    before = await closed(floor)
    floor.clock.advance(1)
    await ruled(floor, per_agent_week=5)
    after = await closed(floor)
    floor.clock.advance(7 * 86_400)
    rows = await drawn(floor)
    assert [row["conversation_id"] for row in rows] == [after], before
    assert rows[0]["why"]["of"] == 1


async def test_only_other_questions_make_a_version(floor: Floor) -> None:
    form = await formed(floor)
    for change in ({"name": "Chats"}, {"retired": True}, {"retired": False}, {"form": FORM}):
        await floor.done(AATU, ChangeForm(form_id=form, **change))
    versions = "SELECT version FROM evaluation_form_versions WHERE form_id = $1"
    assert len(await floor.sql(versions, form)) == 1
    changed = [fact.event for fact in await floor.all_facts() if isinstance(fact.event, SettingChanged)]
    assert ["sections" in (one.after or {}) for one in changed] == [True, False, False, False]
    await floor.done(
        AATU, ChangeForm(form_id=form, form=Form(sections=(Section(title="N", questions=QUESTIONS),)))
    )
    assert len(await floor.sql(versions, form)) == 2


async def test_a_form_by_which_a_rule_draws_is_not_retired_and_one_that_is_draws_nothing(
    floor: Floor,
) -> None:
    rule = await ruled(floor, percent=100)
    (form,) = [row["form_id"] for row in await floor.sql("SELECT form_id FROM sampling_rules")]
    assert (await floor.refused(AATU, ChangeForm(form_id=form, retired=True))).reason is Reason.IN_USE
    await floor.done(AATU, ChangeForm(form_id=form, name="Another", retired=False))
    await closed(floor)
    floor.clock.advance(120)
    await floor.sql("UPDATE evaluation_forms SET retired = true")
    assert await drawn(floor) == []
    await floor.sql("UPDATE evaluation_forms SET retired = false")
    later = await closed(floor)
    floor.clock.advance(120)
    assert [row["conversation_id"] for row in await drawn(floor)] == [later]
    await floor.done(AATU, RemoveSamplingRule(rule_id=rule))
    await floor.done(AATU, ChangeForm(form_id=form, retired=True))


async def test_a_supervisor_who_is_an_agent_too_gets_the_whole_list(floor: Floor) -> None:
    await floor.sql("INSERT INTO queue_supervisors VALUES ($1, $2, 'sulo')", HOUSE, SUPPORT)
    sulo = replace(SULO, supervised=frozenset({SUPPORT, BILLING}))
    form = await formed(floor)
    theirs = [await begun(floor, form) for _ in range(3)]
    own = BeginEvaluation(conversation_id=await closed(floor, SAARA), form_id=form)
    await floor.done(sulo, own)
    found: list[str] = []
    cursor: str | None = None
    for _ in range(4):
        async with floor.database.reading() as tx:
            page = await quality.evaluations(tx, SAARA, EvaluationFilter(), cursor=cursor, limit=1)
        assert not isinstance(page, Refusal)
        found += [one.id for one in page.items]
        cursor = page.next
        if cursor is None:
            break
    assert found == theirs[::-1]


async def test_a_draft_is_overwritten_by_nobody_who_has_not_seen_it_and_taken_over_aloud(
    floor: Floor,
) -> None:
    await floor.sql("INSERT INTO queue_supervisors VALUES ($1, $2, 'sulo')", HOUSE, SUPPORT)
    sulo = replace(SULO, supervised=frozenset({SUPPORT, BILLING}))
    one = await begun(floor, await formed(floor))
    mine = FillEvaluation(evaluation_id=one, revision=1, answers=ANSWERS, comment="Mine")
    await floor.done(SAARA, mine)
    late = replace(mine, comment="From another window")
    assert (await floor.refused(SAARA, late)).reason is Reason.CHANGED_MEANWHILE
    theirs = replace(mine, revision=2, comment="Theirs")
    submit, take = SubmitEvaluation(evaluation_id=one), TakeEvaluation(evaluation_id=one)
    for command in (theirs, submit):
        assert (await floor.refused(sulo, command)).reason is Reason.EVALUATION_ANOTHERS
    found = await shown(floor, sulo, one)
    assert isinstance(found, EvaluationDocument)
    assert (found.acts, found.revision, found.comment) == (("take",), 2, "Mine")
    assert (await floor.refused(EINO, take)).reason is Reason.ROLE_NEEDED
    await floor.done(sulo, take)
    await floor.done(sulo, take)
    found = await shown(floor, sulo, one)
    assert isinstance(found, EvaluationDocument)
    assert (found.acts, found.revision, found.comment) == (("fill", "submit"), 3, "Mine")
    assert (await floor.refused(SAARA, submit)).reason is Reason.EVALUATION_ANOTHERS
    await floor.done(sulo, submit)
    facts = [(fact.actor_id, fact.event.stage, fact.audited) for fact in await floor.all_facts()
             if isinstance(fact.event, Evaluated)]  # fmt: skip
    assert facts == [("saara", "draft", True), ("sulo", "taken", True), ("sulo", "submitted", True)]
    assert (await floor.refused(SAARA, take)).reason is Reason.EVALUATION_NOT_NOW
