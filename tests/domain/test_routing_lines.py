"""What the router holds between two passes, and passes over only a part of it: as if everything were looked at."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from sample_passes import HOUSE, HOUSES, SEATS, WAITING, after
from sample_waiting import NOON, queued, seat

from valvomo.domain.routing.choosing import Decision
from valvomo.domain.routing.facts import House, QueueRules, Seat, Waiting
from valvomo.domain.routing.lines import Lines, Tables
from valvomo.domain.routing.route import Routed, route, serve

QUEUES = ["q", "vip", "third"]
CHANGES = st.lists(st.tuples(WAITING, SEATS, st.sets(st.integers(0, 13))), min_size=1, max_size=4)


def with_third(rules: House) -> House:
    return replace(rules, queues={**rules.queues, "third": QueueRules(id="third")})


def told(routed: Routed) -> Any:
    """Everything of a pass, but not the order in which lines that wait on were come to."""
    behind = {one: sorted(each.id for each in others) for one, others in routed.behind.items()}
    rest = (routed.orphans, routed.regained, routed.held_up)
    return (routed.offers, [sorted(part, key=lambda one: one.waiting.id) for part in rest], behind)


class Held:
    """What waits and who serves, twice: held and changed one by one, and as plain dictionaries."""

    def __init__(self) -> None:
        self.lines, self.tables = Lines(), Tables()
        self.waiting: dict[str, Waiting] = {}
        self.seats: dict[str, Seat] = {}

    def put(self, *waiting: Waiting) -> None:
        for one in waiting:
            self.lines.put(one)
            self.waiting[one.id] = one

    def drop(self, one: str) -> None:
        self.lines.drop(one)
        self.waiting.pop(one, None)

    def sit(self, *seats: Seat) -> None:
        for one in seats:
            self.tables.put(one)
            self.seats[one.agent.id] = one

    def done(self, routed: Routed) -> None:
        """Make it so."""
        for decision in routed.offers:
            self.drop(decision.waiting.id)
            self.sit(after(self.seats, decision)[str(decision.agent_id)])
        self.put(*(replace(one.waiting, orphaned=True) for one in routed.orphans))
        self.put(*(replace(one.waiting, orphaned=False) for one in routed.regained))


@given(CHANGES, HOUSES)
def test_held_and_changed_is_as_if_read_anew(changes: list[Any], rules: House) -> None:
    held = Held()
    for waiting, seats, gone in changes:
        held.put(*waiting)
        held.sit(*seats)
        for number in gone & set(range(len(held.waiting))):
            held.drop(sorted(held.waiting)[min(number, len(held.waiting) - 1)])
        assert told(serve(held.lines, held.tables, rules, at=NOON)) == told(
            route(held.waiting.values(), held.seats.values(), rules, at=NOON)
        )


@given(CHANGES, HOUSES, st.data())
def test_where_nothing_changed_there_is_nothing_to_do(
    changes: list[Any], drawn: House, data: st.DataObject
) -> None:
    """Looking at the queues of what changed finds what looking at everything does (decision 10)."""
    rules, held = with_third(drawn), Held()
    for waiting, seats, gone in changes:
        places = [replace(one, queue_id=data.draw(st.sampled_from(QUEUES))) for one in waiting]
        known = [
            replace(one, agent=replace(one.agent, queues=former.agent.queues))
            for one in seats
            for former in (held.seats.get(one.agent.id, one),)
        ]
        held.put(*places)
        held.sit(*known)
        for number in gone & set(range(len(held.waiting))):
            held.drop(sorted(held.waiting)[min(number, len(held.waiting) - 1)])
        queues = {one.queue_id for one in places}.union(*(one.agent.queues for one in known))
        part = serve(held.lines, held.tables, rules, at=NOON, queues=queues)
        whole = serve(held.lines, held.tables, rules, at=NOON)
        assert part.offers == whole.offers
        assert [told(part)[1][kind] for kind in (0, 1)] == [told(whole)[1][kind] for kind in (0, 1)]
        held.done(part)


@given(WAITING, SEATS, HOUSES, st.integers(1, 4))
def test_passes_that_are_cut_off_go_on_where_they_left(
    waiting: list[Waiting], seats: list[Seat], rules: House, most: int
) -> None:
    held, queues = Held(), None
    offers: list[Decision] = []
    held.put(*waiting)
    held.sit(*seats)
    while queues is None or queues:
        routed = serve(held.lines, held.tables, rules, at=NOON, most=most, queues=queues)
        assert len(routed.offers) <= most
        offers += routed.offers
        held.done(routed)
        queues = set(routed.left)
    whole = route(waiting, seats, rules, at=NOON)
    assert [(one.waiting, one.agent_id) for one in offers] == [
        (one.waiting, one.agent_id) for one in whole.offers
    ]


def test_only_what_is_asked_for_is_explained() -> None:
    lines = Lines([queued("a", 3), queued("b", 2), queued("c", 1, units=9)])
    full = Tables([seat("aino", load=2)])
    routed = serve(lines, full, HOUSE, at=NOON, explained=lambda line: line[0].id == "c")
    assert [one.waiting.id for one in routed.held_up] == ["c"]
    assert routed.behind == {"c": ()}


def test_the_only_fit_one_is_found_however_deep_it_waits() -> None:
    many = [queued(f"{number:03}", 300 - number, units=2) for number in range(200)]
    deep = queued("deep", 0, units=1)
    lines, tables = Lines([*many, deep]), Tables([seat("aino", load=1)])
    routed = serve(lines, tables, HOUSE, at=NOON, queues={"q"}, explained=lambda _line: False)
    assert [one.waiting.id for one in routed.offers] == ["deep"]
