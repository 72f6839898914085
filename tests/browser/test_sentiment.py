"""What customers feel, on the floor, in the transcript and on the desk; and an administrator tries a model first."""

from __future__ import annotations

import asyncio

from playwright.async_api import expect
from sample_office import Office
from sample_screens import Chat, Desk, Floor

from valvomo.commands.conversations.measure import MeasureSentiment
from valvomo.commands.execute import Done, Executor
from valvomo.db.database import Database
from valvomo.db.doorbell import Doorbell
from valvomo.domain.access.actor import system
from valvomo.domain.conversations.measure import Measured
from valvomo.main.clock import now

CUSTOMER = "Ada Lovelace"
LABELLED = (
    "text\tlabel\nThank you, wonderful!\tpositive\nThis is awful, I am angry\tnegative\nWhere is my bill?\tneutral\n"
    "no label here\n"
)


async def feel(office: Office, database: Database, conversation: str, *scores: float) -> None:
    """What a model says of the customer's first messages."""
    readings = tuple(
        Measured(seq=number, said_at=now(), score=score, confidence=0.95)
        for number, score in enumerate(scores, start=1)
    )
    actor = system(office.sample.organization_id, "insight")
    command = MeasureSentiment(readings={conversation: readings})
    outcome = await Executor(database, now, Doorbell()).execute(actor, command)
    assert isinstance(outcome, Done), outcome


async def test_supervisors_see_what_a_customer_feels_and_the_agent_does_not(
    office: Office, database: Database
) -> None:
    chat, desk, floor = await asyncio.gather(Chat.visit(office), Desk.open(office), Floor.open(office))
    await chat.start(CUSTOMER)
    await desk.accept(CUSTOMER)
    for text in ("Hello there", "Still waiting", "This is awful"):
        await chat.say(text)
        await desk.talk.reads(text)
    conversation = desk.page.url.rpartition("/")[2]
    await feel(office, database, conversation, 0.1, -0.4, -0.9)
    row = floor.row(CUSTOMER)
    await expect(row.locator("[data-sentiment=negative]")).to_have_text("Negative")
    await expect(row.locator("[data-sparkline]")).to_be_visible()
    await expect(row.get_by_text("falling", exact=True)).to_have_count(1)
    await floor.act(CUSTOMER, "Monitor").click()
    bubble = floor.pane.box.locator("[data-seq='3']")
    await expect(bubble.locator("[data-sentiment=very_negative]")).to_have_text("Very negative")
    await expect(floor.pane.box.locator("[data-curve]")).to_be_visible()
    await expect(desk.page.locator("[data-sentiment]")).to_have_count(0)
    assert "egative" not in await chat.panel.inner_text()


async def test_agents_see_it_where_the_organization_says_so_and_are_hinted(
    office: Office, database: Database
) -> None:
    await office.switch(show_agents_sentiment=True)
    admin = await office.caller("admin")
    queue = office.sample.queues["Support"]
    await admin.do("PATCH", f"/queues/{queue}", {"sentiment_alert_agent": "negative"})
    chat, desk = await asyncio.gather(Chat.visit(office), Desk.open(office))
    await chat.start(CUSTOMER)
    await desk.accept(CUSTOMER)
    await chat.say("This is awful")
    await desk.talk.reads("This is awful")
    await feel(office, database, desk.page.url.rpartition("/")[2], -0.95)
    await expect(desk.page.locator("[data-hint]")).to_contain_text("The customer seems unhappy")
    await expect(desk.page.locator("[data-seq='1'] [data-sentiment=very_negative]")).to_have_count(1)


async def test_an_administrator_tries_a_model_before_choosing_it(office: Office) -> None:
    page = await office.page("admin")
    await page.goto("/admin/insight")
    measures = page.get_by_role("region", name="What measures")
    await expect(measures.get_by_role("radio", name="Automatic")).to_be_checked()
    await expect(measures.get_by_role("radio", name="Endpoint of the operator")).to_be_disabled()
    await page.get_by_label("Labelled file").set_input_files(
        {"name": "ours.tsv", "mimeType": "text/plain", "buffer": LABELLED.encode()}
    )
    await expect(page.get_by_text("3 rows read.")).to_be_visible()
    await expect(page.get_by_text("Line 5 has no text or no label.")).to_be_visible()
    await page.get_by_role("button", name="Measure").click()
    tried = page.get_by_role("table", name="Results").locator("[data-tried=e5]")
    await expect(tried).to_contain_text("100%", timeout=60_000)
    await page.get_by_role("radio", name="Word list (VADER)").click()
    await expect(page.get_by_text("Saved. It holds from the next event on.")).to_be_visible()
    await page.reload()
    await expect(page.get_by_role("radio", name="Word list (VADER)")).to_be_checked()


async def test_thresholds_are_kept_with_the_queue(office: Office) -> None:
    page = await office.page("admin")
    await page.goto("/admin/queues")
    await page.get_by_role("grid", name="Queues").locator("tbody tr").filter(has_text="Support").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Alert to supervisors").select_option("very_negative")
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog).to_have_count(0)
    stored = await (await office.caller("admin")).get(f"/queues/{office.sample.queues['Support']}")
    assert (stored["sentiment_alert_supervisor"], stored["sentiment_alert_agent"]) == ("very_negative", None)
