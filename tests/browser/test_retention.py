"""An administrator says what goes after how many days; beforehand it is said how much that is."""

from __future__ import annotations

from playwright.async_api import ViewportSize, expect
from sample_looks import fits, judge
from sample_office import Office

PHONE = ViewportSize(width=390, height=844)


async def test_days_of_what_is_written_and_of_customers(office: Office) -> None:
    admin = await office.caller("admin")
    page = await office.page("admin", color_scheme="dark")
    await page.goto("/admin/retention")
    save = page.get_by_role("button", name="Save", exact=True)
    await expect(save).to_be_disabled()
    await page.get_by_role("radio", name="Are removed some days after anything went on with them").click()
    days = page.get_by_label("Days without a conversation")
    await days.fill("0")
    await expect(page.get_by_text("A whole number from 1 to 36,500")).to_be_visible()
    await expect(save).to_be_disabled()
    await days.fill("400")
    await judge(page)
    await save.click()
    dialog = page.get_by_role("dialog", name="Remove for good?")
    await expect(dialog).to_contain_text("No customer is affected now.")
    await judge(page)
    await dialog.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("No customer waits to be removed.")).to_be_visible()
    kept = await admin.get("/settings/retention")
    assert (kept["written_days"], kept["contact_days"]) == (None, 400)
    phone = await office.page("admin", viewport=PHONE, color_scheme="dark")
    await phone.add_init_script("localStorage.setItem('valvomo.language', 'fi')")
    await phone.goto("/admin/retention")
    await expect(phone.get_by_label("Päivää ilman keskustelua")).to_have_value("400")
    await fits(phone)
    await judge(phone)
    await admin.do("PUT", "/settings/retention", {"written_days": 30, "contact_days": None})
    # Somebody else has changed it.
    await expect(page.get_by_label("Days after the closing", exact=True)).to_have_value("30")
    await expect(days).to_have_count(0)
