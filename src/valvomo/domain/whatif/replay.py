"""Recorded decisions made again from the facts that they were made on: the same, or every difference by name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from valvomo.domain.routing.choosing import Considered, Decision, decide


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviation:
    """Something that would be decided otherwise now. `what` names it: `outcome`, `agent`, `reason of …`."""

    what: str
    recorded: object
    now: object


def again(recorded: Decision) -> Decision:
    """Decided by the rules as the program has them now, on the facts of then."""
    seats = [one.seat for one in recorded.considered]
    return decide(recorded.waiting, recorded.workstream, recorded.queue, seats)


def deviations(recorded: Decision) -> tuple[Deviation, ...]:
    """Everything in which deciding again differs; nothing when the record is reproduced exactly."""
    return tuple(_compared(recorded, again(recorded)))


def _compared(recorded: Decision, now: Decision) -> Iterator[Deviation]:
    pairs: list[tuple[str, object, object]] = [
        ("outcome", recorded.outcome.value, now.outcome.value),
        ("agent", recorded.agent_id, now.agent_id),
        ("cause", recorded.cause, now.cause),
    ]
    after = {one.seat.agent.id: one for one in now.considered}
    for one in recorded.considered:
        pairs += _of_agent(one, after[one.seat.agent.id])
    yield from (Deviation(what=what, recorded=was, now=now) for what, was, now in pairs if was != now)


def _of_agent(recorded: Considered, now: Considered) -> list[tuple[str, object, object]]:
    agent = recorded.seat.agent.id
    return [
        (f"reason of {agent}", _value(recorded), _value(now)),
        (f"rank of {agent}", recorded.rank, now.rank),
    ]


def _value(one: Considered) -> str | None:
    return one.reason.value if one.reason else None
