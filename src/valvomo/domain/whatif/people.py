"""Agents in virtual time: what they carry, and how their time went."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from valvomo.domain.agents.capacity import holding
from valvomo.domain.agents.presence import Presence
from valvomo.domain.conversations.model import Channel
from valvomo.domain.routing.facts import Seat
from valvomo.domain.whatif.setup import Period


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """Seconds within what is counted.

    `there` is on duty and not inactive, or still serving; `busy` is serving anybody at all. `carried` are the units
    that were held and `room` those that there are, each times seconds.
    """

    queues: frozenset[str] = frozenset()
    there: float = 0.0
    busy: float = 0.0
    carried: float = 0.0
    room: float = 0.0


@dataclass(slots=True, kw_only=True)
class Person:
    """An agent while the time goes on. Every change is told with its time, in order."""

    seat: Seat
    period: Period
    serving: int = 0
    missed: int = 0
    since: float = 0.0
    sums: list[float] = field(default_factory=lambda: [0.0, 0.0, 0.0, 0.0])

    @property
    def room(self) -> int:
        """Units that are free."""
        return self.seat.agent.capacity - self.seat.agent.load

    @property
    def can_be_asked(self) -> bool:
        """Whether they are there for offers, if they have room."""
        return self.seat.agent.on_duty and not self.inactive

    @property
    def inactive(self) -> bool:
        """Whether they have missed an offer and not said since that they are there."""
        return self.seat.agent.chosen is Presence.INACTIVE

    def turn(self, at: float, *, on_duty: bool) -> None:
        """They come or go. Who comes says that they are there."""
        self.settle(at)
        chosen = Presence.AVAILABLE if on_duty else self.seat.agent.chosen
        self.seat = replace(self.seat, agent=replace(self.seat.agent, on_duty=on_duty, chosen=chosen))

    def miss(self, at: float) -> None:
        """They did not answer in time."""
        self.settle(at)
        self.missed += 1
        self.seat = replace(self.seat, agent=replace(self.seat.agent, chosen=Presence.INACTIVE))

    def say_they_are_there(self, at: float) -> None:
        """They can be asked again."""
        self.settle(at)
        self.seat = replace(self.seat, agent=replace(self.seat.agent, chosen=Presence.AVAILABLE))

    def take(self, at: float, units: int, channel: Channel) -> None:
        """They are asked: from now on it costs them its units."""
        self.settle(at)
        self._hold(units, channel, 1)
        self.seat = replace(self.seat, asked_at=self._moment(at))

    def free(self, at: float, units: int, channel: Channel) -> None:
        """It costs them nothing any more."""
        self.settle(at)
        self._hold(-units, channel, -1)
        self.seat = replace(self.seat, idle_since=self._moment(at))

    def serve(self, at: float, more: int) -> None:
        """They begin (1) or are done with (-1) serving somebody."""
        self.settle(at)
        self.serving += more

    def settle(self, at: float) -> None:
        """Account for the time since the last change."""
        seconds = min(at, self.period.until) - max(self.since, self.period.since)
        self.since = at
        agent = self.seat.agent
        if seconds <= 0 or not (self.can_be_asked or self.serving or agent.load):
            return
        parts = (1, self.serving > 0, agent.load, agent.capacity)
        self.sums = [total + part * seconds for total, part in zip(self.sums, parts, strict=True)]

    def spent(self) -> Spent:
        """How their time went until it was last settled."""
        there, busy, carried, room = self.sums
        return Spent(queues=self.seat.agent.queues, there=there, busy=busy, carried=carried, room=room)

    def _hold(self, units: int, channel: Channel, more: int) -> None:
        self.seat = replace(self.seat, agent=holding(self.seat.agent, units, channel, more))

    def _moment(self, at: float) -> datetime:
        return self.period.moment(at)
