"""What the audit log shows of the journal: supervisors' acts, settings, sign-ins (spec 1 §3, spec 2)."""

from __future__ import annotations

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
from valvomo.domain.contacts.events import ContactChanged, ContactMerged, ContactUnmerged
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

_SUPERVISOR = "supervisor"
_ALWAYS = (
    SettingChanged, SignedIn, Evaluated, LookedBack, Searched, FiguresSeen, FiguresExported, ContactChanged,
    ContactMerged, ContactUnmerged, TranscriptTaken, RecordingHeard,
)  # fmt: skip


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
