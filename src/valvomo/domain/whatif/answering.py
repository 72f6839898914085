"""How agents answer when they are asked: accepted, rejected, or missed, and after how long.

Which answer it is, is chance. The chance belongs to the visitor, so that the same one comes to the same in two houses
as long as the same agents are asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from valvomo.domain.whatif.chance import Dice, exponential, one_of

LEAST_ASKED = 20
"""Asked less often than this, an agent is taken to answer as everybody in the queue does."""


class Reply(StrEnum):
    """What becomes of an offer."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    MISSED = "missed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """After `seconds`; one that is missed ends with the offer's time, and the agent is inactive for `away` seconds."""

    reply: Reply = Reply.ACCEPTED
    seconds: float = 0.0
    away: float = 0.0


class Answering(Protocol):
    """How whoever is asked answers a visitor."""

    def answer(self, agent_id: str, dice: Dice) -> Answer:
        """The answer of this agent, this time."""
        ...  # pragma: no cover - a protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeUp:
    """Exponential with this mean for accepting and rejecting; so large a share of offers is rejected or missed.

    Who missed one is inactive for an exponential time with the mean `away`.
    """

    mean: float = 0.0
    rejected: float = 0.0
    missed: float = 0.0
    away: float = 0.0

    def answer(self, agent_id: str, dice: Dice) -> Answer:
        """The same law for everybody."""
        chance = dice() if self.rejected or self.missed else 1.0
        if chance < self.missed:
            return Answer(reply=Reply.MISSED, away=exponential(self.away, dice))
        rejected = chance < self.missed + self.rejected
        seconds = exponential(self.mean, dice) if self.mean else 0.0
        return Answer(reply=Reply.REJECTED if rejected else Reply.ACCEPTED, seconds=seconds)


AT_ONCE = MadeUp()
"""Accepted at once, by whoever is asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """As it was recorded: one of the answers that this agent has given, or else anybody."""

    by_agent: Mapping[str, Sequence[Answer]]
    by_anybody: Sequence[Answer]

    def answer(self, agent_id: str, dice: Dice) -> Answer:
        """Who was not asked often enough answers as everybody does."""
        return one_of(self.by_agent.get(agent_id, self.by_anybody), dice)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Somebody was asked to take a visitor of this queue and workstream."""

    agent_id: str
    queue_id: str
    workstream_id: str
    answer: Answer


class Answers:
    """Everything that was answered, to be answered again for each queue and workstream."""

    def __init__(self, asked: Sequence[Asked] = ()) -> None:
        self._by_agent: dict[str, dict[str, list[Answer]]] = {}
        self._by_queue: dict[tuple[str, str], list[Answer]] = {}
        self._by_workstream: dict[str, list[Answer]] = {}
        for one in asked:
            mine = self._by_agent.setdefault(one.workstream_id, {})
            mine.setdefault(one.agent_id, []).append(one.answer)
            self._by_queue.setdefault((one.queue_id, one.workstream_id), []).append(one.answer)
            self._by_workstream.setdefault(one.workstream_id, []).append(one.answer)
        self._often = {
            stream: {agent: given for agent, given in mine.items() if len(given) >= LEAST_ASKED}
            for stream, mine in self._by_agent.items()
        }

    def of(self, queue_id: str, workstream_id: str) -> Answering:
        """For visitors of this queue and workstream; where nobody was ever asked, they are accepted at once."""
        anybody = self._by_workstream.get(workstream_id)
        if anybody is None:
            return AT_ONCE
        inside = self._by_queue.get((queue_id, workstream_id), ())
        enough = inside if len(inside) >= LEAST_ASKED else anybody
        return Seen(by_agent=self._often[workstream_id], by_anybody=enough)
