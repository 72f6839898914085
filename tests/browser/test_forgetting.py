"""An administrator removes a customer for good: said beforehand what goes, asked twice, seen how far it has come."""

from __future__ import annotations

from playwright.async_api import ViewportSize, expect
from sample_looks import fits, judge
from sample_office import Office
from sample_screens import Chat

PHONE = ViewportSize(width=390, height=844)


async def test_a_customer_is_removed_for_good(office: Office) -> None:
    chat = await Chat.visit(office, color_scheme="dark")
    await chat.start("Ada Lovelace")
    await chat.say("my secret word")
    eino, admin = await office.caller("eino"), await office.caller("admin")
    (row,) = (await eino.get("/conversations"))["items"]
    await eino.do("POST", f"/conversations/{row['id']}/pick")
    await chat.page.close()
    path = f"/contacts/{row['customer']['id']}"
    page = await office.page("admin", color_scheme="dark")
    await page.goto(path)
    await page.get_by_role("button", name="Remove…").click()
    dialog = page.get_by_role("dialog", name="Remove Ada Lovelace for good")
    await expect(dialog).to_contain_text("These go on: end and close them first")
    await judge(page)
    for act in ("end", "complete"):
        await eino.do("POST", f"/conversations/{row['id']}/{act}")
    # The dialog knows by itself.
    sure = dialog.get_by_role("checkbox", name="I know that this cannot be undone")
    await expect(sure).to_be_visible()
    remove = dialog.get_by_role("button", name="Remove for good")
    await expect(remove).to_be_disabled()
    await sure.check()
    await judge(page)
    phone = await office.page("admin", viewport=PHONE, color_scheme="dark")
    await phone.add_init_script("localStorage.setItem('valvomo.language', 'fi')")
    await phone.goto(path)
    await phone.get_by_role("button", name="Poista…").click()
    await expect(phone.get_by_role("dialog", name="Poista Ada Lovelace lopullisesti")).to_contain_text(
        "Viestejä"
    )
    await fits(phone)
    await judge(phone)
    await phone.keyboard.press("Escape")
    await remove.click()
    await expect(page.get_by_role("heading", name="Removed customer")).to_be_visible()
    await expect(page.get_by_text("Nothing that was written with them is left.")).to_be_visible()
    await expect(page.get_by_text("Ada")).to_have_count(0)
    await judge(page)
    await expect(phone.get_by_role("heading", name="Poistettu asiakas")).to_be_visible()
    await expect(phone.get_by_text("Mitään hänen kanssaan kirjoitettua ei ole jäljellä.")).to_be_visible()
    await fits(phone)
    assert (await admin.get("/contacts?q=ada"))["items"] == []
