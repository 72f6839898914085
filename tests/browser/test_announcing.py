"""A SIP telephone, the whole house and a voice: what callers are told first, and what agents see meanwhile."""

import asyncio
import os

import pytest
from playwright.async_api import Page, ViewportSize, expect
from sample_calling import panel
from sample_ears import Ear, with_ears
from sample_looks import fits, judge
from sample_office import Office
from sample_patience import until
from sample_screens import Desk, Floor
from sample_sip import RATE, Handset, Telephone, hears
from sample_sip_office import PATIENCE, trunk_of
from sample_speech import needs_espeak
from sample_telephone import TONES

pytestmark = [pytest.mark.slow, needs_espeak]
NUMBER = "+358401234567"
AGENT = float(TONES["agent"])
SPEECH = 12_000
"""A voice reaches that much of what a sample can be, and the music, which is quieter, half of it."""


async def shot(page: Page, name: str) -> None:
    """A picture, where somebody wants to look at them."""
    if folder := os.environ.get("VALVOMO_TEST_PICTURES"):
        await page.screenshot(path=f"{folder}/announcing-{name}.png", animations="disabled")


def spoken_to(handset: Handset) -> bool:
    """Whether somebody speaks to them: in the last second there was something as loud as a voice."""
    last = memoryview(bytes(handset.pcm[-2 * RATE :])).cast("h")
    return len(last) > 0 and max(last) > SPEECH


async def test_a_caller_hears_the_notice_and_whoever_declines_is_served(office: Office) -> None:
    admin, workstream = await office.caller("admin"), office.sample.workstreams["Voice calls"]
    saara = await office.caller("saara")
    async with asyncio.timeout(PATIENCE), Telephone.there() as phone:
        desk, floor = await asyncio.gather(
            Desk.open(office, "onni", **with_ears("agent")), Floor.open(office)
        )
        port = await trunk_of(office, phone)
        await _says(office, "notice", "Hello. This conversation may be recorded.")
        first = await phone.call(port)
        await until(lambda: spoken_to(first), "somebody speaks to them")
        async with asyncio.timeout(90):
            while not (await saara.get("/conversations"))["items"][0]["consent"]["told"]:  # noqa: ASYNC110 - by HTTP
                await asyncio.sleep(0.1)
        await first.call.hangup()
        await expect(floor.row(NUMBER)).to_have_count(0)

        await _says(office, "consent", "May we listen to this conversation, and keep what is said? " * 40)
        await admin.do("PATCH", f"/workstreams/{workstream}", {"consent": "consent"})
        second = await phone.call(port)
        second.says = float(TONES["customer"])
        await desk.accept(NUMBER)
        badge, agent = panel(desk.page).locator("[data-announcing]"), Ear(desk.page)
        await expect(badge).to_have_text("The customer is being asked for consent")
        await until(lambda: spoken_to(second), "they are asked")
        await agent.hears()
        await _pictures(desk.page)
        await second.call.send_dtmf("2")
        await expect(badge).to_have_count(0)
        await agent.hears("customer")
        await until(lambda: hears(second.pcm, AGENT) == {AGENT}, "and they hear the agent")
        await floor.row(NUMBER).get_by_text(NUMBER, exact=True).click()
        await expect(floor.pane.box.get_by_text("Consent refused")).to_be_visible()
        await shot(floor.page, "refused")
        await second.call.hangup()


async def _says(office: Office, kind: str, words: str) -> None:
    admin, workstream = await office.caller("admin"), office.sample.workstreams["Voice calls"]
    text = {"subject": workstream, "kind": kind, "language": "en", "text": words.strip()}
    await admin.do("PUT", "/texts", text)


async def _pictures(page: Page) -> None:
    await shot(page, "asked")
    await judge(page)
    before = page.viewport_size
    await page.set_viewport_size(ViewportSize(width=390, height=844))
    await fits(page)
    await shot(page, "asked-narrow")
    if before is not None:
        await page.set_viewport_size(before)
