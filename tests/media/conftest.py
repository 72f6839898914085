"""An engine on this machine's loopback, and a Chromium whose pages take part in calls."""

import os
import shutil
from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Browser, async_playwright
from sample_call import SCRIPT, Meeting

from valvomo.media.embedded.engine import EmbeddedEngine, Place

ARGUMENTS = (
    "--allow-loopback-in-peer-connection",
    "--autoplay-policy=no-user-gesture-required",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--disable-sync",
    "--no-first-run",
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chromium() -> AsyncIterator[Browser]:
    as_root = ("--no-sandbox",) if os.geteuid() == 0 else ()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=[*ARGUMENTS, *as_root]
        )
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="module")
async def meeting(chromium: Browser) -> AsyncIterator[Meeting]:
    page = await chromium.new_page()
    await page.goto("about:blank")
    await page.evaluate(SCRIPT)
    async with EmbeddedEngine.running(Place(host="127.0.0.1")) as engine:
        await engine.open_call("call")
        yield Meeting(engine, page)
    await page.close()
