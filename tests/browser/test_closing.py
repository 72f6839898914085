"""Force close: both sides are told, it is closed at once, and the agent's capacity is free."""

import asyncio

from playwright.async_api import expect
from sample_office import Office
from sample_screens import Chat, Desk, Floor

CUSTOMER = "Ada Lovelace"


async def test_both_sides_are_told_and_the_capacity_is_free(office: Office) -> None:
    chat, desk, floor = await asyncio.gather(Chat.visit(office), Desk.open(office), Floor.open(office))
    await chat.start(CUSTOMER)
    await desk.accept(CUSTOMER)
    conversation = desk.page.url.rpartition("/")[2]
    await expect(floor.row(CUSTOMER)).to_contain_text("1/5")
    await floor.act(CUSTOMER, "Force close").click()
    dialog = floor.dialog(f"Force close the conversation with {CUSTOMER}?")
    await expect(dialog.box).to_contain_text(f"{CUSTOMER} is told that a supervisor ended the conversation")
    await expect(dialog.box).to_contain_text("Eino Mäkelä loses the conversation")
    await dialog.button("Close conversation").click()
    await expect(dialog.box).to_contain_text("Write why the conversation is closed.")
    await dialog.box.get_by_label("Reason").fill("Abusive language")
    await dialog.button("Close conversation").click()
    await floor.told(f"The conversation with {CUSTOMER} is closed")

    await chat.reads("A supervisor ended the conversation.")
    await expect(chat.panel.get_by_role("button", name="Start a new conversation")).to_be_visible()
    await expect(desk.page.get_by_text("closed your conversation").first).to_contain_text("Abusive language")
    await expect(desk.mine(CUSTOMER)).to_have_count(0)
    await expect(desk.page.get_by_role("meter", name="Load").first).to_contain_text("0/5")
    await floor.look_away()
    await expect(floor.row(CUSTOMER)).to_have_count(0)
    state = await office.state(conversation)
    assert (state["state"], state["closed_as"]) == ("closed", "force_closed")


async def test_a_pending_transfer_is_withdrawn_by_force_close(office: Office) -> None:
    conversation = await office.served("eino", CUSTOMER)
    onni, floor = await asyncio.gather(Desk.open(office, "onni"), Floor.open(office))
    saara = await office.caller("saara")
    target = {"agent": office.sample.people["onni"]}
    await saara.do("POST", f"/conversations/{conversation}/transfer", target)
    await expect(onni.offer(CUSTOMER)).to_be_visible()
    await floor.act(CUSTOMER, "Force close").click()
    dialog = floor.dialog()
    await expect(dialog.box).to_contain_text("The offer to Onni Laine is withdrawn")
    await dialog.box.get_by_label("Reason").fill("Test")
    await dialog.button("Close conversation").click()
    await expect(onni.offer(CUSTOMER)).to_be_hidden()


async def test_a_selection_is_force_closed_and_each_outcome_is_told(office: Office) -> None:
    names = ("Ada Lovelace", "Grace Hopper", "Alan Turing")
    for name in names:
        await office.matter(name)
    floor = await Floor.open(office)
    for name in names:
        await floor.row(name).get_by_role("checkbox", name=f"Select {name}").click()
    bar = floor.page.get_by_role("toolbar", name="Acts on the chosen conversations")
    await expect(bar).to_contain_text("3 chosen")
    await bar.get_by_role("button", name="Force close").click()
    dialog = floor.dialog("Force close 3 conversations?")
    await dialog.box.get_by_label("Reason").fill("Fire drill")
    await dialog.button("Close conversations").click()
    outcomes = floor.dialog("3 of 3 done")
    await expect(outcomes.box).to_contain_text("All were done.")
    for name in names:
        await expect(outcomes.box.get_by_role("row").filter(has_text=name)).to_contain_text("Done")
    await outcomes.button("Close").last.click()
    await floor.look_away()
    await expect(floor.page.get_by_text("All calm")).to_be_visible()


async def test_a_selection_is_transferred_where_it_can_be(office: Office) -> None:
    await office.served("eino", "Ada Lovelace")
    await office.matter("Grace Hopper")
    floor = await Floor.open(office)
    for name in ("Ada Lovelace", "Grace Hopper"):
        await floor.row(name).get_by_role("checkbox", name=f"Select {name}").click()
    await floor.page.get_by_role("toolbar").get_by_role("button", name="Transfer to queue").click()
    dialog = floor.dialog("Transfer 2 conversations to a queue")
    await dialog.person("Sales").click()
    await dialog.button("Transfer").click()
    outcomes = floor.dialog("1 of 2 done")
    await expect(outcomes.box).to_contain_text("1 was refused and left unchanged")
    await expect(outcomes.box.get_by_role("row").filter(has_text="Ada Lovelace")).to_contain_text("Done")
