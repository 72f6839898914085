"""An agent writes first: the dialog at the desk, the conversation that is theirs at once, and what is in its way."""

import base64
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import Page, ViewportSize, expect
from sample_looks import fits, judge
from sample_office import Office
from sample_provider import Said, StandIn
from sample_screens import Desk

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
NARROW = ViewportSize(width=390, height=844)
WORDS = {
    "en": ("New conversation", "Address", "Customer's name", "Message", "Send", "Open it"),
    "fi": ("Uusi keskustelu", "Osoite", "Asiakkaan nimi", "Viesti", "Lähetä", "Avaa se"),
}


async def shot(page: Page, name: str) -> None:
    """A picture, where somebody wants to look at them."""
    if folder := os.environ.get("VALVOMO_TEST_PICTURES"):
        await page.screenshot(path=f"{folder}/begin-{name}.png", animations="disabled")


@asynccontextmanager
async def system_of(office: Office) -> AsyncIterator[StandIn]:
    """A system that is a channel, over which agents of Support may write first."""
    admin = await office.caller("admin")
    body = {"name": "Our system", "channel": "custom", "queue": office.sample.queues["Support"]}
    made = await admin.do("POST", "/workstreams", body)
    async with StandIn().open() as system:
        account: dict[str, Any] = {
            "provider": "custom", "name": "Our system", "workstream_id": made["id"], "begins": True,
            "settings": {"url": f"{system.url}/in", "settling_seconds": 0}, "secrets": {"secret": SECRET},
        }  # fmt: skip
        await admin.do("POST", "/channel-accounts", account)
        yield system


@pytest.mark.parametrize(
    ("language", "how"), [("en", {}), ("fi", {"viewport": NARROW, "color_scheme": "dark"})]
)
async def test_an_agent_writes_first(office: Office, language: str, how: dict[str, Any]) -> None:
    title, address, name, message, send, go_on = WORDS[language]
    async with system_of(office) as system:
        system.answer = lambda _asked: Said(410)
        page = (await Desk.open(office, available=False, **how)).page
        await page.evaluate(f"localStorage.setItem('valvomo.language', '{language}')")
        await page.goto("/desk")
        dialog = page.get_by_role("dialog")

        async def write(words: str) -> None:
            await page.get_by_role("button", name=title).click()
            await dialog.get_by_label(address, exact=True).fill("device-7")
            await dialog.get_by_label(name).fill("Ann")
            await dialog.get_by_label(message, exact=True).fill(words)
            await shot(page, f"dialog-{language}")
            await judge(page)
            await fits(page)
            await dialog.get_by_role("button", name=send, exact=True).click()

        await write("Your order has come.")
        await expect(dialog).to_be_hidden()
        await expect(page.get_by_role("heading", name="Ann", level=2).first).to_be_visible()
        await expect(page.locator("[data-mend]")).to_be_visible()
        await shot(page, f"failed-{language}")
        await judge(page)
        await fits(page)
        system.answer = lambda _asked: Said()
        await page.locator("[data-mend]").get_by_role("button").first.click()
        await expect(page.locator("[data-mend]")).to_be_hidden()
        await expect(page.locator("[data-delivery=sent]")).to_be_visible()
        said = [json.loads(one.body)["data"] for one in system.asked]
        assert {(one["to"], one["text"]) for one in said} == {("device-7", "Your order has come.")}
        if how:
            return
        await write("And another one.")
        await dialog.get_by_role("button", name=go_on).click()
        await expect(page.get_by_text("Your order has come.").first).to_be_visible()
        assert len(system.asked) == len(said)
        # That one goes on already is a no of the server's, and nothing that went wrong.
        office.watch.faults[:] = [one for one in office.watch.faults if not one.startswith("409 POST")]


async def test_nobody_sees_the_button_where_it_is_not_switched_on(office: Office) -> None:
    page = (await Desk.open(office, available=False)).page
    await expect(page.get_by_role("button", name="New conversation")).to_be_hidden()
