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

from valvomo.channels import PROVIDERS
from valvomo.channels.optional import Coupled
from valvomo.channels.port import Http, Letter, RejectedError, UnavailableError, cleaned
from valvomo.channels.vault import UnopenableError
from valvomo.commands.channels.accounts import Opener, UnusableAccountError, Used
from valvomo.commands.channels.told import Told
from valvomo.commands.execute import Executor
from valvomo.db.dispatches import LEASE_SECONDS
from valvomo.db.lost import is_away
from valvomo.domain.conversations.delivery import Delivery, DeliveryProblem
from valvomo.domain.conversations.template import Filled
from valvomo.jobs.enclosing import Enclosures
from valvomo.jobs.giving import Giving
from valvomo.jobs.noting import Noting
from valvomo.jobs.pacing import GATHER_SECONDS, LONGEST_PAUSE, Bucket, after_lost, pause_after
from valvomo.jobs.standing import Standing
from valvomo.telemetry.spans import span

SLOTS = 32
"""Messages of an account under way at a time: of a provider who takes a quarter of a second, 128 a second."""
CLAIM_SECONDS = 15.0
"""How long an account belongs to the process that sends for it; renewed at a third of it."""
MOST_ATTEMPTS = 100
"""With the longest pause between them that is two days."""
MOST_LOST = 5
"""Sendings whose outcome nobody knows, after which a provider that would send them again is not asked once more."""
PACED_PAUSE = 1.0
COUPLED = [name for name, one in PROVIDERS.items() if isinstance(one, Coupled)]
"""Providers for whose accounts the process sends that listens."""
FAREWELL_SECONDS = 10.0
"""How long we wait for answers when we have to end: a message whose answer nobody hears may go out twice."""

log = structlog.get_logger(__name__)


class Sender:
    """Of one account (organization, id), kept for `linger` seconds when nothing is left. `wake`: something is new."""

    def __init__(
        self,
        executor: Executor,
        opener: Opener,
        http: Http,
        *,
        key: tuple[str, str],
        process_id: str,
        enclosures: Enclosures | None = None,
        noting: Noting | None = None,
        linger: float = 0.0,
    ) -> None:
        self.wake = asyncio.Event()
        self._database = executor.database
        self._clock: Callable[[], datetime] = executor.clock
        self._opener = opener
        self._giving = Giving(executor, http, key)
        self._enclosures = enclosures
        self._noting = noting or Noting(executor)
        self._linger = linger
        self._key = key
        self._process_id = process_id
        self._account: Used | None = None
        self._bucket = Bucket(1.0)
        self._flying: set[asyncio.Task[None]] = set()
        self._told: list[Told] = []
        self._standing = Standing(executor, key)
        self._renew_at = 0.0

    @property
    def quiet(self) -> bool:
        """Whether the provider is left alone for a moment, because it was away."""
        return self._standing.quiet

    @property
    def unnoted(self) -> bool:
        """Whether something has come of a message that could not be noted yet."""
        return bool(self._told)

    async def work(self) -> None:
        """Until nothing is left that could be sent now, or the account is another process's."""
        try:
            await self._note()
            try:
                await self._keep_sending()
                while self._flying:
                    await asyncio.wait(set(self._flying))
            finally:
                await self._land()
        finally:
            self._renew_at = 0.0
            async with self._database.transaction() as tx:
                await tx.run("dispatches.let_go", *self._key, self._process_id)

    async def _land(self) -> None:
        """What the provider is being given is heard out, however we end."""
        if self._flying:
            _, late = await asyncio.wait(set(self._flying), timeout=FAREWELL_SECONDS)
            for one in late:
                one.cancel()
        await self._note()

    async def _keep_sending(self) -> None:
        while not self.quiet and (used := await self._used()) is not None:
            self.wake.clear()
            began = time.monotonic()
            rows = await self._lease(used)
            for row in rows:
                # No child of this task: an answer is not lost because something else fails.
                sending = asyncio.create_task(self._send(used, row))  # noqa: TID251 - logs whatever fails
                self._flying.add(sending)
                sending.add_done_callback(self._landed)
            wait = self._bucket.wait()
            if not rows and not self._flying and not wait and not await self._woken(self._linger):
                return
            # Until something has come of one of them, there is something new, or more may go.
            await self._woken(wait or CLAIM_SECONDS / 3)
            await asyncio.sleep(max(0.0, began + GATHER_SECONDS - time.monotonic()))
            await self._note()

    async def _woken(self, seconds: float) -> bool:
        """Whether something has come within this time."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.wake.wait()
        return self.wake.is_set()

    async def _used(self) -> Used | None:
        """The account as it is set up now, if this process may send for it."""
        if time.monotonic() < self._renew_at:
            return self._account
        now = self._clock()
        async with self._database.transaction() as tx:
            place = (*self._key, self._process_id, now, CLAIM_SECONDS, COUPLED)
            row = await tx.row("dispatches.claim_account", *place)
        if row is None:
            return None
        self._standing.trouble = row["seen"].get("well") is False
        if row["held_since"] is not None:
            overdue = await self._standing.overdue(now)
            self._told += [_failed(one, DeliveryProblem.ACCOUNT, "") for one in overdue]
            await self._note()
        try:
            self._account = self._opener.open(row)
        except (UnopenableError, UnusableAccountError) as error:
            await self._standing.hold(str(error))
            return None
        self._renew_at = time.monotonic() + CLAIM_SECONDS / 3
        per_second = self._account.provider.abilities(self._account.account).per_second
        if per_second != self._bucket.per_second:
            self._bucket = Bucket(per_second)
        return self._account

    async def _lease(self, used: Used) -> list[Any]:
        """What may be sent now; it is this process's to send."""
        allowed = self._bucket.take(max(0, (1 if self._standing.trouble else SLOTS) - len(self._flying)))
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
        except Exception:
            # The database is away, most likely: its lease ends, and it says that it may have gone out.
            log.exception("sending.unnoted", account=self._key[1])

    def _landed(self, sending: asyncio.Task[None]) -> None:
        self._flying.discard(sending)
        self.wake.set()

    async def _try(self, used: Used, row: Any) -> None:
        one = row["message_id"]
        if _exhausted(used, row):
            self._told.append(_failed(one, DeliveryProblem.GIVEN_UP, row["detail"] or ""))
            return
        try:
            with span("dispatch", [row["trace"]] if row["trace"] else [], "client"):
                sent = await self._giving.give(used, self._letter(row))
        except RejectedError as error:
            await self._rejected(row, error)
        except UnavailableError as error:
            await self._unavailable(used, row, error)
        except Exception as error:
            # A provider's code that fails is no reason to lose a message: it is tried again, and given up in the end.
            # Its words are not shown: they may have in them by what the account is opened.
            log.exception("sending.failed", account=self._key[1])
            await self._unavailable(used, row, UnavailableError(type(error).__name__, lost=True))
        else:
            sent_as = cleaned(sent.provider_id) or None
            self._told.append(Told(message_id=one, state=Delivery.SENT, provider_id=sent_as))
            await self._standing.worked(one)

    def _letter(self, row: Any) -> Letter:
        files = row["attachments"]
        if files and self._enclosures is None:
            raise RuntimeError("nobody has said where files are kept")
        return Letter(
            id=row["message_id"],
            conversation_id=row["conversation_id"],
            address=row["address"],
            text=row["text"],
            author_name=row["author_name"],
            language=row["language"] or "",
            subject=row["subject"] or "",
            created_at=row["created_at"],
            at=self._clock(),
            cursor=row["cursor"],
            template=msgspec.convert(row["filled"], Filled) if row["filled"] else None,
            last_inbound_at=row["last_inbound_at"],
            automatic=row["automatic"],
            media=self._enclosures.of(self._key[0], files) if self._enclosures else (),
        )

    async def _rejected(self, row: Any, error: RejectedError) -> None:
        """What is wrong with the account is no fault of the message: it waits until that is put right."""
        one = row["message_id"]
        if error.problem is not DeliveryProblem.ACCOUNT or self._standing.is_its_own(one):
            self._told.append(_failed(one, error.problem, error.detail))
            return
        self._renew_at, self._account = 0.0, None
        until = await self._standing.hold(error.detail)
        async with self._database.transaction() as tx:
            # Behind those of others, so that the next attempt is with somebody else's.
            again = until + timedelta(seconds=pause_after(row["attempts"]))
            said = (DeliveryProblem.ACCOUNT.value, cleaned(error.detail)[:200])
            await tx.run("dispatches.postpone", self._key[0], one, again, *said, False, False)
        log.warning("sending.held", account=self._key[1], problem=error.detail)

    async def _unavailable(self, used: Used, row: Any, error: UnavailableError) -> None:
        lost = error.lost and not used.provider.abilities(used.account).idempotent
        tried, most = (row["lost"] + 1, MOST_LOST) if lost else (row["attempts"], MOST_ATTEMPTS)
        if tried >= most and not error.paced:
            self._told.append(_failed(row["message_id"], DeliveryProblem.GIVEN_UP, error.detail))
            return
        usual = PACED_PAUSE if error.paced else after_lost(tried) if lost else pause_after(tried)
        pause = min(error.retry_after or usual, LONGEST_PAUSE)
        if (error.paced or error.retry_after) and not error.alone:
            self._bucket.close(pause)
        async with self._database.transaction() as tx:
            again = self._clock() + timedelta(seconds=pause)
            said = (DeliveryProblem.UNAVAILABLE.value, cleaned(error.detail)[:200])
            place = (self._key[0], row["message_id"], again, *said)
            await tx.run("dispatches.postpone", *place, error.lost, error.paced)
        if not error.paced:
            await self._standing.away(error.detail)
        log.info("sending.unavailable", account=self._key[1], attempts=row["attempts"], problem=error.detail)

    async def _note(self) -> None:
        """What has come of what was sent, in a transaction with what has come of others'."""
        while told := self._told[:]:
            try:
                await self._noting.note(self._key[0], told)
            except Exception as error:
                if is_away(error):
                    raise
                log.exception("sending.unnoted", account=self._key[1])
                await self._note_each(told)
            del self._told[: len(told)]

    async def _note_each(self, told: list[Told]) -> None:
        """Whatever is wrong with what is said of one message concerns no other."""
        for one in told:
            try:
                await self._noting.note(self._key[0], [one])
            except Exception as error:
                if is_away(error):
                    raise
                log.exception("sending.unnoted", account=self._key[1], dispatch=one.message_id)


def _exhausted(used: Used, row: Any) -> bool:
    """Whether it was begun too often already: a process that ends before it hears the answer counts no failure."""
    if used.provider.abilities(used.account).idempotent:
        return bool(row["attempts"] > MOST_ATTEMPTS)
    return bool(row["lost"] >= MOST_LOST)


def _failed(message_id: str, problem: DeliveryProblem, detail: str) -> Told:
    return Told(message_id=message_id, state=Delivery.FAILED, problem=problem, detail=cleaned(detail)[:200])
