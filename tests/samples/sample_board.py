"""A live stream that a test speaks itself, to a console that was served by the real server: a board of many rows."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from playwright.async_api import Page, WebSocketRoute

from valvomo.domain.access.actor import Actor, UserRole
from valvomo.domain.conversations.model import Channel, Conversation, Mode, State
from valvomo.protocol.frames import lag_frame, topic_frame
from valvomo.protocol.lookups import Lookups, QueueFacts
from valvomo.protocol.rows import board_row

WATCHER = Actor(id="s", organization_id="o", roles=frozenset({UserRole.SUPERVISOR}), supervises_all=True)
QUEUES = {f"q{number}": QueueFacts(id=f"q{number}", name=f"Queue {number}") for number in range(5)}
LOOKUPS = Lookups(queues=QUEUES, workstreams={"w": "Web chat"})
PART = 500


@dataclass
class Board:
    """What is the case, and the way to tell it to the page. Every customer has a name of their own."""

    conversations: dict[str, Conversation]
    chance: random.Random
    sockets: list[WebSocketRoute] = field(default_factory=list)
    answers: bool = True
    number: int = 1

    @classmethod
    async def before(cls, page: Page, rows: int) -> Board:
        """For a page that is opened after this."""
        board = cls({}, random.Random(5))
        for _ in range(rows):
            board._begin()
        await page.route_web_socket("**/api/v1/live", board._opened)
        return board

    def burst(self, count: int) -> None:
        """So many changes in one frame: who comes, who goes, who is moved to another queue."""
        said: list[object] = []
        for _ in range(count):
            kind = self.chance.random()
            if kind < 0.1:
                said.append(self._row(self._begin()))
                continue
            one = self.conversations[self.chance.choice(list(self.conversations))]
            if kind < 0.2:
                del self.conversations[one.id]
                said.append({"id": one.id, "removed": True})
                continue
            one = replace(
                one,
                version=one.version + 1,
                queue_id=self.chance.choice(list(QUEUES)),
                customer_name=self._name() if kind < 0.4 else one.customer_name,
            )
            self.conversations[one.id] = one
            said.append(self._row(one))
        self.number += count
        self._tell(topic_frame("board", "changes", self.number, said, time=datetime.now(UTC)).payload)

    def alive(self) -> None:
        """The sign of life of every second."""
        self._tell(lag_frame(0, datetime.now(UTC)).payload)

    def by_customer(self, queue: str | None = None) -> list[str]:
        """The names that the list must show, in order."""
        return sorted(
            one.customer_name for one in self.conversations.values() if queue in (None, one.queue_id)
        )

    async def cut(self) -> None:
        """The connection is lost."""
        for one in self.sockets:
            await one.close(code=1011, reason="cut")
        self.sockets.clear()

    def _opened(self, socket: WebSocketRoute) -> None:
        self.sockets.append(socket)
        socket.on_message(lambda said: self._asked(socket, json.loads(said)))

    def _asked(self, socket: WebSocketRoute, said: dict[str, Any]) -> None:
        if not self.answers:
            return
        if said["op"] == "ping":
            socket.send('{"op":"pong"}')
        if said["op"] != "watch":
            return
        rows = [self._row(one) for one in self.conversations.values()] if said["topic"] == "board" else []
        for begin in range(0, max(1, len(rows)), PART):
            frame: dict[str, Any] = {
                "topic": said["topic"],
                "op": "changes" if begin else "snapshot",
                "at": self.number,
                "data": rows[begin : begin + PART],
            }
            if begin + PART < len(rows):
                frame |= {"at": 0, "more": True}
            socket.send(msgspec.json.encode(frame).decode())

    def _tell(self, payload: bytes) -> None:
        for one in self.sockets:
            one.send(payload.decode())

    def _row(self, one: Conversation) -> object:
        return board_row(one, WATCHER, LOOKUPS)

    def _name(self) -> str:
        return f"Customer {self.chance.getrandbits(40):013d}"

    def _begin(self) -> Conversation:
        began = datetime.now(UTC) - timedelta(seconds=self.chance.randrange(600))
        one = Conversation(
            id=f"0190{len(self.conversations):08x}-7000-8000-0000-{self.chance.getrandbits(48):012x}",
            organization_id="o",
            workstream_id="w",
            queue_id=self.chance.choice(list(QUEUES)),
            channel=Channel.LIVE_CHAT,
            mode=Mode.TEXT,
            state=State.OPEN,
            contact_id="c",
            customer_name=self._name(),
            units=1,
            created_at=began,
            queued_at=began,
            session_queued_at=began,
            version=1,
            revision=1,
        )
        self.conversations[one.id] = one
        return one
