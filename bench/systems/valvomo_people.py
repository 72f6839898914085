"""Valvomo's people: customers with the widget's token, agents and supervisors with one live socket each."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec

from floor_place import Desk
from floor_wire import Caller, Listener, WireError
from workload.people import Ears

COOKIE = "valvomo_session"
LOOKS = 20
"""Comparisons of screens before a difference counts: what was committed in between is on its way."""


class House(msgspec.Struct, frozen=True, kw_only=True):
    """Where the server is, by which key customers come in, and who works there."""

    port: int
    key: str
    agents: list[Desk]
    supervisors: list[str]


class Words(msgspec.Struct, frozen=True):
    """What is read of a row's preview."""

    text: str = ""


class Row(msgspec.Struct, frozen=True):
    """What is read of an item: a message, an offer to an agent, or a row of the board."""

    id: str | int = ""
    kind: str = ""
    seq: int = 0
    text: str | None = None
    version: int = 0
    preview: Words | None = None
    removed: bool = False
    conversation: msgspec.Raw = msgspec.Raw()


class Frame(msgspec.Struct, frozen=True):
    """What is read of a frame."""

    op: str
    topic: str = ""
    data: list[Row] = []


class _Conversation(msgspec.Struct, frozen=True):
    id: str


_FRAMES = msgspec.json.Decoder(Frame)


@dataclass(slots=True)
class Side:
    """One side's screen of a conversation: numbers must come one by one, `gaps` counts those that did not."""

    last: int = -1
    gaps: int = 0
    shown: asyncio.Event = field(default_factory=asyncio.Event)

    def take(self, frame: Frame) -> list[str]:
        """The new texts of a frame."""
        found = [one for one in frame.data if one.kind == "message"]
        for item in found:
            self.gaps += self.last >= 0 and item.seq != self.last + 1
            self.last = max(self.last, item.seq)
        if frame.op == "snapshot":
            self.last = max(self.last, 0)
            self.shown.set()
        return [one.text or "" for one in found]


@dataclass(slots=True, kw_only=True)
class Chat:
    """A conversation with its two sides. `agent` is the number of who has it."""

    id: str
    token: str
    customers: Caller
    agents: Caller
    socket: Listener | None = None
    agent: int = -1
    customer: Side = field(default_factory=Side)
    desk: Side = field(default_factory=Side)

    @property
    def topic(self) -> str:
        """As agents watch it."""
        return f"conversation:{self.id}"


class ValvomoPeople:
    """Customers, agents and supervisors."""

    watches = True

    def __init__(self, house: House, ears: Ears) -> None:
        self.house = house
        self.ears = ears
        self.chats: dict[int, Chat] = {}
        self._topics: dict[str, int] = {}
        self._agents: list[Listener] = []
        self._lines: list[tuple[Caller, asyncio.Lock]] = []
        self._supervisors: list[Listener] = []
        self._boards: list[dict[str, Row]] = []
        self._offers: dict[str, asyncio.Queue[int]] = {}
        self._over: list[Listener] = []
        self._gaps = 0

    async def gather(self, agents: int, supervisors: int) -> None:
        """Agents' sockets, available; supervisors' sockets, watching nothing yet."""
        for number in range(agents):
            heard = self._heard_by_agent(number)
            self._agents.append(await self._live(self.house.agents[number].session, heard))
            self._lines.append((Caller(self.house.port), asyncio.Lock()))
            self._agents[number].say({"op": "watch", "topic": "me"})
            await self.step(number, away=False)
        for number in range(supervisors):
            self._boards.append({})
            heard = self._heard_by_supervisor(number)
            self._supervisors.append(await self._live(self.house.supervisors[number], heard))

    async def arrive(self, conversation: int) -> None:
        """A customer comes in by the widget, the router asks an agent, who accepts and opens the conversation."""
        customers = Caller(self.house.port)
        wanted = {"key": self.house.key, "name": f"Customer {conversation}"}
        started = await customers.post("/widget/v1/conversations", {}, wanted)
        chat = Chat(
            id=started["conversation"]["id"],
            token=started["token"],
            customers=customers,
            agents=Caller(self.house.port),
        )
        await self.meet(conversation, chat)

    async def meet(self, conversation: int, chat: Chat) -> None:
        """Both sides' screens; who is to serve it, unless that is known, is whom the router asks."""
        self.chats[conversation] = chat
        self._topics[chat.topic] = conversation
        chat.socket = await Listener.connect(
            self.house.port, "/widget/v1/live", {}, self._heard_by_customer(conversation)
        )
        chat.socket.say({"op": "hello", "token": chat.token})
        chat.socket.say({"op": "watch", "topic": "conversation"})
        await chat.customer.shown.wait()
        if chat.agent < 0:
            chat.agent = await self._accepted(chat)
        self._agents[chat.agent].say({"op": "watch", "topic": chat.topic})
        await chat.desk.shown.wait()

    async def say(self, conversation: int, by_customer: bool, text: str) -> None:  # noqa: FBT001
        """By the widget's interface, or by the console's."""
        chat = self.chats[conversation]
        words = {"text": text, "client_id": text[:12]}
        if by_customer:
            bearer = {"Authorization": f"Bearer {chat.token}"}
            await chat.customers.post("/widget/v1/messages", bearer, words)
        else:
            path = f"/api/v1/conversations/{chat.id}/messages"
            await chat.agents.post(path, self._cookie(chat.agent), words)

    async def close(self, conversation: int) -> None:
        """The agent ends it and has wrapped it up; the customer closes the page."""
        chat = self.chats.pop(conversation)
        for act, body in (("end", {}), ("complete", {"disposition": "resolved"})):
            await self._act(chat.agent, f"/api/v1/conversations/{chat.id}/{act}", body)
        self._agents[chat.agent].say({"op": "unwatch", "topic": chat.topic})
        if chat.socket is not None:
            chat.socket.close()
        self._gaps += chat.customer.gaps + chat.desk.gaps

    async def step(self, agent: int, away: bool) -> None:  # noqa: FBT001
        """By their presence."""
        line, turn = self._lines[agent]
        path = f"/api/v1/agents/{self.house.agents[agent].id}/presence"
        async with turn:
            await line.ask("PUT", path, self._cookie(agent), {"presence": "away" if away else "available"})

    def watch(self, watching: bool) -> None:  # noqa: FBT001
        """The board."""
        for number, socket in enumerate(self._supervisors):
            self._boards[number].clear()
            socket.say({"op": "watch" if watching else "unwatch", "topic": "board"})

    async def untrue(self) -> int:
        """Rows that differ from a fresh snapshot for the same person, gaps in what was said, and sockets lost."""
        wrong = await self._otherwise()
        for _ in range(LOOKS if wrong else 0):
            await asyncio.sleep(0.1)
            if not (wrong := await self._otherwise()):
                break
        gaps, self._gaps = self._gaps, 0
        for side in (side for chat in self.chats.values() for side in (chat.customer, chat.desk)):
            gaps, side.gaps = gaps + side.gaps, 0
        return wrong + gaps + sum(one.lost for one in (*self._agents, *self._supervisors))

    async def leave(self) -> None:
        """Every conversation is ended, so that agents are free for the next round, and everybody hangs up."""
        async with asyncio.TaskGroup() as group:
            for conversation in list(self.chats):
                group.create_task(self.close(conversation))
        for socket in (*self._agents, *self._supervisors):
            socket.close()

    async def _accepted(self, chat: Chat) -> int:
        """The agent who was asked and has accepted; whoever stepped away meanwhile has not."""
        asked = self._offers.setdefault(chat.id, asyncio.Queue())
        while True:
            agent = await asked.get()
            try:
                await self._act(agent, f"/api/v1/conversations/{chat.id}/offer/accept", {})
            except WireError:
                continue
            return agent

    async def _act(self, agent: int, path: str, body: object) -> None:
        line, turn = self._lines[agent]
        async with turn:
            await line.post(path, self._cookie(agent), body)

    def _cookie(self, agent: int) -> dict[str, str]:
        return {"Cookie": f"{COOKIE}={self.house.agents[agent].session}"}

    async def _live(self, session: str, heard: Callable[[bytes, float], None]) -> Listener:
        cookie = {"Cookie": f"{COOKIE}={session}"}
        return await Listener.connect(self.house.port, "/api/v1/live", cookie, heard)

    async def _otherwise(self) -> int:
        wrong = 0
        for number, session in enumerate(self.house.supervisors[: len(self._boards)]):
            fresh = await self._snapshot(session) if self._boards[number] else {}
            shown = self._boards[number]
            wrong += sum(shown.get(one) != fresh.get(one) for one in shown.keys() | fresh.keys())
        return wrong

    async def _snapshot(self, session: str) -> dict[str, Row]:
        found: asyncio.Future[dict[str, Row]] = asyncio.get_running_loop().create_future()

        def heard(payload: bytes, _at: float) -> None:
            frame = _FRAMES.decode(payload)
            if frame.topic == "board" and frame.op == "snapshot" and not found.done():
                found.set_result({str(row.id): row for row in frame.data})

        socket = await self._live(session, heard)
        socket.say({"op": "watch", "topic": "board"})
        async with asyncio.timeout(10):
            rows = await found
        socket.close()
        return rows

    def _heard_by_customer(self, conversation: int) -> Callable[[bytes, float], None]:
        def heard(payload: bytes, at: float) -> None:
            chat = self.chats.get(conversation)
            for text in chat.customer.take(_FRAMES.decode(payload)) if chat else ():
                self.ears.heard(conversation, True, text, at)

        return heard

    def _heard_by_agent(self, agent: int) -> Callable[[bytes, float], None]:
        def heard(payload: bytes, at: float) -> None:
            frame = _FRAMES.decode(payload)
            conversation = self._topics.get(frame.topic, -1)
            if conversation in self.chats:
                for text in self.chats[conversation].desk.take(frame):
                    self.ears.heard(conversation, False, text, at)
            elif frame.topic == "me":
                for item in frame.data:
                    if item.kind == "offer" and not item.removed:
                        one = msgspec.json.decode(item.conversation, type=_Conversation).id
                        self._offers.setdefault(one, asyncio.Queue()).put_nowait(agent)

        return heard

    def _heard_by_supervisor(self, number: int) -> Callable[[bytes, float], None]:
        def heard(payload: bytes, at: float) -> None:
            frame = _FRAMES.decode(payload)
            if frame.topic != "board":
                return
            board = self._boards[number]
            if frame.op == "snapshot":
                board.clear()
            for row in frame.data:
                if row.removed:
                    board.pop(str(row.id), None)
                    continue
                board[str(row.id)] = row
                if row.preview is not None:
                    self.ears.shown(number, row.preview.text, at)

        return heard
