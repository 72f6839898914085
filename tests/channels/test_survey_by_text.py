"""The survey over a channel: one question behind the last word; a number that comes next is the answer."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_floor import AATU, AINO, Floor
from sample_line import Line, conversation_of, served

from valvomo.commands.conversations.serve import Complete, End
from valvomo.commands.settings.workstreams import ChangeWorkstream
from valvomo.domain.conversations.model import State
from valvomo.domain.conversations.survey_text import score_in
from valvomo.domain.refusals import Reason
from valvomo.queries.verify import verify

QUESTION = "How did it go? Answer with a number from 1 (badly) to 5 (very well)."
THANKS = "Thank you for your answer."


@pytest.fixture
async def asking(line: Line) -> Line:
    await line.floor.done(AATU, ChangeWorkstream(workstream_id="custom", survey_minutes=60))
    return line


async def ended(line: Line, *, complete: bool = True) -> str:
    one = await served(line, "ann")
    await line.floor.write(AINO, one, "Done.")
    await line.floor.done(AINO, End(conversation_id=one))
    if complete:
        await line.floor.done(AINO, Complete(conversation_id=one))
    await line.send()
    return one


async def said(line: Line, text: str, one: str = "answer", **more: Any) -> None:
    await line.says("ann", text, one, **more)
    await line.take_in()
    await line.send()


def told(line: Line) -> list[str]:
    return [one["text"] for one in line.got()]


async def answers(floor: Floor) -> list[int]:
    return [row["score"] for row in await floor.sql("SELECT score FROM survey_answers ORDER BY at")]


async def test_nobody_is_asked_unless_the_workstream_wants_it(line: Line) -> None:
    await ended(line)
    assert told(line) == ["Done."]
    await said(line, "5")
    assert await answers(line.floor) == []


@pytest.mark.parametrize("complete", [True, False])
async def test_a_number_is_the_answer_and_begins_nothing(asking: Line, complete: bool) -> None:
    one = await ended(asking, complete=complete)
    assert told(asking) == ["Done.", QUESTION]
    await said(asking, " 4/5 ")
    conversation = await asking.floor.get(one)
    assert conversation.survey is not None
    assert (conversation.survey.score, conversation.survey.agent_id) == (4, AINO.id)
    assert conversation.state is (State.CLOSED if complete else State.WRAP_UP)
    assert await conversation_of(asking.floor) == one
    assert told(asking)[-1] == THANKS
    assert await answers(asking.floor) == [4]
    report = await verify(asking.floor.database)
    assert report.clean, report.findings
    await said(asking, "5", "again")
    assert await conversation_of(asking.floor) != one, "it was answered: what comes now is something else"
    assert await answers(asking.floor) == [4]


@pytest.mark.parametrize("words", ["6", "0", "45", "4 apples", "thanks", "five", "1-5", "", "4?"])
async def test_anything_else_begins_a_conversation_and_what_follows_goes_there(
    asking: Line, words: str
) -> None:
    one = await ended(asking)
    await said(asking, words or "?")
    other = await conversation_of(asking.floor)
    assert other != one
    await said(asking, "5", "late")
    assert await answers(asking.floor) == []
    assert await conversation_of(asking.floor) == other


async def test_after_its_time_a_number_is_a_message(asking: Line) -> None:
    one = await ended(asking)
    asking.floor.clock.advance(3601)
    await said(asking, "5")
    assert await conversation_of(asking.floor) != one
    assert await answers(asking.floor) == []


async def test_a_repeated_call_answers_once(asking: Line) -> None:
    one = await ended(asking)
    for _ in range(2):
        await said(asking, "3")
    assert await conversation_of(asking.floor) == one
    assert told(asking).count(THANKS) == 1


async def test_in_their_language_and_not_who_has_opted_out(asking: Line) -> None:
    one = await served(asking, "ann")
    await asking.floor.sql(
        "UPDATE conversations SET body = jsonb_set(body, '{language}', '\"fi\"') WHERE id = $1", one
    )
    await asking.floor.done(AINO, End(conversation_id=one))
    await asking.send()
    assert told(asking)[-1].startswith("Miten meni?")
    two = await served(asking, "bob")
    await asking.floor.sql("UPDATE channel_threads SET opted_out_at = now() WHERE address = 'bob'")
    await asking.floor.done(AINO, End(conversation_id=two))
    assert (await asking.floor.get(two)).survey is None


async def test_how_long_has_bounds(line: Line) -> None:
    for minutes in (-1, 1441):
        command = ChangeWorkstream(workstream_id="custom", survey_minutes=minutes)
        assert (await line.floor.refused(AATU, command)).reason is Reason.MALFORMED


@pytest.mark.parametrize(
    ("words", "score"),
    [("1", 1), (" 5 ", 5), ("4.", 4), ("5!", 5), ("3/5", 3), ("2 / 5", 2), ("4\ufe0f\u20e3", 4), ("\uff15", 5),
     ("6", None), ("55", None), ("4/4", None), ("no 4", None), ("", None)],
)  # fmt: skip
def test_what_is_a_score(words: str, score: int | None) -> None:
    assert score_in(words) == score


@given(st.text(max_size=30))
def test_whatever_is_written_is_a_score_from_1_to_5_or_none(words: str) -> None:
    assert score_in(words) in {None, 1, 2, 3, 4, 5}
