"""Forms, scores and lots: worked examples, and what holds for all of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from valvomo.domain.quality import form as forms
from valvomo.domain.quality import sampling
from valvomo.domain.quality.form import Form, Option, Question, QuestionKind, Section, misfit, unanswered
from valvomo.domain.quality.sampling import Candidate, SamplingRule, draw_percent, draw_week, lot
from valvomo.domain.quality.score import score
from valvomo.domain.sentiment.levels import Level

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


def asked(one: str, kind: QuestionKind = QuestionKind.YES_NO, **how: Any) -> Question:
    return Question(id=one, text=f"{one}?", kind=kind, **how)


GREETED, SOLVED = asked("greeted"), asked("solved", weight=3)
TONE = asked("tone", QuestionKind.SCALE)
PRIVACY = asked("privacy", critical=True, weight=0)
OUTCOME = asked(
    "outcome", QuestionKind.CHOICE,
    options=(
        Option(id="all", text="All", points=4), Option(id="half", text="Half", points=2),
        Option(id="none", text="None"),
    ),
)  # fmt: skip
REMARK = asked("remark", QuestionKind.TEXT)
FORM = Form(
    sections=(
        Section(title="Manner", questions=(GREETED, TONE, PRIVACY)),
        Section(title="Matter", questions=(SOLVED, OUTCOME, REMARK)),
    )
)


@pytest.mark.parametrize(
    ("answers", "points", "failed"),
    [
        ({}, None, ()),
        ({"greeted": "yes"}, 100, ()),
        ({"greeted": "yes", "solved": "no"}, 25, ()),
        ({"tone": 4}, 75, ()),
        ({"tone": 1}, 0, ()),
        ({"outcome": "half"}, 50, ()),
        ({"greeted": "na", "solved": "yes", "remark": "well done"}, 100, ()),
        ({"greeted": "yes", "privacy": "no"}, 0, ("privacy",)),
        ({"greeted": "yes", "privacy": "na"}, 100, ()),
        ({"greeted": "no", "solved": "yes", "tone": 3, "outcome": "none"}, 100 * (0 + 3 + 0.5 + 0) / 6, ()),
    ],
)
def test_worked_examples(
    answers: dict[str, str | int], points: float | None, failed: tuple[str, ...]
) -> None:
    found = score(FORM, answers)
    assert found.points == pytest.approx(points) if points is not None else found.points is None
    assert found.failed == failed


def test_sections_have_points_of_their_own_whatever_failed() -> None:
    assert score(FORM, {"greeted": "yes", "privacy": "no", "solved": "no"}).sections == (100.0, 0.0)


ANSWERS = st.fixed_dictionaries(
    {},
    optional={
        "greeted": st.sampled_from(["yes", "no", "na"]),
        "solved": st.sampled_from(["yes", "no", "na"]),
        "tone": st.sampled_from(["na", 1, 2, 3, 4, 5]),
        "privacy": st.sampled_from(["yes", "no", "na"]),
        "outcome": st.sampled_from(["all", "half", "none", "na"]),
        "remark": st.text(max_size=20),
    },
)


@given(ANSWERS)
def test_a_score_is_a_mean_and_a_better_answer_never_lowers_it(answers: dict[str, str | int]) -> None:
    found = score(FORM, answers)
    assert misfit(FORM, answers) is None
    assert found.points is None or 0 <= found.points <= 100
    assert bool(found.failed) == (answers.get("privacy") == "no")
    if answers.get("greeted") == "no":
        better = score(FORM, {**answers, "greeted": "yes"}).points
        assert found.points is not None
        assert better is not None
        assert better >= found.points


@pytest.mark.parametrize(
    "answers",
    [
        {"nothing": "yes"}, {"greeted": "maybe"}, {"greeted": 1}, {"tone": 0}, {"tone": 6}, {"tone": "3"},
        {"outcome": "some"}, {"remark": 3}, {"remark": "x" * 4001},
    ],
)  # fmt: skip
def test_what_is_no_answer(answers: dict[str, str | int]) -> None:
    assert misfit(FORM, answers) is not None


def test_texts_need_no_answer() -> None:
    assert unanswered(FORM, {"greeted": "yes"}) == ("tone", "privacy", "solved", "outcome")
    assert unanswered(FORM, dict.fromkeys(("greeted", "tone", "privacy", "solved", "outcome"), "na")) == ()


@pytest.mark.parametrize(
    "questions",
    [
        (),
        (REMARK,),
        (GREETED, GREETED),
        (replace(GREETED, text=" "),),
        (replace(GREETED, weight=-1),),
        (replace(TONE, most=1),),
        (replace(OUTCOME, options=()),),
        (replace(OUTCOME, options=(Option(id="a", text="A", points=1), Option(id="a", text="B"))),),
        (replace(OUTCOME, options=(Option(id="a", text="A"), Option(id="b", text="B"))),),
        (replace(OUTCOME, options=(Option(id="na", text="A", points=1), Option(id="b", text="B"))),),
        (GREETED, replace(REMARK, critical=True)),
    ],
)
def test_forms_that_cannot_be(questions: tuple[Question, ...]) -> None:
    assert forms.unsound(Form(sections=(Section(title="", questions=questions),))) is not None
    assert forms.unsound(FORM) is None


def candidate(number: int, agent: str = "aino", **how: Any) -> Candidate:
    fields = {"closed_at": AT, "seconds": 100.0, "mood": None, "outcome": "completed", **how}
    return Candidate(conversation_id=f"conversation-{number}", agent_id=agent, **fields)


def test_a_percentage_draws_about_so_many_and_always_the_same() -> None:
    rule = SamplingRule(id="rule-1", queue_id="support", percent=10)
    closed = [candidate(number) for number in range(2000)]
    drawn = draw_percent(rule, closed)
    assert 150 < len(drawn) < 250
    assert drawn == draw_percent(rule, closed)
    assert {one.candidate for one in draw_percent(rule, closed[:500])} == {
        one.candidate for one in drawn if one.candidate in closed[:500]
    }
    assert all(100 * one.lot < 10 for one in drawn)
    assert {one.candidate for one in draw_percent(replace(rule, id="rule-2"), closed)} != {
        one.candidate for one in drawn
    }
    assert len(draw_percent(replace(rule, percent=100), closed)) == 2000


@given(
    st.lists(st.tuples(st.integers(0, 60), st.sampled_from(["aino", "eino"])), unique_by=lambda one: one[0])
)
def test_of_each_agents_week_the_lowest_lots_are_drawn(closed: list[tuple[int, str]]) -> None:
    rule = SamplingRule(id="rule-1", queue_id="support", per_agent_week=3)
    candidates = [candidate(*one) for one in closed]
    drawn = draw_week(rule, candidates)
    for agent in ("aino", "eino"):
        theirs = [one for one in candidates if one.agent_id == agent]
        chosen = [one for one in drawn if one.candidate.agent_id == agent]
        assert len(chosen) == min(3, len(theirs))
        assert all(one.of == len(theirs) and one.drawn == len(chosen) for one in chosen)
        highest = max((one.lot for one in chosen), default=1)
        left = [one for one in theirs if one not in {it.candidate for it in chosen}]
        assert all(lot(rule.id, one.conversation_id) >= highest for one in left)
    assert drawn == draw_week(rule, candidates[::-1])


@pytest.mark.parametrize(
    ("conditions", "drawn"),
    [
        ({}, True),
        ({"shortest": 100}, True),
        ({"shortest": 101}, False),
        ({"longest": 100}, True),
        ({"longest": 99}, False),
        ({"moods": (Level.NEGATIVE,)}, True),
        ({"moods": (Level.POSITIVE,)}, False),
        ({"outcomes": ("completed", "force_closed")}, True),
        ({"outcomes": ("abandoned",)}, False),
    ],
)
def test_conditions(conditions: dict[str, Any], drawn: bool) -> None:
    rule = SamplingRule(id="r", queue_id="q", percent=100, **conditions)
    assert bool(draw_percent(rule, [candidate(1, mood=Level.NEGATIVE)])) is drawn
    assert draw_week(rule, [candidate(1)]) == []
    assert draw_percent(replace(rule, percent=None, per_agent_week=1), [candidate(1)]) == []


@pytest.mark.parametrize(
    "how",
    [{}, {"percent": 5, "per_agent_week": 1}, {"percent": 0}, {"percent": 101}, {"per_agent_week": 0},
     {"percent": 5, "shortest": 9, "longest": 8}],
)  # fmt: skip
def test_rules_that_cannot_be(how: dict[str, Any]) -> None:
    assert sampling.unsound(SamplingRule(id="r", queue_id="q", **how)) is not None
    assert sampling.unsound(SamplingRule(id="r", queue_id="q", percent=5)) is None
