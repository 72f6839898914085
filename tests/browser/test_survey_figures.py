"""What customers answer to the house's own questions stands in reports, and supervisors read what they said."""

from __future__ import annotations

from playwright.async_api import ViewportSize, expect
from sample_looks import fits, judge
from sample_office import Office
from sample_screens import Chat

PHONE = ViewportSize(width=390, height=844)
QUESTIONS = [
    {"id": "solved", "kind": "yes_no", "words": {"en": "Did we solve it?", "fi": "Ratkesiko asia?"}},
    {"id": "why", "kind": "words", "words": {"en": "What could be better?"}},
]


async def test_own_questions_in_reports(office: Office) -> None:
    admin, ours = await office.caller("admin"), office.sample.workstreams["Web chat"]
    survey = {"kind": "csat", "questions": QUESTIONS}
    await admin.do("PATCH", f"/workstreams/{ours}/widget", {"survey": survey})
    chat = await Chat.visit(office, color_scheme="dark")
    await chat.start("Ada Lovelace")
    eino = await office.caller("eino")
    (row,) = (await eino.get("/conversations"))["items"]
    for act in ("pick", "end"):
        await eino.do("POST", f"/conversations/{row['id']}/{act}")
    form = chat.panel.locator(".survey")
    await form.get_by_role("radio", name="2").check(force=True)
    await form.get_by_role("group", name="Did we solve it?").get_by_role("radio", name="No").check(force=True)
    await form.get_by_label("What could be better?").fill("Opening hours")
    await judge(chat.page)
    await form.get_by_role("button", name="Send answer").click()
    await expect(chat.panel.get_by_text("Thank you for your answer.")).to_be_visible()
    page = await office.page("saara")
    await page.goto("/reports")
    asked = page.locator("[data-question]")
    await expect(asked).to_have_count(2)
    await expect(asked.filter(has_text="Did we solve it?")).to_contain_text("1 answer · 0% yes")
    await judge(page)
    await asked.get_by_role("button", name="Answered No: 1").click()
    await expect(page.get_by_role("dialog").get_by_role("link", name="Ada Lovelace")).to_be_visible()
    await judge(page)
    await page.keyboard.press("Escape")
    await asked.get_by_role("button", name="Read the answers").click()
    await expect(page.get_by_role("dialog")).to_contain_text("Opening hours")
    await judge(page)
    phone = await office.page("saara", viewport=PHONE, color_scheme="dark")
    await phone.add_init_script("localStorage.setItem('valvomo.language', 'fi')")
    await phone.goto("/reports")
    await expect(phone.get_by_role("heading", name="Mitä asiakkaat vastasivat kysymyksiinne")).to_be_visible()
    await fits(phone)
    await judge(phone)
