"""Times and places in lists that nobody means: each is refused as malformed, whatever can be made of it."""

from __future__ import annotations

from itertools import product
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from valvomo.domain.moments import EARLIEST, LATEST
from valvomo.queries.cursors import (
    BadCursorError,
    Place,
    encoded,
    micros_of,
    moment_of,
    number_of,
)

NO_TIMES = (
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "1969-12-31T23:59:59Z",
    "0001-01-01T00:00:00+14:00",
)


def at(rank: int, word: str, sort: str = "search") -> str:
    return encoded(Place(sort=sort, rank=rank, word=word, id="c"))


PATHS = (
    "replay?at={}",
    "replay/steps?after=0&until={}",
    "replay/timeline?to={}",
    "replay/timeline?from={}",
    "search?q=pail&from={}",
    "search?q=pail&to={}",
    "conversations?state=closed&closed_since={}",
)
NO_PLACES = (
    "WyJzZWFyY2giLDUsIngiLCJjIl0",
    at(2**61, "1"),
    at(-(2**61), "1"),
    at(5, "1"),
    at(-5, "-1"),
    at(-5, "9" * 50),
    at(-5, str(2**63)),
    at(-5, ""),
)


async def test_a_time_that_nobody_asks_about_is_refused(place: Any) -> None:
    saara = await place.as_("saara")
    for path, time in product(PATHS, NO_TIMES):
        answer = await saara.get(f"/api/v1/{path.format(time.replace('+', '%2B'))}")
        assert answer.status_code == 422, (path, time, answer.text)
        assert answer.headers["content-type"].startswith("application/problem+json")


async def test_a_place_that_no_list_of_closed_ones_gave_is_refused(place: Any) -> None:
    saara = await place.as_("saara")
    for rank in (2**61, -(2**61)):
        answer = await saara.get(f"/api/v1/conversations?state=closed&cursor={at(rank, '', '-closed')}")
        assert answer.status_code == 422, (rank, answer.text)
    other = await saara.get(f"/api/v1/conversations?state=closed&cursor={at(5, '', 'queued')}")
    assert other.status_code == 422, other.text
    some = await saara.get(f"/api/v1/conversations?state=closed&cursor={at(5, '', '-closed')}")
    assert some.status_code == 200, some.text


async def test_a_place_that_no_search_gave_is_refused(place: Any) -> None:
    saara = await place.as_("saara")
    for cursor in NO_PLACES:
        answer = await saara.get(f"/api/v1/search?q=pail&cursor={cursor}")
        assert answer.status_code == 422, (cursor, answer.text)


@given(st.datetimes(EARLIEST.replace(tzinfo=None), LATEST.replace(tzinfo=None)))
def test_a_moment_comes_back_from_a_place_exactly(moment: Any) -> None:
    moment = moment.replace(tzinfo=EARLIEST.tzinfo)
    assert moment_of(micros_of(moment)) == moment


@given(st.integers() | st.text())
def test_what_a_place_holds_is_a_row_or_is_refused(found: int | str) -> None:
    for read in (lambda: moment_of(int(found)), lambda: number_of(str(found))):
        try:
            kept = read()
        except (BadCursorError, ValueError):
            continue
        assert kept in range(2**63) if isinstance(kept, int) else EARLIEST <= kept <= LATEST
