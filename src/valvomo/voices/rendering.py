"""Sentences as sound, made once and kept: never in the event loop, never for long, and by whoever can."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from weakref import WeakValueDictionary

import structlog

from valvomo.insight.port import UnavailableError
from valvomo.voices.port import Voice

THREADS = 2
SECONDS = 20.0
"""Until a sentence comes too late, whoever is asked for it: waiting for a thread included."""
MOST_BYTES = 32 << 20
"""Of what is kept; a notice has about half a megabyte."""
_Key = tuple[str, str, str]

log = structlog.get_logger(__name__)


class Voices:
    """For one process. `voices` are asked in their order; whoever fails is told of once, until they can again."""

    def __init__(self, voices: Sequence[Voice], *, seconds: float = SECONDS, most: int = MOST_BYTES) -> None:
        self._voices = tuple(voices)
        self._seconds = seconds
        self._most = most
        self._kept: OrderedDict[_Key, bytes] = OrderedDict()
        self._size = 0
        self._turns: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()
        self._failing: set[str] = set()
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="voice")

    @property
    def able(self) -> bool:
        """Whether anybody could speak here."""
        return bool(self._voices)

    @property
    def speaks(self) -> bool:
        """Whether any of them can, as far as is known: has not failed when it was asked last."""
        return any(one.name not in self._failing for one in self._voices)

    def close(self) -> None:
        """Nothing more is asked of them."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def say(self, text: str, language: str) -> bytes:
        """A file of sound in which the text is spoken; for many who ask at once it is made once.

        Raises:
            UnavailableError: nobody can, or nobody in time.
        """
        asked = language, text
        turn = self._turns.get(asked) or asyncio.Lock()
        self._turns[asked] = turn
        why: UnavailableError | None = None
        try:
            async with asyncio.timeout(self._seconds), turn:
                for voice in self._voices:
                    try:
                        return await self._said(voice, text, language)
                    except UnavailableError as error:
                        why = error
                        self._fails(voice, error)
        except TimeoutError:
            why = UnavailableError(f"not within {self._seconds} s")
            if self._voices:
                self._fails(self._voices[0], why)
        raise why or UnavailableError("there is no voice here")

    async def _said(self, voice: Voice, text: str, language: str) -> bytes:
        key = voice.name, language, text
        if (known := self._kept.get(key)) is not None:
            self._kept.move_to_end(key)
            return known
        loop = asyncio.get_running_loop()
        sound = await loop.run_in_executor(self._threads, partial(voice.say, text, language))
        self._failing.discard(voice.name)
        self._keep(key, sound)
        return sound

    def _keep(self, key: _Key, sound: bytes) -> None:
        self._size += len(sound) - len(self._kept.pop(key, b""))
        self._kept[key] = sound
        while self._size > self._most and self._kept:
            self._size -= len(self._kept.popitem(last=False)[1])

    def _fails(self, voice: Voice, error: UnavailableError) -> None:
        if voice.name not in self._failing:
            self._failing.add(voice.name)
            log.warning("voices.unavailable", voice=voice.name, why=str(error))
