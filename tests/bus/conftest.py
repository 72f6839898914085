"""A NATS server for each test that asks for one."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sample_nats import NatsServer


@pytest.fixture
async def nats(tmp_path: Path) -> AsyncIterator[NatsServer]:
    """A server of this test's own."""
    server = NatsServer(tmp_path)
    await server.start()
    yield server
    server.stop()
