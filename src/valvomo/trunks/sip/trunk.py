"""A trunk that speaks SIP, as the house has it: a process that is started, spoken with, and started again."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress

import structlog

from valvomo.channels.port import UnavailableError
from valvomo.pipes import ended, packed, unpacked
from valvomo.trunks.port import (
    Answered,
    Dialling,
    Ended,
    Happening,
    Keys,
    Refused,
    Ringing,
    Sound,
    State,
    TrunkError,
    Why,
)
from valvomo.trunks.sip import numbers, talk
from valvomo.trunks.sip.forms import SipSettings
from valvomo.trunks.sip.news import News
from valvomo.trunks.sip.talk import Asked, Dial, Done, End, Hold, Open, Refuse, Rings, Take, Transfer

FIRST_PAUSE, LONGEST_PAUSE, STEADY_SECONDS = 1.0, 30.0, 60.0
"""Until a process that has died is followed by another; twice as long each time, until one has stood for so long."""
ENDS_WITHIN = 8.0
"""Seconds until a process that does not end by itself is killed."""
ANSWERS_WITHIN = 60.0
"""Seconds for what is asked of the process; a transfer and the hold before it take 55 at most."""
TAKES_WITHIN = 5.0
"""Seconds until a process that takes nothing more is waited for no longer."""
LOOKS_EVERY, STILL_LOOKS, FIRST_LOOKS = 3.0, 10, 40
"""Seconds between two looks for a sign of life, and looks in vain. By looks, for where it is us who stood still it lies
there and has only to be read. A process that starts takes its time.
"""
MOST_WAITING = 1 << 16
"""Bytes that a process has not taken yet; sound that comes then is of no use any more."""

log = structlog.get_logger(__name__)


class SipTrunk:
    """See `Trunk`. `opened` finds the account's server anew, and raises `UnavailableError` where it cannot."""

    def __init__(self, account_id: str, settings: SipSettings, opened: Callable[[], Awaitable[Open]]) -> None:
        self.process: asyncio.subprocess.Process | None = None
        self._account_id = account_id
        self._settings = settings
        self._opened = opened
        self._calls: set[str] = set()
        self._dialled: set[str] = set()
        self._waiting: dict[int, asyncio.Future[Done]] = {}
        self._numbers = 0
        self._news = News()
        self._state: State | None = None
        self.signs = 0
        """Of life, of all its processes."""
        self.refused: Counter[str] = Counter()
        """Of packets, by why."""

    async def run(self) -> None:
        """See `Trunk`."""
        pause, loop = FIRST_PAUSE, asyncio.get_running_loop()
        while True:
            began = loop.time()
            try:
                await self._stand(await self._opened())
            except UnavailableError as error:
                self._say(State(ready=False, why=error.detail[:200]))
            if loop.time() - began > STEADY_SECONDS:
                pause = FIRST_PAUSE
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    def happenings(self) -> AsyncIterator[Happening]:
        """See `Trunk`."""
        return self._news.read()

    async def take(self, call: str) -> None:
        """See `Trunk`."""
        await self._tell(Take(call))

    async def refuse(self, call: str, why: Refused) -> None:
        """See `Trunk`."""
        await self._tell(Refuse(call, why))

    async def dial(self, call: str, to: str, caller: str) -> None:
        """See `Trunk`."""
        number = self._number(to)
        if call in self._calls | self._dialled:
            raise TrunkError(Why.FAILED, "there is a call of this name")
        self._dialled.add(call)
        try:
            await self._ask(lambda asked: Dial(asked, call, number, caller))
            # It may be over already, and have been told of as that.
            if call in self._dialled:
                self._calls.add(call)
        except TrunkError:
            # Whoever has not answered in time may still come to it.
            await self._tell(End(call))
            raise
        finally:
            self._dialled.discard(call)

    async def end(self, call: str) -> None:
        """See `Trunk`."""
        await self._tell(End(call))

    def forget(self, call: str) -> None:
        """See `Trunk`: where an account is open in one process alone, no call of it goes to another."""

    async def sound(self, call: str, pcm: bytes) -> None:
        """See `Trunk`."""
        pipe = self._pipe()
        if pipe is not None and pipe.transport.get_write_buffer_size() < MOST_WAITING:
            pipe.write(packed(Sound(call, pcm)))

    async def keys(self, call: str, keys: str) -> None:
        """See `Trunk`."""
        await self._tell(Keys(call, keys))

    async def hold(self, call: str) -> None:
        """See `Trunk`."""
        await self._tell(Hold(call, held=True))

    async def unhold(self, call: str) -> None:
        """See `Trunk`."""
        await self._tell(Hold(call, held=False))

    async def transfer(self, call: str, to: str) -> None:
        """See `Trunk`."""
        number = self._number(to)
        if call in self._calls:
            await self._ask(lambda asked: Transfer(asked, call, number))

    def _number(self, to: str) -> str:
        called = numbers.dialled(to, self._settings.dialled_as)
        if called is None:
            raise TrunkError(Why.UNREACHABLE, "that is no number")
        return called

    async def _stand(self, opened: Open) -> None:
        """One process, from its start to its end."""
        self.process = process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "valvomo.trunks.sip",
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        why = Why.ENDED
        async with asyncio.TaskGroup() as tasks:
            listening = tasks.create_task(self._listen(process))
            watching = tasks.create_task(self._watch(process))
            try:
                await self._tell(opened)
                await asyncio.wait({listening})
                why = Why.FAILED
            finally:
                # Where we are to end, its calls are hung up by that, and told of as ended.
                await ended(process, ENDS_WITHIN, listening)
                watching.cancel()
                self._lose(why)
        log.warning("sip.process_ended", account=self._account_id, code=process.returncode)
        if self._state is None or self._state.ready:
            self._say(State(ready=False, why=f"its process ended ({process.returncode})"))

    async def _watch(self, process: asyncio.subprocess.Process) -> None:
        """End one that stands still: it would seem to be well, and nobody could call or hang up."""
        signs, left = self.signs, FIRST_LOOKS
        while left:
            await asyncio.sleep(LOOKS_EVERY)
            left -= 1
            if self.signs > signs:
                signs, left = self.signs, STILL_LOOKS
        log.error("sip.process_stands_still", account=self._account_id)
        with suppress(ProcessLookupError):
            process.kill()

    async def _listen(self, process: asyncio.subprocess.Process) -> None:
        while process.stdout is not None:
            said = await unpacked(process.stdout, talk.SAID)
            if said is None:
                return
            self._heard(said)

    def _heard(self, said: talk.Said) -> None:
        match said:
            case Done():
                waits = self._waiting.get(said.number)
                if waits is not None and not waits.done():
                    waits.set_result(said)
            case State():
                self._say(said)
            case Rings():
                self._calls.add(said.call)
                caller = numbers.caller_of(said.headers, self._settings.country)
                called = numbers.called_of(said.headers, self._settings.country)
                vouched = self._settings.vouches or numbers.vouched(said.headers)
                self._news.tell(Ringing(said.call, caller, called, vouched))
            case Ended():
                if said.call in self._calls | self._dialled:
                    self._calls.discard(said.call)
                    self._dialled.discard(said.call)
                    self._news.tell(said)
            case talk.Alive():
                self.signs += 1
                self.refused["source"] += said.dropped
            case Dialling() | Answered() | Keys() | Sound():
                self._news.tell(said)

    def _lose(self, why: Why) -> None:
        """The process is gone, and its calls with it; whoever waits for what was asked of it is told."""
        self.process = None
        for waits in self._waiting.values():
            if not waits.done():
                waits.set_exception(TrunkError(Why.FAILED, "its process ended"))
        for call in sorted(self._calls):
            self._news.tell(Ended(call, why, "its process ended"))
        self._calls.clear()

    def _say(self, state: State) -> None:
        if state != self._state:
            self._state = state
            self._news.tell(state)

    async def _ask(self, asked: Callable[[int], Dial | Transfer]) -> None:
        """Raises `TrunkError` where it cannot be done."""
        self._numbers += 1
        number = self._numbers
        waits: asyncio.Future[Done] = asyncio.get_running_loop().create_future()
        self._waiting[number] = waits
        try:
            if not await self._tell(asked(number)):
                raise TrunkError(Why.FAILED, "its process is not there")
            async with asyncio.timeout(ANSWERS_WITHIN):
                done = await waits
        except TimeoutError as error:
            raise TrunkError(Why.FAILED, "its process does not answer") from error
        finally:
            del self._waiting[number]
        if done.why is not None:
            raise TrunkError(done.why, done.detail)

    async def _tell(self, message: Asked | Open) -> bool:
        """Whether there is a process that hears it."""
        pipe = self._pipe()
        if pipe is None:
            return False
        pipe.write(packed(message))
        with suppress(ConnectionError, TimeoutError):
            async with asyncio.timeout(TAKES_WITHIN):
                await pipe.drain()
            return True
        return False

    def _pipe(self) -> asyncio.StreamWriter | None:
        process = self.process
        if process is None or process.returncode is not None or process.stdin is None:
            return None
        return None if process.stdin.is_closing() else process.stdin
