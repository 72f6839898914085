"""Monitor unseen, whisper, join, leave, take over; consent is respected, and one's own talk is not monitored."""

import asyncio

from playwright.async_api import Page, expect
from sample_office import Office
from sample_screens import Chat, Desk, Floor, hovered, said

CUSTOMER = "Ada Lovelace"


class Ear:
    """All live frames that a page is sent from now on, but for what only says how fresh things are."""

    def __init__(self, page: Page) -> None:
        self.frames: list[str] = []
        page.on("websocket", lambda socket: socket.on("framereceived", self._hear))

    def _hear(self, frame: str | bytes) -> None:
        text = said(frame)
        if not any(
            quiet in text for quiet in ('"op":"pong"', '"op":"lag"', '"kind":"typing"', '"kind":"read"')
        ):
            self.frames.append(text)


async def talking(office: Office) -> tuple[Chat, Desk, Floor]:
    """A customer whom Eino serves, and Saara, who sees that they talk."""
    chat, desk, floor = await asyncio.gather(Chat.visit(office), Desk.open(office), Floor.open(office))
    await chat.start(CUSTOMER)
    await desk.accept(CUSTOMER)
    await chat.say("Where is my parcel?")
    await expect(floor.row(CUSTOMER)).to_contain_text("Active")
    return chat, desk, floor


async def test_neither_customer_nor_agent_notices_that_a_supervisor_monitors(office: Office) -> None:
    chat, desk, floor = await asyncio.gather(Chat.visit(office), Desk.open(office), Floor.open(office))
    ears = [Ear(chat.page), Ear(desk.page)]
    await asyncio.gather(chat.page.reload(), desk.page.reload())
    await chat.start(CUSTOMER)
    await desk.accept(CUSTOMER)
    await chat.say("Where is my parcel?")
    await desk.talk.reads("Where is my parcel?")
    conversation = desk.page.url.rpartition("/")[2]
    await floor.read(CUSTOMER)
    await expect(floor.pane.box.get_by_text("You are not reading along")).to_be_visible()
    seen = [await chat.panel.inner_text(), await desk.talk.log.inner_text()]
    people = await desk.page.get_by_role("main").get_by_role("status").all_inner_texts()
    heard = [len(ear.frames) for ear in ears]
    before = await (await office.caller("eino")).get(f"/conversations/{conversation}")

    await floor.pane.button("Monitor").click()
    await floor.pane.reads("Where is my parcel?")
    await expect(floor.row(CUSTOMER).get_by_text("Monitored by Saara Virtanen")).to_have_count(1)

    # The next message has certainly come after anything that monitoring could have sent.
    assert [len(ear.frames) for ear in ears] == heard
    assert [await chat.panel.inner_text(), await desk.talk.log.inner_text()] == seen
    assert await desk.page.get_by_role("main").get_by_role("status").all_inner_texts() == people
    assert await (await office.caller("eino")).get(f"/conversations/{conversation}") == before
    await desk.talk.write("Let me look.")
    await chat.reads("Let me look.")
    await floor.pane.reads("Let me look.")
    told = "".join(ears[0].frames[heard[0] :] + ears[1].frames[heard[1] :])
    assert "Saara" not in told
    assert "monitor_started" not in told

    await floor.pane.button("Stop monitoring").click()
    await expect(floor.pane.log).to_have_count(0)


async def test_agents_are_shown_that_they_are_monitored_where_the_organization_chose_so(
    office: Office,
) -> None:
    await office.switch(show_agents_monitored=True)
    chat, desk, floor = await talking(office)
    await floor.act(CUSTOMER, "Monitor").click()
    await expect(desk.page.get_by_text("Saara Virtanen is monitoring this conversation.")).to_be_visible()
    assert "Saara" not in await chat.panel.inner_text()


async def test_monitoring_asks_once_what_it_is_for(office: Office) -> None:
    await office.served("eino", CUSTOMER)
    page = await office.page("saara", acknowledged=False)
    await page.goto("/floor")
    floor = Floor(page)
    await floor.act(CUSTOMER, "Monitor").click()
    dialog = floor.dialog("What monitoring is for")
    await expect(dialog.box).to_contain_text("not for decisions about anyone's employment")
    await dialog.button("I understand").click()
    await expect(floor.pane.button("Stop monitoring")).to_be_visible()
    assert [
        one["kind"] for one in (await (await office.caller("saara")).get("/acknowledgements"))["items"]
    ] == []


async def test_only_the_agent_sees_a_whisper(office: Office) -> None:
    chat, desk, floor = await talking(office)
    await floor.act(CUSTOMER, "Monitor").click()
    await floor.pane.reads("Where is my parcel?")
    await floor.pane.write("Offer them a refund.", "Whisper")
    await desk.talk.reads("Offer them a refund.")
    await expect(desk.talk.message("Offer them a refund.")).to_contain_text("only the agent sees it")
    await expect(desk.talk.message("Offer them a refund.")).to_have_attribute("data-visibility", "whisper")
    await desk.talk.write("Shall I refund it?")
    await chat.reads("Shall I refund it?")
    await expect(chat.log).not_to_contain_text("Offer them")


async def test_both_sides_are_told_when_a_supervisor_joins_and_leaves(office: Office) -> None:
    chat, desk, floor = await talking(office)
    await floor.act(CUSTOMER, "Join").click()
    await floor.told(f"You joined the conversation with {CUSTOMER}")
    await chat.reads("A supervisor, Saara Virtanen, joined the conversation.")
    await expect(desk.page.get_by_text("Supervisor Saara Virtanen has joined")).to_be_visible()
    await floor.pane.write("Good day, I am Saara.", "Everyone")
    await chat.reads("Good day, I am Saara.")
    await desk.talk.reads("Good day, I am Saara.")
    await floor.pane.button("Leave").click()
    await chat.reads("The supervisor, Saara Virtanen, left the conversation.")
    await expect(desk.page.get_by_text("Supervisor Saara Virtanen has joined")).to_have_count(0)


async def test_a_supervisor_takes_over_and_the_agent_stays_as_consult(office: Office) -> None:
    chat, desk, floor = await talking(office)
    await floor.act(CUSTOMER, "Join").click()
    await expect(floor.pane.button("Leave")).to_be_visible()
    await floor.pane.button("Take over").click()
    await floor.told(f"You took over the conversation with {CUSTOMER}")
    await expect(floor.row(CUSTOMER)).to_contain_text("Saara Virtanen")
    await chat.reads("Saara Virtanen joined the conversation.")
    await expect(desk.page.get_by_text("Saara Virtanen has this conversation.")).to_be_visible()
    monitor = floor.act(CUSTOMER, "Monitor")
    await expect(monitor).to_have_attribute("aria-disabled", "true")
    await expect(await hovered(monitor)).to_contain_text("own conversation")
    conversation = desk.page.url.rpartition("/")[2]
    answer = await (await office.caller("saara")).ask("POST", f"/conversations/{conversation}/monitor")
    assert (answer.status_code, answer.json()["type"]) == (409, "conversation/own-conversation")


async def test_a_customer_who_says_no_is_not_monitored(office: Office) -> None:
    chat, desk, floor = await asyncio.gather(
        Chat.visit(office, "Web chat with consent"), Desk.open(office), Floor.open(office)
    )
    await chat.start(CUSTOMER, consent=False)
    await desk.accept(CUSTOMER)
    monitor = floor.act(CUSTOMER, "Monitor")
    await expect(monitor).to_have_attribute("aria-disabled", "true")
    await expect(await hovered(monitor)).to_contain_text("consent")
    conversation = desk.page.url.rpartition("/")[2]
    answer = await (await office.caller("saara")).ask("POST", f"/conversations/{conversation}/monitor")
    assert answer.json()["type"] == "consent/refused"
    await floor.read(CUSTOMER)
    await expect(floor.pane.box.get_by_text("Consent refused")).to_be_visible()


async def test_a_customer_who_says_yes_can_be_monitored(office: Office) -> None:
    chat, desk, floor = await asyncio.gather(
        Chat.visit(office, "Web chat with consent"), Desk.open(office), Floor.open(office)
    )
    await chat.start(CUSTOMER, consent=True)
    await desk.accept(CUSTOMER)
    await chat.say("Good morning")
    await floor.act(CUSTOMER, "Monitor").click()
    await floor.pane.reads("Good morning")
