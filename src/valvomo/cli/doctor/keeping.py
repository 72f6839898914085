"""Keeping: whether files can be kept, are there, and are looked into for viruses, and whether what is to go goes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from valvomo.cli.doctor.finding import Finding, broken, not_configured, ok
from valvomo.db.database import Database
from valvomo.files.clamav import ClamAV, UnavailableError
from valvomo.files.port import MissingError, Place, Storage, StorageError
from valvomo.main.reaching import storage_of
from valvomo.settings import Settings

NEWEST = 20
"""How many files are looked for."""
LATE = timedelta(days=1)
"""What should have been removed for longer than this is not only waiting for its turn."""


async def examine(settings: Settings) -> list[Finding]:
    """The store, with a file that is written and read, and ClamAV, with a ping."""
    return [await _storage(settings), await _scanner(settings)]


async def sent(database: Database, settings: Settings) -> Finding:
    """Whether what was sent last is here, whichever process took it in."""
    async with database.reading() as tx:
        rows = await tx.rows("doctor.newest_files", NEWEST)
    if not rows:
        return not_configured("files", "no file was sent yet")
    storage = storage_of(settings)
    try:
        missing = [row["id"] for row in rows if not await _there(storage, Place(*row.values()))]
    except StorageError as error:
        return not_configured("files", f"they cannot be looked for: {error}")
    if missing:
        seen = f"{len(missing)} of the newest {len(rows)} files are not in {_place(settings)}, {missing[0]} first"
        cure = "have all processes keep files in one folder or bucket (VALVOMO_FILES_STORE); restore what was lost"
        return broken("files", seen, cure)
    return ok("files", f"the newest {len(rows)} are there")


async def removed(database: Database, clock: Callable[[], datetime]) -> Finding:
    """Whether what was written, and customers who were removed, went when they should have."""
    async with database.reading() as tx:
        since = await tx.value("erasing.overdue")
    if since is None:
        return not_configured("retention", "nothing is to be removed")
    if (late := clock() - since) < LATE:
        return ok("retention", "what was to be removed is")
    cure = "see retention.* in the logs of valvomo serve; one of its processes has to be alive for it"
    return broken("retention", f"what should be gone is here {late.days} days later", cure)


async def _there(storage: Storage, place: Place) -> bool:
    try:
        await storage.size(place)
    except MissingError:
        return False
    return True


def _place(settings: Settings) -> str:
    return "the bucket of VALVOMO_FILES_STORE" if settings.files_store else "the data folder"


async def _storage(settings: Settings) -> Finding:
    place = _place(settings)
    try:
        await storage_of(settings).check()
    except StorageError as error:
        cure = (
            "correct VALVOMO_FILES_STORE, its key, and the rights of that key"
            if settings.files_store
            else "let the user of valvomo serve write in the data folder"
        )
        return broken("storage", f"files cannot be kept in {place}: {error}", cure)
    return ok("storage", f"files are kept in {place}")


async def _scanner(settings: Settings) -> Finding:
    if not settings.clamav_url:
        return not_configured("scanner", "VALVOMO_CLAMAV_URL is empty: files are not scanned for viruses")
    try:
        await ClamAV(settings.clamav_url).ping()
    except UnavailableError as error:
        cure = "start clamd, or correct VALVOMO_CLAMAV_URL; files wait for it until then"
        return broken("scanner", f"ClamAV: {error}", cure)
    return ok("scanner", "ClamAV answers")
