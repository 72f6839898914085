"""Quality in the console: an administrator makes a form, a supervisor fills it, the agent replies, it is closed."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Page, expect
from sample_looks import fits, judge
from sample_office import Office

FORM = {
    "name": "Chats",
    "sections": [
        {
            "title": "Manner",
            "questions": [
                {"id": "greeted", "text": "Was the customer greeted?", "kind": "yes_no"},
                {"id": "tone", "text": "How was the tone?", "kind": "scale", "weight": 3, "most": 5},
                {"id": "privacy", "text": "Was privacy kept?", "kind": "yes_no", "critical": True},
                {"id": "remark", "text": "Anything else?", "kind": "text"},
            ],
        }
    ],
}


async def closed(office: Office) -> str:
    conversation = await office.served("eino", "Ada Lovelace", subject="Lost pail")
    body = {"text": "Good morning, how can I help?", "visibility": "public", "client_id": "one"}
    await (await office.caller("eino")).do("POST", f"/conversations/{conversation}/messages", body)
    saara = await office.caller("saara")
    await saara.do("POST", f"/conversations/{conversation}/force-close", {"reason": "Tried out"})
    return conversation


async def opened(office: Office, person: str, path: str, **how: Any) -> Page:
    page = await office.page(person, **how)
    await page.goto(path)
    return page


async def test_an_administrator_makes_a_form_and_a_rule(office: Office) -> None:
    page = await opened(office, "admin", "/admin/quality")
    await expect(page.get_by_text("No form yet")).to_be_visible()
    await page.get_by_role("button", name="New form").click()
    await page.get_by_label("Name").fill("Phone")
    await page.get_by_role("textbox", name="Section 1").fill("Manner")
    await page.get_by_role("textbox", name="Question 1").fill("Was the customer greeted?")
    await page.get_by_role("button", name="Add a question").click()
    await page.get_by_role("textbox", name="Question 2").fill("How did it end?")
    await page.get_by_label("Answered by").nth(1).select_option(label="A choice")
    await expect(page.get_by_role("button", name="Save")).to_have_attribute("aria-disabled", "true")
    await page.get_by_label("Answer 1", exact=True).fill("Solved")
    await page.get_by_label("Answer 2", exact=True).fill("Not solved")
    await judge(page)
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("2 questions · version 1")).to_be_visible()
    await page.get_by_role("button", name="New rule").click()
    await page.get_by_label("Name").fill("Three a week")
    await judge(page)
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("3 of each agent's week")).to_be_visible()
    await page.get_by_role("link", name="Phone").click()
    await page.get_by_role("textbox", name="Question 1").fill("Was the customer greeted by name?")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("version 2")).to_be_visible()


async def test_from_the_conversation_to_the_agents_reply(office: Office) -> None:
    await (await office.caller("admin")).do("POST", "/evaluation-forms", FORM)
    conversation = await closed(office)
    page = await opened(office, "saara", f"/conversations/{conversation}")
    await page.get_by_role("button", name="Evaluate").click()
    await page.get_by_role("button", name="Begin").click()
    await expect(page.get_by_text("Good morning, how can I help?")).to_be_visible()
    question = page.locator("[data-question=greeted]")
    await question.get_by_label("Yes").click()
    await page.get_by_role("button", name="Submit").click()
    await expect(page.get_by_text("This needs an answer.")).to_have_count(2)
    await page.locator("[data-question=tone]").get_by_label("4", exact=True).click()
    await page.locator("[data-question=privacy]").get_by_label("No", exact=True).click()
    await expect(page.locator("[data-points]")).to_contain_text("Failed")
    await page.locator("[data-question=privacy]").get_by_label("Yes").click()
    await page.get_by_label("Comment").fill("Kind and clear.")
    await expect(page.locator("[data-points]")).to_contain_text("85")
    await judge(page)
    # Both lists move by themselves: the agent's when it is submitted, the supervisor's at each step.
    agent = await opened(office, "eino", "/quality", color_scheme="dark")
    await expect(agent.get_by_text("Nothing about your work")).to_be_visible()
    lists = await opened(office, "saara", "/quality")
    await lists.get_by_role("button", name="All", exact=True).click()
    mine = lists.get_by_role("row", name="Ada Lovelace")
    await expect(mine).to_contain_text("Draft")
    await page.get_by_role("button", name="Submit").click()
    await expect(page.get_by_text("Submitted", exact=True)).to_be_visible()
    await expect(mine).to_contain_text("Submitted")
    await expect(mine).to_contain_text("85")
    await agent.get_by_role("row", name="Ada Lovelace").get_by_text("Ada Lovelace").click()
    await expect(agent.get_by_text("Kind and clear.")).to_be_visible()
    await judge(agent)
    await agent.get_by_label("Your reply").fill("Thank you!")
    await agent.get_by_role("button", name="Send the reply").click()
    await expect(agent.get_by_text("Replied", exact=True)).to_be_visible()

    await expect(mine).to_contain_text("Replied")
    await expect(page.get_by_text("Thank you!")).to_be_visible()
    await page.get_by_role("button", name="Close the evaluation").click()
    await expect(page.get_by_text("Closed", exact=True).last).to_be_visible()


@pytest.mark.parametrize("person", ["saara", "eino", "veikko"])
async def test_lists_on_a_phone(office: Office, person: str) -> None:
    admin, saara = await office.caller("admin"), await office.caller("saara")
    form = await admin.do("POST", "/evaluation-forms", FORM)
    made = await saara.do("POST", "/evaluations", {"conversation": await closed(office), "form": form["id"]})
    answers = {"revision": 1, "answers": {"greeted": "yes", "tone": 4, "privacy": "yes"}}
    if person != "saara":
        await saara.do("PUT", f"/evaluations/{made['id']}", answers)
        await saara.do("POST", f"/evaluations/{made['id']}/submit")
    page = await opened(office, person, "/quality", viewport={"width": 390, "height": 844})
    if person == "veikko":
        await expect(page.get_by_text("Sinua ei odota mikään")).to_be_visible()
    else:
        await expect(page.get_by_role("row", name="Ada Lovelace")).to_be_visible()
    await judge(page)
    await fits(page)
    if person == "eino":
        await page.goto(f"/quality/{made['id']}")
        await expect(page.get_by_label("Your reply")).to_be_visible()
        await fits(page)


async def test_another_ones_draft_is_read_and_taken_over(office: Office) -> None:
    admin, saara = await office.caller("admin"), await office.caller("saara")
    form = await admin.do("POST", "/evaluation-forms", FORM)
    made = await saara.do("POST", "/evaluations", {"conversation": await closed(office), "form": form["id"]})
    await admin.do("PATCH", f"/users/{office.sample.people['veikko']}", {"supervises_all": True})
    page = await opened(office, "veikko", f"/quality/{made['id']}")
    take = page.get_by_role("button", name="Ota haltuun")
    await expect(take).to_be_visible()
    await expect(page.get_by_role("button", name="Anna arviointi")).to_have_count(0)
    await judge(page)
    await take.click()
    await expect(page.get_by_role("button", name="Anna arviointi")).to_be_visible()
    await expect(take).to_have_count(0)
