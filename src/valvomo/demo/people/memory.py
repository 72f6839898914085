"""What customers remember from one run of the demo to the next, so that kept conversations go on.

A file with the tokens of their conversations: theirs alone, like the storage of a browser.
"""

from __future__ import annotations

from pathlib import Path

import msgspec
import structlog

from valvomo.demo.people.customer import Temperament

log = structlog.get_logger(__name__)


class Remembered(msgspec.Struct, frozen=True, kw_only=True):
    """One customer in the middle of a conversation; `away` seconds are left until they come back."""

    conversation: str
    token: str
    door: str
    language: str
    matter: str
    name: str
    temperament: Temperament
    mood: float
    turn: int
    complaints: int
    came_back: bool
    finished: bool
    away: float


def recall(path: Path | None) -> list[Remembered]:
    """Everybody of the last time; nobody where nothing was kept, or nothing that can be read."""
    if path is None or not path.exists():
        return []
    try:
        return msgspec.json.decode(path.read_bytes(), type=list[Remembered])
    except (OSError, msgspec.DecodeError) as error:
        log.warning("simulation.forgotten", path=str(path), error=str(error))
        return []


def keep(path: Path | None, customers: list[Remembered]) -> None:
    """All of them, or what was kept before: never half of it."""
    if path is None:
        return
    new = path.with_suffix(".new")
    try:
        new.touch(mode=0o600)
        new.write_bytes(msgspec.json.encode(customers))
        new.replace(path)
    except OSError as error:
        log.warning("simulation.not_kept", path=str(path), error=str(error))
