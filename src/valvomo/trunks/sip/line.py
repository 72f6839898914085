"""One call in the process of a trunk: what is asked of it, and what it comes to."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from baresip import BaresipError, Call, Event, StackEvent, TransferFailed

from valvomo.trunks.port import Answered, Dialling, Ended, Keys, Refused, TrunkError, Why
from valvomo.trunks.sip import codes
from valvomo.trunks.sip.native import Native
from valvomo.trunks.sip.speech import Speech

RINGS_SECONDS = 120.0
"""How long it rings at somebody, at most."""
AGAIN_SECONDS, HELD_WITHIN = 0.1, 10.0
TRANSFERRED_WITHIN = 45.0
Tell = Callable[[Dialling | Answered | Ended | Keys], None]


class Line:
    """A call, under the house's name for it. `call` is the stack's, None until it has begun to dial."""

    def __init__(self, name: str, native: Native, tell: Tell, call: Call | None = None) -> None:
        self.name = name
        self.call = call
        self._native = native
        self.speech: Speech | None = None
        self.over = False
        self._tell = tell
        self._incoming = call is not None
        self._ending: Why | None = None
        self._rings = False
        self._turn = asyncio.Lock()

    async def dialled(self, call: Call) -> None:
        """The stack has begun to call; if it is not wanted any more, that ends at once."""
        self.call = call
        if self._ending is not None:
            await self._hang_up()

    async def ring_out(self) -> None:
        """Give up when nobody has answered for too long."""
        await asyncio.sleep(RINGS_SECONDS)
        if self.speech is None and not self.over:
            await self.end(Why.NO_ANSWER)

    async def take(self) -> None:
        """See `Trunk.take`."""
        if self.call is not None and self._incoming and self.speech is None and not self.over:
            try:
                await self.call.answer()
            except BaresipError:
                await self.end(Why.FAILED)

    async def refuse(self, why: Refused) -> None:
        """See `Trunk.refuse`."""
        if self.call is None or self.speech is not None or self.over:
            return
        self._ending = Why.ENDED
        try:
            await self._native.refuse(self.call, *codes.REFUSALS[why])
        except BaresipError:
            await self._hang_up()

    async def end(self, why: Why = Why.ENDED) -> None:
        """See `Trunk.end`."""
        self._ending = self._ending or why
        await self._hang_up()

    async def hold(self, *, held: bool) -> None:
        """See `Trunk.hold`. While the stack speaks about the call with the other side it is tried again."""
        async with self._turn:
            for _ in range(int(HELD_WITHIN / AGAIN_SECONDS)):
                if self.call is None or self.speech is None or self.over:
                    return
                with suppress(BaresipError):
                    if await self._native.hold(self.call, held=held):
                        return
                await asyncio.sleep(AGAIN_SECONDS)

    async def press(self, keys: str) -> None:
        """See `Trunk.keys`."""
        async with self._turn:
            if self.call is not None and self.speech is not None and not self.over:
                try:
                    await self.call.send_dtmf(keys)
                except (BaresipError, ValueError):
                    return

    async def transfer(self, uri: str) -> None:
        """See `Trunk.transfer`."""
        async with self._turn:
            if self.over:
                return
            if self.call is None or self.speech is None:
                raise TrunkError(Why.FAILED, "nobody is there yet")
            try:
                await self.call.transfer(uri, timeout=TRANSFERRED_WITHIN)
            except TransferFailed as error:
                if not self.over:
                    text = f"{error.status or ''} {error.reason}".strip() or str(error)
                    raise TrunkError(codes.why_of(text, incoming=False, answered=False), text) from error
            except (BaresipError, ValueError) as error:
                raise TrunkError(Why.FAILED, str(error)) from error

    def happened(self, event: StackEvent, now: float) -> None:
        """What the stack tells of the call."""
        if self.over or self.call is None:
            return
        if event.event is Event.CALL_CLOSED:
            self.closed(event.text or "")
        elif event.event is Event.CALL_ESTABLISHED and self.speech is None:
            self.speech = Speech(self.call.audio, now)
            self._tell(Answered(self.name))
        elif event.event in {Event.CALL_RINGING, Event.CALL_PROGRESS} and not self._rings:
            if not self._incoming and self.speech is None:
                self._rings = True
                self._tell(Dialling(self.name))
        elif event.event is Event.CALL_DTMF_START and event.text:
            self._tell(Keys(self.name, event.text[:1].upper()))

    def closed(self, text: str) -> None:
        """It is over, and this is what the stack says of it."""
        if not self.over:
            answered, self.over, self.speech = self.speech is not None, True, None
            why = self._ending or codes.why_of(text, incoming=self._incoming, answered=answered)
            self._tell(Ended(self.name, why, text[:200]))

    async def _hang_up(self) -> None:
        if self.call is not None and not self.over:
            try:
                await self.call.hangup()
            except BaresipError as error:
                self.closed(str(error))
