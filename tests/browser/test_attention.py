"""Attention on the floor: a score that explains itself, muted and pinned for all; an agent who asks for help."""

from __future__ import annotations

from playwright.async_api import expect
from sample_looks import fits, judge
from sample_office import Office
from sample_screens import Desk, Floor, hovered

CUSTOMER = "Ada Lovelace"


async def test_an_agent_asks_and_the_floor_says_so_and_why(office: Office) -> None:
    await office.served("eino", CUSTOMER)
    await office.matter("Grace Hopper", tags=["vip"])
    desk = await Desk.open(office, "eino")
    await desk.mine(CUSTOMER).click()
    floor = await Floor.open(office)
    await desk.page.get_by_role("button", name="Ask a supervisor").click()
    dialog = desk.page.get_by_role("dialog")
    await judge(desk.page)
    await dialog.get_by_label("What do you need help with?").fill("A refund of 400 €")
    await dialog.get_by_role("button", name="Ask").click()
    await expect(desk.page.get_by_text("A supervisor has been asked")).to_be_visible()
    score = floor.row(CUSTOMER).get_by_role("button", name="Attention 4")
    await expect(score).to_be_visible()
    await score.focus()
    await floor.page.keyboard.press("Shift+Tab")
    await floor.page.keyboard.press("Tab")
    tip = floor.page.get_by_role("tooltip")
    await expect(tip).to_contain_text("A supervisor was asked for · Eino Mäkelä")
    await expect(tip).to_contain_text("A refund of 400 €")
    await expect(tip).to_contain_text("Why not higher?")
    await expect(tip).to_contain_text("Not a VIP")
    await floor.page.keyboard.press("Escape")
    await expect(tip).to_have_count(0)
    await expect(await hovered(score)).to_contain_text("A refund of 400 €")
    await desk.page.get_by_role("button", name="No help needed any more").click()
    await expect(floor.row(CUSTOMER).get_by_role("button", name="Attention 0")).to_be_visible()


async def test_muted_and_pinned_by_one_supervisor_is_so_for_all(office: Office) -> None:
    await office.served("eino", "Grace Hopper", tags=["vip"])
    await office.served("eino", CUSTOMER)
    saara = await Floor.open(office)
    admin = await office.caller("admin")
    await admin.do("PATCH", f"/users/{office.sample.people['veikko']}", {"supervises_all": True})
    veikko = await Floor.open(office, "veikko")
    await saara.row("Grace Hopper").get_by_role("button", name="Attention 10").click()
    dialog = saara.page.get_by_role("dialog")
    await judge(saara.page)
    await dialog.get_by_label("Why (the other").fill("Called her")
    await dialog.get_by_role("button", name="Mute").click()
    rows = veikko.page.get_by_role("row").filter(has_text="Grace Hopper")
    other = rows.locator("[data-score]")
    await expect(other).to_have_attribute("data-score", "0")
    tip = await hovered(other)
    await expect(tip).to_contain_text("Saara Virtanen")
    await expect(tip).to_contain_text("Called her")
    await saara.row(CUSTOMER).locator("[data-score]").click()
    await dialog.get_by_role("button", name="Pin to the top").click()
    await saara.look_away()
    await expect(saara.list.get_by_role("row").nth(1)).to_contain_text(CUSTOMER)
    await judge(saara.page)


async def test_weights_are_weighed_and_hold_at_once(office: Office) -> None:
    await office.served("eino", CUSTOMER, tags=["vip"])
    floor = await Floor.open(office)
    await expect(floor.row(CUSTOMER).get_by_role("button", name="Attention 10")).to_be_visible()
    admin = await office.page("admin", viewport={"width": 390, "height": 844})
    await admin.goto("/admin/attention")
    field = admin.get_by_label("VIP", exact=False).first
    await expect(field).to_be_visible()
    await field.fill("250")
    await field.press("Tab")
    await expect(floor.row(CUSTOMER).get_by_role("button", name="Attention 25")).to_be_visible()
    await fits(admin)
    await judge(admin)


async def test_a_customer_is_marked_as_a_vip_and_the_floor_shows_it(office: Office) -> None:
    await office.served("eino", CUSTOMER)
    desk = await Desk.open(office, "eino")
    await desk.mine(CUSTOMER).click()
    floor = await Floor.open(office)
    await desk.page.get_by_role("switch", name="VIP").click()
    row = floor.row(CUSTOMER)
    await expect(row.get_by_label("VIP", exact=True)).to_be_visible()
    await expect(row.get_by_role("button", name="Attention 10")).to_be_visible()
    await judge(desk.page)
    await judge(floor.page)
    await desk.page.get_by_role("switch", name="VIP").click()
    await expect(row.get_by_label("VIP", exact=True)).to_have_count(0)
