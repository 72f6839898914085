"""The browser of the tests."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, async_playwright

UNUSED = (
    # Two pages of the address bar's own for each window, which take as long to load as the one that is tested.
    "WebUIOmniboxAimPopup",
    "WebUIOmniboxFullPopup",
    "WebUIOmniboxPopup",
    # What Playwright switches off by the same argument, of which Chromium hears the last only.
    "AimEnabled",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "SpareRendererForSitePerProcess",
    "TcpPortRandomizationWin",
    "ThirdPartyStoragePartitioning",
)
"""Of Chromium's features."""
ARGUMENTS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-dev-shm-usage",
    # There is none, and drawing without is a third of a load cheaper than doing as if there were.
    "--disable-gpu",
    f"--disable-features={','.join(UNUSED)}",
)


@asynccontextmanager
async def launched(*more: str, whole: bool = False) -> AsyncIterator[Browser]:
    """Debian's Chromium where there is one, otherwise Playwright's own; `more` are arguments.

    Its shell without windows shows the same pages for two thirds of the work. What it lacks the `whole` one has:
    microphones, and notifications.
    """
    shell = None if whole else shutil.which("chromium-headless-shell")
    as_root = ("--no-sandbox",) if os.geteuid() == 0 else ()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=shell or shutil.which("chromium"),
            args=[*ARGUMENTS, *as_root, *more],
        )
        yield browser
        await browser.close()
