"""The real application in this process, on the sample organization with a real PostgreSQL."""

import base64
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import sample_routes
from argon2 import PasswordHasher
from sample_place import Place

from valvomo.commands.settings.passwords import Passwords
from valvomo.edge import app
from valvomo.main.assembly import assemble, running
from valvomo.settings import Settings

SECRET_KEY = base64.b64encode(b"a key of thirty-two bytes, as is").decode()


@pytest.fixture(scope="session", autouse=True)
def _routes() -> Iterator[None]:
    """Built once, and not for every test."""
    app.routes = sample_routes.routes
    yield
    app.routes = sample_routes.build


@pytest.fixture
async def place(house: Any, tmp_path: Path) -> AsyncIterator[Place]:
    put_together = assemble(house.database, Settings(data=tmp_path, secret_key=SECRET_KEY), clock=house.clock)
    # The sample's passwords are hashed cheaply; hashing them anew at each sign-in would take most of the time.
    put_together.parts.gate.passwords = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    async with running(put_together):
        yield Place(house, put_together.app, put_together.parts)
