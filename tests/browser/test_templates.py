"""WhatsApp at the desk: the reply window closes while one looks on, and an approved template still goes out."""

import json
import os
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from playwright.async_api import Page, ViewportSize, expect
from sample_looks import fits, judge
from sample_meta import BUSINESS_ID, NUMBER_ID, SECRETS, answered, called, wa_text, whatsapp
from sample_office import Office
from sample_provider import Asked, Said, StandIn
from sample_screens import Desk

CUSTOMER = "Customer 358401234567"
NARROW = ViewportSize(width=390, height=844)
WORDS = {
    "en": ("Template", "Heading: 1", "Text: name", "Send the template"),
    "fi": ("Viestipohja", "Otsikko: 1", "Teksti: name", "Lähetä viestipohja"),
}
KEPT = {
    "name": "parcel_has_come", "language": "fi", "status": "APPROVED", "category": "UTILITY",
    "parameter_format": "NAMED", "components": [
        {"type": "HEADER", "format": "TEXT", "text": "Tilaus {{1}}"},
        {"type": "BODY", "text": "Hei {{name}}, pakettisi odottaa noutoa lähimmässä pisteessä."},
        {"type": "FOOTER", "text": "Talo Oy"},
        {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Kiitos"}]},
    ],
}  # fmt: skip


def graph(asked: Asked) -> Said:
    if asked.method == "POST":
        return answered({"messages": [{"id": "wamid.sent"}]})
    return answered(
        {"data": [KEPT]} if "/message_templates" in asked.path else {"verified_name": "The house"}
    )


async def shot(page: Page, name: str) -> None:
    """A picture, where somebody wants to look at them."""
    if folder := os.environ.get("VALVOMO_TEST_PICTURES"):
        await page.screenshot(path=f"{folder}/template-{name}.png", animations="disabled")


async def account(office: Office, system: StandIn) -> dict[str, Any]:
    admin = await office.caller("admin")
    queue = office.sample.queues["Support"]
    made = await admin.do("POST", "/workstreams", {"name": "WhatsApp", "channel": "whatsapp", "queue": queue})
    body = {
        "provider": "whatsapp", "name": "Our number", "workstream_id": made["id"], "secrets": SECRETS,
        "settings": {"phone_number_id": NUMBER_ID, "business_account_id": BUSINESS_ID, "base_url": system.url,
                     "settling_seconds": 0},
    }  # fmt: skip
    one: dict[str, Any] = await admin.do("POST", "/channel-accounts", body)
    assert (await admin.do("POST", f"/channel-accounts/{one['id']}/check"))["well"]
    return one


async def writes(one: dict[str, Any], at: datetime) -> None:
    request = called(whatsapp(messages=[wa_text("wamid.1", "Missä pakettini on?", at)]))
    async with httpx.AsyncClient() as client:
        answer = await client.post(one["callback"], content=request.body, headers=dict(request.headers))
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("language", ["en", "fi"])
async def test_a_template_goes_out_once_the_window_has_closed(office: Office, language: str) -> None:
    async with StandIn(graph).open() as system:
        one = await account(office, system)
        desk = await Desk.open(office)
        # The customer wrote a day ago but for some seconds, in which the conversation is accepted.
        await writes(one, datetime.now(UTC) - timedelta(hours=24) + timedelta(seconds=12))
        await desk.accept(CUSTOMER)
        page = desk.page
        await page.evaluate(f"localStorage.setItem('valvomo.language', '{language}')")
        await page.reload()
        words = WORDS[language]
        form = page.locator("[data-template]")
        await expect(form).to_be_visible(timeout=90_000)
        await shot(page, f"closed-{language}")
        await form.get_by_label(words[0], exact=True).select_option("parcel_has_come fi")
        send = form.get_by_role("button", name=words[3])
        await expect(send).to_be_disabled()
        await form.get_by_label(words[1]).fill("1042")
        await form.get_by_label(words[2]).fill("Ann")
        read = "Hei Ann, pakettisi odottaa noutoa lähimmässä pisteessä."
        await expect(form.locator("[data-preview]")).to_contain_text(read)
        await shot(page, f"filled-{language}")
        await judge(page)
        await page.set_viewport_size(NARROW)
        await fits(page)
        await shot(page, f"phone-{language}")
        await send.click()
        await expect(page.get_by_role("log")).to_contain_text(read)
        await system.until(3)
        await shot(page, f"sent-{language}")
    (got,) = [json.loads(asked.body) for asked in system.asked if asked.method == "POST"]
    assert got["template"]["name"] == "parcel_has_come"
