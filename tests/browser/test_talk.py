"""A customer, an agent and a supervisor: what one writes, the others see, and no page is loaded again."""

import asyncio

from playwright.async_api import expect
from sample_office import Office
from sample_screens import Chat, Desk, Floor

CUSTOMER = "Ada Lovelace"


async def test_a_customer_chats_with_an_agent_while_the_floor_follows(office: Office) -> None:
    chat, desk, floor = await asyncio.gather(Chat.visit(office), Desk.open(office), Floor.open(office))
    await expect(floor.page.get_by_text("All calm")).to_be_visible()
    await floor.page.evaluate("window.untouched = true")

    await chat.start(CUSTOMER)
    await chat.say("Where is my parcel?")
    await expect(floor.row(CUSTOMER)).to_contain_text("Offered")
    await expect(floor.row(CUSTOMER)).to_contain_text("Eino Mäkelä")

    await desk.accept(CUSTOMER)
    await expect(floor.row(CUSTOMER)).to_contain_text("Active")
    await chat.reads("Eino Mäkelä joined the conversation.")
    await desk.talk.reads("Where is my parcel?")
    await desk.talk.write("It is on its way.")
    await chat.reads("It is on its way.")
    await expect(floor.row(CUSTOMER)).to_contain_text("It is on its way.")

    await chat.say("Thank you!")
    await desk.talk.reads("Thank you!")
    await expect(floor.row(CUSTOMER)).to_contain_text("Thank you!")
    assert await floor.page.evaluate("window.untouched")


async def test_an_agent_ends_it_and_wraps_up(office: Office) -> None:
    chat, desk, floor = await asyncio.gather(Chat.visit(office), Desk.open(office), Floor.open(office))
    await chat.start(CUSTOMER)
    await desk.accept(CUSTOMER)
    await desk.talk.button("End").click()
    await chat.reads("The agent ended the conversation. Thank you for contacting us.")
    await expect(floor.row(CUSTOMER)).to_contain_text("Wrap-up")
    await desk.page.get_by_role("textbox", name="Notes").fill("Sent the parcel again")
    await desk.page.get_by_role("button", name="Complete wrap-up").click()
    await expect(floor.row(CUSTOMER)).to_have_count(0)
    await expect(desk.mine(CUSTOMER)).to_have_count(0)


async def test_a_customer_comes_back_to_the_page_and_misses_nothing(office: Office) -> None:
    chat, desk = await asyncio.gather(Chat.visit(office), Desk.open(office))
    await chat.start(CUSTOMER)
    await chat.say("Are you there?")
    await desk.accept(CUSTOMER)
    await chat.page.goto("about:blank")
    await desk.talk.write("I am.")
    await chat.page.goto(f"/widget/demo?key={office.key()}&lang=en")
    bubble = chat.page.get_by_role("button", name="Open chat")
    if await bubble.is_visible():
        await bubble.click()
    await chat.reads("Are you there?")
    await chat.reads("I am.")


async def test_a_customer_leaves_before_anybody_could_answer(office: Office) -> None:
    chat, floor = await asyncio.gather(Chat.visit(office), Floor.open(office))
    await chat.start(CUSTOMER)
    await expect(floor.row(CUSTOMER)).to_contain_text("In queue")
    await chat.panel.get_by_role("button", name="More").click()
    await chat.panel.get_by_role("button", name="End conversation").click()
    await chat.panel.get_by_role("button", name="End", exact=True).click()
    await expect(chat.panel.get_by_text("The conversation has ended.").first).to_be_visible()
    await expect(floor.row(CUSTOMER)).to_have_count(0)
    await expect(floor.page.locator("[data-figure=abandoned]")).to_contain_text("1")


async def test_typing_is_seen_by_the_other_side(office: Office) -> None:
    chat, desk = await asyncio.gather(Chat.visit(office), Desk.open(office))
    await chat.start(CUSTOMER)
    await desk.accept(CUSTOMER)
    await chat.panel.get_by_label("Write a message").press_sequentially("Hm")
    await expect(desk.talk.box.get_by_text(f"{CUSTOMER} is typing…")).to_be_visible()
    await desk.talk.composer.get_by_role("textbox").press_sequentially("Well")
    await expect(chat.panel.get_by_text("Eino Mäkelä is typing…")).to_be_visible()
