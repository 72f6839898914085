"""Files in a talk: by picker, drop and paste; seen, opened, refused with the reason; and nothing of them runs."""

import asyncio
import base64
from typing import Any

import pytest
import sample_files as files
from playwright.async_api import FilePayload, Locator, Page, expect
from sample_looks import fits, judge
from sample_office import Office
from sample_screens import Chat, Desk

CUSTOMER = "Ada Lovelace"
BRING = """([node, name, type, kind, data]) => {
  const bytes = Uint8Array.from(atob(data), (one) => one.charCodeAt(0))
  const carried = new DataTransfer()
  carried.items.add(new File([bytes], name, { type }))
  const how = { bubbles: true, cancelable: true }
  if (kind === 'paste') return node.dispatchEvent(new ClipboardEvent('paste', { ...how, clipboardData: carried }))
  node.dispatchEvent(new DragEvent('dragover', { ...how, dataTransfer: carried }))
  node.dispatchEvent(new DragEvent('drop', { ...how, dataTransfer: carried }))
}"""


def payload(name: str, kind: str, data: bytes) -> FilePayload:
    return {"name": name, "mimeType": kind, "buffer": data}


async def bring(page: Page, onto: Locator, how: str, one: FilePayload) -> None:
    """Drop a file onto something, or paste it there."""
    node = await onto.element_handle()
    data = base64.b64encode(one["buffer"]).decode()
    await page.evaluate(BRING, [node, one["name"], one["mimeType"], how, data])


async def begun(office: Office, **how: Any) -> tuple[Chat, Desk]:
    chat, desk = await asyncio.gather(Chat.visit(office, **how), Desk.open(office, **how))
    await chat.start(CUSTOMER)
    await desk.accept(CUSTOMER)
    await expect(chat.panel.get_by_label("Attach files")).to_have_count(2)
    return chat, desk


async def test_pictures_and_papers_go_both_ways(office: Office) -> None:
    chat, desk = await begun(office)
    await chat.panel.locator("input[type=file]").set_input_files(
        [payload("parcel.png", "image/png", files.picture("PNG", (800, 500))),
         payload("label.jpg", "image/jpeg", files.picture("JPEG", (300, 300), "tomato"))]
    )  # fmt: skip
    await expect(chat.panel.locator("[data-stage=ready]")).to_have_count(2)
    await chat.say("Both arrived broken")
    await expect(chat.log.locator(".picture img")).to_have_count(2)
    bubble = desk.talk.message("Both arrived broken")
    await expect(bubble.locator("[data-attachments] img")).to_have_count(2)
    await bubble.get_by_role("button", name="Open picture parcel.png").click()
    viewer = desk.page.get_by_role("dialog")
    await expect(viewer.get_by_role("img", name="parcel.png")).to_be_visible()
    assert await viewer.locator("img").evaluate("(one) => one.decode().then(() => one.naturalWidth)") == 800
    await judge(desk.page)
    await viewer.get_by_role("button", name="Next picture").press("ArrowRight")
    await expect(viewer.get_by_role("img", name="label.jpg")).to_be_visible()
    await desk.page.keyboard.press("Escape")
    await expect(viewer).to_have_count(0)

    composer = desk.talk.composer
    await bring(desk.page, composer, "drop", payload("return.pdf", "application/pdf", files.PDF))
    await bring(
        desk.page, composer.get_by_role("textbox"), "paste", payload("", "image/png", files.picture())
    )
    await expect(composer.locator("[data-stage=ready]")).to_have_count(2)
    await composer.locator("button[type=submit]").click()
    await expect(chat.log.get_by_role("link", name="Download return.pdf")).to_be_visible()
    await expect(composer.locator("[data-files]")).to_have_count(0)
    async with chat.page.expect_download() as coming:
        await chat.log.get_by_role("link", name="Download return.pdf").click()
    assert (await coming.value).suggested_filename == "return.pdf"
    await chat.log.get_by_role("button", name="Open picture parcel.png").click()
    await expect(chat.panel.get_by_role("dialog", name="parcel.png")).to_be_visible()
    await judge(chat.page)
    await chat.page.keyboard.press("Escape")
    await expect(chat.panel.get_by_role("dialog")).to_have_count(0)
    await expect(chat.panel).to_be_visible()


async def test_what_is_refused_says_why_and_can_be_taken_out(office: Office) -> None:
    chat, desk = await begun(office)
    office.watch.expect(422)
    broken = payload("broken.png", "image/png", files.picture()[:60])
    program = payload("setup.exe", "application/octet-stream", files.PROGRAMS[0])
    for page, box in ((chat.page, chat.panel), (desk.page, desk.talk.composer)):
        await box.locator("input[type=file]").set_input_files([program, broken])
        await expect(box.locator("[data-stage=refused]")).to_have_count(2)
        await expect(box.get_by_text("A file that could be run is never taken")).to_be_visible()
        await expect(box.get_by_text("The picture is damaged and cannot be shown.")).to_be_visible()
        await expect(box.locator("button[type=submit]")).to_be_disabled()
        await judge(page)
        for name in ("setup.exe", "broken.png"):
            await box.get_by_role("button", name=f"Remove {name}").click()
        await expect(box.locator("[data-stage]")).to_have_count(0)


async def test_what_was_put_to_a_note_never_goes_with_a_reply(office: Office) -> None:
    chat, desk = await begun(office)
    composer = desk.talk.composer
    await composer.get_by_role("button", name="Internal note", exact=True).click()
    await composer.locator("input[type=file]").set_input_files(
        payload("secret.png", "image/png", files.picture())
    )
    await expect(composer.locator("[data-stage=ready]")).to_have_count(1)
    await composer.get_by_role("button", name="Everyone", exact=True).click()
    await expect(composer.locator("[data-stage]")).to_have_count(0)
    await desk.talk.write("Hello")
    await chat.reads("Hello")
    await composer.get_by_role("button", name="Internal note", exact=True).click()
    await expect(composer.locator("[data-stage=ready]")).to_have_count(1)
    await composer.locator("button[type=submit]").click()
    await expect(desk.talk.log.locator("[data-visibility=internal] [data-attachments] img")).to_be_visible()
    await desk.talk.write("And good bye", "Everyone")
    await chat.reads("And good bye")
    await expect(chat.log.locator(".files")).to_have_count(0)


async def test_an_upload_that_breaks_off_is_sent_again_and_one_that_lasts_is_stopped(office: Office) -> None:
    chat, desk = await begun(office)
    composer, lost = desk.talk.composer, [True]

    async def lose(route: Any) -> None:
        await (route.abort() if lost[0] else route.continue_())

    await desk.page.route("**/attachments?name=*", lose)
    await composer.locator("input[type=file]").set_input_files(payload("a.png", "image/png", files.picture()))
    await expect(composer.locator("[data-stage=failed]")).to_have_count(1)
    lost[0] = False
    await composer.get_by_role("button", name="Send a.png again").click()
    await expect(composer.locator("[data-stage=ready]")).to_have_count(1)
    held = asyncio.Event()

    async def hold(route: Any) -> None:
        await held.wait()
        await route.abort()

    await chat.page.route("**/attachments?name=*", hold)
    await chat.panel.locator("input[type=file]").set_input_files(
        payload("b.png", "image/png", files.picture())
    )
    await chat.panel.get_by_label("Write a message").fill("Wait")
    await expect(chat.panel.get_by_role("button", name="Send", exact=True)).to_be_disabled()
    await chat.panel.get_by_role("button", name="Remove b.png").click()
    await expect(chat.panel.get_by_role("button", name="Send", exact=True)).to_be_enabled()
    held.set()


@pytest.mark.parametrize("name", ["page.html", "drawing.svg"])
async def test_a_page_that_somebody_sent_runs_nowhere(office: Office, name: str) -> None:
    admin = await office.caller("admin")
    everything = {"kinds": ["image", "audio", "video", "document", "archive", "other"]}
    where = f"/workstreams/{office.sample.workstreams['Web chat']}"
    await admin.do("PATCH", where, {"attachments": {"customer": everything}})
    chat, desk = await begun(office)
    data, kind = (files.HTML, "text/html") if name.endswith("html") else (files.SVG, "image/svg+xml")
    await chat.panel.locator("input[type=file]").set_input_files(payload(name, kind, data))
    await expect(chat.panel.locator("[data-stage=ready]")).to_have_count(1)
    await chat.panel.get_by_role("button", name="Send", exact=True).click()
    link = desk.talk.log.get_by_role("link", name=f"Download {name}")
    await expect(link).to_be_visible()
    address = str(await link.evaluate("(one) => one.href"))
    page = desk.page
    await page.evaluate("window.heard = []; addEventListener('message', (event) => heard.push(event.data))")
    async with page.expect_download() as coming:
        await link.click()
    assert (await coming.value).suggested_filename == name
    # However a page of ours or anybody else might show it: in a frame, as a script, as a picture, by itself.
    for tag, attribute in (
        ("iframe", "src"),
        ("object", "data"),
        ("embed", "src"),
        ("script", "src"),
        ("img", "src"),
    ):
        await page.evaluate(
            """([tag, attribute, address]) => new Promise((done) => {
              const one = document.createElement(tag)
              one.onload = one.onerror = done
              one.setAttribute(attribute, address)
              document.body.append(one)
              setTimeout(done, 500)
            })""",
            [tag, attribute, address],
        )
    alone = await office.page()
    async with alone.expect_download():
        await alone.evaluate("(address) => { location.href = address }", address)
    assert await page.evaluate("window.heard") == []
    assert "ran" not in (await page.title(), await alone.title())
    office.watch.faults[:] = [
        one for one in office.watch.faults if "frame" not in one and "/files/" not in one
    ]


async def test_it_fits_a_phone_in_finnish_and_in_the_dark(office: Office) -> None:
    chat, desk = await begun(office, color_scheme="dark")
    long = "erittäin pitkä tiedoston nimi joka ei mahdu mihinkään puhelimen näytölle mitenkään.pdf"
    for _ in range(2):
        await chat.panel.locator("input[type=file]").set_input_files(
            [
                payload(long, "application/pdf", files.PDF),
                payload("a.png", "image/png", files.picture("PNG", (900, 300))),
            ]
        )
        await expect(chat.panel.locator("[data-stage=ready]")).to_have_count(2)
        await chat.panel.get_by_role("button", name="Send", exact=True).click()
        await expect(chat.panel.locator("[data-stage]")).to_have_count(0)
    await expect(desk.talk.log.locator("[data-attachments] img")).to_have_count(2)
    await chat.panel.locator("input[type=file]").set_input_files(payload(long, "application/pdf", files.PDF))
    await desk.talk.composer.locator("input[type=file]").set_input_files(
        payload(long, "application/pdf", files.PDF)
    )
    for page in (chat.page, desk.page):
        await page.set_viewport_size({"width": 390, "height": 800})
        await fits(page)
        await judge(page)
