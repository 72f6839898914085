"""The audit log in sentences: supervisors' acts, settings, sign-ins (spec 1 §3, spec 2)."""

from __future__ import annotations

import msgspec

from valvomo.domain.agents.events import (
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
)
from valvomo.domain.alerts.events import AlertAcknowledged, AlertAssigned, AlertCleared, AlertRaised
from valvomo.domain.contacts.events import ContactChanged, ContactForgotten, ContactMerged, ContactUnmerged
from valvomo.domain.conversations.event import Event
from valvomo.domain.records.events import RecordsImported
from valvomo.protocol.lookups import Lookups
from valvomo.protocol.texts.catalogue import in_words, text
from valvomo.protocol.timeline import event_facts, sentence_of

Sentence = tuple[tuple[str, str], dict[str, object]]


def sentence(event: Event | HouseFact, language: str, lookups: Lookups) -> str:
    """What happened, in the reader's language; who did it stands beside it."""
    key, facts = _sentence(event, lookups)
    return text(language, key, in_words(language, facts))


def facts_of(event: Event | HouseFact) -> dict[str, object]:
    """Everything that the fact holds, as plain values."""
    plain: dict[str, object] = msgspec.to_builtins(event)
    return plain


def _sentence(event: Event | HouseFact, lookups: Lookups) -> Sentence:  # noqa: PLR0911 - a list of cases
    match event:
        case SettingChanged(subject=subject, name=name, before=before, after=after):
            what = "created" if before is None else "removed" if after is None else "changed"
            return ("audit", what), {"setting": subject, "name": name}
        case SignedIn(user_id=user, outcome=outcome):
            return ("audit", outcome), {"person": lookups.people.get(user)}
        case PresenceSet(agent_name=agent, chosen=chosen, status_name=status):
            return ("audit", "presence_set"), {"agent": agent, "presence": status or chosen.value}
        case Acknowledged(person_id=person):
            return ("audit", "acknowledged"), {"person": lookups.people.get(person)}
        case Searched(words=words, seen=seen):
            return ("audit", "searched"), {"words": words, "seen": seen}
        case (
            Evaluated()
            | LookedBack()
            | FiguresSeen()
            | FiguresExported()
            | TranscriptTaken()
            | RecordingHeard()
        ):
            return _of_looking(event, lookups)
        case ContactChanged() | ContactMerged() | ContactUnmerged() | ContactForgotten() | RecordsImported():
            return ("audit", f"{event.kind}{_stage(event)}"), facts_of(event)
        case AlertAcknowledged() | AlertAssigned() | AlertCleared():
            return ("audit", event.kind), {
                "rule": event.rule_name,
                "person": getattr(event, "user_name", None),
            }
        case AgentConnected() | AgentDisconnected() | UsualHandleNoted() | AlertRaised() | ChannelSeen():
            raise TypeError(f"{event.kind} is no act of anybody")
        case _:
            return sentence_of(event), event_facts(event, lookups)


def _stage(event: HouseFact) -> str:
    if isinstance(event, ContactForgotten):
        return "_by_rule" if event.rule else ""
    return f"_{event.state}" if isinstance(event, RecordsImported) else ""


def _of_taking(event: RecordingHeard | TranscriptTaken) -> Sentence:
    facts: dict[str, object] = {"conversation": event.conversation_id}
    if isinstance(event, RecordingHeard):
        return ("audit", event.kind), {**facts, "part": event.part}
    kind = f"{event.kind}_redacted" if event.redacted else event.kind
    return ("audit", kind), {**facts, "format": event.format.upper(), "purpose": event.purpose}


def _of_looking(
    event: Evaluated | LookedBack | FiguresSeen | FiguresExported | TranscriptTaken | RecordingHeard,
    lookups: Lookups,
) -> Sentence:
    if isinstance(event, Evaluated):
        return ("audit", f"evaluated_{event.stage}"), {"agent": lookups.people.get(event.agent_id)}
    if isinstance(event, RecordingHeard | TranscriptTaken):
        return _of_taking(event)
    facts: dict[str, object] = {"since": event.since, "until": event.until}
    if isinstance(event, LookedBack):
        return ("audit", "looked_back" if event.view == "floor" else f"looked_back_{event.view}"), facts
    if isinstance(event, FiguresExported):
        return ("audit", "figures_exported"), {
            **facts,
            "format": event.format.upper(),
            "purpose": event.purpose,
        }
    if not event.agents:
        return ("audit", "figures_seen"), facts
    who = ", ".join(lookups.people.get(one, one) for one in event.agents)
    return ("audit", "figures_seen_of"), {**facts, "agents": who}
