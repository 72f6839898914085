"""Fetching: files that came with messages over channels, each from its provider into where all files are kept.

A message is there before its files. Whatever dies meanwhile, a file is fetched again when its lease has ended, and is
made the message's in one transaction, so that it is there once. What cannot be had is tried again for hours, and then
the message says why it is not there.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import structlog

from valvomo.addresses import Network
from valvomo.channels.http import FILE_PATIENCE_SECONDS, GuardedHttp
from valvomo.channels.media import Incoming, Medium, UnfetchableError
from valvomo.channels.optional import Fetcher
from valvomo.channels.port import Http, RejectedError, UnavailableError, cleaned, retry_after
from valvomo.channels.vault import UnopenableError
from valvomo.commands.attachments.receiving import Intake
from valvomo.commands.attachments.uploading import BeginUpload
from valvomo.commands.channels.accounts import Opener, UnusableAccountError, Used
from valvomo.commands.channels.media import AttachMedia, FailMedia
from valvomo.commands.execute import Executor
from valvomo.db import conversations
from valvomo.db.doorbell import Doorbell
from valvomo.db.lost import is_away
from valvomo.domain.access.actor import Actor, ActorKind, system
from valvomo.domain.attachments.attached import Upload
from valvomo.domain.attachments.media import MediaProblem, MediaState, problem_of
from valvomo.domain.conversations.delivery import DeliveryProblem
from valvomo.domain.refusals import Refusal
from valvomo.jobs.rounds import Rounds

AT_A_TIME = 4
"""Files that a process fetches at a time."""
LEASE_SECONDS = 30.0
"""For so long a file belongs to the process that fetches it; renewed at a third of it."""
MOST_ATTEMPTS = 14
"""With the longest pause between them that is four hours."""
FIRST_PAUSE, LONGEST_PAUSE = 2.0, 1800.0
LOOK_AGAIN_SECONDS = 5.0
"""Until a file that nobody could look into yet is looked at again."""
_LATER = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS})

log = structlog.get_logger(__name__)


class Fetching(Rounds):
    """One for a process; any number of them share the work by leases. `allowed` private networks may be reached."""

    def __init__(
        self,
        executor: Executor,
        bell: Doorbell,
        opener: Opener,
        intake: Intake,
        *,
        allowed: Sequence[Network] = (),
    ) -> None:
        super().__init__(bell)
        self._executor = executor
        self._database = executor.database
        self._clock = executor.clock
        self._opener = opener
        self._intake = intake
        self._allowed = allowed
        self._working: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Fetch until cancelled."""
        async with GuardedHttp(self._allowed) as self._http, asyncio.TaskGroup() as self._group:
            await super().run()

    async def round(self) -> float | None:
        """See that as many are fetched as may be at a time; then until the next is due."""
        for row in await self.lease(AT_A_TIME - len(self._working)):
            task = self._group.create_task(self.fetch(row, self._http))
            self._working.add(task)
            task.add_done_callback(self._done)
        if len(self._working) >= AT_A_TIME:
            return None
        async with self._database.asking() as tx:
            due = await tx.value("media.next_due")
        return None if due is None else max(0.0, (due - self._clock()).total_seconds())

    async def lease(self, most: int) -> list[Any]:
        """Files that are due, and this process's to fetch now."""
        if most <= 0:
            return []
        now = self._clock()
        async with self._database.transaction() as tx:
            return await tx.rows("media.lease", now, now + timedelta(seconds=LEASE_SECONDS), most)

    async def fetch(self, row: Any, http: Http) -> None:
        """One file, as far as that can be had now. Never raises: what it was is due again when its lease ends."""
        try:
            async with self._renewed(row):
                await self._attempt(row, http)
        except Exception:
            log.exception("fetching.broken", media=row["id"])

    def _done(self, task: asyncio.Task[None]) -> None:
        self._working.discard(task)
        self.wake.set()

    async def _attempt(self, row: Any, http: Http) -> None:
        try:
            await self._try(row, http)
        except UnfetchableError as error:
            await self._fail(row, error.problem, error.detail)
        except RejectedError as error:
            account = error.problem is DeliveryProblem.ACCOUNT
            await self._later(row, MediaProblem.ACCOUNT if account else MediaProblem.GONE, error.detail)
        except UnavailableError as error:
            await self._later(row, MediaProblem.UNAVAILABLE, error.detail, error.retry_after)
        except (UnopenableError, UnusableAccountError) as error:
            await self._later(row, MediaProblem.ACCOUNT, str(error))
        except Exception as error:
            if is_away(error) and not isinstance(error, TimeoutError):
                raise
            # Its words are not shown: they may have in them by what the account is opened.
            log.exception("fetching.failed", account=row["account_id"])
            await self._later(row, MediaProblem.UNAVAILABLE, type(error).__name__)

    async def _try(self, row: Any, http: Http) -> None:
        """Go on with what was made of it already, if anything was that is there still."""
        if row["upload_id"] is not None and await self._attached(row, row["upload_id"]):
            return
        async with self._database.asking() as tx:
            account = await tx.row("channels.account", row["organization_id"], row["account_id"])
            conversation = await conversations.get(tx, row["organization_id"], row["conversation_id"])
        if account is None or conversation is None:
            return
        customer = Actor(
            id=conversation.contact_id, organization_id=row["organization_id"], name=conversation.customer_name,
            kind=ActorKind.CUSTOMER, conversation_id=conversation.id,
        )  # fmt: skip
        async with asyncio.timeout(FILE_PATIENCE_SECONDS):
            taken = await self._take_in(row, (self._opener.open(account), http), customer)
        if isinstance(taken, Refusal):
            if (problem := problem_of(taken)) is not None:
                raise UnfetchableError(problem)
            raise UnavailableError(taken.reason.value)
        await self._attached(row, taken.id)

    async def _take_in(self, row: Any, where: tuple[Used, Http], customer: Actor) -> Upload | Refusal:
        """Kept, and looked into, as whatever a customer brings."""
        async with self._opened(row, *where) as incoming:
            _judge(incoming)
            command = BeginUpload(
                conversation_id=row["conversation_id"],
                name=row["name"],
                media_type=row["media_type"],
                came=True,
            )
            return await self._intake.receive(
                customer, command, incoming.chunks, announced=incoming.announced
            )

    @asynccontextmanager
    async def _opened(self, row: Any, used: Used, http: Http) -> AsyncIterator[Incoming]:
        if row["here"]:
            async with self._database.asking() as tx:
                content: bytes = await tx.value("media.content", row["organization_id"], row["id"])
            yield Incoming(status=200, headers={}, chunks=_pieces(content))
            return
        if not isinstance(used.provider, Fetcher):
            raise UnfetchableError(MediaProblem.UNSUPPORTED)
        medium = Medium(ref=row["ref"], name=row["name"], media_type=row["media_type"], size=row["size"])
        async with used.provider.fetch(used.account, medium, http) as incoming:
            yield incoming

    async def _attached(self, row: Any, upload_id: str) -> bool:
        """Whether that upload is what has become, or is to become of it; it may have been swept away meanwhile."""
        command = AttachMedia(media_id=row["id"], upload_id=upload_id)
        done = await self._executor.execute(system(row["organization_id"], "channel"), command)
        if isinstance(done, Refusal) or done.result["state"] != MediaState.FETCHING:
            return True
        async with self._database.transaction() as tx:
            if await tx.row("attachments.one", row["organization_id"], upload_id) is None:
                return False
            # Nobody could look into it yet.
            due = self._clock() + timedelta(seconds=LOOK_AGAIN_SECONDS)
            await tx.run("media.put_off", row["organization_id"], row["id"], due, upload_id, None)
        return True

    async def _later(self, row: Any, problem: MediaProblem, detail: str, after: float | None = None) -> None:
        if row["attempts"] >= MOST_ATTEMPTS:
            await self._fail(row, problem, detail)
            return
        pause = min(LONGEST_PAUSE, after or FIRST_PAUSE * 2.0 ** min(row["attempts"] - 1, 20))
        due = self._clock() + timedelta(seconds=pause)
        log.info("fetching.later", media=row["id"], attempts=row["attempts"], problem=detail, again_in=pause)
        async with self._database.transaction() as tx:
            await tx.run("media.put_off", row["organization_id"], row["id"], due, None, cleaned(detail)[:200])

    async def _fail(self, row: Any, problem: MediaProblem, detail: str) -> None:
        log.info("fetching.failed", media=row["id"], problem=problem.value, detail=detail)
        command = FailMedia(media_id=row["id"], problem=problem, detail=cleaned(detail)[:200])
        await self._executor.execute(system(row["organization_id"], "channel"), command)

    @asynccontextmanager
    async def _renewed(self, row: Any) -> AsyncIterator[None]:
        """The file stays this process's for as long as that lives and works on it."""

        async def renew() -> None:
            while True:
                await asyncio.sleep(LEASE_SECONDS / 3)
                until = self._clock() + timedelta(seconds=LEASE_SECONDS)
                async with self._database.transaction() as tx:
                    await tx.run("media.renew", row["organization_id"], row["id"], until)

        async with asyncio.TaskGroup() as group:
            renewing = group.create_task(renew())
            try:
                yield
            finally:
                renewing.cancel()


def _judge(incoming: Incoming) -> None:
    """Nothing for success. What is forbidden was allowed once: the link is too old."""
    status = incoming.status
    if incoming.successful:
        return
    if HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR and status not in _LATER:
        raise UnfetchableError(MediaProblem.GONE, f"HTTP {status}")
    raise UnavailableError(f"HTTP {status}", retry_after=retry_after(incoming))


async def _pieces(content: bytes) -> AsyncIterator[bytes]:
    yield content
