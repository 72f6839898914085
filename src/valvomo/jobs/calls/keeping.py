"""Keeping recordings: what an engine writes goes into the house's storage, sealed, and away when its days are over."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from uuid import NAMESPACE_OID, uuid5

import structlog

from valvomo.commands.conversations.record import EndRecording
from valvomo.commands.execute import Executor
from valvomo.db import recordings
from valvomo.domain.access.actor import system
from valvomo.domain.conversations.recording import days_over
from valvomo.domain.refusals import Refusal
from valvomo.files.port import Place, StorageError
from valvomo.files.sealed import SealedFiles
from valvomo.house_key import NoKeyError, UnreadableKeyError
from valvomo.jobs.calls.leftovers import leftovers
from valvomo.jobs.calls.removal import Removal
from valvomo.jobs.rounds import Rounds
from valvomo.media.port import Recorded, Track

log = structlog.get_logger(__name__)


class Keeping(Rounds):
    """One for a process. `folder` is where its engine writes, and where nothing stays that is kept."""

    every = 30.0

    def __init__(
        self, executor: Executor, files: SealedFiles, folder: Path, clock: Callable[[], datetime]
    ) -> None:
        super().__init__()
        self._executor = executor
        self._database = executor.database
        self._files = files
        self.folder = folder
        self._clock = clock
        self._removal = Removal(self._database, files, clock)
        self._offered: list[Recorded] = []

    def offer(self, recorded: Recorded) -> None:
        """A recording is over: it is kept soon, or as soon as that is possible."""
        self._offered.append(recorded)
        self.wake.set()

    async def round(self) -> float | None:
        """Keep what is offered, also what a process before this one left; remove what is to be kept no longer."""
        offered, self._offered = self._offered, []
        left = await asyncio.to_thread(
            leftovers, self.folder, {track.file for one in offered for track in one.tracks}
        )
        for one in (*offered, *left):
            if not await self._kept(one) and one in offered:
                self._offered.append(one)
        await self._removal.round()
        return None

    async def _kept(self, recorded: Recorded) -> bool:
        try:
            await self._keep(recorded)
        except (OSError, StorageError, NoKeyError, UnreadableKeyError) as error:
            log.warning("calls.recording_not_kept", recording=recorded.recording_id, error=repr(error))
            return False
        return True

    async def _keep(self, recorded: Recorded) -> None:
        async with self._database.asking() as tx:
            owner = await tx.row("recordings.owner", recorded.recording_id)
        if owner is None:
            log.warning("calls.recording_of_nobody", recording=recorded.recording_id)
            return
        organization_id, tracks = owner["organization_id"], list[recordings.Track]()
        if days_over(owner["state"], owner["keep_until"], self._clock()):
            await self._drop(organization_id, recorded)
            return
        for one in recorded.tracks:
            track = recordings.Track(
                id=_id_of(one), person_id=one.leg_id, part=one.name, began=one.began, seconds=one.seconds
            )
            sound = await asyncio.to_thread(Path(one.file).read_bytes)
            await self._files.put(Place(organization_id, track.id), sound)
            tracks.append(track)
        ended = EndRecording(
            recording_id=recorded.recording_id, tracks=tuple(tracks), whole=not recorded.failed
        )
        outcome = await self._executor.execute(system(organization_id, "calls"), ended)
        if isinstance(outcome, Refusal):
            # What was said lies in the folder still, and is tried again.
            raise StorageError(outcome.reason.value)
        await _unlink(recorded)

    async def _drop(self, organization_id: str, recorded: Recorded) -> None:
        """Its days are over: nothing of it is kept, also not what was before its end could be told."""
        log.warning("calls.recording_too_late", recording=recorded.recording_id)
        for one in recorded.tracks:
            await self._files.remove(Place(organization_id, _id_of(one)))
        await _unlink(recorded)


async def _unlink(recorded: Recorded) -> None:
    for one in recorded.tracks:
        await asyncio.to_thread(Path(one.file).unlink, missing_ok=True)


def _id_of(track: Track) -> str:
    """The same whenever it is tried again, so that nothing is kept twice; another one for each that carried the call.

    Their folders may be on several machines, and files in them have the same name.
    """
    return str(uuid5(NAMESPACE_OID, f"{Path(track.file).name} {track.leg_id} {track.began:.3f}"))
