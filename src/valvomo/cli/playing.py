"""Commands that need no operator: `demo` and `simulate`."""

from __future__ import annotations

import asyncio
import os
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import Parameter
from rich.console import Console

from valvomo import logs, settings
from valvomo.cli.running import fail, run
from valvomo.commands.settings.passwords import Passwords
from valvomo.db.embedded import url_of_running
from valvomo.demo import invitation, play
from valvomo.demo.organization import AGENTS, PASSWORD, SUPERVISORS, ensure_sample
from valvomo.demo.people.traffic import Run, traffic
from valvomo.main.assembly import House
from valvomo.main.server import serve


def _help(text: str) -> Parameter:
    return Parameter(help=text, negative="")


def demo_command(
    *,
    port: int = 8300,
    host: str = "127.0.0.1",
    data: Path | None = None,
    speed: float = 1.0,
    empty: bool = False,
    public: Annotated[bool, Parameter(name=play.SWITCH, negative="")] = False,
) -> None:
    """Run a whole contact centre on this machine: sample organization, simulated customers and agents.

    Parameters
    ----------
    port
        The port to listen on; 0 takes a free one.
    host
        The address to listen on: loopback, unless the last option is given.
    data
        The folder that keeps the demo's data from one time to the next; below the user's data folder by default.
    speed
        How many times as fast as in life the simulated people live.
    empty
        The same organization at rest: nobody is simulated.
    public
        Listen on other addresses too, although everybody knows the passwords.
    """
    if refusal := play.host_refusal(host, known_public=public) or play.speed_refusal(speed):
        fail(refusal)
    logs.set_up("warning", "console")
    found = settings.load({"VALVOMO_LOG_LEVEL": "warning", **os.environ})
    logs.set_up(found.log_level, found.log_format)
    folder = data or found.data / "demo"
    if url_of_running(folder / "postgres"):
        fail(f"a demo is running on {folder} already; open that one, or give another folder with --data")
    found = msgspec.structs.replace(found, webhook_networks=(*found.webhook_networks, play.ASSISTED))
    if find_spec("aiortc") and not found.calls_processes:
        found = msgspec.structs.replace(found, calls_processes=1, calls_port=0)
    ours = msgspec.structs.replace(found, database_url="", host=host, port=port, data=folder)
    run(_demo(ours, speed=speed, empty=empty))


def simulate_command(
    *,
    url: Annotated[str, _help("The server's address.")] = "http://127.0.0.1:8300",
    customers: Annotated[int, _help("How many customers are there at a time.")] = 20,
    agents: Annotated[int, _help("How many agents serve them.")] = len(AGENTS),
    rate: Annotated[float, _help("The most customers that come in a second.")] = 1.0,
    seconds: Annotated[float, _help("For how long; 0 goes on until it is interrupted.")] = 60.0,
    speed: Annotated[float, _help("How many times as fast as in life people live.")] = 1.0,
    seed: Annotated[int, _help("Of the dice that are rolled.")] = 0,
    key: Annotated[
        list[str] | None, _help("A widget key to come in by; without one all chats are used.")
    ] = None,
    agent_email: Annotated[list[str] | None, _help("An agent's sign-in; {} is a number from 1.")] = None,
    screens: Annotated[int, _help("Screens of supervisors and agents that are kept and compared.")] = 0,
    supervisor_email: Annotated[list[str] | None, _help("A supervisor's sign-in, for the screens.")] = None,
    password: Annotated[str, _help("Of the agents and supervisors.")] = PASSWORD,
) -> None:
    """Bring realistic traffic to a running server, through its public interfaces only, and check its promises.

    Exits with 1 if a message was lost, doubled or out of order, or if at the end a screen shows anything else than
    one that is opened then (nobody else may be at work by then), and with 2 if the server could not be used.
    """
    if refusal := play.speed_refusal(speed):
        fail(refusal)
    try:
        emails = invitation.agents_of(agent_email or AGENTS, agents)
        plan = invitation.plan(
            url, customers=customers, rate=rate, agents=[(one, password) for one in emails], keys=key or (), seed=seed,
            screens=screens, watchers=[(one, password) for one in supervisor_email or SUPERVISORS],
        )  # fmt: skip
    except invitation.BadInvitationError as error:
        fail(str(error))
    sys.exit(run(traffic(plan, Run(seconds=seconds or None, speed=speed), Console())))


async def _demo(found: settings.Settings, *, speed: float, empty: bool) -> None:
    async def prepare(house: House) -> None:
        await ensure_sample(house.parts.executor, Passwords())

    async def ready(address: str) -> None:
        play.welcome(Console(), address, played=not empty)
        print(f"ready {address}", flush=True)
        async with play.assisted(address, found.data):
            if empty:
                await asyncio.Event().wait()
            async with play.phoned(address, carries=bool(found.calls_processes)):
                await play.enliven(address, speed, found.data / "customers.json")

    await serve(found, prepare=prepare, ready=ready)
