"""E-mail in a browser: a mailbox is set up, a customer's mail is read at a desk, and the answer goes out."""

from __future__ import annotations

import asyncio
import os
import re
from pathlib import Path

import pytest
from playwright.async_api import Page, expect
from sample_files import PDF
from sample_letterbox import Box, listening
from sample_looks import fits, judge
from sample_mail_desk import account, workstream
from sample_mailbox import ImapServer
from sample_office import Office
from sample_post import mail, parsed
from sample_screens import Desk

WORDS = {
    "en": ("Add an account", "E-mail", "Name", "Address", "Password", "Save", "Ask the provider"),
    "fi": ("Lisää tili", "Sähköposti", "Nimi", "Osoite", "Salasana", "Tallenna", "Kysy palveluntarjoajalta"),
}  # fmt: skip
PHONE = {"width": 390, "height": 844}
HOSTS = {
    "en": ("Server for incoming mail", "Server for outgoing mail", "Security of incoming mail"),
    "fi": ("Saapuvan postin palvelin", "Lähtevän postin palvelin", "Saapuvan postin suojaus"),
}
WRITTEN = (
    "Where is my parcel?\n<script>document.title='run'</script>\n\n-- \nAada Niemi\n\n"
    "On Mon, Help <help@example.org> wrote:\n> An older question\n"
)


async def shot(page: Page, name: str) -> None:
    """A picture, where somebody wants to look at them."""
    if folder := os.environ.get("VALVOMO_TEST_PICTURES"):
        await page.screenshot(path=f"{folder}/mail-{name}.png", animations="disabled")


@pytest.mark.parametrize("language", ["en", "fi"])
async def test_a_mailbox_is_set_up(office: Office, language: str) -> None:
    await workstream(office)
    add, kind, name, address, password, save, check = WORDS[language]
    page = await office.page("admin")
    await page.add_init_script(f"localStorage.setItem('valvomo.language', '{language}')")
    await page.goto("/admin/channels")
    await page.get_by_role("button", name=add).first.click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("radio", name=kind).click()
    await dialog.get_by_label(name, exact=True).fill("Our mail")
    await dialog.get_by_label(address, exact=True).fill("help@example.org")
    await dialog.get_by_label(HOSTS[language][0]).fill("127.0.0.1")
    await dialog.get_by_label(HOSTS[language][1]).fill("127.0.0.1")
    await dialog.get_by_label(password).fill("hunter2")
    await shot(page, f"form-{language}")
    await judge(page)
    await dialog.get_by_role("button", name=save).click()
    row = page.get_by_role("grid").get_by_role("row").filter(has_text="Our mail")
    await expect(row).to_be_visible()
    await row.dblclick()
    await dialog.get_by_role("button", name=check).click()
    await expect(dialog.get_by_role("status")).to_contain_text("127.0.0.1")
    await shot(page, f"unwell-{language}")
    await fits(page)


async def test_a_mail_is_read_and_answered(office: Office) -> None:
    with listening() as (box, port):
        async with ImapServer().open() as imap:
            await read(office, imap, box, port=port)


async def read(office: Office, imap: ImapServer, box: Box, *, port: int) -> None:
    await account(office, imap, port)
    desk = await Desk.open(office, available=False)
    imap.put(mail(WRITTEN, "one"))
    page = desk.page
    await page.get_by_role("button", name="Pick the conversation with Aada").click()
    words = page.locator("[data-seq='1']")
    await expect(words).to_contain_text("<script>document.title='run'</script>")
    await expect(words).not_to_contain_text("An older question")
    await shot(page, "folded")
    await words.get_by_role("button", name="Show signature and quoted text").click()
    await expect(words).to_contain_text("An older question")
    await expect(words).to_contain_text("Aada Niemi")
    await shot(page, "unfolded")
    await judge(page)
    assert await page.title() != "run"
    await answered(office, page, box)


async def test_what_is_too_much_for_mail_is_said_when_it_is_chosen(office: Office, tmp_path: Path) -> None:
    with listening() as (_box, port):
        async with ImapServer().open() as imap:
            await account(office, imap, port)
            desk = await Desk.open(office, available=False)
            imap.put(mail("Where is my parcel?", "one"))
            page = desk.page
            await page.get_by_role("button", name="Pick the conversation with Aada").click()
            composer = desk.talk.composer
            sent: list[str] = []
            page.on("request", lambda one: sent.extend(re.findall(r"attachments\?name=([^&]+)", one.url)))
            await expect(composer.locator("[data-attach]")).to_have_accessible_name(
                "Attach files (up to 18 MB each, 10 with a message)"
            )
            await choose(page, tmp_path, ("manual.pdf", MAIL_BYTES + 1), ("letter.pdf", MAIL_BYTES - 1000))
            refused = composer.locator("[data-stage=refused]")
            await expect(refused).to_contain_text("Too large: 18 MB at most goes this way.")
            await expect(composer.locator("[data-stage=ready]")).to_contain_text("letter.pdf")
            await choose(page, tmp_path, ("more.pdf", 1001))
            await expect(refused.nth(1)).to_contain_text(
                "Too much: 18 MB at most goes this way with one message."
            )
            await shot(page, "too-much")
            await judge(page)
            for name in ("manual.pdf", "more.pdf", "letter.pdf"):
                await composer.get_by_role("button", name=f"Remove {name}").click()
            await choose(page, tmp_path, ("more.pdf", 1001))
            await expect(composer.locator("[data-stage=ready]")).to_contain_text("more.pdf")
            assert sent == ["letter.pdf", "more.pdf"], "what is over a limit has not even begun to go"


MAIL_BYTES = 18 * 1024 * 1024


async def choose(page: Page, folder: Path, *named: tuple[str, int]) -> None:
    """From the disk: what is given as bytes takes its time on the way to the browser."""
    for name, size in named:
        (folder / name).write_bytes(PDF.ljust(size))
    files = [folder / name for name, _ in named]
    await page.locator("form[data-audience] input[type=file]").set_input_files(files)


async def answered(office: Office, page: Page, box: Box) -> None:
    eino = await office.caller("eino")
    conversation = (await eino.get("/conversations"))["items"][0]["id"]
    await eino.do("POST", f"/conversations/{conversation}/messages", {"text": "On its way."})
    await expect(page.locator("[data-delivery=sent]")).to_be_visible()
    (came,) = box.came
    got = parsed(came.content)
    assert (got["To"], got["Subject"], got["In-Reply-To"]) == (
        "aada@example.net",
        "Re: Paketti",
        "<one@example.net>",
    )


async def test_what_was_left_aside_says_why(office: Office) -> None:
    with listening() as (_box, port):
        async with ImapServer().open() as imap:
            await account(office, imap, port)
            imap.put(mail("I am away.", "one", Auto_Submitted="auto-replied", Subject="Away until Monday"))
            page = await office.page("admin", viewport=PHONE, color_scheme="dark")
            dialog = page.get_by_role("dialog")
            # The mail is read by a process that takes its time to start; the list is as it was when opened.
            async with asyncio.timeout(90):
                while not await dialog.get_by_text("Left aside (1)").count():
                    await page.goto("/admin/channels")
                    await page.get_by_role("button", name="Left aside: Our mail").click()
                    await expect(dialog.get_by_text("Left aside (")).to_be_visible()
            await expect(dialog).to_contain_text("the answer of a machine: Away until Monday")
            await expect(dialog).to_contain_text("aada@example.net")
            await shot(page, "left-phone")
            await judge(page)
            await fits(page)
