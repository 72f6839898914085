"""Readers who have yet to be shown something: one who cannot be shown it is no matter of the others."""

from __future__ import annotations

import pytest
from sample_floor import AINO

from valvomo.live.backlog import MOST_FAILURES, MOST_TROUBLES, Backlog
from valvomo.live.connection import Connection, Subscription


class Nowhere:
    """A way out that nobody uses."""


class Shown:
    """Shows everybody but those whom it has an error for."""

    def __init__(self, errors: dict[str, Exception]) -> None:
        self.errors, self.seen, self.refused = errors, list[str](), list[str]()
        self.backlog = Backlog(self._show, lambda one: self.refused.append(one.topic))

    def add(self, *topics: str) -> None:
        for topic in topics:
            connection = Connection(id="c", actor=AINO, sink=Nowhere())  # type: ignore[arg-type]
            self.backlog.add(Subscription(connection=connection, topic=topic))

    async def _show(self, one: Subscription) -> None:
        if one.topic in self.errors:
            raise self.errors[one.topic]
        self.seen.append(one.topic)


async def test_the_others_have_their_turn_and_who_fails_for_good_is_refused() -> None:
    shown = Shown({"bad": ValueError("cannot be read")})
    shown.add("bad", "good")
    await shown.backlog.go_round()
    assert (shown.seen, len(shown.backlog), shown.refused) == (["good"], 1, [])
    for _ in range(MOST_FAILURES):
        await shown.backlog.go_round()
    assert (len(shown.backlog), shown.refused) == (0, ["bad"])


async def test_who_meets_trouble_stands_behind_the_others() -> None:
    shown = Shown({"slow": TimeoutError()})
    shown.add("slow", "good")
    await shown.backlog.go_round()
    shown.add("new")
    shown.errors.clear()
    await shown.backlog.go_round()
    assert shown.seen == ["good", "slow", "new"]


async def test_without_a_database_nobody_is_refused_and_few_are_asked() -> None:
    names = [f"reader {number}" for number in range(2 * MOST_TROUBLES)]
    shown = Shown({name: OSError("no database") for name in names})
    shown.add(*names)
    for _ in range(3 * MOST_FAILURES):
        with pytest.raises(OSError, match="no database"):
            await shown.backlog.go_round()
    assert (len(shown.backlog), shown.refused) == (len(names), [])
    shown.errors.clear()
    await shown.backlog.go_round()
    assert set(shown.seen) == set(names)


async def test_who_is_not_ready_waits() -> None:
    shown = Shown({})
    shown.add("later", "now")
    await shown.backlog.go_round(lambda one: one.topic == "now")
    assert (shown.seen, len(shown.backlog)) == (["now"], 1)
