"""Calls as those see them who are in them: how they begin, and where they are on the screen."""

import asyncio
from typing import Any

from playwright.async_api import Locator, Page, expect
from sample_ears import Ear, with_ears
from sample_office import Office
from sample_screens import Chat, Desk, Floor

CUSTOMER = "Ada Lovelace"
LOSES_ITS_PART = (409,)
"""What a page may be answered that reads on at the very moment at which its reader has no part in it any more."""


def box(chat: Chat) -> Locator:
    """The call in the widget."""
    return chat.page.get_by_role("region", name="Call", exact=True)


def panel(page: Page) -> Locator:
    """The call in the console."""
    return page.get_by_role("region", name="Call", exact=True)


async def joins_and_takes_over(desk: Desk, floor: Floor, customer: Ear) -> None:
    """Saara, who listens, joins the call and then has it; and who hears whom by then."""
    agent, supervisor = Ear(desk.page), Ear(floor.page)
    await floor.pane.button("Join").click()
    await asyncio.gather(
        customer.hears("agent", "supervisor"),
        agent.hears("customer", "supervisor"),
        supervisor.hears("agent", "customer"),
    )
    await floor.pane.button("Take over").click()
    await expect(desk.page.get_by_text("Saara Virtanen has this conversation.")).to_be_visible()
    await asyncio.gather(customer.hears("agent", "supervisor"), supervisor.hears("agent", "customer"))


async def call_us(chat: Chat, how: str = "Call us", name: str = CUSTOMER) -> None:
    """By the button in the form."""
    await chat.page.get_by_role("button", name="Open chat").click()
    await chat.panel.get_by_label("Your name").fill(name)
    await chat.panel.get_by_role("button", name=how, exact=True).click()
    await expect(box(chat)).to_have_attribute("data-call", "on")


async def called(
    office: Office, how: str = "Call us", *, at: Office | None = None, **who: Any
) -> tuple[Chat, Desk]:
    """A customer who has called, and Onni, who has answered; `at`: the server that Onni's Desk is at."""
    chat, desk = await asyncio.gather(
        Chat.visit(office, **with_ears("customer")),
        Desk.open(at or office, "onni", **with_ears("agent", **who)),
    )
    await call_us(chat, how)
    await desk.accept(CUSTOMER)
    await expect(panel(desk.page)).to_have_attribute("data-call", "on")
    return chat, desk
