"""The timeline: every event of a conversation in a sentence, as far as the reader may know of it (spec 3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from enum import Enum

import msgspec

from valvomo.domain.access.actor import Actor
from valvomo.domain.access.sight import reads_notes
from valvomo.domain.calls.quality import grade
from valvomo.domain.conversations.call_end import CallEnded
from valvomo.domain.conversations.call_quality import CallCalmed, CallRated, CallTroubled
from valvomo.domain.conversations.consent import ConsentAnswered
from valvomo.domain.conversations.delivery import DeliveryChanged
from valvomo.domain.conversations.ending import AutoClosed, TalkLimited, WrapUpCompleted
from valvomo.domain.conversations.event import Event
from valvomo.domain.conversations.join import ParticipantLeft
from valvomo.domain.conversations.marks import ScheduledTransfer
from valvomo.domain.conversations.measure import SentimentMeasured
from valvomo.domain.conversations.media import MediaChanged
from valvomo.domain.conversations.model import Offer
from valvomo.domain.conversations.monitor import MonitorStopped
from valvomo.domain.conversations.overflowing import Overflowed
from valvomo.domain.conversations.record_change import RecordChanged
from valvomo.domain.conversations.survey import SurveyAnswered
from valvomo.domain.conversations.telephone import HOUSE, CallbackRequested
from valvomo.domain.conversations.vip import VipMarked
from valvomo.domain.conversations.window import WindowOpened
from valvomo.domain.routing.overflow import Remedy
from valvomo.protocol.lookups import Lookups, Named
from valvomo.protocol.texts.catalogue import in_words, text

OF_ITSELF: frozenset[type[Event]] = frozenset(
    {AutoClosed, CallEnded, MonitorStopped, ParticipantLeft, WrapUpCompleted}
)
"""Ends that somebody brings about, or else a cause: `<kind>_because` says the latter."""

REMEDIES = {
    Remedy.QUEUE: Overflowed.kind,
    Remedy.MESSAGE: f"{Overflowed.kind}_message",
    Remedy.CLOSE: f"{Overflowed.kind}_close",
}
"""What an overflow rule did, each in a sentence of its own."""

TROUBLED = ("customer", "agent", "overtalk")
"""Whose network, or what else: trouble in a call has a sentence for each."""


class TimelineItem(msgspec.Struct, frozen=True, kw_only=True):
    """One event. `position` grows along the timeline; `silent` ones are known to supervisors only."""

    id: str
    position: int
    at: datetime
    kind: str
    actor: Named
    text: str
    facts: Mapping[str, object]
    silent: bool


class LiveTimelineItem(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="event"):
    """The same in the live stream, where `kind` says what sort of item it is."""

    id: str
    position: int
    at: datetime
    event: str
    actor: Named
    text: str
    facts: Mapping[str, object]
    silent: bool


def timeline_item(
    event: Event, at: datetime, by: Named, position: int, *, reader: Actor, lookups: Lookups
) -> TimelineItem:
    """The event in the reader's language. `position` is the conversation's number that the reader may know.

    Who may not know of monitoring must not be given silent events; that is the caller's to hold.
    """
    facts = event_facts(event, lookups)
    if isinstance(event, RecordChanged):
        facts = _changed(event, reader.language)
    if "note" in facts and not reads_notes(reader):
        facts["note"] = None
    return TimelineItem(
        id=f"event-{position}",
        position=position,
        at=at,
        kind=event.kind,
        actor=by,
        text=text(reader.language, sentence_of(event), in_words(reader.language, facts)),
        facts=facts,
        silent=event.silent,
    )


def live_timeline_item(item: TimelineItem) -> LiveTimelineItem:
    """For the live stream."""
    return LiveTimelineItem(
        id=item.id,
        position=item.position,
        at=item.at,
        event=item.kind,
        actor=item.actor,
        text=item.text,
        facts=item.facts,
        silent=item.silent,
    )


def sentence_of(event: Event) -> tuple[str, str]:
    """Where the catalogue has the event's sentence; what people do themselves but ended without them has another."""
    if isinstance(event, Overflowed):
        return ("timeline", REMEDIES[event.remedy])
    if isinstance(event, SentimentMeasured) and event.level is None:
        return ("timeline", f"{event.kind}_unsurely")
    if (other := _other(event)) is not None:
        return ("timeline", other)
    if isinstance(event, CallTroubled | CallCalmed):
        return ("timeline", f"{event.kind}_{event.side or event.trouble.value}")
    optional = type(event) in OF_ITSELF and getattr(event, "cause", None) is not None
    return ("timeline", f"{event.kind}_because" if optional else event.kind)


def _other(event: Event) -> str | None:
    """The sentence of what is not as the event's own sentence says it."""
    match event:
        case SurveyAnswered(former=former) if former is not None:
            return f"{event.kind}_again"
        case VipMarked(vip=False):
            return "vip_unmarked"
        case ConsentAnswered(answer=False):
            return "consent_declined"
        case CallbackRequested(by=by) if by == HOUSE:
            return f"{event.kind}_by_house"
        case _:
            return None


def event_facts(event: Event, lookups: Lookups) -> dict[str, object]:
    """What the sentence mentions: plain values under the names that the catalogue uses."""
    facts: dict[str, object] = {}
    # Every event is a dataclass, which its base class cannot say.
    for one in fields(event):  # type: ignore[arg-type]
        value = getattr(event, one.name)
        if isinstance(value, Offer):
            facts.update(_offer(value, lookups))
        elif isinstance(value, ScheduledTransfer):
            facts.update(agent=value.target[1], note=value.note)
        elif isinstance(value, Enum):
            facts[one.name] = value.value
        elif isinstance(value, str | int | bool) and not one.name.endswith("_id") and one.name != "digest":
            facts[_word(one.name)] = value
    _more(event, facts)
    return facts


def _more(event: Event, facts: dict[str, object]) -> None:
    """What some events say under other names, or besides."""
    if isinstance(event, DeliveryChanged):
        facts["delivery"] = facts.pop("state")
    if isinstance(event, MediaChanged):
        facts["media"], facts["media_problem"] = facts.pop("state"), facts.pop("problem", None)
    if isinstance(event, CallRated):
        facts["quality"] = str(grade(min(one.mean for one in event.ways)))
    if isinstance(event, WindowOpened | TalkLimited):
        facts["until"] = event.until
    if isinstance(event, Overflowed):
        facts["cause"] = facts.pop("trigger")


def _changed(event: RecordChanged, language: str) -> dict[str, object]:
    """What changed of a record: in the sentence by its name, a field by its key; each with what it was and is."""
    after = {**{f"fields.{key}": value for key, value in event.fields.items()}}
    after |= {name: getattr(event, name) for name in event.names if not name.startswith("fields.")}
    names = [
        name.removeprefix("fields.") if name.startswith("fields.") else text(language, ("detail", name))
        for name in event.names
    ]
    changes = [
        {"name": name, "before": event.before.get(name), "after": after.get(name)} for name in event.names
    ]
    return {"what": ", ".join(names), "changes": changes}


def _offer(offer: Offer, lookups: Lookups) -> dict[str, object]:
    return {
        "agent": offer.agent_name,
        "offer": offer.kind.value,
        "units": offer.units,
        "excess_units": offer.excess_units,
        "override_presence": offer.override_presence,
        "override_capacity": offer.override_capacity,
        "by": lookups.people.get(offer.by_id or "", None),
        "by_role": offer.by_role,
        "note": offer.note,
    }


def _word(name: str) -> str:
    return name.removesuffix("_name")
