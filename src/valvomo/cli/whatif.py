"""`valvomo whatif`: other staff, skills, capacity or rules, tried on the past or on a load that is made up."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, TypeVar
from zoneinfo import ZoneInfo

import msgspec
from cyclopts import Parameter
from rich.console import Console
from rich.progress import Progress

from valvomo.cli.findings import tables
from valvomo.cli.running import FailedError, load, reached, run
from valvomo.db.database import Database
from valvomo.domain.access.actor import Actor, UserRole
from valvomo.domain.refusals import Refusal
from valvomo.domain.routing.facts import ALGORITHM
from valvomo.main.clock import now
from valvomo.protocol.problems import problem_of
from valvomo.protocol.whatif import (
    MOST_REPLICATIONS,
    ChangesBody,
    SyntheticBody,
    WhatIfProgress,
    WhatIfRequest,
    WhatIfResult,
)
from valvomo.queries.whatif.answering import answered
from valvomo.queries.whatif.asking import Asked, asked
from valvomo.queries.whatif.replaying import Replayed, replayed
from valvomo.settings import Settings

T = TypeVar("T")


def _help(text: str, *names: str) -> Parameter:
    return Parameter(name=names or None, help=text, negative="")


def whatif_command(
    *,
    since: Annotated[datetime | None, _help("The recorded period begins here.", "--from")] = None,
    until: Annotated[datetime | None, _help("And ends before here.", "--to")] = None,
    synthetic: Annotated[Path | None, _help("A load that is made up, as JSON (docs/what-if.md).")] = None,
    changes: Annotated[Path | None, _help("What is to be different, as JSON (docs/what-if.md).")] = None,
    replications: Annotated[int, _help("How often chance is let play.")] = 10,
    seed: Annotated[int, _help("Of the dice that are rolled.")] = 1,
    organization: Annotated[str | None, _help("Its name; needed where there are several.")] = None,
    as_json: Annotated[bool, _help("Print the result as JSON.", "--json")] = False,
    replay: Annotated[
        bool, _help("Instead: make every recorded decision again, and name each difference.")
    ] = False,
) -> None:
    """Play a load in today's house and in a changed one, with the routing that serves the real one.

    With --replay it exits with 1 if a recorded decision comes out otherwise.
    """
    if replay:
        sys.exit(run(_replay(load(), organization)))
    if not 1 <= replications <= MOST_REPLICATIONS:
        raise FailedError(f"replications: from 1 to {MOST_REPLICATIONS}")
    wanted = WhatIfRequest(
        synthetic=_read(synthetic, SyntheticBody) if synthetic else None,
        changes=_read(changes, ChangesBody) if changes else None,
        replications=replications,
        seed=seed,
    )
    found = run(_asked(load(), organization, wanted, (since, until)))
    result = _play(found)
    if as_json:
        print(msgspec.json.format(msgspec.json.encode(result)).decode())
        return
    for table in tables(result):
        Console().print(table)


def _play(found: Asked) -> WhatIfResult:
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("playing", total=None)
        for line in answered(found):
            if isinstance(line, WhatIfProgress):
                progress.update(task, completed=line.done, total=line.of)
            else:
                return line
    raise FailedError("there was no result")


async def _asked(
    settings: Settings, organization: str | None, wanted: WhatIfRequest, span: tuple[datetime | None, ...]
) -> Asked:
    async with reached(settings) as database:
        organization_id, zone = await _organization(database, organization)
        since, until = (
            one if one is None or one.tzinfo else one.replace(tzinfo=ZoneInfo(zone)) for one in span
        )
        wanted = msgspec.structs.replace(wanted, since=since, until=until)
        planner = Actor(
            id="whatif", organization_id=organization_id, roles=frozenset({UserRole.ADMINISTRATOR})
        )
        async with database.reading() as tx:
            found = await asked(tx, planner, wanted, now())
    if isinstance(found, Refusal):
        raise FailedError(_in_words(found))
    return found


async def _replay(settings: Settings, organization: str | None) -> int:
    count = differing = 0
    async with reached(settings) as database:
        organization_id, _ = await _organization(database, organization)
        async for one in replayed(database, organization_id):
            count += 1
            differing += bool(one.deviations)
            for line in _differences(one):
                print(line)
    print(f"{count} decisions made again: {f'{differing} differ' if differing else 'all as recorded'}")
    return 1 if differing else 0


def _differences(one: Replayed) -> list[str]:
    recorded = one.recorded
    then = "" if recorded.algorithm == ALGORITHM else f", by algorithm {recorded.algorithm}, now {ALGORITHM}"
    head = f"{recorded.id} of {recorded.at.isoformat()} for {recorded.decision.waiting.id}{then}"
    return [f"{head}: {what.what}: recorded {what.recorded}, now {what.now}" for what in one.deviations]


async def _organization(database: Database, name: str | None) -> tuple[str, str]:
    """Its id and time zone."""
    async with database.reading() as tx:
        rows = await tx.rows("house.organizations")
    fit = [row for row in rows if name is None or row["name"].casefold() == name.casefold()]
    if len(fit) != 1:
        known = ", ".join(sorted(row["name"] for row in rows)) or "none"
        raise FailedError(f"--organization: name one of them: {known}")
    return fit[0]["id"], fit[0]["time_zone"]


def _read(path: Path, wanted: type[T]) -> T:
    try:
        return msgspec.json.decode(path.read_bytes(), type=wanted)
    except msgspec.DecodeError as error:
        raise FailedError(f"{path}: {error}") from error


def _in_words(refusal: Refusal) -> str:
    problem = problem_of(refusal, "en")
    errors = refusal.facts.get("errors")
    if isinstance(errors, list):
        return "\n".join(f"{one['at']}: {one['problem']}" for one in errors)
    return problem.detail
