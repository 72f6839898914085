"""The live floor of one organization: the views together, at one position of the journal."""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Collection, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import datetime

from valvomo.db import floor as stored
from valvomo.domain.access.actor import Actor, UserRole
from valvomo.domain.agents.events import UsualHandleNoted
from valvomo.domain.conversations.model import Conversation
from valvomo.live.renewed import Renewed
from valvomo.live.views import agents, board, figures, me, tally
from valvomo.live.views.agents import Agents, Seated
from valvomo.live.views.board import Board
from valvomo.live.views.figures import Day
from valvomo.live.views.happening import Change, Happening
from valvomo.live.views.prospects import prospects
from valvomo.live.views.tally import Tally
from valvomo.protocol.customer import Prospect, QueueHours
from valvomo.protocol.figures import FiguresItem
from valvomo.protocol.lookups import AccountTrouble, Lookups

MAX_HISTORY = 5_000
"""So many changes back a reconnecting reader can be told what has changed; beyond that it gets a snapshot."""
ALWAYS = QueueHours(open=True)
"""A queue without hours."""


@dataclass(slots=True, kw_only=True)
class LiveFloor:
    """`position` is that of the last fact taken in. `history` are changes after `known_from`, for resuming.

    `parts` are the ongoing conversations that people have a part in or are asked to, by person, `personal` those that
    mean anything to them in person. `agents_at` says which agents changed, and where, since `known_from`.
    `hours` says of queues that have hours whether they are open.
    """

    organization_id: str
    position: int
    silent: list[int]
    lookups: Lookups
    board: Board
    agents: Agents
    day: Day
    tally: Tally
    hours: Mapping[str, QueueHours]
    known_from: int
    history: deque[Change] = field(default_factory=deque)
    parts: dict[str, set[str]] = field(default_factory=dict)
    personal: dict[str, set[str]] = field(default_factory=dict)
    agents_at: dict[str, float] = field(default_factory=dict)
    renewed: Renewed = field(default_factory=Renewed)

    @classmethod
    def begin(cls, organization_id: str, floor: stored.Floor) -> LiveFloor:
        """The floor as it was read."""
        ongoing = {one.id: one for one in floor.ongoing}
        seats = {one: Seated(agent, since) for one, (agent, since) in floor.agents.items()}
        day = figures.begin(floor.read, floor.handled)
        live = cls(
            organization_id=organization_id,
            position=floor.position,
            silent=list(floor.silent),
            lookups=floor.lookups,
            board=board.begin(ongoing, floor.previews),
            agents=agents.seated(seats, ongoing),
            day=day,
            tally=tally.tallied(ongoing.values(), floor.lookups),
            hours=floor.hours,
            known_from=floor.position,
        )
        for one in ongoing.values():
            live._place(None, one)
        return live

    def quiet(self, position: int) -> int:
        """The number of a position for those who may not notice silent facts."""
        return position - bisect_right(self.silent, position)

    def loud_position(self, number: int) -> int:
        """The position that those who may not notice silent facts count as `number`."""
        position = number
        while (found := number + bisect_right(self.silent, position)) != position:
            position = found
        return position

    def number(self, actor: Actor) -> int:
        """The floor's position as this actor counts."""
        return self.position if counts_all(actor) else self.quiet(self.position)

    def take(self, happening: Happening) -> tuple[Change | None, frozenset[str]]:
        """One more fact: what it changed, and which agents."""
        change = board.apply(self.board, happening)
        concerned = agents.apply(self.agents, happening, change)
        tally.apply(self.tally, change)
        entered = figures.apply(self.day, change) if change else figures.afterwards(self.day, happening)
        tally.counted_more(self.tally, entered)
        if figures.attend(self.day, happening, change):
            tally.shifts_changed(self.tally)
        if concerned:
            tally.agents_changed(self.tally)
            self.agents_at.update(dict.fromkeys(concerned, happening.position))
        self.position = happening.position
        self.renewed.take(happening)
        if change is not None:
            self._remember(change)
            if not me.same_persons(change.before, change.after):
                self._place(change.before, change.after)
        return change, concerned

    def take_usual(self, happening: Happening) -> list[Change]:
        """Where other handle times are usual now: the conversations that are judged otherwise, themselves unchanged."""
        if not isinstance(happening.event, UsualHandleNoted):
            return []
        seconds, before = happening.event.seconds, self.lookups
        self.lookups = before.with_usual(seconds)
        ours = [one for one in self.board.conversations.values() if one.queue_id in seconds]
        changes = [
            Change(happening=happening, before=one, after=one)
            for one in ours
            if self.lookups.attention_of(one) != before.attention_of(one)
        ]
        for change in changes:
            self._remember(change)
        return changes

    def reconfigure(self, lookups: Lookups, seats: dict[str, Seated]) -> bool:
        """Settings have changed; whether anything that is shown here has.

        If so, what was known of earlier audiences is void, and nobody resumes across this.
        """
        for one, seat in self.agents.seats.items():
            if one in seats:
                chosen = seat.agent.chosen, seat.agent.status_id
                seats[one] = Seated(agents.with_chosen(seats[one].agent, *chosen), seat.since)
        seated = agents.seated(seats, self.board.conversations)
        same = _unnumbered(lookups) == _unnumbered(self.lookups)
        if lookups.accounts != self.lookups.accounts:
            self.lookups = replace(self.lookups, accounts=lookups.accounts)
        if same and seated.seats == self.agents.seats:
            return False
        if not same:
            self.lookups = lookups
        self.agents = seated
        self.history.clear()
        self.agents_at.clear()
        self.known_from = self.position
        self.renewed.forget(self.position)
        self._tally()
        return True

    def troubles_since(self, before: Mapping[str, AccountTrouble]) -> frozenset[str]:
        """The channel accounts of which something else is to be said than before."""
        now = self.lookups.accounts
        return frozenset(one for one in before.keys() | now.keys() if before.get(one) != now.get(one))

    def turn_duty(self, duty: Mapping[str, bool]) -> frozenset[str]:
        """Working hours have begun or ended, by agent; who is not named has none. Whose duty it changed."""
        turned = agents.turn_duty(self.agents, duty)
        if turned:
            tally.agents_changed(self.tally)
            # There is no fact of it: after the last one, and before the next.
            self.agents_at.update(dict.fromkeys(turned, self.position + 0.5))
        return turned

    def turn_day(self, day: tuple[datetime, datetime]) -> None:
        """A new day begins."""
        figures.turn(self.day, day)
        tally.agents_changed(self.tally)

    def turn_hours(self, hours: Mapping[str, QueueHours]) -> frozenset[str]:
        """Opening hours have begun or ended; of which queues."""
        before, self.hours = self.hours, hours
        return frozenset(one for one in before.keys() | hours.keys() if before.get(one) != hours.get(one))

    def changes_since(self, number: int, actor: Actor) -> list[Change] | None:
        """What has changed since the actor saw `number`; None when that is not known (any more)."""
        full = counts_all(actor)
        known_from = self.known_from if full else self.quiet(self.known_from)
        if not known_from <= number <= self.number(actor):
            return None
        newest: list[Change] = []
        for one in reversed(self.history):
            if (one.happening.position if full else one.happening.quiet) <= number:
                break
            if full or not one.happening.silent:
                newest.append(one)
        newest.reverse()
        return newest

    def agents_since(self, number: int, actor: Actor) -> set[str] | None:
        """Agents who have changed since the actor saw `number`; None when that is not known (any more)."""
        position = number if counts_all(actor) else self.loud_position(number)
        # Duty turns without a fact: whether that was told of where this floor begins, nobody knows.
        if not self.known_from < position <= self.position:
            return None
        return {one for one, at in self.agents_at.items() if at > position}

    def resumable(self, number: int, actor: Actor) -> bool:
        """Whether what the actor saw until `number` was shown by the rights that they have now.

        Who gained or lost the sight of silent facts counted otherwise before, so the number is taken for the least
        that it can be.
        """
        return number > self.renewed.until(actor.id)

    def conversation(self, conversation_id: str) -> Conversation | None:
        """An ongoing conversation."""
        return self.board.conversations.get(conversation_id)

    def figures(self, scope: Collection[str] | None) -> tuple[FiguresItem, ...]:
        """The figures of these queues, or of all."""
        serving = [one.agent for one in self.agents.seats.values()]
        return tally.figures(self.tally, self.day, None if scope is None else frozenset(scope), serving)

    def prospects(self, queue_id: str, wanted: Collection[str]) -> dict[str, Prospect]:
        """What customers who wait in this queue are told about it, of the conversations that are wanted."""
        known = (self.agents, self.lookups.house, self.day, self.hours.get(queue_id, ALWAYS))
        return prospects(queue_id, wanted, self.board.waiting.get(queue_id, {}), known)

    def _remember(self, change: Change) -> None:
        self.history.append(change)
        if len(self.history) > MAX_HISTORY:
            self.known_from = self.history.popleft().happening.position

    def _tally(self) -> None:
        self.tally = tally.tallied(self.board.conversations.values(), self.lookups)

    def _place(self, before: Conversation | None, after: Conversation) -> None:
        _index(self.parts, after.id, me.involved(before), me.involved(after))
        now = me.persons(after) if after.id in self.board.conversations else frozenset[str]()
        _index(self.personal, after.id, me.persons(before) if before else frozenset(), now)


def _index(
    index: dict[str, set[str]], conversation_id: str, before: AbstractSet[str], now: AbstractSet[str]
) -> None:
    for person in now - before:
        index.setdefault(person, set()).add(conversation_id)
    for person in before - now:
        index[person].discard(conversation_id)
        if not index[person]:
            del index[person]


def _unnumbered(lookups: Lookups) -> Lookups:
    """Without the number that the rules of routing get with every change of a setting: it is shown nowhere.

    Nor with troubles of channel accounts, which are shown in open conversations alone.
    """
    return replace(lookups, house=replace(lookups.house, version=0), accounts={})


def counts_all(actor: Actor) -> bool:
    """Whether the actor counts all facts: supervisors do; for everybody else silent ones do not exist."""
    return actor.is_(UserRole.SUPERVISOR)
