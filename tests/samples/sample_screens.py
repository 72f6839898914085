"""The screens in the words of those who use them: the customer's chat, the agent's Desk, the supervisor's Floor."""

import asyncio
import gzip
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Locator, Page, expect
from playwright.async_api import TimeoutError as PageTimeoutError
from sample_office import Office

READERS = {"Everyone": "public", "Whisper": "whisper", "Internal note": "internal"}

NOTICES = """() => {
  window.noticed = []
  new MutationObserver((changes) => {
    for (const { addedNodes, target } of changes)
      if (target instanceof Element && target.closest('ol[aria-label]'))
        for (const node of addedNodes) window.noticed.push(node.textContent)
  }).observe(document, { childList: true, subtree: true })
}"""
"""Keeps what the console says in its corner, where it is to be read for six seconds only."""
SAID = """(texts) => [
  ...(window.noticed ?? []),
  ...[...document.querySelectorAll('ol > li')].map((one) => one.textContent),
].some((notice) => texts.every((text) => notice.includes(text)))"""


def said(frame: str | bytes) -> str:
    """What a page's socket was sent; large frames come compressed."""
    return frame if isinstance(frame, str) else gzip.decompress(frame).decode()


async def hovered(over: Locator) -> Locator:
    """The tip of this, which is followed with the pointer: what is live may move away from beneath it."""
    tip = over.page.get_by_role("tooltip")
    async with asyncio.timeout(90):
        while True:
            await over.page.mouse.move(5, 5)
            await over.hover()
            try:
                await tip.wait_for(timeout=2_000)
            except PageTimeoutError:
                continue
            return tip


@dataclass(slots=True)
class Chat:
    """The chat on the sample shop's page."""

    page: Page

    @classmethod
    async def visit(cls, office: Office, workstream: str = "Web chat", **how: Any) -> "Chat":
        """Come to the shop; the chat is still closed."""
        page = await office.page(**how)
        await page.goto(f"/widget/demo?key={office.key(workstream)}&lang=en")
        return cls(page)

    @property
    def panel(self) -> Locator:
        return self.page.get_by_role("dialog", name="Chat", exact=True)

    @property
    def log(self) -> Locator:
        return self.panel.get_by_role("log")

    async def start(self, name: str = "Ada Lovelace", *, consent: bool | None = None) -> None:
        """Open it and begin."""
        await self.page.get_by_role("button", name="Open chat").click()
        if consent is not None:
            await self.panel.get_by_label("Yes, I agree" if consent else "No, I do not agree").check()
        await self.panel.get_by_label("Your name").fill(name)
        await self.panel.get_by_role("button", name="Start chat").click()
        await expect(self.panel.get_by_label("Write a message")).to_be_visible()

    async def say(self, text: str) -> None:
        """Write, and see it delivered."""
        await self.panel.get_by_label("Write a message").fill(text)
        await self.panel.get_by_role("button", name="Send", exact=True).click()
        await expect(self.log.locator(".mine[data-seq]").filter(has_text=text)).to_be_visible()

    async def reads(self, text: str) -> None:
        """It stands in the transcript, once."""
        await expect(self.log.get_by_text(text)).to_have_count(1)


@dataclass(slots=True)
class Floor:
    """The supervisor's home."""

    page: Page

    @classmethod
    async def open(cls, office: Office, person: str = "saara", **how: Any) -> "Floor":
        """Signed in, at the list, which is live."""
        page = await office.page(person, **how)
        await page.goto("/floor")
        await expect(page.locator("[data-live=live]")).to_be_visible()
        await page.evaluate(NOTICES)
        return cls(page)

    @property
    def list(self) -> Locator:
        return self.page.get_by_role("grid", name="Ongoing conversations")

    def row(self, customer: str) -> Locator:
        """The row of this customer's conversation."""
        return self.list.get_by_role("row").filter(has_text=customer)

    def act(self, customer: str, name: str) -> Locator:
        """One of the row's buttons."""
        return self.row(customer).get_by_role("button", name=name, exact=True)

    @property
    def pane(self) -> "Pane":
        return Pane(self.page, self.page.get_by_role("complementary", name="Conversation"))

    async def read(self, customer: str) -> "Pane":
        """Open the conversation beside the list."""
        await self.row(customer).get_by_text(customer, exact=True).click()
        await expect(self.pane.box.get_by_role("heading", name=customer)).to_be_visible()
        return self.pane

    async def told(self, *texts: str) -> None:
        """A notice says, or has said, all of this."""
        await self.page.wait_for_function(SAID, arg=texts)

    async def look_away(self) -> None:
        """Take pointer and keyboard off the list, which holds its order and what was closed while one is at it."""
        await self.page.mouse.move(5, 5)
        await self.page.get_by_role("searchbox").focus()

    def dialog(self, name: str = "") -> "Dialog":
        """The dialog that is open."""
        return Dialog(self.page.get_by_role("dialog", name=name) if name else self.page.get_by_role("dialog"))


@dataclass(slots=True)
class Talk:
    """What is said in a conversation, and where one writes: the same on the Floor and at the Desk."""

    page: Page
    box: Locator

    @property
    def log(self) -> Locator:
        return self.box.get_by_role("log")

    @property
    def composer(self) -> Locator:
        return self.box.locator("form[data-audience]")

    def button(self, name: str) -> Locator:
        """One of the acts at its head."""
        return self.box.get_by_role("button", name=name, exact=True)

    async def write(self, text: str, audience: str | None = None) -> None:
        """To these readers: `Everyone`, `Whisper`, `Internal note`; to the first kind when none is named."""
        await expect(self.composer).to_be_visible()
        if audience and await self.composer.get_attribute("data-audience") != READERS[audience]:
            await self.composer.get_by_role("button", name=audience, exact=True).first.click()
            await expect(self.composer).to_have_attribute("data-audience", READERS[audience])
        await self.composer.get_by_role("textbox").fill(text)
        await self.composer.get_by_role("textbox").press("Enter")
        await expect(self.message(text)).to_be_visible()

    def message(self, text: str) -> Locator:
        """A message that the server has for good."""
        return self.log.locator("[data-seq]").filter(has_text=text)

    async def reads(self, text: str) -> None:
        """It stands in the transcript, once."""
        await expect(self.message(text)).to_have_count(1)


class Pane(Talk):
    """A conversation beside the list."""

    async def more(self, name: str) -> Locator:
        """One of the acts in its menu, which is opened."""
        await self.button("More acts").click()
        return self.page.get_by_role("menuitem", name=name)


@dataclass(slots=True)
class Desk:
    """The agent's home."""

    page: Page

    @classmethod
    async def open(
        cls, office: Office, person: str = "eino", *, available: bool = True, **how: Any
    ) -> "Desk":
        """Signed in and, unless said otherwise, available."""
        page = await office.page(person, **how)
        await page.goto("/desk")
        await expect(page.locator("[data-live=live]")).to_be_visible()
        if available:
            await page.get_by_role("button", name="Go available").click()
            await expect(page.get_by_role("button", name="Go available")).to_be_hidden()
        return cls(page)

    @property
    def talk(self) -> Talk:
        """The conversation that is open."""
        return Talk(self.page, self.page.get_by_role("main"))

    def offer(self, customer: str) -> Locator:
        """An offer of this customer's conversation."""
        return self.page.get_by_role("article", name=f"Offer: {customer}")

    async def accept(self, customer: str) -> None:
        """Take what is offered; it opens."""
        await self.offer(customer).get_by_role("button", name="Accept").click()
        await expect(self.page.get_by_role("heading", name=customer, level=2).first).to_be_visible()
        await expect(self.offer(customer)).to_be_hidden()

    async def reject(self, customer: str, reason: str) -> None:
        """Decline it, and say why."""
        offer = self.offer(customer)
        await offer.get_by_role("button", name="Reject").click()
        await offer.get_by_label("Why not? (optional)").fill(reason)
        await offer.get_by_role("button", name="Reject").click()
        await expect(offer).to_be_hidden()

    def mine(self, customer: str) -> Locator:
        """The conversation in one's own list."""
        return self.page.locator("a[href^='/desk/']").filter(has_text=customer)


@dataclass(slots=True)
class Dialog:
    """Any of the dialogs."""

    box: Locator

    def person(self, name: str) -> Locator:
        """An agent or a queue to choose."""
        return self.box.get_by_role("radio", name=name, exact=True)

    def button(self, name: str) -> Locator:
        return self.box.get_by_role("button", name=name, exact=True)

    def checkbox(self, name: str) -> Locator:
        return self.box.get_by_role("checkbox", name=name)

    async def give(self, name: str, confirm: str) -> None:
        """Choose and confirm; the dialog closes because it is done."""
        await self.person(name).click()
        await self.button(confirm).click()
        await expect(self.box).to_be_hidden()
