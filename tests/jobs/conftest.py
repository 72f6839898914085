"""A floor of its own for every test of jobs."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from types import MappingProxyType

import pytest
from sample_floor import HOUSE, Floor
from sample_letterbox import Box, listening
from sample_line import opener
from sample_lines import TRUNK, lay_lines
from sample_telephones import TelephoneHouse
from sample_trunk import SampleKind

from valvomo.commands.channels import accounts
from valvomo.db.database import Database
from valvomo.jobs.calls import trunks as trunks_module


@pytest.fixture
async def floor(database: Database) -> Floor:
    return await Floor.open(database)


@pytest.fixture
def box() -> Iterator[tuple[Box, int]]:
    with listening() as found:
        yield found


@pytest.fixture
def trunk_kind(monkeypatch: pytest.MonkeyPatch) -> SampleKind:
    made = SampleKind()
    kinds = MappingProxyType({made.name: made})
    monkeypatch.setattr(trunks_module, "TRUNKS", kinds)
    monkeypatch.setattr(accounts, "KINDS", kinds)
    return made


@pytest.fixture
async def phones(floor: Floor, tmp_path: Path, trunk_kind: SampleKind) -> AsyncIterator[TelephoneHouse]:
    await lay_lines(floor, HOUSE, "aino", "eino")
    sealed = opener(floor.database).vault.seal(trunk_kind.secrets(), (HOUSE, TRUNK))
    await floor.sql(
        "UPDATE channel_accounts SET provider = $1, secrets = $2 WHERE id = $3",
        trunk_kind.name,
        sealed,
        TRUNK,
    )
    made = TelephoneHouse(floor, tmp_path, trunk_kind)
    async with made.carrying("carrier", made.engine) as made.carried, asyncio.TaskGroup() as group:
        task = group.create_task(made.calling.run())
        await made.until(lambda: bool(trunk_kind.trunks) and trunk_kind.trunks[-1].running)
        yield made
        task.cancel()
