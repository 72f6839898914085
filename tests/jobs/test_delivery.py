"""Letters reach their webhook signed and once, survive failures, and go nowhere they must not."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from ipaddress import ip_address
from typing import Any

import pytest

from valvomo.addresses import ForbiddenAddressError, networks_of, permitted, resolved
from valvomo.commands.conversations.bots import PauseBot, ResumeBot
from valvomo.commands.conversations.monitor import Monitor
from valvomo.commands.conversations.start import StartConversation
from valvomo.commands.execute import Done
from valvomo.commands.settings.bots import CreateBot
from valvomo.commands.settings.webhooks import (
    ChangeWebhook,
    CreateWebhook,
    RemoveWebhook,
    ReplayLetter,
    ReplaySpan,
    RotateSecret,
    TryWebhook,
)
from valvomo.commands.settings.workstreams import ChangeWorkstream
from valvomo.domain.conversations.model import Channel
from valvomo.domain.refusals import Reason, Refusal
from valvomo.jobs.delivery import BOT_PAUSES, FAILING_FOR, PAUSES, Delivery, due_again
from valvomo.jobs.posting import MOST_READ

LOOPBACK = networks_of(["127.0.0.0/8"])


class Receiver:
    """A web server that keeps what it gets and answers as told."""

    def __init__(self) -> None:
        self.requests: list[tuple[dict[str, str], bytes]] = []
        self.answer = "200 OK"
        self.words = b""
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/letters?for=us"

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Receiver]:
        server = await asyncio.start_server(self._take, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        async with server:
            yield self

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")[1:]
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head if line)}
        self.requests.append((headers, await reader.readexactly(int(headers["content-length"]))))
        status = (
            f"HTTP/1.1 {self.answer}\r\ncontent-length: {len(self.words)}\r\nlocation: /elsewhere\r\n\r\n"
        )
        writer.write(status.encode() + self.words)
        await writer.drain()
        writer.close()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with Receiver().open() as opened:
        yield opened


async def webhook(house: Any, url: str, **more: Any) -> tuple[str, str]:
    done = await house.do("admin", CreateWebhook(url=url, **more))
    assert isinstance(done, Done)
    return str(done.result["id"]), str(done.result["secret"])


async def happen(house: Any) -> None:
    command = StartConversation(channel=Channel.LIVE_CHAT, customer_name="Ada")
    assert isinstance(await house.do("saara", command), Done)


class Looking(Delivery):
    """Tells whether there is nothing left to do now: a look has found nothing, and nothing has come since."""

    def __init__(self, *parts: Any, **more: Any) -> None:
        super().__init__(*parts, **more)
        self._looked = False

    async def round(self) -> float | None:
        self._looked = False
        pause = await super().round()
        self._looked = True
        return pause

    @property
    def idle(self) -> bool:
        return self._looked and self.under_way == 0 and not self.wake.is_set()


async def deliver(house: Any, *, allowed: Any = LOOPBACK) -> list[Any]:
    """Run delivery until nothing is due; the delivery log of every webhook."""
    delivery = Looking(house.executor, allowed=allowed)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(delivery.run())
        while not delivery.idle:  # noqa: ASYNC110 - only a test waits for it
            await asyncio.sleep(0.01)
        running.cancel()
    async with house.database.reading() as tx:
        hooks = await tx.rows("settings.webhooks", house.sample.organization_id, "", None, 100)
        return [
            row
            for hook in hooks
            for row in await tx.rows("outbox.log", hook["organization_id"], hook["id"], 100, None, None)
        ]


async def test_a_letter_arrives_signed_and_once(house: Any, receiver: Receiver) -> None:
    _, secret = await webhook(house, receiver.url)
    await happen(house)
    (letter,) = await deliver(house)
    await deliver(house)
    ((headers, body),) = receiver.requests
    content = json.loads(body)
    assert (content["type"], content["data"]["channel"]) == ("conversation.started", "live_chat")
    assert headers["webhook-id"] == letter["id"]
    assert headers["host"] == f"127.0.0.1:{receiver.port}"
    key = base64.b64decode(secret.removeprefix("whsec_"))
    said = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    proof = base64.b64encode(hmac.new(key, said, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{proof}"
    assert (letter["delivered_at"], letter["attempts"]) == (house.clock(), 1)


async def test_a_letter_is_tried_again_with_growing_pauses_until_it_arrives(
    house: Any, receiver: Receiver
) -> None:
    await webhook(house, receiver.url)
    await happen(house)
    receiver.answer = "500 Oops"
    for pause in PAUSES[:3]:
        (letter,) = await deliver(house)
        assert (letter["problem"], letter["delivered_at"]) == ("HTTP 500", None)
        assert letter["due"] == house.clock() + pause
        house.clock.advance(pause.total_seconds())
    receiver.answer = "204 Fine"
    (letter,) = await deliver(house)
    assert (letter["attempts"], letter["problem"], letter["delivered_at"]) == (4, None, house.clock())
    assert len({headers["webhook-id"] for headers, _ in receiver.requests}) == 1


def test_after_the_last_pause_it_is_given_up(house: Any) -> None:
    now = house.clock()
    assert [due_again(attempts, now) is None for attempts in (1, len(PAUSES), len(PAUSES) + 1)] == [
        False, False, True,
    ]  # fmt: skip


async def test_whoever_is_gone_is_not_asked_again(house: Any, receiver: Receiver) -> None:
    await webhook(house, receiver.url)
    await happen(house)
    receiver.answer = "410 Gone"
    (letter,) = await deliver(house)
    assert letter["given_up_at"] == house.clock()


async def test_redirects_are_not_followed(house: Any, receiver: Receiver) -> None:
    await webhook(house, receiver.url)
    await happen(house)
    receiver.answer = "302 Found"
    (letter,) = await deliver(house)
    assert letter["problem"] == "HTTP 302: redirects are not followed"
    assert len(receiver.requests) == 1


async def test_private_addresses_are_not_reached_unless_the_operator_allows_it(
    house: Any, receiver: Receiver
) -> None:
    await webhook(house, receiver.url)
    await happen(house)
    (letter,) = await deliver(house, allowed=())
    assert "not a public address" in letter["problem"]
    assert receiver.requests == []


async def test_a_letter_whose_process_died_is_due_again_after_its_lease(
    house: Any, receiver: Receiver
) -> None:
    await webhook(house, receiver.url)
    await happen(house)
    async with house.database.transaction() as tx:
        wanted: tuple[Any, ...] = (house.clock(), 60.0, 10, [], [], [], 4, 1, 8, False)
        assert len(await tx.rows("outbox.lease", *wanted)) == 1
        assert await tx.rows("outbox.lease", *wanted) == []
    await deliver(house)
    assert receiver.requests == []
    house.clock.advance(60)
    await deliver(house)
    assert len(receiver.requests) == 1


async def test_kinds_and_disabling(house: Any, receiver: Receiver) -> None:
    wanted, _ = await webhook(house, receiver.url, kinds=frozenset({"message.posted"}))
    await happen(house)
    assert await deliver(house) == []
    await house.do("admin", ChangeWebhook(webhook_id=wanted, kinds=frozenset(), disabled=True))
    await happen(house)
    assert await deliver(house) == []
    await house.do("admin", ChangeWebhook(webhook_id=wanted, disabled=False))
    await happen(house)
    assert len(await deliver(house)) == 1
    assert isinstance(await house.do("admin", RemoveWebhook(webhook_id=wanted)), Done)
    assert await deliver(house) == []


@pytest.mark.parametrize(
    "url",
    [
        "ftp://a.example/",
        "https://",
        "https://me:secret@a.example/",
        "https://a.example/#x",
        "http://[::1",
        "x",
    ],
)
async def test_addresses_that_are_none(house: Any, url: str) -> None:
    refused = await house.do("admin", CreateWebhook(url=url))
    assert isinstance(refused, Refusal)
    assert refused.reason is Reason.MALFORMED


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "169.254.169.254", "100.64.0.1", "0.0.0.1", "::1", "fe80::1", "fc00::1",
     "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "224.0.0.1"],
)  # fmt: skip
def test_what_is_not_public(address: str) -> None:
    assert not permitted(ip_address(address))


def test_what_is_public_or_allowed() -> None:
    assert permitted(ip_address("93.184.216.34"))
    assert permitted(ip_address("2a00:1450::1"))
    assert permitted(ip_address("::ffff:10.1.2.3"), networks_of(["10.1.0.0/16"]))


async def test_a_name_is_judged_by_what_it_stands_for() -> None:
    with pytest.raises(ForbiddenAddressError):
        await resolved("localhost", 80)


def proof(secret: str, headers: dict[str, str], body: bytes) -> str:
    """The signature as a receiver works it out."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    said = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, said, hashlib.sha256).digest()).decode()


async def test_secrets_lie_sealed_and_open_nowhere_else(house: Any, receiver: Receiver) -> None:
    one, secret = await webhook(house, receiver.url)
    other, _ = await webhook(house, receiver.url)
    async with house.database.transaction() as tx:
        rows = {
            row["id"]: row
            for row in await tx.rows("settings.webhooks", house.sample.organization_id, "", None, 9)
        }
        assert rows[one]["secret"] == ""
        assert secret.encode() not in rows[one]["sealed"]
        await tx.run("outbox.seal", house.sample.organization_id, other, rows[one]["sealed"])
    await happen(house)
    letters = {letter["webhook_id"]: letter for letter in await deliver(house)}
    assert letters[one]["delivered_at"] is not None
    assert "cannot be opened" in letters[other]["problem"]


async def test_a_secret_that_lies_in_the_clear_is_sealed_at_the_start(house: Any, receiver: Receiver) -> None:
    one, _ = await webhook(house, receiver.url)
    plain = "whsec_" + base64.b64encode(b"0123456789abcdef").decode()
    async with house.database._pool.acquire() as link:
        await link.execute("UPDATE webhooks SET sealed = NULL, secret = $1 WHERE id = $2", plain, one)
    await happen(house)
    await deliver(house)
    ((headers, body),) = receiver.requests
    assert headers["webhook-signature"] == proof(plain, headers, body)
    async with house.database.reading() as tx:
        (row,) = await tx.rows("settings.webhooks", house.sample.organization_id, "", None, 9)
    assert (row["secret"], row["sealed"] is None) == ("", False)


async def test_after_a_rotation_both_secrets_sign_for_a_while(house: Any, receiver: Receiver) -> None:
    one, former = await webhook(house, receiver.url)
    done = await house.do("admin", RotateSecret(webhook_id=one, hours=2))
    for expected in (2, 1):
        await happen(house)
        await deliver(house)
        headers, body = receiver.requests[-1]
        signatures = headers["webhook-signature"].split(" ")
        assert signatures == [proof(key, headers, body) for key in (done.result["secret"], former)][:expected]
        house.clock.advance(2 * 3600)


async def test_the_log_keeps_what_the_receiver_said_and_no_more_than_the_beginning(
    house: Any, receiver: Receiver
) -> None:
    await webhook(house, receiver.url)
    await happen(house)
    receiver.answer, receiver.words = "500 Oops", b"<script>\x00\xff" + b"x" * 10_000
    (letter,) = await deliver(house)
    assert (letter["status"], letter["answer"]) == (500, receiver.words[:MOST_READ])
    house.clock.advance(5)
    receiver.answer, receiver.words = "200 OK", b"thanks"
    (letter,) = await deliver(house)
    async with house.database.reading() as tx:
        attempts = await tx.rows("outbox.attempts", letter["organization_id"], letter["id"])
    assert [(one["number"], one["status"], one["answer"][:6]) for one in attempts] == [
        (1, 500, b"<scrip"), (2, 200, b"thanks"),
    ]  # fmt: skip


async def test_a_letter_is_sent_again_with_its_own_id_and_as_many_chances(
    house: Any, receiver: Receiver
) -> None:
    one, _ = await webhook(house, receiver.url)
    await happen(house)
    receiver.answer = "410 Gone"
    (letter,) = await deliver(house)
    assert letter["given_up_at"] is not None
    receiver.answer = "500 Oops"
    assert isinstance(await house.do("admin", ReplayLetter(webhook_id=one, letter_id=letter["id"])), Done)
    (again,) = await deliver(house)
    assert (again["attempts"], again["replays"], again["due"]) == (2, 1, house.clock() + PAUSES[0])
    receiver.answer = "200 OK"
    house.clock.advance(5)
    await deliver(house)
    assert {headers["webhook-id"] for headers, _ in receiver.requests} == {letter["id"]}
    missing = await house.do("admin", ReplayLetter(webhook_id=one, letter_id="nobody"))
    assert isinstance(missing, Refusal)


async def test_a_span_of_time_is_sent_again(house: Any, receiver: Receiver) -> None:
    one, _ = await webhook(house, receiver.url)
    for answer in ("200 OK", "410 Gone", "410 Gone"):
        receiver.answer = answer
        await happen(house)
        await deliver(house)
        house.clock.advance(3600)
    receiver.answer = "200 OK"
    now = house.clock()
    span: dict[str, Any] = {"webhook_id": one, "since": now - timedelta(hours=3), "until": now}
    backwards = await house.do("admin", ReplaySpan(webhook_id=one, since=now, until=now))
    assert isinstance(backwards, Refusal)
    first = await house.do("admin", ReplaySpan(**{**span, "until": now - timedelta(hours=1)}))
    assert first.result["letters"] == 1
    assert (await house.do("admin", ReplaySpan(**span))).result["letters"] == 1
    await deliver(house)
    assert (await house.do("admin", ReplaySpan(**span))).result["letters"] == 0
    assert (await house.do("admin", ReplaySpan(**span, only_given_up=False))).result["letters"] == 3


async def test_a_test_letter_goes_where_nothing_else_may(house: Any, receiver: Receiver) -> None:
    one, _ = await webhook(house, receiver.url, kinds=frozenset({"message.posted"}))
    await house.do("admin", ChangeWebhook(webhook_id=one, disabled=True))
    assert isinstance(await house.do("admin", TryWebhook(webhook_id=one)), Done)
    (letter,) = await deliver(house)
    assert (letter["kind"], letter["delivered_at"] is not None) == ("webhook.test", True)


async def test_where_nothing_has_arrived_for_days_nothing_is_sent_and_administrators_are_told(
    house: Any, receiver: Receiver
) -> None:
    one, _ = await webhook(house, receiver.url)
    receiver.answer = "500 Oops"
    await happen(house)
    await deliver(house)
    house.clock.advance(FAILING_FOR.total_seconds() - 1)
    await deliver(house)
    organization = house.sample.organization_id
    async with house.database.reading() as tx:
        (row,) = await tx.rows("settings.webhooks", organization, "", None, 9)
    assert row["disabled"] is False
    house.clock.advance(1)
    await happen(house)
    await deliver(house)
    async with house.database._pool.acquire() as link:
        (row,) = await link.fetch("SELECT * FROM webhooks WHERE id = $1", one)
        mails = await link.fetch("SELECT recipient, subject, body FROM mails")
    assert (row["disabled"], row["disabled_for"]) == (True, "failing")
    assert [mail["recipient"] for mail in mails] == ["admin@demo.example"]
    assert "127.0.0.1" in mails[0]["body"]
    await house.do("admin", ChangeWebhook(webhook_id=one, disabled=False))
    async with house.database.reading() as tx:
        (row,) = await tx.rows("settings.webhooks", organization, "", None, 9)
    assert (row["disabled_for"], row["failing_since"]) == (None, None)


async def test_kinds_that_there_are_not(house: Any) -> None:
    refused = await house.do("admin", CreateWebhook(url="https://a.example/", kinds=frozenset({"no.such"})))
    assert isinstance(refused, Refusal)
    assert refused.reason is Reason.MALFORMED


async def test_a_bot_is_told_one_thing_after_the_other(house: Any, receiver: Receiver) -> None:
    done = await house.do("admin", CreateBot(name="Botti", url=receiver.url))
    workstream = house.sample.workstreams["Web chat"]
    await house.do("admin", ChangeWorkstream(workstream_id=workstream, bot_id=done.result["id"]))
    started = StartConversation(channel=Channel.LIVE_CHAT, customer_name="Ada", workstream_id=workstream)
    one = str((await house.do("saara", started)).result["id"])
    await house.do("saara", Monitor(conversation_id=one))
    await house.do("saara", PauseBot(conversation_id=one))
    await house.do("saara", ResumeBot(conversation_id=one))

    def told() -> list[str]:
        return [json.loads(body)["type"] for _, body in receiver.requests]

    receiver.answer = "503 Busy"
    await deliver(house)
    assert told() == ["bot.conversation_started"], "what follows waits for what was before"
    receiver.answer = "200 OK"
    house.clock.advance(BOT_PAUSES[0].total_seconds())
    await deliver(house)
    assert told()[1:] == ["bot.conversation_started", "bot.paused", "bot.resumed"]
    headers, body = receiver.requests[-1]
    assert headers["webhook-signature"] == proof(done.result["secret"], headers, body)
