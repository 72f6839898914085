"""`valvomo insight`: measure sentiment and language, in a process of its own."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from valvomo.cli.running import FailedError, load, run
from valvomo.main.insight import measure


def insight_command(*, owner: Annotated[int | None, Parameter(show=False)] = None) -> None:
    """Measure what customers feel and in which language they write, until interrupted.

    `valvomo serve` starts one by itself (VALVOMO_INSIGHT_PROCESSES). As many more as you like may run beside it, on any
    machine that reaches the database; each message is read once.
    """
    found = load()
    if found.embedded:
        raise FailedError(
            "insight needs VALVOMO_DATABASE_URL; on an embedded database the server starts its own"
        )
    run(measure(found, owner=owner))
