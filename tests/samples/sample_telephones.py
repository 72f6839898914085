"""A house that carries telephone calls over a trunk without a network, with an engine without media, on PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Self, cast

import msgspec
import pytest
from sample_engine import SampleCall, SampleEngine
from sample_floor import AINO, HOUSE, ROUTER, Floor
from sample_line import opener
from sample_lines import CALLER, TRUNK, lay_lines, line_of
from sample_patience import until
from sample_routing import ask
from sample_trunk import SampleKind, SampleTrunk

from valvomo.bus.local import LocalBus
from valvomo.commands.calling import Calling
from valvomo.commands.channels import accounts
from valvomo.commands.conversations.begin import BeginConversation
from valvomo.commands.conversations.fire_timers import FireTimers
from valvomo.commands.conversations.offers import AcceptOffer
from valvomo.commands.switchboard import Switchboard
from valvomo.db.doorbell import Doorbell
from valvomo.domain.access.actor import Actor, UserRole, system
from valvomo.domain.conversations.call_marks import Line
from valvomo.domain.conversations.model import State
from valvomo.domain.refusals import Reason, Refusal
from valvomo.files.folder import Folder
from valvomo.files.sealed import SealedFiles
from valvomo.house_key import HouseKey
from valvomo.jobs.calls import trunks
from valvomo.jobs.calls.announcing import Announcer
from valvomo.jobs.calls.attendant import Attendant
from valvomo.jobs.calls.keeping import Keeping
from valvomo.jobs.calls.telephones import Telephones
from valvomo.jobs.calls.trunks import Trunks
from valvomo.jobs.lost_telephones import LostTelephones
from valvomo.live.calls import CHANNEL, KEYS_CHANNEL, CallSignal, KeysSignal
from valvomo.media.port import Engine
from valvomo.trunks.port import Answered, Happening, Ringing
from valvomo.voices.port import Voice
from valvomo.voices.rendering import Voices

LINES_AGENT = Actor(
    id="aino",
    organization_id=HOUSE,
    name="Aino",
    roles=frozenset({UserRole.AGENT}),
    queues=frozenset({"lines"}),
)
OTHER = "+358407654321"


def only_kind(monkeypatch: pytest.MonkeyPatch, made: SampleKind) -> SampleKind:
    """There is no other kind of trunk than this."""
    kinds = MappingProxyType({made.name: made})
    monkeypatch.setattr(trunks, "TRUNKS", kinds)
    monkeypatch.setattr(accounts, "KINDS", kinds)
    return made


async def lay_trunk(floor: Floor, kind: SampleKind) -> None:
    """Telephone lines of Aino and Eino, whose account is of this kind."""
    await lay_lines(floor, HOUSE, "aino", "eino")
    sealed = opener(floor.database).vault.seal(kind.secrets(), (HOUSE, TRUNK))
    await floor.sql(
        "UPDATE channel_accounts SET provider = $1, secrets = $2 WHERE id = $3", kind.name, sealed, TRUNK
    )


class TelephoneHouse:
    """A process that carries calls, and the trunk of its account."""

    def __init__(self, floor: Floor, folder: Path, kind: SampleKind, voice: Voice | None = None) -> None:
        self.voice = voice
        self.folder, self.kind, self.floor = folder, kind, floor
        self._telephones: list[Telephones] = []
        self.bus = LocalBus()
        floor.executor.bell = Doorbell(self.bus)
        self.engine = SampleEngine()
        self.calling = Calling(floor.executor, self.bus)
        self.lost = LostTelephones(floor.executor)
        self.carried: asyncio.Task[None] | None = None
        self.boards: dict[str, Switchboard] = {}
        """By process."""
        self.contact_of: dict[str, str] = {}
        """By conversation."""
        self.pressed: list[KeysSignal] = []
        self.signals: dict[str, CallSignal] = {}
        """The newest, by conversation."""
        self.bus.subscribe(CHANNEL, self._signalled)
        self.bus.subscribe(
            KEYS_CHANNEL, lambda it: self.pressed.append(msgspec.json.decode(it, type=KeysSignal))
        )

    def _signalled(self, payload: str) -> None:
        signal = msgspec.json.decode(payload, type=CallSignal)
        self.signals[signal.conversation_id] = signal

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Self]:
        """With its first process, once the account's trunk is there."""
        async with self.carrying("carrier", self.engine) as self.carried, asyncio.TaskGroup() as group:
            task = group.create_task(self.calling.run())
            await self.until(lambda: bool(self.kind.trunks) and self.trunk.running)
            yield self
            task.cancel()

    @asynccontextmanager
    async def carrying(self, name: str, engine: SampleEngine) -> AsyncIterator[asyncio.Task[None]]:
        files = SealedFiles(Folder(self.folder / "files"), lambda: HouseKey((b"k" * 32,)))
        keeping = Keeping(self.floor.executor, files, self.folder, self.floor.clock)
        board = self.boards[name] = Switchboard(self.floor.database)
        opened = Trunks(self.floor.executor, opener(self.floor.database), board, process_id=name)
        announcer = Announcer(self.floor.executor, Voices([self.voice] if self.voice else []))
        telephones = Telephones(self.floor.executor, self.bus, opened, process_id=name, announcer=announcer)
        board.process_id, board.adopt = name, telephones.adopt
        self._telephones.append(telephones)
        attendant = Attendant(self.floor.executor, self.bus, keeping, process_id=name, telephones=telephones)
        async with asyncio.TaskGroup() as group:
            task = group.create_task(attendant.carry(cast("Engine", engine)))
            yield task
            task.cancel()

    async def another_account(self, account_id: str) -> None:
        """Another one like that of the house."""
        sealed = opener(self.floor.database).vault.seal(self.kind.secrets(), (HOUSE, account_id))
        await self.floor.sql(
            "INSERT INTO channel_accounts (organization_id, id, provider, name, workstream_id, settings, secrets, "
            "created_at) SELECT organization_id, $1, provider, $1, workstream_id, settings, $2, created_at "
            "FROM channel_accounts WHERE id = $3",
            account_id, sealed, TRUNK,
        )  # fmt: skip

    @property
    def trunk(self) -> SampleTrunk:
        return self.kind.trunks[-1]

    async def until(self, holds: Callable[[], Awaitable[bool] | bool]) -> None:
        await until(holds, self._standing)

    def _standing(self) -> str:
        """How everything is, for who reads why it did not come to something."""
        phones = [one for of in self._telephones for one in of._phones.values()]
        return f"{phones} {self.engine} {[one.told for one in self.kind.trunks]}"

    async def until_state(self, one: str, wanted: State) -> None:
        async def is_so() -> bool:
            return (await self.floor.get(one)).state is wanted

        await self.until(is_so)

    async def until_lost(self, one: str) -> None:
        """Whoever had it is judged dead, after as many looks as that takes: they are to be called back."""

        async def is_so() -> bool:
            await self.lost.round()
            return await line_of(self.floor, one) is Line.WANTED

        await self.until(is_so)

    async def until_line(self, one: str, wanted: Line | None) -> None:
        async def is_so() -> bool:
            return await line_of(self.floor, one) is wanted

        await self.until(is_so)

    async def until_forgotten(self) -> None:
        """No telephone is anybody's any more."""

        async def none_left() -> bool:
            return not await self.floor.sql("SELECT 1 FROM telephones")

        await self.until(none_left)

    def tell(self, *happenings: Happening) -> None:
        for one in happenings:
            self.trunk.news.put_nowait(one)

    async def told(self, what: str) -> None:
        await self.until(lambda: what in self.trunk.told)

    async def rings(self, name: str = "C1", caller: str = CALLER) -> str:
        """Somebody calls, is taken and in the call; the conversation's id."""
        one, contact = await self.comes_in(name, caller)
        await self.until(lambda: one in self.engine.open and self.engine.open[one].music(contact))
        return one

    async def comes_in(self, name: str = "C1", caller: str = CALLER) -> tuple[str, str]:
        """Somebody calls, and is taken; the conversation's id and theirs."""
        self.tell(Ringing(name, caller, OTHER, vouched=True))
        await self.told(f"take {name}")
        row = (await self.floor.sql("SELECT conversation_id FROM telephones WHERE trunk_call = $1", name))[0]
        self.tell(Answered(name))
        one = str(row["conversation_id"])
        self.contact_of[one] = (await self.floor.get(one)).contact_id
        return one, self.contact_of[one]

    async def dials(self) -> tuple[str, str]:
        """An agent calls somebody; the conversation's id and the call's."""
        begun = await self.floor.done(
            LINES_AGENT, BeginConversation(account_id=TRUNK, address=OTHER, client_id="c")
        )
        one = str(begun.result["id"])
        await self.fired(one)
        call = (await self.floor.get(one)).call
        assert call is not None
        return one, call.id

    async def called_back(self, one: str) -> str:
        """Aino accepts who wants to be called back, and they answer; the call's id."""
        await self.accepts(one)
        call = (await self.floor.get(one)).call
        assert call is not None
        await self.told(f"dial {call.id} {CALLER}")
        self.tell(Answered(call.id))
        return call.id

    async def accepts(self, one: str) -> None:
        """Aino accepts who wants to be called back."""
        await self.floor.done(ROUTER, ask(one, AINO.id))
        await self.floor.done(AINO, AcceptOffer(conversation_id=one))
        await self.fired(one)

    async def served(self, one: str, agent: Actor = AINO) -> None:
        await self.floor.done(ROUTER, ask(one, agent.id))
        await self.floor.done(agent, AcceptOffer(conversation_id=one))
        await self.comes(one, agent)

    async def comes(self, one: str, agent: Actor) -> None:
        """Their browser offers, again and again where it has to, as browsers do."""
        while isinstance(answer := await self.calling.come(agent, one, f"of {agent.id}"), Refusal):
            assert answer.reason is Reason.BUSY
        assert answer.answer == f"answer to of {agent.id}"

    async def fired(self, one: str) -> None:
        await self.floor.do(system(HOUSE, "timer"), FireTimers(conversation_id=one))

    def call(self, one: str) -> SampleCall:
        return self.engine.open[one]
