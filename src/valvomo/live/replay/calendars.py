"""Opening and working hours as they were: rows as settings of then have them, as what the rules know."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from valvomo.db.hours import at_hand, hours_of
from valvomo.db.transaction import Transaction
from valvomo.domain.routing.hours import Hours
from valvomo.live.views.settings_then import SettingsThen


async def read(tx: Transaction, settings: SettingsThen) -> None:
    """Those of now: the calendars, and whose they are."""
    house = settings.organization_id
    settings.calendars = {row["id"]: dict(row) for row in await tx.rows("agents.hours", house)}
    settings.opening = {row["queue_id"]: row["id"] for row in await tx.rows("routing.hours", house)}
    settings.duty = {
        row["id"]: row["hours_id"]
        for row in await tx.rows("agents.all", house)
        if row["hours_id"] is not None
    }


async def then(settings: SettingsThen, at: datetime) -> tuple[dict[str, Hours], dict[str, Hours]]:
    """The hours that agents and queues had, of those who had any; good for about a year around a moment."""
    used = {*settings.duty.values(), *settings.opening.values()}
    rows = {one: row for one, row in settings.calendars.items() if one in used}
    await at_hand(rows.values(), at)
    known = {one: hours_of(row, at) for one, row in rows.items()}
    return _of(settings.duty, known), _of(settings.opening, known)


def _of(whose: Mapping[str, str], known: Mapping[str, Any]) -> dict[str, Hours]:
    return {one: known[hours] for one, hours in whose.items() if hours in known}
