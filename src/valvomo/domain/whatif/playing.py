"""Virtual time: one event after the other, and after each the router that serves the real house.

`route` is asked for what an event can have changed, and for nothing else. Between events nobody who waits could be
taken by anybody: it was asked. So who comes is the only one that can be offered, and to any member of the queue; who
becomes freer, or comes on duty, is the only one who can be asked, for anything that waits in their queues.

Not played: offers that are missed or rejected, agents who pick, transfers, customers of asynchronous channels who come
back. Whoever is on duty serves.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Iterable
from enum import IntEnum
from functools import partial
from itertools import count

from valvomo.domain.conversations.workstream import Workstream, WrapUpBlock
from valvomo.domain.routing.choosing import Decision
from valvomo.domain.routing.facts import Seat, Waiting
from valvomo.domain.routing.route import route
from valvomo.domain.whatif.bench import Bench
from valvomo.domain.whatif.coming import Coming
from valvomo.domain.whatif.lines import Lines
from valvomo.domain.whatif.overflowing import Overflowing, Standing
from valvomo.domain.whatif.people import Person
from valvomo.domain.whatif.setup import Period, Setup, Worker, rested, turns
from valvomo.domain.whatif.visits import Course, Fate, Visit


class _Order(IntEnum):
    """What comes first at the same moment: room, before who needs it, before who gives up on it."""

    DONE = 0
    FREED = 1
    TURN = 2
    CAME = 3
    ANSWERED = 4
    LEFT = 5
    LOOK = 6


_Act = Callable[[float], None]


def play(setup: Setup, comings: Iterable[Coming], period: Period) -> Course:
    """Everything that happens until the end of the period."""
    return Floor(setup, comings, period).play()


class Floor:
    """The house in the middle of it."""

    def __init__(self, setup: Setup, comings: Iterable[Coming], period: Period) -> None:
        self.lines = Lines()
        self.people: dict[str, Person] = {}
        self._setup, self._period = setup, period
        self._some_are_free = any(one.units == 0 for one in setup.house.workstreams.values())
        self._events: list[tuple[float, _Order, int, _Act]] = []
        self._numbers = count()
        self._overflowing = Overflowing(places=setup.places, length=self.lines.length)
        self.bench = Bench(setup.house.queues.values())
        self._visits: dict[str, Visit] = {}
        for worker in setup.workers:
            self._hire(worker)
        for coming in comings:
            self._expect(coming)

    def play(self) -> Course:
        """To the end."""
        while self._events and self._events[0][0] < self._period.until:
            self.step()
        for person in self.people.values():
            person.settle(self._period.until)
        return Course(
            period=self._period,
            visits=tuple(one for one in self._visits.values() if one.coming.at >= self._period.since),
            spent=tuple(one.spent() for one in self.people.values()),
        )

    def step(self) -> None:
        """The next thing that happens."""
        at, _, _, act = heapq.heappop(self._events)
        act(at)

    def offer(self, at: float, waiting: Iterable[Waiting], seats: Iterable[Seat]) -> None:
        """The pass of the router; whom nobody is asked to take waits on."""
        routed = route(waiting, seats, self._setup.house, at=self._period.moment(at))
        for decision in routed.offers:
            self._ask(at, decision)

    def has_come(self, at: float, waiting: Waiting, *, alone: bool) -> None:
        """Somebody stands in line now; where others of their kind do already, nobody can take them either."""
        if alone:
            self.offer(at, (waiting,), self.bench.first(waiting))

    def has_room(self, at: float, person: Person) -> None:
        """Somebody may be asked again; for no more than they have units for."""
        if self._seat(person):
            most = None if self._some_are_free else person.room
            self.offer(at, list(self.lines.heads(person.seat.agent.queues, most)), (person.seat,))

    def _hire(self, worker: Worker) -> None:
        person = Person(
            seat=Seat(agent=rested(worker.agent), idle_since=self._period.start), period=self._period
        )
        self.people[worker.agent.id] = person
        for at, on_duty in turns(worker, self._period):
            self._then(at, _Order.TURN, partial(self._turn, person=person, on_duty=on_duty))

    def _expect(self, coming: Coming) -> None:
        standing = Standing(queue_id=coming.queue_id, since=self._period.moment(coming.at))
        visit = self._visits[coming.id] = Visit(coming=coming, standing=standing)
        self._then(coming.at, _Order.CAME, partial(self._came, visit=visit))

    def _then(self, at: float, order: _Order, act: _Act) -> None:
        if at < self._period.until:
            heapq.heappush(self._events, (at, order, next(self._numbers), act))

    def _turn(self, at: float, person: Person, *, on_duty: bool) -> None:
        person.turn(at, on_duty=on_duty)
        self.has_room(at, person)

    def _came(self, at: float, visit: Visit) -> None:
        self._then(at + visit.coming.patience, _Order.LEFT, partial(self._leaves, visit=visit))
        visit.standing = self._overflowing.entered(visit.standing, self._period.moment(at))
        self._stand(at, visit)

    def _look(self, at: float, visit: Visit) -> None:
        """It is time to look whether overflow has something for who still stands in line."""
        if visit.waiting is not None:
            self._steps_out(visit, visit.waiting)
            visit.standing = self._overflowing.waited(visit.standing, self._period.moment(at))
            self._stand(at, visit)

    def _stand(self, at: float, visit: Visit) -> None:
        """In line, unless overflow has sent them away."""
        if visit.standing.sent_away:
            self._over(at, visit, Fate.TURNED_AWAY)
            return
        look = self._overflowing.next_look(visit.standing, self._period.moment(at))
        if look is not None:
            self._then(self._period.seconds(look), _Order.LOOK, partial(self._look, visit=visit))
        visit.waiting = self._waiting(visit)
        self.has_come(at, visit.waiting, alone=self.lines.add(visit.waiting))

    def _steps_out(self, visit: Visit, waiting: Waiting) -> None:
        self.lines.remove(waiting)
        visit.waiting = None

    def _ask(self, at: float, decision: Decision) -> None:
        waiting, visit = decision.waiting, self._visits[decision.waiting.id]
        self._steps_out(visit, waiting)
        visit.asked = self.people[decision.agent_id or ""]
        visit.asked.take(at, waiting.units, waiting.channel)
        self._seat(visit.asked)
        if visit.coming.answer > 0 and not decision.workstream.auto_accept:
            self._then(at + visit.coming.answer, _Order.ANSWERED, partial(self._answered, visit=visit))
        else:
            self._answered(at, visit)

    def _answered(self, at: float, visit: Visit) -> None:
        if visit.asked is None or visit.fate is not Fate.WAITING:
            return
        self._over(at, visit, Fate.ACCEPTED)
        visit.asked.serve(at, 1)
        coming = visit.coming
        held = min(coming.wrap_up, _blocked(self._workstream(visit)))
        self._then(at + coming.talk + held, _Order.FREED, partial(self._freed, visit=visit))
        self._then(at + coming.talk + coming.wrap_up, _Order.DONE, partial(self._done, visit=visit))

    def _leaves(self, at: float, visit: Visit) -> None:
        if visit.fate is not Fate.WAITING:
            return
        self._over(at, visit, Fate.ABANDONED)
        if visit.waiting is not None:
            self._steps_out(visit, visit.waiting)
        elif visit.asked is not None:
            self._freed(at, visit)

    def _freed(self, at: float, visit: Visit) -> None:
        if visit.asked is not None:
            workstream = self._workstream(visit)
            visit.asked.free(at, workstream.units, workstream.channel)
            self.has_room(at, visit.asked)

    def _done(self, at: float, visit: Visit) -> None:
        if visit.asked is not None:
            visit.asked.serve(at, -1)

    def _seat(self, person: Person) -> bool:
        """Whether they can be asked now. The rules refuse who is off duty or full; here nobody even asks."""
        if person.seat.agent.on_duty and (person.room > 0 or self._some_are_free):
            self.bench.put(person.seat)
            return True
        self.bench.take(person.seat.agent.id)
        return False

    def _over(self, at: float, visit: Visit, fate: Fate) -> None:
        visit.fate, visit.ended = fate, at

    def _workstream(self, visit: Visit) -> Workstream:
        return self._setup.house.workstreams[visit.coming.workstream_id]

    def _waiting(self, visit: Visit) -> Waiting:
        coming, workstream = visit.coming, self._workstream(visit)
        return Waiting(
            id=coming.id,
            queue_id=visit.standing.queue_id,
            workstream_id=coming.workstream_id,
            channel=workstream.channel,
            units=workstream.units,
            queued_at=self._period.moment(coming.at),
            priority=coming.priority,
            needs=coming.needs,
            affinity_id=coming.affinity_id,
        )


def _blocked(workstream: Workstream) -> float:
    """For how many seconds of wrap-up the units stay held."""
    if workstream.wrap_up is WrapUpBlock.SECONDS:
        return workstream.timers.wrap_up_block
    return math.inf if workstream.wrap_up is WrapUpBlock.ALWAYS else 0.0
