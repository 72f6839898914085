"""Counting: the entries of a fact, from the conversation before it, the event, and the conversation after it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from valvomo.domain.agents.events import HouseFact, PresenceSet
from valvomo.domain.attention.parts import in_line, waiting_since
from valvomo.domain.conversations.bots import Escalated
from valvomo.domain.conversations.call_quality import CallRated
from valvomo.domain.conversations.event import Event
from valvomo.domain.conversations.force_close import ForceClosed
from valvomo.domain.conversations.join import SupervisorJoined, TookOver
from valvomo.domain.conversations.message import MessagePosted
from valvomo.domain.conversations.model import Conversation, Offer, OfferKind, Role, State
from valvomo.domain.conversations.monitor import MonitorStarted
from valvomo.domain.conversations.offers import (
    OfferAccepted,
    OfferExpired,
    OfferMade,
    OfferRejected,
    OfferWithdrawn,
)
from valvomo.domain.conversations.queueing import Queued
from valvomo.domain.conversations.survey import SurveyAnswered, SurveyAsked
from valvomo.domain.conversations.survey_form import SurveyKind, score_worth
from valvomo.domain.conversations.telephone import CallbackDue
from valvomo.domain.figures.calls import called, counted_of_call
from valvomo.domain.figures.entries import (
    CLOSED,
    FELT,
    FOLLOWED,
    PRESENT,
    SUPERVISED,
    Counter,
    Entry,
    Spent,
    Step,
)
from valvomo.domain.figures.turn import Turn
from valvomo.domain.routing.hours import Hours, open_seconds
from valvomo.domain.sentiment.levels import NONE

_SUPERVISOR = "supervisor"
_ANSWERS: Mapping[type[Event], Counter] = {
    OfferAccepted: Counter.ACCEPTED,
    OfferRejected: Counter.REJECTED,
    OfferExpired: Counter.EXPIRED,
    OfferWithdrawn: Counter.WITHDRAWN,
}


def milliseconds(span: timedelta) -> int:
    """Whole milliseconds: sums of them are the same in whatever order they are added."""
    return round(span.total_seconds() * 1000)


def counted(turn: Turn, calendars: Mapping[str, Hours]) -> tuple[tuple[Entry, ...], Spent]:
    """The entries of a fact, and what primaries have spent on the conversation after it.

    `calendars` are the hours of those queues that have any.
    """
    if isinstance(turn.event, MessagePosted):
        return tuple(_messages(turn, turn.event, calendars)), turn.spent
    stretches = (*_stretches(turn), *called(turn))
    spent = turn.spent
    for one in stretches:
        if one.counter == Counter.TALK:
            spent = spent.plus(talk=one.ms or 0)
        elif one.counter == Counter.WRAP_UP:
            spent = spent.plus(wrap_up=one.ms or 0)
        elif one.counter == Counter.HOLD:
            spent = spent.plus(hold=one.ms or 0)
        elif one.counter == Counter.CALL:
            spent = replace(spent, hold=0)
    if isinstance(turn.event, SurveyAnswered | CallRated):
        return counted_afterwards(turn.event, turn.after.id, turn.at), turn.spent
    found = (*_queueing(turn), *_offers(turn), *stretches, *_supervision(turn), *_closing(turn, spent))
    return found, spent


def counted_afterwards(
    event: SurveyAnswered | CallRated, conversation_id: str, at: datetime
) -> tuple[Entry, ...]:
    """The entries of what happens to what is closed, too; the event says all that is counted of it."""
    if isinstance(event, CallRated):
        return counted_of_call(event, conversation_id, at)
    return counted_of_survey(event, conversation_id, at)


def counted_of_survey(event: SurveyAnswered, conversation_id: str, at: datetime) -> tuple[Entry, ...]:
    """The entry of an answer, be the conversation closed or not: of the agent who served, where they did."""
    worth = score_worth(event.survey, event.score)
    csat = event.survey is SurveyKind.CSAT
    if event.former is None:
        counter, ms = (Counter.SURVEY_CSAT if csat else Counter.SURVEY_NPS), worth
    else:
        counter = Counter.SURVEY_CSAT_CHANGED if csat else Counter.SURVEY_NPS_CHANGED
        ms = worth - score_worth(event.survey, event.former)
    return (
        Entry(
            counter=counter, at=at, conversation_id=conversation_id, queue_id=event.queue_id,
            channel=event.channel.value, language=event.language, agent_id=event.agent_id, ms=ms,
            outbound=event.outbound,
        ),
    )  # fmt: skip


def counted_of_house(event: HouseFact, at: datetime) -> tuple[Entry, ...]:
    """The entries of a fact that belongs to no conversation."""
    if not isinstance(event, PresenceSet):
        return ()
    return (Entry(counter=PRESENT + event.chosen.value, at=at, agent_id=event.agent_id),)


def _queueing(turn: Turn) -> Iterator[Entry]:
    """Coming into a queue, and how waiting there ended."""
    before, after = turn.before, turn.after
    if before is not None and in_line(before):
        yield from _waited(turn, before)
    if before is None and after.outbound:
        yield turn.entry(Counter.BEGUN, agent_id=after.owner_id)
    if after.state is not State.OPEN:
        return
    into = Turn(None, turn.event, after, turn.at)
    if before is None or before.bot_id is not None:
        yield into.entry(Counter.ARRIVED)
    # That it is time to call somebody again begins no other session than the one in which they were not reached.
    moved = before is None or before.session_queued_at != after.session_queued_at
    if moved and not isinstance(turn.event, CallbackDue):
        yield into.entry(Counter.SESSION)


def _waited(turn: Turn, before: Conversation) -> Iterator[Entry]:
    """Whoever was to be called again later has not waited."""
    after, since = turn.after, waiting_since(before)
    session = turn.at if since is None else before.session_queued_at
    if before.outbound:
        if after.accepted or after.state is State.CLOSED or after.queue_id != before.queue_id:
            yield turn.entry(Counter.SESSION_OUTBOUND, agent_id=after.owner_id, since=session)
    elif after.accepted:
        yield turn.entry(Counter.SESSION_ACCEPTED, agent_id=after.owner_id, since=session)
        if before.first_accepted_at is None:
            yield turn.entry(Counter.ANSWERED, agent_id=after.owner_id, since=since)
    elif after.state is State.CLOSED:
        left = after.closed_as == "abandoned"
        yield turn.entry(Counter.SESSION_ABANDONED if left else Counter.SESSION_CLOSED, since=session)
        if before.first_accepted_at is None:
            yield turn.entry(Counter.LEFT if left else Counter.UNSERVED, since=since)
    elif after.queue_id != before.queue_id:
        yield turn.entry(Counter.SESSION_MOVED, since=session)


def _stretches(turn: Turn) -> Iterator[Entry]:
    """Time that an agent's part of it took, when that part or the state it was in ends; it ended with the closing."""
    before, after = turn.before, turn.after
    if before is None or before.owner_id is None or before.state is State.CLOSED:
        return
    owner = before.owner_id
    lost = after.owner_id != owner or after.state is State.CLOSED
    if lost or after.state is not before.state:
        counter, since = {
            State.ACTIVE: (Counter.TALK, before.accepted_at),
            State.WAITING: (Counter.WAITING, before.waiting_at),
            State.WRAP_UP: (Counter.WRAP_UP, before.wrap_up_at),
        }.get(before.state, (None, None))
        if counter is not None:
            yield turn.entry(counter, agent_id=owner, since=since)
    if lost:
        yield turn.entry(Counter.SERVED, agent_id=owner)


def _closing(turn: Turn, spent: Spent) -> Iterator[Entry]:
    before, after = turn.before, turn.after
    if before is None or after.state is not State.CLOSED or before.state is State.CLOSED:
        return
    yield turn.entry(CLOSED[after.closed_as or ""], agent_id=before.owner_id)
    yield turn.entry(FELT + (before.sentiment_level or NONE), agent_id=before.owner_id)
    if after.first_accepted_at is None:
        return
    for counter, ms in (
        (Counter.HANDLED, spent.talk + spent.wrap_up),
        (Counter.HANDLED_TALK, spent.talk),
        (Counter.HANDLED_WRAP_UP, spent.wrap_up),
    ):
        yield turn.entry(counter, agent_id=before.owner_id, since=turn.at - timedelta(milliseconds=ms))


def _messages(turn: Turn, event: MessagePosted, calendars: Mapping[str, Hours]) -> Iterator[Entry]:
    before = turn.before
    if before is None or event.public_seq is None or event.author_role in (Role.CUSTOMER, Role.BOT):
        return
    agent = event.author_id
    if before.unanswered_since is not None:
        yield turn.entry(Counter.RESPONSE, agent_id=agent, since=before.unanswered_since)
    if before.first_response_at is None and before.owner_id is not None:
        seconds = open_seconds(calendars.get(before.queue_id), before.queued_at, turn.at)
        yield turn.entry(Counter.FIRST_RESPONSE, agent_id=agent, since=turn.at - timedelta(seconds=seconds))


def _offers(turn: Turn) -> Iterator[Entry]:
    event = turn.event
    if isinstance(event, OfferMade):
        yield turn.entry(Counter.OFFERED, agent_id=event.offer.agent_id)
        if event.offer.by_role == _SUPERVISOR and event.offer.by_id:
            yield turn.entry(SUPERVISED + _asked(event.offer), agent_id=event.offer.by_id)
    elif isinstance(event, (OfferAccepted, OfferRejected, OfferExpired, OfferWithdrawn)):
        counter, offer = _ANSWERS[type(event)], event.offer
        yield turn.entry(counter, agent_id=offer.agent_id, since=offer.made_at)
        if offer.by_role == _SUPERVISOR and offer.by_id:
            yield turn.entry(
                f"{FOLLOWED}{_asked(offer)}.{counter}", agent_id=offer.by_id, since=offer.made_at
            )


def _asked(offer: Offer) -> Step:
    return Step.TRANSFER if offer.kind is OfferKind.TRANSFER else Step.ASSIGN


def _supervision(turn: Turn) -> Iterator[Entry]:
    """Supervisors' acts but for offers. They are counted when they are done, whatever follows."""
    match turn.event:
        case MonitorStarted(supervisor_id=who):
            yield turn.entry(SUPERVISED + Step.MONITOR, agent_id=who)
        case SupervisorJoined(supervisor_id=who):
            yield turn.entry(SUPERVISED + Step.JOIN, agent_id=who)
        case TookOver(supervisor_id=who):
            yield turn.entry(SUPERVISED + Step.TAKE_OVER, agent_id=who)
        case ForceClosed(by_id=who):
            yield turn.entry(SUPERVISED + Step.FORCE_CLOSE, agent_id=who)
        case Escalated():
            yield turn.entry(Counter.ESCALATED)
        case SurveyAsked(agent_id=who):
            yield turn.entry(Counter.SURVEY_ASKED, agent_id=who)
        case Queued(by_role=role, by_id=who, cause=cause) if role == _SUPERVISOR and who:
            step = Step.ASSIGN if cause == "assigned" else Step.TRANSFER
            yield turn.entry(SUPERVISED + step, agent_id=who)
        case _:
            return
