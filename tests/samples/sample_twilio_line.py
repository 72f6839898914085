"""A trunk of Twilio's whose account is at a stand-in, and the sockets over which the sound of its calls comes."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from urllib.parse import urlencode

from sample_provider import Said, StandIn

from valvomo.addresses import networks_of
from valvomo.channels.http import GuardedHttp
from valvomo.channels.port import Account, Answer, Request
from valvomo.channels.twilio.provider import TwilioSecrets
from valvomo.channels.twilio.signing import signature
from valvomo.trunks.port import Answered, Happening, Ringing
from valvomo.trunks.twilio.kind import TwilioVoiceSettings
from valvomo.trunks.twilio.trunk import TwilioTrunk

ACCOUNT, TOKEN, SID = "AC" + "a" * 32, "0123456789abcdef", "CA" + "b" * 32
CALLBACK = "https://desk.example.org/channels/twilio_voice/one"
OURS, THEIRS = "+358457000000", "+358401234567"


class Socket:
    """A provider's end of a socket."""

    def __init__(self) -> None:
        self.frames: asyncio.Queue[str | None] = asyncio.Queue()
        self.got: list[dict[str, object]] = []
        self.closed = False
        self.shut = asyncio.Event()
        self.number = 0

    async def receive(self) -> str:
        text = await self.frames.get()
        if text is None:
            self.frames.put_nowait(None)
            raise ConnectionError
        return text

    def drop(self) -> None:
        """It is gone, without a word."""
        self.frames.put_nowait(None)

    async def send(self, text: str) -> None:
        self.got.append(json.loads(text))

    async def close(self) -> None:
        self.closed = True
        self.shut.set()
        self.frames.put_nowait(None)

    def say(self, event: str, number: int | None = None, **more: object) -> None:
        self.number = self.number + 1 if number is None else number
        said = {"event": event, "sequenceNumber": str(self.number), "streamSid": "MZ1", **more}
        self.frames.put_nowait(json.dumps(said))

    def begin(self, account: str = ACCOUNT, sid: str = SID, encoding: str = "audio/x-mulaw") -> None:
        self.frames.put_nowait(json.dumps({"event": "connected", "protocol": "Call", "version": "1.0.0"}))
        form = {"encoding": encoding, "sampleRate": 8000, "channels": 1}
        start = {
            "accountSid": account,
            "callSid": sid,
            "streamSid": "MZ1",
            "tracks": ["inbound"],
            "mediaFormat": form,
        }
        self.say("start", start=start)

    def speak(self, codes: bytes, number: int | None = None) -> None:
        payload = base64.b64encode(codes).decode()
        self.say(
            "media", number, media={"track": "inbound", "chunk": "1", "timestamp": "5", "payload": payload}
        )


class Line:
    """A trunk whose account is at a stand-in."""

    def __init__(self, trunk: TwilioTrunk, system: StandIn, running: asyncio.Task[None]) -> None:
        self.trunk, self.system, self.running = trunk, system, running
        self.news = trunk.happenings()
        self.reopened: list[str] = []
        self.goes_on = True

    async def next(self) -> Happening:
        async with asyncio.timeout(90):
            return await anext(self.news)

    async def says(self, query: str = "", token: str = TOKEN, **fields: str) -> Answer:
        form = [("AccountSid", ACCOUNT), *fields.items()]
        signed = signature(token, CALLBACK + (f"?{query}" if query else ""), form)
        request = Request(
            method="POST", query=query, headers={"x-twilio-signature": signed},
            body=urlencode(form).encode(), at=datetime.now(UTC),
        )  # fmt: skip
        return await self.trunk.answer(request, self._reopen)

    async def _reopen(self, call: str) -> bool:
        self.reopened.append(call)
        return self.goes_on

    async def taken(self) -> str:
        """A call comes and is taken; the token of its socket."""
        async with asyncio.TaskGroup() as group:
            asked = group.create_task(self.rings())
            assert await self.next() == Ringing(SID, THEIRS, OURS)
            await self.trunk.take(SID)
        body = asked.result().body.decode()
        assert "<Connect><Stream url=" in body
        return body.partition("/stream/")[2].partition('"')[0]

    async def rings(self, **more: str) -> Answer:
        said = {"CallStatus": "ringing", "Direction": "inbound", "From": THEIRS, "To": OURS, **more}
        return await self.says(CallSid=SID, **said)

    @asynccontextmanager
    async def streaming(self, socket: Socket) -> AsyncIterator[None]:
        call = self.trunk.admits(await self.taken())
        assert call == SID
        socket.begin()
        async with asyncio.timeout(90), asyncio.TaskGroup() as group:
            group.create_task(self.trunk.stream(call, socket))
            assert await self.next() == Answered(SID)
            yield
            await socket.close()


@asynccontextmanager
async def opened(*, vouches: bool = False) -> AsyncIterator[Line]:
    async with StandIn(lambda _: Said(body=b'{"sid": "CA' + b"d" * 32 + b'"}')).open() as system:
        account = Account(
            id="one", organization_id="house", callback=CALLBACK, secrets=TwilioSecrets(auth_token=TOKEN),
            settings=TwilioVoiceSettings(
                account_sid=ACCOUNT, number=OURS, base_url=system.url, vouches=vouches
            ),
        )  # fmt: skip
        async with GuardedHttp(networks_of(["127.0.0.0/8"])) as http, asyncio.TaskGroup() as group:
            trunk = TwilioTrunk(account, http)
            running = group.create_task(trunk.run())
            await asyncio.sleep(0)
            yield Line(trunk, system, running)
            running.cancel()
