"""Decisions made again: the same from the same facts, and every difference by name."""

from dataclasses import replace
from datetime import timedelta

from sample_virtual import START, worker, workstream

from valvomo.domain.agents.presence import Presence
from valvomo.domain.conversations.model import Channel
from valvomo.domain.refusals import Reason
from valvomo.domain.routing.choosing import Decision, Outcome, decide
from valvomo.domain.routing.facts import Method, QueueRules, Seat, Waiting
from valvomo.domain.whatif.replay import deviations


def seat(name: str, idle: float, **more: object) -> Seat:
    agent = replace(worker(name, 2).agent, **{"chosen": Presence.AVAILABLE, **more})  # type: ignore[arg-type]
    return Seat(agent=agent, idle_since=START - timedelta(seconds=idle))


def decision() -> Decision:
    waiting = Waiting(
        id="c", queue_id="q", workstream_id="w", channel=Channel.LIVE_CHAT, units=1, queued_at=START
    )
    seats = [seat("aino", 10), seat("eino", 99), seat("away", 5, chosen=Presence.AWAY)]
    return decide(waiting, workstream(), QueueRules(id="q", method=Method.MOST_IDLE), seats)


def test_an_unchanged_record_is_reproduced() -> None:
    recorded = decision()
    assert recorded.agent_id == "eino"
    assert deviations(recorded) == ()


def test_every_difference_is_named() -> None:
    recorded = decision()
    first, second, away = recorded.considered
    forged = replace(
        recorded,
        outcome=Outcome.WAITING,
        agent_id=None,
        considered=(replace(first, rank=2), second, replace(away, reason=Reason.NO_CAPACITY)),
    )
    assert {(one.what, one.recorded, one.now) for one in deviations(forged)} == {
        ("outcome", "waiting", "offered"),
        ("agent", None, "eino"),
        ("rank of eino", 2, 1),
        ("reason of away", Reason.NO_CAPACITY.value, Reason.PRESENCE_NOT_ALLOWED.value),
    }


def test_another_rule_is_noticed() -> None:
    recorded = replace(decision(), queue=QueueRules(id="q", method=Method.FREE_CAPACITY))
    busy = replace(recorded.considered[0], seat=seat("eino", 99, load=1))
    found = deviations(replace(recorded, considered=(busy, *recorded.considered[1:])))
    assert [(one.what, one.recorded, one.now) for one in found] == [
        ("agent", "eino", "aino"),
        ("rank of eino", 1, 2),
        ("rank of aino", 2, 1),
    ]
