"""Routing as an administrator sets it up in the console, and as customers and agents then meet it."""

from playwright.async_api import Locator, Page, expect
from sample_office import Office
from sample_screens import Chat, Desk, Floor

CUSTOMER = "Ada Lovelace"
LATE = "Grace Hopper"
CLOSED = "The tax desk is closed. Please come back tomorrow."
WEEKEND = ("Saturday", "Sunday")


async def make(page: Page, path: str, add: str) -> Locator:
    """The dialog for a new one on this page of the administration."""
    await page.goto(f"/admin/{path}")
    await page.get_by_role("button", name=add).first.click()
    return page.get_by_role("dialog")


async def save(box: Locator) -> None:
    """It is done when the dialog has closed."""
    await box.get_by_role("button", name="Save", exact=True).click()
    await expect(box).to_be_hidden()


async def skill(page: Page, name: str) -> None:
    box = await make(page, "skills", "Add skill")
    await box.get_by_label("Name").fill(name)
    await save(box)


async def hours(page: Page, name: str) -> None:
    """Open at all times, whenever the test runs."""
    box = await make(page, "hours", "Add hours")
    await box.get_by_label("Name").fill(name)
    await box.get_by_label("Time zone").fill("Europe/Helsinki")
    await box.get_by_label("Monday from", exact=True).fill("0")
    await box.get_by_label("Monday to", exact=True).fill("24")
    await box.get_by_role("button", name="The same from Monday to Friday").first.click()
    for day in WEEKEND:
        await box.get_by_role("button", name=f"Add times: {day}").click()
        await box.get_by_label(f"{day} from").fill("00:00")
        await box.get_by_label(f"{day} to").fill("24:00")
    await save(box)
    await expect(page.get_by_role("row").filter(has_text=name)).to_contain_text("Open")


async def queue(page: Page, name: str) -> None:
    """Only for who has every skill; closed, it says so and closes. Its words are asked for at their field first."""
    box = await make(page, "queues", "Add queue")
    await box.get_by_label("Name").fill(name)
    await box.get_by_label("Asks first").select_option("best_skills")
    await box.get_by_label("Skills", exact=True).select_option("exact")
    await box.get_by_label("Eino Mäkelä").check()
    await box.get_by_label("Onni Laine").check()
    await box.get_by_label("Opening hours").select_option(label="Tax hours (Europe/Helsinki)")
    await box.get_by_role("button", name="Add overflow rule").click()
    await box.get_by_label("Then", exact=True).select_option("close")
    await box.get_by_role("button", name="Save", exact=True).click()
    words = box.get_by_role("group", name="Why it is closed")
    await expect(words).to_contain_text("Write the words in at least one language.")
    await words.get_by_label("English").fill(CLOSED)
    await save(box)


async def level(page: Page, person: str, name: str) -> None:
    """This agent has the skill, well."""
    await page.goto("/admin/users")
    await page.get_by_role("row").filter(has_text=person).get_by_text(person).click()
    box = page.get_by_role("dialog", name=person)
    await box.get_by_label("Add a skill").select_option(label=name)
    await box.get_by_label(f"Level: {name}").select_option("5")
    await save(box)
    await expect(page.get_by_role("row").filter(has_text=person)).to_contain_text(f"{name} 5")


async def rules(page: Page) -> None:
    """English goes to the tax desk and asks for the skill: tried before it is saved."""
    await page.goto("/admin/workstreams")
    await page.get_by_role("grid").get_by_text("Web chat", exact=True).click()
    await page.get_by_role("tab", name="Routing").click()
    await page.get_by_role("button", name="Add queue rule").click()
    of_queues = page.get_by_role("region", name="Queue rules")
    await of_queues.get_by_label("Name of the rule").fill("In English")
    await of_queues.get_by_label("To the queue").select_option(label="Tax desk")
    await of_queues.get_by_label("Values").fill("en")
    await page.get_by_role("button", name="Add skill rule").click()
    of_skills = page.get_by_role("region", name="Skill rules")
    await of_skills.get_by_label("Name of the rule").fill("Taxes")
    await of_skills.get_by_label("Values").fill("en, fi")
    await of_skills.get_by_label("Add a skill").select_option(label="Taxes")
    await of_skills.get_by_label("Level: Taxes").select_option("3")
    await tried(page, "fi", "Support", "In English did not match: Language is en; there was: fi")
    await tried(page, "en", "Tax desk", "In English matched")
    await page.get_by_role("button", name="Save rules").click()
    await expect(page.get_by_text("Saved. It holds")).to_be_visible()


async def tried(page: Page, language: str, into: str, why: str) -> None:
    box = page.get_by_role("region", name="Try it")
    await box.get_by_label("Language").fill(language)
    await box.get_by_role("button", name="Try it").click()
    found = box.locator("[data-tried]")
    await expect(found).to_contain_text(why)
    await expect(found.locator("strong")).to_have_text(into)
    await expect(found).to_contain_text("Taxes from 3")


async def shut(page: Page) -> None:
    """Closed from now on: every day's times are taken away."""
    await page.goto("/admin/hours")
    await page.get_by_role("grid").get_by_text("Tax hours").click()
    box = page.get_by_role("dialog", name="Tax hours")
    times = box.get_by_role("button", name="Remove times")
    for left in range(7, 0, -1):
        await expect(times).to_have_count(left)
        await times.first.click()
    await save(box)
    await expect(page.get_by_role("row").filter(has_text="Tax hours")).to_contain_text("Closed")


async def test_a_queue_built_from_nothing_serves_the_next_customer(office: Office) -> None:
    office.watch.expect(422)
    admin = await office.page("admin")
    await skill(admin, "Taxes")
    await hours(admin, "Tax hours")
    await queue(admin, "Tax desk")
    await level(admin, "Eino Mäkelä", "Taxes")
    await rules(admin)
    eino, onni = await Desk.open(office, "eino"), await Desk.open(office, "onni")
    chat = await Chat.visit(office)
    await chat.start(CUSTOMER)
    await expect(chat.panel.get_by_text("An agent is on the way.")).to_be_visible()
    await expect(eino.offer(CUSTOMER)).to_contain_text("Tax desk")
    await expect(onni.offer(CUSTOMER)).to_have_count(0)
    await eino.accept(CUSTOMER)
    await eino.talk.write("How can I help with your taxes?")
    await chat.reads("How can I help with your taxes?")
    await explained(await Floor.open(office))
    await shut(admin)
    late = await Chat.visit(office)
    await late.page.get_by_role("button", name="Open chat").click()
    await late.panel.get_by_label("Your name").fill(LATE)
    await late.panel.get_by_role("button", name="Start chat").click()
    await expect(late.panel.get_by_text(CLOSED)).to_be_visible()
    await expect(late.panel.get_by_role("button", name="Start a new conversation")).to_be_visible()


async def explained(floor: Floor) -> None:
    """One click says by which rule it came, whom it was offered to, and why not to the other."""
    pane = await floor.read(CUSTOMER)
    await pane.box.get_by_role("tab", name="Why here?").click()
    panel = pane.box.get_by_role("tabpanel")
    await expect(panel).to_contain_text("In English")
    await expect(panel).to_contain_text("Taxes from 3")
    await panel.locator("summary").first.click()
    onni = panel.get_by_role("listitem").filter(has=floor.page.get_by_text("Onni Laine")).last
    await expect(onni).to_contain_text("The agent does not have the skills")
    await expect(panel).to_contain_text("Rules as of change #")


async def test_agents_use_the_words_and_statuses_of_the_house(office: Office) -> None:
    admin = await office.page("admin")
    box = await make(admin, "quick-replies", "Add quick reply")
    await box.get_by_label("Shortcut").fill("receipt")
    await box.get_by_role("group", name="Text").get_by_label("English").fill("Your receipt is in the mail.")
    await save(box)
    box = await make(admin, "presences", "Add status")
    await box.get_by_label("Name", exact=True).fill("Coffee")
    await box.get_by_label("Stands for").select_option("away")
    await save(box)
    await office.served("eino", CUSTOMER)
    desk = await Desk.open(office)
    await desk.mine(CUSTOMER).click()
    area = desk.talk.composer.get_by_role("textbox")
    await area.press_sequentially("Hello. /rec")
    await expect(desk.page.get_by_role("option", name="receipt")).to_be_visible()
    await area.press("Enter")
    await expect(area).to_have_value("Hello. Your receipt is in the mail.")
    await area.press("Enter")
    await desk.talk.reads("Hello. Your receipt is in the mail.")
    await desk.page.get_by_role("button", name="Presence of Eino").click()
    await desk.page.get_by_role("menuitemradio", name="Coffee").click()
    board = await office.page("saara")
    await board.goto("/agents")
    await expect(board.get_by_role("row").filter(has_text="Eino")).to_contain_text("Coffee")
