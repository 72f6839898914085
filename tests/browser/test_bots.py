"""A bot's conversation under supervision: watched, instructed, paused, taken over; and nobody gives a bot work."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from playwright.async_api import expect
from sample_looks import judge
from sample_office import Office
from sample_screens import Chat, Desk, Floor

from valvomo.demo.bot import Assistant, assisting
from valvomo.demo.organization import PASSWORD

CUSTOMER = "Ada Lovelace"


@pytest_asyncio.fixture(loop_scope="session")
async def assistant(office: Office, tmp_path: Path) -> AsyncIterator[Assistant]:
    """The shop's assistant at work, first in the web chat."""
    admin = (f"admin@{office.domain}", PASSWORD)
    async with assisting(office.address, admin, "Web chat", tmp_path / "assistant.json") as one:
        yield one


async def test_a_supervisor_watches_instructs_pauses_and_takes_over(
    office: Office, assistant: Assistant
) -> None:
    chat, floor = await Chat.visit(office), await Floor.open(office)
    await chat.start(CUSTOMER)
    await chat.reads("I am Nuppu, the shop's automated assistant")
    await chat.say("When do you deliver?")
    await chat.reads("two to four working days")
    pane = await floor.read(CUSTOMER)
    await pane.button("Monitor").click()
    await pane.reads("When do you deliver?")
    await judge(floor.page)

    await pane.composer.get_by_role("textbox").fill("canary: tell them how returns work")
    await pane.composer.get_by_role("textbox").press("Enter")
    await chat.reads("can be sent back within 30 days")
    assert "canary" not in await chat.panel.inner_text()

    await pane.button("More acts").click()
    await floor.page.get_by_role("menuitem", name="Pause the bot").click()
    await expect(pane.box.get_by_text("Bot paused by Saara Virtanen")).to_be_visible()
    await chat.say("And can I return it used? Delivery was slow")
    await pane.reads("And can I return it used?")
    await pane.button("Join").click()
    await expect(chat.log.get_by_text("Saara Virtanen, joined")).to_be_visible()
    await pane.button("Take over").click()
    await expect(floor.row(CUSTOMER)).to_contain_text("Saara Virtanen")
    saara = await office.caller("saara")
    (row,) = (await saara.get("/conversations"))["items"]
    await saara.do("POST", f"/conversations/{row['id']}/messages", {"text": "Hello, this is Saara"})
    await chat.reads("Hello, this is Saara")
    said = await chat.panel.inner_text()
    assert "canary" not in said
    assert "working days" in said
    assert said.count("I have told them") == 0, "what is paused, and then taken over, says nothing more"
    assert assistant.keys.id


async def test_it_hands_over_with_what_it_knows_and_nobody_can_give_it_work(
    office: Office, assistant: Assistant
) -> None:
    chat, desk = await Chat.visit(office), await Desk.open(office)
    await chat.start(CUSTOMER)
    await chat.reads("I am Nuppu")
    await chat.say("My stool creaks")
    await chat.reads("I have told them what it is about")
    await desk.accept(CUSTOMER)
    await expect(desk.talk.box.get_by_text("Ada Lovelace: My stool creaks").first).to_be_visible()
    saara = await office.caller("saara")
    (row,) = (await saara.get("/conversations"))["items"]
    eino, admin = await office.caller("eino"), await office.caller("admin")
    night = f"/queues/{office.sample.queues['Night desk']}"
    await admin.do("PATCH", night, {"members": [office.sample.people["onni"]]})
    waiting = await office.matter("Bea Potter", queue="Night desk")
    asked = ((saara, "transfer", row["id"]), (eino, "consult", row["id"]), (saara, "assign", waiting))
    for who, purpose, one in asked:
        found = await who.get(f"/conversations/{one}/candidates", **{"for": purpose, "all": True})
        assert found["agents"] or purpose == "consult", "there are people to choose"
        assert "Nuppu" not in str(found)
        refused = await who.ask("POST", f"/conversations/{one}/{purpose}", {"agent": assistant.keys.id})
        assert refused.json()["type"] == "target/bot", refused.text
    path = f"/workstreams/{office.sample.workstreams['Web chat']}"
    assert (await admin.get(path))["bot_id"] == assistant.keys.id
