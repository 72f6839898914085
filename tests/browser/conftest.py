"""A server process and a Chromium for the session; an organization of its own for every test.

Whatever goes wrong in any browser fails the test: errors, policy violations, requests to other hosts.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Generator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect
from sample_chromium import launched
from sample_ears import ARGUMENTS
from sample_office import PATIENCE_MS, Office
from sample_server import Served, serving

from valvomo.db.database import Database


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One loop for the session, because the browser lives in it."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Lets a fixture know how its test went."""
    report = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report


FAILED = pytest.StashKey[bool]()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def served(
    server: Any, template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Served]:
    """`valvomo serve` on a database without any organization."""
    calls = {"VALVOMO_CALLS_PROCESSES": "1", "VALVOMO_CALLS_PORT": "0"}
    async with serving(server, template, tmp_path_factory.mktemp("served"), **calls) as process:
        yield process


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def database(served: Served) -> AsyncIterator[Database]:
    """The server's database, in which tests found their organizations."""
    opened = await Database.open(served.database_url, pool_size=2)
    yield opened
    await opened.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    expect.set_options(timeout=PATIENCE_MS)
    async with launched(*ARGUMENTS) as browser:
        yield browser


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def whole_chromium() -> AsyncIterator[Callable[[], Awaitable[Browser]]]:
    """With a microphone; it is started for the first who asks."""
    started: list[Browser] = []
    one_at_a_time = asyncio.Lock()
    async with AsyncExitStack() as stack:

        async def browser() -> Browser:
            async with one_at_a_time:
                if not started:
                    started.append(await stack.enter_async_context(launched(*ARGUMENTS, whole=True)))
            return started[0]

        yield browser


@pytest_asyncio.fixture(loop_scope="session")
async def office(
    served: Served,
    database: Database,
    chromium: Browser,
    whole_chromium: Callable[[], Awaitable[Browser]],
    *,
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Office]:
    """The sample organization, this test's own; at the end nothing may have gone wrong in any browser."""
    opened = await Office.open(served.address, database, chromium, whole_chromium)
    yield opened
    if request.node.stash.get(FAILED, False):
        await _keep_screens(opened, tmp_path_factory.mktemp("screens"))
    await opened.close()
    assert opened.watch.faults == []


async def _keep_screens(office: Office, folder: Path) -> None:
    """What everybody saw when the test failed."""
    pages = [page for context in office.contexts for page in context.pages]
    for number, page in enumerate(pages):
        path = folder / f"screen-{number}.png"
        await page.screenshot(path=path)
        print(f"what was seen: {path}")  # noqa: T201 - shown with the failure
