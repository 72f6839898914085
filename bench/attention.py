"""A labelled set: does the attention score bring to the top what needs a supervisor now?

`python -m bench.attention` prints the table of docs/attention.md. A hundred conversations are played minute by minute
with a truth that nobody sees: what the customer's matter takes, how patient and how loud they are, what their agent can
do and whether they are really there. From that truth alone comes the label; from what can be seen (waits, answers,
moods, transfers, declines, words) comes the score. Loud is not the same as in trouble: some always sound cross, some go
quietly, some wait for hours without minding, and who asks for a supervisor does not always need one.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random

from valvomo.domain.agents.capacity import Agent
from valvomo.domain.agents.presence import Presence
from valvomo.domain.attention.agent import agent_parts, counted, quiet_since
from valvomo.domain.attention.part import score
from valvomo.domain.attention.parts import QueueNorms, attention, waiting_since
from valvomo.domain.attention.rules import PLAIN
from valvomo.domain.conversations.ask import ask, asked_by_customer
from valvomo.domain.conversations.fold import fold_all
from valvomo.domain.conversations.model import Channel, Conversation, Mode, State
from valvomo.domain.refusals import Refusal
from valvomo.domain.sentiment.levels import level_of
from valvomo.domain.sentiment.mood import Reading, with_reading

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
MANY = 100
TOP = 10
SEED = 2026
NORMS = QueueNorms(service_level=60, usual_handle=15 * 60)


@dataclass(slots=True)
class Truth:
    """What nobody sees. `strain` grows where nothing happens and falls with good answers; at 1 the customer goes.

    `beyond` is a matter that the agent has not the means for, `gone` an agent who is not really there, `unfit` a matter
    that nobody in the queue can take. `tone` is how the customer sounds whatever they feel.
    """

    patience: float
    tone: float
    beyond: bool
    gone: bool
    unfit: bool
    skill: float
    strain: float = 0.0


@dataclass(slots=True)
class Case:
    """A conversation as it can be seen now, its agent, and the label: it needs a supervisor now."""

    conversation: Conversation
    agent: Agent | None
    needs: bool


def cases(seed: int = SEED, many: int = MANY) -> list[Case]:
    """The same seed is the same set."""
    dice = Random(seed)
    return [_play(dice, number) for number in range(many)]


def needs_supervisor(truth: Truth, *, open_: bool) -> bool:
    """The label: without somebody from outside it ends badly within minutes, or cannot end at all."""
    return truth.strain >= 0.8 or (truth.unfit and open_) or (truth.beyond and truth.strain >= 0.35)


def _play(dice: Random, number: int) -> Case:
    truth = Truth(
        patience=dice.lognormvariate(2.6, 0.6),
        tone=dice.gauss(0, 0.4),
        beyond=dice.random() < 0.08,
        gone=dice.random() < 0.06,
        unfit=dice.random() < 0.04,
        skill=dice.uniform(0.4, 1),
    )
    minutes = dice.randrange(1, 26)
    begins = NOW - minutes * MINUTE
    seen = Conversation(
        id=f"{number:03}", organization_id="o", workstream_id="w", queue_id="q", channel=Channel.LIVE_CHAT,
        mode=Mode.TEXT, state=State.OPEN, contact_id="c", customer_name="Customer", units=1, created_at=begins,
        queued_at=begins, session_queued_at=begins, tags=("vip",) if dice.random() < 0.1 else (),
    )  # fmt: skip
    accepted_after = None if truth.unfit else dice.expovariate(1 / 2.5)
    for minute in range(minutes):
        at = begins + minute * MINUTE
        seen = _minute(dice, truth, seen, at, waits=accepted_after is None or minute < accepted_after)
    agent = None
    if seen.owner_id:
        load = 3 + (dice.random() < 0.15) + (dice.random() < 0.1)
        agent = Agent(id="a", organization_id="o", name="A", chosen=Presence.AVAILABLE, capacity=3, load=load)
    return Case(seen, agent, needs_supervisor(truth, open_=seen.state is State.OPEN))


def _minute(dice: Random, truth: Truth, seen: Conversation, at: datetime, *, waits: bool) -> Conversation:
    if waits:
        truth.strain += 1 / truth.patience
        if truth.unfit and dice.random() < 0.3:
            declines = {**seen.declines, "b": seen.declines.get("b", 0) + 1}
            seen = replace(seen, declines=declines, orphaned=sum(declines.values()) >= 3)
        return seen
    if seen.owner_id is None:
        seen = replace(
            seen, state=State.ACTIVE, owner_id="a", owner_name="A", first_accepted_at=at, accepted_at=at
        )
    seen = _customer(dice, truth, seen, at)
    return _answer(dice, truth, seen, at)


def _customer(dice: Random, truth: Truth, seen: Conversation, at: datetime) -> Conversation:
    """They write when nobody waits for them, and the more the more it strains them; how it sounds is read unsurely."""
    if dice.random() < 0.35 + 0.4 * truth.strain:
        felt = 0.35 - 1.1 * truth.strain + truth.tone + dice.gauss(0, 0.3)
        heard = max(-1.0, min(1.0, felt))
        sure = dice.random() < 0.8
        new = Reading(seq=seen.seq + 1, score=heard, level=level_of(heard) if sure else None, at=at)
        seen = replace(
            seen,
            seq=seen.seq + 1,
            public_seq=seen.public_seq + 1,
            readings=with_reading(seen.readings, new),
            last_message_at=at,
            unanswered_since=seen.unanswered_since or at,
        )
        asks = 0.12 if truth.strain > 0.7 else 0.06 if truth.beyond else 0.003
        if dice.random() < asks:
            seen = fold_all(seen, [(event, at) for event in asked_by_customer(seen)]) or seen
    return seen


def _answer(dice: Random, truth: Truth, seen: Conversation, at: datetime) -> Conversation:
    if seen.unanswered_since is None:
        truth.strain = max(0.0, truth.strain - 0.02)
        return seen
    if truth.gone or dice.random() > 0.35 + 0.5 * truth.skill:
        truth.strain += 1.2 / truth.patience
        return seen
    helps = -0.6 * truth.skill if truth.beyond else truth.skill
    truth.strain = max(0.0, truth.strain - 0.12 * helps)
    seen = replace(
        seen, seq=seen.seq + 1, public_seq=seen.public_seq + 1, unanswered_since=None, last_message_at=at
    )
    if truth.beyond and dice.random() < 0.08:
        events = ask(("a", "A"), seen, None)
        seen = seen if isinstance(events, Refusal) else fold_all(seen, [(one, at) for one in events]) or seen
    if dice.random() < (0.05 if truth.beyond else 0.01):
        seen = replace(seen, transfers=seen.transfers + 1)
    return seen


def by_attention(case: Case) -> float:
    """The score as the floor shows it."""
    own = attention(case.conversation, NORMS)
    if case.agent is None:
        return score(own, NOW)
    quiet = quiet_since(case.agent.id, (case.conversation,))
    return score((*own, *counted(agent_parts(case.agent, quiet), case.conversation, PLAIN)), NOW)


def by_wait(case: Case) -> float:
    """Minutes that the customer waits or waited for acceptance."""
    one = case.conversation
    until = NOW if waiting_since(one) is not None or one.first_accepted_at is None else one.first_accepted_at
    return (until - one.queued_at) / MINUTE


def by_sentiment(case: Case) -> float:
    """The worse the mood, the higher; without a mood in the middle."""
    mood = case.conversation.sentiment
    return 0.0 if mood is None or mood.score is None else -mood.score


RANKINGS: dict[str, Callable[[Case], float]] = {
    "attention": by_attention,
    "wait": by_wait,
    "sentiment": by_sentiment,
}


def precision(some: Sequence[Case], ranking: Callable[[Case], float], top: int = TOP) -> float:
    """The part of the first ones that need a supervisor; equal ones by age, as on the floor."""
    ranked = sorted(some, key=lambda case: (-ranking(case), case.conversation.id))
    return sum(case.needs for case in ranked[:top]) / top


def main(seeds: int = 50) -> None:
    """One set, and many."""
    first = cases()
    sets = [cases(seed) for seed in range(1, seeds + 1)]
    lines = [f"{sum(one.needs for one in first)} of {MANY} need a supervisor", ""]
    lines += [f"| ranked by | precision at {TOP} | mean of {seeds} sets |", "|---|---|---|"]
    for name, ranking in RANKINGS.items():
        mean = sum(precision(one, ranking) for one in sets) / seeds
        lines.append(f"| {name} | {precision(first, ranking):.2f} | {mean:.2f} |")
    by_chance = sum(one.needs for some in sets for one in some) / (MANY * seeds)
    lines.append(f"| chance | {sum(one.needs for one in first) / MANY:.2f} | {by_chance:.2f} |")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
