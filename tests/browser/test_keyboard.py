"""The Floor without a mouse: move, open, monitor, assign, transfer, force close; and the focus comes back."""

from playwright.async_api import expect
from sample_office import Office
from sample_screens import Desk, Floor


async def test_every_act_has_its_key_and_the_focus_comes_back_to_the_list(office: Office) -> None:
    await office.served("eino", "Ada Lovelace")
    await office.matter("Grace Hopper")
    floor = await Floor.open(office)
    page, keys = floor.page, floor.page.keyboard
    await expect(floor.row("Grace Hopper")).to_be_visible()
    await keys.press("j")
    await expect(floor.list).to_be_focused()
    active = page.locator("[data-row]").nth(0)
    first = await active.get_attribute("id")
    await expect(floor.list).to_have_attribute("aria-activedescendant", first or "")
    await keys.press("j")
    await expect(floor.list).not_to_have_attribute("aria-activedescendant", first or "")
    await keys.press("k")
    await expect(floor.list).to_have_attribute("aria-activedescendant", first or "")

    for key, act, customer in (("a", "Assign", "Grace Hopper"), ("t", "Transfer", "Ada Lovelace")):
        await _move_to(floor, customer)
        await keys.press(key)
        await expect(floor.dialog(f"{act} the conversation with {customer}").box).to_be_visible()
        await keys.press("Escape")
        await expect(page.get_by_role("dialog")).to_have_count(0)
        await expect(floor.list).to_be_focused()

    await keys.press("x")
    await expect(floor.dialog("Force close the conversation with Ada Lovelace?").box).to_be_visible()
    await keys.press("Escape")
    await expect(floor.list).to_be_focused()
    await keys.press("m")
    await expect(floor.pane.button("Stop monitoring")).to_be_visible()
    await floor.list.focus()
    await keys.press("Escape")
    await expect(floor.pane.box).to_have_count(0)
    await expect(floor.list).to_be_focused()
    await keys.press("Enter")
    await expect(floor.pane.box.get_by_role("heading", name="Ada Lovelace")).to_be_visible()


async def test_a_conversation_is_assigned_by_keys_alone(office: Office) -> None:
    await office.matter("Grace Hopper")
    floor = await Floor.open(office)
    keys = floor.page.keyboard
    await _move_to(floor, "Grace Hopper")
    await keys.press("a")
    dialog = floor.dialog("Assign the conversation with Grace Hopper")
    await dialog.box.get_by_role("searchbox", name="Search agents and skills").focus()
    await expect(dialog.person("Lumi Nyström")).to_be_visible()
    await keys.press("Tab")
    first = dialog.box.get_by_role("radio").first
    await expect(first).to_be_focused()
    # Every one of them is an arrow away.
    for _ in range(await dialog.box.get_by_role("radio").count()):
        if await dialog.person("Eino Mäkelä").evaluate("it => it === document.activeElement"):
            break
        await keys.press("ArrowDown")
    await keys.press("Space")
    await expect(dialog.person("Eino Mäkelä")).to_have_attribute("aria-checked", "true")
    # One stop for all of them: what comes next is what has to be confirmed, since Eino is not there, and the buttons.
    await keys.press("Tab")
    await expect(dialog.checkbox("Ask anyway")).to_be_focused()
    await keys.press("Space")
    await keys.press("Tab")
    await expect(dialog.button("Cancel")).to_be_focused()
    await keys.press("Tab")
    await keys.press("Enter")
    await floor.told("Offered to Eino Mäkelä; waiting for the answer")
    await expect(floor.list).to_be_focused()


async def test_the_command_palette_finds_people_and_places(office: Office) -> None:
    await office.served("eino", "Ada Lovelace")
    floor = await Floor.open(office)
    await expect(floor.row("Ada Lovelace")).to_be_visible()
    keys = floor.page.keyboard
    await keys.press("Control+k")
    box = floor.page.get_by_role("combobox", name="Command palette")
    await expect(box).to_be_focused()
    await box.fill("lovelace")
    await keys.press("Enter")
    await expect(floor.page.get_by_role("heading", name="Ada Lovelace")).to_be_visible()
    await keys.press("Control+k")
    await box.fill("go to agents")
    await keys.press("Enter")
    await expect(floor.page.get_by_role("heading", name="Agents")).to_be_visible()
    await keys.press("Control+k")
    await box.fill("lovelace")
    await keys.press("Enter")
    await expect(floor.page).to_have_url(f"{office.address}/search?q=lovelace")
    await keys.press("Control+k")
    await box.fill("go to agents")
    await keys.press("Enter")
    await expect(floor.page.get_by_role("heading", name="Agents")).to_be_visible()
    await keys.press("?")
    await expect(floor.page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    await keys.press("Escape")
    await expect(floor.page.get_by_role("dialog")).to_have_count(0)


async def test_what_is_not_allowed_says_why_by_key_too(office: Office) -> None:
    await office.matter("Grace Hopper")
    floor = await Floor.open(office)
    await _move_to(floor, "Grace Hopper")
    await floor.page.keyboard.press("m")
    await floor.told("Monitor", "accepted")
    await expect(floor.act("Grace Hopper", "Monitor")).to_have_attribute("aria-disabled", "true")


async def test_an_offer_is_answered_by_key_from_where_one_writes(office: Office) -> None:
    await office.served("eino", "Ada Lovelace")
    grace, alan = await office.matter("Grace Hopper"), await office.matter("Alan Turing")
    desk = await Desk.open(office, available=False)
    words = desk.talk.composer.get_by_role("textbox")
    saara, keys = await office.caller("saara"), desk.page.keyboard
    await words.fill("One moment, ")
    for one in (grace, alan):
        body = {"agent": office.sample.people["eino"], "override_presence": True}
        await saara.do("POST", f"/conversations/{one}/assign", body)
    await expect(desk.offer("Alan Turing")).to_be_visible()
    await expect(desk.offer("Grace Hopper")).to_be_visible()
    await expect(words).to_be_focused()

    await keys.press("F8")
    await expect(desk.offer("Grace Hopper").get_by_role("button", name="Accept")).to_be_focused()
    await keys.press("Shift+Tab")
    await keys.press("Enter")
    await expect(desk.offer("Grace Hopper").get_by_label("Why not? (optional)")).to_be_focused()
    await keys.type("At lunch")
    await keys.press("Enter")
    await expect(desk.offer("Grace Hopper")).to_be_hidden()
    await expect(words).to_be_focused()
    await keys.type("please")
    await expect(words).to_have_value("One moment, please")
    await keys.press("F8")
    await keys.press("Enter")
    await expect(desk.page.get_by_role("heading", name="Alan Turing", level=2).first).to_be_visible()


async def _move_to(floor: Floor, customer: str) -> None:
    await expect(floor.row(customer)).to_be_visible()
    wanted = await floor.row(customer).get_attribute("id")
    await floor.page.keyboard.press("Home") if await floor.list.evaluate(
        "it => it === document.activeElement"
    ) else None
    await floor.page.keyboard.press("j")
    while await floor.list.get_attribute("aria-activedescendant") != wanted:
        before = await floor.list.get_attribute("aria-activedescendant")
        await floor.page.keyboard.press("j")
        if await floor.list.get_attribute("aria-activedescendant") == before:
            await floor.page.keyboard.press("Home")
