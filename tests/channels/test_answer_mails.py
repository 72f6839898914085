"""Messages that were left while nobody served: their answers go by mail to whoever does not come back to read them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sample_files import PDF
from sample_floor import AATU, AINO, HOUSE, Floor
from sample_mailbox import ImapServer
from sample_media import Files
from sample_post import Post, answer

from valvomo.commands.conversations import serve
from valvomo.commands.conversations.answer_by_mail import PATIENCE, MailAnswers
from valvomo.commands.conversations.mark_read import MarkRead
from valvomo.commands.conversations.start import StartConversation
from valvomo.commands.settings.widgets import ChangeWidget
from valvomo.domain.access.actor import Actor, ActorKind
from valvomo.domain.conversations.message import Visibility
from valvomo.domain.conversations.model import Channel
from valvomo.domain.refusals import Reason
from valvomo.jobs.answer_mails import AnswerMails
from valvomo.queries.verify import verify


@pytest.fixture
async def imap() -> AsyncIterator[ImapServer]:
    async with ImapServer().open() as server:
        yield server


@pytest.fixture
async def post(floor: Floor, imap: ImapServer) -> AsyncIterator[Post]:
    """The widget of the chat has messages left in `persistent`, and answered over the mailbox too."""
    async with Post.open(floor, imap.port) as opened:
        await floor.done(
            AATU, ChangeWidget(workstream_id="chat", closed_to="persistent", answers_by=opened.account_id)
        )
        yield opened


async def left(floor: Floor, email: str | None = "Aada@Example.net", **more: Any) -> str:
    """A customer leaves a message, and an agent has it."""
    stranger = Actor(
        id="widget:persistent", organization_id=HOUSE, name="Aada", kind=ActorKind.CUSTOMER, language="en"
    )
    start = StartConversation(
        channel=Channel.PERSISTENT_CHAT, workstream_id="persistent", customer_name="Aada", email=email,
        language=more.pop("language", "en"), **more,
    )  # fmt: skip
    one = str((await floor.done(stranger, start)).result["id"])
    await floor.write(await floor.guest(one), one, "Where is my parcel?")
    await floor.done(AINO, serve.Pick(conversation_id=one))
    return one


async def mailed(post: Post, after: timedelta = PATIENCE) -> int:
    """So much later; how many mails have come."""
    before = len(post.box.came)
    post.floor.clock.advance(after.total_seconds())
    await AnswerMails(post.floor.executor).round()
    await post.send()
    return len(post.box.came) - before


async def test_what_is_answered_goes_by_mail_once(post: Post) -> None:
    floor = post.floor
    one = await left(floor)
    assert await mailed(post) == 0, "what customers write themselves is no answer"
    await floor.write(AINO, one, "It is on its way.")
    await floor.write(AINO, one, "It will be there on Monday.")
    assert await mailed(post, PATIENCE - timedelta(seconds=1)) == 0, "they may be there still"
    assert await mailed(post, timedelta(seconds=1)) == 1
    (got,) = post.got()
    assert got["To"] == "aada@example.net"
    assert got["Subject"].startswith("Answer to your message to ")
    assert got["Auto-Submitted"] == "auto-replied"
    said = got.get_content().replace("\r\n", "\n")
    assert said.startswith(
        "It is on its way.\n\nIt will be there on Monday.\n\nThis is the answer to the message"
    )
    assert "parcel" not in said
    assert await mailed(post) == 0
    await floor.write(AINO, one, "Anything else?")
    assert await mailed(post) == 1
    assert post.got()[1].get_content().startswith("Anything else?")
    report = await verify(floor.database)
    assert report.clean, report.findings


async def test_what_they_have_read_in_their_window_does_not(post: Post) -> None:
    floor = post.floor
    one = await left(floor)
    await floor.write(AINO, one, "It is on its way.")
    await floor.done(await floor.guest(one), MarkRead(conversation_id=one, seq=2))
    assert await mailed(post) == 0
    await floor.write(AINO, one, "It has arrived.")
    assert await mailed(post) == 1
    assert "on its way" not in post.got()[0].get_content()


async def test_what_is_internal_never_does(post: Post) -> None:
    one = await left(post.floor)
    await post.floor.write(AINO, one, "They are lying", Visibility.INTERNAL)
    assert await mailed(post) == 0
    await post.floor.write(AINO, one, "Hello")
    assert await mailed(post) == 1
    assert "lying" not in post.box.came[0].content.decode()


async def test_files_are_named_and_stay(post: Post, tmp_path: Path) -> None:
    one = await left(post.floor, language="fi")
    async with Files.of(post.floor, post.opener, tmp_path) as files:
        sent = await files.brought(AINO, one, PDF, "kuitti.pdf")
        await post.floor.write(AINO, one, "", attachments=(sent,))
    assert await mailed(post) == 1
    (got,) = post.got()
    assert got.get_content().startswith("Mukana tiedosto: kuitti.pdf.")
    assert list(got.iter_attachments()) == []


async def test_what_is_written_back_is_a_conversation_of_its_own(post: Post, imap: ImapServer) -> None:
    """Whoever has typed somebody else's address reads nothing of what they write back."""
    floor = post.floor
    one = await left(floor)
    await floor.write(AINO, one, "It is on its way.")
    assert await mailed(post) == 1
    (got,) = post.got()
    imap.put(answer(got, "I have never asked. My number is 1234.", "back"))
    await post.take_in()
    rows = await floor.sql("SELECT conversation_id, text FROM public_messages WHERE text LIKE '%1234%'")
    assert len(rows) == 1
    assert rows[0]["conversation_id"] != one
    channels = await floor.sql("SELECT channel, contact_id FROM conversations ORDER BY id")
    assert [row["channel"] for row in channels] == ["persistent_chat", "email"]
    assert channels[0]["contact_id"] != channels[1]["contact_id"]


@pytest.mark.parametrize("email", [None, "nobody"])
async def test_without_an_address_there_is_none(post: Post, email: str | None) -> None:
    one = await left(post.floor, email)
    await post.floor.write(AINO, one, "Hello")
    assert await mailed(post) == 0


async def test_whoever_has_refused_their_consent_gets_none(post: Post) -> None:
    floor = post.floor
    await floor.sql("UPDATE workstreams SET consent = 'consent' WHERE id = 'persistent'")
    refused = await left(floor, consent=False)
    agreed = await left(floor, "other@example.net", consent=True)
    for one in (refused, agreed):
        await floor.write(AINO, one, "Hello")
    assert await mailed(post) == 1
    assert post.got()[0]["To"] == "other@example.net"


async def test_without_an_account_there_is_none_and_only_mail_is_one(post: Post) -> None:
    floor = post.floor
    refused = await floor.refused(AATU, ChangeWidget(workstream_id="chat", answers_by="nothing"))
    assert refused.reason is Reason.MALFORMED
    assert "answers_by" in str(refused.facts)
    await floor.done(AATU, ChangeWidget(workstream_id="chat", answers_by=""))
    one = await left(floor)
    await floor.write(AINO, one, "Hello")
    assert await mailed(post) == 0


async def test_nobody_but_the_system_sends_them(post: Post) -> None:
    one = await left(post.floor)
    await post.floor.write(AINO, one, "Hello")
    refused = await post.floor.refused(AINO, MailAnswers(conversation_id=one))
    assert refused.reason is Reason.ROLE_NEEDED
