"""Records and contacts in the console: a form, a case from a chat, fields in place, a file, customers who are one."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect
from sample_looks import fits, judge
from sample_office import Office

STATUSES = [{"key": phase, "phase": phase} for phase in ("open", "in_progress", "on_hold", "resolved")]
FORM: dict[str, Any] = {
    "version": 0,
    "fields": [
        {
            "key": "model",
            "kind": "text",
            "names": {"en": "Model", "fi": "Malli", "sv": "Modell"},
            "needed": "create",
        },
        {
            "key": "amount",
            "kind": "number",
            "names": {"en": "Amount", "fi": "Määrä", "sv": "Mängd"},
            "least": 0,
            "most": 100,
        },
        {
            "key": "checked",
            "kind": "yes_no",
            "names": {"en": "Checked", "fi": "Tarkistettu", "sv": "Kontrollerad"},
            "needed": "resolve",
        },
        {
            "key": "wood",
            "kind": "choice",
            "names": {"en": "Wood", "fi": "Puu", "sv": "Trä"},
            "choices": [{"key": "alder", "names": {"en": "Alder", "fi": "Leppä", "sv": "Al"}}],
        },
    ],
    "statuses": [
        *STATUSES,
        {
            "key": "parts",
            "phase": "on_hold",
            "names": {"en": "Waits for parts", "fi": "Odottaa osia", "sv": "Väntar på delar"},
        },
    ],
}
SHOTS = os.environ.get("VALVOMO_TEST_SCREENSHOTS")


async def shoot(page: Page, name: str) -> None:
    """Kept where somebody wants to look at it."""
    if SHOTS:
        await page.screenshot(path=Path(SHOTS) / f"{name}.png")


async def formed(office: Office) -> str:
    workstream = str(office.sample.workstreams["Records"])
    admin = await office.caller("admin")
    await admin.do("PUT", f"/workstreams/{workstream}/record-form", FORM)
    return workstream


async def record(office: Office, subject: str = "Broken pail", **more: Any) -> str:
    body = {"channel": "record", "customer": "Kaisa Mäkelä", "subject": subject, **more}
    body.setdefault("record", {"fields": {"model": "X1"}})
    return str((await (await office.caller("saara")).do("POST", "/conversations", body))["id"])


async def opened(office: Office, person: str, path: str, **how: Any) -> Page:
    page = await office.page(person, **how)
    await page.goto(path)
    return page


async def test_an_administrator_says_what_is_asked_of_a_record(office: Office) -> None:
    page = await opened(office, "admin", f"/admin/workstreams/{office.sample.workstreams['Records']}")
    await page.get_by_role("tab", name="Form").click()
    await page.get_by_role("button", name="Add field").click()
    await expect(page.get_by_text("Give every field a name.").first).to_be_visible()
    await page.get_by_role("group", name="Name").get_by_label("English").fill("Serial number")
    await page.get_by_role("group", name="Name").get_by_label("Suomi").fill("Sarjanumero")
    await page.get_by_label("Required").select_option(label="Required from the beginning")
    await page.get_by_role("group", name="On hold").get_by_role("button", name="Add status").click()
    await page.get_by_role("group", name="On hold").get_by_label("English").nth(1).fill("Waits for parts")
    await judge(page)
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("The form is in force")).to_be_visible()
    await shoot(page, "form")
    (form,) = await (await office.caller("admin")).get("/record-forms")
    assert [(one["key"], one["needed"]) for one in form["fields"]] == [("serial_number", "create")]
    assert [one["key"] for one in form["statuses"]][-1] == "waits_for_parts"


async def test_a_case_from_a_chat_is_edited_in_place_and_resolved(office: Office) -> None:
    await formed(office)
    chat = await office.served("onni", "Kaisa Mäkelä", subject="My pail leaks")
    page = await opened(office, "onni", f"/desk/{chat}")
    await page.get_by_role("button", name="Create record").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_label("Subject")).to_have_value("My pail leaks")
    await expect(dialog.get_by_role("button", name="Create record")).to_have_attribute(
        "aria-disabled", "true"
    )
    await dialog.get_by_label("Model").fill("X1")
    await judge(page)
    await shoot(page, "create")
    await dialog.get_by_role("button", name="Create record").click()
    linked = page.get_by_role("list", name="Links").get_by_role("link")
    await expect(linked).to_contain_text("My pail leaks")
    one = (await (await office.caller("saara")).get("/records"))["items"][0]
    assert (
        one["customer"]["id"]
        == (await (await office.caller("saara")).get(f"/conversations/{chat}"))["customer"]["id"]
    )
    onni = await office.caller("onni")
    if one["state"] == "open":
        await onni.ask("POST", f"/conversations/{one['id']}/pick")
    await onni.ask("POST", f"/conversations/{one['id']}/offer/accept")
    await page.goto(f"/desk/{one['id']}")
    section = page.get_by_role("region", name="Record", exact=True)
    await section.get_by_label("Amount").fill("4")
    await section.get_by_label("Amount").blur()
    await section.get_by_label("Wood").select_option(label="Alder")
    await section.get_by_label("Status").select_option(label="Waits for parts")
    await expect(page.get_by_role("button", name="Resume")).to_be_visible()
    await section.get_by_label("Status").select_option(label="In progress")
    await shoot(page, "desk")
    await judge(page)
    await page.get_by_role("button", name="Resolve").click()
    office.watch.expect(422)
    await page.get_by_label("Outcome").fill("A new pail was sent")
    await page.get_by_role("dialog").get_by_role("button", name="Resolve").click()
    await expect(page.get_by_role("dialog").get_by_text("Checked: must be filled in")).to_be_visible()
    await shoot(page, "resolve")
    await page.get_by_role("button", name="Cancel").click()
    await section.get_by_label("Checked").select_option(label="Yes")
    await expect(section.get_by_label("Checked")).to_have_value("true")
    await page.get_by_role("button", name="Resolve").click()
    await page.get_by_label("Outcome").fill("A new pail was sent")
    await page.get_by_role("dialog").get_by_role("button", name="Resolve").click()
    await expect(page.get_by_text("A new pail was sent").first).to_be_visible()
    done = await (await office.caller("saara")).get(f"/conversations/{one['id']}")
    assert (done["closed_as"], done["details"]["fields"]["wood"]) == ("resolved", "alder")


async def test_what_somebody_else_saved_meanwhile_is_not_overwritten(office: Office) -> None:
    await formed(office)
    one = await record(office)
    page = await opened(office, "saara", f"/conversations/{one}")
    await page.get_by_role("tab", name="Details").click()
    section = page.get_by_role("region", name="Record", exact=True)
    office.watch.expect(409)
    await section.get_by_label("Model").fill("X2")
    change = {"revision": 0, "fields": {"model": "X9"}}
    await (await office.caller("saara")).do("PATCH", f"/conversations/{one}/record", change)
    await section.get_by_label("Model").blur()
    clash = section.get_by_role("alert")
    await expect(clash).to_contain_text("You wrote: X2")
    await expect(section.get_by_label("Model")).to_have_value("X9")
    await judge(page)
    await shoot(page, "clash")
    await clash.get_by_role("button", name="Use mine").click()
    await expect(clash).to_have_count(0)
    await expect(section.get_by_label("Model")).to_have_value("X2")
    await page.get_by_role("tab", name="Timeline").click()
    await expect(page.get_by_text("Model: X9 → X2")).to_be_visible()


@pytest.mark.parametrize(
    ("language", "how"),
    [
        ("en", {}), ("fi", {"color_scheme": "dark", "locale": "fi-FI"}),
        ("sv", {"viewport": {"width": 390, "height": 844}, "locale": "sv-SE"}),
    ],
)  # fmt: skip
async def test_the_list_updates_by_itself_and_filters(
    office: Office, language: str, how: dict[str, Any]
) -> None:
    await formed(office)
    for number in range(12):
        fields = {"model": "X1", "amount": number % 3}
        await record(
            office,
            f"Pail {number}",
            record={"fields": fields, "due_at": "2026-01-05T10:00:00Z", "key": f"K-{number}"},
        )
    page = await opened(office, "saara", "/records", **how)
    await page.evaluate("language => localStorage.setItem('valvomo.language', language)", language)
    await page.reload()
    await expect(page.get_by_text("Pail 11")).to_be_visible()
    await judge(page)
    await fits(page)
    await shoot(page, f"list-{language}")
    await record(office, "Come later")
    await expect(page.get_by_text("Come later")).to_be_visible()
    if language == "en":
        await page.get_by_label("Field").select_option(label="Amount")
        await page.get_by_role("textbox", name="Amount").fill("2")
        await expect(page.get_by_text("Pail 11")).to_be_visible()
        await expect(page.get_by_text("Pail 10")).to_have_count(0)
        await page.get_by_role("textbox", name="Amount").fill("77")
        await expect(page.get_by_text("No records here")).to_be_visible()


async def test_a_file_of_records_from_columns_to_report(office: Office, tmp_path: Path) -> None:
    await formed(office)
    lines = [f"{number};Case {number};Kaisa;{number};X" for number in range(30)]
    file = tmp_path / "cases.csv"
    file.write_text("\n".join(["Nr;Subject;Customer;Amount;Model", *lines, "30;Case 30;Kaisa;many;X"]))
    page = await opened(office, "admin", "/records/import")
    given = page.locator("input[type=file]")
    await expect(given).to_be_enabled()
    await given.set_input_files(file)
    await expect(page.get_by_label("Meaning of Nr")).to_have_value("key")
    await shoot(page, "import-columns")
    await judge(page)
    await page.get_by_role("button", name="Check the lines").click()
    await expect(page.get_by_text("Amount: is not a number")).to_be_visible()
    await shoot(page, "import-checked")
    await page.get_by_role("button", name="Make 30 records").click()
    await expect(page.locator('[data-figure="made"]')).to_have_text("30")
    await expect(page.get_by_text("The file has been read in.")).to_be_visible()
    await judge(page)
    await fits(page)
    await shoot(page, "import-done")


async def test_two_contacts_become_one_customer_and_two_again(office: Office) -> None:
    first = await office.served("eino", "Kaisa Mäkelä", subject="Pail")
    await record(
        office, "Broken pail", record={}, customer={"name": "Kaisu Mäkelä", "email": "kaisu@example.com"}
    )
    page = await opened(office, "saara", "/contacts")
    await page.get_by_role("searchbox").fill("kais")
    await expect(page.get_by_text("Kaisu Mäkelä")).to_be_visible()
    await judge(page)
    await shoot(page, "contacts")
    saara = await office.caller("saara")
    kaisa = (await saara.get(f"/conversations/{first}"))["customer"]["id"]
    await page.goto(f"/contacts/{kaisa}")
    await page.get_by_label("Company").fill("Pails & Co")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    await page.get_by_role("button", name="Merge").click()
    await page.get_by_role("dialog").get_by_role("searchbox").fill("kaisu")
    await page.get_by_role("dialog").get_by_role("button", name="Kaisu Mäkelä").click()
    await judge(page)
    await shoot(page, "merge")
    await page.get_by_role("dialog").get_by_role("button", name="Merge").click()
    history = page.get_by_role("list", name="Conversations")
    await expect(history.get_by_role("listitem")).to_have_count(2)
    await shoot(page, "contact")
    await page.get_by_role("button", name="Take apart").click()
    await expect(history.get_by_role("listitem")).to_have_count(1)
    await judge(page)
