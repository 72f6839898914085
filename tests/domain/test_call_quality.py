"""How calls do: the score of a way, minutes of samples, and what is noted as trouble (ITU-T G.107)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from valvomo.domain.calls.hearing import Part
from valvomo.domain.calls.quality import grade, opinion, score
from valvomo.domain.calls.samples import Minute, Minutes, Whose, rated
from valvomo.domain.calls.trouble import Network, Overtalk, changed
from valvomo.domain.conversations.call_marks import Trouble, TroubleKind

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SHARES = st.floats(0, 1)
SECONDS = st.floats(0, 5)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("rating", "worth"), [(100, 4.5), (93.2, 4.41), (80, 4.02), (70, 3.60), (60, 3.10), (50, 2.58), (0, 1), (-9, 1)]
)  # fmt: skip
def test_a_rating_is_an_opinion(rating: float, worth: float) -> None:
    """The table of G.107 Annex B."""
    assert opinion(rating) == pytest.approx(worth, abs=0.01)


@pytest.mark.parametrize(
    ("loss", "jitter", "round_trip", "step"),
    [
        (None, None, None, None),
        (0.0, 0.0, 0.02, 4),
        (0.0, 0.005, 0.15, 4),
        (None, None, 0.05, 4),
        (0.02, 0.01, 0.1, 4),
        (0.05, 0.01, 0.1, 3),
        (0.09, 0.02, 0.2, 2),
        (0.15, 0.02, 0.2, 1),
        (0.3, 0.05, 0.3, 0),
        (0.0, 0.0, 0.6, 2),
        (0.0, 0.1, 0.6, 0),
        (1.0, 0.0, 0.0, 0),
    ],
)
def test_steps(loss: float | None, jitter: float | None, round_trip: float | None, step: int | None) -> None:
    assert grade(score(loss, jitter, round_trip)) == step


@given(loss=SHARES, more=SHARES, jitter=SECONDS, late=SECONDS, later=SECONDS)
def test_nothing_that_gets_worse_sounds_better(  # noqa: PLR0917 - how it is, and how much worse it gets
    loss: float, more: float, jitter: float, late: float, later: float
) -> None:
    plain = score(loss, jitter, late)
    assert plain is not None
    assert 1 <= plain <= 4.5
    for worse in (
        score(min(1, loss + more), jitter, late),
        score(loss, jitter + later, late),
        score(loss, jitter, late + later),
    ):
        assert worse is not None
        assert worse <= plain + 1e-9


CUSTOMER = Whose(person_id="k", part=Part.CUSTOMER, agent_id="aino", queue_id="q")
AGENT = Whose(person_id="aino", part=Part.AGENT, agent_id="aino", queue_id="q")


def test_a_call_in_minutes() -> None:
    """Good for a minute, poor for a minute, one stray sample of a third: the worst is the full minute that was poor."""
    minutes = Minutes()
    for second in range(0, 60, 10):
        minutes.add(CUSTOMER, at(second), 4.0)
        minutes.add(CUSTOMER, at(60 + second), 2.0, loss=0.2, jitter=0.03, round_trip=0.4)
    minutes.add(CUSTOMER, at(120), 1.0)
    minutes.add(AGENT, at(5), 4.4)
    taken = minutes.take()
    assert minutes.take() == ()
    assert [(one.whose.person_id, one.at, one.samples) for one in taken] == [
        ("k", at(0), 6), ("k", at(60), 6), ("k", at(120), 1), ("aino", at(0), 1),
    ]  # fmt: skip
    assert (taken[1].loss, taken[1].jitter, taken[1].round_trip) == (0.2, 0.03, 0.4)
    agent, customer = rated(taken)
    assert (agent.whose, agent.mean, agent.worst, agent.samples) == (AGENT, 4.4, 4.4, 1)
    assert (customer.whose, customer.samples) == (CUSTOMER, 13)
    assert customer.mean == pytest.approx((6 * 4 + 6 * 2 + 1) / 13)
    assert customer.worst == 2.0
    assert rated(()) == ()


@given(
    st.lists(
        st.tuples(st.sampled_from((CUSTOMER, AGENT)), st.integers(0, 600), st.floats(1, 4.4)), min_size=1
    ),
    st.integers(1, 50),
)
def test_however_often_it_is_kept_it_comes_to_the_same(
    samples: list[tuple[Whose, int, float]], every: int
) -> None:
    whole, parts = Minutes(), Minutes()
    kept: list[Minute] = []
    for number, (whose, second, worth) in enumerate(samples):
        whole.add(whose, at(second), worth)
        parts.add(whose, at(second), worth)
        if number % every == 0:
            kept += parts.take()
    kept += parts.take()
    together: dict[tuple[Whose, datetime], tuple[int, float]] = {}
    for one in kept:
        number, total = together.get((one.whose, one.at), (0, 0.0))
        together[one.whose, one.at] = number + one.samples, total + one.score
    expected = {(one.whose, one.at): one for one in whole.take()}
    assert together.keys() == expected.keys()
    for place, (number, total) in together.items():
        assert number == expected[place].samples
        assert total == pytest.approx(expected[place].score)


@pytest.mark.parametrize(
    ("scores", "noted"),
    [
        ([4, 4, 4, 4, 4, 4, 4], [False] * 7),
        ([2, 2, 2, 2, 2, 2, 2], [False, False, False, False, False, True, True]),
        ([2, 2, 2, 2, 4, 2, 2], [False] * 7),
        ([2, 2, 2, 2, 2, 2, 4, 4, 4, 2, 4], [*[False] * 5, *[True] * 6]),
        ([2, 2, 2, 2, 2, 2, *[4] * 9], [*[False] * 5, *[True] * 9, False]),
    ],
    ids=["good", "bad", "a breath", "a good moment", "good again"],
)
def test_a_network_is_bad_only_for_a_while(scores: list[float], noted: list[bool]) -> None:
    """A sample each two seconds: bad for ten, good for fifteen."""
    way = Network()
    assert [way.sample(one, at(2 * number)) for number, one in enumerate(scores)] == noted


def told(spans: list[tuple[float, float]], looks: list[float]) -> list[bool]:
    """Whether it is noted at these moments, where both speak in these spans."""
    marks = sorted(
        [(since, 0, True) for since, _ in spans]
        + [(until, 0, False) for _, until in spans]
        + [(look, 1, False) for look in looks]
    )
    one, found = Overtalk(), []
    for second, is_look, together in marks:
        if is_look:
            found.append(one.look(at(second)))
        else:
            one.heard(at(second), together=together)
    return found


@pytest.mark.parametrize(
    ("spans", "looks", "noted"),
    [
        ([], [1, 60], [False, False]),
        ([(0, 2), (10, 12), (20, 22)], [23], [False]),
        ([(0, 4), (8, 12), (16, 20)], [11, 20], [False, True]),
        ([(0, 30)], [5, 9.9, 10, 29], [False, False, True, True]),
        ([(0, 12)], [12, 47, 49, 60], [True, True, False, False]),
        ([(0, 12), (40, 60)], [12, 46, 60], [True, True, True]),
    ],
    ids=["nobody", "now and then", "again and again", "on and on", "it passes", "again before it has passed"],
)
def test_talking_over_each_other(
    spans: list[tuple[float, float]], looks: list[float], noted: list[bool]
) -> None:
    """A quarter of the last forty seconds, and until it is less than a tenth."""
    assert told(spans, looks) == noted


@given(st.lists(st.tuples(st.floats(0, 100), st.booleans()), max_size=40), st.floats(0, 200))
def test_the_share_is_what_it_says(marks: list[tuple[float, bool]], later: float) -> None:
    """The same as looking at each tenth of a second whether both speak."""
    marks = sorted((round(second, 1), together) for second, together in marks)
    end = round((marks[-1][0] if marks else 0) + later, 1)
    one = Overtalk()
    for second, together in marks:
        one.heard(at(second), together=together)
    both, now, steps = False, 0, [(round(second * 10), it) for second, it in marks]
    spoken = 0
    for tenth in range(round(end * 10)):
        while now < len(steps) and steps[now][0] <= tenth:
            both = steps[now][1]
            now += 1
        spoken += both and tenth >= round(end * 10) - 400
    assert one.share(at(end)) == pytest.approx(spoken / 400, abs=1e-6)


def test_what_is_news() -> None:
    known = (Trouble(kind=TroubleKind.NETWORK, side="customer", since=NOON),)
    assert not changed(known, {(TroubleKind.NETWORK, "customer")})
    assert changed(known, {(TroubleKind.NETWORK, "agent")})
    assert changed(known, ())
    assert not changed((), ())
