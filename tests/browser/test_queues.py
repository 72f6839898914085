"""The supervisor's queues: what is in each, who serves it, how it is set; live, and only their own."""

import re
from typing import Any

import pytest
from playwright.async_api import Page, expect
from sample_looks import fits, judge
from sample_office import Office

CUSTOMER = "Ada Lovelace"
PHONE = {"width": 390, "height": 844}


def row(page: Page, queue: str) -> Any:
    return page.get_by_role("row").filter(has=page.get_by_text(queue, exact=True))


async def opened(office: Office, person: str = "saara", **how: Any) -> Page:
    page = await office.page(person, **how)
    await page.goto("/queues")
    await expect(page.get_by_role("grid")).to_be_visible()
    return page


async def test_each_says_what_is_in_it_now_and_opens_what_it_counts(office: Office) -> None:
    page = await opened(office)
    waiting = row(page, "Support").locator("[data-figure=in_queue]")
    await expect(waiting).to_have_text("0")
    await office.matter(CUSTOMER)
    await expect(waiting).to_have_text("1")
    await office.served("eino", "Grace Hopper")
    await expect(row(page, "Support").locator("[data-figure=active]")).to_have_text("1")
    level = row(page, "Support").locator("[data-figure=service_level]")
    await expect(level).to_contain_text("100%")
    await level.click()
    offered = page.get_by_role("dialog", name="Support · Service level")
    await expect(offered.get_by_role("link", name="Grace Hopper")).to_be_visible()
    await offered.get_by_role("button", name="Left while waiting").click()
    await expect(offered).to_contain_text("Nothing was counted here.")
    await page.keyboard.press("Escape")
    await waiting.click()
    await expect(page).to_have_url(re.compile("/floor$"))
    await expect(page.get_by_role("row").filter(has_text=CUSTOMER)).to_have_count(1)
    await expect(page.get_by_role("row").filter(has_text="Grace Hopper")).to_have_count(0)


async def test_members_and_overflow_are_there_and_keep_themselves_true(office: Office) -> None:
    page = await opened(office)
    admin = await office.caller("admin")
    support = next(one for one in (await admin.get("/queues"))["items"] if one["name"] == "Support")
    await row(page, "Support").get_by_text("Support", exact=True).click()
    details = page.get_by_role("dialog", name="Support")
    await office.present("eino")
    eino = details.locator("[data-member]").filter(has_text="Eino Mäkelä")
    await expect(eino).to_contain_text("Available")
    await office.present("eino", presence="busy")
    await expect(eino).to_contain_text("Busy")
    rule = {"trigger": "length", "over": 37, "remedy": "message", "queue_id": None, "texts": {"en": "Busy"}}
    await admin.do("PATCH", f"/queues/{support['id']}", {"overflow": [rule]})
    await expect(details).to_contain_text("37 or more wait: they are told something and wait on")


async def test_only_ones_own_are_shown(office: Office) -> None:
    page = await opened(office, "veikko")
    await expect(row(page, "Billing")).to_have_count(1)
    await expect(page.get_by_role("grid").locator("tbody tr")).to_have_count(1)


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_it_has_no_serious_finding_and_fits_on_a_phone(office: Office, theme: Any) -> None:
    await office.matter(CUSTOMER)
    page = await opened(office, color_scheme=theme)
    await judge(page)
    await row(page, "Support").get_by_text("Support", exact=True).click()
    await expect(page.get_by_role("dialog", name="Support")).to_be_visible()
    await judge(page)
    phone = await opened(office, color_scheme=theme, viewport=PHONE)
    await fits(phone)
    await judge(phone)
