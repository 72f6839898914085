"""Searching transcripts in the console: words in all their forms, opened at the message, and nothing of others."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Page, expect
from sample_looks import fits, judge
from sample_office import Office
from sample_patience import until


async def talked(office: Office) -> str:
    """A closed conversation with a message that is searched for among others, and a note."""
    conversation = await office.served("eino", "Ada Lovelace", subject="Lost pail", language="en")
    eino = await office.caller("eino")
    lines = [f"Line {number} of small talk" for number in range(30)]
    for number, text in enumerate([*lines[:5], "Your two invoices are on their way", *lines[5:]]):
        body = {"text": text, "visibility": "public", "client_id": f"m{number}"}
        await eino.do("POST", f"/conversations/{conversation}/messages", body)
    note = {"text": "She paid the invoice <b>twice</b>", "visibility": "internal", "client_id": "note"}
    await eino.do("POST", f"/conversations/{conversation}/messages", note)
    saara = await office.caller("saara")
    await saara.do("POST", f"/conversations/{conversation}/force-close", {"reason": "Tried out"})

    async def indexed() -> bool:
        return len((await saara.get("/search", q="invoice"))["items"]) == 2

    await until(indexed)
    return conversation


async def opened(office: Office, person: str, **how: Any) -> Page:
    page = await office.page(person, **how)
    await page.goto("/floor")
    return page


async def test_from_the_floor_to_the_very_message(office: Office) -> None:
    conversation = await talked(office)
    page = await opened(office, "saara")
    await page.get_by_role("searchbox").focus()
    await page.keyboard.type("invoice")
    await page.keyboard.press("Enter")
    hits = page.get_by_role("list", name="Messages found").get_by_role("listitem")
    await expect(hits).to_have_count(2)
    await expect(hits.first).to_contain_text("Internal note")
    await expect(hits.first).to_contain_text("<b>twice</b>")
    await expect(hits.nth(1).locator("mark")).to_have_text("invoices")
    await judge(page)
    await hits.nth(1).get_by_role("link").click()
    await expect(page).to_have_url(f"{office.address}/conversations/{conversation}?message=6")
    sought = page.locator("[data-seq='6']")
    await expect(sought).to_be_in_viewport()
    await expect(sought).to_contain_text("two invoices")


async def test_nothing_of_another_queue_and_nothing_without_words(office: Office) -> None:
    await talked(office)
    page = await opened(office, "veikko", locale="fi-FI", color_scheme="dark")
    await page.goto("/search")
    await expect(page.get_by_text("Mitä etsit?")).to_be_visible()
    await page.get_by_role("searchbox").fill("invoice")
    await expect(page.get_by_text("Mikään ei sisällä näitä sanoja")).to_be_visible()
    await judge(page)
    office.watch.expect(422)
    await page.get_by_role("searchbox").fill("---")
    await expect(page.get_by_role("alert")).to_be_visible()


@pytest.mark.parametrize("person", ["saara", "eino"])
async def test_it_fits_a_phone(office: Office, person: str) -> None:
    await talked(office)
    page = await office.page(person, viewport={"width": 390, "height": 844})
    await page.goto("/search?q=invoice")
    await expect(page.get_by_role("list", name="Messages found").get_by_role("listitem")).to_have_count(2)
    await judge(page)
    await fits(page)
