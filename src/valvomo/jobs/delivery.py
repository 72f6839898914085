"""Delivery: letters from the outbox to webhooks and bots, signed, until they arrive or are given up.

A letter may come twice, when a process dies between the receiver's answer and our note of it; its id stays the same,
by which the receiver knows it. What a bot is told of a conversation goes to it one after the other: the next letter
waits until the one before has arrived.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
import structlog

from valvomo.addresses import Network
from valvomo.commands.execute import Executor
from valvomo.commands.settings.webhooks import DisableFailingWebhook
from valvomo.db.sealing import UnopenableError
from valvomo.db.transaction import Transaction
from valvomo.domain.access.actor import system
from valvomo.jobs.enclosing import Enclosures
from valvomo.jobs.posting import Answer, Post, signed
from valvomo.jobs.rounds import Rounds
from valvomo.jobs.shares import Shares, UnderWay, Whose
from valvomo.telemetry.spans import span

WEBHOOKS = Shares(slots=64, each=4, house=32)
"""How many letters are under way at a time: a slow webhook, or organization, holds up its own and not the others'."""
BOTS = Shares(slots=64, each=16, house=32)
"""The same of what bots are told, apart from them: customers wait for these."""
FAILING = 1
"""So many go at a time to where the one before did not arrive."""
LEASE_SECONDS = 60.0
"""How long a letter belongs to the process that took it; much longer than anybody is waited for."""
PAUSES = tuple(timedelta(seconds=one) for one in (5, 30, 120, 600, 1800, 7200, 21_600, 43_200, 86_400))
"""After each failure; after the last one the letter is given up, two days on."""
BOT_PAUSES = tuple(timedelta(seconds=one) for one in (1, 2, 4, 8, 15, 30, 60, 120, 300, 600, 1800, 3600))
"""The same of what a bot is told: a customer waits, and soon people are asked instead."""
FAILING_FOR = timedelta(days=3)
"""A webhook at which nothing has arrived for so long is disabled, and administrators are told."""

log = structlog.get_logger(__name__)


class Delivery(Rounds):
    """One for a process; several processes share the work. `allowed` are private networks that may be reached."""

    words = True

    def __init__(
        self, executor: Executor, *, allowed: Sequence[Network] = (), enclosures: Enclosures | None = None
    ) -> None:
        super().__init__(executor.bell)
        self._executor = executor
        self._database = executor.database
        self._clock = executor.clock
        self._sealer = executor.sealer
        self._allowed = allowed
        self._enclosures = enclosures
        self._webhooks = UnderWay(WEBHOOKS, self.wake.set)
        self._bots = UnderWay(BOTS, self.wake.set)

    @property
    def under_way(self) -> int:
        """How many letters are being sent."""
        return len(self._webhooks) + len(self._bots)

    async def run(self) -> None:
        """Send until cancelled."""
        async with Post.opened(self._allowed) as self._post, asyncio.TaskGroup() as self._group:
            await self._seal_all()
            await super().run()

    async def round(self) -> float | None:
        """Take as many letters as there is room for, and send them on the side."""
        now = self._clock()
        async with self._database.transaction() as tx:
            leased = [(which, await self._lease(tx, now, which)) for which in (self._webhooks, self._bots)]
            due: datetime | None = await tx.value("outbox.next_due", now)
        for which, letters in leased:
            for letter in letters:
                which.begin(_whose(letter))
                self._group.create_task(self._deliver(letter, which))
        return None if due is None else max(0.0, (due - now).total_seconds())

    async def _lease(self, tx: Transaction, now: datetime, which: UnderWay) -> list[Any]:
        each, house = which.shares.each, which.shares.house
        return await tx.rows(
            "outbox.lease", now, LEASE_SECONDS, which.free, *which.counted, each, FAILING, house,
            which is self._bots,
        )  # fmt: skip

    async def _deliver(self, letter: Any, which: UnderWay) -> None:
        try:
            await self._note(letter, await self._answer(letter))
        except Exception:
            # The lease ends by itself, and then the letter is due again.
            log.exception("delivery.failed", letter=letter["id"])
        finally:
            which.end(_whose(letter))

    async def _answer(self, letter: Any) -> Answer:
        try:
            secrets = self._secrets(letter)
        except UnopenableError as error:
            return Answer(ms=0, problem=f"the signing secret cannot be opened: {error}")
        body = content_of(letter, self._enclosures)
        causes = [letter["trace"]] if letter["trace"] else []
        with span("webhook", causes, "client", valvomo__kind=letter["kind"]):
            return await self._post.send(
                letter["url"], signed(secrets, letter["id"], self._clock(), body), body
            )

    def _secrets(self, letter: Any) -> list[str]:
        """The one in use first; after a rotation the former one too, for a while."""
        where = (letter["organization_id"], "webhook", letter["webhook_id"])
        plain = letter["sealed"] is None
        found = [letter["secret"] if plain else self._sealer.open(letter["sealed"], *where)]
        if letter["former_sealed"] is not None and letter["former_until"] > self._clock():
            found.append(self._sealer.open(letter["former_sealed"], *where))
        return found

    async def _note(self, letter: Any, answer: Answer) -> None:
        which, now = (letter["organization_id"], letter["id"]), self._clock()
        failing_since = None
        async with self._database.transaction() as tx:
            await tx.run(
                "outbox.attempted", *which, letter["attempts"], now, answer.status, answer.ms, answer.body,
                answer.problem and answer.problem[:500],
            )  # fmt: skip
            if answer.problem is None:
                await tx.run("outbox.delivered", *which, now, answer.status, answer.ms)
                await tx.run("outbox.arriving", letter["organization_id"], letter["webhook_id"])
                return
            tried, bot = letter["attempts"] - letter["replayed_after"], letter["bot_id"] is not None
            again = None if answer.final else due_again(tried, now, bot=bot)
            await tx.run(
                "outbox.failed", *which, again or now, None if again else now, answer.problem[:500], answer.status,
                answer.ms,
            )  # fmt: skip
            failing_since = await tx.value(
                "outbox.failing", letter["organization_id"], letter["webhook_id"], now
            )
        log.info("delivery.undelivered", letter=letter["id"], attempts=letter["attempts"], again=again)
        if letter["bot_id"] is None and failing_since is not None and failing_since + FAILING_FOR <= now:
            command = DisableFailingWebhook(webhook_id=letter["webhook_id"])
            await self._executor.execute(system(letter["organization_id"], "delivery"), command)

    async def _seal_all(self) -> None:
        """Secrets that a release before this one has kept in the clear."""
        if not self._sealer.usable:
            return
        async with self._database.transaction() as tx:
            for row in await tx.rows("outbox.unsealed"):
                where = (row["organization_id"], "webhook", row["id"])
                await tx.run(
                    "outbox.seal", row["organization_id"], row["id"], self._sealer.seal(row["secret"], *where)
                )


def content_of(letter: Any, enclosures: Enclosures | None = None) -> bytes:
    """What is sent: the kind, when it happened, and what the receiver may know of it."""
    data = letter["body"]
    if enclosures is not None:
        data = _with_links(data, letter["organization_id"], enclosures)
    return msgspec.json.encode({"type": letter["kind"], "timestamp": letter["created_at"], "data": data})


def _with_links(data: dict[str, Any], organization_id: str, enclosures: Enclosures) -> dict[str, Any]:
    """Files with addresses of this attempt: those of one before it may have ended."""
    found = dict(data)
    if isinstance(message := found.get("message"), dict):
        found["message"] = _with_links(message, organization_id, enclosures)
    if files := found.get("attachments"):
        found["attachments"] = [{**one, "url": enclosures.link(organization_id, one["id"])} for one in files]
    return found


def due_again(attempts: int, now: datetime, *, bot: bool = False) -> datetime | None:
    """When to try again after so many attempts; None when it is time to give up."""
    pauses = BOT_PAUSES if bot else PAUSES
    return now + pauses[attempts - 1] if attempts <= len(pauses) else None


def _whose(letter: Any) -> Whose:
    return letter["organization_id"], letter["webhook_id"]
