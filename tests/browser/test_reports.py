"""Reports in the console: what was counted is drawn, opened, taken away and sent; a wallboard shows what is now."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.async_api import Page, expect
from sample_looks import fits, judge
from sample_office import Office

REPORTS = "/reports?period=today"


async def opened(office: Office, path: str = REPORTS, person: str = "saara", **how: Any) -> Page:
    page = await office.page(person, **how)
    await page.goto(path)
    return page


async def test_a_report_opens_what_it_counts(office: Office) -> None:
    await office.served()
    page = await opened(office)
    await expect(page.get_by_role("heading", name="Reports")).to_be_visible()
    tile = page.locator("[data-figure=answered]")
    await expect(tile).to_contain_text("1")
    await expect(page.locator("canvas").first).to_be_visible()
    await judge(page)
    await tile.click()
    dialog = page.get_by_role("dialog", name="Answered")
    await expect(dialog.get_by_role("row")).to_have_count(2)
    await expect(dialog.get_by_role("status")).to_have_text("1 entry")
    await page.keyboard.press("Escape")
    # The same as a table, for who cannot see the chart.
    card = page.get_by_role("region", name="Arrivals and service level").first
    await card.get_by_role("button", name="Show as a table").click()
    await expect(card.get_by_role("columnheader", name="Arrived")).to_be_visible()


async def test_a_file_is_made_for_a_purpose(office: Office) -> None:
    page = await opened(office)
    await page.get_by_role("button", name="Export").click()
    dialog = page.get_by_role("dialog", name="Export figures")
    await dialog.get_by_label("What it is for").fill("Staffing")
    async with page.expect_download() as coming:
        await dialog.get_by_role("button", name="Make the file").click()
    download = await coming.value
    assert download.suggested_filename.endswith(".csv")
    text = (await download.path()).read_text(encoding="utf-8-sig")
    assert text.splitlines()[0].endswith(",purpose")
    assert text.splitlines()[1].endswith(",Staffing")
    await expect(dialog.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "100")


async def test_a_report_is_scheduled_and_stopped(office: Office) -> None:
    page = await opened(office)
    await page.get_by_role("button", name="By e-mail").click()
    dialog = page.get_by_role("dialog", name="Reports by e-mail")
    await dialog.get_by_label("Name").fill("Morning")
    await dialog.get_by_label("To", exact=False).last.fill("boss@example.org")
    await dialog.get_by_label("What it is for").fill("Staffing")
    await dialog.get_by_role("button", name="Schedule").click()
    await expect(dialog.get_by_role("listitem")).to_contain_text("boss@example.org")
    await dialog.get_by_role("button", name="Stop Morning").click()
    await expect(dialog.get_by_role("listitem")).to_have_count(0)


async def test_the_wallboard_is_of_now_and_fits(office: Office) -> None:
    page = await opened(office, "/wallboard", viewport={"width": 1920, "height": 1080})
    waiting = page.locator("[data-figure=in_queue]")
    await expect(waiting).to_contain_text("0")
    await fits(page)
    # The line of the last hour ends in what is now, and both move by themselves.
    end = waiting.locator("[data-course] > span")
    low = await end.evaluate("(one) => one.style.top")
    await office.matter()
    await expect(waiting).to_contain_text("1")
    await expect(waiting).to_contain_text("peak 1")
    await page.wait_for_function(
        "(was) => document.querySelector('[data-figure=in_queue] [data-course] > span').style.top !== was",
        arg=low,
    )
    assert await page.evaluate("document.documentElement.scrollHeight <= window.innerHeight")
    for one in await page.locator("[data-course]").all():
        box = await one.bounding_box()
        assert box is not None
        assert box["height"] > 20, "a line that can be seen"
    await judge(page)


@pytest.mark.parametrize("language", ["fi", "sv"])
async def test_the_wallboard_fits_in_every_language_and_in_the_dark(office: Office, language: str) -> None:
    page = await office.page("saara", viewport={"width": 1920, "height": 1080}, color_scheme="dark")
    await page.add_init_script(f"localStorage.setItem('valvomo.language', '{language}')")
    await page.goto("/wallboard")
    await expect(page.locator("[data-figure=in_queue] [data-course]")).to_be_visible()
    await fits(page)
    wide = "(all) => all.filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => one.textContent)"
    cut = await page.locator("[data-figure] p").evaluate_all(wide)
    assert cut == []
    await judge(page)


async def test_a_wallboard_of_some_queues_counts_as_the_whole_does(office: Office) -> None:
    """One is served at once, another is closed by somebody else while they wait: half of them in time, both ways."""
    await office.present("eino", presence="do_not_disturb")
    await office.served("eino")
    saara = await office.caller("saara")
    waiting = await office.matter("Grace Hopper")
    await saara.do("POST", f"/conversations/{waiting}/force-close", {"reason": "Tried out"})
    queues = ",".join(office.sample.queues[one] for one in ("Support", "Billing"))
    for path in ("/wallboard", f"/wallboard?queues={queues}"):
        page = await opened(office, path, viewport={"width": 1920, "height": 1080})
        await expect(page.locator("[data-figure=service_level]")).to_contain_text("50%")
        await expect(page.locator("[data-figure=busy]")).to_contain_text("1 · 0")
        await fits(page)
        await judge(page)


async def test_a_report_is_narrowed_by_language_and_outcome(office: Office) -> None:
    await office.served("eino", "Ada Lovelace", language="sv")
    saara = await office.caller("saara")
    ended = await office.served("eino", "Grace Hopper", language="en")
    await saara.do("POST", f"/conversations/{ended}/force-close", {"reason": "Tried out"})
    page = await opened(office)
    arrived = page.locator("[data-figure=started]")
    await expect(arrived).to_contain_text("2")
    await page.get_by_role("button", name="Outcome").click()
    await page.get_by_role("menuitemcheckbox", name="Closed by a supervisor").click()
    await page.keyboard.press("Escape")
    await expect(arrived).to_contain_text("1")
    await page.get_by_role("button", name="Language").click()
    await expect(page.get_by_role("menuitemcheckbox")).to_have_count(1)
    await page.get_by_role("menuitemcheckbox", name="English").click()
    await page.keyboard.press("Escape")
    # The address keeps what was chosen; a language without any is still there to be taken back.
    await expect(page).to_have_url(re.compile("outcomes=force_closed.*languages=en"))
    await page.goto("/reports?period=today&languages=sv&outcomes=force_closed")
    await expect(arrived).to_contain_text("0")
    await expect(page.get_by_role("button", name="Swedish")).to_be_visible()
    await judge(page)


async def test_occupancy_grows_while_nothing_happens(office: Office) -> None:
    """Somebody is there and serves nobody: 0 %. From when they serve it grows by itself, second by second."""
    page = await opened(office, "/floor")
    tile = page.locator("[data-figure=occupancy]")
    await expect(tile).to_contain_text("–")
    await office.present("eino", presence="do_not_disturb")
    await expect(tile).to_contain_text("0%")
    await office.served("eino")
    await expect(tile).to_contain_text(re.compile(r"[1-9]\d?%"))
    await judge(page)


async def test_the_occupancy_of_an_agent_opens_their_times(office: Office) -> None:
    """One was there and served, another was there and had nothing to do: both are in the table, and open when."""
    await office.switch(agent_figures="all")
    await office.present("aino", "eino", presence="do_not_disturb")
    await office.served("eino", "Ada Lovelace")
    page = await opened(office)
    await page.get_by_label("By agent").check()
    table = page.get_by_role("region", name="By agent").first
    idle = table.get_by_role("button", name=re.compile("Aino.*, Occupancy: 0%"))
    await expect(idle).to_be_visible()
    await judge(page)
    await idle.click()
    dialog = page.get_by_role("dialog", name=re.compile("Aino.*: Occupancy"))
    await expect(dialog.locator("[data-attended]")).to_have_count(1)
    await expect(dialog.locator("[data-attended]")).to_contain_text("Nothing")
    await expect(dialog.locator("[data-sums]")).to_contain_text("There for")
    await page.keyboard.press("Escape")
    await table.get_by_role("button", name=re.compile("Eino.*, Occupancy: ")).click()
    await expect(page.locator("[data-attended]").last).to_contain_text("Ada Lovelace")
    await judge(page)
    await page.get_by_role("link", name="Ada Lovelace").first.click()
    await expect(page).to_have_url(re.compile("/conversations/"))
