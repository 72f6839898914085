"""Virtual time: one event after the other, and after each the router that serves the real house.

`route` is asked for what an event can have changed, and for nothing else. Between events nobody who waits could be
taken by anybody: it was asked. So who comes is the only one that can be offered, and to any member of the queue; who
becomes freer, or comes on duty, is the only one who can be asked, for anything that waits in their queues. Who is
declined or passed on comes again, and whoever had them becomes freer at the same moment.

Not played: agents who pick or consult, what supervisors do, customers of asynchronous channels who come back. Whoever
is on duty and not inactive serves.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Iterable
from enum import IntEnum
from functools import partial
from itertools import count

from valvomo.domain.conversations.targets import passing_refusal
from valvomo.domain.conversations.workstream import Workstream, WrapUpBlock
from valvomo.domain.routing.choosing import Decision
from valvomo.domain.routing.facts import Seat, Waiting
from valvomo.domain.routing.route import route
from valvomo.domain.whatif.answering import Answer, Reply
from valvomo.domain.whatif.bench import Bench
from valvomo.domain.whatif.chance import own_dice
from valvomo.domain.whatif.coming import Coming
from valvomo.domain.whatif.lines import Lines
from valvomo.domain.whatif.overflowing import Overflowing, Standing, queue_of
from valvomo.domain.whatif.people import Person
from valvomo.domain.whatif.setup import Period, Setup, Worker, rested, turns
from valvomo.domain.whatif.visits import Course, Visit


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
        """Somebody may be asked again."""
        if self._seat(person):
            self.offer(at, self._lined_up(person), (person.seat,))

    def comes_back(self, at: float, waiting: Waiting, person: Person, *, alone: bool) -> None:
        """Somebody stands in line again, and whoever had them is freer."""
        self.bench.take(person.seat.agent.id)
        seats = self.bench.first(waiting) if alone else []
        wanted = {waiting.id: waiting} if alone else {}
        if self._seat(person):
            seats.append(person.seat)
            wanted.update((one.id, one) for one in self._lined_up(person))
        self.offer(at, wanted.values(), seats)

    def _lined_up(self, person: Person) -> list[Waiting]:
        """What they could be asked for: of each line no more than they have units for."""
        most = None if self._some_are_free else person.room
        return list(self.lines.heads(person.seat.agent.queues, most))

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
        self._then(at + visit.coming.patience, _Order.LEFT, partial(self._leaves, visit=visit, stage=0))
        visit.standing = self._overflowing.entered(visit.standing, self._period.moment(at))
        self._stand(at, visit)

    def _look(self, at: float, visit: Visit) -> None:
        """It is time to look whether overflow has something for who still stands in line."""
        if visit.waiting is not None:
            self._steps_out(visit, visit.waiting)
            visit.standing = self._overflowing.waited(visit.standing, self._period.moment(at))
            self._stand(at, visit)

    def _stand(self, at: float, visit: Visit, before: Person | None = None) -> None:
        """In line, unless overflow has sent them away. `before` is the agent who had them until now."""
        if visit.standing.sent_away:
            visit.turn_away(at)
            if before is not None:
                self.has_room(at, before)
            return
        look = self._overflowing.next_look(visit.standing, self._period.moment(at))
        if look is not None:
            self._then(self._period.seconds(look), _Order.LOOK, partial(self._look, visit=visit))
        visit.waiting = visit.in_line(self._workstream(visit), self._period.moment(visit.coming.at))
        alone = self.lines.add(visit.waiting)
        if before is None:
            self.has_come(at, visit.waiting, alone=alone)
        else:
            self.comes_back(at, visit.waiting, before, alone=alone)

    def _steps_out(self, visit: Visit, waiting: Waiting) -> None:
        self.lines.remove(waiting)
        visit.waiting = None

    def _ask(self, at: float, decision: Decision) -> None:
        waiting, visit = decision.waiting, self._visits[decision.waiting.id]
        self._steps_out(visit, waiting)
        person = visit.asked = self.people[decision.agent_id or ""]
        person.take(at, waiting.units, waiting.channel)
        self._seat(person)
        visit.pending, visit.asks = True, visit.asks + 1
        if decision.workstream.auto_accept:
            self._accepts(at, visit)
            return
        stands = decision.workstream.timers.offer
        answer = visit.coming.answering.answer(person.seat.agent.id, own_dice(visit.coming.luck, visit.asks))
        if answer.reply is Reply.ACCEPTED and answer.seconds == 0:
            self._accepts(at, visit)
            return
        late = answer.reply is Reply.MISSED or answer.seconds > stands
        then = partial(self._answered, visit=visit, asks=visit.asks, answer=answer, late=late)
        self._then(at + (stands if late else answer.seconds), _Order.ANSWERED, then)

    def _answered(self, at: float, visit: Visit, asks: int, answer: Answer, *, late: bool) -> None:
        """The agent's answer; who has left meanwhile needs none."""
        person = visit.asked
        if not visit.pending or visit.asks != asks or person is None:
            return
        if answer.reply is Reply.ACCEPTED and not late:
            self._accepts(at, visit)
            return
        visit.decline(missed=late)
        if late and not person.inactive:
            person.miss(at)
            back = partial(self._is_back, person=person, missed=person.missed)
            self._then(at + answer.away, _Order.TURN, back)
        self._returns(at, visit, person)

    def _is_back(self, at: float, person: Person, missed: int) -> None:
        """Who missed an offer says that they are there, unless they came anew or missed another since."""
        if person.inactive and person.missed == missed:
            person.say_they_are_there(at)
            self.has_room(at, person)

    def _accepts(self, at: float, visit: Visit) -> None:
        visit.accept(at)
        self._serves(at, visit)
        if visit.asked is not None:
            visit.asked.serve(at, 1)

    def _serves(self, at: float, visit: Visit) -> None:
        """From now on, until they are passed on or done."""
        coming, passes = visit.coming, visit.coming.onward[visit.stage :]
        talk = coming.onward[visit.stage - 1].talk if visit.stage else coming.talk
        if passes:
            self._then(at + talk, _Order.FREED, partial(self._passes_on, visit=visit))
            return
        held = min(coming.wrap_up, _blocked(self._workstream(visit)))
        self._then(at + talk + held, _Order.FREED, partial(self._freed, visit=visit))
        self._then(at + talk + coming.wrap_up, _Order.DONE, partial(self._done, visit=visit))

    def _passes_on(self, at: float, visit: Visit) -> None:
        """To the next queue; where the rules refuse that, the same agent goes on with them."""
        hop, person = visit.coming.onward[visit.stage], visit.asked
        visit.stage += 1
        moment = self._period.moment(at)
        place, channel = self._setup.places[hop.queue_id], self._workstream(visit).channel
        if person is None or passing_refusal(visit.standing.queue_id, channel, queue_of(place, moment)):
            self._serves(at, visit)
            return
        person.serve(at, -1)
        visit.pass_on(at, Standing(queue_id=hop.queue_id, since=moment, served=True))
        visit.standing = self._overflowing.entered(visit.standing, moment)
        self._then(at + hop.patience, _Order.LEFT, partial(self._leaves, visit=visit, stage=visit.stage))
        self._returns(at, visit, person)

    def _returns(self, at: float, visit: Visit, person: Person) -> None:
        """From an agent into a line; the agent is freer by what it cost."""
        workstream = self._workstream(visit)
        person.free(at, workstream.units, workstream.channel)
        visit.standing = self._overflowing.waited(visit.standing, self._period.moment(at))
        self._stand(at, visit, person)

    def _leaves(self, at: float, visit: Visit, stage: int) -> None:
        if visit.stage != stage or (visit.waiting is None and not visit.pending):
            return
        asked = visit.asked if visit.pending else None
        if visit.waiting is not None:
            self._steps_out(visit, visit.waiting)
        visit.leave(at)
        if asked is not None:
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
        """Whether they can be asked now. The rules refuse who is away or full; here nobody even asks."""
        if person.can_be_asked and (person.room > 0 or self._some_are_free):
            self.bench.put(person.seat)
            return True
        self.bench.take(person.seat.agent.id)
        return False

    def _workstream(self, visit: Visit) -> Workstream:
        return self._setup.house.workstreams[visit.coming.workstream_id]


def _blocked(workstream: Workstream) -> float:
    """For how many seconds of wrap-up the units stay held."""
    if workstream.wrap_up is WrapUpBlock.SECONDS:
        return workstream.timers.wrap_up_block
    return math.inf if workstream.wrap_up is WrapUpBlock.ALWAYS else 0.0
