"""What a customer says in a call, as the words that colleagues read: a real voice, a real browser, a real model."""

import asyncio
import os
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from importlib.util import find_spec

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, ViewportSize, expect
from sample_calling import CUSTOMER, box, call_us, panel
from sample_chromium import launched
from sample_ears import ARGUMENTS, with_ears
from sample_looks import fits, judge
from sample_office import Office
from sample_screens import Chat, Desk, Floor
from sample_speech import needs_espeak, spoken, tone, wav

pytestmark = [
    pytest.mark.slow,
    needs_espeak,
    pytest.mark.skipif(not find_spec("faster_whisper"), reason="the extra `speech` is not installed"),
]
SENTENCE = "I want to talk to a supervisor about my invoice."
WORDS = re.compile("supervisor", re.IGNORECASE)
PATIENCE = 900.0
WRITTEN_MS = 480_000
"""Until something that was said is read: a model has to be loaded first, beside whatever else is tested."""
PHONE = ViewportSize(width=390, height=844)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def speaker(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Browser]:
    """A browser whose microphone hears a sentence again and again."""
    folder = tmp_path_factory.mktemp("speaker")
    sound = tone(0, 1.0) + spoken(SENTENCE, folder) + tone(0, 1.5)
    file = wav(sound, folder / "microphone.wav")
    async with launched(*ARGUMENTS, f"--use-file-for-fake-audio-capture={file}", whole=True) as browser:
        yield browser


async def shot(page: Page, name: str) -> None:
    """A picture, where somebody wants to look at them."""
    if folder := os.environ.get("VALVOMO_TEST_PICTURES"):
        await page.screenshot(path=f"{folder}/speech-{name}.png", animations="disabled")


def said(log: Locator) -> Locator:
    """Lines that a machine has written."""
    return log.locator("[data-visibility=spoken]")


async def test_what_a_customer_says_is_read_by_colleagues_and_heard_from_there(
    office: Office, speaker: Browser
) -> None:
    workstream = office.sample.workstreams["Voice calls"]
    await (await office.caller("admin")).do(
        "PATCH", f"/workstreams/{workstream}", {"calls_kept": "recording"}
    )
    async with asyncio.timeout(PATIENCE):
        elsewhere = replace(office, browser=speaker)
        chat, desk = await asyncio.gather(
            Chat.visit(elsewhere, permissions=["microphone", "camera"]),
            Desk.open(office, "onni", **with_ears("agent")),
        )
        await call_us(chat)
        await desk.accept(CUSTOMER)
        await expect(panel(desk.page)).to_have_attribute("data-call", "on")
        # What comes from the agent's microphone is a tone, which nobody needs to hear here.
        await desk.page.keyboard.press("u")

        floor = await Floor.open(office)
        pane = await floor.read(CUSTOMER)
        await pane.button("Listen").click()
        line = said(pane.log).filter(has_text=WORDS).first
        await expect(line).to_be_visible(timeout=WRITTEN_MS)
        await expect(line).to_contain_text("written down by a machine")
        await expect(said(pane.log).first).to_contain_text(CUSTOMER)
        await expect(said(desk.talk.log).filter(has_text=WORDS).first).to_be_visible()
        await judge(floor.page)
        await shot(floor.page, "floor")
        await shot(desk.page, "desk")
        saara = await office.caller("saara")
        (one,) = (await saara.get("/conversations"))["items"]
        phone = await office.page("saara", color_scheme="dark", viewport=PHONE)
        await phone.add_init_script("localStorage.setItem('valvomo.language', 'fi')")
        await phone.goto(f"/conversations/{one['id']}")
        await expect(said(phone.get_by_role("log")).first).to_contain_text("koneen kirjaama")
        await fits(phone)
        await judge(phone)
        await shot(phone, "phone")
        assert "supervisor" not in (await box(chat).inner_text()).lower(), "it is the house's alone"

        await box(chat).get_by_role("button", name="Hang up").click()
        listen = desk.page.get_by_role("button", name="Listen", exact=True)
        await expect(listen).to_be_visible(timeout=WRITTEN_MS)
        mine = said(desk.talk.log).filter(has_text=WORDS).first
        await mine.get_by_role("button", name=re.compile("Listen from")).click()
        await expect(mine.locator("[data-heard]")).to_be_visible(timeout=90_000)
        await shot(desk.page, "playing")
        await desk.page.get_by_role("button", name="Pause", exact=True).click()
        await expect(desk.page.locator("[data-heard]")).to_have_count(0)
        await judge(desk.page)

        # A supervisor hears it beside what was said, too.
        line = said(pane.log).filter(has_text=WORDS).first
        await line.get_by_role("button", name=re.compile("Listen from")).click()
        await expect(line.locator("[data-heard]")).to_be_visible(timeout=90_000)
        await judge(floor.page)


async def test_who_writes_is_chosen_and_what_is_kept(office: Office) -> None:
    for language, how in (
        ("en", {"color_scheme": "light"}),
        ("fi", {"color_scheme": "dark", "viewport": PHONE}),
    ):
        page = await office.page("admin", **how)
        await page.add_init_script(f"localStorage.setItem('valvomo.language', '{language}')")
        await page.goto("/admin/insight")
        none = page.get_by_role("radio").last
        await expect(none).to_be_visible()
        await fits(page)
        await judge(page)
        await none.scroll_into_view_if_needed()
        await shot(page, f"insight-{language}")
    admin = await office.caller("admin")
    page = await office.page("admin")
    await page.goto("/admin/insight")
    group = page.get_by_role("radiogroup", name="What is said in calls")
    await group.get_by_role("radio", name=re.compile("^Nothing")).click()
    while (await admin.get("/settings/insight"))["speech"] != "none":
        await page.wait_for_timeout(50)

    # A workstream that keeps what is said says that nobody writes it, and no longer once somebody does.
    await page.goto(f"/admin/workstreams/{office.sample.workstreams['Voice calls']}")
    warning = page.locator("[data-unwritten]")
    kept = page.get_by_role("radiogroup", name="What is kept of calls")
    await expect(kept).to_be_visible()
    await expect(warning).to_have_count(0)
    await kept.get_by_role("radio", name=re.compile("in writing only")).click()
    await expect(warning).to_contain_text("Nothing of what is said will be written down")
    await warning.scroll_into_view_if_needed()
    await shot(page, "unwritten")
    await judge(page)
    await fits(page)
    await admin.do("PUT", "/settings/insight", {"speech": "auto"})
    unwritten = (await admin.get("/settings/insight"))["unwritten"]
    await expect(warning).to_have_count(1 if unwritten else 0)
    await expect(warning.filter(has_text="Nothing of what")).to_have_count(0 if len(unwritten) < 3 else 1)
