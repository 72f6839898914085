"""Channels in a browser: an account is set up, a customer writes over it, and the desk sees how far answers come."""

import base64
import json
import os
import re
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
import sample_files as files
from playwright.async_api import FilePayload, Page, ViewportSize, expect
from sample_line import received, reported
from sample_looks import fits, judge
from sample_office import Office
from sample_provider import Said, StandIn
from sample_screens import Desk

from valvomo.channels.signing import signed
from valvomo.channels.twilio.signing import signature

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
WORDS = {
    "en": (
        "Add an account", "Name", "Address of the system", "Generate", "Save", "Ask the provider",
        "The account works.",
    ),
    "fi": (
        "Lisää tili", "Nimi", "Järjestelmän osoite", "Luo", "Tallenna", "Kysy palveluntarjoajalta", "Tili toimii.",
    ),
}  # fmt: skip
TOKEN = "0123456789abcdef0123456789abcdef"
PHONE: ViewportSize = {"width": 390, "height": 844}


async def shot(page: Page, name: str) -> None:
    """A picture, where somebody wants to look at them."""
    if folder := os.environ.get("VALVOMO_TEST_PICTURES"):
        await page.screenshot(path=f"{folder}/channels-{name}.png", animations="disabled")


async def say(account: dict[str, Any], body: dict[str, Any]) -> None:
    """The system says something to the account."""
    content = json.dumps(body).encode()
    headers = signed(
        SECRET, f"call-{body['type']}-{body['data'].get('state', '')}", datetime.now(UTC), content
    )
    async with httpx.AsyncClient() as client:
        answer = await client.post(account["callback"], content=content, headers=headers)
    assert answer.status_code == 200, answer.text


async def an_account(office: Office, system: StandIn) -> dict[str, Any]:
    """At our system, for a workstream that is there."""
    admin = await office.caller("admin")
    found = (await admin.get("/workstreams"))["items"]
    one = next(each for each in found if each["name"] == "Our system")
    filled = {"settings": {"url": f"{system.url}/in", "settling_seconds": 0}, "secrets": {"secret": SECRET}}
    body = {"provider": "custom", "name": "Our system", "workstream_id": one["id"], **filled}
    return dict(await admin.do("POST", "/channel-accounts", body))


async def workstream(office: Office) -> None:
    queue = (await office.caller("admin")), office.sample.queues["Support"]
    body = {"name": "Our system", "channel": "custom", "queue": queue[1]}
    await queue[0].do("POST", "/workstreams", body)


@pytest.mark.parametrize("language", ["en", "fi"])
async def test_an_account_is_set_up_and_tried(office: Office, language: str) -> None:
    await workstream(office)
    words = WORDS[language]
    page = await office.page("admin")
    await page.add_init_script(f"localStorage.setItem('valvomo.language', '{language}')")
    async with StandIn().open() as system:
        await page.goto("/admin/channels")
        await page.get_by_role("button", name=words[0]).first.click()
        await shot(page, f"add-{language}")
        await judge(page)
        dialog = page.get_by_role("dialog")
        await dialog.get_by_label(words[1], exact=True).fill("Our system")
        await dialog.get_by_label(words[2]).fill(f"{system.url}/in")
        await dialog.get_by_role("button", name=words[3]).click()
        await dialog.get_by_role("button", name=words[4]).click()
        row = page.get_by_role("grid").get_by_role("row").filter(has_text="Our system")
        await expect(row).to_be_visible()
        await row.dblclick()
        await dialog.get_by_role("button", name=words[5]).click()
        await expect(dialog.get_by_role("status")).to_have_text(words[6])
        await shot(page, f"one-{language}")
        await judge(page)
        await fits(page)
    assert json.loads(system.asked[0].body)["type"] == "ping"


async def test_a_customer_writes_and_the_answer_is_followed_to_them(office: Office) -> None:
    await workstream(office)
    async with StandIn().open() as system:
        account = await an_account(office, system)
        desk = await Desk.open(office, available=False)
        await say(account, received("ann", "Where is my parcel?", "m1", datetime.now(UTC)))
        await desk.page.get_by_role("button", name="Pick the conversation with Customer ann").click()
        await expect(desk.page.get_by_text("Where is my parcel?").first).to_be_visible()
        conversation = (await (await office.caller("eino")).get("/conversations"))["items"][0]["id"]
        eino = await office.caller("eino")
        await eino.do("POST", f"/conversations/{conversation}/messages", {"text": "On its way."})
        await expect(desk.page.locator("[data-delivery=sent]")).to_be_visible()
        await system.until(1)
        message = json.loads(system.asked[0].body)["data"]["id"]
        await say(account, reported(message, "delivered", datetime.now(UTC)))
        await expect(desk.page.locator("[data-delivery=delivered]")).to_be_visible()
        system.answer = lambda _asked: Said(422)
        await eino.do("POST", f"/conversations/{conversation}/messages", {"text": "Anything else?"})
        await expect(desk.page.locator("[data-delivery=failed]")).to_contain_text("refused")
        await shot(desk.page, "desk")
        await judge(desk.page)
        page = await office.page("admin")
        await page.goto("/admin/channels")
        await page.get_by_role("button", name="1 failed at Our system").click()
        await expect(page.get_by_role("dialog")).to_contain_text("Anything else?")
        await shot(page, "failed")
        await judge(page)
        system.answer = lambda _asked: Said()
        await page.get_by_role("button", name="Try again: Customer ann").click()
        await expect(page.get_by_text("Nothing has failed")).to_be_visible()
        await expect(desk.page.locator("[data-delivery=failed]")).to_be_hidden()


async def test_an_account_that_is_held_is_said_on_the_desk_and_the_floor(office: Office) -> None:
    await workstream(office)
    async with StandIn(lambda _asked: Said(401)).open() as system:
        account = await an_account(office, system)
        desk = await Desk.open(office, available=False)
        await say(account, received("ann", "Where is my parcel?", "m1", datetime.now(UTC)))
        await desk.page.get_by_role("button", name="Pick the conversation with Customer ann").click()
        await expect(desk.page.get_by_text("Where is my parcel?").first).to_be_visible()
        notice = desk.page.locator("[data-account-trouble]")
        await expect(notice).to_have_count(0)
        await desk.talk.write("On its way.")
        await expect(notice).to_contain_text("Nothing goes out over Our system now")
        await judge(desk.page)
        await shot(desk.page, "held-desk")
        floor = await office.page("saara", viewport=PHONE, color_scheme="dark")
        await floor.add_init_script("localStorage.setItem('valvomo.language', 'fi')")
        await floor.goto("/floor")
        light = floor.locator("[data-health=warn]")
        await light.click()
        await expect(floor.locator("[data-waiting]")).to_contain_text(
            "Kanavaan Our system ei ole lähtenyt mitään"
        )
        await fits(floor)
        await judge(floor)
        await shot(floor, "held-floor")
        system.answer = lambda _asked: Said()
        admin = await office.caller("admin")
        await admin.do("POST", f"/channel-accounts/{account['id']}/check", {})
        await expect(desk.page.locator("[data-delivery=sent]")).to_be_visible()
        await expect(notice).to_have_count(0)
        await expect(floor.locator("[data-waiting]")).to_have_count(0)


async def test_the_list_on_a_phone_in_the_dark(office: Office) -> None:
    page = await office.page("admin", viewport=PHONE, color_scheme="dark")
    await page.goto("/admin/channels")
    await expect(page.get_by_text("No channel account yet")).to_be_visible()
    await shot(page, "phone")
    await fits(page)
    await judge(page)


async def crowded(desk: Desk, account: dict[str, Any], system: StandIn) -> None:
    """Many files with long names that are not to be had, in Finnish on a telephone."""
    long = "a-very-long-name-of-a-file-" * 6
    gone = [{"url": f"{system.url}/gone{number}", "name": f"{number}{long}.pdf"} for number in range(8)]
    await say(account, received("ann", "And these", "m2", datetime.now(UTC), attachments=gone))
    await desk.page.evaluate("localStorage.setItem('valvomo.language', 'fi')")
    await desk.page.reload()
    many = desk.talk.message("And these").locator("[data-state=failed]")
    await expect(many).to_have_count(8)
    await expect(many.first.get_by_role("button", name="Yritä uudelleen: 0")).to_be_visible()
    await expect(many.first).to_contain_text("Palveluntarjoajalla ei ole sitä enää.")
    await shot(desk.page, "files-crowded-fi")
    await judge(desk.page)
    await fits(desk.page)


async def test_files_come_from_a_customer_and_go_to_them(office: Office) -> None:
    await workstream(office)
    held = {"/photo": files.picture("PNG", (800, 500)), "/receipt": files.PDF, "/voice": files.sound()}
    async with StandIn(lambda asked: Said(body=held[asked.path]) if asked.path in held else
                       Said(status=200 if asked.path == "/in" else 404)).open() as system:  # fmt: skip
        account = await an_account(office, system)
        desk = await Desk.open(office, available=False)
        named = {"photo": "parcel.png", "voice": "message.wav", "receipt": "receipt.pdf", "late": "late.png"}
        attached = [{"url": f"{system.url}/{path}", "name": name} for path, name in named.items()]
        written = received("ann", "It arrived broken", "m1", datetime.now(UTC), attachments=attached)
        await say(account, written)
        await desk.page.get_by_role("button", name="Pick the conversation with Customer ann").click()
        bubble = desk.talk.message("It arrived broken")
        await expect(bubble.locator("[data-attachments] img")).to_be_visible()
        await expect(bubble.locator("audio")).to_have_attribute("src", re.compile("^/files/"))
        await expect(bubble.get_by_role("link", name="Download receipt.pdf")).to_be_visible()
        failed = bubble.locator("[data-state=failed]")
        await expect(failed).to_contain_text("The provider does not have it any more.")
        await shot(desk.page, "files-in")
        await judge(desk.page)
        await desk.page.emulate_media(color_scheme="dark")
        await shot(desk.page, "files-dark")
        await judge(desk.page)
        await desk.page.emulate_media(color_scheme="light")
        held["/late"] = files.picture("PNG", (200, 200), "tomato")
        await failed.get_by_role("button", name="Try again: late.png").click()
        await expect(bubble.locator("[data-attachments] img")).to_have_count(2)
        await expect(bubble.locator("[data-media]")).to_have_count(0)

        composer = desk.talk.composer
        attach = composer.locator("[data-attach]")
        await expect(attach).to_have_attribute(
            "aria-label", re.compile("up to 10 ?MB each, 10 with a message")
        )
        label: FilePayload = {
            "name": "label.png",
            "mimeType": "image/png",
            "buffer": files.picture("PNG", (300, 200)),
        }
        await composer.locator("input[type=file]").set_input_files([label])
        await expect(composer.locator("[data-stage=ready]")).to_have_count(1)
        await desk.talk.write("Print this label")
        await expect(desk.page.locator("[data-delivery=sent]")).to_be_visible()
        told = next(json.loads(one.body) for one in system.asked if one.method == "POST")["data"]
        assert [(one["name"], one["media_type"]) for one in told["attachments"]] == [
            ("label.png", "image/png")
        ]
        async with httpx.AsyncClient() as client:
            opened = await client.get(told["attachments"][0]["url"])
        assert (opened.status_code, opened.headers["content-type"]) == (200, "image/png")
        assert opened.headers["content-disposition"].startswith("attachment")
        await shot(desk.page, "files-out")
        await desk.page.set_viewport_size(PHONE)
        await shot(desk.page, "files-phone")
        await fits(desk.page)
        await crowded(desk, account, system)


async def test_where_only_words_go_the_composer_says_so(office: Office) -> None:
    admin = await office.caller("admin")
    queue = office.sample.queues["Support"]
    one = await admin.do("POST", "/workstreams", {"name": "SMS here", "channel": "sms", "queue": queue})
    async with StandIn().open() as api:
        settings = {"account_sid": "AC" + "0" * 32, "sender": "+358457000000", "base_url": api.url}
        body = {"provider": "twilio", "name": "SMS here", "workstream_id": one["id"], "settings": settings,
                "secrets": {"auth_token": TOKEN}}  # fmt: skip
        account = await admin.do("POST", "/channel-accounts", body)
        desk = await Desk.open(office, available=False)
        fields = {
            "MessageSid": "SM" + "1" * 32,
            "From": "+358401234567",
            "Body": "Where is it?",
            "NumMedia": "0",
        }
        signed_by = signature(TOKEN, account["callback"], list(fields.items()))
        async with httpx.AsyncClient() as client:
            answer = await client.post(
                account["callback"], data=fields, headers={"X-Twilio-Signature": signed_by}
            )
        assert answer.status_code == 200, answer.text
        await desk.page.get_by_role("button", name="Pick the conversation with +358401234567").click()
        attach = desk.talk.composer.locator("[data-attach]")
        await expect(attach).to_be_disabled()
        await expect(attach).to_have_attribute(
            "aria-label", re.compile("Nothing but words reaches the customer")
        )
        await shot(desk.page, "words-only")
        await judge(desk.page)
        eino = await office.caller("eino")
        conversation = (await eino.get("/conversations"))["items"][0]["id"]
        allowance = await eino.get(f"/conversations/{conversation}/attachments/allowance")
        assert (allowance["allowed"], allowance["most"]) == (False, 0)
