"""Refresh tokens that are good for one use: one process asks at a time, and what was given out is never lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from sample_floor import AATU, HOUSE, Floor
from sample_line import LOOPBACK, opener
from sample_mailbox import ImapServer
from sample_post import Post, mail
from sample_provider import Asked, Said
from sample_tokens import Rotating

from valvomo.channels.email.oauth import Tokens
from valvomo.channels.http import GuardedHttp
from valvomo.channels.passes import Pass
from valvomo.channels.port import Account, RejectedError, UnavailableError
from valvomo.commands.channels import passes
from valvomo.commands.channels.accounts import Used
from valvomo.commands.channels.administering import ChangeChannelAccount
from valvomo.commands.channels.setting_up import SettingUp
from valvomo.commands.execute import Done
from valvomo.db.database import Database


@dataclass
class Mailbox:
    """An account that opens by tokens, and the way to it of any number of processes."""

    post: Post
    server: Rotating
    http: GuardedHttp

    async def account(self, database: Database | None = None) -> Account:
        """As it is stored now; with a `database` of its own as another process has it."""
        return (await self.used(database)).account

    async def used(self, database: Database | None = None) -> Used:
        opened = opener(database or self.post.floor.database)
        async with self.post.floor.database.asking() as tx:
            row = await tx.row("channels.account", HOUSE, self.post.account_id)
        return opened.open(row)

    async def changed(self, secrets: dict[str, Any], **settings: Any) -> None:
        """An administrator fills in something else."""
        (row,) = await self.post.floor.sql("SELECT settings FROM channel_accounts")
        command = ChangeChannelAccount(
            account_id=self.post.account_id, settings={**row["settings"], **settings}
        )
        setting_up = SettingUp(self.post.floor.executor, self.post.opener, LOOPBACK)
        done = await setting_up.change(AATU, command, secrets, None)
        assert isinstance(done, Done), done


@asynccontextmanager
async def mailbox(floor: Floor, imap_port: int, **more: Any) -> AsyncIterator[Mailbox]:
    server = Rotating("first", **more)
    async with server.open(), Post.open(floor, imap_port) as post:
        made = Mailbox(post, server, post.http)
        oauth = {"login": "oauth", "token_url": f"{server.url}/token", "client_id": "c"}
        await made.changed({"refresh_token": "first"}, **oauth)
        yield made


@pytest.fixture
async def imap() -> AsyncIterator[ImapServer]:
    async with ImapServer().open() as server:
        yield server


async def test_two_processes_use_one_token_and_one_of_them_asks_for_the_next(
    floor: Floor, imap: ImapServer
) -> None:
    other = await Database.open(floor.database.url, pool_size=2)
    try:
        async with mailbox(floor, imap.port) as box:
            one, two = Tokens(), Tokens()
            ways = [(one, await box.account()), (two, await box.account(other))] * 4
            given = await asyncio.gather(*(tokens.access(account, box.http) for tokens, account in ways))
            assert (set(given), box.server.used) == ({"access-1"}, ["first"])
            two.forget(await box.account(other))
            assert await two.access(await box.account(other), box.http) == "access-2"
            assert await one.access(await box.account(), box.http) == "access-2", "the newest one's"
            one.forget(await box.account())
            two.forget(await box.account(other))
            again = await asyncio.gather(
                one.access(await box.account(), box.http), two.access(await box.account(other), box.http)
            )
            assert set(again) == {"access-3"}
            assert (box.server.used, box.server.stolen) == (["first", "refresh-1", "refresh-2"], False)
            assert (await box.account()).secrets.refresh_token == "refresh-3"
            assert await floor.sql("SELECT 1 FROM leases WHERE name LIKE 'passes:%'") == []
    finally:
        await other.close()


async def test_tokens_that_last_no_time_are_asked_for_one_after_the_other(
    floor: Floor, imap: ImapServer
) -> None:
    async with mailbox(floor, imap.port, expires_in=1) as box:
        ways = [Tokens() for _ in range(6)]
        account = await box.account()
        given = await asyncio.gather(*(tokens.access(account, box.http) for tokens in ways))
        assert sorted(given) == [f"access-{number}" for number in range(1, 7)]
        assert not box.server.stolen


async def test_mail_is_read_and_sent_with_them(floor: Floor, imap: ImapServer) -> None:
    async with mailbox(floor, imap.port) as box:
        usual = box.server.answer

        def renewed(asked: Asked) -> Said:
            said = usual(asked)
            imap.secret = box.server.now
            return said

        box.server.answer = renewed
        imap.put(mail("Hei", "one"))
        assert await box.post.hear()
        imap.hang_up()
        imap.secret = "not that any more"
        assert not await box.post.hear(), "the connection is gone"
        assert not await box.post.hear(), "the server has ended the token before its time"
        assert await box.post.hear()
        assert (box.server.used, box.server.stolen) == (["first", "refresh-1"], False)
        await box.post.arrive()
        assert [row["text"] for row in await floor.sql("SELECT text FROM public_messages")] == ["Hei"]


async def test_what_was_given_is_kept_though_nobody_waits_for_it_any_more(
    floor: Floor, imap: ImapServer
) -> None:
    async with mailbox(floor, imap.port) as box:
        usual = box.server.answer
        asking = asyncio.Event()

        def slowly(asked: Asked) -> Said:
            asking.set()
            return usual(asked)

        box.server.answer = slowly
        waiting = asyncio.ensure_future(Tokens().access(await box.account(), box.http))  # noqa: TID251 - below
        await asking.wait()
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert (await box.account()).secrets.refresh_token == "refresh-1"
        assert await Tokens().access(await box.account(), box.http) == "access-1"
        assert not box.server.stolen


async def test_what_could_not_be_kept_at_first_is_used_and_kept_the_next_time(
    floor: Floor, imap: ImapServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> None:
        raise OSError("the database is away")

    async with mailbox(floor, imap.port) as box:
        tokens = Tokens()
        with monkeypatch.context() as broken:
            broken.setattr(passes.AccountTurn, "keep", away)
            with pytest.raises(OSError, match="away"):
                await tokens.access(await box.account(), box.http)
        assert (await box.account()).secrets.refresh_token == "first"
        assert await tokens.access(await box.account(), box.http) == "access-2"
        assert (box.server.used, box.server.stolen) == (["first", "refresh-1"], False)
        assert (await box.account()).secrets.refresh_token == "refresh-2"


async def test_what_an_administrator_has_filled_in_meanwhile_stays(floor: Floor, imap: ImapServer) -> None:
    async with mailbox(floor, imap.port) as box:
        before = await box.account()
        assert before.passes is not None
        async with before.passes.turn() as turn:
            await box.changed({"refresh_token": "by hand"})
            await turn.keep(Pass(token="t", until=turn.at, mark="m"), turn.secrets)
        after = await box.account()
        assert after.secrets.refresh_token == "by hand"
        with pytest.raises(RejectedError):
            await Tokens().access(after, box.http)
        assert box.server.stolen, "it was asked for with what the administrator has filled in"


async def test_a_token_is_not_used_for_what_it_was_not_given_out_for(floor: Floor, imap: ImapServer) -> None:
    async with mailbox(floor, imap.port) as box:
        tokens = Tokens()
        assert await tokens.access(await box.account(), box.http) == "access-1"
        await box.changed({"refresh_token": "refresh-1"}, scope="other")
        assert await tokens.access(await box.account(), box.http) == "access-2"


async def test_nothing_of_it_stands_in_the_clear(floor: Floor, imap: ImapServer) -> None:
    async with mailbox(floor, imap.port) as box:
        await Tokens().access(await box.account(), box.http)
        said = str(await floor.everything())
        assert "access-1" not in said
        assert "refresh-1" not in said
        (row,) = await floor.sql("SELECT pass FROM channel_accounts")
        await floor.sql("UPDATE channel_accounts SET secrets = $1", row["pass"])
        with pytest.raises(Exception, match="elsewhere"):
            await box.account()


async def test_whoever_does_not_come_to_an_end_is_not_waited_for_for_ever(
    floor: Floor, imap: ImapServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passes, "PAUSE_SECONDS", 0.0)
    monkeypatch.setattr(passes, "MOST_PAUSES", 3)
    async with mailbox(floor, imap.port) as box:
        account = await box.account()
        assert account.passes is not None
        async with account.passes.turn():
            with pytest.raises(UnavailableError, match="another process"):
                await Tokens().access(account, box.http)
        assert box.server.asked == []
        assert await Tokens().access(account, box.http) == "access-1"
