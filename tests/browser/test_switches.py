"""An act that the administrator has switched off, or that is out of scope, is neither shown nor done."""

import asyncio

import pytest
from playwright.async_api import expect
from sample_office import Office
from sample_screens import Desk, Floor

CUSTOMER = "Ada Lovelace"
SWITCHES: dict[str, tuple[dict[str, tuple[str, str, dict[str, str] | None]], str]] = {
    "supervisor_monitor": ({"Monitor": ("POST", "monitor", None), "Join": ("POST", "join", None)}, "served"),
    "supervisor_assign": ({"Assign": ("POST", "assign", {"queue": "Sales"})}, "matter"),
    "supervisor_transfer": ({"Transfer": ("POST", "transfer", {"queue": "Sales"})}, "served"),
    "force_close": ({"Force close": ("POST", "force-close", {"reason": "Test"})}, "served"),
}


@pytest.mark.parametrize("switch", SWITCHES)
async def test_off_means_hidden_and_refused(office: Office, switch: str) -> None:
    acts, begin = SWITCHES[switch]
    conversation = await (office.served("eino", CUSTOMER) if begin == "served" else office.matter(CUSTOMER))
    floor, saara = await Floor.open(office), await office.caller("saara")
    for name in acts:
        await expect(floor.act(CUSTOMER, name)).to_be_visible()
    await office.switch(**{switch: False})
    for name, (method, path, body) in acts.items():
        # Without a reload, at the next event.
        await expect(floor.act(CUSTOMER, name)).to_have_count(0)
        answer = await saara.ask(method, f"/conversations/{conversation}/{path}", body)
        assert (answer.status_code, answer.json()["type"]) == (403, "supervision/switched-off")
    others = {name for key, (names, _) in SWITCHES.items() if key != switch for name in names}
    for name in others:
        await expect(floor.act(CUSTOMER, name)).to_be_visible()
    await office.switch(**{switch: True})
    for name in acts:
        await expect(floor.act(CUSTOMER, name)).to_be_visible()


async def test_a_right_can_be_taken_from_one_supervisor_and_in_one_queue(office: Office) -> None:
    await office.served("eino", CUSTOMER)
    floor = await Floor.open(office)
    await office.switch(denied_to={office.sample.people["saara"]: ["force_close"]})
    await expect(floor.act(CUSTOMER, "Force close")).to_have_attribute("aria-disabled", "true")
    await office.switch(denied_to={}, denied_in={office.sample.queues["Support"]: ["supervisor_monitor"]})
    await expect(floor.act(CUSTOMER, "Force close")).not_to_have_attribute("aria-disabled", "true")
    await expect(floor.act(CUSTOMER, "Monitor")).to_have_attribute("aria-disabled", "true")


async def test_a_supervisor_sees_only_the_queues_they_supervise(office: Office) -> None:
    support = await office.served("eino", CUSTOMER)
    await office.served("eino", "Grace Hopper", queue="Billing")
    floor = await Floor.open(office, "veikko", locale="fi-FI")
    rows = floor.page.get_by_role("grid").get_by_role("row")
    await expect(rows.filter(has_text="Grace Hopper")).to_be_visible()
    await expect(rows.filter(has_text=CUSTOMER)).to_have_count(0)
    answer = await (await office.caller("veikko")).ask("POST", f"/conversations/{support}/monitor")
    assert answer.status_code == 404


async def test_the_administrator_turns_a_switch_off_in_the_console(office: Office) -> None:
    await office.served("eino", CUSTOMER)
    floor, admin = await asyncio.gather(Floor.open(office), office.page("admin"))
    await admin.goto("/admin/supervision")
    switch = admin.get_by_role("switch", name="Force close conversations")
    await expect(switch).to_be_checked()
    await switch.click()
    await expect(floor.act(CUSTOMER, "Force close")).to_have_count(0)
    await expect(switch).not_to_be_checked()


async def test_an_agent_has_no_way_to_the_floor(office: Office) -> None:
    office.watch.expect(403)
    desk = await Desk.open(office)
    await expect(desk.page.get_by_role("link", name="Floor")).to_have_count(0)
    await desk.page.goto("/floor")
    await expect(desk.page.get_by_role("grid", name="Ongoing conversations")).to_have_count(0)
