"""A floor of two thousand rows that change in bursts: what is seen is what is the case, and little of it is drawn."""

import asyncio
from typing import Any

import pytest
from playwright.async_api import Page, expect
from sample_board import QUEUES, Board
from sample_looks import judge
from sample_office import Office

ROWS = 2000
MOST_DRAWN = 60
"""Rows in the page: those that are seen, and a few beyond."""
SEEN = """() => [...document.querySelectorAll('tr[data-row]')]
    .map((row) => [Number(row.ariaRowIndex) - 2, row.querySelector('.font-medium').innerText.trim()])"""
GREY = "[data-stale=true]"


async def opened(office: Office, **how: Any) -> tuple[Page, Board]:
    page = await office.page("saara", **how)
    board = await Board.before(page, ROWS)
    await page.goto("/floor")
    await page.get_by_role("columnheader").get_by_role("button", name="Customer").click()
    await expect(page.get_by_role("grid")).to_have_attribute("aria-rowcount", str(ROWS + 1))
    await page.mouse.move(2, 2)
    await page.locator("body").click(position={"x": 2, "y": 2})
    return page, board


async def shows(page: Page, expected: list[str]) -> None:
    """Every row that is drawn is the one that belongs in its place, and there are few of them."""
    await expect(page.get_by_role("grid")).to_have_attribute("aria-rowcount", str(len(expected) + 1))
    async with asyncio.timeout(90):
        while True:
            seen: list[list[Any]] = await page.evaluate(SEEN)
            if seen and all(expected[place] == name for place, name in seen):
                break
            await asyncio.sleep(0.1)
    assert len(seen) <= MOST_DRAWN


async def scrolled(page: Page, top: int) -> None:
    await page.get_by_role("grid").evaluate("(grid, top) => { grid.parentElement.scrollTop = top }", top)


async def test_what_is_seen_is_what_is_the_case_after_bursts_of_changes(office: Office) -> None:
    page, board = await opened(office)
    for _ in range(40):
        board.burst(50)
    await shows(page, board.by_customer())
    await scrolled(page, 44 * 900)
    board.burst(200)
    await shows(page, board.by_customer())
    await scrolled(page, 10**7)
    await shows(page, board.by_customer())
    # In one queue only, while more changes come; then all of them again.
    await page.get_by_role("search").get_by_role("button", name="Queue", exact=True).click()
    await page.get_by_role("menuitemcheckbox", name=QUEUES["q3"].name).click()
    await page.keyboard.press("Escape")
    await page.locator("body").click(position={"x": 2, "y": 2})
    for _ in range(10):
        board.burst(50)
    await shows(page, board.by_customer("q3"))
    await page.get_by_role("button", name="Clear filters").click()
    await page.locator("body").click(position={"x": 2, "y": 2})
    await shows(page, board.by_customer())


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_what_is_not_current_is_grey_at_once_and_says_since_when(office: Office, theme: str) -> None:
    page, board = await opened(office, color_scheme=theme)
    board.alive()
    await expect(page.locator(GREY)).to_have_count(0)
    # What changed while nobody could tell is there when the light is green again, and not before.
    board.answers = False
    await board.cut()
    await expect(page.locator(GREY)).to_have_count(1)
    await expect(page.get_by_text("stale since")).to_be_visible()
    await expect(page.get_by_text("catching up")).to_be_visible()
    # Grey is no reason to be hard to read.
    await judge(page)
    board.burst(300)
    board.answers = True
    await board.cut()
    await expect(page.locator(GREY)).to_have_count(0)
    await shows(page, board.by_customer())


async def test_a_connection_that_says_nothing_is_not_taken_for_a_live_one(office: Office) -> None:
    page, board = await opened(office)
    board.alive()
    board.answers = False
    await expect(page.locator(GREY)).to_have_count(1)
    await expect(page.get_by_text("stale since")).to_be_visible()
