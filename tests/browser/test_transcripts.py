"""A transcript taken away by whoever reads it: what is in the file, and that it cannot be had without a purpose."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import Page, expect
from sample_looks import fits, judge
from sample_office import Office
from sample_screens import Chat, Desk, Floor

CUSTOMER = "Ada Lovelace"
WORDS = "Write to ada@example.org <b>please</b>"
OPENER = "Take transcript away"


async def taken(page: Page, form: str) -> tuple[str, str]:
    """Fill in the dialog that is open; the file's name, and what is in it."""
    dialog = page.get_by_role("dialog")
    make = dialog.get_by_role("button", name="Take it away")
    await expect(make).to_have_attribute("aria-disabled", "true")
    await expect(dialog).to_contain_text("read the file before you hand it on")
    await dialog.get_by_label("What for").fill("A complaint")
    await dialog.get_by_role("radio", name=form).click()
    await judge(page)
    async with page.expect_download() as download:
        await make.click()
    file = await download.value
    await expect(dialog).to_be_hidden()
    return file.suggested_filename, Path(await file.path()).read_text(encoding="utf-8")


async def test_who_reads_it_takes_it_away_as_a_file(office: Office) -> None:
    desk = await Desk.open(office, "eino")
    chat = await Chat.visit(office)
    await chat.start(CUSTOMER)
    await desk.accept(CUSTOMER)
    await chat.say(WORDS)
    await desk.talk.reads(WORDS)
    await desk.page.get_by_role("button", name=OPENER).click()
    name, text = await taken(desk.page, "Text")
    assert name.endswith(".txt")
    assert f"{CUSTOMER}: {WORDS}" in text
    admin = await office.caller("admin")
    await admin.do("PUT", "/settings/insight", {"redact": True})
    floor = await Floor.open(office)
    pane = await floor.read(CUSTOMER)
    await pane.button("More acts").click()
    await expect(floor.page.get_by_role("menuitem", name="Transfer")).to_be_visible()
    await expect(floor.page.get_by_role("menuitem", name=OPENER)).to_have_count(0)
    await floor.page.keyboard.press("Escape")
    await pane.button("Monitor").click()
    await pane.reads(WORDS)
    await (await pane.more(OPENER)).click()
    name, page = await taken(floor.page, "Page")
    assert name.endswith(".html")
    assert "ada@example.org" not in page
    assert "Write to [EMAIL] &lt;b&gt;please&lt;/b&gt;" in page
    log = await office.page("admin", viewport={"width": 390, "height": 844})
    await log.goto("/audit")
    await expect(log.get_by_text("personal data blacked out. Purpose: A complaint")).to_be_visible()
    await fits(log)
