"""The message lane: messages in flight share one transaction and one commit (design §1 *hot path*).

No waiting timer: while one batch commits, the next one gathers. A batch that fails is tried again one message at
a time, so that one bad row costs nobody else anything.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field

import structlog

from valvomo.commands.conversations.messages import Batch, Letter, Posted, PostMessage, post_all
from valvomo.commands.execute import Clock, Done
from valvomo.db import journal
from valvomo.db.conversations import Key
from valvomo.db.database import Database
from valvomo.db.doorbell import Doorbell, Said
from valvomo.db.messages import Message
from valvomo.domain.access.actor import Actor
from valvomo.domain.conversations.model import Conversation, State
from valvomo.domain.refusals import Reason, Refusal
from valvomo.telemetry.counts import Spread
from valvomo.telemetry.spans import here, remember, span

MAX_BATCH = 128
MAX_WAITING = 4096
"""More than this in flight is refused as busy: a bounded queue cannot sink the process."""

MOST_REMEMBERED = 2_000
"""Conversations whose newest state is kept, so that the next message in them need not read it again."""

log = structlog.get_logger(__name__)
Waiting = tuple[Letter, "asyncio.Future[Done | Refusal]", str | None]
"""A letter, who waits for it, and what caused it, where somebody traces."""


@dataclass(slots=True)
class LaneStatistics:
    """Of the lane: messages by `outcomes`, `refusals` by reason, `batches` that were tried, seconds of each `commits`.

    `size` of the newest batch, `waiting` messages in front of it, `limit` how many may wait. `running`: whether there
    is a lane at all; it has been `busy_for` seconds with the batch that it is at.
    """

    outcomes: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    commits: Spread = field(default_factory=Spread)
    batches: int = 0
    failed_batches: int = 0
    size: int = 0
    waiting: int = 0
    limit: int = MAX_WAITING
    running: bool = False
    busy_for: float = 0.0


class MessageLane:
    """One for a process. `run` must be running for `post` to return."""

    def __init__(self, database: Database, clock: Clock, bell: Doorbell) -> None:
        self._database = database
        self._clock = clock
        self._bell = bell
        self._memory: dict[Key, Conversation] = {}
        self._queue: asyncio.Queue[Waiting] = asyncio.Queue(MAX_WAITING)
        self._statistics = LaneStatistics()
        self._busy_since: float | None = None

    def statistics(self) -> LaneStatistics:
        """How the lane does."""
        since = self._busy_since
        self._statistics.waiting = self._queue.qsize()
        self._statistics.busy_for = 0.0 if since is None else time.perf_counter() - since
        return self._statistics

    async def post(self, actor: Actor, command: PostMessage) -> Done | Refusal:
        """Post one message; durable when this returns. The result is the whole message as it is kept."""
        future: asyncio.Future[Done | Refusal] = asyncio.get_running_loop().create_future()
        try:
            self._queue.put_nowait((Letter(actor=actor, command=command), future, here()))
        except asyncio.QueueFull:
            self._statistics.outcomes["refused"] += 1
            self._statistics.refusals[Reason.BUSY.value] += 1
            return Refusal(Reason.BUSY)
        return await future

    async def run(self) -> None:
        """Post what is waiting, until cancelled."""
        self._statistics.running = True
        try:
            while True:
                self._busy_since = None
                batch = [await self._queue.get()]
                self._busy_since = time.perf_counter()
                while len(batch) < MAX_BATCH and not self._queue.empty():
                    batch.append(self._queue.get_nowait())
                await self._attend(batch)
        finally:
            self._statistics.running = False

    async def _attend(self, batch: Sequence[Waiting]) -> None:
        try:
            await self._post(batch)
        except asyncio.CancelledError:
            _fail(batch, asyncio.CancelledError())
            raise

    async def _post(self, batch: Sequence[Waiting]) -> None:
        statistics, began = self._statistics, time.perf_counter()
        statistics.batches += 1
        statistics.size = len(batch)
        try:
            causes = [cause for _, _, cause in batch if cause is not None]
            with span("messages", causes, valvomo__messages=len(batch)) if causes else nullcontext():
                outcomes = await self._commit([letter for letter, _, _ in batch])
        except Exception as error:  # noqa: BLE001 - whatever it was, its senders are told and the lane goes on
            statistics.failed_batches += 1
            self._memory.clear()
            if len(batch) > 1:
                log.warning("messages.batch_failed", size=len(batch), error=repr(error))
                for one in batch:
                    await self._post([one])
            else:
                statistics.outcomes["failed"] += 1
                _fail(batch, error)
            return
        statistics.commits.add(time.perf_counter() - began)
        for (_, future, _), outcome in zip(batch, outcomes, strict=True):
            self._count(outcome)
            if not future.done():
                future.set_result(outcome)

    def _count(self, outcome: Done | Refusal) -> None:
        if isinstance(outcome, Refusal):
            self._statistics.outcomes["refused"] += 1
            self._statistics.refusals[outcome.reason.value] += 1
        else:
            self._statistics.outcomes["repeated" if outcome.repeated else "posted"] += 1

    async def _commit(self, letters: Sequence[Letter]) -> list[Done | Refusal]:
        async with self._database.transaction() as tx:
            outcomes, batch = await post_all(tx, letters, self._clock(), self._memory)
            positions = {
                organization_id: await journal.append(tx, organization_id, batch.facts[organization_id])
                for organization_id in sorted(batch.facts)
            }
        self._remember(batch)
        for organization_id, position in positions.items():
            remember(organization_id, position)
            if organization_id in batch.follows:
                self._bell.ring(organization_id)
            else:
                self._bell.ring(organization_id, words=True, said=_said(batch, organization_id, position))
        return [_done(outcome, positions.get(letter.actor.organization_id)) for letter, outcome in
                zip(letters, outcomes, strict=True)]  # fmt: skip

    def _remember(self, batch: Batch) -> None:
        """Only what is committed; the next batch finds out by its version whether it is so still."""
        for key, conversation in batch.current.items():
            self._memory.pop(key, None)
            if conversation.state is not State.CLOSED:
                self._memory[key] = conversation
        while len(self._memory) > MOST_REMEMBERED:
            del self._memory[next(iter(self._memory))]


def _said(batch: Batch, organization_id: str, position: int) -> Said:
    """What the batch has written in this organization, where nothing but words were; `position` is the last one."""
    messages: list[Message] = [*batch.public, *batch.internal]
    ours = (one for one in messages if one.organization_id == organization_id)
    return Said.of(batch.facts[organization_id], ours, position)


def _done(outcome: Posted | Refusal, position: int | None) -> Done | Refusal:
    if isinstance(outcome, Refusal):
        return outcome
    return Done(result=outcome.told(), position=position, repeated=outcome.repeated)


def _fail(batch: Sequence[Waiting], error: BaseException) -> None:
    for _, future, _ in batch:
        if not future.done():
            future.set_exception(error)
