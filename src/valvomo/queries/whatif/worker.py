"""The process in which an experiment is carried out: a job comes in on standard input, lines go out.

It has a connection of its own and its own interpreter, so that people who work with the server notice nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from datetime import datetime
from typing import Any

import msgspec

from valvomo.db.database import Database
from valvomo.domain.access.actor import Actor
from valvomo.domain.refusals import Reason, Refusal
from valvomo.protocol.whatif import WhatIfProblem, WhatIfProgress, WhatIfRequest, WhatIfResult
from valvomo.queries.whatif.answering import answered
from valvomo.queries.whatif.asking import Asked, asked

NICENESS = 5
"""Whatever else the machine has to do comes first."""


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be done, for whom, where."""

    url: str
    actor: Actor
    request: WhatIfRequest
    now: datetime


class Refused(msgspec.Struct, frozen=True, kw_only=True, tag="refused", tag_field="kind"):
    """Instead of lines: the refusal."""

    reason: Reason
    facts: dict[str, Any]


FirstLine = WhatIfProgress | WhatIfProblem | WhatIfResult | Refused


def main() -> None:
    """From standard input to standard output. Ends when nobody listens any more."""
    os.nice(NICENESS)
    job = msgspec.json.decode(sys.stdin.buffer.read(), type=Job)
    with contextlib.suppress(BrokenPipeError):
        found = asyncio.run(_asked(job))
        if isinstance(found, Refusal):
            _write(Refused(reason=found.reason, facts=dict(found.facts)))
            return
        for line in answered(found):
            _write(line)


async def _asked(job: Job) -> Asked | Refusal:
    database = await Database.open(job.url, pool_size=1)
    try:
        async with database.reading() as tx:
            return await asked(tx, job.actor, job.request, job.now)
    finally:
        await database.close()


def _write(line: msgspec.Struct) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(line) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
