"""Where the concrete parts meet: one process, put together, run, and ended in order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from valvomo import __version__
from valvomo.addresses import networks_of
from valvomo.bus.port import Bus
from valvomo.commands.bookkeeping import Bookkeeper
from valvomo.commands.calling import Calling
from valvomo.commands.connections import CUSTOMERS_AT_A_TIME, ConnectionNotes, NotesByKind
from valvomo.commands.execute import Executor
from valvomo.commands.plain import Plain
from valvomo.commands.settings.passwords import Passwords
from valvomo.commands.settings.sign_in import Gate
from valvomo.db import hours, migrate
from valvomo.db.database import Database
from valvomo.db.doorbell import Doorbell
from valvomo.db.leading import Leadership
from valvomo.edge.app import create_app
from valvomo.edge.door import Door
from valvomo.edge.http.authentication import Authentication
from valvomo.edge.http.operators import operators
from valvomo.edge.parts import Parts, paces
from valvomo.edge.ws.admission import Admissions
from valvomo.edge.ws.app import sockets
from valvomo.edge.ws.quotas import Quotas, trusted
from valvomo.insight.trials import Trials
from valvomo.jobs.alarms import Alarms
from valvomo.jobs.answering import Answering
from valvomo.jobs.bookkeeping import Bookkeeping
from valvomo.jobs.delivery import Delivery
from valvomo.jobs.examiner import Examiner
from valvomo.jobs.importing import Importing
from valvomo.jobs.indexer import Indexer
from valvomo.jobs.inspector import Inspector
from valvomo.jobs.janitor import Janitor, Release
from valvomo.jobs.listener import Listener
from valvomo.jobs.mailing import Mailing, MailServer
from valvomo.jobs.overflow import Overflow
from valvomo.jobs.recorder import Recorder
from valvomo.jobs.reporting import Reporting
from valvomo.jobs.retention import Retention
from valvomo.jobs.rounds import Rounds
from valvomo.jobs.router import Router
from valvomo.jobs.sampler import Sampler
from valvomo.jobs.timers import Timers
from valvomo.live.hub import Hub
from valvomo.live.replay.rule_trials import RuleTrials
from valvomo.live.replay.watching import Replay
from valvomo.main.channels import channel_jobs, channels_of, enclosures_of
from valvomo.main.clock import HouseClock, now
from valvomo.main.doing import doing
from valvomo.main.entrances import provider_gate
from valvomo.main.files import file_parts
from valvomo.main.insight_places import sentiment_places, speech_places, voice_places
from valvomo.main.reaching import bus_of
from valvomo.main.readings import Sources, register
from valvomo.media.relays import Relays
from valvomo.queries.backlog import kept
from valvomo.queries.whatif.laboratory import Laboratory
from valvomo.settings import Settings

Clock = Callable[[], datetime]
Job = Callable[[], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """The parts of one process. `jobs` run for as long as it lives."""

    database: Database
    bus: Bus
    bell: Doorbell
    hub: Hub
    parts: Parts
    app: Door
    janitor: Janitor
    jobs: tuple[Job, ...]


def assemble(database: Database, settings: Settings, *, clock: Clock = now, bus: Bus | None = None) -> House:
    """Put the parts together; nothing runs yet. `bus` is that of the settings unless one is given."""
    bell = Doorbell(bus := bus or bus_of(settings, database))
    (executor, lane), hub = doing(database, settings, clock, bell), Hub(database, bell, bus, clock)
    leadership = None if settings.embedded else Leadership(database.url, hub.process_id)
    admissions, notes = _arrivals(executor, hub)
    janitor = _janitor(executor, hub, notes, admissions)
    parts = Parts(
        executor=executor,
        lane=lane,
        files=file_parts(settings, executor),
        reader=database,
        authentication=_authentication(database, clock, bell),
        clock=clock, live=hub,
        gate=Gate(executor, Passwords(), session_hours=settings.session_hours),
        provider_gate=provider_gate(executor, settings),
        pending=lambda: migrate.behind(database.url),
        connected=lambda: bool(bus.traffic.connected),
        laboratory=Laboratory(database.url),
        trials=Trials(sentiment_places(settings)), speech=speech_places(settings), voices=voice_places(settings),
        replay=Replay(database, clock),
        rule_trials=RuleTrials(database, clock),
        notes=notes, calling=Calling(executor, bus),
        relays=Relays(urls=settings.turn_urls, secret=settings.turn_secret),
        channels=channels_of(executor, settings), admissions=admissions,
        quotas=Quotas(of_address=settings.customers_per_address, shared=trusted(settings.trusted_proxies)),
        backlog=kept(database, clock), bookkeeper=Bookkeeper(database),
        operators=operators(settings.metrics_networks, settings.metrics_token),
        paces=paces(settings.customer_pace),
        plain=Plain(networks_of(settings.webhook_networks)), mails=bool(settings.smtp_url), secure=settings.secure,
        session_hours=settings.session_hours,
    )  # fmt: skip
    rounds = _all_rounds(parts, hub, settings, (janitor, bell, leadership))
    register(parts, Sources(database=database, hub=hub, bus=bus, jobs=rounds))
    return House(
        database=database, bus=bus, bell=bell, hub=hub, parts=parts, janitor=janitor,
        app=create_app(parts, sockets(parts, hub)),
        jobs=(bus.run, *_lasting(parts, hub, leadership), *(one.run for one in rounds)),
    )  # fmt: skip


def _all_rounds(
    parts: Parts, hub: Hub, settings: Settings, with_: tuple[Janitor, Doorbell, Leadership | None]
) -> tuple[Rounds, ...]:
    """Every job that goes rounds, of this process alone, of one at a time, and of all."""
    janitor, bell, leadership = with_
    led = _leading(parts, bell, leadership)
    return (janitor, *_leased(parts, hub, settings), *led, *_rounds(parts, bell, settings, leadership))


def _authentication(database: Database, clock: Clock, bell: Doorbell) -> Authentication:
    """Who is known, and forgotten as soon as the bell says that they may have changed."""
    authentication = Authentication(database, clock)
    bell.listen(authentication.rung, words=False)
    return authentication


def _arrivals(executor: Executor, hub: Hub) -> tuple[Admissions, NotesByKind]:
    """Where staff and where customers wait to be let in, and what is noted of those who are here."""
    admissions = Admissions()
    staff, customers = (lambda: admissions.staff.crowded), (lambda: admissions.customers.crowded)
    return admissions, NotesByKind(
        ConnectionNotes(executor, hub.process_id, staff),
        ConnectionNotes(executor, hub.process_id, customers, at_a_time=CUSTOMERS_AT_A_TIME),
    )


def _janitor(executor: Executor, hub: Hub, notes: NotesByKind, admissions: Admissions) -> Janitor:
    """Who was here a moment ago counts as here: whether they come back is not known yet."""
    return Janitor(
        executor.database,
        executor,
        executor.clock,
        process_id=hub.process_id,
        live=lambda: {**notes.held(), **hub.connected()},
        crowded=lambda: admissions.crowded,
        hear=clock.hear if isinstance(clock := executor.clock, HouseClock) else None,
        release=Release(__version__, migrate.newest()),
    )


def _router(parts: Parts, bell: Doorbell, leadership: Leadership | None) -> Router:
    """Of several processes one routes; nobody else is at an embedded database."""
    executor = parts.executor
    if leadership is None:
        return Router(executor.database, executor, bell, parts.clock)
    router = Router(executor.database, executor, bell, parts.clock, leads=leadership.leads)
    leadership.gained = router.wake.set
    return router


def _leased(parts: Parts, hub: Hub, settings: Settings) -> tuple[Rounds, ...]:
    """What one of several processes does at a time, by a lease: proving, keeping the past, reading words."""
    where = (parts.executor.database, parts.clock, hub.process_id)
    return (
        *channel_jobs(parts, hub.process_id, settings),
        Inspector(*where, share=settings.inspection_share),
        Recorder(*where, days=settings.replay_days),
        Indexer(parts.executor.database, hub.process_id),
        Retention(parts.executor, parts.clock, hub.process_id),
    )


def _leading(parts: Parts, bell: Doorbell, leadership: Leadership | None) -> tuple[Rounds, ...]:
    """What one of several processes does for all of them."""
    executor, leads = parts.executor, leadership.leads if leadership else lambda: True
    listener = Listener(executor.database, executor, bell, leads=leads)
    alarms = Alarms(executor.database, executor, bell, parts.clock, leads=leads)
    return (_router(parts, bell, leadership), listener, alarms)


def _rounds(
    parts: Parts, bell: Doorbell, settings: Settings, leadership: Leadership | None
) -> tuple[Rounds, ...]:
    """What goes by the clock, or whenever something happened."""
    database, allowed = parts.executor.database, networks_of(settings.webhook_networks)
    return (
        Timers(database, parts.executor, bell, parts.clock),
        Overflow(database, parts.executor, parts.clock),
        Sampler(database, parts.executor, parts.clock),
        Mailing(database, bell, parts.clock, MailServer.of(settings.smtp_url, settings.mail_from)),
        Delivery(parts.executor, allowed=allowed, enclosures=enclosures_of(parts, settings)),
        Answering(parts.executor, parts.lane, allowed=allowed),
        Bookkeeping(parts.bookkeeper, leadership),
        Reporting(parts.executor, parts.bookkeeper, parts.clock),
        Importing(parts.executor),
        Examiner(database, parts.files.examination, parts.files.storage, parts.clock),
    )


def _lasting(parts: Parts, hub: Hub, leadership: Leadership | None) -> tuple[Job, ...]:
    """What answers whoever comes, and strives to lead."""
    leading = () if leadership is None else (leadership.run,)
    return (parts.lane.run, hub.run, parts.calling.run, parts.notes.run, parts.loop.run, *leading)


@asynccontextmanager
async def running(house: House) -> AsyncIterator[None]:
    """Keep the jobs running meanwhile; one that fails ends everything, because half a house serves nobody."""
    await house.janitor.begin()
    async with house.database.asking() as tx:
        await hours.get_ready(tx, house.parts.clock())
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(job()) for job in house.jobs]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
    await house.janitor.end()
