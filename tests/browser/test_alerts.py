"""Alerts in the console: a rule is made, raises, is told in the corner, and is acknowledged, taken and cleared."""

from __future__ import annotations

from playwright.async_api import expect
from sample_looks import fits, judge
from sample_office import Office
from sample_screens import Floor

CUSTOMER = "Ada Lovelace"
RULE = "Asked for a supervisor"


async def test_a_rule_raises_and_supervisors_see_to_it(office: Office) -> None:
    conversation = await office.served("eino", CUSTOMER)
    admin = await office.page("admin")
    await admin.goto("/admin/alert-rules")
    await admin.get_by_role("button", name="New rule").first.click()
    dialog = admin.get_by_role("dialog")
    await dialog.get_by_label("Name").fill(RULE)
    await dialog.get_by_label("Kind of condition").select_option("event")
    await dialog.get_by_label("A supervisor was asked for").uncheck()
    await expect(dialog.get_by_text("Choose at least one event.")).to_be_visible()
    await dialog.get_by_label("Nobody will take it").check()
    await dialog.get_by_label("A supervisor was asked for").check()
    await dialog.get_by_label("Not longer ago than", exact=True).fill("10")
    await judge(admin)
    # A second one would have to hold as well.
    await dialog.get_by_role("button", name="Add a condition").click()
    second = dialog.get_by_role("group", name="Condition 2")
    await second.get_by_label("Kind of condition").select_option("event")
    await expect(second.get_by_label("A supervisor was asked for")).to_be_checked()
    await second.get_by_role("button", name="Remove").click()
    await dialog.get_by_role("button", name="Save").click()
    rule = admin.get_by_role("row").filter(has_text=RULE)
    await expect(rule).to_contain_text("A supervisor was asked for or Nobody will take it (within 10:00)")

    floor = await Floor.open(office)
    await (await office.caller("eino")).do("POST", f"/conversations/{conversation}/ask", {"note": "Help"})
    await floor.page.get_by_role("button", name="Alerts").click()
    row = floor.page.get_by_role("row").filter(has_text=RULE)
    await expect(row).to_contain_text(CUSTOMER)
    await judge(floor.page)
    phone = await office.page("saara", viewport={"width": 390, "height": 844}, color_scheme="dark")
    await phone.goto("/alerts")
    elsewhere = phone.get_by_role("row").filter(has_text=RULE)
    await expect(elsewhere).to_be_visible()
    await fits(phone)
    await judge(phone)
    await elsewhere.get_by_role("button", name="Acknowledge").click()
    await expect(row).to_contain_text("Acknowledged · Saara Virtanen")
    await row.get_by_role("button", name="Assign to…").click()
    giving = floor.page.get_by_role("dialog")
    await giving.get_by_label("To").select_option(label="Saara Virtanen")
    await judge(floor.page)
    await giving.get_by_role("button", name="Assign", exact=True).click()
    await expect(row).to_contain_text("Assigned to Saara Virtanen")
    await row.get_by_role("button", name="Clear").click()
    await expect(floor.page.get_by_text("No alerts")).to_be_visible()
    await floor.page.get_by_label("Which alerts").get_by_text("All", exact=True).click()
    await expect(row).to_contain_text("Cleared")


async def test_a_rule_is_tried_on_the_past_before_it_is_saved(office: Office) -> None:
    conversation = await office.served("eino", CUSTOMER)
    await (await office.caller("eino")).do("POST", f"/conversations/{conversation}/ask", {"note": "Help"})
    admin = await office.page("admin")
    await admin.goto("/admin/alert-rules")
    await admin.get_by_role("button", name="New rule").first.click()
    dialog = admin.get_by_role("dialog")
    await dialog.get_by_label("Kind of condition").select_option("event")
    await dialog.get_by_role("button", name="Try it").click()
    await expect(dialog.get_by_text("One alert between")).to_be_visible()
    # An administrator who supervises nobody learns when and where, and not whose conversation it was.
    await expect(dialog.get_by_role("row").filter(has_text="Support")).to_contain_text("Not for you to see")
    await expect(dialog.get_by_text("Whether somebody would have cleared")).to_be_visible()
    await judge(admin)
    await dialog.get_by_label("Kind of condition").select_option("sentiment")
    await expect(dialog.get_by_text("One alert between")).to_be_hidden()


async def test_a_rule_about_a_single_low_answer(office: Office) -> None:
    admin = await office.page("admin", color_scheme="dark")
    await admin.goto("/admin/alert-rules")
    await admin.get_by_role("button", name="New rule").first.click()
    dialog = admin.get_by_role("dialog")
    await dialog.get_by_label("Name").fill("Unhappy")
    await dialog.get_by_label("Kind of condition").select_option("survey")
    await dialog.get_by_label("An answer to a survey").select_option("nps")
    await dialog.get_by_label("Value").fill("3")
    await judge(admin)
    await fits(admin)
    await dialog.get_by_role("button", name="Save").click()
    rule = admin.get_by_role("row").filter(has_text="Unhappy")
    await expect(rule).to_contain_text("An answer to a survey: Recommendation (0 to 10) ≤ 3")


async def test_who_supervises_another_queue_hears_nothing(office: Office) -> None:
    page = await office.page("veikko")
    await page.add_init_script("localStorage.setItem('valvomo.language', 'fi')")
    await page.goto("/alerts")
    await expect(page.get_by_text("Ei hälytyksiä")).to_be_visible()
    await judge(page)
