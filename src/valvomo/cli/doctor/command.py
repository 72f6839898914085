"""The command: every check, a line for each, and an exit code that a script can use."""

from __future__ import annotations

import asyncio
import os
import ssl
import sys
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Annotated

import httpx
import msgspec
from cyclopts import Parameter
from rich.console import Console

from valvomo import logs
from valvomo import settings as all_settings
from valvomo.cli.doctor import channels, database, keeping, machine, mailing, ringing, speaking, way
from valvomo.cli.doctor.finding import Finding, State, broken, not_configured, ok
from valvomo.cli.running import run
from valvomo.db.database import Database
from valvomo.db.embedded import url_of_running
from valvomo.db.lost import LOST
from valvomo.main.channels import vault_of
from valvomo.main.clock import now
from valvomo.main.reaching import bus_of
from valvomo.settings import Settings

REMEMBERED_SECONDS = 2
"""By how much a Date header may be late: its fraction is cut off, and servers make one for all answers of a second."""

Clock = Callable[[], datetime]
_LOOKS = {State.OK: "green", State.NOT_CONFIGURED: "dim", State.WARNING: "yellow", State.BROKEN: "bold red"}


def doctor(
    *,
    as_json: Annotated[
        bool, Parameter(name="--json", help="Print the findings as JSON.", negative="")
    ] = False,
) -> None:
    """Look at everything that this installation stands on, name what is broken, and say what to do about it.

    Exits with 1 if anything is broken. Run it where `valvomo serve` runs, as the same user, with the same settings.
    """
    logs.set_up("error", "console")
    try:
        found = run(examine(all_settings.load(os.environ), now))
    except all_settings.BadSettingsError as error:
        cure = "correct it (docs/settings.md)"
        found = [broken("settings", line, cure) for line in str(error).splitlines()]
    _show(found, as_json=as_json)
    sys.exit(any(one.state is State.BROKEN for one in found))


async def examine(settings: Settings, clock: Clock, context: ssl.SSLContext | None = None) -> list[Finding]:
    """Everything, in the order in which one thing stands on another."""
    return [one async for one in _all(settings, clock, context)]


async def _all(settings: Settings, clock: Clock, context: ssl.SSLContext | None) -> AsyncIterator[Finding]:
    yield ok("settings", "every setting is known and fits")
    yield await asyncio.to_thread(machine.data_folder, settings)
    yield await asyncio.to_thread(machine.key, settings)
    for one in await _database(settings, clock):
        yield one
    trusting = context or ssl.create_default_context()
    async with httpx.AsyncClient(trust_env=False, verify=trusting) as client:
        yield await machine.own_server(settings, client)
        if settings.public_url:
            for one in await way.examine(settings.base_url, trusting):
                yield one
            yield await _time_there(settings.base_url, clock, client)
        else:
            yield not_configured("proxy", "VALVOMO_PUBLIC_URL is empty: nobody comes from elsewhere")
    yield await mailing.examine(settings)
    yield await asyncio.to_thread(speaking.examine, settings)
    for one in await keeping.examine(settings):
        yield one


async def _database(settings: Settings, clock: Clock) -> list[Finding]:
    url = settings.database_url or url_of_running(settings.data / "postgres")
    if not url:
        cure = "start valvomo serve, which brings it"
        return [broken("database", "the embedded PostgreSQL does not run", cure)]
    try:
        opened = await Database.open(url, pool_size=2)
    except LOST as error:
        return [database.why_unreached(url, error)]
    try:
        found = await database.examine(opened, clock, settings.pool_size)
        if not any(one.check == "schema" and one.state is State.BROKEN for one in found):
            found += [
                await channels.examine(opened, vault_of(settings)),
                await keeping.sent(opened, settings),
                await keeping.removed(opened, clock),
            ]
        return [*found, await ringing.examine(bus_of(settings, opened))]
    except LOST as error:
        return [database.why_unreached(url, error)]
    finally:
        await opened.close()


async def _time_there(url: str, clock: Clock, client: httpx.AsyncClient) -> Finding:
    """By the Date header."""
    try:
        answer = await client.head(f"{url}/", timeout=machine.PATIENCE_SECONDS)
        there = parsedate_to_datetime(answer.headers["date"])
    except (httpx.HTTPError, KeyError, ValueError):
        return not_configured("clock", f"{url} does not say what time it is")
    skew = (there - clock().astimezone(UTC)).total_seconds()
    return database.judged_time(
        "clock", 0.0 if -REMEMBERED_SECONDS <= skew <= 1 else skew, "the public address's"
    )


def _show(found: list[Finding], *, as_json: bool) -> None:
    if as_json:
        print(msgspec.json.format(msgspec.json.encode(found)).decode())
        return
    console = Console(highlight=False, soft_wrap=True)
    for one in found:
        console.print(
            f"{one.state.value:<14}", f"{one.check:<11}", one.seen, style=_LOOKS[one.state], markup=False
        )
        if one.cure:
            console.print(" " * 26, f"→ {one.cure}", markup=False)
    count = sum(one.state is State.BROKEN for one in found)
    console.print(f"{count} of {len(found)} checks found something broken" if count else "nothing is broken")
