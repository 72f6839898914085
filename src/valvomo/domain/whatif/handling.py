"""How a conversation was served, read from what happened in it: by whom asked, for how long, passed on to where."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from valvomo.domain.whatif.answering import Answer, Reply

BEGINS = frozenset({"offer_accepted", "picked", "resumed", "took_over"})
ENDS = frozenset({"parked", "queued", "ended", "record_resolved", "auto_closed", "force_closed"})
CLOSES = frozenset({"wrap_up_completed", "auto_closed", "force_closed"})
OVER = CLOSES | {"abandoned", "record_resolved"}
OFFERED = "offer_made"
REPLIES = {
    "offer_accepted": Reply.ACCEPTED,
    "offer_rejected": Reply.REJECTED,
    "offer_expired": Reply.MISSED,
    "offer_withdrawn": None,
}
KINDS = BEGINS | ENDS | OVER | REPLIES.keys() | {OFFERED}
"""The kinds of facts that say something of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """A fact of the conversation. Of an offer: to whom, and whether by the router; of a way to a queue: which, and why.

    `auto` is whether the workstream accepted for the agent.
    """

    kind: str
    at: datetime
    agent_id: str | None = None
    by_router: bool = False
    auto: bool = False
    queue_id: str | None = None
    cause: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Seconds of talk in one queue, and what ended it: passed on `to` a queue, or over, with so much wrap-up."""

    talk: float
    wrap_up: float = 0.0
    to: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """An agent who was asked by the router, how they answered, and when."""

    agent_id: str
    at: datetime
    answer: Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Handled:
    """How it was served from queue to queue, how long it waited after each pass, and how agents answered."""

    served: tuple[Stretch, ...] = ()
    again: tuple[float, ...] = ()
    passed: int = 0
    answers: tuple[Answered, ...] = ()


def handled(facts: Iterable[Happened]) -> Handled:
    """Out of its facts in order.

    Talk runs from acceptance, of all primaries, less the time parked. Only what the router asks has an answer here, and
    what a workstream accepts for its agents is none of theirs.
    """
    story = _Story()
    for fact in facts:
        story.goes_on(fact)
    return Handled(
        served=tuple(story.served),
        again=tuple(story.again),
        passed=story.passed,
        answers=tuple(story.answers),
    )


@dataclass(slots=True)
class _Story:
    served: list[Stretch] = field(default_factory=list)
    again: list[float] = field(default_factory=list)
    answers: list[Answered] = field(default_factory=list)
    passed: int = 0
    talk: float = 0.0
    in_queue: bool = True
    was_served: bool = False
    passed_at: datetime | None = None
    offered: Happened | None = None
    began: datetime | None = None
    wrapping: datetime | None = None

    def goes_on(self, fact: Happened) -> None:
        kind = fact.kind
        if self.in_queue and (kind == OFFERED or kind in REPLIES):
            self._of_offer(fact)
        if self.passed_at is not None and (kind in BEGINS or kind in OVER):
            self.again.append((fact.at - self.passed_at).total_seconds())
            self.passed_at = None
        if kind in ENDS:
            self._stops(fact)
        if kind in CLOSES and self.wrapping is not None:
            wrap_up, self.wrapping = (fact.at - self.wrapping).total_seconds(), None
            self._ends_stretch(Stretch(talk=self.talk, wrap_up=wrap_up))
        elif kind in OVER and self.was_served:
            self._ends_stretch(Stretch(talk=self.talk))
        if kind in BEGINS and self.began is None:
            self.began, self.in_queue, self.was_served = fact.at, False, True
        if kind == "ended":
            self.wrapping = fact.at

    def _of_offer(self, fact: Happened) -> None:
        if fact.kind == OFFERED:
            self.offered = fact if fact.by_router else None
            return
        reply, offered = REPLIES[fact.kind], self.offered
        if offered is None or offered.agent_id is None or offered.agent_id != fact.agent_id:
            return
        self.offered = None
        if reply is not None and not fact.auto:
            seconds = 0.0 if reply is Reply.MISSED else (fact.at - offered.at).total_seconds()
            answer = Answer(reply=reply, seconds=seconds)
            self.answers.append(Answered(agent_id=offered.agent_id, at=fact.at, answer=answer))

    def _stops(self, fact: Happened) -> None:
        self.talk += (fact.at - self.began).total_seconds() if self.began is not None else 0.0
        self.began, self.in_queue = None, fact.kind == "queued"
        if fact.cause == "transferred" and fact.queue_id is not None:
            self.passed += 1
            self.passed_at = fact.at
            self._ends_stretch(Stretch(talk=self.talk, to=fact.queue_id))

    def _ends_stretch(self, stretch: Stretch) -> None:
        if self.was_served:
            self.served.append(stretch)
        self.talk, self.was_served = 0.0, False
