"""Hanging up at Twilio, by a request: also again, where it does not listen at once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import structlog

from valvomo.channels.port import Account, Http
from valvomo.trunks.port import TrunkError
from valvomo.trunks.twilio import rest

AGAIN_SECONDS = (0.0, 1.0, 4.0, 15.0)

log = structlog.get_logger(__name__)


class HangingUp:
    """For one account; `ending` are the calls that are being hung up."""

    def __init__(self, account: Account, http: Http) -> None:
        self._account = account
        self._http = http
        self.ending: set[str] = set()

    async def call(self, sid: str, pauses: Sequence[float] = AGAIN_SECONDS) -> None:
        """Hang it up, whatever it does, after each of these pauses until that is done."""
        self.ending.add(sid)
        for pause in pauses:
            await asyncio.sleep(pause)
            try:
                await rest.end(self._account, self._http, sid)
            except TrunkError as error:
                log.warning("twilio.not_ended", account=self._account.id, error=str(error))
            else:
                break
        self.ending.discard(sid)

    async def now(self, sid: str) -> None:
        """Hang it up, if that is done at once."""
        await self.call(sid, (0.0,))
