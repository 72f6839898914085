"""The settings that a live floor is shown by, read together with the facts that say that they are others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from valvomo.db import figures, house
from valvomo.db import floor as stored
from valvomo.db.journal import Fact
from valvomo.db.transaction import Transaction
from valvomo.domain.agents.events import ChannelSeen, SettingChanged
from valvomo.domain.routing.hours import Hours
from valvomo.live.views.agents import Seated
from valvomo.protocol.customer import QueueHours
from valvomo.protocol.lookups import Lookups


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """Names and switches, who serves, which queues are open, and the calendars of a day."""

    lookups: Lookups
    seats: dict[str, Seated]
    openings: dict[str, QueueHours]
    calendars: dict[str, Hours]


def is_other(facts: Iterable[Fact]) -> bool:
    """Whether these facts may make it another one: a setting was changed, or a channel account is held or released."""
    return any(isinstance(one.event, SettingChanged | ChannelSeen) for one in facts)


def turns_hours(facts: Iterable[Fact]) -> bool:
    """Whether one of these facts is about hours, which are worked out before they are read."""
    return any(isinstance(one.event, SettingChanged) and one.event.subject == "hours" for one in facts)


async def read(tx: Transaction, organization_id: str, now: datetime) -> Configuration:
    """As it is in this transaction."""
    seats = await stored.seats(tx, organization_id, now)
    return Configuration(
        lookups=await stored.lookups(tx, organization_id),
        seats={one: Seated(agent, since) for one, (agent, since) in seats.items()},
        openings=await house.openings(tx, organization_id, now),
        calendars=await figures.calendars_of(tx, organization_id, now),
    )
