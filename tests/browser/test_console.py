"""The way in, the figures and the lists behind them, and pages that follow what others change, without a reload."""

import re
from typing import Any

import pytest
from playwright.async_api import Page, expect
from sample_office import Office
from sample_screens import Chat, Desk, Floor, hovered

from valvomo.demo.organization import PASSWORD

CUSTOMER = "Ada Lovelace"
HOMES = {"saara": "/floor", "eino": "/desk", "admin": "/admin/supervision", "raija": "/audit"}
LAPTOP = {"width": 1440, "height": 900}
INSECURE = "delete Crypto.prototype.randomUUID"
"""What browsers take away from pages that come by plain HTTP from another machine."""
SHOWN_WHOLE = "box => box.scrollWidth <= box.clientWidth"


async def sign_in(office: Office, page: Page, person: str) -> None:
    """By the form, whatever the page's language."""
    await page.locator("[name=email]").fill(f"{person}@{office.domain}")
    await page.locator("[name=password]").fill(PASSWORD)
    await page.locator("button[type=submit]").click()


async def auditor(office: Office) -> None:
    """The sample organization has none."""
    account = {"email": f"raija@{office.domain}", "name": "Raija", "roles": ["auditor"], "password": PASSWORD}
    await (await office.caller("admin")).do("POST", "/users", account)


@pytest.mark.parametrize("person", HOMES)
async def test_everybody_begins_at_their_own_home(office: Office, person: str) -> None:
    await auditor(office)
    page = await office.page()
    await page.goto("/")
    await expect(page).to_have_url(f"{office.address}/sign-in")
    await sign_in(office, page, person)
    await expect(page).to_have_url(f"{office.address}{HOMES[person]}")
    await page.goto("/")
    await expect(page).to_have_url(f"{office.address}{HOMES[person]}")


async def test_a_page_is_kept_for_who_asked_for_it_and_not_for_who_comes_next(office: Office) -> None:
    page = await office.page()
    await page.goto("/audit")
    await sign_in(office, page, "admin")
    await expect(page).to_have_url(f"{office.address}/audit")
    await page.get_by_role("button", name="Account of").click()
    await page.get_by_role("menuitem", name="Sign out").click()
    await expect(page).to_have_url(f"{office.address}/sign-in")
    await sign_in(office, page, "admin")
    await expect(page).to_have_url(f"{office.address}/admin/supervision")


async def test_the_sign_in_speaks_the_language_that_it_says_is_chosen(office: Office) -> None:
    page = await office.page(locale="fi-FI")
    await page.goto("/sign-in")
    chosen = page.locator("[data-state=on]")
    await expect(page.get_by_role("heading", name="Kirjaudu sisään")).to_be_visible()
    await expect(chosen).to_have_text("Suomi")
    # An English account takes over, and leaves the page as it found it.
    await sign_in(office, page, "saara")
    await expect(page.get_by_role("heading", name="Floor")).to_be_attached()
    await page.get_by_role("button", name="Account of Saara Virtanen").click()
    await page.get_by_role("menuitem", name="Sign out").click()
    await expect(page.get_by_role("heading", name="Kirjaudu sisään")).to_be_visible()
    await expect(chosen).to_have_text("Suomi")


async def test_a_figure_opens_the_list_that_it_counts(office: Office) -> None:
    await office.served("lumi", "Katherine Johnson")
    await office.matter("Grace Hopper", queue="Night desk")
    offered = await office.matter(CUSTOMER)
    body = {"agent": office.sample.people["eino"], "override_presence": True}
    await (await office.caller("saara")).do("POST", f"/conversations/{offered}/assign", body)
    floor = await Floor.open(office)
    await expect(floor.row(CUSTOMER)).to_contain_text("Offered")
    figure = floor.page.locator("[data-figure=in_queue]")
    await expect(figure).to_contain_text("2")
    await expect(await hovered(figure)).to_contain_text("has not accepted yet")
    await figure.click()
    await expect(floor.row("Katherine Johnson")).to_have_count(0)
    await expect(floor.list.locator("tbody tr")).to_have_count(2)
    await (await office.caller("eino")).do("POST", f"/conversations/{offered}/offer/accept")
    await expect(figure).to_contain_text("1")
    await expect(floor.list.locator("tbody tr")).to_have_count(1)


async def test_the_abandoned_are_listed_since_the_day_began(office: Office) -> None:
    chat = await Chat.visit(office)
    await chat.start(CUSTOMER)
    await chat.panel.get_by_role("button", name="More").click()
    await chat.panel.get_by_role("button", name="End conversation").click()
    await chat.panel.get_by_role("button", name="End", exact=True).click()
    floor = await Floor.open(office)
    await expect(floor.page.locator("[data-figure=abandoned]")).to_contain_text("1")
    await floor.page.locator("[data-figure=abandoned]").click()
    await expect(floor.page).to_have_url(re.compile(r"/closed\?as=abandoned&since=\d{4}-"))
    await expect(floor.page.get_by_role("row").filter(has_text=CUSTOMER)).to_have_count(1)


async def test_the_presence_board_has_those_whom_the_figures_count(office: Office) -> None:
    page = await office.page("saara")
    await page.goto("/agents")
    await expect(page.get_by_role("grid", name="Agents").locator("tbody tr")).to_have_count(6)
    await expect(page.get_by_role("row").filter(has_text="Veikko Lindqvist")).to_have_count(0)


@pytest.mark.parametrize(
    ("language", "presence", "says"),
    [
        ("fi", "offline", "Ei yhteydessä"),
        ("en", "do_not_disturb", "Do not disturb"),
        ("sv", "do_not_disturb", "Stör ej"),
    ],
)
async def test_presence_is_not_cut_on_a_laptop(
    office: Office, language: str, presence: str, says: str
) -> None:
    await office.served("eino", CUSTOMER)
    await office.present("eino", presence=presence)
    page = await office.page("saara", viewport=LAPTOP)
    await page.add_init_script(f"localStorage.setItem('valvomo.language', '{language}')")
    await page.goto("/floor")
    words = page.get_by_role("row").filter(has_text=CUSTOMER).get_by_text(says, exact=True)
    await expect(words).to_be_visible()
    assert await words.evaluate(SHOWN_WHOLE)


async def test_many_offers_leave_the_desk_to_the_agent(office: Office) -> None:
    desk = await Desk.open(office, available=False)
    saara = await office.caller("saara")
    over = {"override_presence": True, "override_capacity": True}
    ids = [await office.matter(f"Customer {number}") for number in range(4)]
    for one in ids:
        body = {"agent": office.sample.people["eino"], **over}
        await saara.do("POST", f"/conversations/{one}/assign", body)
    offers = desk.page.get_by_role("region", name="Offers to me")
    await expect(offers.get_by_text("And 2 more offers wait")).to_be_visible()
    await expect(offers.get_by_role("article")).to_have_count(2)
    await desk.reject("Customer 0", "busy")
    await expect(offers.get_by_text("And 1 more offer waits")).to_be_visible()
    await expect(offers.get_by_role("article")).to_have_count(2)


async def test_settings_follow_what_another_administrator_changes(office: Office) -> None:
    page, admin = await office.page("admin"), await office.caller("admin")
    asked = _count(page, "/api/v1/queues")
    await page.goto("/admin/queues")
    await expect(page.locator("[data-live=live]")).to_be_visible()
    rows = page.get_by_role("grid", name="Queues").locator("tbody tr")
    await expect(rows).to_have_count(len(office.sample.queues))
    before = len(asked)
    await admin.do("POST", "/queues", {"name": "Complaints"})
    await expect(rows.filter(has_text="Complaints")).to_have_count(1)
    assert len(asked) == before + 1
    await page.goto("/admin/supervision")
    switch = page.get_by_role("switch", name="Force close")
    await expect(switch).to_be_checked()
    await office.switch(force_close=False)
    await expect(switch).not_to_be_checked()


async def test_the_audit_log_grows_by_itself(office: Office) -> None:
    conversation = await office.matter(CUSTOMER)
    page = await office.page("admin")
    await page.goto("/audit")
    await expect(page.locator("[data-live=live]")).to_be_visible()
    saara = await office.caller("saara")
    await saara.do("POST", f"/conversations/{conversation}/force-close", {"reason": "Wrong number"})
    newest = page.get_by_role("grid", name="Audit").locator("tbody tr").first
    await expect(newest).to_contain_text("Wrong number")
    # 24 hours, day before month.
    await expect(newest.locator("time")).to_have_text(re.compile(r"^\d\d/\d\d/\d{4}, \d\d:\d\d:\d\d$"))


async def test_limits_are_set_by_channel_and_judged_before_they_are_sent(office: Office) -> None:
    page, admin = await office.page("admin"), await office.caller("admin")
    await page.goto("/admin/users")
    await page.get_by_role("row").filter(has_text="Toivo Berg").click()
    dialog = page.get_by_role("dialog", name="Toivo Berg")
    await dialog.get_by_label("Live chat").fill("2")
    await dialog.get_by_label("Record").fill("lots")
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog.get_by_role("alert")).to_contain_text("A whole number from 0 to 1000")
    await dialog.get_by_label("Record").fill("")
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog).to_be_hidden()
    assert (await admin.get(f"/users/{office.sample.people['toivo']}"))["limits"] == {"live_chat": 2}


async def test_earlier_conversations_stand_beside_the_present_one(office: Office) -> None:
    who: Any = {"name": CUSTOMER, "email": "ada@example.org"}
    saara = await office.caller("saara")
    earlier = await office.matter(who, subject="A lost parcel")
    await saara.do("POST", f"/conversations/{earlier}/force-close", {"reason": "done"})
    await office.matter(who, subject="Another parcel")
    floor = await Floor.open(office)
    pane = await floor.read(CUSTOMER)
    await pane.box.get_by_role("tab", name="History").click()
    await pane.box.get_by_role("link").filter(has_text="A lost parcel").click()
    await expect(floor.page).to_have_url(f"{office.address}/conversations/{earlier}")


async def test_nobody_needs_a_secure_context(office: Office) -> None:
    chat = await Chat.visit(office)
    await chat.page.add_init_script(INSECURE)
    await chat.page.reload()
    desk = await Desk.open(office)
    await desk.page.add_init_script(INSECURE)
    await desk.page.reload()
    for page in (chat.page, desk.page):
        assert await page.evaluate("crypto.randomUUID") is None
    await chat.start(CUSTOMER)
    await chat.say("Hello")
    await desk.accept(CUSTOMER)
    await desk.talk.write("Good day")
    await chat.reads("Good day")


def _count(page: Page, path: str) -> list[str]:
    """The requests that the page makes to an address, as they come."""
    made: list[str] = []
    page.on("request", lambda request: made.append(request.url) if path in request.url else None)
    return made
