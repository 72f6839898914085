"""Assign and transfer from the dialogs: what it costs is said before, and what came of it after."""

import asyncio

from playwright.async_api import expect
from sample_office import Office
from sample_screens import Chat, Desk, Dialog, Floor

CUSTOMER = "Ada Lovelace"


async def test_an_open_conversation_goes_to_a_full_agent_who_is_away(office: Office) -> None:
    for number in range(5):
        await office.served("eino", f"Customer {number}")
    conversation = await office.matter(CUSTOMER)
    desk, floor = await asyncio.gather(Desk.open(office, available=False), Floor.open(office))
    await office.present("eino", presence="away")

    await floor.act(CUSTOMER, "Assign").click()
    dialog = floor.dialog(f"Assign the conversation with {CUSTOMER}")
    eino = dialog.person("Eino Mäkelä")
    await expect(eino).to_contain_text("5/5")
    await expect(eino).to_contain_text("+1 unit")
    await expect(eino).to_contain_text("Away")
    await eino.click()
    overrides = dialog.box.get_by_role("group", name="Overrides")
    await expect(overrides).to_contain_text("will exceed the capacity of Eino Mäkelä by 1 unit")
    await expect(dialog.button("Assign")).to_be_disabled()
    await overrides.get_by_label("Exceed the capacity").click()
    await expect(dialog.button("Assign")).to_be_disabled()
    await overrides.get_by_label("Ask anyway").click()
    await dialog.button("Assign").click()
    await floor.told("Offered to Eino Mäkelä; waiting for the answer")

    offer = desk.offer(CUSTOMER)
    await expect(offer).to_contain_text("Assigned by supervisor Saara Virtanen")
    await expect(offer).to_contain_text("1 unit over your capacity")
    await desk.accept(CUSTOMER)
    await floor.told("Accepted by Eino Mäkelä")
    await expect(floor.row(CUSTOMER)).to_contain_text("6/5")
    assert (await office.state(conversation))["excess_units"] == 1


async def test_an_open_conversation_goes_to_another_queue(office: Office) -> None:
    await office.matter(CUSTOMER)
    floor = await Floor.open(office)
    await floor.act(CUSTOMER, "Assign").click()
    dialog = floor.dialog()
    await dialog.box.get_by_role("tab", name="Queue").click()
    await expect(dialog.person("Night desk")).to_have_attribute("aria-disabled", "true")
    await expect(dialog.person("Night desk")).to_contain_text("A conversation would wait there for ever.")
    await expect(dialog.person("Cases")).to_have_attribute("aria-disabled", "true")
    await dialog.give("Sales", "Assign")
    await floor.told("Moved to the queue Sales")
    await expect(floor.row(CUSTOMER)).to_contain_text("Sales")


async def ask_onni(floor: Floor) -> Dialog:
    """Transfer to Onni, by the dialog."""
    await floor.act(CUSTOMER, "Transfer").click()
    dialog = floor.dialog(f"Transfer the conversation with {CUSTOMER}")
    await dialog.give("Onni Laine", "Transfer")
    await floor.told("Offered to Onni Laine; waiting for the answer")
    return dialog


async def talking(office: Office) -> tuple[Chat, Desk, Desk, Floor]:
    """A customer whom Eino serves; Onni is there too."""
    chat, eino, floor = await asyncio.gather(Chat.visit(office), Desk.open(office), Floor.open(office))
    await chat.start(CUSTOMER)
    await eino.accept(CUSTOMER)
    onni = await Desk.open(office, "onni")
    await expect(floor.act(CUSTOMER, "Transfer")).not_to_have_attribute("aria-disabled", "true")
    return chat, eino, onni, floor


async def test_on_acceptance_of_a_transfer_the_first_agent_becomes_consult(office: Office) -> None:
    chat, eino, onni, floor = await talking(office)
    await ask_onni(floor)
    await expect(floor.row(CUSTOMER)).to_contain_text("transfer to Onni Laine")
    await eino.talk.write("My colleague will take over.")
    await chat.reads("My colleague will take over.")
    await expect(onni.offer(CUSTOMER)).to_contain_text("Transferred by Saara Virtanen")
    await onni.accept(CUSTOMER)
    await floor.told("Accepted by Onni Laine")
    await expect(floor.row(CUSTOMER)).to_contain_text("Onni Laine")
    await chat.reads("Onni Laine joined the conversation.")
    await expect(eino.page.get_by_text("Onni Laine has this conversation.")).to_be_visible()
    await expect(onni.page.get_by_text("Eino Mäkelä is consulting.")).to_be_visible()
    await onni.talk.reads("My colleague will take over.")


async def test_on_rejection_of_a_transfer_the_first_agent_keeps_it(office: Office) -> None:
    chat, eino, onni, floor = await talking(office)
    await ask_onni(floor)
    await onni.reject(CUSTOMER, "At lunch in a minute")
    await floor.told("Rejected by Onni Laine. Reason: At lunch in a minute.")
    await floor.told("The conversation stays with the agent who has it.")
    await expect(floor.row(CUSTOMER)).to_contain_text("Eino Mäkelä")
    await expect(floor.row(CUSTOMER)).not_to_contain_text("transfer to")
    await eino.talk.write("I am still here.")
    await chat.reads("I am still here.")
    await expect(onni.mine(CUSTOMER)).to_have_count(0)


async def test_on_expiry_of_a_transfer_the_first_agent_keeps_it(office: Office) -> None:
    await office.timers(offer=5)
    chat, eino, onni, floor = await talking(office)
    await ask_onni(floor)
    await expect(onni.offer(CUSTOMER)).to_be_visible()
    await expect(onni.offer(CUSTOMER)).to_be_hidden()
    await floor.told("No answer in time from Onni Laine.")
    await expect(floor.row(CUSTOMER)).to_contain_text("Eino Mäkelä")
    await eino.talk.write("I am still here.")
    await chat.reads("I am still here.")
    await expect(onni.page.get_by_text("You did not answer an offer")).to_be_visible()


async def test_a_transfer_to_a_queue_makes_it_open_again(office: Office) -> None:
    chat, eino, onni, floor = await talking(office)
    await floor.act(CUSTOMER, "Transfer").click()
    dialog = floor.dialog()
    await dialog.box.get_by_role("tab", name="Queue").click()
    await dialog.give("Sales", "Transfer")
    await floor.told("Moved to the queue Sales")
    await chat.reads("You are in the queue again. Your place by time of arrival is kept.")
    await expect(eino.mine(CUSTOMER)).to_have_count(0)
    # Onni serves in Sales too, and is free.
    await onni.accept(CUSTOMER)
    await expect(floor.row(CUSTOMER)).to_contain_text("Onni Laine")


async def test_a_record_is_assigned_and_monitored(office: Office) -> None:
    record = {"channel": "record", "queue": "Cases", "subject": "Broken stool"}
    await office.matter("Havu Oy", **record)
    desk, floor = await asyncio.gather(Desk.open(office, available=False), Floor.open(office))
    await floor.act("Havu Oy", "Assign").click()
    dialog = floor.dialog()
    await dialog.person("Eino Mäkelä").click()
    await dialog.box.get_by_label("Ask anyway").click()
    await dialog.button("Assign").click()
    await desk.accept("Havu Oy")
    await expect(floor.act("Havu Oy", "Join")).to_have_attribute("aria-disabled", "true")
    await floor.act("Havu Oy", "Monitor").click()
    await expect(floor.pane.button("Stop monitoring")).to_be_visible()
    await floor.pane.box.get_by_role("tab", name="Transcript").click()
    await desk.talk.write("Called the workshop", "Internal note")
    await floor.pane.reads("Called the workshop")
