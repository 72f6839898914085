"""A stand-in for Twilio's telephone calls: who is called answers, or not, and says what they hear."""

from __future__ import annotations

import asyncio
import base64
import json
import re
from array import array
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode
from xml.sax.saxutils import unescape

import httpx
from sample_office import Caller
from sample_provider import Asked, Said, StandIn
from sample_sound import loudness
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from valvomo.channels.twilio.signing import signature
from valvomo.trunks.twilio import ulaw

ACCOUNT, TOKEN, NUMBER = "AC" + "0" * 32, "a-token-of-a-stand-in", "+358942410000"
RATE, STEP = 8_000, 0.02
TONE = 0.02
KEYS = {"2": (697, 1336), "#": (941, 1477)}
"""Hertz of the tones of a key (ITU-T Q.23)."""


@dataclass
class Call:
    """A call that the house has asked for: the form with which it did, and what is heard once it is answered."""

    sid: str
    form: dict[str, str]
    instructed: list[dict[str, str]] = field(default_factory=list)
    pcm: array[int] = field(default_factory=lambda: array("h"))

    def has_heard(self, key: str) -> bool:
        """The tones of a key, anywhere."""
        size = RATE // 20
        pieces = (self.pcm[at : at + size] for at in range(0, len(self.pcm), size // 2))
        return any(all(loudness(one, hertz, RATE) > TONE for hertz in KEYS[key]) for one in pieces)


@dataclass
class TwilioVoice:
    """`unreachable`: numbers that there are not."""

    stand_in: StandIn
    account: str = ""
    calls: list[Call] = field(default_factory=list)
    unreachable: set[str] = field(default_factory=set)
    came: asyncio.Event = field(default_factory=asyncio.Event)
    _socket: ClientConnection | None = None
    _number: int = 0
    _works: list[asyncio.Task[None]] = field(default_factory=list)
    _group: asyncio.TaskGroup = field(default_factory=asyncio.TaskGroup)

    @classmethod
    @asynccontextmanager
    async def open(cls, admin: Caller, workstream: str) -> AsyncIterator[TwilioVoice]:
        """An account of it that leads to this workstream, over which agents may call."""
        async with StandIn().open() as stand_in:
            found = cls(stand_in)
            stand_in.answer = found._answer
            body: dict[str, Any] = {
                "provider": "twilio_voice", "name": "Main line", "workstream_id": workstream, "begins": True,
                "settings": {"account_sid": ACCOUNT, "number": NUMBER, "base_url": stand_in.url},
                "secrets": {"auth_token": TOKEN},
            }  # fmt: skip
            found.account = (await admin.do("POST", "/channel-accounts", body))["id"]
            async with found._group:
                try:
                    yield found
                finally:
                    await found.hangs_up()

    async def called(self, count: int) -> Call:
        """The call of this number, from 1 on, as soon as it has been asked for."""
        async with asyncio.timeout(90):
            while len(self.calls) < count:
                self.came.clear()
                await self.came.wait()
        return self.calls[count - 1]

    async def says(self, call: Call, status: str) -> None:
        """What becomes of a call, as it is told to the house."""
        fields = [("AccountSid", ACCOUNT), ("CallSid", call.sid), ("CallStatus", status)]
        url = call.form["StatusCallback"]
        headers = {
            "X-Twilio-Signature": signature(TOKEN, url, fields),
            "Content-Type": "application/x-www-form-urlencoded",
        }
        async with httpx.AsyncClient(trust_env=False, timeout=30) as http:
            answer = await http.post(url, content=urlencode(fields), headers=headers)
        assert answer.is_success, answer.text

    async def answers(self, call: Call) -> None:
        """They take the call: its sound comes and goes."""
        found = re.search('Stream url="([^"]+)"', call.form["Twiml"])
        assert found is not None, call.form
        self._socket = await connect(unescape(found[1]), proxy=None)
        begin = {
            "accountSid": ACCOUNT, "callSid": call.sid,
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": RATE, "channels": 1},
        }  # fmt: skip
        await self._send({"event": "start", "start": begin})
        self._works = [self._group.create_task(one) for one in (self._speak(), self._listen(call))]

    async def presses(self, keys: str) -> None:
        """Whoever was called presses keys."""
        for key in keys:
            await self._send({"event": "dtmf", "dtmf": {"track": "inbound_track", "digit": key}})

    async def hangs_up(self) -> None:
        """Nothing more comes: the stream says so, as it does when a call has ended."""
        for one in self._works:
            one.cancel()
        if self._socket is not None:
            with suppress(ConnectionClosed):
                await self._send({"event": "stop", "stop": {"accountSid": ACCOUNT}})
            await self._socket.close()

    async def _send(self, frame: dict[str, Any]) -> None:
        assert self._socket is not None
        self._number += 1
        await self._socket.send(
            json.dumps({"streamSid": "MZ1", "sequenceNumber": str(self._number), **frame})
        )

    async def _speak(self) -> None:
        silence = base64.b64encode(ulaw.encoded(bytes(2 * int(RATE * STEP)))).decode()
        with suppress(ConnectionClosed):
            while True:
                await self._send({"event": "media", "media": {"track": "inbound", "payload": silence}})
                await asyncio.sleep(STEP)

    async def _listen(self, call: Call) -> None:
        assert self._socket is not None
        with suppress(ConnectionClosed):
            async for text in self._socket:
                frame = json.loads(text)
                if frame["event"] == "media":
                    call.pcm.frombytes(ulaw.decoded(base64.b64decode(frame["media"]["payload"])))

    def _answer(self, asked: Asked) -> Said:
        form = dict(parse_qsl(asked.body.decode()))
        if asked.method == "GET":
            return _json(200, {"status": "active"})
        if not asked.path.endswith("/Calls.json"):
            for call in self.calls:
                if call.sid in asked.path:
                    call.instructed.append(form)
            return _json(200, {"sid": "CA"})
        call = Call(sid=f"CA{len(self.calls) + 1:032x}", form=form)
        self.calls.append(call)
        self.came.set()
        if form["To"] in self.unreachable:
            return _json(400, {"code": 21211})
        return _json(201, {"sid": call.sid, "status": "queued"})


def _json(status: int, body: object) -> Said:
    return Said(status, json.dumps(body).encode(), {"content-type": "application/json"})
