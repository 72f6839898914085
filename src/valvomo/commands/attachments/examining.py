"""Look into a file: for viruses where somebody does that, and make pictures anew. Done again after any crash."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import structlog

from valvomo.commands.attachments.uploading import PutOffUpload, SettleUpload
from valvomo.commands.execute import Executor
from valvomo.db.attachments import upload_of
from valvomo.domain.access.actor import Actor, system
from valvomo.domain.attachments.attached import Problem, Upload
from valvomo.domain.attachments.kinds import Kind, kind_of
from valvomo.domain.refusals import Refusal
from valvomo.files.clamav import ClamAV, UnavailableError
from valvomo.files.pictures import Pictures
from valvomo.files.port import MissingError, Place, Storage, StorageError, Variant, all_of, once

FIRST_PAUSE, LONGEST_PAUSE = 5, 300
"""Seconds until it is tried again: twice as many after each that failed."""

log = structlog.get_logger(__name__)


class Examination:
    """One for a process. Without a `scanner` nobody looks for viruses."""

    def __init__(
        self, executor: Executor, storage: Storage, scanner: ClamAV | None, pictures: Pictures | None = None
    ) -> None:
        self._executor = executor
        self._storage = storage
        self._scanner = scanner
        self._pictures = pictures or Pictures()

    async def examine(self, upload: Upload, attempts: int = 0) -> Upload:
        """The file as it is then; scanning still, and due later, where it could not be looked into now."""
        try:
            settled = await self._settled(upload)
        except (UnavailableError, StorageError, OSError) as error:
            pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(attempts, 8))
            log.warning("attachment.not_examined", error=str(error), again_in=pause)
            due = self._executor.clock() + timedelta(seconds=pause)
            await self._executor.execute(_examiner(upload), PutOffUpload(upload_id=upload.id, due=due))
            return upload
        done = await self._executor.execute(_examiner(upload), settled)
        return upload if isinstance(done, Refusal) else upload_of(done.result)

    async def _settled(self, upload: Upload) -> SettleUpload:
        place = Place(upload.organization_id, upload.id)
        try:
            if problem := await self._virus(place):
                return SettleUpload(upload_id=upload.id, problem=problem)
            if kind_of(upload.media_type) is Kind.IMAGE:
                return await self._remade(upload, place)
        except MissingError:
            return SettleUpload(upload_id=upload.id, problem=Problem.DAMAGED)
        return SettleUpload(
            upload_id=upload.id, media_type=upload.media_type, size=upload.size, digest=upload.digest
        )

    async def _virus(self, place: Place) -> Problem | None:
        if self._scanner is None:
            return None
        verdict = await self._scanner.scan(self._storage.read(place))
        if verdict.virus is not None:
            log.warning("attachment.virus", virus=verdict.virus, file=place.file_id)
            return Problem.VIRUS
        return None if verdict.whole else Problem.NOT_SCANNABLE

    async def _remade(self, upload: Upload, place: Place) -> SettleUpload:
        picture = await self._pictures.remake(await all_of(self._storage.read(place)))
        if isinstance(picture, Problem):
            return SettleUpload(upload_id=upload.id, problem=picture)
        small = Place(place.organization_id, place.file_id, Variant.THUMBNAIL)
        await self._storage.put(small, once(picture.thumbnail))
        await self._storage.put(place, once(picture.whole))
        return SettleUpload(
            upload_id=upload.id,
            media_type=picture.media_type,
            size=len(picture.whole),
            digest=hashlib.sha256(picture.whole).hexdigest(),
            width=picture.width,
            height=picture.height,
        )


def _examiner(upload: Upload) -> Actor:
    return system(upload.organization_id, "examiner")
