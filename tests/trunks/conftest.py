"""The other end of trunks that speak SIP."""

from collections.abc import AsyncIterator

import pytest_asyncio
from sample_sip import Telephone


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def phone() -> AsyncIterator[Telephone]:
    """A telephone that speaks it, on loopback."""
    async with Telephone.there() as made:
        yield made
