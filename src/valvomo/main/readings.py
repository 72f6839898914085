"""Every part's statistics under the names that operators know (`valvomo.edge.families`)."""

from __future__ import annotations

import platform
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from prometheus_client import ProcessCollector

from valvomo import __version__
from valvomo.bus.port import Bus, Traffic
from valvomo.commands.execute import Executor
from valvomo.commands.switchboard import Switchboard
from valvomo.db.database import Database
from valvomo.domain.calls.hearing import Part
from valvomo.edge.metrics import Reading, Readings
from valvomo.edge.parts import Parts
from valvomo.jobs.rounds import Rounds
from valvomo.jobs.router import Router
from valvomo.live.hub import Hub
from valvomo.live.statistics import LiveStatistics
from valvomo.queries.backlog import Backlog
from valvomo.telemetry.packets import Packets

_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Parts that are asked, besides those that the edge works with."""

    database: Database
    hub: Hub
    bus: Bus
    jobs: Sequence[Rounds]


def register(parts: Parts, sources: Sources) -> None:
    """Have the metrics of these parts told."""
    ProcessCollector(registry=parts.registry)
    parts.registry.register(Readings(lambda: readings(parts, sources)))


def readings(parts: Parts, sources: Sources) -> Iterator[Reading]:
    """Everything that there is to read now; of what waits in the database, what was known last."""
    backlog, live = parts.backlog.last, sources.hub.statistics()
    yield "valvomo_build_info", (__version__, platform.python_version()), 1
    yield "valvomo_event_loop_delay_seconds", (), parts.loop.spread
    yield from parts.requests.readings()
    yield from _commands(parts.executor)
    yield from _lane(parts)
    yield from _database(sources.database)
    yield from _live(live)
    yield from _bus(sources.bus.traffic)
    yield from _jobs(sources.jobs)
    yield from _calls(parts.packets, parts.channels.switchboard)
    yield "valvomo_backlog_known", (), backlog is not None
    if backlog is not None:
        yield from _house(backlog)
        yield "valvomo_live_feed_behind", (), _behind(backlog.heads, live.positions)
        for job in sources.jobs:
            if isinstance(job, Router):
                yield "valvomo_router_behind", (), _behind(backlog.heads, job.positions())


def _commands(executor: Executor) -> Iterator[Reading]:
    tally = executor.statistics()
    for (command, outcome), count in tally.outcomes.items():
        yield "valvomo_commands_total", (_snake(command), outcome), count
    yield "valvomo_command_retries_total", (), tally.retries
    yield "valvomo_command_duration_seconds", (), tally.seconds


def _lane(parts: Parts) -> Iterator[Reading]:
    lane = parts.lane.statistics()
    for reason, count in (parts.executor.statistics().refusals + lane.refusals).items():
        yield "valvomo_command_refusals_total", (reason,), count
    for outcome in ("posted", "repeated", "refused", "failed"):
        yield "valvomo_messages_total", (outcome,), lane.outcomes[outcome]
    yield "valvomo_message_lane_waiting", (), lane.waiting
    yield "valvomo_message_lane_limit", (), lane.limit
    yield "valvomo_message_batches_total", ("committed",), lane.batches - lane.failed_batches
    yield "valvomo_message_batches_total", ("failed",), lane.failed_batches
    yield "valvomo_message_commit_duration_seconds", (), lane.commits


def _database(database: Database) -> Iterator[Reading]:
    pool = database.statistics()
    yield "valvomo_database_connections", ("busy",), pool.size - pool.idle
    yield "valvomo_database_connections", ("idle",), pool.idle
    yield "valvomo_database_connections_limit", (), pool.limit
    yield "valvomo_database_waiters", (), pool.waiting
    yield "valvomo_database_wait_seconds", (), pool.waits


def _live(live: LiveStatistics) -> Iterator[Reading]:
    yield "valvomo_live_organizations", (), live.organizations
    for kind, count in live.connections.items():
        yield "valvomo_live_connections", (kind,), count
    for topic, count in live.subscriptions.items():
        yield "valvomo_live_subscriptions", (topic,), count
    yield "valvomo_live_frames_sent_total", (), live.frames
    yield "valvomo_live_sent_bytes_total", (), live.bytes
    yield "valvomo_live_frames_coalesced_total", (), live.coalesced
    yield "valvomo_live_snapshots_total", (), live.snapshots
    yield "valvomo_live_resumes_total", (), live.resumes
    yield "valvomo_live_readers_slow", (), live.slow
    yield "valvomo_live_readers_dropped_total", (), live.dropped
    yield "valvomo_live_buffered_bytes", (), live.buffered
    yield "valvomo_live_facts_total", (), live.facts
    yield "valvomo_live_fact_age_seconds", (), live.ages
    yield "valvomo_live_feed_lag_seconds", (), live.lag
    yield "valvomo_live_feed_restarts_total", (), live.restarts


def _bus(traffic: Traffic) -> Iterator[Reading]:
    yield "valvomo_bus_connected", (), traffic.connected
    yield "valvomo_bus_losses_total", (), traffic.losses
    for what in ("sent", "heard", "dropped", "missed"):
        yield "valvomo_bus_messages_total", (what,), getattr(traffic, what)


def _jobs(jobs: Sequence[Rounds]) -> Iterator[Reading]:
    now = time.monotonic()
    for job in jobs:
        name, statistics = _snake(type(job).__name__), job.statistics
        for outcome in ("done", "trouble", "failed"):
            yield "valvomo_job_rounds_total", (name, outcome), getattr(statistics, outcome)
        yield "valvomo_job_seconds_total", (name,), statistics.seconds
        if statistics.ended_at is not None:
            yield "valvomo_job_idle_seconds", (name,), now - statistics.ended_at


def _calls(packets: Packets, switchboard: Switchboard) -> Iterator[Reading]:
    for part in Part:
        yield "valvomo_call_packets_received_total", (part,), packets.came[part]
        yield "valvomo_call_packets_refused_total", (part,), packets.refused[part]
    for why, count in switchboard.refusals.items():
        yield "valvomo_trunk_refusals_total", (why,), count


def _house(backlog: Backlog) -> Iterator[Reading]:
    yield "valvomo_timers_due", (), backlog.timers
    yield "valvomo_timers_oldest_due_seconds", (), backlog.timer_age
    yield "valvomo_outbox_undelivered", (), backlog.letters
    yield "valvomo_outbox_oldest_undelivered_seconds", (), backlog.letter_age
    over = backlog.channels
    for way, waiting, age, given_up in (
        ("in", over.arrivals, over.arrival_age, over.arrivals_given_up),
        ("out", over.dispatches, over.dispatch_age, over.dispatches_failed),
    ):
        yield "valvomo_channel_waiting", (way,), waiting
        yield "valvomo_channel_oldest_waiting_seconds", (way,), age
        yield "valvomo_channel_given_up", (way,), given_up
    for state in ("open", "active", "waiting", "wrap_up"):
        yield "valvomo_conversations", (state,), backlog.ongoing.get(state, 0)
    yield "valvomo_orphaned_conversations", (), backlog.orphans
    yield "valvomo_inspection_findings", (), backlog.findings
    yield "valvomo_inspection_age_seconds", (), backlog.inspection_age
    yield "valvomo_inspection_behind", (), backlog.unproved
    yield "valvomo_retention_overdue_seconds", (), backlog.retention_age


def _behind(heads: Mapping[str, int], positions: Mapping[str, int]) -> int:
    """Of the reader that is furthest behind; who reads on while the head is being asked for is not behind."""
    return max((max(0, heads.get(one, 0) - it) for one, it in positions.items()), default=0)


def _snake(name: str) -> str:
    return _WORD.sub("_", name).lower()
