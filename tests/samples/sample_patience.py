"""Waiting for what rings no bell, and telling what was waited for.

For as long as a machine under load may take: by the clock, and by how often it was looked, for one may stand still.
"""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Callable

SECONDS = 240.0
LOOKS = 500


async def until(
    holds: Callable[[], object], what: Callable[[], object] | str = "", *, pause: float = 0.01
) -> None:
    """Until it holds; what it answers may have to be awaited. `what` is said where it does not come to it."""
    end, looks = time.monotonic() + SECONDS, 0
    while True:
        found = holds()
        if inspect.isawaitable(found):
            found = await found
        if found:
            return
        looks += 1
        if looks >= LOOKS and time.monotonic() > end:
            raise AssertionError(f"it did not come to it: {what() if callable(what) else what}")
        await asyncio.sleep(pause)
