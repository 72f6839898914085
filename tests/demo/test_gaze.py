"""What simulated agents tell of what is in front of them: what a desk would, and nothing that the server refuses."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from valvomo.demo.people.gaze import EVERY, MOST_SPANS, Gaze
from valvomo.domain.figures import focus
from valvomo.domain.figures.focus import Told, looked


def test_one_report_for_everything_since_the_last() -> None:
    time = [100.0]
    gaze = Gaze(clock=lambda: time[0])
    gaze.look("a")
    assert not gaze.due()
    time[0] += 10
    gaze.look("b")
    time[0] += 5
    gaze.leave({"a"})
    time[0] += EVERY - 15
    assert gaze.due() == [
        {"conversation": "a", "from": 30, "for": 10},
        {"conversation": "b", "from": 20, "for": 5},
    ]
    time[0] += EVERY
    assert gaze.due() == []


@given(st.integers())
def test_the_server_takes_whatever_they_tell(seed: int) -> None:
    dice, time, reported = Random(seed), [0.0], None
    gaze = Gaze(clock=lambda: time[0])
    for _ in range(150):
        gaze.look(dice.choice(["a", "b", None]))
        time[0] += dice.choice([0.1, 1, 3, 15])
        if spans := gaze.due():
            told = [
                Told(conversation_id=one["conversation"], ago=one["from"], seconds=one["for"])
                for one in spans
            ]
            found = looked(told, datetime.fromtimestamp(time[0], UTC), reported)
            assert isinstance(found, list)
            reported = found[-1].span[1]
    assert MOST_SPANS <= focus.MOST_SPANS
