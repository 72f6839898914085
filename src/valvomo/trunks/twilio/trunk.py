"""A trunk of Twilio's: it calls us for each call, and brings its sound over a socket with a token that opens it once.

What it tells of a call (https://www.twilio.com/docs/voice/twiml#request-parameters) and of what becomes of one
(https://www.twilio.com/docs/voice/api/call-resource#statuscallbackevent) comes to any process of the house; the sound
of a call to the one that has let its socket in.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import suppress
from typing import Any

from valvomo.channels.phones import e164
from valvomo.channels.port import Account, Answer, Http, Request, UnreadableError
from valvomo.channels.twilio.signing import verified
from valvomo.trunks.port import Answered, Dialling, Ended, Happening, Refused, Ringing, TrunkError, Why
from valvomo.trunks.twilio import rest, twiml
from valvomo.trunks.twilio.hanging_up import HangingUp
from valvomo.trunks.twilio.known import OVER, Known
from valvomo.trunks.twilio.stream import Stream
from valvomo.trunks.twilio.tickets import LONGEST, MOST_TIMES, Tickets, asked_of
from valvomo.trunks.webhooked import Reopen, Socket

PATIENCE_SECONDS = 10.0
"""So long Twilio waits for what to do with a call; it gives up after 15."""
STREAM_SECONDS = 20.0
"""Within which the sound of a call that was taken has to come."""
BACK_SECONDS = 15.0
"""Within which it has to come anew where it has broken off: Twilio has to notice, and to ask where to."""
LEAVES_WITHIN = 5.0
"""Seconds in which calls are hung up that ring, when nobody is there for them any more."""


class TwilioTrunk:
    """See `Trunk` and `Webhooked`. Calls that come are known by Twilio's names, those that go out by the caller's."""

    def __init__(self, account: Account, http: Http) -> None:
        self._account = account
        self._http = http
        self._tickets = Tickets(account)
        self._news: asyncio.Queue[Happening] = asyncio.Queue()
        self._calls: dict[str, Known] = {}
        self._hanging_up = HangingUp(account, http)
        self._group: asyncio.TaskGroup | None = None
        self.refused: Counter[str] = Counter()
        """Of frames and sockets, by why."""

    async def run(self) -> None:
        """See `Trunk`: nothing has to be kept open."""
        async with asyncio.TaskGroup() as self._group:
            try:
                await asyncio.get_running_loop().create_future()
            finally:
                with suppress(TimeoutError):
                    async with asyncio.timeout(LEAVES_WITHIN):
                        await self._leave()

    async def happenings(self) -> AsyncIterator[Happening]:
        """See `Trunk`."""
        while True:
            yield await self._news.get()

    async def take(self, call: str) -> None:
        """See `Trunk`."""
        known = self._calls.get(call)
        if known is not None and not known.told.done():
            known.told.set_result(self._connected(call))
            self._beside(self._unless_it_comes(call, known))

    async def refuse(self, call: str, why: Refused) -> None:
        """See `Trunk`."""
        known = self._calls.get(call)
        if known is not None and not known.told.done():
            known.told.set_result(twiml.rejected(why))
            self._over(call, Why.ENDED)

    async def dial(self, call: str, to: str, caller: str) -> None:
        """See `Trunk`."""
        known = self._calls[call] = Known()
        numbers = (to, caller or self._account.settings.number)
        told_at = f"{self._account.callback}?call={call}"
        try:
            plan = self._connected(call, rest.RINGING_SECONDS)
            known.sid = await rest.dial(self._account, self._http, numbers, (plan, told_at))
        except TrunkError:
            self._calls.pop(call, None)
            raise
        if known.over:
            self._beside(self._hanging_up.call(known.sid))
        else:
            self._news.put_nowait(Dialling(call))
            self._beside(self._unless_answered(call, known))

    async def end(self, call: str) -> None:
        """See `Trunk`."""
        known = self._calls.get(call)
        if known is None:
            return
        if not known.told.done():
            known.told.set_result(twiml.rejected(Refused.BUSY))
        if known.sid:
            self._beside(self._hanging_up.call(known.sid))
        self._over(call, Why.ENDED)

    def forget(self, call: str) -> None:
        """See `Trunk`."""
        self._calls.pop(call, None)

    async def sound(self, call: str, pcm: bytes) -> None:
        """See `Trunk`."""
        known = self._calls.get(call)
        if known is not None and known.stream is not None:
            await known.stream.sound(pcm)

    async def keys(self, call: str, keys: str) -> None:
        """See `Trunk`: as tones in the sound, since whatever else Twilio could do would end its stream."""
        known = self._calls.get(call)
        if known is not None and known.stream is not None:
            await known.stream.press(keys)

    async def hold(self, call: str) -> None:
        """Twilio need not know."""

    async def unhold(self, call: str) -> None:
        """Twilio need not know."""

    async def transfer(self, call: str, to: str) -> None:
        """See `Trunk`."""
        known = self._calls.get(call)
        if known is None or not known.sid:
            raise TrunkError(Why.FAILED, "the call is over")
        await rest.instruct(
            self._account, self._http, known.sid, twiml.forwarded(to, self._account.settings.number)
        )
        self._over(call, Why.ENDED)

    async def answer(self, request: Request, reopen: Reopen) -> Answer:
        """See `Webhooked`."""
        fields = verified(self._account, request)
        sid, status = fields.get("CallSid", ""), fields.get("CallStatus", "")
        if not sid or len(sid) > LONGEST or fields.get("AccountSid") != self._account.settings.account_sid:
            raise UnreadableError("it names no call of this account")
        named, times = asked_of(request.query)
        if times:
            return _xml(await self._anew(named or sid, times, reopen))
        if named is None and status == "ringing" and fields.get("Direction") == "inbound":
            return _xml(await self._plan(sid, fields))
        if status in OVER:
            self._finished(named, sid, status)
        return _xml(twiml.NOTHING)

    def admits(self, token: str) -> str | None:
        """See `Webhooked`."""
        return self._tickets.admits(token)

    async def stream(self, call: str, socket: Socket) -> None:
        """See `Webhooked`."""
        known = self._calls.setdefault(call, Known())
        if known.stream is not None or known.over:
            return
        stream = known.stream = Stream(call, socket, self._news.put_nowait, self.refused)
        # A call that comes is known by Twilio's name for it; what we have dialled here, by now too.
        sid = known.sid or ("" if not call.startswith("CA") else call)
        if not await stream.begin(self._account.settings.account_sid, sid):
            self._over(call, Why.FAILED)
            return
        known.sid = stream.call_sid
        self._news.put_nowait(Answered(call))
        stopped = await stream.run()
        if known.stream is not stream:
            # It is over already, or its sound comes over another socket by now.
            return
        if stopped or known.finished:
            self._over(call, Why.HUNG_UP)
        else:
            await self._break_off(call, known)

    def _finished(self, named: str | None, sid: str, status: str) -> None:
        """Twilio says that a call is over; while its sound comes, that says so."""
        name = named or sid
        known = self._calls.get(name)
        if known is not None and known.stream is not None:
            known.finished = True
            return
        # Whoever calls and is not taken yet has given up, whatever word there is for it. Nobody knows that of who
        # heard nothing any more.
        gave_up = named is None and status != "failed"
        why = Why.HUNG_UP if gave_up else OVER[status]
        broken = known is not None and known.broken > 0
        self._over(name, Why.FAILED if broken else why, known_or_not=True)

    async def _anew(self, name: str, times: int, reopen: Reopen) -> str:
        """The sound has broken off, known here or not, and the call goes on: it is to come over another socket."""
        known = self._calls.get(name)
        if times > MOST_TIMES or not await reopen(name):
            return twiml.NOTHING
        if known is not None and known.stream is not None:
            await self._break_off(name, known)
        return self._connected(name, times=times + 1)

    async def _break_off(self, call: str, known: Known) -> None:
        """Its socket is gone without a word of its end, so whoever is on the telephone has not hung up."""
        stream, known.stream, known.broken = known.stream, None, known.broken + 1
        self._beside(self._unless_it_is_back(call, known, known.broken))
        if stream is not None:
            await stream.close()

    async def _unless_it_is_back(self, call: str, known: Known, times: int) -> None:
        await asyncio.sleep(BACK_SECONDS)
        if self._calls.get(call) is known and known.stream is None and known.broken == times:
            self._over(call, Why.FAILED)
            await self._hanging_up.call(known.sid)

    def _connected(self, call: str, more_seconds: float = 0.0, *, times: int = 1) -> str:
        return twiml.connected(self._tickets.socket(call, more_seconds), self._tickets.anew(call, times))

    async def _plan(self, sid: str, fields: Mapping[str, str]) -> str:
        """What to do with a call that comes, once the house knows; asked again, the same."""
        known = self._calls.get(sid)
        if known is None:
            known = self._calls[sid] = Known(sid=sid, comes=True)
            caller, called = (e164(fields.get(name, "")) or "" for name in ("From", "To"))
            # Signed by whoever gave the caller this number: https://www.twilio.com/docs/voice/trusted-calling-with-shakenstir
            signed = fields.get("StirVerstat") == "TN-Validation-Passed-A"
            vouched = signed or self._account.settings.vouches
            self._news.put_nowait(Ringing(sid, caller, called, vouched))
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                return await asyncio.shield(known.told)
        except TimeoutError:
            self._over(sid, Why.FAILED)
            return twiml.rejected(Refused.BUSY)

    async def _unless_it_comes(self, call: str, known: Known) -> None:
        await asyncio.sleep(STREAM_SECONDS)
        if known.stream is None:
            self._over(call, Why.FAILED)

    async def _unless_answered(self, call: str, known: Known) -> None:
        """Twilio says what becomes of a call; that may be lost on its way, and sound that is to come as well."""
        await asyncio.sleep(rest.RINGING_SECONDS + STREAM_SECONDS)
        if self._calls.get(call) is known and known.stream is None:
            self._over(call, Why.NO_ANSWER)
            await self._hanging_up.call(known.sid)

    async def _leave(self) -> None:
        """Whoever rings is not left ringing, nor to pick up and hear nobody."""
        async with asyncio.TaskGroup() as group:
            for sid in list(self._hanging_up.ending):
                group.create_task(self._hanging_up.now(sid))
            for one in list(self._calls.values()):
                if one.stream is not None:
                    # First: without its sound Twilio would ask where else to bring it.
                    group.create_task(self._end_stream(one, one.stream))
                elif one.comes and not one.told.done():
                    one.told.set_result(twiml.rejected(Refused.BUSY))
                elif one.sid:
                    group.create_task(self._hanging_up.now(one.sid))

    async def _end_stream(self, one: Known, stream: Stream) -> None:
        await self._hanging_up.now(one.sid)
        await stream.close()

    def _over(self, call: str, why: Why, *, known_or_not: bool = False) -> None:
        """Told once; `known_or_not`: also where another process may have it."""
        known = self._calls.pop(call, None)
        if known is None and not known_or_not:
            return
        if known is not None:
            if known.over:
                return
            known.over = True
            if known.stream is not None:
                self._beside(known.stream.close())
        self._news.put_nowait(Ended(call, why))

    def _beside(self, work: Coroutine[Any, Any, None]) -> None:
        if self._group is None:
            work.close()
        else:
            self._group.create_task(work)


def _xml(text: str) -> Answer:
    return Answer(body=text.encode(), content_type="text/xml; charset=utf-8")
