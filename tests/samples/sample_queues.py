"""Hours, skills and templates of the small contact centre, and queues that overflow."""

from __future__ import annotations

from typing import Any

from sample_floor import BEGIN, HOUSE, SUPPORT, Floor

AFTERNOONS = "afternoons"
"""Mondays from 13 to 17 UTC: closed when a test begins, which is on a Monday at nine."""


async def hours(floor: Floor, name: str = AFTERNOONS, weekly: object = None, house: str = HOUSE) -> str:
    """Hours; their id is their name."""
    await floor.sql(
        "INSERT INTO hours (organization_id, id, name, time_zone, weekly, created_at)"
        " VALUES ($1, $2, $2, 'UTC', $3::jsonb, $4)",
        house, name, {"0": [[13 * 60, 17 * 60]]} if weekly is None else weekly, BEGIN,
    )  # fmt: skip
    return name


async def skill(floor: Floor, name: str, house: str = HOUSE, **levels: int) -> str:
    """A skill that these people have at these levels; its id is its name."""
    await floor.sql(
        "INSERT INTO skills (organization_id, id, name, created_at) VALUES ($1, $2, $3, $4)",
        house, name, name.title(), BEGIN,
    )  # fmt: skip
    for person, level in levels.items():
        await floor.sql("INSERT INTO agent_skills VALUES ($1, $2, $3, $4)", house, person, name, level)
    return name


async def template(floor: Floor, name: str = "gentle", house: str = HOUSE, **what: Any) -> str:
    """A template of offers of thirty seconds; its id is its name."""
    await floor.sql(
        "INSERT INTO templates (organization_id, id, name, seconds, auto_accept, reject_reasons, sound, desktop,"
        " created_at) VALUES ($1, $2, $2, $3, $4, $5, $6, $7, $8)",
        house, name, what.get("seconds", 30), what.get("auto_accept", False), what.get("reject_reasons", []),
        what.get("sound", False), what.get("desktop", False), BEGIN,
    )  # fmt: skip
    return name


async def overflows(floor: Floor, *rules: dict[str, Any], queue: str = SUPPORT) -> None:
    """The queue has these overflow rules."""
    whole = [{"over": 0, "queue_id": None, "texts": {}, **one} for one in rules]
    await floor.sql("UPDATE queues SET overflow = $1::jsonb WHERE id = $2", whole, queue)


async def opens(floor: Floor, hours_id: str | None, queue: str = SUPPORT) -> None:
    """The queue has these hours."""
    await floor.sql(
        "UPDATE queues SET hours_id = $1 WHERE id = $2 AND organization_id = $3", hours_id, queue, HOUSE
    )
