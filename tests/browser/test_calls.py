"""Calls between real screens: widget, Desk and Floor, each heard by what its browser really plays."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import Page, ViewportSize, expect
from sample_calling import CUSTOMER, LOSES_ITS_PART, box, call_us, called, joins_and_takes_over, panel
from sample_ears import Ear, with_ears
from sample_looks import fits, judge
from sample_office import Office
from sample_screens import Chat, Desk, Floor

pytestmark = pytest.mark.slow
PATIENCE = 480.0
PHONE = ViewportSize(width=390, height=844)
LOOKS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("en", {"color_scheme": "light"}),
    ("fi", {"color_scheme": "dark", "viewport": PHONE}),
)


@asynccontextmanager
async def patience() -> AsyncIterator[None]:
    """What is heard comes by a network, and by other processes."""
    async with asyncio.timeout(PATIENCE):
        yield


async def shot(page: Page, name: str) -> None:
    """A picture, where somebody wants to look at them."""
    if folder := os.environ.get("VALVOMO_TEST_PICTURES"):
        await page.screenshot(path=f"{folder}/calls-{name}.png", animations="disabled")


async def test_a_customer_calls_and_is_served(office: Office) -> None:
    async with patience():
        chat, desk = await asyncio.gather(
            Chat.visit(office, **with_ears("customer")), Desk.open(office, "onni", **with_ears("agent"))
        )
        customer, agent = Ear(chat.page), Ear(desk.page)
        await call_us(chat)
        await expect(box(chat)).to_contain_text("You hear music until somebody is with you.")
        await customer.hears("music")
        assert await agent.asked() == 0, "nobody asks for a microphone before the agent has accepted"
        await desk.accept(CUSTOMER)
        await asyncio.gather(customer.hears("agent"), agent.hears("customer"))
        await expect(box(chat)).to_contain_text("You are talking to Onni Laine.")

        await desk.page.keyboard.press("h")
        await expect(box(chat)).to_contain_text("Nobody hears you until the call goes on.")
        await expect(panel(desk.page)).to_contain_text("On hold")
        await asyncio.gather(customer.hears("music"), agent.hears())
        await panel(desk.page).get_by_role("button", name="Take off hold").click()
        await asyncio.gather(customer.hears("agent"), agent.hears("customer"))

        await desk.page.keyboard.press("u")
        await customer.hears()
        await expect(panel(desk.page)).to_contain_text("You are muted.")
        await box(chat).get_by_role("button", name="Mute").click()
        await agent.hears()
        await expect(panel(desk.page).locator("[data-leg=customer]")).to_contain_text("muted")
        await box(chat).get_by_role("button", name="Unmute").click()
        await desk.page.keyboard.press("u")
        await asyncio.gather(customer.hears("agent"), agent.hears("customer"))

        await box(chat).get_by_role("button", name="Hang up").click()
        await expect(box(chat)).to_have_count(0)
        await asyncio.gather(customer.is_over(), agent.is_over())
        await expect(desk.talk.box.get_by_role("heading", name="Wrap-up", level=3)).to_be_visible()


async def test_a_supervisor_listens_speaks_to_the_agent_joins_takes_over_and_ends_it(office: Office) -> None:
    office.watch.expect(*LOSES_ITS_PART)
    async with patience():
        chat, desk = await called(office)
        floor = await Floor.open(office, **with_ears("supervisor"))
        customer, agent, supervisor = Ear(chat.page), Ear(desk.page), Ear(floor.page)
        await asyncio.gather(customer.hears("agent"), agent.hears("customer"))
        figure = floor.page.locator("[data-figure=in_call]")
        await expect(figure).to_contain_text("1")
        await figure.click()
        await expect(figure).to_have_attribute("aria-pressed", "true")
        await expect(floor.page.get_by_text("1 conversation", exact=True)).to_be_visible()
        await expect(floor.page.locator("[data-quality]").first).to_be_visible()
        await floor.read(CUSTOMER)
        before = [await box(chat).locator("p").all_inner_texts(), await desk.talk.log.inner_text()]
        people = await panel(desk.page).get_by_role("listitem").count()

        await floor.pane.button("Listen").click()
        await supervisor.hears("agent", "customer")
        await expect(panel(floor.page)).to_contain_text("Your microphone is off")
        assert (await supervisor.asked(), await supervisor.sending()) == (0, 0)
        assert await panel(desk.page).get_by_role("listitem").count() == people
        after = [await box(chat).locator("p").all_inner_texts(), await desk.talk.log.inner_text()]
        assert [after[0][1:], after[1]] == [before[0][1:], before[1]], "but for the time, nothing has changed"
        assert "Saara" not in await desk.page.get_by_role("main").inner_text()

        await panel(floor.page).get_by_role("button", name="Speak to the agent").click()
        await asyncio.gather(
            customer.hears("agent"),
            agent.hears("customer", "supervisor"),
            supervisor.hears("agent", "customer"),
        )
        await expect(desk.page.locator("[data-coached]")).to_contain_text(
            "Saara Virtanen speaks to you alone"
        )
        assert "Saara" not in await chat.page.locator("body").inner_text()
        await keys_of_rows_are_not_the_calls(floor, agent)
        await panel(floor.page).get_by_role("button", name="Stop speaking to the agent").click()
        await agent.hears("customer")
        await supervisor.hears("agent", "customer")
        assert await supervisor.sending() == 0

        await joins_and_takes_over(desk, floor, customer)

        await (await floor.pane.more("Force close")).click()
        await floor.dialog().box.get_by_label("Reason").fill("The line was needed")
        await floor.dialog().button("Close conversation").click()
        await asyncio.gather(customer.is_over(), agent.is_over(), supervisor.is_over())
        await expect(box(chat)).to_have_count(0)


async def keys_of_rows_are_not_the_calls(floor: Floor, agent: Ear) -> None:
    """Who coaches is muted and heard by the call's own keys, and by no key of the list's."""
    keys, muted = floor.page.keyboard, panel(floor.page).get_by_role("button", name="Unmute")
    await floor.list.focus()
    await keys.press("m")
    await expect(muted).to_have_count(0)
    await keys.press("u")
    await expect(muted).to_be_visible()
    await agent.hears("customer")
    await keys.press("m")
    await expect(muted).to_be_visible()
    await keys.down("t")
    await expect(floor.dialog(f"Transfer the conversation with {CUSTOMER}").box).to_be_visible()
    await expect(panel(floor.page).locator("[data-talk]")).to_have_attribute("aria-pressed", "false")
    await keys.up("t")
    await keys.press("Escape")
    await expect(floor.list).to_be_focused()
    await keys.down("v")
    await agent.hears("customer", "supervisor")
    await keys.up("v")
    await agent.hears("customer")
    await keys.press("u")
    await agent.hears("customer", "supervisor")


async def test_a_customer_whose_window_is_gone_is_missed_until_they_are_back(office: Office) -> None:
    async with patience():
        chat, desk = await called(office)
        await Ear(desk.page).hears("customer")
        context, address = chat.page.context, chat.page.url
        await chat.page.close()
        gone = desk.page.locator("[data-gone]")
        await expect(gone).to_contain_text(f"Connection to {CUSTOMER} lost")
        await expect(gone).to_contain_text("left")
        await judge(desk.page)
        await fits(desk.page)
        back = await context.new_page()
        await back.goto(address)
        await expect(gone).to_have_count(0)


async def test_from_chat_to_voice_and_back_to_somebody_else(office: Office) -> None:
    office.watch.expect(*LOSES_ITS_PART)
    async with patience():
        chat, desk, other = await asyncio.gather(
            Chat.visit(office, **with_ears("customer")),
            Desk.open(office, **with_ears("agent")),
            Desk.open(office, "onni", available=False),
        )
        customer, agent = Ear(chat.page), Ear(desk.page)
        await chat.start(CUSTOMER)
        await desk.accept(CUSTOMER)
        await desk.page.get_by_role("button", name="Invite into a voice call").click()
        await expect(panel(desk.page)).to_contain_text("Waiting for Ada Lovelace")
        await expect(box(chat)).to_contain_text("Eino Mäkelä would like to talk to you.")
        await box(chat).get_by_role("button", name="No, thank you").click()
        await expect(panel(desk.page)).to_have_count(0)
        assert (await customer.asked(), await agent.asked()) == (0, 0)

        await desk.page.get_by_role("button", name="Invite into a voice call").click()
        await panel(desk.page).get_by_role("button", name="Take the invitation back").click()
        await expect(box(chat)).to_have_count(0)

        await desk.page.get_by_role("button", name="Invite into a voice call").click()
        await chat.page.get_by_role("button", name="Close chat").first.click()
        await box(chat).get_by_role("button", name="Answer").click()
        await asyncio.gather(customer.hears("agent"), agent.hears("customer"))

        await other.page.get_by_role("button", name="Go available").click()
        floor = await Floor.open(office)
        await expect(floor.row(CUSTOMER).locator("[data-sign=voice]")).to_be_visible()
        await floor.act(CUSTOMER, "Transfer").click()
        await floor.dialog().give("Onni Laine", "Transfer")
        await floor.told("Goes to Onni Laine when the call ends")
        await panel(desk.page).get_by_role("button", name="End the call").click()
        await asyncio.gather(customer.is_over(), agent.is_over())
        await other.accept(CUSTOMER)
        await chat.page.get_by_role("button", name="Open chat").click()
        await chat.say("Still here.")
        await other.talk.reads("Still here.")


async def test_a_second_tab_takes_the_call_and_a_page_that_is_loaded_anew_goes_on_in_it(
    office: Office,
) -> None:
    async with patience():
        chat, desk = await called(office)
        customer, agent = Ear(chat.page), Ear(desk.page)
        await asyncio.gather(customer.hears("agent"), agent.hears("customer"))
        await box(chat).get_by_role("button", name="Mute").click()
        await agent.hears()
        await chat.page.reload()
        await expect(box(chat)).to_have_attribute("data-call", "on")
        await expect(box(chat)).to_contain_text("You are muted.")
        await customer.hears("agent")
        await box(chat).get_by_role("button", name="Unmute").click()
        await agent.hears("customer")
        await desk.page.reload()
        await asyncio.gather(customer.hears("agent"), agent.hears("customer"))

        tab = await chat.page.context.new_page()
        await tab.goto(chat.page.url)
        await box(Chat(tab)).get_by_role("button", name="Talk here").click()
        await asyncio.gather(Ear(tab).hears("agent"), agent.hears("customer"), customer.is_over())
        await box(chat).get_by_role("button", name="Talk here").click()
        await asyncio.gather(customer.hears("agent"), agent.hears("customer"), Ear(tab).is_over())

        second = await desk.page.context.new_page()
        await second.goto(desk.page.url)
        assert await Ear(second).asked() == 0
        await panel(second).get_by_role("button", name="Join the call").click()
        await asyncio.gather(customer.hears("agent"), Ear(second).hears("customer"), agent.is_over())
        await expect(panel(desk.page)).to_contain_text("This call goes on in another tab")
        await panel(desk.page).get_by_role("button", name="Take it here").click()
        await asyncio.gather(customer.hears("agent"), agent.hears("customer"), Ear(second).is_over())

        await desk.page.goto("/desk")
        await desk.page.get_by_role("link", name="Contacts").first.click()
        going = desk.page.get_by_role("region", name="Calls that go on")
        await expect(going).to_contain_text(f"In a call with {CUSTOMER}")
        await going.get_by_role("button", name="Show").click()
        await expect(panel(desk.page)).to_have_attribute("data-call", "on")
        await agent.hears("customer")


async def test_everybody_sees_whether_a_call_is_recorded(office: Office) -> None:
    workstream = office.sample.workstreams["Voice calls"]
    await (await office.caller("admin")).do(
        "PATCH", f"/workstreams/{workstream}", {"calls_kept": "recording"}
    )
    async with patience():
        chat, desk = await called(office)
        await expect(panel(desk.page).get_by_text("Recording", exact=True)).to_be_visible()
        await expect(box(chat).get_by_text("Recorded", exact=True)).to_be_visible()
        await panel(desk.page).get_by_role("button", name="Pause the recording").click()
        await expect(panel(desk.page).get_by_text("Recording paused")).to_be_visible()
        await expect(box(chat).get_by_text("Recorded", exact=True)).to_have_count(0)
        await panel(desk.page).get_by_role("button", name="Record again").click()
        await expect(box(chat).get_by_text("Recorded", exact=True)).to_be_visible()
        await judge(desk.page)


async def test_another_text_before_a_call_is_read_first(office: Office) -> None:
    async with patience():
        chat = await Chat.visit(office, "Web chat with consent", **with_ears("customer"))
        await chat.page.get_by_role("button", name="Open chat").click()
        await chat.panel.get_by_label("Your name").fill(CUSTOMER)
        await expect(chat.panel.get_by_label("Yes, I agree")).to_be_visible()
        await chat.panel.get_by_role("button", name="Call us", exact=True).click()
        await expect(chat.panel.get_by_label("Yes, I agree")).to_have_count(0)
        assert await Ear(chat.page).asked() == 0
        await chat.panel.get_by_role("button", name="Write instead").click()
        await expect(chat.panel.get_by_label("Yes, I agree")).to_be_visible()
        await chat.panel.get_by_role("button", name="Call us", exact=True).click()
        await expect(chat.panel.get_by_role("button", name="Start chat")).to_have_count(0)
        await chat.panel.get_by_role("button", name="Call us", exact=True).click()
        await expect(box(chat)).to_have_attribute("data-call", "on")
        await Ear(chat.page).hears("music")
        [row] = (await (await office.caller("saara")).get("/conversations"))["items"]
        told = {"policy": "notice", "answer": None, "told": True}
        assert (row["channel"], row["consent"]) == ("voice", told)


async def test_another_agent_takes_a_call_over_by_transfer(office: Office) -> None:
    office.watch.expect(*LOSES_ITS_PART)
    async with patience():
        chat, desk = await called(office)
        english = with_ears("consult")
        english["script"] += "; try { localStorage.setItem('valvomo.language', 'en') } catch {}"
        other = await Desk.open(office, "aino", **english)
        customer, agent, second = Ear(chat.page), Ear(desk.page), Ear(other.page)
        await desk.talk.button("Transfer").click()
        await Floor(desk.page).dialog().give("Aino Korhonen", "Transfer")
        await asyncio.gather(customer.hears("agent"), agent.hears("customer"))
        assert await second.asked() == 0
        await other.accept(CUSTOMER)
        await asyncio.gather(customer.hears("consult"), second.hears("customer"), agent.is_over())
        await expect(panel(desk.page)).to_have_count(0)


async def test_devices_are_tried_before_a_call(office: Office) -> None:
    async with patience():
        desk = await Desk.open(office, available=False, **with_ears("agent"))
        ear = Ear(desk.page)
        await desk.page.get_by_role("button", name="Sound and camera").click()
        dialog = desk.page.get_by_role("dialog", name="Sound and camera")
        await expect(dialog.get_by_label("Microphone", exact=True).locator("option").nth(1)).to_be_attached()
        assert await ear.asked() == 0
        await judge(desk.page)
        await dialog.get_by_role("button", name="Try it").first.click()
        meter = dialog.get_by_role("meter", name="Loudness: You")
        await expect(meter).not_to_have_attribute("aria-valuenow", "0")
        await dialog.get_by_role("button", name="Try it").click()
        await expect(dialog.locator("video")).to_be_visible()
        await dialog.get_by_role("button", name="Play a sound").click()
        await dialog.get_by_label("Microphone", exact=True).select_option(index=1)
        await shot(desk.page, "devices")
        await dialog.get_by_role("button", name="Close").last.click()
        await ear.is_over()
        await desk.page.reload()
        await desk.page.get_by_role("button", name="Sound and camera").click()
        await expect(dialog.get_by_label("Microphone", exact=True)).not_to_have_value("")


async def test_who_is_not_allowed_a_microphone_is_told_what_to_do(office: Office) -> None:
    async with patience():
        chat, desk = await asyncio.gather(
            Chat.visit(office, **with_ears("customer", allowed=False)),
            Desk.open(office, "onni", **with_ears("agent", allowed=False)),
        )
        await chat.page.get_by_role("button", name="Open chat").click()
        await chat.panel.get_by_label("Your name").fill(CUSTOMER)
        await chat.panel.get_by_role("button", name="Call us", exact=True).click()
        await expect(chat.panel.get_by_role("alert")).to_contain_text(
            "Allow it by the sign beside the address"
        )
        await expect(box(chat)).to_have_count(0)
        await chat.page.context.grant_permissions(["microphone"])
        await chat.panel.get_by_role("button", name="Call us", exact=True).click()
        await expect(box(chat)).to_have_attribute("data-call", "on")
        await desk.accept(CUSTOMER)
        await expect(panel(desk.page).get_by_role("alert")).to_contain_text("You are not heard.")
        await Ear(desk.page).hears("customer")
        await desk.page.context.grant_permissions(["microphone"])
        await panel(desk.page).get_by_role("button", name="Try again").click()
        await Ear(chat.page).hears("agent")


@pytest.mark.parametrize(("language", "how"), LOOKS)
async def test_a_video_call_looks_right_everywhere(
    office: Office, language: str, how: dict[str, Any]
) -> None:
    call, video, listen, title = {
        "en": ("Call us by video", "Camera on", "Listen", "Call"),
        "fi": ("Soita videopuhelu", "Kamera päälle", "Kuuntele", "Puhelu"),
    }[language]
    async with patience():
        chat = await Chat.visit(office, **with_ears("customer"), **how)
        await chat.page.goto(f"/widget/demo?key={office.key()}&lang={language}")
        await chat.page.get_by_role(
            "button", name={"en": "Open chat", "fi": "Avaa keskustelu"}[language]
        ).click()
        form = chat.page.locator(".panel")
        await form.locator("input[name=name]").fill(CUSTOMER)
        await shot(chat.page, f"form-{language}")
        await judge(chat.page)
        await form.get_by_role("button", name=call).click()
        await expect(chat.page.locator("[data-call=on]")).to_be_visible()
        await shot(chat.page, f"waits-{language}")
        desk = await office.page("onni", **with_ears("agent"), **how)
        await desk.add_init_script(f"localStorage.setItem('valvomo.language', '{language}')")
        await office.present("onni")
        await desk.goto("/desk")
        await desk.get_by_role("article").get_by_role("button").last.click()
        box = desk.get_by_role("region", name=title, exact=True)
        await expect(box).to_have_attribute("data-call", "on")
        await box.get_by_role("button", name=video).click()
        await expect(box.locator("figure:visible")).to_have_count(2)
        await expect(chat.page.locator("[data-call=on] video:not([hidden])")).to_have_count(2)
        for page, name in ((desk, "desk"), (chat.page, "widget")):
            await shot(page, f"{name}-{language}")
            await fits(page)
            await judge(page)
        floor = await office.page("saara", **with_ears("supervisor"), **how)
        await floor.add_init_script(f"localStorage.setItem('valvomo.language', '{language}')")
        await floor.goto(desk.url.replace("/desk/", "/conversations/"))
        await floor.get_by_role("button", name=listen, exact=True).first.click()
        await expect(floor.get_by_role("region", name=title, exact=True)).to_have_attribute("data-call", "on")
        await expect(floor.locator("figure:visible")).to_have_count(2)
        await shot(floor, f"listener-{language}")
        await fits(floor)
        await judge(floor)
        assert await Ear(floor).asked() == 0
        await (await office.caller("onni")).do("POST", f"/conversations/{desk.url.rpartition('/')[2]}/hold")
        await expect(floor.locator("[data-sign=held]").first).to_be_visible()
        await shot(desk, f"held-{language}")
        await shot(chat.page, f"held-widget-{language}")
        await judge(desk)
