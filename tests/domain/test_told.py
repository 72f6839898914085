"""Who is told what, and what an auditor sees: tables over every kind of event there is (spec 1 §3)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sample_talk import AT, SUPERVISOR, accepted, offer, participant, started

from valvomo.domain.access.audit import audited
from valvomo.domain.agents.events import (
    HOUSE_FACTS,
    Acknowledged,
    AgentConnected,
    AgentDisconnected,
    ChannelSeen,
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
    UsualHandleNoted,
)  # fmt: skip
from valvomo.domain.agents.presence import Presence
from valvomo.domain.alerts.events import AlertAcknowledged, AlertAssigned, AlertCleared, AlertRaised
from valvomo.domain.attachments.media import MediaState
from valvomo.domain.contacts.events import ContactChanged, ContactForgotten, ContactMerged, ContactUnmerged
from valvomo.domain.conversations.ask import AskAnswered, AskWithdrawn, SupervisorAsked
from valvomo.domain.conversations.bot_end import BotEnded
from valvomo.domain.conversations.bots import BotAwaited, BotPaused, BotResumed, Escalated
from valvomo.domain.conversations.call import CallDeclined, CallOffered, Elevated
from valvomo.domain.conversations.call_end import CallEnded
from valvomo.domain.conversations.call_marks import Kept, TroubleKind
from valvomo.domain.conversations.call_quality import CallCalmed, CallRated, CallTroubled
from valvomo.domain.conversations.coach import CoachingStarted, CoachingStopped
from valvomo.domain.conversations.consent import ConsentAnswered, ConsentAsked, NoticeShown
from valvomo.domain.conversations.customer import CustomerConnected, CustomerDisconnected, CustomerHeard
from valvomo.domain.conversations.delivery import Delivery, DeliveryChanged
from valvomo.domain.conversations.details import DetailsChanged
from valvomo.domain.conversations.ending import (
    Abandoned,
    AutoClosed,
    CapacityFreed,
    Ended,
    RecordResolved,
    TalkLimited,
    WrapUpCompleted,
)  # fmt: skip
from valvomo.domain.conversations.erased import WrittenErased
from valvomo.domain.conversations.event import Event
from valvomo.domain.conversations.events import EVENTS
from valvomo.domain.conversations.force_close import ForceClosed
from valvomo.domain.conversations.forgotten import CustomerForgotten
from valvomo.domain.conversations.hold import Held, Unheld
from valvomo.domain.conversations.join import ParticipantLeft, SupervisorJoined, TookOver
from valvomo.domain.conversations.marks import ScheduledTransfer
from valvomo.domain.conversations.measure import LanguageDetected, SentimentMeasured
from valvomo.domain.conversations.media import MediaChanged
from valvomo.domain.conversations.message import MessagePosted, Visibility
from valvomo.domain.conversations.model import Channel, Mode, OfferKind, Role, State
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
from valvomo.domain.conversations.survey import SurveyAnswered, SurveyAsked
from valvomo.domain.conversations.survey_form import SurveyKind
from valvomo.domain.conversations.telephone import (
    CallbackDue,
    CallbackPostponed,
    CallbackRequested,
    Forwarded,
    TelephoneAnswered,
    TelephoneDialled,
    TelephoneMissed,
)
from valvomo.domain.conversations.told import notified, told_customer
from valvomo.domain.conversations.vip import VipMarked
from valvomo.domain.conversations.window import WindowClosed, WindowOpened
from valvomo.domain.records.events import RecordsImported
from valvomo.domain.routing.overflow import Remedy, Trigger
from valvomo.domain.sentiment.levels import Level

ROUTED = offer(by_id=None, by_role="router")
BY_AGENT = offer(kind=OfferKind.TRANSFER, by_id="aino", by_role="agent")
ASSIGNED = offer()
ADVICE = offer(kind=OfferKind.CONSULT, by_id="aino", by_role="agent")
SHOWN = offer(kind=OfferKind.CONSULT, by_id="aino", by_role="agent", public=True)
WATCH: dict[str, Any] = {"supervisor_id": "saara", "supervisor_name": "Saara"}
LEFT: dict[str, Any] = {"person_id": "saara", "person_name": "Saara"}


ANSWERED = SurveyAnswered(
    survey=SurveyKind.CSAT, score=1, best=5, low=True, words=False, queue_id="q", channel=Channel.LIVE_CHAT,
    language="fi",
)  # fmt: skip
MEASURED = SentimentMeasured(
    seq=1, score=-0.9, confidence=0.95, level=Level.VERY_NEGATIVE, said_at=AT, shown=True
)


def queued(cause: str, by_id: str | None, by_role: str = "agent", from_id: str | None = "aino") -> Queued:
    return Queued(queue_id="q", queue_name="Q", cause=cause, from_id=from_id, by_id=by_id, by_role=by_role)


def posted(visibility: Visibility) -> MessagePosted:
    return MessagePosted(
        message_id="m", seq=1, public_seq=1 if visibility is Visibility.PUBLIC else None, author_id="aino",
        author_role="primary", visibility=visibility, digest="d",
    )  # fmt: skip


def scheduled(by_role: str) -> TransferScheduled:
    wish = ScheduledTransfer(agent_id="eino", agent_name="Eino", by_id="saara", by_role=by_role)
    return TransferScheduled(transfer=wish)


def overflowed(remedy: Remedy, text: str | None = None) -> Overflowed:
    return Overflowed(key="k", trigger=Trigger.CLOSED, remedy=remedy, queue_id="q", queue_name="Q", text=text)


NOBODY: tuple[str, ...] = ()
ALERT: dict[str, Any] = {"alert_id": "a", "rule_name": "R", "queue_id": "q"}
BY_AINO: dict[str, Any] = {"by_id": "aino", "by_name": "Aino"}
BY_SAARA: dict[str, Any] = {"by_id": "saara", "by_name": "Saara"}
BOT: dict[str, Any] = {"bot_id": "bot", "bot_name": "Botti"}
# What happened; what the customer is told and of whom; who is notified; whether the audit log shows it.
TABLE: tuple[tuple[Event, tuple[str, str | None] | None, tuple[str, ...], bool], ...] = (
    (started(), None, NOBODY, False),
    (MEASURED, None, NOBODY, False),
    (LanguageDetected(language="fi", confidence=0.9), None, NOBODY, False),
    (DeliveryChanged(message_id="m", seq=1, state=Delivery.FAILED), None, NOBODY, False),
    (
        MediaChanged(message_id="m", seq=1, media_id="x", state=MediaState.FAILED, digest=""),
        None, NOBODY, False,
    ),
    (WindowOpened(until=AT), None, NOBODY, False),
    (WindowClosed(), None, NOBODY, False),
    (OfferMade(offer=ROUTED), None, NOBODY, False),
    (OfferMade(offer=ASSIGNED), None, NOBODY, True),
    (OfferAccepted(offer=ROUTED), ("agent_joined", "Eino"), NOBODY, False),
    (OfferAccepted(offer=ASSIGNED), ("agent_joined", "Eino"), ("saara",), True),
    (OfferAccepted(offer=BY_AGENT), ("agent_joined", "Eino"), ("aino",), False),
    (OfferAccepted(offer=ADVICE), None, ("aino",), False),
    (OfferAccepted(offer=SHOWN), ("consult_joined", "Eino"), ("aino",), False),
    (OfferRejected(offer=ASSIGNED, reason="busy"), None, ("saara",), True),
    (OfferRejected(offer=BY_AGENT), None, ("aino",), False),
    (OfferRejected(offer=ROUTED), None, NOBODY, False),
    (OfferExpired(offer=ASSIGNED), None, ("saara",), True),
    (OfferExpired(offer=ROUTED), None, NOBODY, False),
    (OfferWithdrawn(offer=ASSIGNED, cause="transferred"), None, ("saara", "eino"), False),
    (Picked(agent_id="eino", agent_name="Eino", units=1), ("agent_joined", "Eino"), NOBODY, False),
    (queued("released", "aino"), ("back_in_queue", None), NOBODY, False),
    (queued("transferred", "aino"), ("back_in_queue", None), NOBODY, False),
    (queued("transferred", "saara", "supervisor"), ("back_in_queue", None), ("aino",), True),
    (queued("assigned", "saara", "supervisor", from_id=None), None, NOBODY, True),
    (queued("agent_gone", "aino"), ("back_in_queue", None), NOBODY, False),
    (Parked(agent_id="aino"), None, NOBODY, False),
    (Resumed(agent_id="aino", agent_name="Aino", cause="agent", units=1), None, NOBODY, False),
    (OwnerDisconnected(agent_id="aino", gone_at=AT), None, NOBODY, False),
    (OwnerReturned(agent_id="aino"), None, NOBODY, False),
    (Orphaned(cause="declined"), None, NOBODY, False),
    (NoLongerOrphaned(), None, NOBODY, False),
    (overflowed(Remedy.CLOSE, text="We are closed."), ("house_says", None), NOBODY, False),
    (overflowed(Remedy.QUEUE), None, NOBODY, False),
    (scheduled("supervisor"), None, NOBODY, True),
    (scheduled("agent"), None, NOBODY, False),
    (TransferDropped(transfer=scheduled("supervisor").transfer, cause="ended"), None, ("saara",), True),
    (TransferDropped(transfer=scheduled("agent").transfer, cause="ended"), None, ("saara",), False),
    (MonitorStarted(**WATCH), None, NOBODY, True),
    (MonitorStarted(**WATCH, shown=True), None, NOBODY, True),
    (MonitorStopped(**WATCH), None, NOBODY, True),
    (SupervisorJoined(**WATCH), ("supervisor_joined", "Saara"), ("aino",), True),
    (ParticipantLeft(**LEFT, role=Role.SUPERVISOR, public=True), ("supervisor_left", "Saara"), NOBODY, True),
    (ParticipantLeft(**LEFT, role=Role.CONSULT, public=True), ("consult_left", "Saara"), NOBODY, False),
    (ParticipantLeft(**LEFT, role=Role.CONSULT, public=False), None, NOBODY, False),
    (TookOver(**WATCH, from_id="aino", from_name="Aino", units=1), ("agent_joined", "Saara"), ("aino",), True),
    (posted(Visibility.PUBLIC), None, NOBODY, False),
    (posted(Visibility.INTERNAL), None, NOBODY, False),
    (posted(Visibility.WHISPER), None, NOBODY, False),
    (CustomerConnected(), None, NOBODY, False),
    (CustomerDisconnected(reconnect_by=None), None, NOBODY, False),
    (CustomerHeard(reconnect_by=AT), None, NOBODY, False),
    (CallOffered(call_id="c1", mode=Mode.VOICE, expires_at=AT), None, NOBODY, False),
    (CallDeclined(cause="declined"), None, NOBODY, False),
    (Held(), None, NOBODY, False),
    (Unheld(), None, NOBODY, False),
    (CallTroubled(trouble=TroubleKind.NETWORK, side="customer"), None, NOBODY, False),
    (CallCalmed(trouble=TroubleKind.OVERTALK), None, NOBODY, False),
    (CallRated(call_id="c1", ways=(), channel=Channel.VOICE, language="en"), None, NOBODY, False),
    (CoachingStarted(supervisor_id="saara", supervisor_name="Saara"), None, NOBODY, True),
    (CoachingStopped(supervisor_id="saara", supervisor_name="Saara"), None, NOBODY, True),
    (RecordingStarted(recording_id="r1", kept=Kept.RECORDING), None, NOBODY, False),
    (RecordingPaused(cause="card"), None, NOBODY, False),
    (RecordingResumed(), None, NOBODY, False),
    (RecordingKept(recording_id="r1"), None, NOBODY, False),
    (Elevated(mode=Mode.VOICE), None, NOBODY, False),
    (CallEnded(), None, NOBODY, False),
    (CallbackRequested(call_id="c", account_id="a", number="+358401234567", by="keys"), None, NOBODY, False),
    (TelephoneDialled(call_id="c", tries=1), None, NOBODY, False),
    (TelephoneAnswered(), None, NOBODY, False),
    (TelephoneMissed(cause="busy"), None, NOBODY, False),
    (CallbackPostponed(agent_id="aino", until=AT), None, NOBODY, False),
    (CallbackDue(), None, NOBODY, False),
    (Forwarded(number="+358401234567", by_id="aino"), None, NOBODY, True),
    (NoticeShown(version=1, language="en"), None, NOBODY, False),
    (ConsentAsked(version=1, language="en"), None, NOBODY, False),
    (ConsentAnswered(answer=True, version=1, language="en"), None, NOBODY, False),
    (SupervisorAsked(**BY_AINO, by_role="agent", note="help"), None, NOBODY, False),
    (AskWithdrawn(**BY_AINO), None, NOBODY, False),
    (AskAnswered(**WATCH), None, NOBODY, False),
    (Muted(**BY_SAARA), None, NOBODY, True),
    (Unmuted(**BY_SAARA), None, NOBODY, True),
    (Pinned(**BY_SAARA), None, NOBODY, True),
    (Unpinned(**BY_SAARA), None, NOBODY, True),
    (DetailsChanged(by_id="aino", subject="s"), None, NOBODY, False),
    (RecordChanged(by_id="aino", subject="s"), None, NOBODY, False),
    (Linked(other_id="d", channel=Channel.RECORD, by_id="aino"), None, NOBODY, False),
    (Unlinked(other_id="d", channel=Channel.RECORD, by_id="aino"), None, NOBODY, False),
    (Ended(cause="agent_ended", by_role="agent"), ("agent_ended", None), NOBODY, False),
    (Ended(cause="customer_ended", by_role="customer"), ("ended", None), NOBODY, False),
    (CapacityFreed(), None, NOBODY, False),
    (TalkLimited(until=AT), None, NOBODY, False),
    (WrapUpCompleted(agent_id="aino"), None, NOBODY, False),
    (Abandoned(cause="customer_gone"), ("ended", None), NOBODY, False),
    (AutoClosed(state=State.OPEN), ("ended", None), NOBODY, False),
    (RecordResolved(agent_id="aino"), ("ended", None), NOBODY, False),
    (ForceClosed(by_id="saara", by_name="Saara", reason="r", state=State.ACTIVE), ("supervisor_ended", None),
     ("aino", "onni"), True),
    (queued("escalated", "bot", "bot", from_id="bot"), ("handed_to_people", None), NOBODY, False),
    (queued("handed_over", "saara", "supervisor", from_id="bot"), ("handed_to_people", None), NOBODY, True),
    (Escalated(**BOT, reason="r", by_role="bot", summary="s"), None, NOBODY, False),
    (Escalated(**BOT, reason="r", by_role="supervisor"), None, NOBODY, True),
    (BotAwaited(due_at=AT), None, NOBODY, False),
    (BotPaused(**BY_SAARA, until=AT), None, NOBODY, True),
    (BotResumed(cause="supervisor", due_at=AT, **BY_SAARA), None, NOBODY, True),
    (BotResumed(cause="pause_over", due_at=AT), None, NOBODY, False),
    (BotEnded(**BOT, cause="bot_ended"), ("ended", None), NOBODY, False),
    (posted(Visibility.INSTRUCTION), None, NOBODY, False),
    (VipMarked(**BY_SAARA, vip=True), None, NOBODY, False),
    (SurveyAsked(survey=SurveyKind.CSAT, comment=True, hours=72, low=2), None, NOBODY, False),
    (ANSWERED, None, NOBODY, False),
    (WrittenErased(messages=2, files=1, facts=3, seal="s"), None, NOBODY, False),
    (CustomerForgotten(contact_id="k", messages=2, files=1, facts=3, seal="s"), None, NOBODY, False),
)  # fmt: skip
# Aino's; Onni consults, Saara is in it as well; Eino is asked to take it.
BEFORE = accepted(
    participants=(participant(("onni", "Onni"), Role.CONSULT), participant(SUPERVISOR, Role.SUPERVISOR)),
    offers=(ASSIGNED,),
)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{TABLE.index(row)}-{row[0].kind}")
def test_who_is_told(row: tuple[Event, tuple[str, str | None] | None, tuple[str, ...], bool]) -> None:
    event, customer, people, log = row
    told = told_customer(event)
    assert ((told.code, told.name) if told else None) == customer
    assert notified(event, BEFORE) == people
    assert audited(event) is log


def test_who_had_parked_it_hears_that_somebody_else_has_it() -> None:
    taken = OfferAccepted(offer=offer(kind=OfferKind.TRANSFER))
    assert notified(taken, replace(BEFORE, state=State.WAITING)) == ("saara", "aino")
    assert notified(taken, BEFORE) == ("saara",)


def test_the_table_knows_every_event() -> None:
    assert {type(row[0]) for row in TABLE} == set(EVENTS.values())


PRESENCE: dict[str, Any] = {
    "agent_id": "a",
    "agent_name": "A",
    "chosen": Presence.AWAY,
    "before": Presence.BUSY,
    "by_id": "s",
}
FILE: dict[str, Any] = {"import_id": "i", "workstream_id": "w", "name": "cases.csv", "total": 9}
HOUSE: tuple[tuple[HouseFact, bool], ...] = (
    (PresenceSet(**PRESENCE, by_role="agent"), False),
    (PresenceSet(**PRESENCE, by_role="system"), False),
    (PresenceSet(**PRESENCE, by_role="supervisor"), True),
    (AgentConnected(agent_id="a"), False),
    (ChannelSeen(account_id="c", name="Line", well=False), False),
    (AgentDisconnected(agent_id="a"), False),
    (SettingChanged(subject="queue", subject_id="q", name="Q"), True),
    (SignedIn(user_id="u", outcome="signed_in"), True),
    (Acknowledged(person_id="p", subject="consent", version=1, language="en", answer=True), False),
    (LookedBack(since=AT, until=AT), True),
    (Searched(words="pail", seen=3), True),
    (FiguresSeen(view="agents", since="2026-03-01", until="2026-03-02"), True),
    (FiguresExported(content="a", format="csv", since="2026-03-01", until="2026-03-02", purpose="p"), True),
    (Evaluated(evaluation_id="e", conversation_id="c", agent_id="a", stage="draft"), True),
    (RecordingHeard(conversation_id="c", recording_id="r", part="customer"), True),
    (TranscriptTaken(conversation_id="c", format="html", purpose="p", redacted=True), True),
    (AlertRaised(**ALERT, rule_id="r", conversation_id=None), False),
    (AlertAcknowledged(**ALERT), True),
    (AlertAssigned(**ALERT, user_id="u", user_name="U"), True),
    (AlertCleared(**ALERT, cause="by_hand"), True),
    (AlertCleared(**ALERT, cause="no_longer"), False),
    (UsualHandleNoted(seconds={"q": 60.0}), False),
    (ContactChanged(contact_id="k", name="K", before={}, after={}), True),
    (ContactMerged(contact_id="k", name="K", into_id="l", into="L"), True),
    (ContactUnmerged(contact_id="k", name="K", into_id="l", into="L"), True),
    (ContactForgotten(contact_id="k", contacts=1, conversations=2, rule=False, facts=(), seal="s"), True),
    (RecordsImported(**FILE, state="read", place=0), True),
    (RecordsImported(**FILE, state="checking", place=0), False),
    (RecordsImported(**FILE, state="checked", place=9), False),
    (RecordsImported(**FILE, state="running", place=0), True),
    (RecordsImported(**FILE, state="running", place=5), False),
    (RecordsImported(**FILE, state="done", place=9), True),
    (RecordsImported(**FILE, state="cancelled", place=5), True),
)


def test_what_the_audit_log_shows_of_the_house() -> None:
    assert [audited(fact) for fact, _ in HOUSE] == [log for _, log in HOUSE]
    assert {type(fact) for fact, _ in HOUSE} == set(HOUSE_FACTS.values())


def test_the_house_is_told_in_its_own_words() -> None:
    told = told_customer(overflowed(Remedy.MESSAGE, text="It takes a while."))
    assert told is not None
    assert told.text == "It takes a while."


def test_nothing_of_monitoring_reaches_the_customer() -> None:
    for event in (MonitorStarted(**WATCH, shown=True), MonitorStopped(**WATCH, shown=True)):
        assert told_customer(event) is None
