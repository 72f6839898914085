"""Coming into a call: what a browser offers goes to the process that carries the call, and its answer comes back.

Both ways go through the database, and the bus only says that there is something: whichever process a browser is
connected to, its call is found, and what was lost on the way is found a moment later.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from valvomo.bus.port import Bus
from valvomo.channels.phones import called_over, e164
from valvomo.db import calls, conversations, house
from valvomo.db.calls import Answer, Said, What
from valvomo.db.database import Database
from valvomo.db.ids import new_id
from valvomo.domain.access.actor import Actor
from valvomo.domain.access.acts import Act, act_refusal
from valvomo.domain.access.beginning import Way, begin_refusal
from valvomo.domain.conversations.event import ongoing_call
from valvomo.domain.conversations.telephone import telephone_of
from valvomo.domain.refusals import Reason, Refusal

SAID, ANSWERED = "call_said", "call_answered"
"""Channels of the bus: something was said to a call; something was answered."""
PATIENCE = 8.0
"""Seconds that a browser waits for the engine's answer."""
LOOK_SECONDS = 0.5
"""Between two looks for answers of which the bus has not told."""

_ON_TELEPHONES: frozenset[What] = frozenset({"keys", "forward"})
"""What is said only where an act was allowed, which needs a call."""


def _nothing() -> None:
    """Nobody wants to know."""


class Calling:
    """One for a process. `run` must be running for answers to come."""

    def __init__(self, database: Database, bus: Bus) -> None:
        self._database = database
        self._bus = bus
        self._waiting: dict[str, asyncio.Future[Answer]] = {}
        self._wake = asyncio.Event()
        bus.subscribe(ANSWERED, self._told)

    async def run(self) -> None:
        """Bring answers to who waits for them."""
        while True:
            self._wake.clear()
            if self._waiting:
                await self._look()
            wait = LOOK_SECONDS if self._waiting else None
            try:
                async with asyncio.timeout(wait):
                    await self._wake.wait()
            except TimeoutError:
                continue

    async def come(
        self, actor: Actor, conversation_id: str, offer: str, heard: Callable[[], None] = _nothing
    ) -> Answer | Refusal:
        """What the engine answers to what this person's browser offers, or why they are not in the call.

        `heard` is called once it is said, long before it is answered.
        """
        return await self._ask(self._said(actor, conversation_id, "come", offer), heard)

    async def press(self, actor: Actor, conversation_id: str, keys: str) -> Refusal | None:
        """Have keys pressed for the telephone of a call; they are kept nowhere but on their way."""
        if refusal := await self._refusal(actor, conversation_id, Act.KEYS):
            return refusal
        answer = await self._ask(self._said(actor, conversation_id, "keys", keys))
        return answer if isinstance(answer, Refusal) else None

    async def forward(self, actor: Actor, conversation_id: str, number: str) -> Refusal | None:
        """Have the telephone of a call connected with another number, where this agent may call out over its trunk."""
        if refusal := await self._refusal(actor, conversation_id, Act.FORWARD, number):
            return refusal
        known = e164(number) or ""
        answer = await self._ask(self._said(actor, conversation_id, "forward", known))
        return answer if isinstance(answer, Refusal) else None

    async def _refusal(
        self, actor: Actor, conversation_id: str, act: Act, number: str = ""
    ) -> Refusal | None:
        async with self._database.asking() as tx:
            conversation = await conversations.get(tx, actor.organization_id, conversation_id)
            if conversation is None:
                return Refusal(Reason.NOT_FOUND)
            if refusal := act_refusal(
                act, actor, conversation, await house.supervision(tx, actor.organization_id)
            ):
                return refusal
            phone = telephone_of(conversation)
            if act is not Act.FORWARD or phone is None:
                return None
            account = await tx.row("channels.begun_over", actor.organization_id, phone.account_id)
        if account is None:
            return Refusal(Reason.NOT_FOUND)
        way = Way(queue_id=account["queue_id"], switched_on=account["begins"], disabled=account["disabled"])
        if refusal := begin_refusal(actor, way):
            return refusal
        called = called_over(account["settings"], number)
        return called if isinstance(called, Refusal) else None

    async def _ask(self, said: Said, heard: Callable[[], None] = _nothing) -> Answer | Refusal:
        waits: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting[said.id] = waits
        try:
            if refusal := await self._say(said):
                return refusal
            heard()
            self._wake.set()
            async with asyncio.timeout(PATIENCE):
                given = await waits
        except TimeoutError:
            return Refusal(Reason.BUSY)
        finally:
            del self._waiting[said.id]
        if given.refusal is not None:
            return Refusal(Reason(given.refusal), {"why": given.why})
        return given

    async def tell(self, actor: Actor, conversation_id: str, what: What, answer: str = "") -> None:
        """They go, mute themselves, or agree to what the engine has offered; nothing is answered."""
        await self._say(self._said(actor, conversation_id, what, answer))

    def _said(self, actor: Actor, conversation_id: str, what: What, offer: str = "") -> Said:
        return Said(
            id=new_id(),
            organization_id=actor.organization_id,
            conversation_id=conversation_id,
            person_id=actor.id,
            what=what,
            offer=offer,
        )

    async def _say(self, said: Said) -> Refusal | None:
        """Why nobody hears it. Where there is no call, nothing is written: whoever chats could say it all day long."""
        async with self._database.transaction() as tx:
            if said.what not in _ON_TELEPHONES:
                conversation = await conversations.get(tx, said.organization_id, said.conversation_id)
                if conversation is None or ongoing_call(conversation) is None:
                    return Refusal(Reason.NO_CALL)
            heard = await calls.say(tx, said)
        self._bus.publish(SAID, said.conversation_id)
        return None if heard else Refusal(Reason.CALLS_OFF)

    async def _look(self) -> None:
        async with self._database.transaction() as tx:
            found = await calls.answers(tx, self._waiting)
        for signal_id, given in found.items():
            waits = self._waiting.get(signal_id)
            if waits is not None and not waits.done():
                waits.set_result(given)

    def _told(self, payload: str) -> None:
        if not payload or payload in self._waiting:
            self._wake.set()
