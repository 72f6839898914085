"""Keeping: whether files can be kept and read back, and whether somebody looks into them for viruses."""

from __future__ import annotations

from valvomo.cli.doctor.finding import Finding, broken, not_configured, ok
from valvomo.files.clamav import ClamAV, UnavailableError
from valvomo.files.port import StorageError
from valvomo.main.reaching import storage_of
from valvomo.settings import Settings


async def examine(settings: Settings) -> list[Finding]:
    """The store, with a file that is written and read, and ClamAV, with a ping."""
    return [await _storage(settings), await _scanner(settings)]


async def _storage(settings: Settings) -> Finding:
    place = "the bucket of VALVOMO_FILES_STORE" if settings.files_store else "the data folder"
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
