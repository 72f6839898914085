"""Giving: one message, handed to its provider as the provider wants it, which may be piece by piece.

Each piece that the provider has taken is noted before the next one goes, so that none of them goes twice because of
another. While a file is on its way the message stays this process's.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import structlog

from valvomo.channels.dividing import in_parts
from valvomo.channels.optional import Divider
from valvomo.channels.port import Http, Letter, RejectedError, Sent, UnavailableError, cleaned
from valvomo.commands.channels.accounts import Used
from valvomo.commands.execute import Executor
from valvomo.db.dispatches import LEASE_SECONDS
from valvomo.db.lost import LOST
from valvomo.domain.conversations.delivery import DeliveryProblem
from valvomo.domain.conversations.light import light
from valvomo.files.port import MissingError, StorageError

log = structlog.get_logger(__name__)


class Giving:
    """For one account (organization, id)."""

    def __init__(self, executor: Executor, http: Http, key: tuple[str, str]) -> None:
        self._database = executor.database
        self._clock = executor.clock
        self._http = http
        self._organization_id, self._account_id = key

    async def give(self, used: Used, letter: Letter) -> Sent:
        """All of it. Raises what `Provider.send` raises; what was taken by then is noted."""
        abilities = used.provider.abilities(used.account)
        letter = replace(letter, text=light(letter.text, abilities.marks))
        pieces = (
            used.provider.divide(used.account, letter) if isinstance(used.provider, Divider) else (letter,)
        )
        pieces = in_parts(pieces, abilities.max_text)
        try:
            if len(pieces) == 1:
                return await self._send(used, pieces[0])
            return await self._give_each(used, letter.id, pieces)
        except MissingError as error:
            raise RejectedError(DeliveryProblem.OTHER, "a file is missing") from error
        except StorageError as error:
            # Whatever was begun was not finished: the provider has nothing of it.
            raise UnavailableError(f"files: {error}") from error

    async def _give_each(self, used: Used, one: str, pieces: tuple[Letter, ...]) -> Sent:
        async with self._database.asking() as tx:
            rows = await tx.rows("dispatches.parts_taken", self._organization_id, one)
        taken = {row["place"] for row in rows}
        for place, piece in enumerate(pieces):
            if place in taken:
                continue
            if place:
                await self._renew(one)
            try:
                sent = await self._send(used, piece)
            except RejectedError as error:
                if error.problem is not DeliveryProblem.ACCOUNT:
                    said = (error.problem.value, cleaned(error.detail)[:200])
                    await self._note("dispatches.part_failed", one, place, *said)
                raise
            await self._note("dispatches.part_taken", one, place, cleaned(sent.provider_id), self._clock())
        return Sent(provider_id="")

    async def _send(self, used: Used, piece: Letter) -> Sent:
        fitting(piece, used)
        if not piece.media:
            return await used.provider.send(used.account, piece, self._http)
        async with self._renewed(piece.id.partition(":")[0]):
            return await used.provider.send(used.account, piece, self._http)

    async def _note(self, statement: str, one: str, place: int, *said: Any) -> None:
        async with self._database.transaction() as tx:
            await tx.run(statement, self._organization_id, one, place, self._account_id, *said)

    async def _renew(self, one: str) -> None:
        async with self._database.transaction() as tx:
            place = (self._organization_id, one, self._clock(), LEASE_SECONDS)
            await tx.run("dispatches.renew", *place)

    @asynccontextmanager
    async def _renewed(self, one: str) -> AsyncIterator[None]:
        """The message stays this process's for as long as that lives."""

        async def renew() -> None:
            while True:
                await asyncio.sleep(LEASE_SECONDS / 3)
                try:
                    await self._renew(one)
                except LOST as error:
                    # The provider's answer is heard out all the same; the lease may hold until the next turn.
                    log.warning("giving.not_renewed", dispatch=one, error=repr(error))

        renewing = asyncio.create_task(renew())  # noqa: TID251 - ends with what it is for
        try:
            yield
        finally:
            renewing.cancel()


def fitting(piece: Letter, used: Used) -> None:
    """Raises `RejectedError` for words that are more than the provider takes at a time: a template that is too long."""
    limit = used.provider.abilities(used.account).max_text
    if len(piece.text) > limit:
        raise RejectedError(DeliveryProblem.TOO_LONG, str(limit))
