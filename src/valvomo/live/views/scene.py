"""A scene: the past with the settings of its time, as the floor showed it, and fact by fact on from there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from valvomo.domain.agents.presence import Presence
from valvomo.domain.conversations.model import Conversation
from valvomo.domain.figures.day import Read
from valvomo.domain.routing.hours import Hours, is_open
from valvomo.live.views import agents, figures, past, tally
from valvomo.live.views.agents import Agents, Seated, with_chosen
from valvomo.live.views.figures import Day
from valvomo.live.views.happening import Change, Happening
from valvomo.live.views.past import Chosen, Past
from valvomo.live.views.settings_then import SettingsThen
from valvomo.live.views.tally import Tally
from valvomo.protocol.figures import FiguresItem
from valvomo.protocol.lookups import Lookups


@dataclass(slots=True, kw_only=True)
class Scene:
    """The same views as the live floor's, at one position of the past; `working` are hours of agents who have any."""

    past: Past
    day: Day
    lookups: Lookups
    agents: Agents
    tally: Tally
    working: Mapping[str, Hours]

    @property
    def conversations(self) -> Mapping[str, Conversation]:
        """The ongoing ones."""
        return self.past.board.conversations

    def take(self, happening: Happening) -> tuple[Change | None, frozenset[str]]:
        """One more fact: what it changed, and which agents."""
        change = past.apply(self.past, happening)
        concerned = agents.apply(self.agents, happening, change)
        tally.apply(self.tally, change)
        tally.counted_more(self.tally, figures.apply(self.day, change))
        if figures.attend(self.day, happening, change):
            tally.shifts_changed(self.tally)
        if concerned:
            tally.agents_changed(self.tally)
        return change, concerned

    def take_usual(self, seconds: Mapping[str, float]) -> None:
        """Other handle times are usual in these queues from now on."""
        self.lookups = self.lookups.with_usual(seconds)

    def turn(self, day: tuple[datetime, datetime], at: datetime) -> frozenset[str]:
        """Days and working hours begin and end without a fact; whose duty it changed. Time does not go back."""
        if day[0] > self.day.since:
            figures.turn(self.day, day)
            tally.agents_changed(self.tally)
        turned = agents.turn_duty(self.agents, duty(self.working, at))
        if turned:
            tally.agents_changed(self.tally)
        return turned

    def figures(self, scope: frozenset[str] | None) -> tuple[FiguresItem, ...]:
        """The figures of these queues, or of all."""
        return tally.figures(self.tally, self.day, scope, [one.agent for one in self.agents.seats.values()])


def duty(working: Mapping[str, Hours], at: datetime) -> dict[str, bool]:
    """Whether it is within their working hours, of those agents who have any."""
    return {one: is_open(hours, at) for one, hours in working.items()}


def set_up(
    before: Past, settings: SettingsThen, read: Read, then: tuple[Mapping[str, Hours], datetime]
) -> Scene:
    """The floor as it was when so much had been counted, with the working hours of agents, at a moment."""
    lookups, seats = settings.shown(), dict[str, Seated]()
    on_duty = duty(*then)
    for one, account in settings.accounts.items():
        agent = account.seated()
        if agent.serves:
            chosen = before.chosen.get(one, Chosen(Presence.OFFLINE, None, before.at))
            agent = with_chosen(agent, chosen.presence, chosen.status_id)
            seats[one] = Seated(replace(agent, on_duty=on_duty.get(one, True)), chosen.since)
    return Scene(
        past=before,
        day=figures.begin(read),
        lookups=lookups,
        agents=agents.seated(seats, before.board.conversations),
        tally=tally.tallied(before.board.conversations.values(), lookups),
        working=then[0],
    )
