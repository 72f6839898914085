"""Engines on this machine alone, and a Chromium whose pages take part in calls."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import pytest
import pytest_asyncio
from playwright.async_api import Browser
from sample_call import SCRIPT, Meeting
from sample_chromium import launched
from sample_janus import ADDRESS, janus, missing, network

from valvomo.media.embedded.engine import EmbeddedEngine
from valvomo.media.embedded.place import Place
from valvomo.media.janus.engine import JanusEngine
from valvomo.media.port import Engine

ARGUMENTS = ("--allow-loopback-in-peer-connection", "--autoplay-policy=no-user-gesture-required")


@dataclass(frozen=True)
class Stage:
    """A Chromium, and an engine that it reaches."""

    chromium: Browser
    engine: Callable[[], AbstractAsyncContextManager[Engine]]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chromium() -> AsyncIterator[Browser]:
    async with launched(*ARGUMENTS, whole=True) as browser:
        yield browser


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["embedded", "janus"])
async def stage(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Stage]:
    """Whatever is asked of an engine by nothing but the port is asked of each."""
    async with AsyncExitStack() as stack:
        if request.param == "embedded":
            browser = await stack.enter_async_context(launched(*ARGUMENTS, whole=True))
            yield Stage(browser, lambda: EmbeddedEngine.running(Place(host="127.0.0.1")))
            return
        why = missing()
        if why:
            pytest.skip(why)
        stack.enter_context(network())
        server = await stack.enter_async_context(janus(tmp_path_factory.mktemp("janus")))

        @asynccontextmanager
        async def engine() -> AsyncIterator[Engine]:
            async with (
                EmbeddedEngine.running(Place(host=ADDRESS)) as back,
                JanusEngine.running([server.server], back) as found,
            ):
                yield found

        yield Stage(await stack.enter_async_context(launched(*ARGUMENTS, whole=True)), engine)


@pytest_asyncio.fixture(loop_scope="module")
async def engine(stage: Stage) -> AsyncIterator[Engine]:
    async with stage.engine() as found:
        yield found


@pytest_asyncio.fixture(loop_scope="module")
async def meeting(stage: Stage, engine: Engine) -> AsyncIterator[Meeting]:
    page = await stage.chromium.new_page()
    await page.goto("about:blank")
    await page.evaluate(SCRIPT)
    await engine.open_call("call")
    yield Meeting(engine, page)
    await page.close()
