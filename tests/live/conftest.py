"""A floor and a room of its own for every test of what is live."""

import pytest
from sample_floor import Floor
from sample_stage import Stage

from valvomo.db.database import Database


@pytest.fixture
async def floor(database: Database) -> Floor:
    return await Floor.open(database)


@pytest.fixture
async def stage(floor: Floor) -> Stage:
    return await Stage.open(floor)
