"""What everything is done by in a process: commands, messages, and the key with which secrets are kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from valvomo.commands.conversations.message_lane import MessageLane
from valvomo.commands.execute import Executor
from valvomo.db.database import Database
from valvomo.db.doorbell import Doorbell
from valvomo.db.sealing import Sealer
from valvomo.house_key import HouseKey, house_key
from valvomo.settings import Settings


def doing(
    database: Database, settings: Settings, clock: Callable[[], datetime], bell: Doorbell
) -> tuple[Executor, MessageLane]:
    """The two ways in which anything is done."""
    return Executor(database, clock, bell, sealer_of(settings)), MessageLane(database, clock, bell)


def sealer_of(settings: Settings) -> Sealer:
    """By the house's key; several processes could not all make the same one for themselves."""

    def key() -> HouseKey | None:
        alone = settings.embedded or bool(settings.secret_key)
        return house_key(settings.secret_key, settings.data) if alone else None

    return Sealer(key)
