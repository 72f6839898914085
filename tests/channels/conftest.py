"""A floor for every test of channels, and a line to a system that is a channel."""

from collections.abc import AsyncIterator

import pytest
from sample_floor import Floor
from sample_line import Line

from valvomo.db.database import Database


@pytest.fixture
async def floor(database: Database) -> Floor:
    return await Floor.open(database)


@pytest.fixture
async def line(floor: Floor) -> AsyncIterator[Line]:
    async with Line.open(floor) as opened:
        yield opened
