"""Answering the survey on PostgreSQL: asked with whatever ends the talk, answered by the customer alone."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sample_floor import AINO, ALL_ON, HOUSE, INES, SAARA, TIMER, Floor
from sample_lines import LINES, lay_lines, rings
from sample_surveys import ask

from valvomo.commands.conversations.connection import CustomerEnd
from valvomo.commands.conversations.fire_timers import FireTimers
from valvomo.commands.conversations.force_close import ForceClose
from valvomo.commands.conversations.serve import Complete, End, Pick
from valvomo.commands.conversations.start import StartConversation
from valvomo.commands.conversations.survey import AnswerSurvey
from valvomo.commands.execute import Done
from valvomo.db import figures
from valvomo.db.figures import Memory
from valvomo.domain.conversations.model import Channel
from valvomo.domain.conversations.survey import SurveyAnswered, SurveyAsked
from valvomo.domain.conversations.survey_form import SurveyKind
from valvomo.domain.refusals import Reason
from valvomo.queries.verify import verify

pytestmark = pytest.mark.slow


def kinds(events: object) -> list[str]:
    return [one.kind for one in events]  # type: ignore[attr-defined]


@pytest.mark.parametrize("how", ["agent", "customer", "supervisor", "time"])
async def test_whatever_ends_the_talk_the_customer_is_asked_once(floor: Floor, how: str) -> None:
    await ask(floor)
    one = await floor.accepted("chat")
    if how == "agent":
        await floor.done(AINO, End(conversation_id=one))
        await floor.done(AINO, Complete(conversation_id=one))
    elif how == "customer":
        await floor.done(await floor.guest(one), CustomerEnd(conversation_id=one))
    elif how == "supervisor":
        await floor.done(SAARA, ForceClose(conversation_id=one, reason="test"))
    else:
        await floor.done(AINO, End(conversation_id=one))
        floor.clock.advance(10_000)
        await floor.done(TIMER, FireTimers(conversation_id=one))
    events = await floor.events(one)
    assert kinds(events).count("survey_asked") == 1
    conversation = await floor.get(one)
    assert conversation.survey is not None
    assert conversation.survey.agent_id == AINO.id


async def test_nobody_is_asked_where_it_is_off_or_nobody_served(floor: Floor) -> None:
    one = await floor.accepted("chat")
    await floor.done(AINO, End(conversation_id=one))
    await ask(floor)
    two = await floor.start("chat")
    await floor.done(await floor.guest(two), CustomerEnd(conversation_id=two))
    for each in (one, two):
        assert "survey_asked" not in kinds(await floor.events(each))
        refused = await floor.refused(await floor.guest(each), AnswerSurvey(conversation_id=each, score=3))
        assert refused.reason is Reason.SURVEY_NOT_ASKED


async def test_the_answer_is_a_fact_and_its_words_are_not_in_it(floor: Floor) -> None:
    await ask(floor, questions=[{"id": "why", "kind": "words", "words": {"en": "Why?"}}])
    one = await floor.accepted("chat")
    await floor.done(AINO, End(conversation_id=one))
    guest = await floor.guest(one)
    await floor.done(
        guest,
        AnswerSurvey(conversation_id=one, score=2, comment=" canary-4711 ", answers={"why": "canary-4712"}),
    )
    (asked,) = [event for event in await floor.events(one) if isinstance(event, SurveyAsked)]
    (event,) = [event for event in await floor.events(one) if isinstance(event, SurveyAnswered)]
    assert (asked.questions[0].words, event.score, event.low, event.words, event.agent_id, event.former) == (
        "Why?", 2, True, True, AINO.id, None,
    )  # fmt: skip
    facts = await floor.sql("SELECT body::text FROM facts")
    assert not any("canary" in row["body"] for row in facts)
    (row,) = await floor.sql("SELECT * FROM survey_answers")
    assert (row["comment"], row["answers"]) == ("canary-4711", {"why": "canary-4712"})


async def test_another_answer_takes_its_place_until_it_is_too_late(floor: Floor) -> None:
    await ask(floor, hours=2)
    one = await floor.accepted("chat")
    await floor.done(AINO, End(conversation_id=one))
    guest = await floor.guest(one)
    await floor.done(guest, AnswerSurvey(conversation_id=one, score=2))
    await floor.done(AINO, Complete(conversation_id=one))
    await floor.done(guest, AnswerSurvey(conversation_id=one, score=5, comment="After all"))
    await floor.done(guest, AnswerSurvey(conversation_id=one, score=5, comment="Only words"))
    answered = [event for event in await floor.events(one) if isinstance(event, SurveyAnswered)]
    assert [(event.former, event.score) for event in answered] == [(None, 2), (2, 5)]
    assert (await floor.sql("SELECT comment FROM survey_answers"))[0]["comment"] == "Only words"
    floor.clock.now += timedelta(hours=2)
    refused = await floor.refused(guest, AnswerSurvey(conversation_id=one, score=1))
    assert refused.reason is Reason.SURVEY_OVER


async def test_nobody_answers_for_the_customer(floor: Floor) -> None:
    await ask(floor)
    one, two = await floor.accepted("chat"), await floor.accepted("chat")
    await floor.done(AINO, End(conversation_id=one))
    for actor, reason in ((AINO, Reason.ROLE_NEEDED), (await floor.guest(two), Reason.NOT_FOUND)):
        assert (await floor.refused(actor, AnswerSurvey(conversation_id=one, score=1))).reason is reason
    refused = await floor.refused(await floor.guest(one), AnswerSurvey(conversation_id=one, score=6))
    assert refused.reason is Reason.MALFORMED


async def test_two_windows_that_answer_at_once_leave_one_answer(floor: Floor) -> None:
    await ask(floor)
    one = await floor.accepted("chat")
    await floor.done(AINO, End(conversation_id=one))
    guest = await floor.guest(one)
    outcomes = await asyncio.gather(
        *(floor.do(guest, AnswerSurvey(conversation_id=one, score=score)) for score in (1, 5, 3))
    )
    assert all(isinstance(each, Done) for each in outcomes)
    conversation = await floor.get(one)
    (row,) = await floor.sql("SELECT score FROM survey_answers")
    assert conversation.survey is not None
    assert row["score"] == conversation.survey.score
    answered = [event for event in await floor.events(one) if isinstance(event, SurveyAnswered)]
    assert [event.former for event in answered] == [None, *(event.score for event in answered[:-1])]


async def test_what_is_closed_is_closed_once_to_the_outside(floor: Floor) -> None:
    await floor.sql(
        "INSERT INTO webhooks (organization_id, id, url, secret, created_at) VALUES ($1, 'all',"
        " 'https://x.example', 's', now())",
        HOUSE,
    )
    await ask(floor)
    one = await floor.accepted("chat")
    await floor.done(SAARA, ForceClose(conversation_id=one, reason="test"))
    await floor.done(await floor.guest(one), AnswerSurvey(conversation_id=one, score=1))
    letters = await floor.sql("SELECT kind FROM outbox WHERE webhook_id = 'all'")
    assert [row["kind"] for row in letters].count("conversation.closed") == 1


async def test_it_is_counted_once_and_as_it_was_meant_in_the_end(floor: Floor) -> None:
    await ask(floor)
    one = await floor.accepted("chat")
    await floor.done(SAARA, ForceClose(conversation_id=one, reason="test"))
    guest = await floor.guest(one)
    for score in (1, 4):
        await floor.done(guest, AnswerSurvey(conversation_id=one, score=score))
    async with floor.database.transaction() as tx:
        await figures.count(tx, HOUSE, Memory())
    rows = await floor.sql(
        "SELECT counter, ms, agent_id, queue_id FROM figure_entries WHERE counter LIKE 'survey%' ORDER BY position"
    )
    assert [tuple(row) for row in rows] == [
        ("survey.asked", None, AINO.id, "support"),
        ("survey.csat", 1000, AINO.id, "support"),
        ("survey.csat.changed", 3000, AINO.id, "support"),
    ]


async def test_agents_know_of_it_only_if_the_organization_wants_that(floor: Floor) -> None:
    await ask(floor)
    for shown in (False, True):
        await floor.set_supervision(type(ALL_ON)(on=ALL_ON.on, show_agents_surveys=shown))
        one = await floor.accepted("chat")
        await floor.done(AINO, End(conversation_id=one))
        before = (await floor.get(one)).revision
        await floor.done(await floor.guest(one), AnswerSurvey(conversation_id=one, score=3))
        assert ((await floor.get(one)).revision > before) is shown


async def test_the_house_proves_itself_with_it(floor: Floor) -> None:
    await ask(floor)
    one = await floor.accepted("chat")
    await floor.done(SAARA, ForceClose(conversation_id=one, reason="test"))
    await floor.done(await floor.guest(one), AnswerSurvey(conversation_id=one, score=1))
    report = await verify(floor.database)
    assert report.clean, report.findings


@pytest.mark.parametrize("telephone", [False, True], ids=["from a page", "by telephone"])
async def test_who_calls_from_a_page_is_asked_what_that_page_asks(floor: Floor, telephone: bool) -> None:
    await lay_lines(floor, HOUSE, "aino")
    await floor.sql(
        "INSERT INTO widgets (organization_id, workstream_id, survey, voice_to) VALUES"
        " ($1, 'chat', '{\"kind\": \"off\"}', 'line'), ($1, 'persistent', '{\"kind\": \"nps\"}', 'line')",
        HOUSE,
    )
    if telephone:
        one = await rings(floor)
    else:
        command = StartConversation(channel=Channel.VOICE, customer_name="Kaisa", workstream_id="line")
        one = str((await floor.done(INES, command)).result["id"])
    agent = replace(AINO, queues=AINO.queues | {LINES})
    await floor.done(agent, Pick(conversation_id=one))
    await floor.done(agent, End(conversation_id=one))
    asked = [event for event in await floor.events(one) if isinstance(event, SurveyAsked)]
    assert [event.survey for event in asked] == ([] if telephone else [SurveyKind.NPS])
    if not telephone:
        await floor.done(await floor.guest(one), AnswerSurvey(conversation_id=one, score=9))
        (answered,) = [event for event in await floor.events(one) if isinstance(event, SurveyAnswered)]
        assert answered.channel is Channel.VOICE
