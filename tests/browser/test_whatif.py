"""What-if in the console: a supervisor plans, sees both columns, and nothing of the real house has changed."""

from typing import Any

import pytest
from playwright.async_api import Page, expect
from sample_looks import fits, judge
from sample_office import Office

PLAYED = 120_000
"""Milliseconds until a small experiment must have been played, on a machine that has much to do."""


async def opened(office: Office, person: str = "saara", **how: Any) -> Page:
    page = await office.page(person, **how)
    await page.goto("/what-if")
    await expect(page.get_by_role("heading", name="What if")).to_be_visible()
    return page


async def made_up(page: Page, per_hour: int = 60) -> None:
    """Two hours of chats for Support, of two minutes each on average."""
    await page.get_by_role("button", name="Made up").click()
    await page.get_by_label("Hours", exact=True).fill("2")
    await page.get_by_label("Arrivals per hour").fill(str(per_hour))
    await page.get_by_label("Replications").fill("3")


async def without_most(page: Page) -> None:
    """Of the four who serve in Support, one is left, for one at a time."""
    for change in ("Agents away", "Agent changed"):
        await page.get_by_role("button", name="Add a change").click()
        await page.get_by_role("menuitem", name=change).click()
    for name in ("Aino Korhonen", "Eino Mäkelä", "Lumi Nyström"):
        await page.get_by_role("checkbox", name=name).click()
    await page.get_by_label("Capacity in units").fill("1")


async def test_a_supervisor_sees_what_fewer_people_would_come_to(office: Office) -> None:
    page = await opened(office)
    await expect(page.get_by_text("Nothing played yet")).to_be_visible()
    await made_up(page)
    await without_most(page)
    await page.get_by_role("button", name="Play it").click()
    wait = page.get_by_role("row").filter(has_text="Wait, mean")
    await expect(wait.locator("[data-column=difference]")).to_contain_text("worse", timeout=PLAYED)
    await expect(wait.locator("[data-column=today]")).to_contain_text("s")
    await expect(page.get_by_text("6 agents, 3 after the changes · 3 replications")).to_be_visible()
    came = page.get_by_role("row").filter(has_text="Came")
    await expect(came.locator("[data-column=difference]")).to_contain_text("the same")
    chart = page.get_by_role("img", name="Mean wait by when customers came")
    await chart.focus()
    await page.keyboard.press("ArrowRight")
    await expect(page.get_by_text("· Changed").last).to_be_visible()
    await judge(page)
    # Of one queue alone, and what was asked for has changed since.
    await page.get_by_label("Of which queue").select_option(label="Sales")
    await expect(came.locator("[data-column=today]")).to_have_text("0")
    await page.get_by_label("Arrivals per hour").fill("61")
    await expect(page.get_by_text("play it again to see it")).to_be_visible()
    agents = (await (await office.caller("saara")).get("/agents"))["items"]
    assert {one["capacity"] for one in agents} == {5}


async def test_a_supervisor_tries_other_rules_and_agents_who_decline(office: Office) -> None:
    page = await opened(office)
    await made_up(page)
    await page.get_by_label("Workstream").select_option(label="Web chat")
    await page.get_by_text("Offers declined, customers passed on").click()
    await page.get_by_label("Offers rejected, %").fill("30")
    await page.get_by_label("Customers passed on, %").fill("50")
    await page.get_by_label("To which queue").select_option(label="Sales")
    await page.get_by_role("button", name="Add a change").click()
    await page.get_by_role("menuitem", name="Workstream", exact=False).click()
    await page.get_by_label("Workstream").last.select_option(label="Web chat")
    await page.get_by_label("Queue if no rule matches").select_option(label="Billing")
    # A rule that could not be saved is refused, and the field says so.
    await page.get_by_role("button", name="Add queue rule").click()
    office.watch.expect(422)
    await page.get_by_role("button", name="Play it").click()
    await expect(page.get_by_text("Give at least one value.")).to_be_visible(timeout=PLAYED)
    await page.get_by_role("textbox", name="Values").first.fill("sv")
    await page.get_by_role("button", name="Play it").click()
    await expect(page.get_by_text("come into another queue")).to_be_visible(timeout=PLAYED)
    for figure in ("passed", "rejected"):
        row = page.locator(f"[data-figure={figure}]")
        await expect(row.locator("[data-column=today]")).not_to_have_text("0")
    await judge(page)


async def test_it_can_be_cancelled_and_started_again(office: Office) -> None:
    page = await opened(office)
    await made_up(page, per_hour=2000)
    await page.get_by_label("Replications").fill("100")
    await page.get_by_role("button", name="Play it").click()
    await expect(page.get_by_text("of 100 played")).to_be_visible(timeout=PLAYED)
    await page.get_by_role("button", name="Cancel").click()
    await expect(page.get_by_role("button", name="Cancel")).to_have_count(0)
    await page.get_by_label("Arrivals per hour").fill("30")
    await page.get_by_label("Replications").fill("2")
    await page.get_by_role("button", name="Play it").click()
    await expect(page.get_by_role("row").filter(has_text="Served")).to_be_visible(timeout=PLAYED)


async def test_a_past_in_which_nobody_was_served_is_said_to_be_one(office: Office) -> None:
    page = await opened(office)
    office.watch.expect(409)
    await page.get_by_role("button", name="Play it").click()
    await expect(page.get_by_text("Nobody was served in this period")).to_be_visible(timeout=PLAYED)


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_it_fits_a_phone_in_both_themes(office: Office, theme: Any) -> None:
    page = await opened(office, viewport={"width": 390, "height": 844}, color_scheme=theme)
    await made_up(page)
    await without_most(page)
    await fits(page)
    await page.get_by_role("button", name="Play it").click()
    await expect(page.get_by_role("row").filter(has_text="Served")).to_be_visible(timeout=PLAYED)
    await fits(page)
    await judge(page)


async def test_agents_do_not_find_it(office: Office) -> None:
    page = await office.page("eino")
    await page.goto("/what-if")
    await expect(page).to_have_url(f"{office.address}/desk")
    await expect(page.get_by_role("link", name="What if")).to_have_count(0)
