"""What `valvomo simulate` is told on the command line, made into a plan."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from valvomo.demo.people.crowd import Plan

NUMBER = "{}"
MOST_CUSTOMERS = 5000
MOST_RATE = 500.0
MOST_SCREENS = 1000


class BadInvitationError(Exception):
    """Options that cannot be meant; says which and why."""


def agents_of(addresses: Sequence[str], count: int) -> tuple[str, ...]:
    """The first `count` addresses. One with ``{}`` in it stands for as many as are wanted, numbered from 1."""
    found: list[str] = []
    for address in addresses:
        if NUMBER in address:
            found.extend(address.replace(NUMBER, str(number)) for number in range(1, count - len(found) + 1))
        else:
            found.append(address)
    if len(found) < count:
        raise BadInvitationError(
            f"--agents {count} need as many sign-ins, but there are {len(found)}; give --agent-email more often, "
            f"or once with {NUMBER} where the number goes"
        )
    return tuple(found[:count])


def plan(
    url: str,
    *,
    customers: int,
    rate: float,
    agents: Sequence[tuple[str, str]],
    keys: Sequence[str],
    seed: int,
    screens: int = 0,
    watchers: Sequence[tuple[str, str]] = (),
) -> Plan:
    """The plan. Raises `BadInvitationError`."""
    if urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).netloc:
        raise BadInvitationError(f"--url {url} is not an address such as http://127.0.0.1:8300")
    if not 0 <= customers <= MOST_CUSTOMERS:
        raise BadInvitationError(f"--customers must be from 0 to {MOST_CUSTOMERS}")
    if not 0 < rate <= MOST_RATE:
        raise BadInvitationError(f"--rate must be more than 0 and at most {MOST_RATE:.0f} a second")
    if not 0 <= screens <= MOST_SCREENS:
        raise BadInvitationError(f"--screens must be from 0 to {MOST_SCREENS}")
    return Plan(
        address=url.rstrip("/"),
        agents=tuple(agents),
        customers=customers,
        rate=rate,
        keys=tuple(keys),
        looks_back=True,
        screens=screens,
        watchers=tuple(watchers),
        seed=seed,
    )
