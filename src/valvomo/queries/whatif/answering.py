"""From an experiment to its answer, line by line."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterator

from valvomo.domain.whatif.chance import Dice
from valvomo.domain.whatif.experiment import ALL, Experiment, Findings, Progress, carry_out
from valvomo.domain.whatif.recorded import Recorded, as_it_was, patience_by_queue
from valvomo.domain.whatif.tally import Figures, tally
from valvomo.protocol.whatif import WhatIfProgress, WhatIfResult, WhatIfScope
from valvomo.queries.whatif.asking import Asked


def answered(asked: Asked) -> Iterator[WhatIfProgress | WhatIfResult]:
    """Progress after each course, the result last. It takes the time that it takes: not for an event loop."""
    for step in carry_out(asked.experiment, lambda number: _dice(asked.seed, number)):
        if isinstance(step, Progress):
            yield WhatIfProgress(done=step.done, of=step.of)
        else:
            yield _result(asked, step)


def _dice(seed: int, number: int) -> Dice:
    return random.Random(f"{seed}:{number}").random  # noqa: S311 - chance, not a secret


def _result(asked: Asked, found: Findings) -> WhatIfResult:
    experiment, period = asked.experiment, asked.experiment.period
    after = experiment.changed
    return WhatIfResult(
        scopes=tuple(_scope(asked, found, one) for one in (ALL, *experiment.queues)),
        course=found.course,
        since=period.moment(period.since),
        until=period.moment(period.until),
        expected=experiment.load.expected,
        agents=(len(experiment.today.workers), None if after is None else len(after.workers)),
        patience=_patience(experiment, asked.names),
        ruled=found.ruled,
        replications=found.replications,
        seed=asked.seed,
    )


def _scope(asked: Asked, found: Findings, scope: str) -> WhatIfScope:
    everything = scope == ALL
    return WhatIfScope(
        queue=None if everything else scope,
        name=None if everything else asked.names[scope],
        figures=dict(found.figures[scope]),
        recorded=_recorded(asked.experiment, asked.experiment.queues if everything else (scope,)),
    )


def _recorded(experiment: Experiment, queues: Collection[str]) -> Figures | None:
    if not isinstance(experiment.load, Recorded):
        return None
    course = as_it_was(experiment.load.records, experiment.period)
    return tally(course, queues, experiment.today.goals)


def _patience(experiment: Experiment, queues: Collection[str]) -> dict[str, float]:
    load = experiment.load
    if isinstance(load, Recorded):
        found = patience_by_queue(load.records)
        return {queue: found[queue] for queue in queues if queue in found}
    known = {one.queue_id: one.patience for one in load.streams if one.patience is not None}
    return {queue: known[queue] for queue in queues if queue in known}
