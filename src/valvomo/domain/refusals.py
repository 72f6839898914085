"""Refusals: the expected "no" of every rule, as a value that says why (spec 1 §7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Reason(StrEnum):
    """Stable codes: the `type` of the problem document and the key of its texts."""

    # who you are
    INTEGRATION_ACCOUNT = "access/integration-account"
    BOT_ACCOUNT = "access/bot-account"
    ROLE_NEEDED = "access/role-needed"
    SWITCHED_OFF = "supervision/switched-off"
    NARROWED_FOR_YOU = "supervision/narrowed-for-you"
    NARROWED_FOR_QUEUE = "supervision/narrowed-for-queue"
    NOT_FOUND = "access/not-found"
    NOT_YOURS = "conversation/not-yours"
    NOT_PARTICIPANT = "conversation/not-participant"
    MONITOR_FIRST = "conversation/monitor-first"
    NOT_MEMBER = "queue/not-member"
    # the conversation is not in a state for it
    CLOSED = "conversation/closed"
    ENDED = "conversation/ended"
    NOT_ACCEPTED = "conversation/not-accepted"
    NOT_OPEN = "conversation/not-open"
    NOT_ASSIGNABLE = "conversation/not-assignable"
    NOT_TRANSFERABLE = "conversation/not-transferable"
    NOT_ACTIVE = "conversation/not-active"
    NOT_WAITING = "conversation/not-waiting"
    NOT_IN_WRAP_UP = "conversation/not-in-wrap-up"
    NOT_PARKABLE = "conversation/not-parkable"
    NOT_ENDABLE = "conversation/not-endable"
    RECORD_NOT_JOINABLE = "conversation/record-not-joinable"
    HANDLED_BY_BOT = "conversation/handled-by-bot"
    NOT_HANDLED_BY_BOT = "conversation/not-handled-by-bot"
    BOT_PAUSED = "conversation/bot-paused"
    BOT_NOT_PAUSED = "conversation/bot-not-paused"
    NO_CALL = "call/none"
    CALL_OFFERED = "call/offered"
    NOT_CALLABLE = "call/not-callable"
    ALREADY_HELD = "call/already-held"
    NOT_HELD = "call/not-held"
    ALREADY_COACHING = "call/already-coaching"
    NOT_COACHING = "call/not-coaching"
    NOT_RECORDED = "call/not-recorded"
    ALREADY_RECORDED = "call/already-recorded"
    RECORDING_PAUSED = "call/recording-paused"
    RECORDING_GOES_ON = "call/recording-goes-on"
    TOLD_NOTHING = "call/customers-told-nothing"
    CALLS_OFF = "call/off"
    NOT_IN_CALL = "call/not-in-it"
    BAD_OFFER = "call/bad-offer"
    ELEVATED = "conversation/elevated"
    NOT_ELEVATED = "conversation/not-elevated"
    OWN_CONVERSATION = "conversation/own-conversation"
    CONSENT_REFUSED = "consent/refused"
    CONSENT_PENDING = "consent/pending"
    NO_CUSTOMER = "conversation/no-customer"
    WINDOW_CLOSED = "conversation/window-closed"
    # participation
    ALREADY_MONITORING = "conversation/already-monitoring"
    NOT_MONITORING = "conversation/not-monitoring"
    ALREADY_JOINED = "conversation/already-joined"
    NOT_JOINED = "conversation/not-joined"
    ALREADY_IN_CONVERSATION = "conversation/already-in-conversation"
    ALREADY_ASKED = "conversation/already-asked"
    NOT_ASKED = "conversation/not-asked"
    NOT_MUTED = "conversation/not-muted"
    ALREADY_PINNED = "conversation/already-pinned"
    NOT_PINNED = "conversation/not-pinned"
    TOO_MANY_CONSULTS = "conversation/too-many-consults"
    # offers
    TRANSFER_PENDING = "offer/transfer-pending"
    NO_OFFER = "offer/none-for-you"
    OFFER_GONE = "offer/gone"
    OFFER_PENDING = "offer/pending"
    # targets
    SAME_AGENT = "target/same-agent"
    SAME_QUEUE = "target/same-queue"
    AGENT_NOT_IN_QUEUE = "target/agent-not-in-queue"
    AGENT_NOT_SERVING = "target/agent-not-serving"
    PRESENCE_NOT_ALLOWED = "target/presence-not-allowed"
    OFF_DUTY = "target/off-duty"
    NO_CAPACITY = "target/no-capacity"
    SKILLS_MISSING = "target/skills-missing"
    DECLINED_TOO_OFTEN = "target/declined-too-often"
    BOT_TARGET = "target/bot"
    NO_MEMBERS = "target/queue-without-members"
    QUEUE_CLOSED = "target/queue-closed"
    OTHER_KIND = "target/queue-of-other-kind"
    NOBODY_AVAILABLE = "target/nobody-available"
    UNKNOWN_TARGET = "target/unknown"
    UNKNOWN_DISPOSITION = "disposition/unknown"
    # records
    NO_RECORD = "record/not-a-record"
    RECORD_UNFIT = "record/unfit"
    RECORD_CHANGED = "record/changed-meanwhile"
    RECORD_KEY_TAKEN = "record/key-taken"
    UNKNOWN_STATUS = "record/unknown-status"
    OTHER_PHASE = "record/other-phase"
    LINK_TO_ITSELF = "record/link-to-itself"
    TOO_MANY_LINKS = "record/too-many-links"
    IMPORT_NOT_NOW = "record/import-not-now"
    FILE_UNREADABLE = "record/file-unreadable"
    # contacts
    CONTACT_CHANGED = "contact/changed-meanwhile"
    SAME_CONTACT = "contact/same"
    # requests
    MALFORMED = "request/malformed"
    TOO_LARGE = "request/too-large"
    KEY_REUSED = "request/idempotency-key-reused"
    RATE_LIMITED = "request/rate-limited"
    METHOD_NOT_ALLOWED = "request/method-not-allowed"
    FOREIGN_ORIGIN = "request/foreign-origin"
    BUSY = "server/busy"
    KEY_UNREADABLE = "server/key-unreadable"
    INTERNAL = "server/internal"
    # attachments
    ATTACHMENTS_OFF = "attachment/off"
    ATTACHMENTS_TOO_MANY = "attachment/too-many"
    ATTACHMENTS_WAITING = "attachment/too-many-waiting"
    ATTACHMENT_KIND = "attachment/kind"
    ATTACHMENT_PROGRAM = "attachment/program"
    ATTACHMENT_MISMATCH = "attachment/mismatch"
    ATTACHMENT_TOO_LARGE = "attachment/too-large"
    ATTACHMENT_EMPTY = "attachment/empty"
    ATTACHMENTS_NOT_BY_CHANNEL = "attachment/none-by-channel"
    ATTACHMENT_NOT_BY_CHANNEL = "attachment/not-by-channel"
    ATTACHMENT_UNKNOWN = "attachment/unknown"
    ATTACHMENT_TAKEN = "attachment/taken"
    ATTACHMENT_SCANNING = "attachment/scanning"
    ATTACHMENT_REFUSED = "attachment/refused"
    MEDIA_FOR_GOOD = "attachment/for-good"
    STORAGE_UNAVAILABLE = "attachment/storage-unavailable"
    # signing in
    NOT_SIGNED_IN = "session/not-signed-in"
    EXPIRED = "session/expired"
    WRONG_CREDENTIALS = "session/wrong-credentials"
    LOCKED_OUT = "session/locked-out"
    # alerts
    ALERT_ACKNOWLEDGED = "alert/acknowledged"
    ALERT_CLEARED = "alert/cleared"
    ALERT_TRIAL_RUNNING = "alert/trial-running"
    # configuration
    NAME_TAKEN = "settings/name-taken"
    IN_USE = "settings/in-use"
    WITHOUT_KEY = "settings/without-key"
    CHANGED_MEANWHILE = "settings/changed-meanwhile"
    LAST_ADMINISTRATOR = "settings/last-administrator"
    CONSENT_NEEDED = "consent/answer-needed"
    # channels
    NO_HOUSE_KEY = "channel/no-secret-key"
    CHANNEL_UNVERIFIED = "channel/unverified"
    CHANNEL_UNAVAILABLE = "channel/unavailable"
    CHANNEL_REJECTED = "channel/rejected"
    NOT_GIVEN_UP = "channel/not-given-up"
    # widgets
    NO_WIDGET = "widget/none"
    IDENTITY_INVALID = "identity/invalid"
    IDENTITY_NEEDED = "identity/needed"
    TRANSCRIPT_UNMAILED = "transcript/no-mail"
    TRANSCRIPT_TOO_MANY = "transcript/too-many"
    TRANSCRIPT_EMPTY = "transcript/empty"
    # surveys
    SURVEY_NOT_ASKED = "survey/not-asked"
    SURVEY_OVER = "survey/over"
    CHANNEL_DISABLED = "channel/disabled"
    BEGIN_OFF = "channel/begin-off"
    OPTED_OUT = "channel/opted-out"
    TEMPLATE_NEEDED = "channel/template-needed"
    ONGOING = "conversation/ongoing"
    # the past
    REPLAY_NOT_KEPT = "replay/not-kept"
    # figures
    AGENT_FIGURES_OFF = "figures/agents-off"
    REDACTION_UNAVAILABLE = "insight/redaction-unavailable"
    TRIAL_RUNNING = "insight/trial-running"
    # quality
    EVALUATION_TOO_EARLY = "evaluation/too-early"
    EVALUATION_OWN = "evaluation/own-work"
    EVALUATION_ANOTHERS = "evaluation/anothers"
    EVALUATION_NOT_NOW = "evaluation/not-now"
    # what if
    WHATIF_RUNNING = "whatif/running"
    WHATIF_TOO_LONG = "whatif/too-long"
    NOTHING_RECORDED = "whatif/nothing-recorded"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A rule's no. `facts` are what the caller needs to act otherwise (`state`, `owner`, `exceeded_by`…)."""

    reason: Reason
    facts: Mapping[str, object] = field(default_factory=dict)


def malformed(at: str, problem: str) -> Refusal:
    """One thing in a request has the wrong form: where, and what is wrong with it."""
    return Refusal(Reason.MALFORMED, {"errors": [{"at": at, "problem": problem}]})
