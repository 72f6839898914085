"""The floor as it was, in the console: jump, step, play, drag; it is marked as the past, and nothing can be pressed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.async_api import Page, expect
from sample_looks import fits, judge
from sample_office import Office
from sample_patience import until


async def kept(office: Office) -> None:
    """The past of a house that was founded a moment ago begins with the recorder's next round."""
    saara = await office.caller("saara")

    async def begun() -> bool:
        return (await saara.ask("GET", f"/replay?at={now()}")).is_success

    await until(begun)


def now() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")


async def lived(office: Office) -> tuple[str, str]:
    """Ada's conversation is served and force closed; a moment while it was, and one after."""
    await kept(office)
    conversation = await office.served("eino", "Ada Lovelace", subject="Where is my pail")
    eino = await office.caller("eino")
    message = {"text": "Good morning", "visibility": "public", "client_id": "one"}
    await eino.do("POST", f"/conversations/{conversation}/messages", message)
    during = now()
    await (await office.caller("saara")).do(
        "POST", f"/conversations/{conversation}/force-close", {"reason": "Tried out"}
    )
    await office.matter("Grace Hopper")
    return during, now()


async def opened(office: Office, at: str, person: str = "saara", **how: Any) -> Page:
    page = await office.page(person, **how)
    await page.goto(f"/replay?at={at}")
    await expect(page.locator("[data-clock]")).to_be_visible()
    return page


async def test_the_floor_as_it_was_and_step_by_step_on_and_back(office: Office) -> None:
    during, after = await lived(office)
    page = await opened(office, during)
    ada = page.get_by_role("row", name="Ada Lovelace")
    grace = page.get_by_role("row", name="Grace Hopper")
    await expect(ada).to_contain_text("Where is my pail")
    await expect(ada).to_contain_text("Good morning")
    await expect(ada).to_contain_text("Eino")
    await expect(page.locator("[data-figure=active]")).to_contain_text("1")
    await expect(page.get_by_text("The past", exact=True)).to_be_visible()
    for act in ("Monitor", "Assign", "Transfer", "Force close"):
        await expect(page.get_by_role("button", name=act, exact=True)).to_have_count(0)
    await page.get_by_role("button", name="On to the next change").click()
    await expect(ada).to_have_count(0)
    await expect(page.locator("[data-happened]")).to_contain_text("Tried out")
    await page.keyboard.press("]")
    await expect(grace).to_be_visible()
    await page.keyboard.press("[")
    await expect(grace).to_have_count(0)
    await page.keyboard.press("[")
    await expect(ada).to_contain_text("Good morning")
    await judge(page)
    # The same address shows the same moment again.
    await page.goto(f"/replay?at={after}")
    await expect(grace).to_be_visible()
    await expect(ada).to_have_count(0)


async def test_it_goes_on_past_a_change_of_settings(office: Office) -> None:
    """From there on the floor is asked for anew: what changed it is in it, and what came later comes."""
    await kept(office)
    await office.matter("Ada Lovelace")
    before = now()
    path = f"/queues/{office.sample.queues['Support']}"
    await (await office.caller("admin")).do("PATCH", path, {"name": "Front desk"})
    await office.matter("Grace Hopper", queue="Front desk")
    page = await opened(office, before)
    ada = page.get_by_role("row", name="Ada Lovelace")
    await expect(ada).to_contain_text("Support")
    await page.get_by_role("button", name="On to the next change").click()
    await expect(ada).to_contain_text("Front desk")
    await page.get_by_role("button", name="On to the next change").click()
    await expect(page.get_by_role("row", name="Grace Hopper")).to_be_visible()


async def test_playing_leads_to_the_present_and_stops_there(office: Office) -> None:
    during, _ = await lived(office)
    page = await opened(office, during)
    await page.get_by_text("60×", exact=True).click()
    await page.get_by_role("button", name="Play", exact=True).click()
    await expect(page.get_by_role("row", name="Grace Hopper")).to_be_visible()
    await expect(page.get_by_role("row", name="Ada Lovelace")).to_have_count(0)
    await expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    await page.get_by_role("button", name="Back to the present").click()
    await expect(page).to_have_url(f"{office.address}/floor")


async def test_why_it_was_there_at_that_moment(office: Office) -> None:
    during, _ = await lived(office)
    page = await opened(office, during)
    await page.get_by_role("row", name="Ada Lovelace").get_by_text("Ada Lovelace").click()
    pane = page.locator("[data-past-pane]")
    await expect(pane.get_by_role("heading", name="Ada Lovelace")).to_be_visible()
    await pane.get_by_role("tab", name="Until then").click()
    await expect(pane.get_by_role("listitem").first).to_be_visible()
    # What happened later is not told yet.
    await expect(pane.get_by_text("Tried out")).to_have_count(0)
    await page.keyboard.press("]")
    await expect(pane.get_by_text("Tried out")).to_be_visible()
    await expect(pane.get_by_text("Not there at this moment")).to_be_visible()
    await judge(page)


async def test_the_clock_is_dragged_and_moved_by_keys(office: Office) -> None:
    during, _ = await lived(office)
    page = await opened(office, during)
    clock = page.get_by_role("slider", name="Moment")
    office.watch.expect(409)
    before = await page.locator("[data-clock]").get_attribute("datetime")
    await page.get_by_label("Stretch").select_option(label="1 hour")
    await clock.focus()
    await page.keyboard.press("End")
    await expect(page.get_by_role("row", name="Grace Hopper")).to_be_visible()
    box = await clock.bounding_box()
    assert box is not None
    await page.mouse.move(box["x"] + box["width"] - 2, box["y"] + 30)
    await page.mouse.down()
    await page.mouse.move(box["x"] + box["width"] - 40, box["y"] + 30, steps=4)
    await page.mouse.up()
    # A minute and a half before, this house was not there.
    await expect(page.get_by_role("alert")).to_contain_text("The past is not kept that far back")
    assert await page.locator("[data-clock]").get_attribute("datetime") != before


async def test_it_is_for_supervisors_and_each_look_is_audited(office: Office) -> None:
    during, _ = await lived(office)
    page = await opened(office, during, "saara")
    await expect(page.get_by_role("row", name="Ada Lovelace")).to_be_visible()
    log = await (await office.caller("admin")).get("/audit", kind="looked_back")
    assert {one["actor"]["id"] for one in log["items"]} == {office.sample.people["saara"]}
    aino = await office.page("aino")
    await aino.goto("/replay")
    await expect(aino).not_to_have_url(f"{office.address}/replay")


@pytest.mark.parametrize(
    "how",
    [{"color_scheme": "dark"}, {"viewport": {"width": 390, "height": 844}}],
    ids=["dark", "phone"],
)
async def test_it_looks_well(office: Office, how: dict[str, Any]) -> None:
    during, _ = await lived(office)
    page = await opened(office, during, "veikko", locale="fi-FI", **how)
    await expect(page.get_by_text("Mennyttä aikaa", exact=True)).to_be_visible()
    # Billing is not where Ada was: a supervisor of that queue sees an empty floor.
    await expect(page.get_by_text("Mitään ei ollut meneillään")).to_be_visible()
    await judge(page)
    await fits(page)
