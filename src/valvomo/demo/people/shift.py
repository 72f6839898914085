"""One agent's shift: sign in, be available, answer offers, serve one customer at a time, wrap up."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

import httpx

from valvomo.demo.people.agent import Agent
from valvomo.demo.people.desk import Desk
from valvomo.demo.people.gaze import Gaze
from valvomo.demo.people.http import Http, RefusedError
from valvomo.demo.people.moves import AgentMove, Complete, End, Note, Park, Resume, Say, Wait
from valvomo.demo.people.pace import typing_seconds
from valvomo.demo.people.stream import Stream
from valvomo.demo.people.world import World

THINKING = (0.4, 1.8)
LONGEST_IDLE = 15.0
BACK_AT_DESK = 20.0
"""Seconds after which an agent who missed an offer says that they are there."""
RESTS = 10.0
"""Seconds for which a conversation is left alone after something in it was refused."""


@dataclass(slots=True, kw_only=True)
class Shift:
    """An agent at work. `client` keeps their session's cookie and is theirs alone."""

    world: World
    client: httpx.AsyncClient
    address: str
    email: str
    password: str
    seed: int
    http: Http = field(init=False)
    _mind: Agent = field(init=False)
    _desk: Desk = field(init=False)
    _stream: Stream = field(init=False)
    _tongue: str = "en"
    _answers_at: dict[str, float] = field(default_factory=dict)
    _resting: dict[str, float] = field(default_factory=dict)
    _inactive_at: float | None = None
    _gaze: Gaze = field(default_factory=Gaze)
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    async def sign_in(self) -> None:
        """Raises `RefusedError` when the server does not know them."""
        self.http = Http(self.client)
        await self.http.post("/api/v1/session", {"email": self.email, "password": self.password})
        me = await self.http.get("/api/v1/me")
        self._mind = Agent(id=me["id"], name=me["name"], seed=self.seed)
        self._tongue = me["language"]

    async def run(self) -> None:
        """At work until cancelled."""
        self._desk = Desk(now=self.world.pace.now, broken=self.world.tally.promise_broken)
        self._stream = Stream(
            f"{self.address}/api/v1/live", self._desk.hello, self._heard, lambda: {"Cookie": self._cookie()}
        )
        async with asyncio.TaskGroup() as group:
            group.create_task(self._stream.run())
            await self._available()
            while True:
                self._news.clear()
                await self._watch()
                idle = await self._answer_offers()
                idle = min(idle, await self._serve(), await self._mind_presence())
                await self._tell_focus()
                await self._wait(idle)

    async def open_case(self, subject: str, customer: str, language: str) -> None:
        """A record, opened by hand."""
        body = {"channel": "record", "customer": customer, "subject": subject, "language": language}
        await self.http.post("/api/v1/conversations", body, self.world.new_key())
        self.world.tally.count("cases opened")

    def _cookie(self) -> str:
        return "; ".join(f"{one.name}={one.value}" for one in self.client.cookies.jar)

    def _heard(self, frame: Any) -> None:
        self._desk.take(frame)
        self._news.set()

    async def _watch(self) -> None:
        for frame in list(self._desk.watching()):
            await self._stream.send(frame)

    async def _available(self) -> None:
        await self.http.put(f"/api/v1/agents/{self._mind.id}/presence", {"presence": "available"})

    async def _answer_offers(self) -> float:
        """Those whose time has come; seconds until the next one."""
        now, idle = self.world.pace.now(), LONGEST_IDLE
        for one in list(self._desk.offers.values()):
            answer = self._mind.answer(one["id"], one["offer"]["kind"], self._tongue)
            due = self._answers_at.setdefault(one["id"], now + answer.seconds)
            if due > now:
                idle = min(idle, due - now)
            elif answer.accepted is None:
                continue
            elif answer.accepted:
                await self._act(one["conversation"]["id"], "offer/accept")
                self._desk.offers.pop(one["id"], None)
            else:
                await self._act(one["conversation"]["id"], "offer/reject", {"reason": answer.reason})
                self._desk.offers.pop(one["id"], None)
        self._answers_at = {one: at for one, at in self._answers_at.items() if one in self._desk.offers}
        return idle

    async def _serve(self) -> float:
        """One move in the conversation that waits longest; seconds until something else is due."""
        now, idle = self.world.pace.now(), LONGEST_IDLE
        due: list[tuple[float, str, AgentMove]] = []
        self._resting = {one: until for one, until in self._resting.items() if until > now}
        for one, folder in self._desk.folders.items():
            if one in self._resting:
                continue
            talk = folder.talk()
            move = self._mind.next_move(talk, now)
            if isinstance(move, Wait):
                idle = min(idle, max(0.3, move.seconds))
            elif not folder.watched or folder.transcript.words or folder.row["channel"] == "record":
                due.append((talk.heard[-1].at if talk.heard else talk.since, one, move))
        if not due:
            return idle
        _, one, move = min(due, key=lambda found: found[0])
        await self._do(one, move)
        return 0.0

    async def _tell_focus(self) -> None:
        """What they work on stays in front of them until they turn to another one or it is off their desk."""
        self._gaze.leave({one for one, it in self._desk.folders.items() if it.state in ("active", "wrap_up")})
        spans = self._gaze.due()
        try:
            if spans:
                await self.http.post("/api/v1/me/focus", {"spans": spans}, self.world.new_key())
        except RefusedError as refused:
            self.world.tally.trouble(str(refused))

    async def _do(self, one: str, move: AgentMove) -> None:
        self._gaze.look(one)
        match move:
            case Say(text):
                await self._write(one, text, "public")
            case Note(text, whisper=whisper):
                await self._write(one, text, "whisper" if whisper else "internal")
            case End():
                await self._end(one)
            case Park():
                await self._act(one, "park")
            case Resume():
                await self._act(one, "resume")
            case Complete(disposition):
                await self._act(one, "complete", {"disposition": disposition})
            case Wait():
                return

    async def _write(self, one: str, text: str, visibility: str) -> None:
        dice, pace = self.world.dice, self.world.pace
        await pace.sleep(dice.uniform(*THINKING))
        if visibility == "public":
            await self._stream.send({"op": "typing", "conversation": one, "typing": True})
        await pace.sleep(typing_seconds(text, dice))
        folder = self._desk.folders.get(one)
        if folder is None or folder.state != "active":
            return
        client_id = self.world.new_key()
        body = {"text": text, "visibility": visibility, "client_id": client_id}
        try:
            with self.world.tally.measured():
                answer = await self.http.post(f"/api/v1/conversations/{one}/messages", body)
        except RefusedError as refused:
            self._refused(one, refused)
            return
        folder.transcript.acknowledge(client_id, answer, text)
        self.world.tally.count("messages" if visibility == "public" else "notes")
        await self._until_heard(folder.transcript.acknowledged[client_id][1], one)

    async def _end(self, one: str) -> None:
        folder = self._desk.folders.get(one)
        if await self._act(one, "end") and folder is not None and folder.row["channel"] == "record":
            self.world.tally.count("cases closed")

    async def _until_heard(self, seq: int, one: str) -> None:
        """One's own words come back on the stream; who acted before they did would say them again."""
        for _ in range(20):
            folder = self._desk.folders.get(one)
            if folder is None or not folder.watched or folder.transcript.seq >= seq:
                return
            self._news.clear()
            await self._wait(0.5)

    async def _act(self, one: str, act: str, body: object = None) -> bool:
        """Whether it was done."""
        try:
            await self.http.post(f"/api/v1/conversations/{one}/{act}", body, self.world.new_key())
        except RefusedError as refused:
            self._refused(one, refused)
            return False
        self.world.tally.count(act)
        self._news.clear()
        await self._wait(0.5)
        return True

    def _refused(self, one: str, refused: RefusedError) -> None:
        """Somebody was faster: the stream tells what is now, and meanwhile there is other work."""
        self.world.tally.trouble(str(refused))
        self._resting[one] = self.world.pace.now() + RESTS

    async def _mind_presence(self) -> float:
        if self._desk.presence != "inactive":
            self._inactive_at = None
            return LONGEST_IDLE
        now = self.world.pace.now()
        self._inactive_at = self._inactive_at or now
        if now - self._inactive_at >= BACK_AT_DESK:
            await self._available()
        return 2.0

    async def _wait(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(self.world.pace.ours(seconds)):
                await self._news.wait()
        except TimeoutError:
            return
