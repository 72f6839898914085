"""What is kept of one call: its sound is recorded, and what is said in it is written down, as its conversation says."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from datetime import datetime

import structlog

from valvomo.domain.calls.hearing import Matrix
from valvomo.domain.conversations.call_marks import Call, Kept, Recording
from valvomo.domain.conversations.model import Conversation
from valvomo.jobs.calls.listening import Listening
from valvomo.jobs.calls.writing import Writer
from valvomo.media.port import Engine, GoneError, RecordingError

log = structlog.get_logger(__name__)


class TakingDown:
    """For one call. Recordings are written to `folder`; nothing is written down without a `writer`."""

    def __init__(
        self, engine: Engine, folder: str, *, clock: Callable[[], datetime], writer: Writer | None
    ) -> None:
        self._engine = engine
        self._folder = folder
        self._clock = clock
        self._writer = writer
        self._listening: Listening | None = None
        self._recording: str | None = None

    def hush(self, matrix: Matrix) -> None:
        """Whoever is not heard by this is not written down as heard, before the engine has it."""
        if self._listening is not None:
            self._listening.hush(matrix)

    async def follow(
        self, conversation: Conversation, call: Call, matrix: Matrix, keeps: AbstractSet[str]
    ) -> None:
        """Of these people may be kept what they say now, in what is kept of the call."""
        kept = call.recording
        if kept is None:
            return
        if kept.kept is Kept.RECORDING and self._recording != kept.id:
            self._recording = kept.id
            await self._record(conversation.id, call.id, kept)
        if self._writer is not None:
            if self._listening is None:
                place = call.id, kept.id
                self._listening = self._writer.listen(self._engine, conversation, place, ago=self._ago(kept))
            self._listening.follow(conversation, matrix, keeps)

    def end(self) -> None:
        """Nothing more is said in it that could be written down."""
        if self._listening is not None:
            self._listening.end()
            self._listening = None

    async def _record(self, conversation_id: str, call_id: str, kept: Recording) -> None:
        """Where nothing can be written the call goes on unrecorded."""
        try:
            await self._engine.start_recording(call_id, kept.id, self._folder, ago=self._ago(kept))
        except (RecordingError, GoneError) as error:
            log.warning("calls.not_recorded", conversation=conversation_id, error=repr(error))

    def _ago(self, kept: Recording) -> float:
        """Since when it is kept, in seconds: another process may have begun, and times in it go on."""
        return max(0.0, (self._clock() - kept.since).total_seconds()) if kept.since is not None else 0.0
