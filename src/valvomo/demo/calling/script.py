"""What is said in a call, and in which order: made of what simulated people write. No clock, no network."""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import StrEnum

from valvomo.demo.people.matters import Language, Matter, first_name, fitting
from valvomo.demo.people.moves import happens


class Kind(StrEnum):
    """How a call goes: as usual, with the customer on hold, with one who is upset, over a bad network."""

    PLAIN = "plain"
    HOLD = "hold"
    UPSET = "upset"
    BAD_NETWORK = "bad_network"


@dataclass(frozen=True, slots=True)
class Says:
    """Somebody says something, and is heard out. `agent`: it is the agent's."""

    text: str
    agent: bool = False


@dataclass(frozen=True, slots=True)
class Both:
    """Customer and agent speak at the same time."""

    customer: str
    agent: str


@dataclass(frozen=True, slots=True)
class Holds:
    """The customer is put on hold for so many seconds."""

    seconds: float


Step = Says | Both | Holds
ON_HOLD = (8.0, 75.0)
INTERRUPTS = 6
"""So often an upset customer speaks into what the agent says: long enough to be noticed."""


def script(  # noqa: PLR0917 - who calls about what, and how it goes
    texts: Language, matter: Matter, names: tuple[str, str], kind: Kind, dice: random.Random
) -> tuple[Step, ...]:
    """The whole of a call between a customer and an agent, by their names."""
    manners, mood = texts.manners, -3.0 if kind is Kind.UPSET else dice.uniform(-1, 1.5)
    greeting = dice.choice(manners.greeting).format(customer=first_name(names[0]), agent=first_name(names[1]))
    steps: list[Step] = [Says(greeting, agent=True), Says(fitting(matter.opening, mood)[1])]
    holding = dice.randrange(len(matter.turns)) if kind is Kind.HOLD else None
    for number, turn in enumerate(matter.turns):
        if number == holding:
            steps += [Says(dice.choice(manners.holding), agent=True), Holds(dice.uniform(*ON_HOLD))]
        steps += [Says(turn.agent, agent=True), Says(fitting(turn.customer, mood)[1])]
    if kind is Kind.UPSET:
        said = [*(turn.agent for turn in matter.turns), *manners.apology]
        steps += [
            Both(dice.choice(manners.impatient)[1], said[number % len(said)]) for number in range(INTERRUPTS)
        ]
        steps += [Says(fitting(manners.demand, mood)[1]), Says(dice.choice(manners.supervisor), agent=True)]
    solved = kind is not Kind.UPSET and happens(dice, 0.8)
    end = matter.solved if solved else matter.unsolved
    steps += [Says(end.agent, agent=True), Says(fitting(end.customer, mood)[1])]
    steps += [Says(dice.choice(manners.farewell if solved else manners.regret), agent=True)]
    if solved:
        steps.append(Says(fitting(manners.thanks, mood)[1]))
    return tuple(steps)
