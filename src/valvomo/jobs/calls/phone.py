"""One telephone: a trunk's call on the one side, a leg without a browser on the other, and what is said between."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

import structlog

from valvomo.db.telephones import Wanted
from valvomo.domain.calls.announcing import Telling, denied, ended, hears_of
from valvomo.domain.conversations.consent import is_untold
from valvomo.domain.conversations.event import Event
from valvomo.domain.conversations.model import Conversation
from valvomo.jobs.rounds import by_itself
from valvomo.media.port import Dialled, Engine
from valvomo.trunks.port import Ended, Happening, Trunk, TrunkError, Why

MOST_SAID = 50
"""Pieces of sound that wait for the engine: a second's."""

log = structlog.get_logger(__name__)
Work = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """Which version of a notice or question, in which language."""

    version: int
    language: str


@dataclass(eq=False)
class Phone:
    """What this process knows of a call over a trunk.

    `answered`: sound flows. `leg` is the leg's id while it is in the call at the engine, None before and after;
    `coming`: it is being brought there.
    `version` of the conversation that was looked at last; `ending`: one side has hung up; `forwarded`: the trunk
    connects it elsewhere, and it is not ours to end. What ends it meanwhile is done when that is (`forwarding`).
    `over`: nothing is asked of its trunk any more.

    `voiced`: the customer is told what there is to be told, until that cannot be done; `telling` is how far that is,
    `text` what they are told first. It is looked at again when something has `stirred`. `heard_of` is the version up to
    which it is known what has happened. Of what is said last `heard_out` tells the end, in a call of its own at the
    `engine` (`last_call`).
    """

    call: Wanted
    trunk: Trunk
    answered: bool = False
    leg: str | None = None
    coming: bool = False
    version: int = -1
    held: bool = False
    ending: bool = False
    forwarded: bool = False
    over: bool = False
    voiced: bool = False
    telling: Telling = field(default_factory=Telling)
    text: Text | None = None
    heard_of: int = 0
    engine: Engine | None = None
    last_call: str = ""
    heard_out: asyncio.Event = field(default_factory=asyncio.Event)
    stirred: asyncio.Event = field(default_factory=asyncio.Event)
    wake: Callable[[], None] = lambda: None
    forwarding: asyncio.Lock = field(default_factory=asyncio.Lock)
    events: asyncio.Queue[Happening] = field(default_factory=asyncio.Queue)
    attending: asyncio.Task[None] | None = None
    _works: asyncio.Queue[Work | None] = field(default_factory=asyncio.Queue)
    _said: asyncio.Queue[bytes] = field(default_factory=lambda: asyncio.Queue(MOST_SAID))
    _pumps: tuple[asyncio.Task[None], ...] = ()
    _conversation: Conversation | None = None

    @property
    def key(self) -> tuple[str, str]:
        """Organization, conversation."""
        return self.call.organization_id, self.call.conversation_id

    @property
    def conversation(self) -> Conversation:
        """As it was when it was looked at last; raises `LookupError` before that."""
        if self._conversation is None:
            raise LookupError("nobody has looked at it yet")
        return self._conversation

    def follow(self, conversation: Conversation) -> None:
        """This is how it is by now."""
        if self._conversation is None or self._conversation.version < conversation.version:
            self._conversation = conversation
            self.stirred.set()

    def apart(self, conversation: Conversation) -> bool:
        """Whether the customer is to hear nobody yet, and nobody them: they are told something first."""
        return self.voiced and is_untold(conversation)

    def hear_of(self, version: int, events: Iterable[Event], chosen: Iterable[str]) -> None:
        """This has happened, up to this version; of what was `chosen` the customer is told."""
        if self.call.reopened and not self.heard_of:
            # What was before its sound came here they have heard where it was.
            events = ()
        self.heard_of, before = version, self.telling
        self.telling = hears_of(before, events, frozenset(chosen))
        if self.telling != before:
            self.stirred.set()

    def played(self, at: float) -> None:
        """What was played to the customer has come to its end."""
        if self.telling.playing is not None:
            self.telling = ended(self.telling, at)
            self.stirred.set()

    def deny(self) -> None:
        """The customer wanted to be called back, and cannot be."""
        self.telling = denied(self.telling)
        self.stirred.set()

    def give_up(self) -> None:
        """Nobody can speak to the customer: the call goes on without, and nothing of it is kept that needs it."""
        self.voiced = False
        self.wake()

    def tell(self, one: Happening) -> None:
        """What the trunk tells of it; what it tells after the end is heard by nobody."""
        self.ending = self.ending or isinstance(one, Ended)
        self.events.put_nowait(one)

    async def dial(self) -> None:
        """Have it rung; where that is not to be, it is over at once."""
        call = self.call
        try:
            await self.trunk.dial(call.trunk_call, call.number, "")
        except TrunkError as error:
            log.warning("telephones.not_dialled", account=call.account_id, error=str(error))
            self.tell(Ended(call.trunk_call, error.why, error.detail))
        except Exception as error:
            log.exception("telephones.not_dialled", account=call.account_id)
            self.tell(Ended(call.trunk_call, Why.FAILED, repr(error)))

    def ask(self, work: Work) -> None:
        """Let this be asked of the trunk, when what was asked before is done; nobody else waits for it."""
        self._works.put_nowait(work)

    async def serve(self) -> None:
        """Do what is asked, one after the other, to the end of the telephone."""
        while (work := await self._works.get()) is not None:
            with by_itself("telephones.not_done", account=self.call.account_id):
                await work()

    def close(self) -> None:
        """It is over: what still was to be asked is done, and knows that."""
        self.over = True
        self.heard_out.set()
        self._works.put_nowait(None)

    def connect(
        self, engine: Engine, leg_id: str, group: asyncio.TaskGroup, *beside: Coroutine[Any, Any, None]
    ) -> None:
        """From now on the telephone hears what the leg hears, and the other way round, and this is done beside."""
        self.disconnect()
        self.engine, self.leg, self._said = engine, leg_id, asyncio.Queue(MOST_SAID)
        works = (
            self.hear(engine, self.call.call_id, leg_id),
            self._speak(engine, leg_id, self._said),
            *beside,
        )
        self._pumps = tuple(group.create_task(self.guarded(one)) for one in works)

    def disconnect(self) -> None:
        """Nothing goes either way any more."""
        for one in self._pumps:
            one.cancel()
        self._pumps, self.leg = (), None

    def say(self, pcm: bytes) -> None:
        """What the customer says; what nobody can take any more is dropped, the oldest first."""
        if self.leg is None:
            return
        if self._said.full():
            self._said.get_nowait()
        self._said.put_nowait(pcm)

    async def guarded(self, work: Coroutine[Any, Any, None]) -> None:
        """What goes wrong with one telephone ends that, and no other: it is out of the call, and brought anew."""
        try:
            await work
        except ConnectionError:
            self.leg = None
        except Exception:
            log.exception("telephones.silent", account=self.call.account_id)
            self.leg = None

    async def _speak(self, engine: Engine, leg_id: str, said: asyncio.Queue[bytes]) -> None:
        while True:
            await engine.feed(self.call.call_id, leg_id, await said.get())

    async def hear(self, engine: Engine, call_id: str, leg_id: str) -> None:
        """Let the telephone hear what this leg of a call hears, to its end."""
        async with aclosing(engine.sound(call_id, leg_id)) as sound:
            async for one in sound:
                if isinstance(one, Dialled):
                    await self.trunk.keys(self.call.trunk_call, one.keys)
                else:
                    await self.trunk.sound(self.call.trunk_call, one.pcm)
