"""What the audit log shows of the journal, and to whom: supervisors' acts, settings, sign-ins (spec 1 §3, 2, 3)."""

from __future__ import annotations

from dataclasses import dataclass

from valvomo.domain.access.actor import Actor, UserRole
from valvomo.domain.agents.events import (
    Evaluated,
    FiguresExported,
    FiguresSeen,
    HouseFact,
    LookedBack,
    PresenceSet,
    RecordingHeard,
    Searched,
    SettingChanged,
    SignedIn,
    TranscriptTaken,
)
from valvomo.domain.alerts.events import AlertAcknowledged, AlertAssigned, AlertCleared
from valvomo.domain.contacts.events import ContactChanged, ContactForgotten, ContactMerged, ContactUnmerged
from valvomo.domain.conversations.bots import BotPaused, BotResumed, Escalated
from valvomo.domain.conversations.coach import CoachingStarted, CoachingStopped
from valvomo.domain.conversations.event import Event
from valvomo.domain.conversations.force_close import ForceClosed
from valvomo.domain.conversations.join import ParticipantLeft, SupervisorJoined, TookOver
from valvomo.domain.conversations.model import Role
from valvomo.domain.conversations.monitor import MonitorStarted, MonitorStopped
from valvomo.domain.conversations.mute import Muted, Pinned, Unmuted, Unpinned
from valvomo.domain.conversations.offers import OfferAccepted, OfferExpired, OfferMade, OfferRejected
from valvomo.domain.conversations.queueing import Queued
from valvomo.domain.conversations.scheduled import TransferDropped, TransferScheduled
from valvomo.domain.conversations.telephone import Forwarded
from valvomo.domain.records.events import RecordsImported
from valvomo.domain.refusals import Reason, Refusal

READERS = (UserRole.AUDITOR, UserRole.ADMINISTRATOR, UserRole.SUPERVISOR)
"""Who reads the audit log, the first of them all of it."""
_SUPERVISOR = "supervisor"
_ALWAYS = (
    SettingChanged, SignedIn, Evaluated, LookedBack, Searched, FiguresSeen, FiguresExported, ContactChanged,
    ContactMerged, ContactUnmerged, ContactForgotten, TranscriptTaken, RecordingHeard,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class AuditScope:
    """Whose entries are read.

    Everybody's when `whole`; else what concerns conversations that are in `queues` now (None means any), and what
    `actor_id` did themselves.
    """

    whole: bool
    queues: frozenset[str] | None
    actor_id: str


def audit_scope(actor: Actor) -> AuditScope | Refusal:
    """What of the audit log the actor reads, or why nothing.

    Auditors and administrators read all of it; supervisors what was done in conversations of the queues they
    supervise, by whomever, and their own acts.
    """
    if actor.is_(UserRole.AUDITOR) or actor.is_(UserRole.ADMINISTRATOR):
        return AuditScope(True, None, actor.id)
    if actor.is_(UserRole.SUPERVISOR):
        return AuditScope(False, None if actor.supervises_all else actor.supervised, actor.id)
    return Refusal(Reason.ROLE_NEEDED, {"role": READERS[0].value})


def audited(event: Event | HouseFact) -> bool:  # noqa: C901 - a list, case by case
    """Whether this fact answers "who did what to whom, when and why" for an auditor."""
    if isinstance(event, _ALWAYS) or (isinstance(event, RecordsImported) and event.turns):
        return True
    match event:
        case (
            MonitorStarted()
            | MonitorStopped()
            | CoachingStarted()
            | CoachingStopped()
            | SupervisorJoined()
            | TookOver()
            | ForceClosed()
            | BotPaused()
            | Forwarded()
        ):
            return True
        case AlertAcknowledged() | AlertAssigned() | Muted() | Unmuted() | Pinned() | Unpinned():
            return True
        case AlertCleared(cause=cause):
            return cause == "by_hand"
        case ParticipantLeft(role=role):
            return role is Role.SUPERVISOR
        case OfferMade(offer=offer) | OfferAccepted(offer=offer):
            return offer.by_role == _SUPERVISOR
        case OfferRejected(offer=offer) | OfferExpired(offer=offer):
            return offer.by_role == _SUPERVISOR
        case Queued(by_role=role) | PresenceSet(by_role=role) | Escalated(by_role=role):
            return role == _SUPERVISOR
        case BotResumed(by_id=by):
            return by is not None
        case TransferScheduled(transfer=transfer) | TransferDropped(transfer=transfer):
            return transfer.by_role == _SUPERVISOR
        case _:
            return False
