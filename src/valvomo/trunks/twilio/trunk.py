"""A trunk of Twilio's: it calls us for each call, and brings its sound over a socket with a token that opens it once.

What it tells of a call (https://www.twilio.com/docs/voice/twiml#request-parameters) and of what becomes of one
(https://www.twilio.com/docs/voice/api/call-resource#statuscallbackevent) comes to any process of the house; the sound
of a call to the one that has let its socket in.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import time
from collections import Counter
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import structlog

from valvomo.channels.phones import e164
from valvomo.channels.port import Account, Answer, Http, Request, UnreadableError
from valvomo.channels.twilio.signing import verified
from valvomo.trunks.port import Answered, Dialling, Ended, Happening, Refused, Ringing, TrunkError, Why
from valvomo.trunks.twilio import rest, twiml
from valvomo.trunks.twilio.stream import Stream
from valvomo.trunks.webhooked import Socket

PATIENCE_SECONDS = 10.0
"""So long Twilio waits for what to do with a call; it gives up after 15."""
TOKEN_SECONDS = 120
STREAM_SECONDS = 20.0
"""Within which the sound of a call that was taken has to come."""
LEAVES_WITHIN = 5.0
"""Seconds in which calls are hung up that ring, when nobody is there for them any more."""
LONGEST = 64
AGAIN_SECONDS = (0.0, 1.0, 4.0, 15.0)
_OVER: Mapping[str, Why] = {
    "completed": Why.HUNG_UP,
    "busy": Why.BUSY,
    "no-answer": Why.NO_ANSWER,
    "canceled": Why.ENDED,
    "failed": Why.UNREACHABLE,
}

log = structlog.get_logger(__name__)


@dataclass(eq=False)
class _Call:
    """`sid`: what Twilio calls it, as far as that is known. `told`: what to do with one that comes and rings."""

    sid: str = ""
    comes: bool = False
    stream: Stream | None = None
    told: asyncio.Future[str] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    over: bool = False


class TwilioTrunk:
    """See `Trunk` and `Webhooked`. Calls that come are known by Twilio's names, those that go out by the caller's."""

    def __init__(self, account: Account, http: Http) -> None:
        self._account = account
        self._http = http
        self._news: asyncio.Queue[Happening] = asyncio.Queue()
        self._calls: dict[str, _Call] = {}
        self._ending: set[str] = set()
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
            known.told.set_result(twiml.connected(self._stream_url(call)))
            self._beside(self._unless_it_comes(call, known))

    async def refuse(self, call: str, why: Refused) -> None:
        """See `Trunk`."""
        known = self._calls.get(call)
        if known is not None and not known.told.done():
            known.told.set_result(twiml.rejected(why))
            self._over(call, Why.ENDED)

    async def dial(self, call: str, to: str, caller: str) -> None:
        """See `Trunk`."""
        known = self._calls[call] = _Call()
        numbers = (to, caller or self._account.settings.number)
        told_at = f"{self._account.callback}?call={call}"
        try:
            plan = twiml.connected(self._stream_url(call, rest.RINGING_SECONDS))
            known.sid = await rest.dial(self._account, self._http, numbers, (plan, told_at))
        except TrunkError:
            self._calls.pop(call, None)
            raise
        if known.over:
            self._beside(self._hang_up(known.sid))
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
            self._beside(self._hang_up(known.sid))
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

    async def answer(self, request: Request) -> Answer:
        """See `Webhooked`."""
        fields = verified(self._account, request)
        sid, status = fields.get("CallSid", ""), fields.get("CallStatus", "")
        if not sid or len(sid) > LONGEST or fields.get("AccountSid") != self._account.settings.account_sid:
            raise UnreadableError("it names no call of this account")
        named = parse_qs(request.query).get("call")
        if named is None and status == "ringing" and fields.get("Direction") == "inbound":
            return _xml(await self._plan(sid, fields))
        name = named[0][:LONGEST] if named else sid
        if status in _OVER:
            known = self._calls.get(name)
            if known is None or known.stream is None:
                # Whoever calls and is not taken yet has given up, whatever word there is for it.
                gave_up = named is None and status != "failed"
                self._over(name, Why.HUNG_UP if gave_up else _OVER[status], known_or_not=True)
        return _xml(twiml.NOTHING)

    def admits(self, token: str) -> str | None:
        """See `Webhooked`."""
        name, _, rest_of_it = token.partition(".")
        until, _, signed = rest_of_it.partition(".")
        wanted = self._signed(name, until)
        given = signed.encode("utf-8", "replace")
        if not hmac.compare_digest(wanted.encode(), given) or int(until) < time.time():
            return None
        return name

    async def stream(self, call: str, socket: Socket) -> None:
        """See `Webhooked`."""
        known = self._calls.setdefault(call, _Call())
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
        await stream.run()
        self._over(call, Why.HUNG_UP)

    async def _plan(self, sid: str, fields: Mapping[str, str]) -> str:
        """What to do with a call that comes, once the house knows; asked again, the same."""
        known = self._calls.get(sid)
        if known is None:
            known = self._calls[sid] = _Call(sid=sid, comes=True)
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

    async def _unless_it_comes(self, call: str, known: _Call) -> None:
        await asyncio.sleep(STREAM_SECONDS)
        if known.stream is None:
            self._over(call, Why.FAILED)

    async def _unless_answered(self, call: str, known: _Call) -> None:
        """Twilio says what becomes of a call; that may be lost on its way, and sound that is to come as well."""
        await asyncio.sleep(rest.RINGING_SECONDS + STREAM_SECONDS)
        if self._calls.get(call) is known and known.stream is None:
            self._over(call, Why.NO_ANSWER)
            await self._hang_up(known.sid)

    async def _hang_up(self, sid: str, pauses: Sequence[float] = AGAIN_SECONDS) -> None:
        self._ending.add(sid)
        for pause in pauses:
            await asyncio.sleep(pause)
            try:
                await rest.end(self._account, self._http, sid)
            except TrunkError as error:
                log.warning("twilio.not_ended", account=self._account.id, error=str(error))
            else:
                break
        self._ending.discard(sid)

    async def _leave(self) -> None:
        """Whoever rings is not left ringing, nor to pick up and hear nobody."""
        async with asyncio.TaskGroup() as group:
            for sid in list(self._ending):
                group.create_task(self._hang_up(sid, (0.0,)))
            for one in list(self._calls.values()):
                if one.stream is not None:
                    # Twilio ends the call with it.
                    group.create_task(one.stream.close())
                elif one.comes and not one.told.done():
                    one.told.set_result(twiml.rejected(Refused.BUSY))
                elif one.sid:
                    group.create_task(self._hang_up(one.sid, (0.0,)))

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

    def _stream_url(self, call: str, more_seconds: float = 0.0) -> str:
        until = str(int(time.time() + TOKEN_SECONDS + more_seconds))
        base = self._account.callback.replace("http", "ws", 1)
        return f"{base}/stream/{call}.{until}.{self._signed(call, until)}"

    def _signed(self, call: str, until: str) -> str:
        said = f"stream {self._account.id} {call} {until}".encode("utf-8", "replace")
        digest = hmac.new(self._account.secrets.auth_token.encode(), said, hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")

    def _beside(self, work: Coroutine[Any, Any, None]) -> None:
        if self._group is None:
            work.close()
        else:
            self._group.create_task(work)


def _xml(text: str) -> Answer:
    return Answer(body=text.encode(), content_type="text/xml; charset=utf-8")
