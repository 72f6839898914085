"""The pieces behind occupancy: by hand, and the same time as occupancy is worked out of, whatever happened."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from valvomo.domain.agents.presence import Presence
from valvomo.domain.figures.occupancy import Together, common, joined, pieces, there

BEGIN = datetime(2026, 3, 29, tzinfo=UTC)


def after(seconds: float) -> datetime:
    return BEGIN + timedelta(seconds=seconds)


def test_pieces_by_hand() -> None:
    """There 0 to 100 (busy from 50), away, there from 200; serves one 10 to 40, another 30 to 60, one from 250 on."""
    chosen = [
        (after(-50), Presence.AVAILABLE), (after(50), Presence.BUSY), (after(60), Presence.BUSY),
        (after(100), Presence.AWAY), (after(200), Presence.AVAILABLE),
    ]  # fmt: skip
    handled = [
        ((after(10), after(40)), "one"), ((after(30), after(60)), "two"), ((after(90), after(150)), "away"),
        ((after(250), after(260)), "one"), ((after(260), after(900)), "one"),
    ]  # fmt: skip
    found = pieces(chosen, handled, (after(0), after(300)))
    assert [
        ((one.since - BEGIN).total_seconds(), one.seconds, one.presence.value, sorted(one.handled)) for one in found
    ] == [
        (0, 10, "available", []), (10, 20, "available", ["one"]), (30, 10, "available", ["one", "two"]),
        (40, 10, "available", ["two"]), (50, 10, "busy", ["two"]), (60, 30, "busy", []), (90, 10, "busy", ["away"]),
        (200, 50, "available", []), (250, 50, "available", ["one"]),
    ]  # fmt: skip


def test_what_is_yet_to_come_has_no_pieces() -> None:
    chosen = [(after(0), Presence.AVAILABLE)]
    assert pieces(chosen, [((after(0), after(5)), "one")], (after(50), after(10))) == []
    assert pieces([], [((after(0), after(5)), "one")], (after(0), after(10))) == [], "nobody was there"


@given(
    chosen=st.lists(st.tuples(st.integers(-20, 60), st.sampled_from(list(Presence))), max_size=8),
    spans=st.lists(
        st.tuples(st.tuples(st.integers(-20, 70), st.integers(-20, 70)).map(sorted), st.sampled_from("abc")),
        max_size=12,
    ),
    period=st.tuples(st.integers(-5, 60), st.integers(-5, 60)).map(sorted),
    cut=st.integers(-5, 60),
)
def test_pieces_are_the_time_of_which_occupancy_is_worked_out(
    chosen: list[tuple[int, Presence]],
    spans: list[tuple[list[int], str]],
    period: list[int],
    cut: int,
) -> None:
    within = after(period[0]), after(period[1])
    set_at = [(after(at), presence) for at, presence in sorted(chosen, key=lambda one: one[0])]
    handled = [((after(begin), after(end)), what) for (begin, end), what in spans]
    found = pieces(set_at, handled, within)
    present = joined(there(set_at, within[1]))
    busy = common(joined(one for one, _ in handled), present)
    assert sum(one.seconds for one in found) == Together(present).seconds_within(*within)
    assert sum(one.seconds for one in found if one.handled) == Together(busy).seconds_within(*within)
    for one, following in pairwise(found):
        assert one.until <= following.since
        assert one.until < following.since or (one.presence, one.handled) != (
            following.presence,
            following.handled,
        )
    for one in found:
        middle = one.since + (one.until - one.since) / 2
        assert one.handled == {what for (begin, end), what in handled if begin <= middle < end}
