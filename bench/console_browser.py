"""What a browser does with the large floor: how long it is busy, and for how long at a time.

Other load on the machine stretches every wall clock. So the figures are of the processor: what the page's main thread
spent in tasks and in script (`Performance.getMetrics`), and in each single task (the browser's trace), in one browser
beside a bare page as control.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, CDPSession, Page, async_playwright

WATCHING = """
window.bench = { frames: [] };
let last = performance.now();
const frame = (at) => { window.bench.frames.push(at - last); last = at; requestAnimationFrame(frame); };
requestAnimationFrame(frame);
window.opened = {};
const look = () => {
  const shown = document.querySelector('tr[data-row]');
  if (shown && !window.opened.first) window.opened.first = Math.round(performance.now());
  const count = Number((document.querySelector('[role=search] [role=status]')?.innerText ?? '').replace(/[^0-9]/g, ''));
  if (shown && count >= ROWS) window.opened.all = Math.round(performance.now());
  else requestAnimationFrame(look);
};
requestAnimationFrame(look);
"""
DRAINED = "() => { const b = window.bench; window.bench = { frames: [] }; return b; }"
CATEGORIES = ["disabled-by-default-devtools.timeline", "devtools.timeline", "toplevel"]
LONG_MS = 50.0
NAMES = ("TaskDuration", "ScriptDuration", "LayoutDuration", "RecalcStyleDuration", "JSHeapUsedSize", "Nodes")


@dataclass(kw_only=True)
class Measured:
    """One thing that was done: seconds of the main thread by kind, its longest tasks, frames drawn.

    `long` are the milliseconds of processor of each task that took more than 50, `longest` those of the longest.
    """

    name: str
    seconds: float
    task: float
    script: float
    style: float
    heap: float
    nodes: int
    long: list[float] = field(default_factory=list)
    longest: float = 0.0
    frames: int = 0


class Screen:
    """A page under observation."""

    def __init__(self, page: Page, session: CDPSession) -> None:
        self.page, self.session = page, session

    async def measured(self, name: str, act: Callable[[], Awaitable[object]]) -> Measured:
        """What it costs the page to have this done."""
        await self.page.evaluate(DRAINED)
        launched = self.page.context.browser
        if launched is None:
            raise RuntimeError("a page of no browser cannot be traced")
        await launched.start_tracing(page=self.page, categories=CATEGORIES)
        before, began = await self._metrics(), asyncio.get_running_loop().time()
        await act()
        after, ended = await self._metrics(), asyncio.get_running_loop().time()
        tasks = _tasks(json.loads(await launched.stop_tracing()), self.page.url)
        seen = await self.page.evaluate(DRAINED)
        # What is garbage is not kept: only what is left after it was collected is.
        await self.session.send("HeapProfiler.collectGarbage")
        left = await self._metrics()
        # Another page may be another process, whose clocks begin anew.
        new = any(after[one] < before[one] for one in NAMES[:4])
        spent = {one: after[one] - (0 if new else before[one]) for one in NAMES}
        return Measured(
            name=name,
            seconds=ended - began,
            task=spent["TaskDuration"],
            script=spent["ScriptDuration"],
            style=spent["LayoutDuration"] + spent["RecalcStyleDuration"],
            heap=left["JSHeapUsedSize"] / 1e6,
            nodes=int(left["Nodes"]),
            long=[one for one in tasks if one > LONG_MS],
            longest=max(tasks, default=0.0),
            frames=len(seen["frames"]),
        )

    async def profiled(self, act: Callable[[], Awaitable[object]], most: int = 25) -> list[tuple[str, float]]:
        """Where the time went: functions and the milliseconds that each spent itself."""
        await self.session.send("Profiler.enable")
        await self.session.send("Profiler.setSamplingInterval", {"interval": 200})
        await self.session.send("Profiler.start")
        await act()
        profile = (await self.session.send("Profiler.stop"))["profile"]
        names = {node["id"]: node["callFrame"] for node in profile["nodes"]}
        spent: dict[str, float] = {}
        for node, delta in zip(profile["samples"], profile["timeDeltas"], strict=True):
            frame = names[node]
            where = frame["url"].rpartition("/")[2]
            label = f"{frame['functionName'] or '(anonymous)'} {where}:{frame['lineNumber']}:{frame['columnNumber']}"
            spent[label] = spent.get(label, 0.0) + delta / 1000
        return sorted(spent.items(), key=lambda one: -one[1])[:most]

    async def _metrics(self) -> dict[str, float]:
        found = (await self.session.send("Performance.getMetrics"))["metrics"]
        return {one["name"]: one["value"] for one in found}


def _tasks(trace: dict[str, Any], url: str) -> list[float]:
    """Milliseconds of processor that each task of the page's main thread took."""
    events = trace["traceEvents"]
    mains = {
        (one["pid"], one["tid"])
        for one in events
        if one["name"] == "thread_name" and one["args"]["name"] == "CrRendererMain"
    }
    owners = {
        frame["processId"]
        for one in events
        if one["name"] in ("TracingStartedInBrowser", "FrameCommittedInBrowser")
        for frame in [*one["args"]["data"].get("frames", ()), one["args"]["data"]]
        if frame.get("url", "").rpartition("?")[0] == url or frame.get("url") == url
    }
    return [
        one["tdur"] / 1000
        for one in events
        if one["name"] == "RunTask"
        and (one["pid"], one["tid"]) in mains
        and one["pid"] in owners
        and "tdur" in one
    ]


@asynccontextmanager
async def browser() -> AsyncIterator[Browser]:
    """Debian's Chromium where there is one, otherwise Playwright's own."""
    as_root = ("--no-sandbox",) if os.geteuid() == 0 else ()
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--disable-dev-shm-usage", *as_root]
        )
        yield launched
        await launched.close()


@asynccontextmanager
async def screen(one: Browser, rows: int = 0, **how: Any) -> AsyncIterator[Screen]:
    """A page of its own, as large as a supervisor's."""
    context = await one.new_context(viewport={"width": 1920, "height": 1000}, locale="en-GB", **how)
    await context.add_init_script(WATCHING.replace("ROWS", str(rows)))
    page = await context.new_page()
    session = await context.new_cdp_session(page)
    await session.send("Performance.enable", {"timeDomain": "threadTicks"})
    try:
        yield Screen(page, session)
    finally:
        await context.close()


def processes() -> dict[int, float]:
    """Seconds of processor that each process of ours has used."""
    ticks = os.sysconf("SC_CLK_TCK")
    found: dict[int, float] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            found[int(folder.name)] = (int(fields[11]) + int(fields[12])) / ticks
    return found
