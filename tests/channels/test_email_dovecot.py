"""The whole way against a real Dovecot: a mail comes in, an agent answers, the customer answers that."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from sample_dovecot import Dovecot, dovecot, missing
from sample_floor import AINO, Floor
from sample_line import conversation_of
from sample_post import Post, answer, mail, words

from valvomo.commands.conversations import serve

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing())


@pytest.fixture
def mailbox() -> Iterator[Dovecot]:
    with dovecot() as started:
        yield started


@pytest.mark.slow
async def test_in_and_out_and_in_again(floor: Floor, mailbox: Dovecot) -> None:
    """Slow because a server has to start."""
    mailbox.deliver(mail("Vanha", "old"))
    async with Post.open(floor, mailbox.port, afterwards="move", moved_to="Käsitellyt") as post:
        waiting = asyncio.ensure_future(post.hear())  # noqa: TID251 - awaited below
        mailbox.deliver(mail("Missä paketti on?", "one"))
        assert await waiting
        await post.arrive()
        one = await conversation_of(floor)
        await floor.done(AINO, serve.Pick(conversation_id=one))
        await floor.write(AINO, one, "Tulossa on. 😀")
        await post.send()
        (got,) = post.got()
        mailbox.deliver(post.box.came[0].content.replace(b"\r\n", b"\n"))
        mailbox.deliver(answer(got, "Kiitos!", "two"))
        await post.take_in()
        if len(await words(floor)) < 3:
            await post.take_in()
        assert [(role, text.partition("\n")[0]) for _, role, text in await words(floor)] == [
            ("customer", "Missä paketti on?"),
            ("primary", "Tulossa on. 😀"),
            ("customer", "Kiitos!"),
        ]
        assert len(mailbox.names()) == 3, "what lay there before stays"
        assert len(mailbox.names("K&AOQ-sitellyt")) == 1, "the others are not known to be kept yet"
        loops = await floor.sql("SELECT problem FROM arrivals WHERE problem IS NOT NULL")
        assert [row["problem"] for row in loops] == ["loop: Paketti"], (
            "our own mail that comes back is no customer's"
        )
