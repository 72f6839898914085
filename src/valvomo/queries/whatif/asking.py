"""From what is asked to an experiment: the house, the load, the changes, and whose figures may be told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import msgspec

from valvomo.db.transaction import Transaction
from valvomo.domain.access.actor import Actor
from valvomo.domain.access.colleagues import figures_scope, may_see_agent
from valvomo.domain.agents.skills import Need, joined
from valvomo.domain.conversations.targets import queue_kind
from valvomo.domain.conversations.workstream import Workstream
from valvomo.domain.refusals import Reason, Refusal, malformed
from valvomo.domain.routing.rules import Arrival
from valvomo.domain.whatif.changes import Changes
from valvomo.domain.whatif.changing import changed
from valvomo.domain.whatif.coming import Matter
from valvomo.domain.whatif.experiment import Experiment
from valvomo.domain.whatif.names import Names, UnsoundError
from valvomo.domain.whatif.recorded import Recorded
from valvomo.domain.whatif.ruling import classified
from valvomo.domain.whatif.setup import Period, Setup
from valvomo.domain.whatif.synthetic import HOUR, Kind, Passing, Stream, Synthetic
from valvomo.protocol.whatif import (
    MOST_HOURS,
    ChangesBody,
    KindBody,
    StreamBody,
    SyntheticBody,
    WhatIfRequest,
)
from valvomo.queries.whatif.house import attended, setup_of, whatif_refusal
from valvomo.queries.whatif.past import MOST_PAST, past_of

RUN_UP = timedelta(hours=1)
"""So much before a recorded period is played too: the first who counts does not come into an empty house."""
MOST_ARRIVALS = 100_000
"""Of a load that is made up, on average."""
FURTHEST = timedelta(days=3653)
"""From now, in either direction: calendars end somewhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The experiment, and what its answer is told with: names of queues by id, in their order, and the seed."""

    experiment: Experiment
    names: dict[str, str]
    seed: int


async def asked(tx: Transaction, actor: Actor, wanted: WhatIfRequest, now: datetime) -> Asked | Refusal:
    """Read the house, and the past if it is asked for; what makes no sense is refused, with the place."""
    if refusal := whatif_refusal(actor):
        return refusal
    found = await _loaded(tx, actor.organization_id, wanted, now)
    if isinstance(found, Refusal):
        return found
    today, load, period = found
    known = [one.agent.id for one in today.workers if may_see_agent(actor, one.agent.id, one.agent.queues)]
    changes = msgspec.convert(msgspec.to_builtins(wanted.changes or ChangesBody()), Changes)
    after = changed(today, changes, known=known)
    if isinstance(after, Refusal):
        return after
    scope = figures_scope(actor)
    names = {one.id: one.name for one in today.places.values() if scope is None or one.id in scope}
    experiment = Experiment(
        load=load,
        period=period,
        today=today,
        changed=None if changes == Changes() else after,
        queues=tuple(names),
        replications=wanted.replications,
    )
    return Asked(experiment=experiment, names=names, seed=wanted.seed)


Loaded = tuple[Setup, Recorded | Synthetic, Period]


async def _loaded(
    tx: Transaction, organization_id: str, wanted: WhatIfRequest, now: datetime
) -> Loaded | Refusal:
    if wanted.synthetic is not None and wanted.since is None and wanted.until is None:
        start = wanted.synthetic.start or now
        if abs(start - now) > FURTHEST:
            return malformed("body.synthetic.start", "a moment within ten years from now")
        start = start.astimezone(UTC)
        return _made_up(await setup_of(tx, organization_id, start), wanted.synthetic, start)
    if wanted.since is not None and wanted.until is not None and wanted.synthetic is None:
        return await _of_past(tx, organization_id, (wanted.since, min(wanted.until, now)), now)
    return malformed("body", "either a recorded period, from and to, or a synthetic load")


async def _of_past(
    tx: Transaction, organization_id: str, span: tuple[datetime, datetime], now: datetime
) -> Loaded | Refusal:
    since, until = span
    if now - since > FURTHEST or not since < until or until - since > timedelta(hours=MOST_HOURS):
        return malformed("body.from", f"a period that is past, of {MOST_HOURS // 24} days at most")
    since, until = since.astimezone(UTC), until.astimezone(UTC)
    start = since - RUN_UP
    period = Period(start=start, since=RUN_UP.total_seconds(), until=(until - start).total_seconds())
    setup = await setup_of(tx, organization_id, since)
    past = await past_of(tx, organization_id, period, now=now, workstreams=setup.house.workstreams)
    if past is None:
        return malformed("body.from", f"a shorter period: more than {MOST_PAST} came in this one")
    if not past.load.known:
        return Refusal(Reason.NOTHING_RECORDED)
    return attended(setup, past.attended), past.load, period


def _made_up(setup: Setup, body: SyntheticBody, start: datetime) -> Loaded | Refusal:
    until = body.run_up + body.hours * HOUR
    try:
        streams = tuple(_stream(setup, one, number) for number, one in enumerate(body.streams))
    except UnsoundError as error:
        return malformed(f"body.synthetic.streams.{error.at}", error.problem)
    load = Synthetic(streams=streams, seconds=until)
    if load.expected > MOST_ARRIVALS:
        return malformed("body.synthetic", f"fewer arrivals: {load.expected:.0f} of at most {MOST_ARRIVALS}")
    begin = start - timedelta(seconds=body.run_up)
    return setup, load, Period(start=begin, since=body.run_up, until=until)


def _stream(setup: Setup, body: StreamBody, number: int) -> Stream:
    """Raises `UnsoundError` where it names what is not there, or a queue for other work."""
    workstreams = setup.house.workstreams
    named = Names("workstream", ((one.id, one.name) for one in workstreams.values()))
    queues = Names("queue", ((one.id, one.name) for one in setup.places.values()))
    workstream = workstreams[named.id(body.workstream, f"{number}.workstream")]
    queue = workstream.queue_id if body.queue is None else queues.id(body.queue, f"{number}.queue")
    passing = tuple(_passing(body, queues, number))
    if setup.places[queue].kind != queue_kind(workstream.channel):
        raise UnsoundError(f"{number}.queue", "the queue is for another kind of work")
    return Stream(
        workstream_id=workstream.id,
        queue_id=queue,
        rates=tuple(body.per_hour) if isinstance(body.per_hour, list) else (body.per_hour,),
        talk=body.talk,
        wrap_up=body.wrap_up,
        patience=body.patience,
        answer=body.answer,
        rejected=body.rejected,
        missed=body.missed,
        away=body.away,
        passing=passing,
        priority=body.priority,
        kinds=tuple(
            _kind(setup, workstream, one, f"{number}.kinds.{place}", named=body.queue is not None)
            for place, one in enumerate(body.kinds or [KindBody(share=1)])
        ),
    )


def _kind(setup: Setup, workstream: Workstream, body: KindBody, at: str, *, named: bool) -> Kind:
    """What the rules of the workstream make of them, as the house itself does; a queue that is named wins."""
    arrival = Arrival(
        channel=workstream.channel.value, language=body.language, answers=body.answers, context=body.context
    )
    found, own = classified(workstream, arrival), _needs(setup, body.skills, at)
    return Kind(
        share=body.share,
        needs=joined(own, found.needs),
        queue_id=None if named else found.queue_id,
        priority=found.priority,
        matter=Matter(arrival=arrival, ruled=not named, needs=own),
    )


def _passing(body: StreamBody, queues: Names, number: int) -> Iterator[Passing]:
    if sum(one.share for one in body.passing) > 1:
        raise UnsoundError(f"{number}.passing", "the shares come to more than 1")
    if body.rejected + body.missed > 1:
        raise UnsoundError(f"{number}.missed", "rejected and missed come to more than 1")
    for place, one in enumerate(body.passing):
        queue = queues.id(one.queue, f"{number}.passing.{place}.queue")
        yield Passing(share=one.share, queue_id=queue, talk=one.talk)


def _needs(setup: Setup, skills: dict[str, int], at: str) -> tuple[Need, ...]:
    named = Names("skill", setup.skills.items())
    found = {named.id(one, f"{at}.skills.{one}"): level for one, level in skills.items()}
    return tuple(Need(skill_id=skill, level=level) for skill, level in sorted(found.items()))
