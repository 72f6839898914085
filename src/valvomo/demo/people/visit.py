"""One customer's life: they open the widget, write, wait, read, and leave in their own way."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any

from valvomo.demo.people.customer import Customer, Sight
from valvomo.demo.people.doors import Door
from valvomo.demo.people.http import Http, RefusedError
from valvomo.demo.people.memory import Remembered
from valvomo.demo.people.moves import Away, End, Gone, Say, Wait, happens
from valvomo.demo.people.pace import typing_seconds
from valvomo.demo.people.promises import Transcript
from valvomo.demo.people.stream import Frame, Stream
from valvomo.demo.people.world import World

TOPIC = "conversation"
LONGEST = 3600.0
"""Seconds of theirs after which whoever is still there goes."""
SAYS_YES = 0.8
"""Share of customers who consent to being listened to."""
SENDS_TWICE = 0.02
LOSES_CONNECTION = 0.02
UNKNOWN_STATE = "open"
FIRST_LOOK = 10.0
"""Seconds until the page has surely shown what was said before."""


@dataclass(slots=True, kw_only=True, eq=False)
class Visit:
    """A customer, `mind`, who comes in by a door. `http` is anybody's, without a right yet."""

    world: World
    http: Http
    address: str
    door: Door
    mind: Customer
    name: str
    language: str
    remembered: Remembered | None = None
    state: str = UNKNOWN_STATE
    gone: bool = False
    _phone: Http = field(init=False)
    _stream: Stream = field(init=False)
    _transcript: Transcript = field(init=False)
    _began: float = 0.0
    _back_at: float = 0.0
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _sent: dict[str, float] = field(default_factory=dict)
    _token: str = ""

    async def run(self) -> None:
        """From the first word to the last; for who comes back from an earlier run, from there on."""
        await self._start()
        try:
            away: Away | None = Away(self.remembered.away if self.remembered else 0.0)
            while away is not None and away.seconds is not None:
                self._back_at = self.world.pace.now() + away.seconds
                await self.world.pace.sleep(away.seconds)
                away = await self._present(self._live())
            self.gone = True
            await self.look_back()
        finally:
            fate = (
                "conversations ended" if self._over else "customers vanished" if self.gone else "interrupted"
            )
            self.world.tally.count(fate)

    def memory(self) -> Remembered | None:
        """What they will know of it another time; None when there is nothing to come back to."""
        if not self._token or self._over or self.gone:
            return None
        mind = self.mind
        return Remembered(
            conversation=self._transcript.conversation,
            token=self._token,
            door=self.door.key,
            language=self.language,
            matter=mind.matter.id,
            name=self.name,
            temperament=mind.temperament,
            mood=mind.mood,
            turn=mind.turn,
            complaints=mind.complaints,
            came_back=mind.came_back,
            finished=mind.finished,
            away=max(0.0, self._back_at - self.world.pace.now()),
        )

    @property
    def _over(self) -> bool:
        return self.state in {"wrap_up", "closed"}

    async def _start(self) -> None:
        self._began = self.world.pace.now()
        if self.remembered is None:
            started = await self._first_contact()
            one, self._token = started["conversation"]["id"], started["token"]
        else:
            one, self._token = self.remembered.conversation, self.remembered.token
        self._phone = Http(self.http.client, self._token)
        self._transcript = Transcript(conversation=one, broken=self.world.tally.promise_broken)
        self._stream = Stream(f"{self.address}/widget/v1/live", self._hello, self._heard)
        if self.remembered is not None:
            self.state = (await self._phone.get("/widget/v1/conversation"))["state"]

    async def _first_contact(self) -> Any:
        consent = {"consent": happens(self.world.dice, SAYS_YES)} if self.door.asks_consent else {}
        body = {
            "key": self.door.key,
            "name": self.name,
            "language": self.language,
            "subject": self.mind.matter.subject,
            **consent,
        }
        started = await self.http.post("/widget/v1/conversations", body, self.world.new_key())
        self.world.tally.count("conversations started")
        return started

    async def _present(self, doing: Any) -> Any:
        """Do something with the page open: the stream runs as long as it takes."""
        async with asyncio.TaskGroup() as group:
            listening = group.create_task(self._stream.run())
            try:
                return await doing
            finally:
                listening.cancel()

    async def _live(self) -> Away | None:
        """Until it is over (None) or the customer closes the page."""
        if self.remembered is None and not self.mind.tones:
            await self._say(self.mind.opening())
        elif not self._transcript.words:
            await self._wait(FIRST_LOOK)
        while self.world.pace.now() - self._began < LONGEST:
            self._news.clear()
            move = self.mind.next_move(self._sight())
            match move:
                case Say(text):
                    await self._say(text)
                case Wait(seconds):
                    await self._wait(seconds)
                case Away():
                    self.world.tally.count("customers away")
                    return move
                case End():
                    await self._end()
                    return None
                case Gone():
                    return None
        await self._end()
        return None

    async def _say(self, text: str) -> None:
        await self._stream.send({"op": "typing", "typing": True})
        await self.world.pace.sleep(typing_seconds(text, self.world.dice))
        if self._over:
            return
        client_id = self.world.new_key()
        body = {"text": text, "client_id": client_id}
        self._sent[client_id] = time.monotonic()
        try:
            with self.world.tally.measured():
                answer = await self._phone.post("/widget/v1/messages", body)
            self._transcript.acknowledge(client_id, answer, text)
            self.world.tally.count("messages")
            if happens(self.world.dice, SENDS_TWICE):
                again = await self._phone.post("/widget/v1/messages", body)
                self._transcript.acknowledge(client_id, again, text)
                self.world.tally.count("sent twice")
        except RefusedError as refused:
            await self._refused(refused)
        if happens(self.world.dice, LOSES_CONNECTION):
            self.world.tally.count("reconnects")
            await self._stream.drop()

    async def _wait(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(self.world.pace.ours(seconds)):
                await self._news.wait()
        except TimeoutError:
            return

    async def _end(self) -> None:
        try:
            await self._phone.post("/widget/v1/end", {})
            self.state = "closed"
        except RefusedError as refused:
            await self._refused(refused)

    async def _refused(self, refused: RefusedError) -> None:
        """Most often it has just ended; the stream will tell. What may never happen is told to whoever watches."""
        self.world.tally.trouble(str(refused))
        if refused.status in {401, 403, 404}:
            self.state = "closed"
        await self.world.pace.sleep(1.0)

    async def look_back(self) -> None:
        """Read everything once more, and compare."""
        if not self._token:
            return
        stored: list[dict[str, Any]] = []
        while True:
            after = stored[-1]["seq"] if stored else 0
            items = (await self._phone.get("/widget/v1/messages", after=after))["items"]
            if not items:
                break
            stored.extend(items)
        self._transcript.compare(stored)
        self.world.tally.count("transcripts compared")

    def _hello(self) -> list[Frame]:
        since = {"since": self._transcript.seq} if self._transcript.words else {}
        return [{"op": "hello", "token": self._token}, {"op": "watch", "topic": TOPIC, **since}]

    def _heard(self, frame: Frame) -> None:
        if frame.get("topic") != TOPIC:
            return
        if frame["op"] == "refused":
            self.world.tally.trouble(f"live: {frame['problem'].get('type')}")
            return
        if frame["op"] == "snapshot":
            self._transcript.begin()
        for item in frame["data"]:
            if item["kind"] == "message":
                self._read(item)
            elif item["kind"] == "conversation":
                self.state = item["state"]
                self._news.set()

    def _read(self, item: dict[str, Any]) -> None:
        self._transcript.take(item, self.world.pace.now())
        sent = self._sent.pop(item.get("client_id") or "", None)
        if sent is not None:
            self.world.tally.seen.append((time.monotonic() - sent) * 1000)
        self._news.set()

    def _sight(self) -> Sight:
        now, words = self.world.pace.now(), self._transcript.words
        mine = [number for number, word in enumerate(words) if word.role == "customer"]
        unread = words[mine[-1] + 1 :] if mine else words
        last = words[-1].at if words else self._began
        house = [number for number, word in enumerate(words) if word.role != "customer"]
        asked = words[house[-1] + 1 :] if house else words
        return Sight(
            state=self.state,
            unread=tuple(word.text for word in unread),
            silence=now - last,
            waited=now - (asked[0].at if asked else last),
        )
