"""Levels, moods and readings of messages (spec 1 §8)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_talk import AT, accepted

from valvomo.domain.conversations.details import DetailsChanged
from valvomo.domain.conversations.fold import fold, fold_all
from valvomo.domain.conversations.marks import LanguageSource
from valvomo.domain.conversations.measure import LanguageDetected, Measured, SentimentMeasured, measure
from valvomo.domain.conversations.model import Conversation, State
from valvomo.domain.sentiment.levels import RANK, Level, at_or_below, level_of, level_of_reading
from valvomo.domain.sentiment.mood import KEPT, Reading, Trend, mood_of, with_reading

SCORES = st.floats(-1, 1)


def reading(seq: int, score: float, *, sure: bool = True) -> Reading:
    return Reading(seq=seq, score=score, level=level_of(score) if sure else None, at=AT)


def readings(*scores: float) -> tuple[Reading, ...]:
    return tuple(reading(seq, score) for seq, score in enumerate(scores, start=1))


@pytest.mark.parametrize(
    ("score", "level"),
    [
        (-1.0, Level.VERY_NEGATIVE),
        (-0.85, Level.VERY_NEGATIVE),
        (-0.84, Level.NEGATIVE),
        (-0.5, Level.NEGATIVE),
        (-0.49, Level.SLIGHTLY_NEGATIVE),
        (-0.2, Level.SLIGHTLY_NEGATIVE),
        (-0.19, Level.NEUTRAL),
        (0.0, Level.NEUTRAL),
        (0.19, Level.NEUTRAL),
        (0.2, Level.SLIGHTLY_POSITIVE),
        (0.5, Level.POSITIVE),
        (0.85, Level.VERY_POSITIVE),
        (1.0, Level.VERY_POSITIVE),
    ],
)
def test_levels(score: float, level: Level) -> None:
    assert level_of(score) is level


@given(SCORES, SCORES)
def test_a_better_score_never_has_a_worse_level(one: float, other: float) -> None:
    worse, better = sorted((one, other))
    assert RANK[level_of(worse)] <= RANK[level_of(better)]


@given(SCORES)
def test_opposite_scores_have_opposite_levels(score: float) -> None:
    assert RANK[level_of(score)] + RANK[level_of(-score)] == len(Level) - 1


def test_an_unsure_reading_has_no_level() -> None:
    assert level_of_reading(-0.9, 0.69) is None
    assert level_of_reading(-0.9, 0.7) is Level.VERY_NEGATIVE


@pytest.mark.parametrize(
    ("level", "threshold", "reached"),
    [
        (Level.NEGATIVE, Level.NEGATIVE, True),
        (Level.VERY_NEGATIVE, Level.NEGATIVE, True),
        (Level.SLIGHTLY_NEGATIVE, Level.NEGATIVE, False),
        (None, Level.NEGATIVE, False),
        (Level.VERY_NEGATIVE, None, False),
    ],
)
def test_thresholds(level: Level | None, threshold: Level | None, reached: bool) -> None:
    assert at_or_below(level, threshold) is reached


def test_nothing_measured_has_no_mood() -> None:
    assert mood_of(()) is None


def test_only_sure_readings_count() -> None:
    mood = mood_of((reading(1, -0.9), reading(2, 0.9, sure=False)))
    assert mood is not None
    assert (mood.level, mood.score, mood.seq) == (Level.VERY_NEGATIVE, -0.9, 2)
    unsure = mood_of((reading(1, 0.5, sure=False),))
    assert unsure is not None
    assert (unsure.level, unsure.score, unsure.trend) == (None, None, None)


def test_a_neutral_word_does_not_take_anger_back() -> None:
    mood = mood_of(readings(-0.9, 0.0))
    assert mood is not None
    assert mood.level is Level.NEGATIVE


def test_what_was_said_later_counts_more() -> None:
    better, worse = mood_of(readings(-0.8, 0.8)), mood_of(readings(0.8, -0.8))
    assert better is not None
    assert worse is not None
    assert better.score is not None
    assert better.score > 0
    assert worse.score == -better.score


@pytest.mark.parametrize(
    ("scores", "trend"),
    [
        ((0.9, 0.1), None),
        ((0.9, 0.1, -0.7), Trend.FALLING),
        ((-0.9, -0.5, 0.1, 0.4), Trend.RISING),
        ((0.1, 0.0, 0.1, 0.0), Trend.STEADY),
        ((-0.9, -0.9, -0.9), Trend.STEADY),
    ],
)
def test_trends(scores: tuple[float, ...], trend: Trend | None) -> None:
    mood = mood_of(readings(*scores))
    assert mood is not None
    assert mood.trend is trend


@given(st.lists(SCORES, min_size=1, max_size=6))
def test_a_mood_is_between_its_worst_and_its_best_reading(scores: list[float]) -> None:
    mood = mood_of(readings(*scores))
    assert mood is not None
    assert mood.score is not None
    assert min(scores) - 0.001 <= mood.score <= max(scores) + 0.001


@given(st.lists(st.tuples(st.integers(1, 12), SCORES), max_size=20))
def test_the_last_six_are_kept_in_order_and_each_once(found: list[tuple[int, float]]) -> None:
    kept: tuple[Reading, ...] = ()
    for seq, score in found:
        kept = with_reading(kept, reading(seq, score))
    numbers = [one.seq for one in kept]
    assert numbers == sorted(set(numbers))
    assert len(numbers) == min(KEPT, len({seq for seq, _ in found}))


def said(seq: int, score: float = -0.9, confidence: float = 0.9, language: str = "") -> Measured:
    return Measured(
        seq=seq, said_at=AT, score=score, confidence=confidence, language=language, language_confidence=0.9
    )


def after(conversation: Conversation, one: Measured, *, shown: bool = False) -> Conversation:
    folded = fold_all(conversation, ((event, AT) for event in measure(one, conversation, shown=shown)))
    assert folded is not None
    return folded


def test_a_message_is_measured_once_and_none_before_it() -> None:
    conversation = after(accepted(), said(4))
    assert conversation.sentiment_level is Level.VERY_NEGATIVE
    assert measure(said(4), conversation, shown=False) == ()
    assert measure(said(3), conversation, shown=False) == ()
    assert len(measure(said(5), conversation, shown=False)) == 1


def test_what_is_closed_is_not_measured() -> None:
    assert measure(said(1), replace(accepted(), state=State.CLOSED), shown=False) == ()


@pytest.mark.parametrize("shown", [False, True])
def test_a_reading_is_as_silent_as_the_organization_wants(shown: bool) -> None:
    conversation = accepted()
    (event,) = measure(said(1), conversation, shown=shown)
    now = fold(conversation, event, AT + timedelta(seconds=1))
    assert now.version == conversation.version + 1
    assert now.revision == conversation.revision + shown
    assert not event.secret


def test_a_reading_keeps_the_time_of_its_message() -> None:
    later = AT + timedelta(minutes=5)
    (event,) = measure(said(1), accepted(), shown=False)
    mood = fold(accepted(), event, later).sentiment
    assert mood is not None
    assert mood.at == AT


def test_the_language_is_detected_until_somebody_chooses_one() -> None:
    conversation = replace(accepted(), language="fi")
    detected, reading_of = measure(said(1, language="sv"), conversation, shown=False)
    assert isinstance(detected, LanguageDetected)
    assert isinstance(reading_of, SentimentMeasured)
    now = fold(conversation, detected, AT)
    assert (now.language, now.language_source) == ("sv", LanguageSource.DETECTED)
    assert len(measure(said(2, language="sv"), now, shown=False)) == 1
    chosen = fold(now, DetailsChanged(by_id="aino", language="en"), AT)
    assert (chosen.language, chosen.language_source) == ("en", LanguageSource.CHOSEN)
    assert len(measure(said(2, language="sv"), chosen, shown=False)) == 1


def test_another_detail_does_not_choose_a_language() -> None:
    now = fold(accepted(), DetailsChanged(by_id="aino", subject="Invoice"), AT)
    assert now.language_source is LanguageSource.SUPPOSED
