"""An engine on this machine's loopback, and a Chromium whose pages take part in calls."""

from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Browser
from sample_call import SCRIPT, Meeting
from sample_chromium import launched

from valvomo.media.embedded.engine import EmbeddedEngine
from valvomo.media.embedded.place import Place
from valvomo.media.port import Engine

ARGUMENTS = ("--allow-loopback-in-peer-connection", "--autoplay-policy=no-user-gesture-required")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chromium() -> AsyncIterator[Browser]:
    async with launched(*ARGUMENTS) as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="module")
async def engine() -> AsyncIterator[Engine]:
    """What every engine has to do is tested with this one, by nothing but the port."""
    async with EmbeddedEngine.running(Place(host="127.0.0.1")) as found:
        yield found


@pytest_asyncio.fixture(loop_scope="module")
async def meeting(chromium: Browser, engine: Engine) -> AsyncIterator[Meeting]:
    page = await chromium.new_page()
    await page.goto("about:blank")
    await page.evaluate(SCRIPT)
    await engine.open_call("call")
    yield Meeting(engine, page)
    await page.close()
