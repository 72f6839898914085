"""Cutting sound into utterances, and in which order they are written down."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from valvomo.domain.speech.cutting import FRAME, RATE, SECONDS, Cutter, Pace, Utterance, level_of
from valvomo.domain.speech.waiting import BEHIND_SECONDS, Waiting

FRAMES_A_SECOND = round(1 / SECONDS)


def tone(level: int) -> bytes:
    """20 ms of a voice of this loudness; 0 is silence."""
    return b"".join(
        round(level * math.sqrt(2) * math.sin(2 * math.pi * 200 * n / RATE)).to_bytes(
            2, "little", signed=True
        )
        for n in range(FRAME // 2)
    )


TONES = {level: tone(level) for level in (0, 60, 400, 3_000, 9_000)}


def sound(*parts: tuple[int, float]) -> bytes:
    """So loud for so many seconds, one after the other."""
    return b"".join(TONES[level] * round(seconds * FRAMES_A_SECOND) for level, seconds in parts)


def cut(pcm: bytes, cutter: Cutter | None = None) -> list[Utterance]:
    cutter = cutter or Cutter()
    return [*cutter.take(0.0, pcm), *cutter.end()]


@pytest.mark.parametrize(
    ("parts", "spans"),
    [
        pytest.param([(0, 5.0)], [], id="silence"),
        pytest.param([(60, 5.0)], [], id="a quiet room"),
        pytest.param([(0, 1.0), (3_000, 1.0), (0, 2.0)], [(1.0, 2.0)], id="a sentence"),
        pytest.param([(0, 1.0), (3_000, 0.04), (0, 2.0)], [], id="a click"),
        pytest.param([(0, 1.0), (3_000, 1.0), (0, 0.4), (3_000, 1.0), (0, 1.0)], [(1.0, 3.4)], id="a breath"),
        pytest.param(
            [(0, 1.0), (3_000, 1.0), (0, 0.8), (400, 1.0), (0, 1.0)], [(1.0, 2.0), (2.8, 3.8)], id="a pause"
        ),
        pytest.param([(0, 1.0), (9_000, 1.0)], [(1.0, 2.0)], id="cut off at its end"),
        pytest.param(
            [(0, 1.0), (3_000, 9.0), (0, 0.3), (3_000, 1.0), (0, 1.0)],
            [(1.0, 10.0), (10.3, 11.3)],
            id="a breath after long",
        ),
    ],
)
def test_an_utterance_is_what_is_between_pauses(
    parts: list[tuple[int, float]], spans: list[tuple[float, float]]
) -> None:
    found = cut(sound(*parts))
    assert len(found) == len(spans)
    for one, (began, ended) in zip(found, spans, strict=True):
        assert began - 0.32 <= one.began <= began, "a little of what is before it"
        assert ended <= one.ended <= ended + 0.22, "and after it"


def test_nobody_speaks_for_longer_than_is_written_down_at_a_time() -> None:
    talk = [(3_000, 0.5), (0, 0.1)] * 60
    found = cut(sound((0, 1.0), *talk, (0, 1.0)))
    assert len(found) in {3, 4}
    assert all(one.ended - one.began <= 15.01 for one in found)
    assert all(b.began - a.ended < 0.15 for a, b in pairwise(found)), "nothing is lost between them"


def test_a_tone_without_end_is_no_voice_for_long() -> None:
    found = cut(sound((0, 1.0), (3_000, 60.0), (0, 1.0)))
    assert sum(one.ended - one.began for one in found) < 20.0


def test_who_is_muted_or_on_hold_between_says_two_things() -> None:
    cutter = Cutter()
    first = cutter.take(3.0, sound((0, 0.5), (3_000, 1.0)))
    second = cutter.take(9.0, sound((3_000, 1.0)))
    assert first == []
    assert [(one.began >= 3.2, one.ended) for one in second] == [(True, 4.5)]
    (last,) = cutter.end()
    assert (last.began, last.ended) == (9.0, 10.0)


def test_what_is_always_there_is_no_voice() -> None:
    found = cut(sound((400, 20.0), (3_000, 1.0), (400, 2.0)))
    assert found, "the voice is found"
    assert found[-1].ended < 22.0, "what was there before is not taken for more of it"
    assert sum(one.ended - one.began for one in found) < 20.0


def test_level_is_the_root_of_the_mean_square() -> None:
    assert level_of(TONES[0]) == 0
    assert level_of(TONES[3_000]) == pytest.approx(3_000, rel=0.01)


PARTS = st.lists(
    st.tuples(st.sampled_from(sorted(TONES)), st.floats(min_value=0.02, max_value=2.0)),
    min_size=1,
    max_size=6,
)


@settings(deadline=None, max_examples=50)
@given(parts=PARTS, pieces=st.lists(st.integers(min_value=50, max_value=4_000), min_size=1, max_size=8))
def test_utterances_are_in_order_whole_and_the_same_however_sound_comes(
    parts: list[tuple[int, float]], pieces: list[int]
) -> None:
    pcm = sound(*parts)
    whole = cut(pcm)
    for one in whole:
        assert 0 <= one.began < one.ended <= len(pcm) / 2 / RATE + 0.001
        assert one.ended - one.began <= Pace().longest * SECONDS + 0.001
        begin = round(one.began * RATE) * 2
        assert pcm[begin : begin + len(one.pcm)] == one.pcm, "its sound is that of its time"
    assert all(a.ended <= b.began for a, b in pairwise(whole)), "nothing is said twice"

    cutter, at, found = Cutter(), 0, list[Utterance]()
    while at < len(pcm):
        size = 2 * pieces[at % len(pieces)]
        found += cutter.take(at / 2 / RATE, pcm[at : at + size])
        at += size
    assert [*found, *cutter.end()] == whole


def test_while_little_waits_all_is_written_in_order() -> None:
    waiting = Waiting[str]()
    for number, one in enumerate("abc"):
        waiting.add(one, 10, number / 10)
    assert [waiting.take(1.0) for _ in range(4)] == ["a", "b", "c", None]


def test_when_behind_the_newest_is_written_first_and_the_age_is_that_of_the_oldest() -> None:
    waiting = Waiting[str]()
    for number, one in enumerate("abc"):
        waiting.add(one, 10, float(number))
    assert waiting.lag(10.0) == 10.0
    assert waiting.take(BEHIND_SECONDS + 0.1) == "c"
    assert waiting.lag(10.0) == 10.0, "what is told is the age of the oldest that is left"
    assert [waiting.take(BEHIND_SECONDS - 0.1) for _ in range(2)] == ["a", "b"], (
        "no more behind: in order again"
    )


def test_what_is_too_much_is_given_up_the_oldest_first_and_counted() -> None:
    waiting = Waiting[str](most=25)
    assert [waiting.add(one, 10, at) for one, at in [("b", 2.0), ("c", 3.0), ("a", 1.0), ("d", 4.0)]] == [
        [], [], ["a"], ["b"]
    ]  # fmt: skip
    assert (list(waiting), waiting.dropped, len(waiting)) == (["c", "d"], 2, 2)
