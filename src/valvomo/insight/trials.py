"""Where back ends are tried beside the server: in processes of their own, one for an organization, never for ever."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

import msgspec

from valvomo.domain.refusals import Reason, Refusal
from valvomo.domain.sentiment.choice import Backend
from valvomo.insight.choosing import Places
from valvomo.insight.trying import Job
from valvomo.protocol.insight import TrialFailed, TrialRow

MOST_AT_A_TIME = 2
"""Of all organizations together: a model takes a whole processor."""
MOST_LINE = 4 * 1024 * 1024


@dataclass(slots=True)
class Trials:
    """One for a server process. `seconds` is the longest that a trial may take."""

    places: Places
    seconds: float = 600.0
    _busy: set[str] = field(default_factory=set)

    def refusal(self, organization_id: str) -> Refusal | None:
        """Why another trial cannot begin now."""
        if organization_id in self._busy:
            return Refusal(Reason.TRIAL_RUNNING)
        return Refusal(Reason.BUSY) if len(self._busy) >= MOST_AT_A_TIME else None

    async def lines(
        self, organization_id: str, backend: Backend, rows: tuple[TrialRow, ...], languages: tuple[str, ...]
    ) -> AsyncGenerator[bytes]:
        """Progress and result, a line of JSON each. However it ends, the process does too."""
        self._busy.add(organization_id)
        places = self.places
        job = Job(
            backend=backend,
            rows=rows,
            languages=languages,
            url=places.url,
            model=places.model,
            key=places.key,
            path=str(places.path or ""),
        )
        process = None
        try:
            async with asyncio.timeout(self.seconds):
                process = await asyncio.create_subprocess_exec(
                    sys.executable, "-m", "valvomo.insight.trying",
                    stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=MOST_LINE,
                )  # fmt: skip
                if process.stdin is None or process.stdout is None:
                    raise RuntimeError("a process that was started with pipes has none")
                process.stdin.write(msgspec.json.encode(job))
                await process.stdin.drain()
                process.stdin.close()
                async for line in process.stdout:
                    yield line
                if code := await process.wait():
                    yield _failed(f"the process that tried it ended with {code}")
        except TimeoutError:
            yield _failed(f"it took longer than {self.seconds:.0f} s")
        finally:
            self._busy.discard(organization_id)
            if process is not None and process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()


def _failed(why: str) -> bytes:
    return msgspec.json.encode(TrialFailed(why=why)) + b"\n"
