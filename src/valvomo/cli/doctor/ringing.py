"""The bus: whether what is published comes back."""

from __future__ import annotations

import asyncio

from valvomo.bus.local import LocalBus
from valvomo.bus.nats import NatsBus
from valvomo.bus.port import Bus
from valvomo.cli.doctor.finding import Finding, broken, not_configured, ok
from valvomo.db.ids import new_id

PATIENCE_SECONDS = 5.0
CHANNEL = "doctor"


async def examine(bus: Bus) -> Finding:
    """Publish, and hear it."""
    if isinstance(bus, LocalBus):
        return not_configured("bus", "one process, with a database of its own: there is nobody to ring")
    word, heard, open_ = new_id(), asyncio.Event(), asyncio.Event()

    def hear(payload: str) -> None:
        if payload == word:
            heard.set()
        elif not payload:
            open_.set()

    bus.subscribe(CHANNEL, hear)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(bus.run())
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await open_.wait()
                bus.publish(CHANNEL, word)
                await heard.wait()
        except TimeoutError:
            return _silent(bus, connected=open_.is_set())
        finally:
            running.cancel()
    return ok("bus", f"{_name(bus)} carries what is published")


def _silent(bus: Bus, *, connected: bool) -> Finding:
    delay = "until then others hear a second late"
    if isinstance(bus, NatsBus):
        if not connected:
            cure = f"start NATS, or correct VALVOMO_BUS_URL and who signs in; {delay}"
            return broken("bus", "NATS cannot be reached, or does not let us in", cure)
        cure = f"let the user publish and subscribe to VALVOMO_BUS_PREFIX.>; {delay}"
        return broken("bus", "NATS lets us in and carries nothing", cure)
    cure = f"let VALVOMO_DATABASE_URL go past poolers in transaction mode, or set VALVOMO_BUS_URL; {delay}"
    return broken("bus", "notifications of the database do not arrive", cure)


def _name(bus: Bus) -> str:
    return "NATS" if isinstance(bus, NatsBus) else "NOTIFY"
