"""A floor of its own for every test of races."""

import pytest
from sample_floor import Floor

from valvomo.db.database import Database


@pytest.fixture
async def floor(database: Database) -> Floor:
    return await Floor.open(database)
