"""Occupancy while a day goes on is what is worked out of the same day afterwards, in whatever order it is heard of."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from valvomo.domain.agents.presence import Presence
from valvomo.domain.figures.occupancy import Together, common, joined, occupancy, there
from valvomo.domain.figures.shifts import Shift, Standing, next_day, occupied, whole_milliseconds

SINCE = datetime(2026, 3, 2, tzinfo=UTC)
DAY = timedelta(days=1)
moments = st.integers(-7_200_000, 80_000_000).map(lambda ms: SINCE + timedelta(milliseconds=ms))
chosen = st.lists(st.tuples(moments, st.sampled_from(Presence)), max_size=90, unique_by=lambda one: one[0])
stretches = st.lists(
    st.tuples(moments, st.integers(0, 9_000_000)).map(lambda one: (one[0], one[0] + timedelta(milliseconds=one[1]))),
    max_size=90,
)  # fmt: skip


def begun() -> Shift:
    return Shift(Standing(whole_milliseconds(SINCE)))


@given(days=st.lists(st.tuples(chosen, stretches), max_size=3), later=st.integers(0, 5_000_000))
def test_it_is_what_is_worked_out_afterwards(
    days: list[tuple[list[tuple[datetime, Presence]], list[tuple[datetime, datetime]]]], later: int
) -> None:
    """Of several agents, at any moment after the last thing that happened, with spans that reach into the day."""
    ends = [
        at for some, handled in days for at in (*(at for at, _ in some), *(until for _, until in handled))
    ]
    now = max([SINCE, *ends]) + timedelta(milliseconds=later)
    shifts, present, busy = [], 0.0, 0.0
    for some, handled in days:
        shift = begun()
        for at, presence in some:
            shift.chose(at, presence)
        for stretch in handled:
            shift.handled(*stretch)
        shifts.append(shift)
        spans = joined(there(sorted(some), now))
        present += Together(spans).seconds_within(SINCE, now)
        busy += Together(common(joined(handled), spans)).seconds_within(SINCE, now)
    lines = occupied(shifts, SINCE)
    assert lines.seconds_at(whole_milliseconds(now) - whole_milliseconds(SINCE)) == (
        round(busy, 3),
        round(present, 3),
    )


@given(some=chosen, handled=stretches, often=st.integers(1, 9))
def test_asking_in_between_changes_nothing(
    some: list[tuple[datetime, Presence]], handled: list[tuple[datetime, datetime]], often: int
) -> None:
    """What is settled stays true as long as nothing comes later than servers differ."""
    turns: list[tuple[datetime, Presence | int]] = [
        *some,
        *((since, 1) for since, _ in handled),
        *((until, -1) for _, until in handled),
    ]
    quiet, asked = begun(), begun()
    for number, (at, what) in enumerate(sorted(turns, key=lambda one: one[0])):
        for shift in (quiet, asked):
            if isinstance(what, Presence):
                shift.chose(at, what)
            else:
                (shift.began if what > 0 else shift.ended)(at)
        if not number % often:
            asked.standing()
    assert asked.standing() == quiet.standing()


def test_what_goes_on_goes_on_into_the_next_day() -> None:
    """There and busy over midnight: the new day begins at nothing, and both grow from its first moment on."""
    shift = begun()
    shift.chose(SINCE + timedelta(hours=22), Presence.AVAILABLE)
    shift.began(SINCE + timedelta(hours=23))
    # Told of before anybody has noticed that it is a new day.
    shift.ended(SINCE + timedelta(hours=25))
    (after,) = next_day({"a": shift}, SINCE + DAY).values()
    lines = occupied([after], SINCE + DAY)
    assert lines.seconds_at(2 * 3_600_000) == (3600, 7200)
    assert (lines.present, lines.busy) == (1, 0)
    assert occupancy(*lines.seconds_at(2 * 3_600_000)) == 0.5
    assert occupied([], SINCE).seconds_at(1000) == (0, 0)
