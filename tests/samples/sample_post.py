"""An account of e-mail, its mail servers, and who writes to it: everything between a customer's mailbox and a desk."""

from __future__ import annotations

import email
import email.policy
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any

from sample_floor import AATU, HOUSE, Floor
from sample_letterbox import Box, listening
from sample_line import LOOPBACK, opener

from valvomo.channels import PROVIDERS
from valvomo.channels.email.provider import Email
from valvomo.channels.http import GuardedHttp
from valvomo.commands.channels.accounts import Opener
from valvomo.commands.channels.receiving import Reception
from valvomo.commands.channels.setting_up import SettingUp
from valvomo.commands.execute import Done
from valvomo.jobs.arriving import Arriving
from valvomo.jobs.enclosing import Enclosures
from valvomo.jobs.listening import Ear
from valvomo.jobs.sending import Sender

ADDRESS = "help@example.org"


@dataclass
class Post:
    """An account whose mailbox is `imap` and whose mail goes to `box`."""

    floor: Floor
    box: Box
    account_id: str
    opener: Opener
    arriving: Arriving
    ear: Ear
    http: GuardedHttp

    @classmethod
    @asynccontextmanager
    async def open(cls, floor: Floor, imap_port: int, **changed: Any) -> AsyncIterator[Post]:
        """With a workstream of its own; what is in the mailbox by now is others' matter."""
        await furnish(floor)
        async with AsyncExitStack() as stack:
            box, port = stack.enter_context(listening())
            opened = opener(floor.database)
            given = {
                "address": ADDRESS, "name": "Example Oy", "imap_host": "127.0.0.1", "imap_port": imap_port,
                "imap_security": "none", "smtp_host": "127.0.0.1", "smtp_port": port, "smtp_security": "none",
                **changed,
            }  # fmt: skip
            setting_up = SettingUp(floor.executor, opened, LOOPBACK)
            made = await setting_up.create(
                AATU, ("email", "Our mail", "email"), (given, {"password": "hunter2"}), None
            )
            assert isinstance(made, Done), made
            one = str(made.result["id"])
            reception = Reception(floor.database, floor.executor.bell, floor.clock, opened)
            http = await stack.enter_async_context(GuardedHttp(LOOPBACK))
            ear = Ear(floor.executor, opened, reception, http, key=(HOUSE, one), process_id="process-1")
            provider = PROVIDERS["email"]
            assert isinstance(provider, Email)
            stack.push_async_callback(provider.detach, one)
            arriving = Arriving(floor.executor, floor.executor.bell, opened)
            post = cls(
                floor=floor, box=box, account_id=one, opener=opened, arriving=arriving, ear=ear, http=http
            )
            await post.hear()
            yield post

    async def hear(self) -> bool:
        """The mailbox is asked once."""
        used = await self.ear._used()
        assert used is not None
        return await self.ear.once(used)

    async def take_in(self) -> None:
        """What has come is read and taken in."""
        assert await self.hear()
        await self.arrive()

    async def arrive(self) -> None:
        """What is kept is taken in."""
        while await self.arriving.round() == 0.0:
            pass

    async def send(self, enclosures: Enclosures | None = None) -> None:
        """What is to go out now goes."""
        key = (HOUSE, self.account_id)
        sender = Sender(
            self.floor.executor,
            self.opener,
            self.http,
            key=key,
            process_id="process-1",
            enclosures=enclosures,
        )
        await sender.work()

    def got(self) -> list[EmailMessage]:
        """What customers have got."""
        return [parsed(one.content) for one in self.box.came]


def parsed(content: bytes) -> EmailMessage:
    """As a mail program reads it."""
    read = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(read, EmailMessage)
    return read


def mail(
    text: str,
    one: str,
    *,
    sender: str = "Aada <aada@example.net>",
    file: tuple[str, bytes] | None = None,
    **headers: str,
) -> bytes:
    """A mail to us, with the id `one`, and a file if there is one; in names of headers `_` stands for a hyphen."""
    message = EmailMessage(policy=email.policy.SMTP)
    message["From"], message["To"] = sender, ADDRESS
    message["Message-ID"] = f"<{one}@example.net>"
    given: Mapping[str, str] = {"Subject": "Paketti", **headers}
    for name, value in given.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    if file is not None:
        message.add_attachment(file[1], maintype="application", subtype="octet-stream", filename=file[0])
    return message.as_bytes()


def answer(to: EmailMessage, text: str, one: str) -> bytes:
    """What a mail program makes of an answer."""
    said = f"{text}\n\nOn Mon, Help <{ADDRESS}> wrote:\n> {to.get_content().strip()}\n"
    references = " ".join(f"{to['References'] or ''} {to['Message-ID']}".split())
    headers = {"Subject": f"Re: {to['Subject']}", "In_Reply_To": to["Message-ID"], "References": references}
    return mail(said, one, file=None, **headers)


async def furnish(floor: Floor) -> None:
    """A workstream of the channel."""
    await floor.sql(
        "INSERT INTO workstreams (organization_id, id, name, channel, key, queue_id, timers, consent, created_at)"
        " SELECT organization_id, 'email', 'email', 'email', organization_id || '-email', queue_id, timers, 'none',"
        " created_at FROM workstreams WHERE id = 'persistent' ON CONFLICT DO NOTHING"
    )


async def words(floor: Floor) -> list[tuple[str, str, str]]:
    """All public messages: subject of the conversation, who, what; in order."""
    rows = await floor.sql(
        "SELECT c.body ->> 'subject' AS subject, m.author_role, m.text FROM public_messages m"
        " JOIN conversations c ON c.id = m.conversation_id ORDER BY m.conversation_id, m.seq"
    )
    return [tuple(row) for row in rows]
