"""Telephones on real screens: called back from the widget, missed, called again, keys, another number, calling out."""

import asyncio
import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Page, ViewportSize, expect
from sample_calling import CUSTOMER, box, call_us, panel
from sample_ears import Ear, with_ears
from sample_looks import fits, judge
from sample_office import Office
from sample_patience import until
from sample_screens import Chat, Desk, Floor
from sample_twilio_voice import Call, TwilioVoice

NARROW = ViewportSize(width=390, height=844)
PICK = f"Pick the conversation with {CUSTOMER}"
HERS, DEAR = "+358401234567", "+358600112233"
PATIENCE = 480.0
PLAYED = """; {
  window.played = []
  const { start } = AudioBufferSourceNode.prototype
  AudioBufferSourceNode.prototype.start = function (...at) {
    const one = { seconds: this.buffer.duration, over: false }
    window.played.push(one)
    this.addEventListener('ended', () => (one.over = true))
    return start.apply(this, at)
  }
}"""
"""What is played by buffers, by the length of a round, and whether that is over."""
RINGS, BUSY = 5, 1
REFUSED = (409, 422, 403)
"""A number that is not called; and whoever has forwarded a call reads it no more."""


async def shot(page: Page, name: str) -> None:
    """A picture, where somebody wants to look at them."""
    if folder := os.environ.get("VALVOMO_TEST_PICTURES"):
        await page.screenshot(path=f"{folder}/telephone-{name}.png", animations="disabled")


@asynccontextmanager
async def line_of(office: Office) -> AsyncIterator[TwilioVoice]:
    """A trunk, over which whoever waits in a call may be called back."""
    admin, workstream = await office.caller("admin"), office.sample.workstreams["Voice calls"]
    async with asyncio.timeout(PATIENCE), TwilioVoice.open(admin, workstream) as line:
        await admin.do("PATCH", f"/workstreams/{workstream}", {"callback_account": line.account})
        yield line


async def test_who_waits_is_called_back_missed_called_again_and_connected_elsewhere(office: Office) -> None:
    office.watch.expect(*REFUSED)
    async with line_of(office) as line:
        chat, floor = await asyncio.gather(Chat.visit(office, **with_ears("customer")), Floor.open(office))
        await _wants_to_be_called(chat)
        row = floor.row(CUSTOMER)
        await expect(row.locator("[data-sign=wanted]")).to_have_text("To be called back")
        await expect(row).to_contain_text(HERS)
        await shot(floor.page, "floor")
        await judge(floor.page)

        how = with_ears("agent")
        how["script"] += PLAYED
        desk = await Desk.open(office, "onni", **how)
        page, call = desk.page, panel(desk.page)
        await expect(desk.offer(CUSTOMER).locator("[data-wanted]")).to_contain_text(f"called back: {HERS}")
        await expect(desk.offer(CUSTOMER)).to_contain_text("over Main line")
        await shot(page, "offer")
        await desk.accept(CUSTOMER)
        first = await line.called(1)
        assert first.form["To"] == HERS
        await expect(call.locator("[data-line=dialling]")).to_contain_text("Attempt 1")
        await expect(page.get_by_text(f"{HERS} · over Main line · Phone")).to_be_visible()
        await expect(box(chat)).to_have_attribute("data-call", "telephone")
        await shot(page, "dialling")
        await _plays(page, (RINGS, False))
        await line.says(first, "busy")
        await _is_to_be_called_again(floor, desk)
        await expect(box(chat)).to_contain_text("You keep your place in the queue.")
        await _plays(page, (RINGS, True), (BUSY, True))
        await page.get_by_role("button", name=PICK).click()
        second = await line.called(2)
        await expect(call.locator("[data-line=dialling]")).to_contain_text("Attempt 2")
        await line.answers(second)
        await expect(call.locator("[data-line]")).to_have_count(0)
        await expect(call).to_have_attribute("data-call", "on")
        await expect(call.get_by_role("button", name="Camera on")).to_have_count(0)
        await _plays(page, (RINGS, True), (BUSY, True), (RINGS, True))

        await _keys_go_both_ways(page, line, second)
        assert "39#" not in await floor.page.locator("body").inner_text()
        await _goes_to_another_number(desk)
        assert "+358407654321" in second.instructed[0]["Twiml"]
        await expect(call).to_have_count(0)


async def _is_to_be_called_again(floor: Floor, desk: Desk) -> None:
    """Not theirs any more: in the queue of both, with how long that lasts, and from when they are called again."""
    row, pick = floor.row(CUSTOMER), desk.page.get_by_role("button", name=PICK)
    await expect(row).to_contain_text("Called later")
    for one in (row, desk.page.locator("li", has=pick)):
        await expect(one.locator("[data-sign=again]")).to_contain_text("To be called again in")
        await expect(one.locator("[data-sign=again]").get_by_role("timer")).to_have_text(
            re.compile(r"^[45]:\d\d$")
        )
    await shot(desk.page, "again")
    await judge(desk.page)
    await row.click()
    line = panel(floor.page).locator("[data-line=wanted]")
    await expect(line).to_contain_text("The line was busy.")
    await expect(line).to_contain_text(re.compile(r"To be called again in \d:\d\d\s*from \d\d:\d\d"))
    await expect(line.get_by_role("button")).to_have_count(0)
    await shot(floor.page, "again-floor")
    await judge(floor.page)


async def _plays(page: Page, *tones: tuple[int, bool]) -> None:
    """These tones and no others, and which of them are over."""
    expected = [{"seconds": seconds, "over": over} for seconds, over in tones]
    await page.wait_for_function("(it) => JSON.stringify(window.played) === JSON.stringify(it)", arg=expected)


async def _keys_go_both_ways(page: Page, line: TwilioVoice, heard: Call) -> None:
    call = panel(page)
    await call.get_by_role("button", name="Dial pad").click()
    pad = call.locator("[data-pad]")
    await expect(pad).to_be_focused()
    await page.keyboard.type("4711#")
    await expect(pad.get_by_role("status")).to_have_text("5 keys pressed. The last: hash.")
    assert "4711" not in await page.locator("body").inner_text()
    await pad.get_by_role("button", name="2 ABC").click()
    await expect(pad.get_by_role("status")).to_have_text("6 keys pressed. The last: 2.")

    async def both_were_heard() -> bool:
        return heard.has_heard("#") and heard.has_heard("2")

    await until(both_were_heard)
    await line.presses("39#")
    await expect(call.locator("[data-pressed]")).to_contain_text("39#")
    await shot(page, "pad")
    await judge(page)


async def _goes_to_another_number(desk: Desk) -> None:
    await desk.talk.button("Transfer").click()
    dialog = Floor(desk.page).dialog()
    await dialog.box.get_by_role("tab", name="Number").click()
    await dialog.box.get_by_label("Telephone number").fill(DEAR)
    await dialog.button("Connect").click()
    await expect(dialog.box.get_by_role("alert")).to_contain_text("This number is not called")
    await shot(desk.page, "forward")
    await judge(desk.page)
    await dialog.box.get_by_label("Telephone number").fill("+358 40 765 4321")
    await dialog.button("Connect").click()
    await expect(dialog.box).to_be_hidden()
    await expect(desk.talk.box.get_by_role("heading", name="Wrap-up", level=3)).to_be_visible()


async def _wants_to_be_called(chat: Chat) -> None:
    await call_us(chat)
    await box(chat).get_by_role("button", name="Call me back").click()
    number = box(chat).get_by_label("Your telephone number")
    await number.fill("040 123 4567")
    await box(chat).get_by_role("button", name="Call me back").click()
    await expect(box(chat).get_by_role("alert")).to_contain_text("With country code")
    await shot(chat.page, "widget-form")
    await judge(chat.page)
    await number.fill("+358 40 123 4567")
    await box(chat).get_by_role("button", name="Call me back").click()
    await expect(box(chat)).to_have_attribute("data-call", "wanted")
    await expect(box(chat)).to_contain_text("You keep your place in the queue.")
    await expect(chat.panel).to_contain_text("You are next in the queue.")
    await Ear(chat.page).is_over()
    await shot(chat.page, "widget-wanted")
    await judge(chat.page)


async def test_an_administrator_says_over_what_and_where_customers_are_called_back(office: Office) -> None:
    office.watch.expect(*REFUSED)
    admin, workstream = await office.caller("admin"), office.sample.workstreams["Voice calls"]
    async with asyncio.timeout(PATIENCE), TwilioVoice.open(admin, workstream) as line:
        page = await office.page("admin")
        await page.goto(f"/admin/workstreams/{workstream}")
        await page.get_by_label("Call back over").select_option("Main line")
        await page.get_by_role("button", name="Save").click()
        await expect(page.get_by_text("Saved").first).to_be_visible()
        assert (await admin.get(f"/workstreams/{workstream}"))["callback_account"] == line.account
        await page.goto("/admin/channels")
        await page.get_by_role("grid").get_by_role("row").filter(has_text="Main line").dblclick()
        countries = page.get_by_role("group", name="Countries that may be called")
        await countries.get_by_role("searchbox").fill("Swed")
        await countries.get_by_role("checkbox", name="Sweden").check()
        await expect(page.locator("[data-chosen]")).to_have_text("Sweden")
        await shot(page, "countries")
        await judge(page)
        await page.get_by_role("dialog").get_by_role("button", name="Save").click()
        await expect(page.get_by_role("dialog")).to_have_count(0)
        kept = await admin.get(f"/channel-accounts/{line.account}")
        assert kept["settings"]["countries"] == "SE"

        chat = await Chat.visit(office, **with_ears("customer"))
        await call_us(chat)
        await box(chat).get_by_role("button", name="Call me back").click()
        number = box(chat).get_by_label("Your telephone number")
        await number.fill(HERS)
        await box(chat).get_by_role("button", name="Call me back").click()
        refused = box(chat).get_by_role("alert")
        await expect(refused).to_contain_text("No calls are made from here to numbers of its country (FI)")
        await shot(chat.page, "widget-country")
        await judge(chat.page)
        await number.fill("+46 8 123 456 78")
        await box(chat).get_by_role("button", name="Call me back").click()
        await expect(box(chat)).to_have_attribute("data-call", "wanted")
        await expect(refused).to_have_count(0)


async def test_an_agent_calls_out_on_a_narrow_screen_in_finnish(office: Office) -> None:
    office.watch.expect(*REFUSED)
    async with line_of(office) as line:
        line.unreachable.add(HERS)
        how = with_ears("agent")
        how["script"] += "; try { localStorage.setItem('valvomo.language', 'fi') } catch {}"
        await office.present("onni")
        page = await office.page("onni", **how, color_scheme="dark", viewport=NARROW)
        await page.goto("/desk")
        await page.get_by_role("button", name="Uusi keskustelu").click()
        dialog = page.get_by_role("dialog")
        number = dialog.get_by_label("Puhelinnumero")
        await number.fill(DEAR)
        await expect(dialog.get_by_label("Viesti", exact=True)).to_have_count(0)
        await dialog.get_by_role("button", name="Soita", exact=True).click()
        await expect(dialog.get_by_role("alert")).to_be_visible()
        await shot(page, "begin-fi")
        await judge(page)
        await fits(page)
        await number.fill(HERS)
        await dialog.get_by_role("button", name="Soita", exact=True).click()
        call = page.get_by_role("region", name="Puhelu", exact=True)
        await expect(call.locator("[data-line=missed]")).to_contain_text("Numeroa ei tavoiteta.")
        await expect(call).to_contain_text(HERS)
        await shot(page, "missed-fi")
        await judge(page)
        await fits(page)
        line.unreachable.clear()
        await call.get_by_role("button", name="Soita uudelleen").click()
        second = await line.called(2)
        await call.locator("[data-line=dialling]").get_by_role("button", name="Peru puhelu").click()
        await expect(call).to_have_count(0)

        async def it_rings_no_more() -> bool:
            return {"Status": "completed"} in second.instructed

        await until(it_rings_no_more)
        await _called_from_the_contact(office, page, line)


async def _called_from_the_contact(office: Office, page: Page, line: TwilioVoice) -> None:
    """Whoever has a number is called from where they are known."""
    known = (await (await office.caller("onni")).get("/contacts"))["items"]
    await page.goto(f"/contacts/{next(one['id'] for one in known if one['phone'] == HERS)}")
    await page.get_by_role("button", name="Soita", exact=True).click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_label("Puhelinnumero")).to_have_value(HERS)
    await shot(page, "contact-fi")
    await judge(page)
    await fits(page)
    await dialog.get_by_role("button", name="Soita", exact=True).click()
    third = await line.called(3)
    assert third.form["To"] == HERS
    call = page.get_by_role("region", name="Puhelu", exact=True)
    await line.answers(third)
    await expect(call).to_have_attribute("data-call", "on")
