"""The families of metrics, each with what it means."""

from __future__ import annotations

from typing import Literal, NamedTuple


class Family(NamedTuple):
    """A kind of number, what it says, and by what it is told apart."""

    kind: Literal["counter", "gauge", "histogram"]
    meaning: str
    labels: tuple[str, ...] = ()


FAMILIES: dict[str, Family] = {
    # the process
    "valvomo_build_info": Family("gauge", "1; which program this is.", ("version", "python")),
    "valvomo_event_loop_delay_seconds": Family(
        "histogram", "How much too late the event loop got to something, sampled four times a second."
    ),
    # HTTP
    "valvomo_http_requests_total": Family(
        "counter", "Requests that were answered, by route template.", ("method", "route", "status")
    ),
    "valvomo_http_request_duration_seconds": Family(
        "histogram", "How long requests took, by kind of route.", ("class",)
    ),
    # commands
    "valvomo_commands_total": Family(
        "counter",
        "Commands, and whether they were done, repeated, refused or failed.",
        ("command", "outcome"),
    ),
    "valvomo_command_refusals_total": Family("counter", "Refusals of commands and messages.", ("reason",)),
    "valvomo_command_retries_total": Family("counter", "Commands tried again after losing a conflict."),
    "valvomo_command_duration_seconds": Family("histogram", "How long commands took, commit included."),
    "valvomo_messages_total": Family(
        "counter", "Messages, and whether they were posted, repeated, refused or failed.", ("outcome",)
    ),
    "valvomo_message_lane_waiting": Family("gauge", "Messages in front of the lane."),
    "valvomo_message_lane_limit": Family("gauge", "How many may wait before the lane says that it is busy."),
    "valvomo_message_batches_total": Family("counter", "Batches of messages.", ("outcome",)),
    "valvomo_message_commit_duration_seconds": Family("histogram", "How long batches of messages took."),
    # the database
    "valvomo_database_connections": Family("gauge", "Connections of the pool.", ("state",)),
    "valvomo_database_connections_limit": Family("gauge", "The most connections that the pool opens."),
    "valvomo_database_waiters": Family("gauge", "Callers that wait for a connection now."),
    "valvomo_database_wait_seconds": Family("histogram", "How long callers waited for a connection."),
    # the live stream
    "valvomo_live_organizations": Family("gauge", "Organizations whose floor this process keeps."),
    "valvomo_live_connections": Family("gauge", "Live connections.", ("kind",)),
    "valvomo_live_subscriptions": Family("gauge", "Topics that are watched.", ("topic",)),
    "valvomo_live_frames_sent_total": Family("counter", "Frames about topics that were written to readers."),
    "valvomo_live_sent_bytes_total": Family("counter", "Bytes of these frames."),
    "valvomo_live_frames_coalesced_total": Family("counter", "Frames that slow readers were spared."),
    "valvomo_live_snapshots_total": Family("counter", "Readers who were shown everything of a topic."),
    "valvomo_live_resumes_total": Family("counter", "Readers who were told just what they had missed."),
    "valvomo_live_readers_slow": Family("gauge", "Readers who are behind."),
    "valvomo_live_readers_dropped_total": Family("counter", "Readers cut off because they stayed behind."),
    "valvomo_live_buffered_bytes": Family("gauge", "Bytes that wait until readers take them."),
    "valvomo_live_facts_total": Family("counter", "Facts that were read from the journal and told."),
    "valvomo_live_fact_age_seconds": Family("histogram", "From an act to its being told, batch by batch."),
    "valvomo_live_feed_lag_seconds": Family("gauge", "How old the oldest floor of this process may be."),
    "valvomo_live_feed_behind": Family("gauge", "Facts that the feed furthest behind has not read."),
    "valvomo_live_feed_restarts_total": Family("counter", "Floors that were read anew after an error."),
    # between processes
    "valvomo_bus_connected": Family("gauge", "1 while the way to the other processes is open."),
    "valvomo_bus_losses_total": Family("counter", "How often the way to the others was lost or not found."),
    "valvomo_bus_messages_total": Family(
        "counter",
        "Hints to other processes and from them; dropped and missed ones cost latency only.",
        ("what",),
    ),
    # jobs
    "valvomo_job_rounds_total": Family("counter", "Rounds of jobs.", ("job", "outcome")),
    "valvomo_job_seconds_total": Family("counter", "How long all rounds took.", ("job",)),
    "valvomo_job_idle_seconds": Family("gauge", "How long ago the newest round ended.", ("job",)),
    "valvomo_router_behind": Family("gauge", "Facts that the router of this process has not looked at."),
    "valvomo_timers_due": Family("gauge", "Timers that are due and not fired."),
    "valvomo_timers_oldest_due_seconds": Family("gauge", "For how long the most overdue timer has been due."),
    "valvomo_outbox_undelivered": Family("gauge", "Letters to webhooks that are not delivered."),
    "valvomo_outbox_oldest_undelivered_seconds": Family("gauge", "How old the oldest of them is."),
    # calls
    "valvomo_call_packets_received_total": Family(
        "counter",
        "Packets of sound and pictures that came from people in calls, by as what they came; of listeners 0 for ever.",
        ("part",),
    ),
    "valvomo_call_packets_refused_total": Family(
        "counter", "Of these, those that were thrown away as nothing may come from there.", ("part",)
    ),
    "valvomo_trunk_refusals_total": Family(
        "counter",
        "Requests, sockets and frames of telephone providers, and packets by SIP, that were not believed.",
        ("why",),
    ),
    # the house
    "valvomo_channel_waiting": Family(
        "gauge", "Messages and reports of channels that are not taken in or not sent yet.", ("way",)
    ),
    "valvomo_channel_oldest_waiting_seconds": Family(
        "gauge", "For how long the oldest of them has waited.", ("way",)
    ),
    "valvomo_channel_given_up": Family(
        "gauge", "What was given up on its way in or out and waits for a person.", ("way",)
    ),
    "valvomo_conversations": Family("gauge", "Ongoing conversations of all organizations.", ("state",)),
    "valvomo_orphaned_conversations": Family(
        "gauge", "Open conversations that nobody in their queue will take."
    ),
    "valvomo_inspection_findings": Family("gauge", "What the inspector found wrong and is not mended."),
    "valvomo_inspection_age_seconds": Family(
        "gauge", "How long ago the most neglected organization was inspected."
    ),
    "valvomo_inspection_behind": Family("gauge", "Facts of all organizations that are not proved yet."),
    "valvomo_retention_overdue_seconds": Family(
        "gauge", "How long the most overdue closed conversation should have been without its words."
    ),
    "valvomo_backlog_known": Family(
        "gauge", "1 when the database told timers, letters and conversations in time."
    ),
}
