"""Calls by Janus as people have them: widget, Desk and Floor, each heard by what its browser really plays."""

import asyncio
import re
import sys
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, contextmanager
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import expect
from sample_calling import CUSTOMER, LOSES_ITS_PART, box, called, joins_and_takes_over, panel
from sample_chromium import launched
from sample_ears import ARGUMENTS, Ear, with_ears
from sample_forks import FORKING
from sample_janus import ADDRESS, Janus, janus, missing, network
from sample_office import PATIENCE_MS, Office
from sample_screens import Floor
from sample_server import CHEAP, Served

from valvomo.db.database import Database

pytestmark = pytest.mark.slow
PATIENCE = 480.0
MEASURED = re.compile("good|fair|bad")


def listed(one: Janus) -> str:
    """The file of the setting that names Janus servers."""
    named = {
        "url": one.server.url,
        "admin": one.server.admin,
        "api_secret": one.server.api_secret,
        "admin_secret": one.server.admin_secret,
    }
    return "\n".join(["[[servers]]", *(f'{name} = "{value}"' for name, value in named.items()), ""])


@contextmanager
def threads_of_its_own() -> Iterator[None]:
    """For as long, so that of those that begin in this network none is left to do anything for other tests."""
    loop = asyncio.get_running_loop()
    try:
        with ThreadPoolExecutor() as threads:
            loop.set_default_executor(threads)
            yield
    finally:
        loop.set_default_executor(ThreadPoolExecutor())


@pytest_asyncio.fixture(loop_scope="session")
async def office(
    server: Any, template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Office]:
    """An organization on a server of its own, in a network in which there is a Janus, with a browser."""
    why = missing()
    if why:
        pytest.skip(why)
    if "host=" not in server.url("any"):
        pytest.skip("the database is in another network")
    name, folder = await server.create(template), tmp_path_factory.mktemp("janus")
    # Servers of other tests begin elsewhere than in this network, whichever test is the first.
    FORKING.get_ready()
    async with AsyncExitStack() as stack:
        stack.push_async_callback(server.drop, name)
        stack.enter_context(network())
        stack.enter_context(threads_of_its_own())
        found = await stack.enter_async_context(janus(folder / "server"))
        file = folder / "janus.toml"
        file.write_text(listed(found), encoding="utf-8")
        settings = {
            "VALVOMO_CALLS_JANUS": str(file),
            "VALVOMO_CALLS_PROCESSES": "1",
            "VALVOMO_CALLS_HOST": ADDRESS,
            "VALVOMO_CALLS_PORT": "0",
        }
        served = Served(
            folder, server.url(name), program=("env", sys.executable, str(CHEAP)), settings=settings
        )
        # Not in another thread: only this one is in that network.
        served.start()
        stack.callback(served.stop)
        database = await Database.open(served.database_url, pool_size=2)
        stack.push_async_callback(database.close)
        expect.set_options(timeout=PATIENCE_MS)
        chromium = await stack.enter_async_context(launched(*ARGUMENTS, whole=True))
        opened = await Office.open(served.address, database, chromium)
        stack.push_async_callback(opened.close)
        yield opened
        assert opened.watch.faults == []
    assert "Traceback" not in served.log.read_text()


async def test_a_call_with_everything_that_supervisors_do(office: Office) -> None:
    office.watch.expect(*LOSES_ITS_PART)
    async with asyncio.timeout(PATIENCE):
        chat, desk = await called(office)
        floor = await Floor.open(office, **with_ears("supervisor"))
        customer, agent, supervisor = Ear(chat.page), Ear(desk.page), Ear(floor.page)
        await asyncio.gather(customer.hears("agent"), agent.hears("customer"))
        await desk.page.keyboard.press("h")
        await asyncio.gather(customer.hears("music"), agent.hears())
        await desk.page.keyboard.press("h")
        await asyncio.gather(customer.hears("agent"), agent.hears("customer"))

        await floor.read(CUSTOMER)
        await floor.pane.button("Listen").click()
        await supervisor.hears("agent", "customer")
        assert (await supervisor.asked(), await supervisor.sending()) == (0, 0)
        await panel(floor.page).get_by_role("button", name="Speak to the agent").click()
        await asyncio.gather(customer.hears("agent"), agent.hears("customer", "supervisor"))
        await joins_and_takes_over(desk, floor, customer)
        # How well it goes is the machine's matter; that it is known comes from Janus.
        await expect(panel(floor.page).locator("[data-leg=customer]")).to_contain_text(MEASURED)
        await box(chat).get_by_role("button", name="Hang up").click()
        await asyncio.gather(customer.is_over(), agent.is_over(), supervisor.is_over())
