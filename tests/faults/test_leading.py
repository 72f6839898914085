"""Two servers, one of which routes: killed, frozen or cut off, the other goes on, and nothing is doubled or lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from sample_pair import AGENTS, LEADER, Pair, opened

from valvomo.db import leading

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]  # servers are started and killed


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pair(server: Any, template: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Pair]:
    name = await server.create(template)
    async with opened(server.url(name), tmp_path_factory.mktemp("pair")) as found:
        yield found
    await server.drop(name)


async def offered_once(pair: Pair, *conversations: str) -> None:
    """For each one agent is asked; who was asked before, and whose server then was taken for dead, is not any more."""
    for one in conversations:
        await pair.asked(one)
        kinds = await pair.happened(one)
        ended = [kind for kind in kinds if kind in ("offer_withdrawn", "offer_expired")]
        assert kinds.count("offer_made") == len(ended) + 1, kinds


async def offered_again(pair: Pair, conversation: str, first: str) -> None:
    """Somebody else is asked, one time, and whoever was asked before is not any more."""
    second = await pair.asked(conversation, other_than=first)
    assert second in {pair.ids[name] for name in AGENTS} - {first}
    kinds = await pair.happened(conversation)
    assert [kinds.count(kind) for kind in ("offer_made", "offer_withdrawn")] == [2, 1], kinds


async def test_a_silent_leader_is_followed_within_two_seconds() -> None:
    """Silence for the lease frees the lock; whoever waits for it asks again and again."""
    assert leading.LEASE + 2 * leading.BEAT <= 2.0


async def test_one_of_them_leads_and_routes_whatever_comes_to_either(pair: Pair) -> None:
    await pair.leader()
    assert len(await pair.link.fetch(LEADER)) == 1
    both = [await pair.case(server) for server in (0, 1)]
    await offered_once(pair, *both)
    await pair.close(0, *both)


async def test_the_leader_stands_still_and_comes_back(pair: Pair) -> None:
    former = await pair.leader()
    other = 1 - former
    before = [await pair.case(other) for _ in range(3)]
    pair.servers[former].freeze()
    try:
        one = await pair.case(other)
        await pair.asked(one)
        assert await pair.leader(other_than=former) == other
    finally:
        pair.servers[former].thaw()
    # It answers, and knows that it leads no more.
    after = await pair.case(former)
    await offered_once(pair, *before, one, after)
    assert len(await pair.link.fetch(LEADER)) == 1
    await pair.close(former, *before, one, after)
    await pair.clean()


async def test_what_falls_due_at_a_server_that_stands_still_happens_once(pair: Pair) -> None:
    """An offer that it made expires, and whoever is connected to it counts as gone, by the other's hand."""
    still = await pair.leader()
    asked, cut_off = AGENTS[1 - still], AGENTS[still]
    before = await pair.offers_last(5, server=still)
    await pair.present(cut_off, "away")
    one = await pair.case(still)
    assert await pair.asked(one) == pair.ids[asked]
    pair.servers[still].freeze()
    try:
        await pair.has_happened(one, "offer_expired")
        await pair.connected(pair.ids[cut_off], there=False)
    finally:
        pair.servers[still].thaw()
    # Its janitor has been round, and its timers were due before.
    await pair.connected(pair.ids[cut_off], there=True)
    assert [(await pair.happened(one)).count(kind) for kind in ("offer_made", "offer_expired")] == [1, 1]
    await pair.offers_last(before, server=still)
    await pair.close(still, one)
    for agent in AGENTS:
        await pair.present(agent, "available")
    await pair.clean()


async def test_the_leader_loses_its_session(pair: Pair) -> None:
    await pair.leader()
    await pair.link.execute(LEADER.replace("a.application_name", "pg_terminate_backend(a.pid)"))
    one = await pair.case(0)
    await offered_once(pair, one)
    await pair.leader()
    await pair.close(0, one)


async def test_an_agent_s_page_is_killed_while_they_are_asked(pair: Pair) -> None:
    one = await pair.case(0)
    first = await pair.asked(one)
    [agent] = [name for name in AGENTS if pair.ids[name] == first]
    pair.leave(agent)
    await offered_again(pair, one, first)
    await pair.sit(agent)
    await pair.close(0, one)
    await pair.clean()


async def test_the_leader_is_killed(pair: Pair) -> None:
    former = await pair.leader()
    other = 1 - former
    pair.servers[former].kill()
    one = await pair.case(other)
    await pair.asked(one)
    assert await pair.leader(other_than=former) == other
    await asyncio.to_thread(pair.servers[former].start)
    await pair.close(other, one)
    await pair.sit(AGENTS[former])
    await pair.clean()


async def test_the_server_at_which_an_agent_is_asked_is_killed(pair: Pair) -> None:
    one = await pair.case(0)
    first = await pair.asked(one)
    [agent] = [name for name in AGENTS if pair.ids[name] == first]
    pair.servers[AGENTS.index(agent)].kill()
    await offered_again(pair, one, first)
    await pair.connected(first, there=False)
    await pair.clean()
