"""An account that speaks SIP and goes over to another process: that one registers, and calls come in there."""

from __future__ import annotations

import asyncio
import os
import re
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ipaddress import ip_network
from typing import cast

import pytest
from sample_floor import HOUSE, Floor
from sample_line import opener
from sample_lines import TRUNK, lay_lines
from sample_patience import until
from sample_sip import HERE, Registrar, Telephone

from valvomo.commands.switchboard import Switchboard
from valvomo.db.database import Database
from valvomo.jobs.calls.trunks import Trunks
from valvomo.trunks.port import Answered, Happening, Ringing
from valvomo.trunks.sip.forms import SipSecrets
from valvomo.trunks.sip.trunk import SipTrunk

pytestmark = pytest.mark.slow
SECRET = "wrong horse battery"
CALLER = "+358800123"


@dataclass
class Process:
    """A process that carries calls, as far as its trunks go."""

    trunks: Trunks
    told: list[Happening] = field(default_factory=list)
    task: asyncio.Task[None] | None = None

    @property
    def trunk(self) -> SipTrunk | None:
        return cast("SipTrunk | None", self.trunks.open.get((HOUSE, TRUNK)))

    def has(self, *calls: Happening) -> bool:
        return all(one in self.told for one in calls)

    async def ends(self) -> None:
        if self.task is not None:
            self.task.cancel()
            await asyncio.wait({self.task})


@asynccontextmanager
async def process(floor: Floor, name: str) -> AsyncIterator[Process]:
    trunks = Trunks(
        floor.executor, opener(floor.database), Switchboard(floor.database), process_id=name,
        allowed=[ip_network("127.0.0.0/8")],
    )  # fmt: skip
    made = Process(trunks)
    trunks.hear = lambda _key, _trunk, one: made.told.append(one)
    async with asyncio.TaskGroup() as group:
        made.task = group.create_task(trunks.run())
        yield made
        await made.ends()


@pytest.fixture
async def floor(database: Database) -> Floor:
    made = await Floor.open(database)
    await lay_lines(made, HOUSE)
    return made


async def has_account(floor: Floor, provider: Registrar) -> None:
    """The house's trunk is one at this provider, at which it registers."""
    settings = {
        "server": HERE, "port": provider.port, "username": "house", "local_address": HERE,
        "media_ports": "33000-33999", "country": "FI",
    }  # fmt: skip
    sealed = opener(floor.database).vault.seal(SipSecrets(password=SECRET), (HOUSE, TRUNK))
    await floor.sql(
        "UPDATE channel_accounts SET provider = 'sip', settings = $1, secrets = $2 WHERE id = $3",
        settings, sealed, TRUNK,
    )  # fmt: skip


def contact(provider: Registrar) -> int:
    """The port at which the provider calls the house now."""
    found = re.search(r"Contact: <sip:[^>]*:(\d+)", provider.asked("REGISTER")[-1])
    assert found is not None, provider.asked("REGISTER")[-1]
    return int(found[1])


async def comes_in_at(one: Process, telephone: Telephone, provider: Registrar) -> None:
    """A call to where the house is registered rings there, and is up once it was taken."""
    handset = await telephone.call(contact(provider), CALLER)
    await until(lambda: any(isinstance(it, Ringing) for it in one.told), "it rings")
    ringing = next(it for it in one.told if isinstance(it, Ringing))
    assert one.trunk is not None
    await one.trunk.take(ringing.call)
    await until(lambda: one.has(Answered(ringing.call)), "it is answered")
    assert handset.over is None


async def holders(floor: Floor) -> list[str]:
    return [str(row["process_id"]) for row in await floor.sql("SELECT process_id FROM trunk_holders")]


async def test_a_process_that_ends_leaves_its_account_to_another(floor: Floor) -> None:
    async with Registrar.there("house", SECRET) as provider, Telephone.there() as telephone:
        await has_account(floor, provider)
        async with process(floor, "first") as first:
            await until(lambda: provider.known, "the first one is known")
            async with process(floor, "second") as second:
                await until(lambda: first.trunk is not None, "the account is the first one's")
                assert second.trunk is None
                before = contact(provider)
                await first.ends()
                assert "0" in provider.known, "it is not there any more, and says so"
                await until(
                    lambda: provider.known[-1] == "300" and contact(provider) != before, "the other one"
                )
                await comes_in_at(second, telephone, provider)
                assert not any(isinstance(it, Ringing) for it in first.told)
                assert await holders(floor) == ["second"]


async def test_of_a_process_that_is_killed_another_one_takes_it_over(floor: Floor) -> None:
    async with Registrar.there("house", SECRET) as provider, Telephone.there() as telephone:
        await has_account(floor, provider)
        async with process(floor, "first") as first:
            await until(
                lambda: provider.known and first.trunk and first.trunk.process, "the first one is known"
            )
            assert first.trunk is not None
            assert first.trunk.process is not None
            os.kill(first.trunk.process.pid, signal.SIGKILL)
            await first.ends()
        # Whoever is killed takes nothing back, neither at the provider nor here.
        gone = "INSERT INTO trunk_holders VALUES ($1, $2, 'first', now() - interval '4 seconds')"
        await floor.sql(gone, HOUSE, TRUNK)
        assert "0" not in provider.known
        before = contact(provider)
        async with process(floor, "second") as second:
            await until(
                lambda: len(provider.asked("REGISTER")) and contact(provider) != before, "it registers"
            )
            await until(lambda: provider.known[-1:] == ["300"] and len(provider.known) > 1, "it is known")
            await comes_in_at(second, telephone, provider)
            assert await holders(floor) == ["second"]
