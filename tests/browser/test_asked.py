"""How agents are asked, and what they answer, as an administrator has said."""

from playwright.async_api import expect
from sample_office import Office
from sample_screens import Desk, Floor

CUSTOMER = "Ada Lovelace"
REASONS = ["Not my field", "I need a break"]
EARS = """() => {
  window.heard = { tones: 0, shown: [] }
  const start = OscillatorNode.prototype.start
  OscillatorNode.prototype.start = function (...when) {
    window.heard.tones += 1
    return start.apply(this, when)
  }
  window.Notification = class {
    static permission = Notification.permission
    constructor(title, { body }) { window.heard.shown.push([title, body]) }
  }
  document.hasFocus = () => false
}"""
"""At the page's edge, to hear what it makes heard and shown; nobody looks at the page."""


async def with_reasons(office: Office) -> None:
    """Agents are asked by a template of the house in the web chat."""
    admin = await office.caller("admin")
    body = {"name": "Gently", "seconds": 60, "reject_reasons": REASONS, "sound": True, "desktop": True}
    template = await admin.do("POST", "/templates", body)
    path = f"/workstreams/{office.sample.workstreams['Web chat']}"
    await admin.do("PATCH", path, {"template_id": template["id"]})


async def test_an_agent_hears_of_an_offer_and_declines_it_for_a_reason(office: Office) -> None:
    await with_reasons(office)
    floor = await Floor.open(office)
    page = await office.page("eino", ears=True, permissions=["notifications"])
    await page.add_init_script(f"({EARS})()")
    await page.goto("/desk")
    desk = Desk(page)
    await page.get_by_role("button", name="Go available").click()
    conversation = await office.matter(CUSTOMER)
    offer = desk.offer(CUSTOMER)
    await expect(offer).to_be_visible()
    await page.wait_for_function("() => window.heard.tones > 0 && window.heard.shown.length > 0")
    [[title, _]] = await page.evaluate("window.heard.shown")
    assert CUSTOMER in title
    await offer.get_by_role("button", name="Reject").click()
    confirm = offer.get_by_role("button", name="Reject")
    await expect(confirm).to_be_disabled()
    await offer.get_by_role("radio", name=REASONS[0]).click()
    await confirm.click()
    # They are the only one there, and are asked again until they have declined three times.
    timeline = (await floor.read(CUSTOMER)).box
    await timeline.get_by_role("tab", name="Timeline").click()
    await expect(timeline.get_by_role("tabpanel")).to_contain_text(REASONS[0])
    assert (await office.state(conversation))["declines"] == {office.sample.people["eino"]: 1}


async def test_an_agent_says_how_it_ended_in_the_house_s_words(office: Office) -> None:
    admin = await office.caller("admin")
    for name in ("Solved", "Sold"):
        await admin.do("POST", "/dispositions", {"name": name})
    conversation = await office.served("eino", CUSTOMER)
    await (await office.caller("eino")).do("POST", f"/conversations/{conversation}/end")
    desk = await Desk.open(office, "eino")
    await desk.mine(CUSTOMER).click()
    form = desk.page.get_by_role("form", name="Wrap-up")
    await form.get_by_label("How it ended").select_option(label="Solved")
    await form.get_by_role("button", name="Complete wrap-up").click()
    await expect(form).to_be_hidden()
    assert (await office.state(conversation))["disposition"] == "Solved"


async def test_many_accounts_are_changed_at_once_and_each_has_its_outcome(office: Office) -> None:
    page = await office.page("admin")
    await page.goto("/admin/users")
    for name in ("Eino Mäkelä", "Onni Laine"):
        await page.get_by_role("row").filter(has_text=name).get_by_role("checkbox").check()
    await (
        page.get_by_role("toolbar", name="Acts on the chosen users")
        .get_by_role("button", name="Change")
        .click()
    )
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Capacity").fill("7")
    await dialog.get_by_role("button", name="Change all").click()
    outcomes = page.get_by_role("dialog")
    await expect(outcomes).to_contain_text("Eino Mäkelä")
    await expect(outcomes).to_contain_text("Onni Laine")
    for name in ("eino", "onni"):
        found = await (await office.caller("admin")).get(f"/users/{office.sample.people[name]}")
        assert found["capacity"] == 7
