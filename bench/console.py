"""The console at size: ten thousand rows and two hundred changes a second in a real browser.

`.venv/bin/python bench/console.py` does everything and tells it in a table; `--profile "sort by wait"` says where one
of the acts spends its time. Figures are of the processor, beside a bare page in the same browser: other load on the
machine stretches every wall clock. Only frames a second and the times of opening are by the clock.
"""

from __future__ import annotations

import argparse
import asyncio
import socket
import sys
import urllib.request
from collections.abc import Awaitable, Callable
from pathlib import Path

from playwright.async_api import Page

from console_browser import Measured, Screen, browser, screen

HERE = Path(__file__).parent
SETTLED = 1.5
"""Seconds after an act in which all that it caused has happened."""


async def main(options: argparse.Namespace) -> None:
    """Serve, look, tell."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = await asyncio.create_subprocess_exec(
        sys.executable, str(HERE / "console_server.py"), str(port), str(options.rows), options.web
    )
    address = f"http://127.0.0.1:{port}"
    try:
        await _ready(address)
        async with browser() as one, screen(one) as control, screen(one, options.rows) as watched:
            await control.page.goto(f"{address}/favicon.svg")
            await _look(options, address, watched, control)
    finally:
        server.terminate()
        await server.wait()


async def _look(options: argparse.Namespace, address: str, watched: Screen, control: Screen) -> None:
    page = watched.page
    opened = [await _open(watched, address) for _ in range(options.openings)]
    print(f"opened, ms to the first rows: {[one[0] for one in opened]}, to all: {[one[1] for one in opened]}")
    _tell([one[2] for one in opened])
    _rate(address, options.rate)
    if options.profile:
        for label, milliseconds in await watched.profiled(_done(page, options.profile)):
            print(f"{milliseconds:9.1f} ms  {label}")
        return
    found = [await control.measured("bare page at rest", lambda: asyncio.sleep(options.seconds))]
    found.append(await watched.measured("at rest", lambda: asyncio.sleep(options.seconds)))
    acts = [one for one in ACTS if one != "rest" and one in options.acts]
    found.extend([await watched.measured(one, _done(page, one)) for one in acts])
    _tell(found)


async def _open(watched: Screen, address: str) -> tuple[int, int, Measured]:
    """From nothing to rows: from navigation on, by the page's own clock."""
    page = watched.page

    async def opening() -> None:
        await page.goto(f"{address}/floor")
        await page.wait_for_function("() => window.opened.all", timeout=60_000)

    measured = await watched.measured("open", opening)
    found = await page.evaluate("() => window.opened")
    return found["first"], found["all"], measured


Step = Callable[[Page], Awaitable[object]]


def _sort(column: str) -> Step:
    return lambda page: page.get_by_role("columnheader").get_by_role("button", name=column).click()


def _group(name: str) -> Step:
    return lambda page: page.get_by_label("Group").select_option(label=name)


def _press_figure(page: Page) -> Awaitable[object]:
    return page.click("[data-figure=in_queue]")


def _rest(_: Page) -> Awaitable[object]:
    return asyncio.sleep(5)


async def _type(page: Page) -> None:
    await page.get_by_role("searchbox").press_sequentially("order 12", delay=60)


async def _clear(page: Page) -> None:
    await page.get_by_role("searchbox").fill("")


async def _wheel(page: Page) -> None:
    await page.mouse.move(900, 600)
    for _ in range(30):
        await page.mouse.wheel(0, 300)
        await asyncio.sleep(0.05)
    await page.mouse.move(5, 5)


ACTS: dict[str, tuple[Step, ...]] = {
    "rest": (_rest,),
    "sort by customer": (_sort("Customer"),),
    "sort by wait": (_sort("Wait"),),
    "sort by attention": (_sort("Attention"), _sort("Attention")),
    "filter and unfilter": (_press_figure, _press_figure),
    "type and clear": (_type, _clear),
    "scroll": (_wheel,),
    "group by queue": (_group("By queue"),),
    "rest, grouped": (_rest,),
    "ungroup": (_group("No groups"),),
}


def _done(page: Page, name: str) -> Callable[[], Awaitable[None]]:
    async def act() -> None:
        for step in ACTS[name]:
            await step(page)
            await asyncio.sleep(SETTLED)

    return act


def _tell(found: list[Measured]) -> None:
    print(
        "| what | s | busy, s | script, s | busy % | tasks > 50 ms | longest, ms | frames/s | heap, MB | nodes |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|")
    for one in found:
        cells = (
            one.name,
            f"{one.seconds:.1f}",
            f"{one.task:.2f}",
            f"{one.script:.2f}",
            f"{100 * one.task / one.seconds:.0f}",
            len(one.long),
            f"{one.longest:.0f}",
            f"{one.frames / one.seconds:.0f}",
            f"{one.heap:.0f}",
            one.nodes,
        )
        print(f"| {' | '.join(map(str, cells))} |")


def _rate(address: str, rate: int) -> None:
    urllib.request.urlopen(urllib.request.Request(f"{address}/rate", data=str(rate).encode(), method="POST"))  # noqa: S310


async def _ready(address: str) -> None:
    async with asyncio.timeout(120):
        while True:
            try:
                _rate(address, 0)
            except OSError:
                await asyncio.sleep(0.2)
            else:
                return


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--rate", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--openings", type=int, default=3)
    parser.add_argument(
        "--web", default=str(HERE.parent / "src" / "valvomo" / "static"), help="the built console"
    )
    parser.add_argument("--acts", nargs="*", default=list(ACTS), help="only these")
    parser.add_argument("--profile", choices=list(ACTS))
    asyncio.run(main(parser.parse_args()))
