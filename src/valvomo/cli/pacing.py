"""What takes long, beside a server at work: at a pace that leaves it room, and in sight of whoever waits."""

from __future__ import annotations

import asyncio
import sys
from contextlib import AbstractContextManager, nullcontext
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number
from rich.console import Console
from rich.progress import Progress, ProgressColumn, TimeElapsedColumn

Pace = Annotated[float, Parameter(validator=Number(gt=0, lte=1))]
"""The share of the time in which it works."""


async def rested(worked: float, pace: float) -> None:
    """Rest after so many seconds of work."""
    await asyncio.sleep(worked * (1 / pace - 1))


def bar(*columns: ProgressColumn) -> AbstractContextManager[Progress | None]:
    """For people, with the time that has passed; a log needs none."""
    if not sys.stderr.isatty():
        return nullcontext(None)
    return Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True))
