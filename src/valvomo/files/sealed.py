"""Files that lie encrypted wherever they are kept: what is said in calls, which nobody but this house is to hear."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from valvomo.files.port import MissingError, Place, Storage, all_of, once
from valvomo.house_key import HouseKey, Sealing, UnopenableError

PURPOSE = "recordings"


class SealedFiles:
    """Whole files, up to some tens of megabytes: each is sealed for its place, and opens nowhere else."""

    def __init__(self, storage: Storage, key: Callable[[], HouseKey | None]) -> None:
        self._storage = storage
        self._sealing = Sealing(key, purpose=PURPOSE, word=b"valvomo recordings ")

    async def put(self, place: Place, plain: bytes) -> None:
        """Keep these bytes. Raises `StorageError`, and `NoKeyError` where there is nothing to seal with."""
        sealed = await asyncio.to_thread(self._sealing.sealed, plain, place.path)
        await self._storage.put(place, once(sealed))

    async def get(self, place: Place) -> bytes:
        """The bytes. Raises `StorageError`, and `MissingError` where there are none that this house could open."""
        sealed = await all_of(self._storage.read(place))
        try:
            return await asyncio.to_thread(self._sealing.opened, sealed, place.path)
        except UnopenableError as error:
            raise MissingError(str(error)) from error

    async def remove(self, place: Place) -> None:
        """Keep them no more. Raises `StorageError`."""
        await self._storage.remove(place)
