"""Take in a file as it comes: bounded, counted and hashed on the way to where it is kept, then looked into.

One door for everybody who brings files: people by HTTP, and channels with what their customers have sent.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import NamedTuple

import structlog

from valvomo.commands.attachments.examining import Examination
from valvomo.commands.attachments.uploading import BeginUpload, FinishUpload, ForgetUpload
from valvomo.commands.execute import Done, Executor
from valvomo.db.attachments import upload_of
from valvomo.domain.access.actor import Actor
from valvomo.domain.attachments.attached import Upload
from valvomo.domain.attachments.kinds import agreed_type, declared_type, ending_of
from valvomo.domain.attachments.limits import LARGEST, SideLimits, full_refusal, too_large
from valvomo.domain.refusals import Reason, Refusal
from valvomo.files.port import Place, Storage, StorageError
from valvomo.files.sniffing import HEAD, PROGRAM, sniffed

IDLE_SECONDS = 30.0
"""Without a byte, after which nobody is thought to send any more."""

log = structlog.get_logger(__name__)


class TooLargeError(Exception):
    """More has come than is taken."""


class Intake:
    """One for a process."""

    def __init__(self, executor: Executor, storage: Storage, examination: Examination) -> None:
        self._executor = executor
        self._storage = storage
        self._examination = examination

    async def receive(
        self,
        actor: Actor,
        command: BeginUpload,
        chunks: AsyncIterator[bytes],
        *,
        announced: int = 0,
        key: str | None = None,
    ) -> Upload | Refusal:
        """The file as it is kept: ready or refused, or scanning still where that cannot be said yet.

        `announced` bytes are to come, if that was said: too many are refused before the first. Raises what the chunks
        raise, such as that the sender went away; nothing is kept then. With a `key` that brought a file already it is
        that file as it is now, if these are its bytes.
        """
        declared = replace(command, media_type=declared_type(command.media_type))
        if key is not None and await self._executor.former(actor, declared, key) is not None:
            return await self._repeated(actor, declared, chunks, key)
        begun = await self._executor.execute(actor, declared)
        if isinstance(begun, Refusal):
            return begun
        one, bounds = str(begun.result["id"]), _Bounds.of(begun.result)
        if announced > bounds.most:
            await self._forget(actor, declared, one)
            return bounds.refusal(announced)
        try:
            arrived = await self._take_in(actor, (declared, key), (one, bounds), chunks)
        except BaseException:
            await asyncio.shield(self._forget(actor, declared, one))
            raise
        if isinstance(arrived, Refusal):
            await self._forget(actor, declared, one)
            return arrived
        if arrived.repeated:
            # Brought twice at once: the other one was the first.
            await self._forget(actor, declared, one)
            return await self._kept(actor, str(arrived.result["id"]))
        return await self._examination.examine(upload_of(arrived.result))

    async def _repeated(
        self, actor: Actor, declared: BeginUpload, chunks: AsyncIterator[bytes], key: str
    ) -> Upload | Refusal:
        """Nothing is kept of what comes: it is only asked whether it is the same."""
        stream = _Stream(chunks, LARGEST)
        try:
            async for _ in stream.bytes():
                pass
        except TooLargeError:
            return Refusal(Reason.KEY_REUSED)
        finish = _finish(declared, "", stream)
        if isinstance(finish, Refusal):
            return Refusal(Reason.KEY_REUSED)
        former = await self._executor.former(actor, finish, key)
        if former is None or isinstance(former, Refusal):
            return former or Refusal(Reason.NOT_FOUND)
        return await self._kept(actor, str(former.result["id"]))

    async def _kept(self, actor: Actor, upload_id: str) -> Upload | Refusal:
        async with self._executor.database.asking() as tx:
            row = await tx.row("attachments.one", actor.organization_id, upload_id)
        return Refusal(Reason.NOT_FOUND) if row is None else upload_of(row)

    async def _take_in(
        self,
        actor: Actor,
        wanted: tuple[BeginUpload, str | None],
        place: tuple[str, _Bounds],
        chunks: AsyncIterator[bytes],
    ) -> Done | Refusal:
        one, bounds = place
        stream = _Stream(chunks, bounds.most)
        try:
            await self._storage.put(Place(actor.organization_id, one), stream.bytes())
        except TooLargeError:
            return bounds.refusal(stream.size)
        except StorageError as error:
            log.warning("attachment.not_kept", error=str(error))
            return Refusal(Reason.STORAGE_UNAVAILABLE)
        declared, key = wanted
        finish = _finish(declared, one, stream)
        return finish if isinstance(finish, Refusal) else await self._executor.execute(actor, finish, key)

    async def _forget(self, actor: Actor, declared: BeginUpload, one: str) -> None:
        forget = ForgetUpload(upload_id=one, conversation_id=declared.conversation_id)
        await self._executor.execute(actor, forget)


class _Bounds(NamedTuple):
    """How many bytes of a file are taken: the `largest`, in a conversation that has `held` of `total`."""

    largest: int
    held: int
    total: int

    @classmethod
    def of(cls, begun: Mapping[str, object]) -> _Bounds:
        """What `BeginUpload` has found."""
        return cls(*(int(str(begun[name])) for name in cls._fields))

    @property
    def most(self) -> int:
        """Bytes, of which one more is too many."""
        return min(self.largest, self.total - self.held)

    def refusal(self, size: int) -> Refusal:
        """Of a file of so many bytes, or more."""
        full = full_refusal(SideLimits(total=self.total), self.held, size)
        return too_large(self.largest) if size > self.largest or full is None else full


def _finish(declared: BeginUpload, one: str, stream: _Stream) -> FinishUpload | Refusal:
    """What has come, by its bytes."""
    found = sniffed(stream.head)
    if found == PROGRAM:
        return Refusal(Reason.ATTACHMENT_PROGRAM, {"ending": ending_of(declared.name)})
    media_type = agreed_type(found, declared.media_type)
    if media_type is None and stream.size:
        return Refusal(Reason.ATTACHMENT_MISMATCH, {"found": found, "declared": declared.media_type})
    return FinishUpload(
        upload_id=one,
        conversation_id=declared.conversation_id,
        name=declared.name,
        media_type=media_type or found,
        size=stream.size,
        digest=stream.digest,
        visibility=declared.visibility,
    )


class _Stream:
    """Bytes on their way: how many, their sha256, and the first of them."""

    def __init__(self, chunks: AsyncIterator[bytes], largest: int) -> None:
        self._chunks = chunks
        self._largest = largest
        self._sha256 = hashlib.sha256()
        self.size = 0
        self.head = b""

    @property
    def digest(self) -> str:
        """Of all that has come."""
        return self._sha256.hexdigest()

    async def bytes(self) -> AsyncIterator[bytes]:
        """Passed on; raises `TooLargeError` at the first byte too many, and `TimeoutError` when none comes."""
        chunks = aiter(self._chunks)
        while True:
            async with asyncio.timeout(IDLE_SECONDS):
                chunk = await anext(chunks, None)
            if chunk is None:
                return
            self.size += len(chunk)
            if self.size > self._largest:
                raise TooLargeError
            self._sha256.update(chunk)
            if len(self.head) < HEAD:
                self.head += chunk[: HEAD - len(self.head)]
            if chunk:
                yield chunk
