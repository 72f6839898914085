"""A floor of its own for every test of jobs."""

from collections.abc import Iterator

import pytest
from sample_floor import Floor
from sample_letterbox import Box, listening

from valvomo.db.database import Database


@pytest.fixture
async def floor(database: Database) -> Floor:
    return await Floor.open(database)


@pytest.fixture
def box() -> Iterator[tuple[Box, int]]:
    with listening() as found:
        yield found
