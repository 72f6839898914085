"""Coming into a call: what a browser offers goes to the process that carries the call, and its answer comes back.

Both ways go through the database, and the bus only says that there is something: whichever process a browser is
connected to, its call is found, and what was lost on the way is found a moment later.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from valvomo.bus.port import Bus
from valvomo.commands.conversations.press import ForwardCall, PressKeys
from valvomo.commands.execute import Done, Executor
from valvomo.db import calls, conversations
from valvomo.db.calls import Answer, Said, What
from valvomo.db.ids import new_id
from valvomo.domain.access.actor import Actor
from valvomo.domain.conversations.event import ongoing_call
from valvomo.domain.refusals import Reason, Refusal

SAID, ANSWERED = "call_said", "call_answered"
"""Channels of the bus: something was said to a call; something was answered."""
PATIENCE = 8.0
"""Seconds that a browser waits for the engine's answer."""
LOOK_SECONDS = 0.5
"""Between two looks for answers of which the bus has not told."""


def _nothing() -> None:
    """Nobody wants to know."""


class Calling:
    """One for a process. `run` must be running for answers to come."""

    def __init__(self, executor: Executor, bus: Bus) -> None:
        self._executor = executor
        self._database = executor.database
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

    async def press(
        self, actor: Actor, conversation_id: str, keys: str, key: str | None = None
    ) -> Refusal | None:
        """Have keys pressed for the telephone of a call; they are kept nowhere but on their way."""
        command = PressKeys(
            conversation_id=conversation_id,
            keys=keys,
            mark=self._executor.sealer.mark(keys, actor.organization_id, "keys"),
            signal=new_id(),
        )
        return await self._on_telephone(actor, command, key)

    async def forward(
        self, actor: Actor, conversation_id: str, number: str, key: str | None = None
    ) -> Refusal | None:
        """Have the telephone of a call connected with another number."""
        command = ForwardCall(conversation_id=conversation_id, number=number, signal=new_id())
        return await self._on_telephone(actor, command, key)

    async def _on_telephone(
        self, actor: Actor, command: PressKeys | ForwardCall, key: str | None
    ) -> Refusal | None:
        async def beyond(_done: Done) -> Mapping[str, object] | Refusal:
            self._bus.publish(SAID, command.conversation_id)
            answer = await self._answer(command.signal)
            return answer if isinstance(answer, Refusal) else {}

        outcome = await self._executor.once(actor, command, key, beyond)
        return outcome if isinstance(outcome, Refusal) else None

    async def _ask(self, said: Said, heard: Callable[[], None] = _nothing) -> Answer | Refusal:
        if refusal := await self._say(said):
            return refusal
        heard()
        return await self._answer(said.id)

    async def _answer(self, signal_id: str) -> Answer | Refusal:
        """What came of what was said. It is kept until somebody looks, so that none comes too early."""
        waits: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting[signal_id] = waits
        try:
            self._wake.set()
            async with asyncio.timeout(PATIENCE):
                given = await waits
        except TimeoutError:
            return Refusal(Reason.BUSY)
        finally:
            del self._waiting[signal_id]
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
