"""A floor of its own for every test of jobs."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from sample_floor import Floor
from sample_letterbox import Box, listening
from sample_telephones import TelephoneHouse, lay_trunk, only_kind
from sample_trunk import SampleKind

from valvomo.db.database import Database


@pytest.fixture
async def floor(database: Database) -> Floor:
    return await Floor.open(database)


@pytest.fixture
def box() -> Iterator[tuple[Box, int]]:
    with listening() as found:
        yield found


@pytest.fixture
def trunk_kind(monkeypatch: pytest.MonkeyPatch) -> SampleKind:
    return only_kind(monkeypatch, SampleKind())


@pytest.fixture
async def phones(floor: Floor, tmp_path: Path, trunk_kind: SampleKind) -> AsyncIterator[TelephoneHouse]:
    await lay_trunk(floor, trunk_kind)
    async with TelephoneHouse(floor, tmp_path, trunk_kind).open() as made:
        yield made
