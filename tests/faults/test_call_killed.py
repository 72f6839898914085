"""Kill -9 of the server that carries a call: its browsers come to another, and hear each other again."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.async_api import expect
from sample_calling import box, called
from sample_chromium import launched
from sample_ears import ARGUMENTS, Ear
from sample_floor import Floor
from sample_office import PATIENCE_MS, Office, Watch
from sample_patience import until
from sample_server import Served

from valvomo.queries.verify import verify

CALLS = {"VALVOMO_CALLS_PROCESSES": "1", "VALVOMO_CALLS_PORT": "0"}
PATIENCE = 480.0

pytestmark = pytest.mark.slow  # starts two servers that carry calls, and kills one of them


async def carriers(floor: Floor) -> set[str]:
    """The processes that say that they carry calls."""
    return {row["process_id"] for row in await floor.sql("SELECT process_id FROM call_carriers")}


async def carrier(floor: Floor) -> str | None:
    """The process that has the one call that there is."""
    rows = await floor.sql("SELECT process_id FROM calls")
    return rows[0]["process_id"] if rows else None


@pytest.fixture
async def servers(floor: Floor, database_url: str, tmp_path: Path) -> AsyncIterator[dict[str, Served]]:
    """Two on one database, by the names under which they carry calls."""
    found: dict[str, Served] = {}
    async with AsyncExitStack() as stack:
        for name in ("one", "two"):
            (tmp_path / name).mkdir()
            served = Served(tmp_path / name, database_url, settings=CALLS)
            await asyncio.to_thread(served.start)
            stack.push_async_callback(asyncio.to_thread, served.stop)

            async def carries() -> bool:
                return len(await carriers(floor)) > len(found)

            await until(carries)
            [new] = await carriers(floor) - set(found)
            found[new] = served
        yield found


async def test_a_call_outlives_the_server_that_carries_it(floor: Floor, servers: dict[str, Served]) -> None:
    async with asyncio.timeout(PATIENCE), launched(*ARGUMENTS, whole=True) as browser:
        expect.set_options(timeout=PATIENCE_MS)
        one, two = servers.values()
        office = await Office.open(one.address, floor.database, browser)
        away = replace(office, address=two.address, watch=Watch(two.address), contexts=[], callers={})
        chat, desk = await called(office, at=away)
        customer, agent = Ear(chat.page), Ear(desk.page)
        await asyncio.gather(customer.hears("agent"), agent.hears("customer"))

        before = await carrier(floor)
        assert before is not None
        await asyncio.to_thread(servers[before].kill)
        await asyncio.to_thread(servers[before].start)

        async def elsewhere() -> bool:
            return await carrier(floor) not in {None, before}

        await until(elsewhere)
        await asyncio.gather(customer.hears("agent"), agent.hears("customer"))

        await box(chat).get_by_role("button", name="Hang up").click()
        await asyncio.gather(customer.is_over(), agent.is_over())
        await office.close()
        await away.close()
    report = await verify(floor.database)
    assert report.clean, report.findings
