"""What can happen to an agent apart from conversations: presence and connection (spec 1 §2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from valvomo.domain.agents.presence import Presence
from valvomo.domain.alerts.events import AlertAcknowledged, AlertAssigned, AlertCleared, AlertRaised
from valvomo.domain.contacts.events import ContactChanged, ContactForgotten, ContactMerged, ContactUnmerged
from valvomo.domain.records.events import RecordsImported


@dataclass(frozen=True, slots=True, kw_only=True)
class PresenceSet:
    """A presence was set; `by_role` is `agent`, `supervisor` or `system`, `cause` says why the system did.

    `status_id` and `status_name` are those of the custom presence that was chosen, None when it was none.
    """

    kind: ClassVar[str] = "presence_set"
    agent_id: str
    agent_name: str
    chosen: Presence
    before: Presence
    by_id: str
    by_role: str
    cause: str | None = None
    status_id: str | None = None
    status_name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentConnected:
    """The agent's first live connection was opened."""

    kind: ClassVar[str] = "agent_connected"
    agent_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentDisconnected:
    """The agent's last live connection was lost."""

    kind: ClassVar[str] = "agent_disconnected"
    agent_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingChanged:
    """An administrator changed something; `before` or `after` is None when it was created or removed.

    `subject` is the kind of thing: supervision, queue, user, workstream, text, token, webhook, skill, hours,
    presence, template, quick_reply, disposition, insight, record_form, channel_account, dispatch, arrival.
    """

    kind: ClassVar[str] = "setting_changed"
    subject: str
    subject_id: str
    name: str
    before: dict[str, object] | None = None
    after: dict[str, object] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """Somebody signed in, or failed so often that the account is locked for a while."""

    kind: ClassVar[str] = "signed_in"
    user_id: str
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledged:
    """A notice was acknowledged, or a consent answered: which text, in which version and language."""

    kind: ClassVar[str] = "acknowledged"
    person_id: str
    subject: str
    version: int
    language: str
    answer: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedBack:
    """Somebody looked at this stretch of the past.

    A supervisor at the `floor`, or at when how much happened (`timeline`); an administrator at what an alert `rule`
    would have raised.
    """

    kind: ClassVar[str] = "looked_back"
    since: datetime
    until: datetime
    view: str = "floor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Searched:
    """A supervisor searched transcripts for `words`, within a stretch if so asked, and was shown `seen` messages."""

    kind: ClassVar[str] = "searched"
    words: str
    seen: int
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UsualHandleNoted:
    """What nine of ten conversations take at most is another figure now, in seconds, by queue; others as before."""

    kind: ClassVar[str] = "usual_handle_noted"
    seconds: dict[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class FiguresSeen:
    """Somebody looked at figures of individual agents. `agents` are ids, empty for all who are shown; days by date."""

    kind: ClassVar[str] = "figures_seen"
    view: str
    since: str
    until: str
    agents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FiguresExported:
    """Somebody took figures away. `purpose` is what they said it is for; `of_agents` whether agents are told apart."""

    kind: ClassVar[str] = "figures_exported"
    content: str
    format: str
    since: str
    until: str
    purpose: str
    of_agents: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscriptTaken:
    """Somebody of the house took a transcript away, and what for; `redacted`: with personal data blacked out."""

    kind: ClassVar[str] = "transcript_taken"
    conversation_id: str
    format: str
    purpose: str
    redacted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingHeard:
    """Somebody of the house listened to what one party said in a recorded call; `part` is who that was in it."""

    kind: ClassVar[str] = "recording_heard"
    conversation_id: str
    recording_id: str
    part: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluated:
    """An evaluation of an agent's work came so far: begun (`draft`), `taken` over, submitted, replied to, closed.

    `points` and whether it `failed` are known from when it is submitted.
    """

    kind: ClassVar[str] = "evaluated"
    evaluation_id: str
    conversation_id: str
    agent_id: str
    stage: str
    points: float | None = None
    failed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelSeen:
    """A channel account works, or does not any more; `problem` is a code of the catalogue.

    `held`: nothing goes out over it until somebody puts it right.
    """

    kind: ClassVar[str] = "channel_seen"
    account_id: str
    name: str
    well: bool
    problem: str | None = None
    held: bool = False


_ALL = (
    PresenceSet, AgentConnected, AgentDisconnected, SettingChanged, SignedIn, Acknowledged, LookedBack, FiguresSeen,
    FiguresExported, UsualHandleNoted, Evaluated, AlertRaised, AlertAcknowledged, AlertAssigned, AlertCleared,
    Searched, ContactChanged, ContactMerged, ContactUnmerged, ContactForgotten, RecordsImported, ChannelSeen,
    TranscriptTaken, RecordingHeard,
)  # fmt: skip
HouseFact = (
    PresenceSet
    | AgentConnected
    | AgentDisconnected
    | SettingChanged
    | SignedIn
    | Acknowledged
    | LookedBack
    | FiguresSeen
    | FiguresExported
    | UsualHandleNoted
    | Evaluated
    | AlertRaised
    | AlertAcknowledged
    | AlertAssigned
    | AlertCleared
    | Searched
    | ContactChanged
    | ContactMerged
    | ContactUnmerged
    | ContactForgotten
    | RecordsImported
    | ChannelSeen
    | TranscriptTaken
    | RecordingHeard
)
HOUSE_FACTS: dict[str, type[HouseFact]] = {one.kind: one for one in _ALL}
"""Facts that belong to no conversation, by kind."""
