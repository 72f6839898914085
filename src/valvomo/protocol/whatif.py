"""What if: what is asked, and what is answered line by line (spec 3)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from valvomo.domain.agents.skills import LEAST_LEVEL
from valvomo.domain.routing.facts import Method, SkillMatch
from valvomo.domain.routing.rules import QueueRule, SkillRule
from valvomo.domain.routing.soundness import MOST_RULES
from valvomo.domain.whatif.experiment import Compared, RuledOnAverage, Slice
from valvomo.domain.whatif.tally import Figures
from valvomo.protocol.requests import Answers, Context, Priority, Request
from valvomo.protocol.settings_requests import Conditions, QueuePriority, ServiceLevel, Title

IdOrName = Annotated[
    str, Meta(min_length=1, max_length=200, description="An id, or a name that only one has.")
]
Units = Annotated[int, Meta(ge=0, le=1000)]
Level = Annotated[int, Meta(ge=1, le=5)]
Skills = Annotated[dict[IdOrName, Level], Meta(max_length=200)]
QueueNames = Annotated[frozenset[IdOrName], Meta(min_length=1, max_length=1000)]
Rate = Annotated[float, Meta(ge=0, le=20_000)]
Mean = Annotated[float, Meta(ge=0, le=7 * 86_400, description="Seconds, on average.")]
Talk = Annotated[float, Meta(ge=1, le=7 * 86_400, description="Seconds, on average.")]
Share = Annotated[float, Meta(ge=0, le=1)]
MOST_REPLICATIONS = 100
MOST_HOURS = 31 * 24


class NewAgentsBody(Request, frozen=True, kw_only=True):
    """So many more who are alike; there for the whole time, or by these hours."""

    queues: QueueNames
    count: Annotated[int, Meta(ge=1, le=500)] = 1
    capacity: Units = 3
    skills: Skills = msgspec.field(default_factory=dict)
    hours: IdOrName | None = None


class AgentChangeBody(Request, frozen=True, kw_only=True):
    """What is left out stays; skills and queues are replaced as a whole."""

    capacity: Units | None = None
    skills: Skills | None = None
    queues: QueueNames | None = None
    hours: IdOrName | None = None


class AgentChangesBody(Request, frozen=True, kw_only=True):
    """`*` in `change` is everybody."""

    add: Annotated[list[NewAgentsBody], Meta(max_length=100)] = msgspec.field(default_factory=list)
    remove: Annotated[list[IdOrName], Meta(max_length=2000)] = msgspec.field(default_factory=list)
    change: Annotated[dict[IdOrName, AgentChangeBody], Meta(max_length=2000)] = msgspec.field(
        default_factory=dict
    )


class QueueChangeBody(Request, frozen=True, kw_only=True):
    """How a queue gives out its work; what is left out stays."""

    method: Method | None = None
    match: SkillMatch | None = None
    priority: QueuePriority | None = None
    service_level_seconds: ServiceLevel | None = None


class WhatIfQueueRule(Request, frozen=True, kw_only=True):
    """Into this queue, if all conditions hold; the first rule that matches decides."""

    name: Title
    queue_id: IdOrName
    conditions: Conditions = ()


class WhatIfNeed(Request, frozen=True, kw_only=True):
    """A skill that is asked for, and how much of it at least."""

    skill_id: IdOrName
    level: Level = LEAST_LEVEL


class WhatIfSkillRule(Request, frozen=True, kw_only=True):
    """These skills and so much more priority, if all conditions hold; every rule that matches applies."""

    name: Title
    conditions: Conditions = ()
    needs: Annotated[tuple[WhatIfNeed, ...], Meta(max_length=20)] = ()
    priority: Priority = 0


class WorkstreamChangeBody(Request, frozen=True, kw_only=True):
    """What a conversation costs, and how it is classified; what is left out stays, rules are replaced as a whole.

    `queue` is the fallback. Rules are written as in the settings of a workstream, with ids or names.
    """

    units: Units | None = None
    queue: IdOrName | None = None
    queue_rules: Annotated[tuple[WhatIfQueueRule, ...], Meta(max_length=MOST_RULES)] | None = None
    skill_rules: Annotated[tuple[WhatIfSkillRule, ...], Meta(max_length=MOST_RULES)] | None = None


class ChangesBody(Request, frozen=True, kw_only=True):
    """What is to be different: staff, skills, capacity, rules. What is not named stays as it is."""

    agents: AgentChangesBody = msgspec.field(default_factory=AgentChangesBody)
    queues: Annotated[dict[IdOrName, QueueChangeBody], Meta(max_length=1000)] = msgspec.field(
        default_factory=dict
    )
    workstreams: Annotated[dict[IdOrName, WorkstreamChangeBody], Meta(max_length=1000)] = msgspec.field(
        default_factory=dict
    )


class KindBody(Request, frozen=True, kw_only=True):
    """So large a share of a stream, against the other shares, asks for these skills.

    Language, answers and context are what the rules of the workstream see; these add skills and priority, and choose
    the queue where none is named.
    """

    share: Annotated[float, Meta(gt=0, le=1_000_000)]
    skills: Skills = msgspec.field(default_factory=dict)
    language: Annotated[str, Meta(max_length=35)] = ""
    answers: Answers = msgspec.field(default_factory=dict)
    context: Context = msgspec.field(default_factory=dict)


class PassingBody(Request, frozen=True, kw_only=True):
    """So large a share of a stream is passed on to this queue by who has served them, and served there so long."""

    queue: IdOrName
    share: Share
    talk: Talk


class StreamBody(Request, frozen=True, kw_only=True):
    """Arrivals at random with a rate an hour: one, or one for each hour from the start, over and over.

    The rules of the workstream choose the queue if it is left out. A patience of null has no end. Such shares of offers
    are rejected, or missed by agents who are then inactive for `away`.
    """

    workstream: IdOrName
    per_hour: Rate | Annotated[list[Rate], Meta(min_length=1, max_length=168)]
    talk: Talk
    queue: IdOrName | None = None
    wrap_up: Mean = 0
    patience: Talk | None = None
    answer: Mean = 0
    rejected: Share = 0
    missed: Share = 0
    away: Mean = 0
    passing: Annotated[list[PassingBody], Meta(max_length=20)] = msgspec.field(default_factory=list)
    priority: Priority = 0
    kinds: Annotated[list[KindBody], Meta(max_length=50)] = msgspec.field(default_factory=list)


class SyntheticBody(Request, frozen=True, kw_only=True):
    """A load that is made up. It begins at `start` (now if left out), since people go by the calendar.

    The first `run_up` seconds fill the house and are not counted.
    """

    streams: Annotated[list[StreamBody], Meta(min_length=1, max_length=100)]
    hours: Annotated[float, Meta(gt=0, le=MOST_HOURS)] = 8
    start: Annotated[datetime, Meta(tz=True)] | None = None
    run_up: Annotated[float, Meta(ge=0, le=86_400)] = 0


class WhatIfRequest(Request, frozen=True, kw_only=True, rename={"since": "from", "until": "to"}):
    """Either a recorded period (`from`, `to`) or a `synthetic` load, and what is changed.

    The same `seed` gives the same answer.
    """

    since: Annotated[datetime, Meta(tz=True)] | None = None
    until: Annotated[datetime, Meta(tz=True)] | None = None
    synthetic: SyntheticBody | None = None
    changes: ChangesBody | None = None
    replications: Annotated[int, Meta(ge=1, le=MOST_REPLICATIONS)] = 10
    seed: Annotated[int, Meta(ge=0, le=2**31 - 1)] = 1


class WhatIfAgent(msgspec.Struct, frozen=True, kw_only=True):
    """An agent as they are today. Queues and skills by id."""

    id: str
    name: str
    capacity: int
    queues: list[str]
    skills: dict[str, int]
    hours: str | None


class WhatIfQueue(msgspec.Struct, frozen=True, kw_only=True):
    """How a queue gives out its work today."""

    id: str
    name: str
    kind: str
    method: Method
    match: SkillMatch
    priority: int
    service_level_seconds: int


class WhatIfWorkstream(msgspec.Struct, frozen=True, kw_only=True):
    """What a conversation costs today, and by which rules it comes into which queue of its `kind`."""

    id: str
    name: str
    channel: str
    kind: str
    queue: str
    units: int
    queue_rules: tuple[QueueRule, ...]
    skill_rules: tuple[SkillRule, ...]


class WhatIfThing(msgspec.Struct, frozen=True, kw_only=True):
    """Something by its name."""

    id: str
    name: str


class WhatIfHouse(msgspec.Struct, frozen=True, kw_only=True):
    """What can be changed, as it is today."""

    agents: list[WhatIfAgent]
    queues: list[WhatIfQueue]
    workstreams: list[WhatIfWorkstream]
    skills: list[WhatIfThing]
    hours: list[WhatIfThing]


class WhatIfScope(msgspec.Struct, frozen=True, kw_only=True):
    """Figures of a queue, or of all (`queue` null), by name.

    `recorded` is what really happened in the period, null for a load that was made up: how near `today` comes to it is
    how far the rest can be believed.
    """

    queue: str | None
    name: str | None
    figures: dict[str, Compared]
    recorded: Figures | None


class WhatIfProgress(msgspec.Struct, frozen=True, kw_only=True, tag="progress", tag_field="kind"):
    """So many of the courses have been played."""

    done: int
    of: int


class WhatIfProblem(msgspec.Struct, frozen=True, kw_only=True, tag="problem", tag_field="kind"):
    """Why there will be no result; as in a problem document."""

    type: str
    title: str
    detail: str


class WhatIfResult(msgspec.Struct, frozen=True, kw_only=True, tag="result", tag_field="kind"):
    """What it came to.

    `agents` are how many there are today and after the changes. `patience` is the mean that was estimated for queues,
    by id, in seconds; nobody leaves queues that are not in it. `ruled` is what changed rules of classification did.
    """

    scopes: tuple[WhatIfScope, ...]
    course: tuple[Slice, ...]
    since: datetime
    until: datetime
    expected: float
    agents: tuple[int, int | None]
    patience: dict[str, float]
    ruled: RuledOnAverage | None
    replications: int
    seed: int


WhatIfLine = WhatIfProgress | WhatIfProblem | WhatIfResult
