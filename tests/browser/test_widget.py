"""The widget where it counts: how it went, without a network, signed in, while nobody serves."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import time
from typing import Any

import sample_files as files
from playwright.async_api import FilePayload, expect
from sample_looks import fits, judge
from sample_office import Office
from sample_screens import Chat, Desk

CUSTOMER = "Ada Lovelace"
QUESTIONS = [
    {"id": "solved", "kind": "yes_no", "words": {"en": "Did we solve it?", "fi": "Ratkesiko asia?"}},
    {
        "id": "why",
        "kind": "words",
        "words": {"en": "What could be better?", "fi": "Mikä voisi olla paremmin?"},
    },
]


async def setup(office: Office, **widget: Any) -> None:
    admin, ours = await office.caller("admin"), office.sample.workstreams["Web chat"]
    await admin.do("PATCH", f"/workstreams/{ours}/widget", widget)


async def begun(office: Office, **how: Any) -> tuple[Chat, Desk]:
    chat, desk = await asyncio.gather(Chat.visit(office, **how), Desk.open(office))
    await chat.start(CUSTOMER)
    await desk.accept(CUSTOMER)
    return chat, desk


async def opened(office: Office, **how: Any) -> Chat:
    chat = await Chat.visit(office, **how)
    await chat.page.get_by_role("button", name="Open chat").click()
    return chat


async def write(chat: Chat, text: str) -> None:
    """Write, whatever comes of it."""
    await chat.panel.get_by_label("Write a message").fill(text)
    await chat.panel.get_by_role("button", name="Send", exact=True).click()


async def test_the_customer_says_how_it_went_and_changes_their_mind(office: Office) -> None:
    await setup(office, survey={"kind": "csat", "questions": QUESTIONS})
    chat, desk = await begun(office)
    await chat.say("It is broken")
    await expect(desk.talk.message("It is broken")).to_be_visible()
    await (await office.caller("eino")).do("POST", f"/conversations/{await one_of(office)}/end")
    survey = chat.panel.locator(".survey")
    await expect(survey.get_by_role("group", name="How satisfied are you?")).to_be_visible()
    await judge(chat.page)
    await survey.get_by_role("button", name="Send answer").click()
    await expect(survey.get_by_role("alert")).to_have_text("Please choose a number.")
    await (
        survey.get_by_role("group", name="How satisfied are you?")
        .get_by_role("radio", name="2")
        .check(force=True)
    )
    await (
        survey.get_by_role("group", name="Did we solve it?").get_by_role("radio", name="No").check(force=True)
    )
    await survey.get_by_label("Anything you want to add?").fill("It took long")
    await survey.get_by_role("button", name="Send answer").click()
    await expect(chat.panel.get_by_text("Thank you for your answer.")).to_be_visible()
    saara = await office.caller("saara")
    known = await saara.get(f"/conversations/{await one_of(office)}/survey")
    assert (known["score"], known["comment"], known["answers"]) == (2, "It took long", {"solved": False})
    await chat.panel.get_by_role("button", name="Change it").click()
    await expect(survey.get_by_label("Anything you want to add?")).to_have_value("It took long")
    await survey.get_by_role("radio", name="5").check(force=True)
    await survey.get_by_role("button", name="Send answer").click()
    await expect(chat.panel.get_by_text("Thank you for your answer.")).to_be_visible()
    known = await saara.get(f"/conversations/{await one_of(office)}/survey")
    assert (known["score"], known["comment"]) == (5, "It took long")
    await expect(chat.panel.get_by_role("button", name="Start a new conversation")).to_be_visible()


async def one_of(office: Office) -> str:
    """The one conversation of this office."""
    saara = await office.caller("saara")
    for state in ("active", "wrap_up", "open", "closed"):
        items = (await saara.get("/conversations", state=state))["items"]
        if items:
            return str(items[0]["id"])
    raise AssertionError("there is none")


async def test_without_a_network_words_and_files_wait_survive_a_reload_and_go_in_order(
    office: Office,
) -> None:
    chat, desk = await begun(office)
    await chat.say("Before")
    await expect(desk.talk.message("Before")).to_be_visible()
    await expect(chat.panel.get_by_label("Attach files")).to_have_count(2)
    await chat.page.context.set_offline(True)
    await chat.panel.locator("input[type=file]").set_input_files(
        [FilePayload(name="parcel.png", mimeType="image/png", buffer=files.picture())]
    )
    await expect(chat.panel.locator("[data-stage=held]")).to_have_count(1)
    await write(chat, "First, with a picture")
    await write(chat, "Second")
    await expect(chat.log.locator("[data-unsent]")).to_have_count(2)
    await expect(chat.log.get_by_text("Waiting for the connection")).to_have_count(2)
    await judge(chat.page)
    other = await chat.page.context.new_page()
    await chat.page.context.set_offline(False)
    # The page goes before anything could be sent; another one of the site, later, finds what was written.
    await chat.page.close()
    await other.goto(f"/widget/demo?key={office.key()}&lang=en")
    await expect(desk.talk.message("Second")).to_be_visible()
    await expect(desk.talk.message("First, with a picture").locator("[data-attachments] img")).to_be_visible()
    said = await desk.talk.log.locator("[data-seq]").all_inner_texts()
    order = [
        next(number for number, line in enumerate(said) if words in line)
        for words in ("Before", "First", "Second")
    ]
    assert order == sorted(order)
    assert sum("Second" in line for line in said) == 1
    without_a_network(office)


async def test_a_token_that_opens_nothing_any_more_loses_no_words(office: Office) -> None:
    chat = await Chat.visit(office)
    await chat.start(CUSTOMER)
    office.watch.expect(404, 403)
    await expect(chat.panel.get_by_role("textbox")).to_be_visible()
    shop = chat.page.url
    # Away from the shop: the chat that still runs there would send what is put into its outbox.
    await chat.page.goto("/healthz")
    await chat.page.evaluate(
        """key => {
            localStorage.setItem(`valvomo.${key}.token`, '"vc_gone"')
            localStorage.setItem(`valvomo.${key}.outbox`, JSON.stringify(
                [{ client_id: 'kept-1', text: 'Still wanted', at: '', failed: null }]))
        }""",
        office.key(),
    )
    await chat.page.goto(shop)
    await expect(chat.panel.get_by_text("The earlier conversation is no longer available.")).to_be_visible()
    await expect(chat.panel.get_by_text("Still wanted")).to_be_visible()
    await expect(chat.panel.get_by_text("Not sent yet. It goes with the next conversation.")).to_be_visible()
    await judge(chat.page)
    await chat.panel.get_by_label("Your name").fill(CUSTOMER)
    await chat.panel.get_by_role("button", name="Start chat").click()
    await expect(chat.log.locator("[data-seq]", has_text="Still wanted")).to_be_visible()
    await expect(chat.log.locator("[data-unsent]")).to_have_count(0)
    without_a_network(office)


def without_a_network(office: Office) -> None:
    """What the browser says of a network that is cut belongs to the story."""
    office.watch.faults[:] = [one for one in office.watch.faults if "ERR_INTERNET_DISCONNECTED" not in one]


def signed(secret: str, subject: str, name: str) -> str:
    def part(what: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(what).encode()).rstrip(b"=").decode()

    said = f"{part({'alg': 'HS256'})}.{part({'sub': subject, 'name': name, 'exp': int(time.time()) + 600})}"
    signature = hmac.new(secret.encode(), said.encode(), hashlib.sha256).digest()
    return f"{said}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


async def test_two_people_in_one_browser_never_see_each_other_and_one_goes_on_elsewhere(
    office: Office,
) -> None:
    admin, ours = await office.caller("admin"), office.sample.workstreams["Web chat"]
    secret = (await admin.do("POST", f"/workstreams/{ours}/widget/secret", {}))["secret"]
    await setup(office, identity="strict")
    office.watch.expect(403)
    kaisa, ville = signed(secret, "1", "Kaisa Niemi"), signed(secret, "2", "Ville Aho")
    chat = await opened(office)
    await chat.page.evaluate("token => window.valvomo.identify(token)", kaisa)
    await expect(chat.panel.get_by_text("You are signed in as Kaisa Niemi.")).to_be_visible()
    await judge(chat.page)
    await chat.panel.get_by_role("button", name="Start chat").click()
    await chat.say("My secret order")
    await expect(chat.log.locator("[data-seq]", has_text="My secret order")).to_be_visible()
    await chat.page.evaluate("token => window.valvomo.identify(token)", ville)
    await expect(chat.page.get_by_text("My secret order")).to_have_count(0)
    await chat.page.get_by_role("button", name="Open chat").click()
    await expect(chat.panel.get_by_text("You are signed in as Ville Aho.")).to_be_visible()
    await chat.page.evaluate("window.valvomo.signOut()")
    await expect(chat.page.get_by_text("My secret order")).to_have_count(0)
    kept = await chat.page.evaluate("JSON.stringify({ ...localStorage, ...sessionStorage })")
    assert "~" not in kept
    elsewhere = await opened(office)
    await elsewhere.page.evaluate("token => window.valvomo.identify(token)", kaisa)
    await expect(elsewhere.log.locator("[data-seq]", has_text="My secret order")).to_be_visible()
    saara = await office.caller("saara")
    (row,) = (await saara.get("/conversations"))["items"]
    assert (row["verified"], row["customer"]["name"]) == (True, "Kaisa Niemi")
    await elsewhere.page.evaluate("token => window.valvomo.identify(token + 'x')", kaisa)
    await expect(elsewhere.panel.get_by_text("the signature is not by the secret")).to_be_visible()
    await judge(elsewhere.page)


async def test_a_message_is_left_while_nobody_serves(office: Office) -> None:
    admin = await office.caller("admin")
    hours = await admin.do("POST", "/hours", {"name": "Never", "time_zone": "Europe/Helsinki"})
    queue = office.sample.queues["Support"]
    await admin.do("PATCH", f"/queues/{queue}", {"hours_id": hours["id"]})
    other = await admin.do(
        "POST", "/workstreams", {"name": "Left", "channel": "persistent_chat", "queue": queue}
    )
    mail = await admin.do("POST", "/workstreams", {"name": "Mail", "channel": "email", "queue": queue})
    servers = {"imap_host": "imap.example.org", "smtp_host": "smtp.example.org"}
    account = {
        "provider": "email", "name": "Our mail", "workstream_id": mail["id"], "secrets": {"password": "hunter2"},
        "settings": {"address": "help@example.org", **servers},
    }  # fmt: skip
    mailbox = await admin.do("POST", "/channel-accounts", account)
    await setup(office, closed_to=other["id"], answers_by=mailbox["id"])
    page = await office.page(locale="fi-FI", viewport={"width": 390, "height": 780})
    await page.goto(f"/widget/demo?key={office.key()}&lang=fi")
    panel = page.locator("valvomo-chat .panel")
    await page.locator("valvomo-chat .bubble").click()
    await expect(panel.get_by_text("Olemme juuri nyt kiinni.")).to_be_visible()
    await panel.get_by_role("button", name="Jätä viesti").click()
    await panel.locator("[name=name]").fill("Kaisa")
    await panel.locator("[type=submit]").click()
    await expect(panel.get_by_role("alert")).to_contain_text("miten tavoitamme sinut")
    await panel.get_by_label("Sähköpostiosoite").fill("kaisa@example.com")
    await expect(panel.get_by_text("Vastaus tulee tänne ja tähän osoitteeseen.")).to_be_visible()
    await panel.get_by_label("Viestisi").fill("Soittakaa huomenna")
    await judge(page)
    await fits(page)
    await panel.locator("[type=submit]").click()
    await expect(
        panel.get_by_role("log").locator("[data-seq]", has_text="Soittakaa huomenna")
    ).to_be_visible()
    saara = await office.caller("saara")
    (row,) = (await saara.get("/conversations"))["items"]
    assert (row["channel"], row["workstream"]["name"]) == ("persistent_chat", "Left")
    contact = await saara.get(f"/contacts/{row['customer']['id']}")
    assert "kaisa@example.com" in json.dumps(contact)


async def test_each_side_sees_that_the_other_has_read_and_nobody_sees_who_watches(office: Office) -> None:
    chat = await Chat.visit(office)
    await chat.start(CUSTOMER)
    await chat.say("Is anybody there?")
    mine = chat.log.locator(".mine[data-seq]").filter(has_text="Is anybody there?")
    await expect(mine.get_by_text("Delivered")).to_be_visible()
    desk = await Desk.open(office)
    await desk.accept(CUSTOMER)
    await expect(mine.get_by_text("Read", exact=True)).to_be_visible()
    await desk.talk.write("Yes, I am")
    await chat.reads("Yes, I am")
    answer = desk.talk.message("Yes, I am")
    await expect(answer.locator("[data-delivery=read]")).to_be_visible()
    await asyncio.gather(chat.page.reload(), desk.page.reload())
    await expect(mine.get_by_text("Read", exact=True)).to_be_visible()
    await expect(answer.locator("[data-delivery=read]")).to_be_visible()
    await chat.page.get_by_role("button", name="Close chat").first.click()
    await desk.talk.write("Are you still there?")
    await expect(chat.page.get_by_role("button", name="Open chat, 1 unread")).to_be_visible()
    await expect(desk.talk.message("Are you still there?").locator("[data-delivery]")).to_have_count(0)


async def test_an_administrator_sets_it_up_and_is_shown_the_secret_once(office: Office) -> None:
    page = await office.page("admin", viewport={"width": 1280, "height": 1500})
    await page.goto(f"/admin/workstreams/{office.sample.workstreams['Web chat']}")
    await page.get_by_role("tab", name="Widget").click()
    await page.get_by_label("What is asked").select_option("csat")
    await page.get_by_role("button", name="Add a question").click()
    await judge(page)
    await page.get_by_label("English").fill("Was it quick?")
    await page.get_by_role("button", name="Make a secret").click()
    await page.get_by_role("dialog").get_by_role("button", name="Make a secret").click()
    await expect(page.get_by_text("It is not shown again.")).to_be_visible()
    await page.get_by_role("button", name="Close").last.click()
    await page.get_by_role("radio", name="A bad token is refused").click()
    await page.get_by_label("Video calls come in at").select_option("Not offered")
    await expect(page.get_by_label("Voice calls come in at").locator("option:checked")).to_have_text(
        "Voice calls"
    )
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Saved").first).to_be_visible()
    admin = await office.caller("admin")
    kept = await admin.get(f"/workstreams/{office.sample.workstreams['Web chat']}/widget")
    assert kept["survey"]["questions"][0]["words"] == {"en": "Was it quick?"}
    assert kept["identity"] == "strict"
    assert (kept["voice_to"], kept["video_to"]) == (office.sample.workstreams["Voice calls"], None)
    customer = await Chat.visit(office)
    await customer.page.get_by_role("button", name="Open chat").click()
    await expect(customer.panel.get_by_role("button", name="Call us", exact=True)).to_be_visible()
    await expect(customer.panel.get_by_role("button", name="Call us by video")).to_have_count(0)
