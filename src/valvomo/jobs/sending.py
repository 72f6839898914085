"""Sending: the messages of one account, given to its provider by one process at a time."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec
import structlog

from valvomo.channels.port import Http, Letter, RejectedError, UnavailableError
from valvomo.channels.vault import UnopenableError
from valvomo.commands.channels.accounts import Opener, UnusableAccountError, Used
from valvomo.commands.channels.administering import SeeChannel
from valvomo.commands.channels.delivery import NoteDeliveries, Told
from valvomo.commands.execute import Executor
from valvomo.domain.access.actor import system
from valvomo.domain.conversations.delivery import Delivery, DeliveryProblem
from valvomo.domain.conversations.template import Filled
from valvomo.jobs.pacing import Bucket
from valvomo.telemetry.spans import span

SLOTS = 16
"""Messages of an account that are under way at a time."""
LEASE_SECONDS = 45.0
"""How long a message belongs to the process that took it; longer than anybody is patient with a provider."""
CLAIM_SECONDS = 15.0
"""How long an account belongs to the process that sends for it; renewed at a third of it."""
MOST_ATTEMPTS = 100
"""With the longest pause between them that is two days."""
MOST_LOST = 3
"""Sendings that were broken off, after which a provider that would send them again is not asked once more."""
FIRST_PAUSE, LONGEST_PAUSE = 2.0, 1800.0
PACED_PAUSE = 1.0

log = structlog.get_logger(__name__)


class Sender:
    """Of one account (organization, id). `wake` is set when there is something new."""

    def __init__(
        self, executor: Executor, opener: Opener, http: Http, *, key: tuple[str, str], process_id: str
    ) -> None:
        self.wake = asyncio.Event()
        self._executor = executor
        self._database = executor.database
        self._clock: Callable[[], datetime] = executor.clock
        self._opener = opener
        self._http = http
        self._key = key
        self._process_id = process_id
        self._account: Used | None = None
        self._bucket = Bucket(1.0)
        self._flying = 0
        self._told: list[Told] = []
        self._trouble = False
        self._renew_at = 0.0

    async def work(self) -> None:
        """Until nothing is left that could be sent now, or the account is another process's."""
        try:
            async with asyncio.TaskGroup() as group:
                await self._keep_sending(group)
            await self._note()
        finally:
            self._renew_at = 0.0
            async with self._database.transaction() as tx:
                await tx.run("dispatches.let_go", *self._key, self._process_id)

    async def _keep_sending(self, group: asyncio.TaskGroup) -> None:
        while (used := await self._used()) is not None:
            self.wake.clear()
            rows = await self._lease(used)
            for row in rows:
                self._flying += 1
                group.create_task(self._send(used, row))
            wait = self._bucket.wait()
            if not rows and not self._flying and not self.wake.is_set() and not wait:
                return
            # Until something has come of one of them, there is something new, or more may go.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait or CLAIM_SECONDS / 3):
                    await self.wake.wait()
            await self._note()

    async def _used(self) -> Used | None:
        """The account as it is set up now, if this process may send for it."""
        if time.monotonic() < self._renew_at:
            return self._account
        now = self._clock()
        until = now + timedelta(seconds=CLAIM_SECONDS)
        async with self._database.transaction() as tx:
            row = await tx.row("dispatches.claim_account", *self._key, self._process_id, now, until)
        if row is None:
            return None
        self._trouble = row["seen"].get("well") is False
        try:
            self._account = self._opener.open(row)
        except (UnopenableError, UnusableAccountError) as error:
            await self._see(DeliveryProblem.ACCOUNT, str(error))
            return None
        self._renew_at = time.monotonic() + CLAIM_SECONDS / 3
        per_second = self._account.provider.abilities(self._account.account).per_second
        if per_second != self._bucket.per_second:
            self._bucket = Bucket(per_second)
        return self._account

    async def _lease(self, used: Used) -> list[Any]:
        """What may be sent now; it is this process's to send."""
        allowed = self._bucket.take(max(0, (1 if self._trouble else SLOTS) - self._flying))
        if allowed <= 0:
            return []
        idempotent = used.provider.abilities(used.account).idempotent
        async with self._database.transaction() as tx:
            place = (*self._key, self._clock(), LEASE_SECONDS, allowed, idempotent)
            rows = await tx.rows("dispatches.lease", *place)
        self._bucket.give_back(allowed - len(rows))
        return sorted(rows, key=lambda one: one["place"])

    async def _send(self, used: Used, row: Any) -> None:
        try:
            await self._try(used, row)
        finally:
            self._flying -= 1
            self.wake.set()

    async def _try(self, used: Used, row: Any) -> None:
        letter = _letter(row, self._clock())
        try:
            with span("dispatch", [row["trace"]] if row["trace"] else [], "client"):
                _fit(letter, used)
                sent = await used.provider.send(used.account, letter, self._http)
        except RejectedError as error:
            self._told.append(_failed(letter.id, error.problem, error.detail))
            if error.problem is DeliveryProblem.ACCOUNT:
                await self._see(error.problem, error.detail)
        except UnavailableError as error:
            await self._unavailable(used, row, error)
        except Exception as error:
            # A provider's code that fails is no reason to lose a message: it is tried again, and given up in the end.
            log.exception("sending.failed", account=self._key[1])
            await self._unavailable(used, row, UnavailableError(repr(error), lost=True))
        else:
            self._told.append(Told(message_id=letter.id, state=Delivery.SENT, provider_id=sent.provider_id))
            if self._trouble:
                await self._recovered()

    async def _unavailable(self, used: Used, row: Any, error: UnavailableError) -> None:
        idempotent = used.provider.abilities(used.account).idempotent
        most = MOST_LOST if error.lost and not idempotent else MOST_ATTEMPTS
        if row["attempts"] >= most and not error.paced:
            self._told.append(_failed(row["message_id"], DeliveryProblem.GIVEN_UP, error.detail))
            return
        pause = error.retry_after or (PACED_PAUSE if error.paced else pause_after(row["attempts"]))
        pause = min(pause, LONGEST_PAUSE)
        if (error.paced or error.retry_after) and not error.alone:
            self._bucket.close(pause)
        async with self._database.transaction() as tx:
            again = self._clock() + timedelta(seconds=pause)
            problem = DeliveryProblem.UNAVAILABLE.value
            place = (self._key[0], row["message_id"], again, problem, error.detail[:200])
            await tx.run("dispatches.postpone", *place, error.lost, error.paced)
        if not error.paced and not self._trouble:
            self._trouble = True
            await self._see(DeliveryProblem.UNAVAILABLE, error.detail)
        log.info("sending.unavailable", account=self._key[1], attempts=row["attempts"], problem=error.detail)

    async def _recovered(self) -> None:
        self._trouble = False
        await self._see(None, "")
        async with self._database.transaction() as tx:
            await tx.run("dispatches.hurry", *self._key, self._clock(), LEASE_SECONDS)

    async def _note(self) -> None:
        """What has come of what was sent, many of it in one transaction."""
        told, self._told = self._told, []
        if told:
            command = NoteDeliveries(told=tuple(told))
            await self._executor.execute(system(self._key[0], "channel"), command)

    async def _see(self, problem: DeliveryProblem | None, detail: str) -> None:
        """What is known of the account's health."""
        command = SeeChannel(
            account_id=self._key[1],
            well=problem is None,
            problem=problem.value if problem else None,
            detail=detail[:200],
        )
        await self._executor.execute(system(self._key[0], "channel"), command)


def pause_after(attempts: int) -> float:
    """Seconds until the next attempt after so many: twice as long each time, half an hour at most."""
    return min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(attempts - 1, 20))


def _letter(row: Any, at: datetime) -> Letter:
    return Letter(
        id=row["message_id"],
        conversation_id=row["conversation_id"],
        address=row["address"],
        text=row["text"],
        author_name=row["author_name"],
        language=row["language"] or "",
        subject=row["subject"] or "",
        created_at=row["created_at"],
        at=at,
        cursor=row["cursor"],
        template=msgspec.convert(row["filled"], Filled) if row["filled"] else None,
        last_inbound_at=row["last_inbound_at"],
    )


def _fit(letter: Letter, used: Used) -> None:
    limit = used.provider.abilities(used.account).max_text
    if len(letter.text) > limit:
        raise RejectedError(DeliveryProblem.TOO_LONG, str(limit))


def _failed(message_id: str, problem: DeliveryProblem, detail: str) -> Told:
    return Told(message_id=message_id, state=Delivery.FAILED, problem=problem, detail=detail[:200])
