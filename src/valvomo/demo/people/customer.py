"""A customer's mind: what they do next, given what they see. No clock, no network: the same seed, the same life."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace

from valvomo.demo.people.matters import Language, Line, Matter, fitting
from valvomo.demo.people.moves import Away, CustomerMove, End, Gone, Say, Wait, happens

READING = 3.0
"""Seconds of silence after which the other side is taken to have finished."""
GROWING_ANGER = 1.0
MOST_COMPLAINTS = 3
FURIOUS = -2.0
"""A mood in which somebody who is being served leaves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Temperament:
    """What somebody is like. Seconds, or None for never.

    `patience` is how long they wait before they complain, `leaves_after` how long in the queue before they leave.
    `silent_at` is the turn at which they vanish, for `away` seconds (None: for good).
    """

    mood: float
    patience: float
    leaves_after: float | None
    silent_at: int | None = None
    away: float | None = None
    demands_supervisor: bool = False
    ends_themselves: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What a customer sees. `unread` are the house's words since the customer's own last ones.

    `silence` is how long nobody has written, `waited` how long the customer has been waiting for an answer.
    """

    state: str
    unread: tuple[str, ...] = ()
    silence: float = 0.0
    waited: float = 0.0


def temperament(dice: random.Random, *, lasting: bool) -> Temperament:
    """Somebody; `lasting` when the chat is one to which they can come back."""
    vanishes = happens(dice, 0.55 if lasting else 0.07)
    return Temperament(
        mood=dice.gauss(0.0, 0.8),
        patience=dice.uniform(35, 120),
        leaves_after=None if lasting or happens(dice, 0.6) else dice.uniform(45, 240),
        silent_at=dice.randint(0 if lasting else 1, 2) if vanishes else None,
        away=dice.uniform(90, 420) if lasting and happens(dice, 0.85) else None,
        demands_supervisor=happens(dice, 0.35),
        ends_themselves=happens(dice, 0.5),
    )


@dataclass(slots=True, kw_only=True)
class Customer:
    """One customer with one matter. `mood` runs from -3 to 3 and is changed by what happens to them."""

    texts: Language
    matter: Matter
    temperament: Temperament
    dice: random.Random
    mood: float = 0.0
    turn: int = 0
    complaints: int = 0
    came_back: bool = True
    finished: bool = False
    tones: list[int] = field(default_factory=list)

    def opening(self) -> str:
        """The first words."""
        self.mood = self.temperament.mood
        return self._say(fitting(self.matter.opening, self.mood - 1)).text

    def next_move(self, sight: Sight) -> CustomerMove:
        """What to do now."""
        if sight.state in {"wrap_up", "closed"}:
            return Gone()
        if not self.came_back:
            self.came_back = True
            return self._say(fitting(self.texts.manners.come_back, self.mood))
        if sight.unread:
            if sight.silence < READING:
                return Wait(READING - sight.silence)
            if self.texts.is_answer(sight.unread[-1]):
                return self._answer(sight.unread)
        return self._wait(sight)

    def _answer(self, unread: tuple[str, ...]) -> CustomerMove:
        self.complaints = 0
        if self.finished:
            return End() if self.temperament.ends_themselves else Wait(30.0)
        if self.temperament.silent_at == self.turn:
            return self._vanish()
        found = [number for text in unread if (number := self.matter.number_of(text)) is not None]
        turn = self.matter.turn(found[-1] if found else self.turn, solved=self._solved(unread))
        self.turn = (found[-1] if found else self.turn) + 1
        if turn is None:
            return self._thank()
        move = self._say(fitting(turn.customer, self.mood + self.dice.uniform(-1, 1)))
        if self.turn > len(self.matter.turns):
            self.finished = self.mood > -1 or not self.temperament.demands_supervisor
        return move

    def _wait(self, sight: Sight) -> CustomerMove:
        nature, manners = self.temperament, self.texts.manners
        if sight.state == "open" and nature.leaves_after is not None and sight.waited >= nature.leaves_after:
            return self._leave()
        if self.finished:
            return End() if sight.silence > 3 * nature.patience else Wait(20.0)
        if sight.state == "waiting":
            return Wait(60.0)
        due = nature.patience * (self.complaints + 1)
        if sight.waited < due:
            return Wait(min(due - sight.waited, 30.0))
        if self.complaints >= MOST_COMPLAINTS:
            return self._leave() if sight.state == "active" and self.mood < FURIOUS else Wait(60.0)
        self.mood = max(-3.0, self.mood - GROWING_ANGER)
        self.complaints += 1
        wants = nature.demands_supervisor and self.complaints == MOST_COMPLAINTS
        return self._say(fitting(manners.demand if wants else manners.impatient, self.mood))

    def _thank(self) -> CustomerMove:
        manners = self.texts.manners
        if self.mood <= -1 and self.temperament.demands_supervisor:
            self.temperament = replace(self.temperament, demands_supervisor=False)
            return self._say(fitting(manners.demand, self.mood))
        self.finished = True
        return self._say(fitting(manners.thanks, self.mood))

    def _vanish(self) -> Away:
        away = self.temperament.away
        self.temperament = replace(self.temperament, silent_at=None)
        self.came_back = False
        return Away(away)

    def _leave(self) -> CustomerMove:
        if self.finished or happens(self.dice, 0.5):
            return End()
        self.finished = True
        self.temperament = replace(self.temperament, leaves_after=0.0, ends_themselves=True)
        return self._say(fitting(self.texts.manners.leaving, self.mood))

    def _say(self, line: Line) -> Say:
        self.tones.append(line[0])
        self.mood = 0.5 * self.mood + 0.5 * line[0]
        return Say(line[1])

    def _solved(self, unread: tuple[str, ...]) -> bool:
        return not any(text.endswith(self.matter.unsolved.agent) for text in unread)
