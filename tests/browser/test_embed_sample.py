"""What docs/widget.md tells sites to put on their pages: it opens there, and knows whom the site has signed."""

from __future__ import annotations

from typing import Any

from playwright.async_api import expect
from sample_documents import code_of
from sample_office import Office
from sample_screens import Chat

PAGE = (
    "<!doctype html><html lang='fi'><head><title>A site</title></head><body><h1>A site</h1>{}</body></html>"
)


async def test_the_line_on_a_page_opens_the_widget_for_who_is_signed(office: Office) -> None:
    ours = office.sample.workstreams["Web chat"]
    admin = await office.caller("admin")
    secret = (await admin.do("POST", f"/workstreams/{ours}/widget/secret", {}))["secret"]
    await admin.do("PATCH", f"/workstreams/{ours}/widget", {"identity": "strict"})
    names: dict[str, Any] = {}
    exec(code_of("widget.md", "python"), names)  # noqa: S102 - what readers are told to run
    token = names["identity"](secret, "4711", "Kaisa Niemi", "kaisa@example.com")
    line = code_of("widget.md", "html").strip()
    assert line.count("https://desk.example/") == 1
    assert line.count("pk_…") == 1
    line = line.replace("https://desk.example/", f"{office.address}/").replace("pk_…", office.key("Web chat"))
    page = await office.page()
    # A page of this address, which a browser lets reach it, without anything of the house's own on it.
    await page.goto("/widget/demo/shop.css")
    await page.set_content(PAGE.format(line))
    await expect(page.get_by_role("button", name="Avaa keskustelu")).to_be_visible()
    await page.evaluate("token => valvomo.identify(token)", token)
    await page.get_by_role("button", name="Avaa keskustelu").click()
    chat = Chat(page)
    await page.get_by_role("button", name="Aloita keskustelu").click()
    await page.get_by_label("Kirjoita viesti").fill("Hei")
    await page.keyboard.press("Enter")
    conversation = (await ongoing(office))[0]
    assert (conversation["customer"]["name"], conversation["verified"]) == ("Kaisa Niemi", True)
    await page.evaluate("() => valvomo.signOut()")
    await expect(chat.log.get_by_text("Hei", exact=True)).to_have_count(0)


async def ongoing(office: Office) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await (await office.caller("eino")).get("/conversations"))["items"]
    return found
