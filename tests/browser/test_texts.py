"""The notice or question before the first message: what counts is what the customer has seen and answered."""

from playwright.async_api import expect
from sample_office import Office
from sample_screens import Chat

CUSTOMER = "Ada Lovelace"
NEWER = "May we now record this too?"


async def test_an_answer_to_a_question_that_has_changed_is_asked_for_again(office: Office) -> None:
    office.watch.expect(409)
    admin, workstream = await office.caller("admin"), "Web chat with consent"
    chat = await Chat.visit(office, workstream)
    await chat.page.get_by_role("button", name="Open chat").click()
    yes = chat.panel.get_by_label("Yes, I agree")
    await yes.check()
    await chat.panel.get_by_label("Your name").fill(CUSTOMER)
    subject = office.sample.workstreams[workstream]
    text = {"subject": subject, "kind": "consent", "language": "en", "text": NEWER}
    await admin.do("PUT", "/texts", text)

    start = chat.panel.get_by_role("button", name="Start chat")
    await start.click()
    await expect(chat.panel.get_by_role("alert")).to_contain_text("The text above has changed.")
    await expect(chat.panel.get_by_text(NEWER)).to_be_visible()
    await expect(yes).not_to_be_checked()
    await expect(chat.panel.get_by_label("Your name")).to_have_value(CUSTOMER)
    await start.click()
    await expect(chat.panel.get_by_text("Please answer yes or no.")).to_be_visible()
    await chat.panel.get_by_label("No, I do not agree").check()
    await start.click()
    await expect(chat.panel.get_by_label("Write a message")).to_be_visible()

    supervisor = await office.caller("saara")
    (row,) = (await supervisor.get("/conversations"))["items"]
    assert row["customer"]["name"] == CUSTOMER
    kept = (await supervisor.get(f"/conversations/{row['id']}"))["consent"]
    assert (kept["policy"], kept["answer"]) == ("consent", False)
