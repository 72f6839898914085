"""People in settings are found by name or address: who serves in a queue, who supervises, whom a token acts as."""

from playwright.async_api import expect
from sample_looks import fits, judge
from sample_office import Office


async def test_who_serves_in_a_queue_is_found_by_name(office: Office) -> None:
    admin, page = await office.caller("admin"), await office.page("admin", color_scheme="dark")
    made = await admin.do(
        "POST", "/queues", {"name": "Complaints", "members": [office.sample.people["eino"]]}
    )
    await page.goto("/admin/queues")
    row = page.get_by_role("grid", name="Queues").locator("tbody tr").filter(has_text="Complaints")
    await expect(row).to_contain_text("Eino Mäkelä")
    await row.click()
    dialog = page.get_by_role("dialog", name="Complaints")
    members = dialog.get_by_role("group", name="Agents")
    await expect(members.get_by_label("Eino Mäkelä")).to_be_checked()
    search = members.get_by_role("searchbox")
    await search.fill("nyström")
    await expect(members.get_by_label("Eino Mäkelä")).to_have_count(0)
    # It searches; it does not save what is around it.
    await search.press("Enter")
    await members.get_by_label("Lumi Nyström").check()
    await search.fill("")
    await expect(members.get_by_label("Eino Mäkelä")).to_be_checked()
    await expect(members.get_by_label("Lumi Nyström")).to_be_checked()
    await judge(page)
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog).to_have_count(0)
    await expect(row).to_contain_text("Eino Mäkelä, Lumi Nyström")
    stored = await admin.get(f"/queues/{made['id']}")
    assert set(stored["members"]) == {office.sample.people[one] for one in ("eino", "lumi")}


async def test_a_token_acts_as_whoever_is_found(office: Office) -> None:
    page = await office.page("admin", viewport={"width": 390, "height": 844})
    await page.goto("/admin/tokens")
    await page.get_by_role("button", name="Add token").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Name", exact=True).fill("Reporting")
    people = dialog.get_by_role("radiogroup")
    await dialog.get_by_role("searchbox").fill("saara")
    await people.get_by_role("radio", name="Saara Virtanen").click()
    await fits(page)
    await judge(page)
    await dialog.get_by_role("button", name="Create token").click()
    await expect(page.get_by_role("dialog").get_by_text("Copy the token now")).to_be_visible()
    await page.get_by_role("dialog").get_by_role("button", name="Close").last.click()
    await expect(page.get_by_role("row").filter(has_text="Reporting")).to_contain_text("Saara Virtanen")


async def test_rights_are_taken_from_a_supervisor_who_is_found(office: Office) -> None:
    page = await office.page("admin")
    await page.goto("/admin/supervision")
    per = page.get_by_role("region", name="Per supervisor").first
    await expect(per.get_by_role("rowheader", name="Saara Virtanen")).to_be_visible()
    await per.get_by_role("searchbox").fill("veikko")
    await expect(per.get_by_role("rowheader", name="Saara Virtanen")).to_have_count(0)
    await per.get_by_label("Veikko Lindqvist: Force close").uncheck()
    await expect(page.get_by_text("Supervision changed")).to_be_visible()
    kept = await (await office.caller("admin")).get("/settings/supervision")
    assert kept["denied_to"] == {office.sample.people["veikko"]: ["force_close"]}
