"""What every bus promises, on each of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sample_buses import Ear, connected, running
from sample_patience import until

from valvomo.bus.local import LocalBus
from valvomo.bus.nats import Address, NatsBus
from valvomo.bus.outgoing import Outgoing
from valvomo.bus.port import Bus, Traffic
from valvomo.db.doorbell import Doorbell
from valvomo.db.notify import NotifyBus


@pytest.fixture(params=["local", "notify", "nats"])
def new_bus(request: pytest.FixtureRequest) -> Callable[[], Bus]:
    """Makes buses that hear each other."""
    if request.param == "local":
        one = LocalBus()
        return lambda: one
    if request.param == "notify":
        database = request.getfixturevalue("database")
        return lambda: NotifyBus(database)
    server = request.getfixturevalue("nats")
    return lambda: NatsBus(Address.of(server.url))


async def test_others_hear_what_is_published_on_their_channel(new_bus: Any) -> None:
    ours, theirs = new_bus(), new_bus()
    mine, bells, typing = Ear(ours), Ear(theirs), Ear(theirs, "typing")
    async with running(ours, theirs):
        await connected(ours, theirs)
        ours.publish("bell", "one")
        ours.publish("typing", "Åke €")
        theirs.publish("bell", "two")
        await until(lambda: len(bells.words) == len(mine.words) == 2 and len(typing.words) == 1)
    assert sorted(bells.words) == sorted(mine.words) == ["one", "two"]
    assert typing.words == ["Åke €"]


async def test_a_doorbell_rings_in_other_processes_once_and_not_again_at_home(new_bus: Any) -> None:
    home, away = new_bus(), new_bus()
    at_home, elsewhere = Doorbell(home), Doorbell(away)
    heard, everything, rights = list[str](), list[str](), list[str]()
    at_home.listen(heard.append)
    elsewhere.listen(everything.append)
    elsewhere.listen(rights.append, words=False)
    async with running(home, away):
        await connected(home, away)
        for one in (heard, everything, rights):
            one.clear()
        at_home.ring("one", words=True)
        at_home.ring("two")
        await until(lambda: {"one", "two"} <= set(everything))
    assert (sorted(heard), sorted(everything), rights) == (["one", "two"], ["one", "two"], ["two"])


async def test_what_waits_is_told_once_and_is_bounded() -> None:
    traffic = Traffic()
    outgoing = Outgoing(traffic, most=2)
    for payload in ("one", "one", "two", "three"):
        outgoing.put("bell", payload)
    assert await outgoing.take() == [("bell", "one"), ("bell", "two")]
    assert traffic.dropped == 1
    outgoing.put("bell", "four")
    assert await outgoing.take() == [("bell", "four")]
