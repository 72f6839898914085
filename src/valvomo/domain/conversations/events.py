"""Every kind of event that can happen to a conversation: the closed list, by name."""

from __future__ import annotations

from collections.abc import Mapping

from valvomo.domain.conversations.ask import AskAnswered, AskWithdrawn, SupervisorAsked
from valvomo.domain.conversations.bot_end import BotEnded
from valvomo.domain.conversations.bots import BotAwaited, BotPaused, BotResumed, Escalated
from valvomo.domain.conversations.call import CallDeclined, CallOffered, Elevated
from valvomo.domain.conversations.call_end import CallEnded
from valvomo.domain.conversations.call_quality import CallCalmed, CallRated, CallTroubled
from valvomo.domain.conversations.coach import CoachingStarted, CoachingStopped
from valvomo.domain.conversations.consent import ConsentAnswered, ConsentAsked, NoticeShown
from valvomo.domain.conversations.customer import CustomerConnected, CustomerDisconnected, CustomerHeard
from valvomo.domain.conversations.delivery import DeliveryChanged
from valvomo.domain.conversations.details import DetailsChanged
from valvomo.domain.conversations.ending import (
    Abandoned,
    AutoClosed,
    CapacityFreed,
    Ended,
    RecordResolved,
    TalkLimited,
    WrapUpCompleted,
)
from valvomo.domain.conversations.erased import WrittenErased
from valvomo.domain.conversations.event import Event
from valvomo.domain.conversations.force_close import ForceClosed
from valvomo.domain.conversations.forgotten import CustomerForgotten
from valvomo.domain.conversations.hold import Held, Unheld
from valvomo.domain.conversations.join import ParticipantLeft, SupervisorJoined, TookOver
from valvomo.domain.conversations.measure import LanguageDetected, SentimentMeasured
from valvomo.domain.conversations.media import MediaChanged
from valvomo.domain.conversations.message import MessagePosted
from valvomo.domain.conversations.monitor import MonitorStarted, MonitorStopped
from valvomo.domain.conversations.mute import Muted, Pinned, Unmuted, Unpinned
from valvomo.domain.conversations.offers import (
    OfferAccepted,
    OfferExpired,
    OfferMade,
    OfferRejected,
    OfferWithdrawn,
)
from valvomo.domain.conversations.overflowing import Overflowed
from valvomo.domain.conversations.pick import Picked
from valvomo.domain.conversations.queueing import (
    NoLongerOrphaned,
    Orphaned,
    OwnerDisconnected,
    OwnerReturned,
    Parked,
    Queued,
    Resumed,
)
from valvomo.domain.conversations.record_change import RecordChanged
from valvomo.domain.conversations.record_link import Linked, Unlinked
from valvomo.domain.conversations.recording import (
    RecordingKept,
    RecordingPaused,
    RecordingResumed,
    RecordingStarted,
)
from valvomo.domain.conversations.scheduled import TransferDropped, TransferScheduled
from valvomo.domain.conversations.start import ConversationStarted
from valvomo.domain.conversations.survey import SurveyAnswered, SurveyAsked
from valvomo.domain.conversations.telephone import (
    CallbackDue,
    CallbackPostponed,
    CallbackRequested,
    Forwarded,
    TelephoneAnswered,
    TelephoneDialled,
    TelephoneMissed,
)
from valvomo.domain.conversations.vip import VipMarked
from valvomo.domain.conversations.window import WindowClosed, WindowOpened

EVENTS: Mapping[str, type[Event]] = {
    event.kind: event
    for event in (
        ConversationStarted,
        OfferMade,
        OfferAccepted,
        OfferRejected,
        OfferExpired,
        OfferWithdrawn,
        Picked,
        Queued,
        Parked,
        Resumed,
        OwnerDisconnected,
        OwnerReturned,
        Orphaned,
        NoLongerOrphaned,
        Overflowed,
        TransferScheduled,
        TransferDropped,
        MonitorStarted,
        MonitorStopped,
        SupervisorJoined,
        ParticipantLeft,
        TookOver,
        MessagePosted,
        DeliveryChanged,
        MediaChanged,
        WindowOpened,
        WindowClosed,
        CustomerConnected,
        CustomerDisconnected,
        CustomerHeard,
        CallOffered,
        CallDeclined,
        Elevated,
        CallEnded,
        CallbackDue,
        CallbackPostponed,
        CallbackRequested,
        TelephoneDialled,
        TelephoneAnswered,
        TelephoneMissed,
        Forwarded,
        NoticeShown,
        ConsentAsked,
        ConsentAnswered,
        Held,
        Unheld,
        CallTroubled,
        CallCalmed,
        CallRated,
        CoachingStarted,
        CoachingStopped,
        RecordingStarted,
        RecordingPaused,
        RecordingResumed,
        RecordingKept,
        DetailsChanged,
        RecordChanged,
        Linked,
        Unlinked,
        SentimentMeasured,
        LanguageDetected,
        SupervisorAsked,
        AskWithdrawn,
        AskAnswered,
        Muted,
        Unmuted,
        Pinned,
        Unpinned,
        VipMarked,
        Ended,
        CapacityFreed,
        TalkLimited,
        WrapUpCompleted,
        Abandoned,
        AutoClosed,
        RecordResolved,
        ForceClosed,
        Escalated,
        BotAwaited,
        BotPaused,
        BotResumed,
        BotEnded,
        SurveyAsked,
        SurveyAnswered,
        WrittenErased,
        CustomerForgotten,
    )
}
"""Kind to type: what the journal holds is decoded by this list and by nothing else."""
