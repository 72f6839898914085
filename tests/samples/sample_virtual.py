"""Houses and visitors for playing in virtual time."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from valvomo.domain.agents.capacity import Agent
from valvomo.domain.conversations.model import Channel
from valvomo.domain.conversations.workstream import Workstream
from valvomo.domain.routing.facts import House, QueueRules
from valvomo.domain.routing.overflow import Place
from valvomo.domain.whatif.answering import Answer
from valvomo.domain.whatif.chance import Dice
from valvomo.domain.whatif.coming import Coming
from valvomo.domain.whatif.setup import Period, Setup, Worker


@dataclass(frozen=True)
class Always:
    """Everybody who is asked answers like this, or as is said for them."""

    given: Answer
    but: Mapping[str, Answer] = field(default_factory=dict)

    def answer(self, agent_id: str, dice: Dice) -> Answer:  # noqa: ARG002
        return self.but.get(agent_id, self.given)


START = datetime(2026, 1, 5, 6, tzinfo=UTC)


def period(until: float, since: float = 0.0) -> Period:
    return Period(start=START, since=since, until=until)


def worker(name: str, capacity: int = 1, queues: str = "q", **more: Any) -> Worker:
    """`queues` names them by one letter each."""
    hours = {one: more.pop(one) for one in ("hours", "there") if one in more}
    agent = Agent(
        id=name, organization_id="o", name=name.title(), capacity=capacity, queues=frozenset(queues), **more
    )
    return Worker(agent=agent, **hours)


def workstream(name: str = "w", **more: Any) -> Workstream:
    given = {"channel": Channel.LIVE_CHAT, "queue_id": "q", **more}
    return Workstream(id=name, organization_id="o", name=name, **given)


def place(name: str, **more: Any) -> Place:
    return Place(id=name, name=name.upper(), kind="messaging", **more)


def setup(workers: list[Worker], **more: Any) -> Setup:
    """One queue `q` and one workstream `w`, unless others are given."""
    workstreams = more.pop("workstreams", [workstream()])
    queues = more.pop("queues", [QueueRules(id="q")])
    places = more.pop("places", [place(one.id) for one in queues])
    house = House(workstreams={one.id: one for one in workstreams}, queues={one.id: one for one in queues})
    return Setup(
        house=house,
        workers=tuple(workers),
        places={one.id: one for one in places},
        goals={one.id: 20 for one in queues},
        **more,
    ).manned()


def coming(name: str, at: float, talk: float = 60.0, **more: Any) -> Coming:
    """`answer` is how long whoever is asked takes to accept."""
    given = {"queue_id": "q", "workstream_id": "w", **more}
    if (seconds := given.pop("answer", 0.0)) > 0:
        given["answering"] = Always(Answer(seconds=seconds))
    return Coming(id=name, at=at, talk=talk, **given)
