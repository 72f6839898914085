"""Telephones: calls that come and go over trunks are their customers' part in the calls of conversations.

What becomes of a telephone is what becomes of its conversation: it is looked at whenever that has changed, and hung up
where it has no call any more. What the trunk tells of one call is done one after the other, in a task of that call.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import Protocol

import structlog

from valvomo.bus.port import Bus
from valvomo.commands.execute import Executor
from valvomo.db import calls, conversations, telephones
from valvomo.db.calls import Said
from valvomo.db.telephones import Had, Key, Wanted
from valvomo.domain.conversations.model import Conversation
from valvomo.jobs.calls.announcing import Announcer
from valvomo.jobs.calls.asking import Asking, refuse
from valvomo.jobs.calls.dialling import Dialling, stands
from valvomo.jobs.calls.phone import Phone
from valvomo.jobs.calls.signals import Reply
from valvomo.jobs.calls.telling import Telling
from valvomo.jobs.calls.trunks import Trunks
from valvomo.jobs.rounds import by_itself
from valvomo.media.port import Engine
from valvomo.trunks.port import Ended, Happening, Ringing, Sound, Trunk, Why

AGAIN_SECONDS = 1.0
ALONE_SECONDS = 5.0
"""So long a call may be this process's without being anybody's in it."""

log = structlog.get_logger(__name__)


class Carrier(Protocol):
    """Who carries calls in this process."""

    async def bring(
        self, conversation: Conversation, name: str, apart: Callable[[Conversation], bool]
    ) -> tuple[Engine, str] | None:
        """Bring the customer's telephone into the call: the engine and its leg; None where the call is elsewhere."""
        ...

    def leave(self, key: Key, call_id: str) -> None:
        """Another process carries this call from now on, where it is carried here."""
        ...

    def has(self, key: Key, leg_id: str) -> bool:
        """Whether this leg is in the call that is carried here."""
        ...


class Telephones:
    """One for a process that carries calls."""

    def __init__(
        self, executor: Executor, bus: Bus, trunks: Trunks, *, process_id: str, announcer: Announcer
    ) -> None:
        self._executor = executor
        self._database = executor.database
        self.trunks = trunks
        self._process_id = process_id
        self._telling = Telling(executor, bus, process_id)
        self._asking = Asking(executor)
        self._dialling = Dialling(executor, trunks, self._telling, process_id=process_id, add=self._add)
        self._announcer = announcer
        self._alone: dict[str, float] = {}
        self._phones: dict[tuple[str, str], Phone] = {}
        self._group: asyncio.TaskGroup | None = None
        self.wake: Callable[[], None] = lambda: None
        trunks.hear, trunks.gone = self._hear, self._gone

    async def run(self) -> None:
        """Hear trunks until cancelled."""
        try:
            async with asyncio.TaskGroup() as self._group:
                self._group.create_task(self.trunks.run())
        finally:
            self._announcer.close()

    async def round(self, carrier: Carrier) -> None:
        """Dial what is to be dialled, and let every telephone follow its conversation."""
        await self._dialling.round()
        # Who rings and has no conversation yet is nobody to be looked at, also when it has one a moment later.
        phones = [one for one in self._phones.values() if one.call.call_id]
        if not phones and not self.trunks.open:
            return
        async with self._database.asking() as tx:
            versions = await calls.versions(tx, {one.key for one in phones})
            had = await telephones.had(tx, self._process_id, [one.call for one in phones])
        for phone in phones:
            with by_itself("telephones.not_followed", account=phone.call.account_id):
                of = had.get((phone.call.organization_id, phone.call.call_id))
                if of is None:
                    self._end_lost(phone)
                elif of.process_id != self._process_id:
                    carrier.leave(phone.key, phone.call.call_id)
                    phone.trunk.forget(phone.call.trunk_call)
                    self._drop(phone)
                elif versions.get(phone.key) != phone.version or self._is_out(phone, carrier):
                    await self._follow(phone, carrier)
        await self._lose_alone([one for one in had.values() if one.process_id == self._process_id])

    def adopt(self, call: Wanted) -> None:
        """The sound of a call comes to this process, whoever has told of it or dialled it."""
        trunk = self.trunks.open.get((call.organization_id, call.account_id))
        if trunk is not None and (call.account_id, call.trunk_call) not in self._phones:
            self._add(Phone(call=call, trunk=trunk))

    def asked(self, said: Said, reply: Reply) -> None:
        """An agent has keys pressed for a telephone that is here, or has it connected with another number.

        `reply` is told what came of it once the trunk has done it, and nobody else waits for that.
        """
        found = (
            one for one in self._phones.values() if one.key == said.key and one.answered and not one.ending
        )
        phone = next(found, None)
        if phone is not None:
            phone.ask(partial(self._asking.answer, phone, said, reply))
        elif self._group is not None:
            self._group.create_task(refuse(said, reply))

    def played(self, call_id: str, leg_id: str) -> None:
        """What was played to somebody in a call has come to its end."""
        for phone in self._phones.values():
            if phone.call.call_id == call_id and phone.leg == leg_id:
                phone.played(time.monotonic())
            elif phone.last_call == call_id:
                phone.heard_out.set()

    @property
    def speaks(self) -> bool:
        """Whether those whose telephones are here can be told what happens."""
        return self._announcer.speaks

    def _hear(self, key: Key, trunk: Trunk, one: Happening) -> None:
        """Quickly: sound goes on at once, everything else to the task of its call."""
        if isinstance(one, Ringing):
            call = Wanted(
                organization_id=key[0], call_id="", conversation_id="", account_id=key[1], trunk_call=one.call,
                number=one.caller,
            )  # fmt: skip
            self._add(Phone(call=call, trunk=trunk)).events.put_nowait(one)
            return
        call_name = getattr(one, "call", "")
        phone = self._phones.get((key[1], call_name))
        if phone is not None and isinstance(one, Sound):
            phone.say(one.pcm)
        elif phone is not None:
            phone.tell(one)
        elif isinstance(one, Ended) and self._group is not None:
            self._group.create_task(self._telling.of_nobody(key, one))

    def _gone(self, key: Key, trunk: Trunk) -> None:
        for (account_id, name), phone in self._phones.items():
            if phone.trunk is trunk and account_id == key[1]:
                phone.tell(Ended(name, Why.FAILED))

    def _add(self, phone: Phone) -> Phone:
        self._phones[phone.call.account_id, phone.call.trunk_call] = phone
        phone.wake = self.wake
        phone.voiced = self._announcer.able
        if self._group is not None:
            phone.attending = self._group.create_task(self._attend(phone))
            self._group.create_task(phone.serve())
        return phone

    def _drop(self, phone: Phone) -> None:
        """It is nothing of this process's any more, and nothing that is told of it either."""
        phone.disconnect()
        self._forget(phone)
        if phone.attending is not None:
            phone.attending.cancel()

    def _end_lost(self, phone: Phone) -> None:
        """Somebody has taken this process for dead: for the house the call is over, so it is to be for the network."""
        if not phone.ending and not phone.forwarded:
            phone.ending = True
            phone.disconnect()
            phone.ask(partial(self._end_and_drop, phone))

    async def _end_and_drop(self, phone: Phone) -> None:
        try:
            await phone.trunk.end(phone.call.trunk_call)
        finally:
            self._drop(phone)

    async def _lose_alone(self, mine: Iterable[Had]) -> None:
        """What was taken and is no telephone here, because something has gone wrong in between, is over."""
        now = time.monotonic()
        alone = {one.call_id: one for one in mine if (one.account_id, one.trunk_call) not in self._phones}
        self._alone = {call_id: self._alone.get(call_id, now) for call_id in alone}
        for call_id, since in self._alone.items():
            if now - since >= ALONE_SECONDS:
                with by_itself("telephones.not_lost", account=alone[call_id].account_id):
                    one = alone[call_id]
                    await self._telling.lost(one.organization_id, one.conversation_id, call_id, Why.FAILED)

    def _forget(self, phone: Phone) -> None:
        phone.close()
        self._phones.pop((phone.call.account_id, phone.call.trunk_call), None)

    async def _attend(self, phone: Phone) -> None:
        """What the trunk tells of one call, in order, to its end."""
        while True:
            one = await phone.events.get()
            await self._surely(phone, one)
            self.wake()
            if isinstance(one, Ended):
                self._forget(phone)
                return

    async def _surely(self, phone: Phone, one: Happening) -> None:
        """A telephone must neither be lost nor stay, whatever the database does meanwhile."""
        while True:
            try:
                async with phone.forwarding:
                    await self._telling.do(phone, one)
            except Exception:
                log.exception("telephones.trouble", account=phone.call.account_id)
                if phone.ending and not isinstance(one, Ended):
                    # What it ends with must be told, and comes after this.
                    return
                await asyncio.sleep(AGAIN_SECONDS)
            else:
                return

    async def _follow(self, phone: Phone, carrier: Carrier) -> None:
        """The conversation has changed, or its engine has lost the telephone."""
        async with self._database.asking() as tx:
            conversation = await conversations.get(tx, *phone.key)
        if conversation is not None:
            await self._announcer.hear_of(phone, conversation)
        if conversation is None or not stands(conversation, phone.call):
            if not phone.ending and not phone.forwarded:
                phone.ending = True
                phone.disconnect()
                phone.ask(partial(self._announcer.end, phone, conversation, phone.engine))
            return
        phone.follow(conversation)
        if self._is_out(phone, carrier) and self._group is not None:
            # Beside: an engine that is slow for one keeps no other telephone waiting.
            phone.coming = True
            self._group.create_task(self._bring(phone, conversation, carrier, self._group))
        call = conversation.call
        held = call is not None and call.held_since is not None
        if held != phone.held:
            phone.held = held
            phone.ask(partial(phone.trunk.hold if held else phone.trunk.unhold, phone.call.trunk_call))
        phone.version = conversation.version

    async def _bring(
        self, phone: Phone, conversation: Conversation, carrier: Carrier, group: asyncio.TaskGroup
    ) -> None:
        with by_itself("telephones.not_brought", account=phone.call.account_id):
            try:
                brought = await carrier.bring(conversation, "customer", phone.apart)
            except ConnectionError as error:
                log.warning("calls.engine_away", error=repr(error))
            else:
                if brought is not None and not (phone.over or phone.ending or phone.forwarded):
                    phone.connect(*brought, group, self._announcer.attend(phone, *brought))
            finally:
                phone.coming = False

    def _is_out(self, phone: Phone, carrier: Carrier) -> bool:
        """Whether it is to be in the call and is not: not yet, or because a part of the engine has died."""
        if not phone.answered or phone.coming or phone.ending or phone.forwarded:
            return False
        return phone.leg is None or not carrier.has(phone.key, phone.leg)
