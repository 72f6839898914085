"""Signing in, three languages, two themes, a phone's width; and no serious finding of axe anywhere."""

from typing import Any

import pytest
from playwright.async_api import expect
from sample_looks import fits, judge
from sample_office import Office
from sample_screens import Chat, Desk, Floor

from valvomo.demo.organization import PASSWORD

PHONE = {"width": 390, "height": 844}
CUSTOMER = "Ada Lovelace"


async def test_signing_in_and_out(office: Office) -> None:
    page = await office.page()
    await page.goto("/floor")
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    await judge(page)
    await page.get_by_label("E-mail").fill(f"saara@{office.domain}")
    await page.get_by_label("Password").fill("wrong")
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_text("Wrong e-mail, password or code")).to_be_visible()
    await judge(page)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("heading", name="Floor")).to_be_attached()
    await expect(page).to_have_url(f"{office.address}/floor")
    await page.get_by_role("button", name="Account of Saara Virtanen").click()
    await page.get_by_role("menuitem", name="Sign out").click()
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


@pytest.mark.parametrize(
    ("language", "name", "state"),
    [("fi", "Käynnissä olevat keskustelut", "Jonossa"), ("sv", "Pågående konversationer", "I kö")],
)
async def test_the_floor_in_finnish_and_swedish(office: Office, language: str, name: str, state: str) -> None:
    await office.matter(CUSTOMER)
    page = await office.page("saara")
    await page.add_init_script(f"localStorage.setItem('valvomo.language', '{language}')")
    await page.goto("/floor")
    row = page.get_by_role("grid", name=name).get_by_role("row").filter(has_text=CUSTOMER)
    await expect(row).to_contain_text(state)
    await expect(page.locator("html")).to_have_attribute("lang", language)
    await fits(page)
    await judge(page)


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_the_supervisors_screens_have_no_serious_finding(office: Office, theme: Any) -> None:
    conversation = await office.served("eino", CUSTOMER)
    await office.matter("Grace Hopper")
    for text in ("It is in the post.", "Anything else?"):
        body = {"text": text, "visibility": "public"}
        await (await office.caller("eino")).do("POST", f"/conversations/{conversation}/messages", body)
    floor = await Floor.open(office, color_scheme=theme)
    await expect(floor.row(CUSTOMER)).to_be_visible()
    await judge(floor.page)
    await floor.act(CUSTOMER, "Monitor").click()
    await floor.pane.reads("Anything else?")
    await judge(floor.page)
    for tab in ("Timeline", "History", "Details"):
        await floor.pane.box.get_by_role("tab", name=tab).click()
        await judge(floor.page)
    for act, customer in (("Assign", "Grace Hopper"), ("Transfer", CUSTOMER), ("Force close", CUSTOMER)):
        await floor.act(customer, act).click()
        await expect(floor.dialog().box).to_be_visible()
        await judge(floor.page)
        await floor.page.keyboard.press("Escape")
    await floor.page.goto("/agents")
    await expect(floor.page.get_by_role("row").filter(has_text="Eino Mäkelä")).to_be_visible()
    await judge(floor.page)


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_the_agents_and_customers_screens_have_no_serious_finding(office: Office, theme: Any) -> None:
    chat, desk = await Chat.visit(office, color_scheme=theme), await Desk.open(office, color_scheme=theme)
    await judge(desk.page)
    await chat.page.get_by_role("button", name="Open chat").click()
    await expect(chat.panel.get_by_label("Your name")).to_be_visible()
    await judge(chat.page)
    await chat.page.get_by_role("button", name="Close chat").first.click()
    await chat.start(CUSTOMER)
    await expect(desk.offer(CUSTOMER)).to_be_visible()
    await judge(desk.page)
    await desk.accept(CUSTOMER)
    await chat.say("Where is my parcel?")
    await desk.talk.write("On its way.")
    await desk.talk.write("Third time this week", "Internal note")
    await chat.reads("On its way.")
    await judge(desk.page)
    await judge(chat.page)
    await desk.talk.button("End").click()
    await expect(desk.page.get_by_role("form", name="Wrap-up")).to_be_visible()
    await judge(desk.page)
    await judge(chat.page)


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_the_administrators_screens_have_no_serious_finding(office: Office, theme: Any) -> None:
    page = await office.page("admin", color_scheme=theme)
    for place in (
        "admin/supervision",
        "admin/queues",
        "admin/workstreams",
        "admin/users",
        "admin/tokens",
        "audit",
    ):
        await page.goto(f"/{place}")
        await expect(page.get_by_role("heading", level=1)).to_be_visible()
        await expect(page.get_by_text("Loading")).to_have_count(0)
        await judge(page)


async def test_everything_fits_on_a_phone(office: Office) -> None:
    await office.served("eino", CUSTOMER)
    floor = await Floor.open(office, viewport=PHONE)
    await expect(floor.row(CUSTOMER)).to_be_attached()
    await fits(floor.page)
    await judge(floor.page)
    desk = await Desk.open(office, viewport=PHONE)
    await fits(desk.page)
    await desk.mine(CUSTOMER).click()
    await desk.talk.write("Hello from a phone")
    await fits(desk.page)
    await judge(desk.page)
    chat = await Chat.visit(office, viewport=PHONE)
    await chat.start("Grace Hopper")
    await fits(chat.page)
    await judge(chat.page)


async def test_the_widget_speaks_the_sites_language(office: Office) -> None:
    page = await office.page()
    for language, opens, starts in (
        ("fi", "Avaa keskustelu", "Aloita keskustelu"),
        ("sv", "Öppna chatten", "Börja chatta"),
    ):
        await page.goto(f"/widget/demo?key={office.key()}&lang={language}")
        await page.get_by_role("button", name=opens).click()
        await expect(page.get_by_role("button", name=starts)).to_be_visible()
        await page.evaluate("localStorage.clear(); sessionStorage.clear()")
