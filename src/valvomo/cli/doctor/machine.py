"""This machine: the data folder, and the server's own port."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import httpx

from valvomo.cli.doctor.finding import Finding, broken, not_configured, ok, warning
from valvomo.house_key import FILE, UnreadableKeyError, house_key
from valvomo.settings import Settings

LITTLE_SPACE, TOO_LITTLE_SPACE = 2 * 1024**3, 256 * 1024**2
PATIENCE_SECONDS = 5.0


def data_folder(settings: Settings) -> Finding:
    """Whether it can be written, is closed to others, and has room."""
    folder = settings.data
    if not folder.exists():
        if not settings.embedded:
            return not_configured("data", f"{folder} is not there, and nothing is kept in it yet")
        return warning(
            "data", f"{folder} is not there yet", "start valvomo serve as the user who is to own it"
        )
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        cure = f"let {_user()} own it: chown -R {_user()} {folder}"
        return broken("data", f"{folder} cannot be written: {error.strerror}", cure)
    return _open_to_others(settings) or _room(folder)


def key(settings: Settings) -> Finding:
    """Whether the house's own key can be had."""
    if not settings.secret_key and not settings.embedded:
        seen = (
            "VALVOMO_SECRET_KEY is empty: no secrets can be kept, and links to files open at one process only"
        )
        cure = "set it to what `openssl rand -base64 32` says, the same for all processes"
        return warning("key", seen, cure)
    if not settings.secret_key and not (settings.data / FILE).exists():
        return not_configured("key", f"{settings.data / FILE} is not there yet; it is made at first use")
    try:
        count = len(house_key(settings.secret_key, settings.data).keys)
    except UnreadableKeyError as error:
        cure = f"let {_user()} read it, or put it back from a backup; a new one opens nothing of before"
        return broken("key", str(error), cure)
    return ok("key", "the house's key can be read" if count == 1 else f"{count} keys can be read")


def _user() -> str:
    return os.environ.get("USER") or str(os.geteuid())


def _open_to_others(settings: Settings) -> Finding | None:
    """A volume of a container often is, and with a database elsewhere nothing is kept in it."""
    folder = settings.data
    if not folder.stat().st_mode & 0o022:
        return None
    found = broken if settings.embedded else warning
    return found("data", f"others may write in {folder}", f"chmod go-w {folder}")


def _room(folder: Path) -> Finding:
    usage = shutil.disk_usage(folder)
    seen = f"{folder} has {usage.free / 1024**3:.1f} GiB free of {usage.total / 1024**3:.1f}"
    if usage.free < TOO_LITTLE_SPACE:
        return broken("data", seen, "make room before the disk is full")
    return warning("data", seen, "make room soon") if usage.free < LITTLE_SPACE else ok("data", seen)


async def own_server(settings: Settings, client: httpx.AsyncClient) -> Finding:
    """Whether a server answers at the address that this machine's listens on, and is ready."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104 - compared with
    address = f"http://[{host}]:{settings.port}" if ":" in host else f"http://{host}:{settings.port}"
    try:
        answer = await client.get(f"{address}/readyz", timeout=PATIENCE_SECONDS)
    except httpx.HTTPError as error:
        cure = "start valvomo serve, or run the doctor on a machine where one runs"
        return broken("server", f"nothing answers at {address}: {type(error).__name__}", cure)
    if answer.is_success:
        return ok("server", f"{address} is ready")
    return broken(
        "server", f"{address} is not ready: {_amiss(answer)}", "see docs/monitoring.md, Ready, or not"
    )


def _amiss(answer: httpx.Response) -> str:
    try:
        checks = answer.json()["checks"]
        return ", ".join(name for name, one in checks.items() if one["status"] == "failing")
    except (ValueError, KeyError, TypeError, AttributeError):
        return f"status {answer.status_code}"
