"""A large floor for one screen: ten thousand conversations that change, as rows of the real protocol.

What is made up are the conversations. Rows, acts, attention and frames come from the functions of the server.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import msgspec

from valvomo.domain.access.actor import Actor, UserRole
from valvomo.domain.access.supervision import Right, Supervision
from valvomo.domain.agents.capacity import Agent
from valvomo.domain.agents.presence import Presence
from valvomo.domain.conversations.model import Channel, Conversation, Mode, State
from valvomo.protocol.agents import agent_row
from valvomo.protocol.frames import raw
from valvomo.protocol.lookups import Lookups, QueueFacts
from valvomo.protocol.rows import board_row, preview_of

WATCHER = Actor(
    id="saara",
    organization_id="o",
    name="Saara Virtanen",
    roles=frozenset({UserRole.SUPERVISOR}),
    supervises_all=True,
)
_FIRST = ("Aino", "Eino", "Lumi", "Onni", "Helmi", "Toivo", "Veikko", "Örjan", "Åsa", "Zoë", "Ida", "Väinö")
_LAST = ("Korhonen", "Mäkelä", "Nyström", "Laine", "Ahonen", "Berg", "Öberg", "Salo", "Åkerman", "Wikström")
_MATTERS = ("Invoice", "Delivery", "Return", "Password", "Order", "Refund", "Contract", "Broken screen")
_WORDS = (
    "when",
    "will",
    "it",
    "be",
    "here",
    "I",
    "have",
    "waited",
    "since",
    "Monday",
    "please",
    "order",
    "help",
)
_CHANNELS = (Channel.LIVE_CHAT, Channel.LIVE_CHAT, Channel.PERSISTENT_CHAT, Channel.EMAIL)
MESSAGES, ARRIVALS = 0.6, 0.075
"""Shares of all changes that are messages, and that are conversations which begin; as many end."""


class BigFloor:
    """So many ongoing conversations in fifty queues with five hundred agents."""

    def __init__(self, rows: int, now: datetime, seed: int = 1) -> None:
        self._chance = random.Random(seed)
        self._now = now
        queues = {f"q{number}": f"Queue {number:02}" for number in range(50)}
        self.lookups = Lookups(
            queues={one: QueueFacts(id=one, name=name) for one, name in queues.items()},
            workstreams={"w": "Web chat"},
            supervision=Supervision(on=frozenset(Right)),
        )
        self.agents = [self._agent(number) for number in range(500)]
        self._names = [one.name for one in self.agents]
        self.conversations: dict[str, Conversation] = {}
        self._previews: dict[str, object] = {}
        self.rows: dict[str, msgspec.Raw] = {}
        self._ids: list[str] = []
        self._number = 0
        self.at = rows
        for _ in range(rows):
            self._show(self._new(timedelta(seconds=self._chance.uniform(0, 3600))))

    def agent_rows(self) -> list[object]:
        """For the topic `agents`."""
        return [agent_row(one, self._now, WATCHER, self.lookups, quiet_since=None) for one in self.agents]

    def changes(self, count: int, now: datetime) -> Iterator[object]:
        """So many changes, as items of the topic `board`."""
        self._now = now
        for _ in range(count):
            self.at += 1
            kind = self._chance.random()
            if kind < MESSAGES:
                yield self._show(self._said(self._any()))
            elif kind < MESSAGES + ARRIVALS:
                yield self._show(self._new(timedelta()))
            elif kind < MESSAGES + 2 * ARRIVALS:
                one = self._any()
                self._end(one)
                yield {"id": one.id, "version": one.version + 1, "removed": True}
            else:
                yield self._show(self._moved(self._any()))

    def _any(self) -> Conversation:
        return self.conversations[self._ids[self._chance.randrange(len(self._ids))]]

    def _end(self, one: Conversation) -> None:
        del self.conversations[one.id], self.rows[one.id]
        self._previews.pop(one.id, None)
        # The last takes the place: the order does not matter, and nothing is moved.
        place = self._ids.index(one.id)
        self._ids[place] = self._ids[-1]
        self._ids.pop()

    def _show(self, one: Conversation) -> msgspec.Raw:
        if one.id not in self.conversations:
            self._ids.append(one.id)
        self.conversations[one.id] = one
        row = raw(board_row(one, WATCHER, self.lookups, self._previews.get(one.id)))  # type: ignore[arg-type]
        self.rows[one.id] = row
        return row

    def _new(self, age: timedelta) -> Conversation:
        self._number += 1
        began = self._now - age
        one = Conversation(
            id=f"0190{self._number:08x}-7000-8000-0000-{self._chance.getrandbits(48):012x}",
            organization_id="o",
            workstream_id="w",
            queue_id=f"q{self._chance.randrange(50)}",
            channel=self._chance.choice(_CHANNELS),
            mode=Mode.TEXT,
            state=State.OPEN,
            contact_id=f"c{self._number}",
            customer_name=f"{self._chance.choice(_FIRST)} {self._chance.choice(_LAST)} {self._number}",
            units=1,
            created_at=began,
            queued_at=began,
            session_queued_at=began,
            subject=f"{self._chance.choice(_MATTERS)} {self._number}",
            language=self._chance.choice(("fi", "sv", "en")),
            version=1,
            revision=1,
        )
        return one if self._chance.random() < 0.3 else self._moved(self._said(one))

    def _said(self, one: Conversation) -> Conversation:
        words = " ".join(self._chance.choices(_WORDS, k=12))
        by_customer = self._chance.random() < 0.5
        author = one.customer_name if by_customer else one.owner_name or "Bot"
        self._previews[one.id] = preview_of(words, author, "customer" if by_customer else "agent", self._now)
        return replace(
            one,
            version=one.version + 1,
            revision=one.revision + 1,
            seq=one.seq + 1,
            public_seq=one.public_seq + 1,
            last_message_at=self._now,
            unanswered_since=self._now if by_customer else None,
        )

    def _moved(self, one: Conversation) -> Conversation:
        """Given to somebody, or back to a queue."""
        changed = replace(one, version=one.version + 1, revision=one.revision + 1)
        if one.state is State.ACTIVE and self._chance.random() < 0.3:
            return replace(
                changed,
                state=State.OPEN,
                owner_id=None,
                owner_name=None,
                accepted_at=None,
                session_queued_at=self._now,
            )
        agent = self._chance.choice(self.agents)
        return replace(
            changed,
            state=State.ACTIVE,
            owner_id=agent.id,
            owner_name=agent.name,
            accepted_at=self._now,
            first_accepted_at=one.first_accepted_at or self._now,
        )

    def _agent(self, number: int) -> Agent:
        name = f"{_FIRST[number % len(_FIRST)]} {_LAST[number % len(_LAST)]} {number}"
        return Agent(
            id=f"a{number}",
            organization_id="o",
            name=name,
            chosen=Presence.AVAILABLE,
            capacity=30,
            load=number % 30,
            held={"live_chat": number % 30},
            queues=frozenset({f"q{number % 50}"}),
        )
