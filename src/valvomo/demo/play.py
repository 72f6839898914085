"""The demo: which addresses it refuses, what it tells a newcomer, and the people who bring it to life."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from ipaddress import ip_address
from pathlib import Path
from typing import Final

import structlog
from rich import box
from rich.console import Console
from rich.table import Table

from valvomo.demo.bot import assisting
from valvomo.demo.calling.plan import CallPlan, can_call, on_the_phone
from valvomo.demo.organization import ADMINISTRATOR, DOMAIN, PASSWORD, PEOPLE, WIDGET_KEYS
from valvomo.demo.people.crowd import Crowd, Plan
from valvomo.demo.people.pace import Pace
from valvomo.demo.people.tally import Tally
from valvomo.demo.people.world import World
from valvomo.domain.access.actor import UserRole
from valvomo.domain.conversations.model import Channel

log = structlog.get_logger(__name__)

VISITORS: Final = ("lumi", "toivo")
"""Agents that nobody plays, so that a newcomer can sign in as one of them and have the desk to themselves."""
PLAYED = tuple(
    f"{name}@{DOMAIN}" for name, one in PEOPLE.items() if UserRole.AGENT in one.roles and name not in VISITORS
)

CUSTOMERS = 30
RATE = 0.35
"""Customers who may come in a second, once the floor is full."""
RESTS = 5.0
ASSISTED: Final = "127.0.0.1/32"
"""Where the shop's assistant is told what happens."""
ASSISTED_CHAT = "Sales chat"
SWITCH = "--i-know-these-passwords-are-public"


def host_refusal(host: str, *, known_public: bool) -> str | None:
    """Why the demo does not listen there: whoever can reach it knows the passwords."""
    if known_public or _loopback(host):
        return None
    return (
        f"the demo's passwords are known to everyone, so it listens on this machine only and not on {host}; "
        f"give {SWITCH} if that is what you want, or use `valvomo serve`"
    )


FASTEST = 100


def speed_refusal(speed: float) -> str | None:
    """Why people cannot live that fast."""
    return None if 0 < speed <= FASTEST else f"--speed must be more than 0 and at most {FASTEST}"


@asynccontextmanager
async def assisted(address: str, data: Path) -> AsyncIterator[None]:
    """With the shop's assistant, who serves one chat first. If it cannot come, people serve alone."""
    async with AsyncExitStack() as stack:
        try:
            admin = (ADMINISTRATOR, PASSWORD)
            await stack.enter_async_context(assisting(address, admin, ASSISTED_CHAT, data / "assistant.json"))
        except Exception as error:  # noqa: BLE001 - a floor without an assistant is still a floor
            log.warning("assistant.absent", error=repr(error))
        yield


CALLERS = 3
"""Customers on the phone at a time: each of their calls costs some hundredths of a core."""
PHONE_CHAT = ("Phone", Channel.VOICE)


@asynccontextmanager
async def phoned(address: str, *, carries: bool) -> AsyncIterator[None]:
    """With customers who call and the agents who speak with them, where the server carries calls.

    If they cannot come, the others are there without them.
    """
    if not carries or not can_call():
        yield
        return
    played = tuple(f"{one}@{DOMAIN}" for one in PEOPLE if "Phone" in PEOPLE[one].queues)
    plan = CallPlan(
        address=address,
        agents=tuple((email, PASSWORD) for email in played if email in PLAYED),
        key=WIDGET_KEYS[PHONE_CHAT],
        callers=CALLERS,
        seed=random.Random().getrandbits(32),
    )
    async with AsyncExitStack() as stack:
        try:
            await stack.enter_async_context(on_the_phone(plan))
        except OSError as error:
            log.warning("callers.absent", error=repr(error))
        yield


async def enliven(address: str, speed: float, memory: Path) -> None:
    """Customers and agents until cancelled. What goes wrong with them is told, and never harms the server."""
    while True:
        dice = random.Random()
        plan = Plan(
            address=address,
            agents=tuple((email, PASSWORD) for email in PLAYED),
            customers=CUSTOMERS,
            rate=RATE * speed,
            seed=dice.getrandbits(32),
            memory=memory,
        )
        crowd = Crowd(plan=plan, world=World(pace=Pace(speed=speed), tally=Tally(), dice=dice))
        try:
            await crowd.run()
        except Exception as error:  # noqa: BLE001 - a floor without customers is still a floor
            log.warning("simulation.stopped", error=repr(error))
        await asyncio.sleep(RESTS)


def welcome(console: Console, address: str, *, played: bool) -> None:
    """Where to go, and as whom."""
    places = Table(box=box.SIMPLE, show_header=False, pad_edge=False)
    places.add_row("Console", f"{address}/")
    places.add_row("Sample shop with the chat", f"{address}/widget/demo")
    key = WIDGET_KEYS["Sales", Channel.LIVE_CHAT]
    places.add_row("The same, with an assistant first", f"{address}/widget/demo?key={key}")
    places.add_row("API", f"{address}/api/docs")
    console.print(places)
    people = Table("Sign in as", "Role", "Queues", box=box.SIMPLE, pad_edge=False)
    people.add_row(ADMINISTRATOR, "administrator", "")
    for name, one in PEOPLE.items():
        queues = "all" if one.supervises_all else ", ".join(one.supervised or one.queues)
        role = "supervisor" if UserRole.SUPERVISOR in one.roles else "agent"
        free = " (free for you)" if name in VISITORS and played else " (played)" if played else ""
        people.add_row(f"{name}@{DOMAIN}", role + (free if role == "agent" else ""), queues)
    console.print(people)
    console.print(
        f"The password is [bold]{PASSWORD}[/] everywhere. Ctrl+C stops everything.\n", highlight=False
    )


def _loopback(host: str) -> bool:
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"
