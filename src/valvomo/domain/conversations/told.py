"""Who is told what (spec 1 §3): the customer in words of their own, people by notices, everybody else not at all."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from valvomo.domain.conversations.bot_end import BotEnded
from valvomo.domain.conversations.call_marks import Line
from valvomo.domain.conversations.delivery import DeliveryChanged
from valvomo.domain.conversations.ending import Abandoned, AutoClosed, Ended, RecordResolved
from valvomo.domain.conversations.event import Event
from valvomo.domain.conversations.force_close import ForceClosed
from valvomo.domain.conversations.join import ParticipantLeft, SupervisorJoined, TookOver
from valvomo.domain.conversations.model import (
    SPOKEN,
    Channel,
    Conversation,
    Offer,
    OfferKind,
    Role,
    State,
)
from valvomo.domain.conversations.offers import OfferAccepted, OfferExpired, OfferRejected, OfferWithdrawn
from valvomo.domain.conversations.overflowing import Overflowed
from valvomo.domain.conversations.pick import Picked
from valvomo.domain.conversations.queueing import Queued
from valvomo.domain.conversations.scheduled import TransferDropped
from valvomo.domain.conversations.telephone import HOUSE, CallbackRequested, telephone_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A line for the customer: a code for the catalogue, the one name it may mention, or the house's own `text`."""

    code: str
    name: str | None = None
    text: str | None = None


ANNOUNCEABLE = (
    "agent_joined", "supervisor_joined", "supervisor_left", "consult_joined", "consult_left", "back_in_queue",
    "handed_to_people", "supervisor_ended", "agent_ended", "ended",
)  # fmt: skip
"""Lines that a workstream may have said over a channel, where there is no window that shows them by itself."""
ANNOUNCED = ("supervisor_joined", "supervisor_left", "supervisor_ended")
"""Those that are said unless the house has chosen otherwise: both sides are told of these (spec 1 §3)."""
AGAIN = frozenset({"agent_joined", "supervisor_joined", "supervisor_left", "consult_joined", "consult_left"})
"""What people do may be said again at once; what machines could answer is not."""


HOUSE_SAYS = "house_says"
TOOK_OVER = "took_over"
"""What is said on a telephone where a window reads that somebody has joined: who did so was in the talk already."""
CALLED_BACK = "called_back"
"""What is said on a telephone to who has asked there to be called back: a window shows it as how the call stands."""
ALWAYS = frozenset({HOUSE_SAYS, CALLED_BACK})
"""What no workstream has to choose."""
OF_ACTS = {
    "join": "supervisor_joined", "leave": "supervisor_left", "take_over": TOOK_OVER, "force_close": "supervisor_ended",
}  # fmt: skip
"""What a customer is told of each act of a supervisor that they are told of at all."""
AT_THE_END = frozenset({*ALWAYS, "supervisor_ended", "agent_ended", "ended"})
"""What is still said to who is on a telephone, before that is hung up."""


class Untold(StrEnum):
    """Why a customer is not told something.

    The workstream does not say it; no voice can speak to who is on a telephone; who was to be on one is not; the
    channel takes no words now; or there is no customer who talks.
    """

    SWITCHED_OFF = "switched_off"
    NO_VOICE = "no_voice"
    NOT_CONNECTED = "not_connected"
    WINDOW_CLOSED = "window_closed"
    NOBODY = "nobody"


def untold(code: str, conversation: Conversation, chosen: frozenset[str], *, speaks: bool) -> Untold | None:
    """Why its customer would not be told this line now; None where they are.

    A window shows every line by itself. Otherwise those are told that were `chosen` by the workstream, in messages, or,
    where a voice `speaks`, on the telephone.
    """
    phone = telephone_of(conversation)
    if conversation.channel is Channel.RECORD:
        return Untold.NOBODY
    if conversation.customer_online or (phone is None and conversation.account_id is None):
        return None
    if conversation.channel in SPOKEN:
        if phone is None or phone.line is not Line.UP:
            return Untold.NOT_CONNECTED
        if not _is_chosen(code, chosen):
            return Untold.SWITCHED_OFF
        return None if speaks else Untold.NO_VOICE
    if not _is_chosen("agent_joined" if code == TOOK_OVER else code, chosen):
        return Untold.SWITCHED_OFF
    return Untold.WINDOW_CLOSED if conversation.window_closed and code != HOUSE_SAYS else None


def _is_chosen(code: str, chosen: frozenset[str]) -> bool:
    """The house's own texts always are; who takes over is said where it is said who joins, as whom ever."""
    if code == TOOK_OVER:
        return not chosen.isdisjoint({"supervisor_joined", "agent_joined"})
    return code in ALWAYS or code in chosen


def announced(event: Event, conversation: Conversation, chosen: frozenset[str]) -> Told | None:
    """What a customer on a channel is told of an event in a message; nothing where they are spoken to instead."""
    told = told_customer(event)
    if told is None or conversation.channel in SPOKEN:
        return None
    return None if untold(told.code, conversation, chosen, speaks=False) else told


def spoken(event: Event, chosen: frozenset[str]) -> Told | None:
    """What a customer on a telephone is told of an event, of what was `chosen`."""
    told = told_customer(event)
    if isinstance(event, CallbackRequested) and event.by != HOUSE:
        told = Told(code=CALLED_BACK)
    if told is not None and isinstance(event, TookOver):
        told = replace(told, code=TOOK_OVER)
    return told if told is not None and _is_chosen(told.code, chosen) else None


def told_customer(event: Event) -> Told | None:
    """What the customer is told of an event; None for everything else, above all for monitoring and whispers."""
    match event:
        case OfferAccepted(offer=offer):
            return _accepted(offer)
        case Picked(agent_name=name):
            return Told(code="agent_joined", name=name)
        case SupervisorJoined(supervisor_name=name):
            return Told(code="supervisor_joined", name=name)
        case TookOver(supervisor_name=name):
            return Told(code="agent_joined", name=name)
        case ParticipantLeft(person_name=name, role=role, public=True):
            return Told(code="supervisor_left" if role is Role.SUPERVISOR else "consult_left", name=name)
        case Queued(cause="handed_over" | "escalated"):
            return Told(code="handed_to_people")
        case Queued(from_id=str()):
            return Told(code="back_in_queue")
        case _:
            return _told_of_end(event)


def _told_of_end(event: Event) -> Told | None:
    match event:
        case Overflowed(text=str() as text):
            return Told(code=HOUSE_SAYS, text=text)
        case ForceClosed():
            return Told(code="supervisor_ended")
        case Ended(by_role="agent"):
            return Told(code="agent_ended")
        case Ended() | Abandoned() | AutoClosed() | RecordResolved() | BotEnded():
            return Told(code="ended")
        case _:
            return None


def notified(event: Event, conversation: Conversation) -> tuple[str, ...]:
    """Users who must hear of this wherever they are; `conversation` is the one before the act.

    Who asked hears the outcome of an offer at once, and who was asked that it stands no longer; agents hear that a
    conversation was taken from them.
    """
    match event:
        case OfferAccepted(offer=offer) if conversation.state is State.WAITING:
            # Who had parked it does not look at it, and need not have been asked.
            return _people(offer.by_id, conversation.owner_id)
        case OfferAccepted(offer=offer) | OfferRejected(offer=offer) | OfferExpired(offer=offer):
            return _people(offer.by_id)
        case OfferWithdrawn(offer=offer):
            return _people(offer.by_id, offer.agent_id)
        case DeliveryChanged() if event.failed and event.minded:
            # Once it is closed, whoever had it last is still the one to know what to do.
            return _people(conversation.owner_id or next(reversed(conversation.served_by), None))
        case ForceClosed(by_id=by):
            inside = [one.id for one in conversation.participants]
            return tuple(person for person in _people(conversation.owner_id, *inside) if person != by)
        case TransferDropped(transfer=transfer):
            return _people(transfer.by_id)
        case SupervisorJoined() | TookOver():
            return _people(conversation.owner_id)
        case Queued(cause="transferred", by_id=by) if by != conversation.owner_id:
            return _people(conversation.owner_id)
        case _:
            return ()


def _accepted(offer: Offer) -> Told | None:
    if offer.kind is OfferKind.CONSULT:
        return Told(code="consult_joined", name=offer.agent_name) if offer.public else None
    return Told(code="agent_joined", name=offer.agent_name)


def _people(*ids: str | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for one in ids if one and not one.startswith("system:")))
